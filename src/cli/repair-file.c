/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A repair of one file.  The copy is written under its temporary name, read
 * again as the input was, and takes its name only when that finds nothing.
 */
#include <inttypes.h>

#include "base/number.h"
#include "base/path.h"
#include "cli/message.h"
#include "cli/progress.h"
#include "cli/repair-output.h"
#include "cli/repair-tell.h"
#include "cli/repair-until.h"

/* ---- writing ---- */

static bool
write_copy(struct repair_part *part, const char *path)
{
    struct error error = { .kind = ERROR_NONE };
    struct output output;
    if (!repair_output_open(&output, path, part->fd))
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
           repair_part_has_sound_copy(part, output.temporary, path);
    return repair_output_close(&output, keep);
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
        !repair_parts_quarantine(part, 1, arguments->quarantine))
        return false;
    return write_copy(part, arguments->output);
}

/* ---- telling ---- */

/* "RDB 11, written by redis 7.2.6, checksum ok" */
static void
append_rdb(struct buffer *heading, const struct salvage *salvage)
{
    const struct rdb_facts *facts = &salvage->facts;
    const char *checksum = rdb_checksum_word(facts);
    buffer_append_format(heading, "%s %d",
                         facts->dialect == RDB_VALKEY ? "VALKEY RDB" : "RDB",
                         facts->version);
    if (facts->server[0] != '\0')
        buffer_append_format(heading, ", written by %s %s", facts->server,
                             facts->server_version);
    buffer_append_format(heading, ", checksum %s",
                         checksum != NULL ? checksum : "not reached");
}

static void
append_heading(struct buffer *heading, const struct repair_part *part)
{
    if (!part->has_rdb) {
        buffer_append_text(heading, "AOF");
    } else if (part->is_rdb) {
        append_rdb(heading, &part->salvage);
    } else {
        buffer_append_text(heading, "AOF behind ");
        number_append_grouped(heading, part->salvage.end);
        buffer_append_text(heading, " bytes of ");
        append_rdb(heading, &part->salvage);
    }
    buffer_append_byte(heading, '\0');
}

static void
tell(const struct repair *repair, const struct repair_part *part)
{
    struct output output;
    struct repair_report report;
    struct repair_sums sums = { .has_rdb = false };
    struct buffer heading = { NULL, 0, 0 };
    append_heading(&heading, part);
    (void)repair_output_open(&output, NULL, -1);
    repair_report_begin(&report, &output, repair, part->is_rdb ? "rdb" : "aof",
                        (const char *)heading.data);
    repair_tell_losses(part, false, &report);
    repair_report_notes(&report);
    repair_tell_notes(part, false, &report);
    if (part->until.kind != AOF_REPAIR_ALL && !part->facts.stopped)
        repair_report_note(&report, repair_until_unmet(&part->until));
    repair_tell_add(part, &sums);
    repair_tell_sums(&sums, &report);
    const struct repair_end end = { repair_part_is_lost(part),
                                    sums.unverified, part->written };
    repair_report_end(&report, repair, &end);
    (void)repair_output_close(&output, true);
    buffer_fini(&heading);
}

/* ---- the command's part ---- */

static bool
reads_until(const struct repair *repair, struct repair_until *until)
{
    if (!repair_until_parse(repair->arguments->until, until))
        return false;
    if (until->part.size == 0 ||
        bytes_equal(until->part, bytes_of_text(path_name(repair->path))))
        return true;
    message_error("--until names another file than %s", repair->name);
    return false;
}

/* What was taken for an RDB alone may have a log behind it, for which the RDB
 * is read in another way. */
static enum status
find(const struct repair *repair, struct repair_part *part,
     struct error *error)
{
    enum status status = repair_part_find(part, error);
    if (status != STATUS_OK || !part->is_rdb ||
        !(part->salvage.facts.aof_preamble || repair_guess_log_end(repair)))
        return status;
    repair_part_fini(part);
    *part = (struct repair_part){ .name = part->name,
                                  .fd = part->fd,
                                  .size = part->size,
                                  .wants_rdb = true,
                                  .until = part->until };
    return repair_part_find(part, error);
}

static bool
knows_until(const struct repair *repair, const struct repair_part *part,
            const struct repair_until *until)
{
    if (part->is_rdb && until->until.kind != AOF_REPAIR_ALL) {
        message_error("--until: %s is no AOF", repair->name);
        return false;
    }
    return repair_until_is_known(until, part->facts.times > 0,
                                 part->has_rdb || part->plan.kept > 0);
}

enum exit_code
repair_file(const struct repair *repair, bool is_rdb)
{
    struct error error = { .kind = ERROR_NONE };
    struct repair_until until;
    enum exit_code code = EXIT_DONE;
    if (!reads_until(repair, &until))
        return EXIT_DONE;
    struct repair_part part = { .name = repair->name,
                                .fd = repair->fd,
                                .size = repair->size,
                                .is_rdb = is_rdb,
                                .until = until.until };
    progress_start(repair->arguments);
    enum status status = find(repair, &part, &error);
    progress_stop();
    if (status != STATUS_OK) {
        repair_part_tell_trouble(repair->name, &error);
    } else if (knows_until(repair, &part, &until) &&
               write_all(repair, &part)) {
        tell(repair, &part);
        code = repair_part_is_lost(&part) ? EXIT_NO : EXIT_DONE;
    }
    repair_part_fini(&part);
    return code;
}
