/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/repair-part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/progress.h"
#include "cli/repair-output.h"

enum { LOOKED_AHEAD = 32 }; /* commands that show where a log begins */

/* ---- finding ---- */

/* By most of what the first bytes of an RDB are, for one of them may be
 * damaged. */
static bool
begins_like_rdb(struct window *window)
{
    static const char *const heads[] = { "REDIS00", "VALKEY0" };
    enum { HEAD = 7, ALIKE = 5 };
    struct bytes text = window_at(window, 0, HEAD);
    if (text.size < HEAD)
        return false;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        unsigned alike = 0;
        for (size_t j = 0; j < HEAD; j++)
            alike += text.data[j] == (unsigned char)heads[i][j];
        if (alike >= ALIKE)
            return true;
    }
    return false;
}

static void
show_progress(void *context, uint64_t done)
{
    const struct repair_part *part = context;
    enum signals_news due = progress_due();
    if (due == SIGNALS_NONE)
        return;
    const struct progress_state state = { .bytes = done,
                                          .total = part->size };
    progress_show(&state, due);
}

static uint64_t
count_commands(void *context, uint64_t offset)
{
    struct repair_part *part = context;
    return resync_confirm(&part->window, offset, LOOKED_AHEAD);
}

static enum status
find_keys(struct repair_part *part, struct error *error)
{
    const struct salvage_options options = { .fd = part->fd,
                                             .limit = part->size,
                                             .log_begins = part->is_rdb
                                                               ? NULL
                                                               : count_commands,
                                             .poll = show_progress,
                                             .context = part };
    part->has_rdb = true;
    enum status status = salvage_find(&part->salvage, &options, error);
    part->options.begin = status == STATUS_OK ? part->salvage.end : 0;
    return status;
}

enum status
repair_part_find(struct repair_part *part, struct error *error)
{
    enum status status = STATUS_OK;
    part->options = (struct aof_repair_options){ .fd = part->fd,
                                                 .size = part->size,
                                                 .until = part->until,
                                                 .poll = show_progress,
                                                 .context = part };
    window_init(&part->window, part->fd, part->size);
    if (part->is_rdb || (part->wants_rdb && part->size > 0) ||
        begins_like_rdb(&part->window))
        status = find_keys(part, error);
    if (status == STATUS_OK && !part->is_rdb)
        status = aof_repair_find(&part->plan, &part->facts, &part->options,
                                 error);
    return status;
}

void
repair_part_fini(struct repair_part *part)
{
    if (part->has_rdb)
        salvage_fini(&part->salvage);
    repair_plan_fini(&part->plan);
    window_fini(&part->window);
}

bool
repair_part_is_of_disk(const struct error *error)
{
    return error->unreadable == EIO;
}

/* What a disk does not give is no damage to step over: the bytes around it
 * cannot be had either way, and whoever can try again should. */
void
repair_part_tell_trouble(const char *name, const struct error *error)
{
    message_error_of(name, error);
    if (repair_part_is_of_disk(error))
        message_note("%s: the disk does not give these bytes: copy what it "
                     "does (as ddrescue, with zeros for the rest), and repair "
                     "the copy", name);
}

bool
repair_part_is_intact(const struct repair_part *part)
{
    return part->plan.count == 0 &&
           (!part->has_rdb || salvage_is_intact(&part->salvage));
}

bool
repair_part_is_loss(const struct repair_range *range)
{
    return range->reason != REPAIR_UNTIL &&
           range->reason != REPAIR_REWRITTEN &&
           range->reason != REPAIR_ANNOTATION;
}

/* What is behind the end of an RDB is not of it. */
static bool
has_lost_keys(const struct salvage *salvage)
{
    for (size_t i = 0; i < salvage->gap_count; i++)
        if (salvage->gaps[i].cause != SALVAGE_BEHIND)
            return true;
    return !salvage->had_end || salvage->lost_keys > 0;
}

bool
repair_part_is_lost(const struct repair_part *part)
{
    if (part->has_rdb && has_lost_keys(&part->salvage))
        return true;
    for (size_t i = 0; i < part->plan.count; i++)
        if (repair_part_is_loss(&part->plan.ranges[i]))
            return true;
    return false;
}

/* ---- writing ---- */

static void
put_counted(void *context, struct bytes bytes)
{
    struct repair_part *part = context;
    part->written += bytes.size;
    repair_output_put(part->output, bytes);
}

static enum status
copy_bytes(const struct repair_part *part, uint64_t from, uint64_t to,
           struct output *output, struct error *error)
{
    struct window window;
    window_init(&window, part->fd, to);
    for (struct bytes bytes; from < to; from += bytes.size) {
        bytes = window_at(&window, from, 1);
        if (bytes.size == 0)
            break;
        repair_output_put(output, bytes);
    }
    if (window.error.kind != ERROR_NONE)
        *error = window.error;
    window_fini(&window);
    return from < to ? STATUS_FAIL : STATUS_OK;
}

static enum status
write_keys(struct repair_part *part, struct error *error)
{
    struct rdb_writer writer;
    if (!part->is_rdb && salvage_is_intact(&part->salvage)) {
        part->written += part->salvage.end;
        return copy_bytes(part, 0, part->salvage.end, part->output, error);
    }
    rdb_write_init(&writer, put_counted, part);
    enum status status = salvage_write(&part->salvage, &writer, error);
    rdb_write_fini(&writer);
    return status;
}

enum status
repair_part_write(struct repair_part *part, struct output *output,
                  struct error *error)
{
    enum status status = STATUS_OK;
    part->output = output;
    part->written = 0;
    if (part->has_rdb)
        status = write_keys(part, error);
    if (status == STATUS_OK && !part->is_rdb)
        status = aof_repair_write(&part->plan, &part->options, put_counted,
                                  NULL, part, error);
    return status;
}

/* What is wrong with a copy, in short. */
static const char *
fault_of(const struct repair_part *copy)
{
    if (copy->has_rdb && copy->salvage.gap_count > 0)
        return copy->salvage.gaps[0].reason;
    return copy->plan.count > 0
               ? repair_reason_text(copy->plan.ranges[0].reason)
               : "not as servers write it";
}

static bool
read_again(const struct repair_part *part, struct repair_part *copy,
           const char *name)
{
    struct error error = { .kind = ERROR_NONE };
    if (repair_part_find(copy, &error) != STATUS_OK)
        message_error_of(name, &error);
    else if (!repair_part_is_intact(copy))
        message_error("%s: what was written is not sound, and is not kept: %s",
                      name, fault_of(copy));
    else if (copy->salvage.keys != part->salvage.keys ||
             copy->plan.kept != part->plan.kept)
        message_error("%s: what was written is not what was to be kept, and "
                      "is not kept", name);
    else
        return true;
    return false;
}

bool
repair_part_has_sound_copy(const struct repair_part *part, const char *path,
                           const char *name)
{
    struct stat status;
    struct repair_part copy = { .name = name,
                                .fd = open(path, O_RDONLY | O_CLOEXEC),
                                .is_rdb = part->is_rdb };
    bool is_sound = false;
    if (copy.fd < 0 || fstat(copy.fd, &status) != 0) {
        message_error("%s: cannot be read again: %s", name, strerror(errno));
    } else {
        copy.size = (uint64_t)status.st_size;
        is_sound = read_again(part, &copy, name);
        repair_part_fini(&copy);
    }
    if (copy.fd >= 0)
        (void)close(copy.fd);
    return is_sound;
}

/* ---- the quarantine ---- */

static void
drop(void *context, struct bytes bytes)
{
    (void)context;
    (void)bytes;
}

static enum status
put_removed(const struct repair_part *part, struct output *output,
            struct error *error)
{
    for (size_t i = 0; part->has_rdb && i < part->salvage.gap_count; i++) {
        const struct salvage_gap *gap = &part->salvage.gaps[i];
        if (copy_bytes(part, gap->offset, gap->offset + gap->size, output,
                       error) != STATUS_OK)
            return STATUS_FAIL;
    }
    if (part->is_rdb)
        return STATUS_OK;
    return aof_repair_write(&part->plan, &part->options, drop,
                            repair_output_put, output, error);
}

bool
repair_parts_quarantine(const struct repair_part *parts, size_t count,
                        const char *path)
{
    struct error error = { .kind = ERROR_NONE };
    struct output output;
    if (!repair_output_open(&output, path, count > 0 ? parts[0].fd : -1))
        return false;
    bool keep = true;
    for (size_t i = 0; keep && i < count; i++) {
        keep = put_removed(&parts[i], &output, &error) == STATUS_OK;
        if (!keep)
            message_error_of(parts[i].name, &error);
    }
    return repair_output_close(&output, keep);
}
