/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A log in one file.  As an RDB, the copy is read again before it is kept.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/progress.h"
#include "cli/repair-part.h"
#include "cli/repair-until.h"
#include "cli/signals.h"

static bool
close_output(struct output *output, bool keep)
{
    enum status status = output_close(output, keep);
    signals_set_output(NULL);
    if (status != STATUS_OK)
        message_error_of(NULL, &output->error);
    return keep && status == STATUS_OK;
}

static bool
open_output(struct output *output, const char *path)
{
    if (output_open(output, path) != STATUS_OK) {
        message_error_of(NULL, &output->error);
        return false;
    }
    signals_set_output(output);
    return true;
}

bool
repair_part_is_sound_file(const char *path, const char *name)
{
    struct error error = { .kind = ERROR_NONE };
    struct repair_part copy = { .name = name,
                                .fd = open(path, O_RDONLY | O_CLOEXEC) };
    off_t size = copy.fd < 0 ? -1 : lseek(copy.fd, 0, SEEK_END);
    bool sound = false;
    if (size < 0) {
        message_error("%s: cannot be read again", name);
    } else {
        copy.size = (uint64_t)size;
        sound = repair_part_find(&copy, &error) == STATUS_OK;
        if (!sound)
            message_error_of(name, &error);
        else if (!(sound = repair_part_is_intact(&copy)))
            message_error("%s: what was written is not sound, and is not kept",
                          name);
        repair_part_fini(&copy);
    }
    if (copy.fd >= 0)
        (void)close(copy.fd);
    return sound;
}

static bool
write_copy(struct repair_part *part, const char *path)
{
    struct error error = { .kind = ERROR_NONE };
    struct output output;
    if (!open_output(&output, path))
        return false;
    bool keep = output.temporary != NULL;
    if (!keep)
        message_error("%s: is no regular file; what is repaired is read again "
                      "before it is kept", path);
    if (keep) {
        keep = repair_part_write(part, &output, &error) == STATUS_OK;
        if (!keep)
            message_error_of(part->name, &error);
        output_flush(&output);
    }
    keep = keep && output.error.kind == ERROR_NONE &&
           repair_part_is_sound_file(output.temporary, path);
    return close_output(&output, keep);
}

bool
repair_part_write_quarantine(const struct repair_part *parts, size_t count,
                             const char *path)
{
    struct error error = { .kind = ERROR_NONE };
    struct output output;
    if (!open_output(&output, path))
        return false;
    bool keep = true;
    for (size_t i = 0; keep && i < count; i++) {
        keep = repair_part_quarantine(&parts[i], &output, &error) == STATUS_OK;
        if (!keep)
            message_error_of(parts[i].name, &error);
    }
    return close_output(&output, keep);
}

static void
tell(const struct repair *repair, const struct repair_part *part)
{
    struct output output;
    struct repair_report report;
    struct repair_sums sums = { .has_rdb = false };
    char heading[96] = "AOF";
    if (part->has_rdb)
        (void)snprintf(heading, sizeof(heading),
                       "AOF behind an RDB of %" PRIu64 " bytes",
                       part->salvage.end);
    (void)open_output(&output, NULL);
    repair_report_begin(&report, &output, repair, "aof", heading);
    repair_part_tell(part, false, &report);
    repair_report_notes(&report);
    repair_part_note(part, false, &report);
    if (part->until.kind != AOF_REPAIR_ALL && !part->facts.stopped)
        repair_report_note(&report, REPAIR_UNTIL_UNMET);
    repair_part_add(part, &sums);
    repair_part_tell_sums(&sums, &report);
    repair_report_end(&report, repair, repair_part_is_lost(part),
                      part->written);
    (void)close_output(&output, true);
}

bool
repair_part_knows_until(const struct repair_until *until, bool has_times,
                        bool has_rest)
{
    if (until->until.kind == AOF_REPAIR_ALL)
        return true;
    if (until->until.kind == AOF_REPAIR_TIME && !has_times)
        message_error("--until: there is no #TS: line that tells a time in "
                      "this log; give an offset");
    else if (!has_rest)
        message_error("--until: nothing of this log is before that");
    else
        return true;
    return false;
}

static bool
write_all(const struct repair *repair, struct repair_part *part)
{
    const struct arguments *arguments = repair->arguments;
    if (arguments->dry_run)
        return true;
    if (!part->has_rdb && part->plan.kept == 0) {
        message_error("%s: nothing in it can be kept: no copy is written",
                      repair->name);
        return false;
    }
    if (arguments->quarantine != NULL &&
        !repair_part_write_quarantine(part, 1, arguments->quarantine))
        return false;
    return write_copy(part, arguments->output);
}

static const char *
file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

enum exit_code
repair_aof(const struct repair *repair, bool with_rdb)
{
    struct error error = { .kind = ERROR_NONE };
    struct repair_until until;
    if (!repair_until_parse(repair->arguments->until, &until))
        return EXIT_DONE;
    if (until.part.size > 0 &&
        !bytes_equal(until.part, bytes_of_text(file_name(repair->path)))) {
        message_error("--until names another file than %s", repair->name);
        return EXIT_DONE;
    }
    struct repair_part part = { .name = repair->name,
                                .fd = repair->fd,
                                .size = repair->size,
                                .wants_rdb = with_rdb,
                                .until = until.until };
    enum exit_code code = EXIT_DONE;
    progress_start(repair->arguments);
    enum status status = repair_part_find(&part, &error);
    progress_stop();
    if (status != STATUS_OK) {
        message_error_of(repair->name, &error);
    } else if (repair_part_knows_until(&until, part.facts.times > 0,
                                       part.has_rdb || part.plan.kept > 0) &&
               write_all(repair, &part)) {
        tell(repair, &part);
        code = repair_part_is_lost(&part) ? EXIT_NO : EXIT_DONE;
    }
    repair_part_fini(&part);
    return code;
}

/* What shows that an RDB ends at `at`, or begins before it: EOF and checksum,
 * or the field that says which server wrote it. */
static bool
is_behind_rdb(struct window *window, uint64_t at)
{
    enum { END_SIZE = 9, HEAD = 512 };
    struct bytes end = window_at(window, at < END_SIZE ? at : at - END_SIZE, 1);
    if (at >= END_SIZE && end.size > 0 && end.data[0] == 0xff)
        return true;
    struct bytes head = window_at(window, 0, HEAD);
    return memmem(head.data, head.size, "redis-ver", 9) != NULL ||
           memmem(head.data, head.size, "valkey-ver", 10) != NULL;
}

/* Looks from `from` on, before `until`, for a place at which `most` sound
 * commands follow each other, or all there are: true when accept says so. */
static bool
find_commands(const struct repair *repair, uint64_t from, uint64_t until,
              uint64_t most,
              bool (*accept)(struct window *window, uint64_t at))
{
    enum { PLACES_MAX = 256 };
    struct window scan;
    struct window probe;
    bool found = false;
    window_init(&scan, repair->fd, repair->size);
    window_init(&probe, repair->fd, repair->size);
    for (size_t i = 0; i < PLACES_MAX && !found &&
                       resync_find(&scan, &probe, from, until, &from);
         i++, from++)
        found = resync_confirm(&probe, from, most) > 0 &&
                accept(&probe, from);
    window_fini(&probe);
    window_fini(&scan);
    return found;
}

static bool
is_alone(struct window *window, uint64_t at)
{
    return !is_behind_rdb(window, at);
}

bool
repair_aof_is_log(const struct repair *repair)
{
    enum { LOOKED_INTO = 64 * 1024, COMMANDS = 8 };
    return find_commands(repair, 0, LOOKED_INTO, COMMANDS, is_alone);
}

static bool
is_any(struct window *window, uint64_t at)
{
    (void)window;
    (void)at;
    return true;
}

bool
repair_aof_ends(const struct repair *repair)
{
    enum { LOOKED_INTO = 64 * 1024 };
    uint64_t from =
        repair->size > LOOKED_INTO ? repair->size - LOOKED_INTO : 0;
    return find_commands(repair, from, repair->size, UINT64_MAX, is_any);
}
