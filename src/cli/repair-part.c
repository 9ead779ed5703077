/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/repair-part.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "aof/repair-names.h"
#include "cli/progress.h"

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
                                             .log_begins = count_commands,
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
    if ((part->wants_rdb && part->size > 0) || begins_like_rdb(&part->window))
        status = find_keys(part, error);
    if (status == STATUS_OK)
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
repair_part_is_intact(const struct repair_part *part)
{
    return part->plan.count == 0 &&
           (!part->has_rdb || salvage_is_intact(&part->salvage));
}

static bool
is_loss(const struct repair_range *range)
{
    return range->reason != REPAIR_UNTIL &&
           range->reason != REPAIR_REWRITTEN &&
           range->reason != REPAIR_ANNOTATION;
}

bool
repair_part_is_lost(const struct repair_part *part)
{
    if (part->has_rdb &&
        (part->salvage.gap_count > 0 || part->salvage.lost_keys > 0))
        return true;
    for (size_t i = 0; i < part->plan.count; i++)
        if (is_loss(&part->plan.ranges[i]))
            return true;
    return false;
}

/* ---- sums ---- */

void
repair_part_add(const struct repair_part *part, struct repair_sums *sums)
{
    sums->has_rdb |= part->has_rdb;
    if (part->has_rdb) {
        sums->keys_kept += part->salvage.keys;
        sums->bytes_lost += part->salvage.lost_bytes;
        sums->places += part->salvage.gap_count;
    }
    sums->commands_kept += part->plan.kept;
    sums->commands_lost += part->plan.lost;
    for (size_t i = 0; i < part->plan.count; i++) {
        const struct repair_range *range = &part->plan.ranges[i];
        if (!is_loss(range))
            continue;
        sums->bytes_lost += range->to.at - range->from.at;
        sums->places++;
    }
}

void
repair_part_tell_sums(const struct repair_sums *sums,
                      struct repair_report *report)
{
    repair_report_counts(report);
    if (sums->has_rdb)
        repair_report_count(report, "keys_kept", "key", "kept",
                            sums->keys_kept);
    repair_report_count(report, "commands_kept", "command", "kept",
                        sums->commands_kept);
    repair_report_count(report, "commands_removed", "whole command",
                        "removed", sums->commands_lost);
    repair_report_count(report, "bytes_removed", "byte", "removed",
                        sums->bytes_lost);
    repair_report_count(report, "places", "place", "damaged", sums->places);
}

/* ---- writing ---- */

static void
put(void *context, struct bytes bytes)
{
    struct output *output = context;
    buffer_append(&output->buffer, bytes.data, bytes.size);
    output_flush_if_full(output);
}

static void
put_counted(void *context, struct bytes bytes)
{
    struct repair_part *part = context;
    part->written += bytes.size;
    put(part->output, bytes);
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
        put(output, bytes);
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
    if (salvage_is_intact(&part->salvage)) {
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
    if (status == STATUS_OK)
        status = aof_repair_write(&part->plan, &part->options, put_counted,
                                  NULL, part, error);
    return status;
}

static void
drop(void *context, struct bytes bytes)
{
    (void)context;
    (void)bytes;
}

enum status
repair_part_quarantine(const struct repair_part *part, struct output *output,
                       struct error *error)
{
    for (size_t i = 0; part->has_rdb && i < part->salvage.gap_count; i++) {
        const struct salvage_gap *gap = &part->salvage.gaps[i];
        if (copy_bytes(part, gap->offset, gap->offset + gap->size, output,
                       error) != STATUS_OK)
            return STATUS_FAIL;
    }
    return aof_repair_write(&part->plan, &part->options, drop, put, output,
                            error);
}

/* ---- telling ---- */

static void
append_reason(struct buffer *text, const struct repair_range *range,
              const struct repair_names *names)
{
    uint64_t whole = range->to.commands - range->from.commands;
    buffer_append_text(text, repair_reason_text(range->reason));
    if (names->command[0] != '\0') {
        buffer_append_text(text, ", ");
        escape_append(text, bytes_of_text(names->command), BYTES_ESCAPE);
    }
    if (range->with_block)
        buffer_append_text(text, ", with the transaction it is part of");
    if (whole > 0 && range->reason != REPAIR_REWRITTEN)
        buffer_append_format(text, ", %llu whole command%s",
                             (unsigned long long)whole,
                             whole == 1 ? "" : "s");
}

/* Commands without a fault behind a range, and whether they reach the end. */
static uint64_t
confirmed_by(const struct repair_part *part, size_t number, bool *reaches_end)
{
    const struct repair_plan *plan = &part->plan;
    const struct repair_range *range = &plan->ranges[number];
    size_t next = number + 1;
    while (next < plan->count &&
           plan->ranges[next].reason == REPAIR_REWRITTEN)
        next++;
    *reaches_end = next == plan->count && range->to.at < part->size;
    uint64_t until = next < plan->count ? plan->ranges[next].from.commands
                                        : plan->state.commands;
    return until - range->to.commands;
}

static void
tell_range(const struct repair_part *part, size_t number,
           struct repair_names *names, bool with_name,
           struct repair_report *report)
{
    const struct repair_range *range = &part->plan.ranges[number];
    struct buffer text = { NULL, 0, 0 };
    char doubt[128];
    repair_names_find(names, range->from.at, range->to.at);
    append_reason(&text, range, names);
    buffer_append_byte(&text, '\0');
    (void)snprintf(doubt, sizeof(doubt),
                   "a SELECT may have been in it: the database is not sure up "
                   "to 0x%llx", (unsigned long long)range->db_until);
    struct repair_loss loss = {
        .part = with_name ? part->name : NULL,
        .offset = range->from.at,
        .size = range->to.at - range->from.at,
        .what = repair_reason_name(range->reason),
        .reason = (const char *)text.data,
        .stays = range->reason == REPAIR_REWRITTEN,
        .unit = "command",
        .doubt = range->db_unsure ? doubt : NULL,
        .names = &names->names,
        .names_whole = names->is_whole,
        .has_commands = true,
        .commands = range->to.commands - range->from.commands,
    };
    if (!loss.stays)
        loss.confirmed = confirmed_by(part, number, &loss.reaches_end);
    repair_report_loss(report, &loss);
    buffer_fini(&text);
}

void
repair_part_tell(const struct repair_part *part, bool with_name,
                 struct repair_report *report)
{
    for (size_t i = 0; part->has_rdb && i < part->salvage.gap_count; i++) {
        struct repair_loss loss = repair_rdb_loss(&part->salvage.gaps[i]);
        loss.part = with_name ? part->name : NULL;
        repair_report_loss(report, &loss);
    }
    struct repair_names names;
    repair_names_init(&names, part->fd, part->size);
    for (size_t i = 0; i < part->plan.count; i++)
        if (part->plan.ranges[i].reason != REPAIR_UNTIL)
            tell_range(part, i, &names, with_name, report);
    repair_names_fini(&names);
}

static void __attribute__((format(printf, 4, 5)))
note(const struct repair_part *part, bool with_name,
     struct repair_report *report, const char *format, ...)
{
    char text[256];
    struct buffer line = { NULL, 0, 0 };
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (with_name) {
        escape_append(&line, bytes_of_text(part->name), BYTES_ESCAPE);
        buffer_append_text(&line, ": ");
    }
    buffer_append(&line, text, strlen(text) + 1);
    repair_report_note(report, (const char *)line.data);
    buffer_fini(&line);
}

static void
note_rdb(const struct repair_part *part, bool with_name,
         struct repair_report *report)
{
    const struct salvage *salvage = &part->salvage;
    if (salvage->header_guessed)
        note(part, with_name, report,
             "the RDB's header could not be read; by its contents this is "
             "version %d", salvage->facts.version);
    if (!salvage->had_end)
        note(part, with_name, report, "the RDB's end was missing");
    if (salvage->crc_wrong)
        note(part, with_name, report,
             "the RDB's checksum was wrong or missing: bytes inside of values "
             "may have changed, which nothing tells");
    if (salvage->counts_lost && salvage->lost_keys > 0)
        note(part, with_name, report,
             "%llu keys that the RDB announces did not come",
             (unsigned long long)salvage->lost_keys);
}

void
repair_part_note(const struct repair_part *part, bool with_name,
                 struct repair_report *report)
{
    const struct repair_plan *plan = &part->plan;
    if (part->has_rdb)
        note_rdb(part, with_name, report);
    if (plan->count == 0 ||
        plan->ranges[plan->count - 1].reason != REPAIR_UNTIL)
        return;
    uint64_t end = plan->ranges[plan->count - 1].from.at;
    note(part, with_name, report, "ends at 0x%llx as asked: %llu bytes follow",
         (unsigned long long)end, (unsigned long long)(part->size - end));
}
