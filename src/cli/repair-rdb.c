/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A copy is written under its temporary name, read again as the input was, and
 * takes its name only when that finds nothing and as many keys.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/progress.h"
#include "cli/repair.h"
#include "cli/signals.h"
#include "rdb/salvage.h"

static const char *const causes[] = {
    [SALVAGE_DAMAGED] = "damaged",
    [SALVAGE_TRUNCATED] = "truncated",
    [SALVAGE_DUPLICATE] = "duplicate",
    [SALVAGE_BEHIND] = "behind the end",
};

struct repair_rdb {
    const struct repair *repair;
    struct salvage salvage;
    uint64_t written;
};

/* --- the copy --- */

static void
put(void *context, struct bytes bytes)
{
    struct output *output = context;
    buffer_append(&output->buffer, bytes.data, bytes.size);
    output_flush_if_full(output);
}

/* Reads what was written; false, with the trouble told, when it is not what
 * it should be. */
static bool
is_sound_copy(const struct repair_rdb *r, const struct output *output)
{
    struct error error = { .kind = ERROR_NONE };
    struct salvage copy;
    struct salvage_options options = {
        .fd = open(output->temporary, O_RDONLY | O_CLOEXEC),
        .limit = r->written,
    };
    if (options.fd < 0) {
        message_error("%s: cannot be read again", output->path);
        return false;
    }
    enum status status = salvage_find(&copy, &options, &error);
    bool sound = status == STATUS_OK && salvage_is_intact(&copy) &&
                 copy.keys == r->salvage.keys;
    if (status != STATUS_OK)
        message_error_of(output->path, &error);
    else if (!sound)
        message_error("%s: what was written is not sound, and is not kept: %s",
                      output->path,
                      copy.gap_count > 0 ? copy.gaps[0].reason
                                         : "it has other keys");
    salvage_fini(&copy);
    (void)close(options.fd);
    return sound;
}

static bool
write_copy(struct repair_rdb *r, struct output *output)
{
    struct error error = { .kind = ERROR_NONE };
    struct rdb_writer writer;
    rdb_write_init(&writer, put, output);
    enum status status = salvage_write(&r->salvage, &writer, &error);
    r->written = writer.size;
    rdb_write_fini(&writer);
    output_flush(output);
    if (status != STATUS_OK)
        message_error_of(r->repair->name, &error);
    return status == STATUS_OK && output->error.kind == ERROR_NONE;
}

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
write_output(struct repair_rdb *r)
{
    struct output output;
    const char *path = r->repair->arguments->output;
    if (output_open(&output, path) != STATUS_OK) {
        message_error_of(NULL, &output.error);
        return false;
    }
    signals_set_output(&output);
    bool keep = output.temporary != NULL;
    if (!keep)
        message_error("%s: is no regular file; what is repaired is read again "
                      "before it is kept", path);
    keep = keep && write_copy(r, &output) && is_sound_copy(r, &output);
    return close_output(&output, keep);
}

/* --- the quarantine --- */

static bool
put_gap(const struct repair *repair, const struct salvage_gap *gap,
        struct output *output)
{
    unsigned char block[16 * 1024];
    for (uint64_t done = 0; done < gap->size;) {
        uint64_t left = gap->size - done;
        size_t want = left < sizeof(block) ? (size_t)left : sizeof(block);
        ssize_t got =
            pread(repair->fd, block, want, (off_t)(gap->offset + done));
        if (got <= 0) {
            message_error("%s: cannot be read again", repair->name);
            return false;
        }
        put(output, bytes_of(block, (size_t)got));
        done += (uint64_t)got;
    }
    return true;
}

static bool
write_quarantine(const struct repair_rdb *r)
{
    struct output output;
    if (output_open(&output, r->repair->arguments->quarantine) != STATUS_OK) {
        message_error_of(NULL, &output.error);
        return false;
    }
    signals_set_output(&output);
    bool keep = true;
    for (size_t i = 0; keep && i < r->salvage.gap_count; i++)
        keep = put_gap(r->repair, &r->salvage.gaps[i], &output);
    return close_output(&output, keep);
}

/* --- the account --- */

static bool
is_lost(const struct salvage *salvage)
{
    for (size_t i = 0; i < salvage->gap_count; i++)
        if (salvage->gaps[i].cause != SALVAGE_BEHIND)
            return true;
    if (!salvage->had_end && !salvage->counts_lost)
        return true;
    return salvage->lost_keys > 0 && (salvage->crc_wrong || !salvage->had_end);
}

struct repair_loss
repair_rdb_loss(const struct salvage_gap *gap)
{
    return (struct repair_loss){
        .offset = gap->offset,
        .size = gap->size,
        .what = causes[gap->cause],
        .reason = gap->reason,
        .has_key = gap->has_key,
        .db = gap->db,
        .name = gap->name,
        .name_size = gap->name_size,
        .confirmed = gap->confirmed,
        .unit = "record",
        .reaches_end = gap->reaches_end,
        .doubt = gap->db_unsure ? "keys behind it may be of another database"
                                : NULL,
    };
}

static void
tell_losses(struct repair_report *report, const struct salvage *salvage)
{
    for (size_t i = 0; i < salvage->gap_count; i++) {
        struct repair_loss loss = repair_rdb_loss(&salvage->gaps[i]);
        repair_report_loss(report, &loss);
    }
}

static void
tell_notes(struct repair_report *report, const struct salvage *salvage)
{
    char text[160];
    repair_report_notes(report);
    if (salvage->header_guessed) {
        (void)snprintf(text, sizeof(text),
                       "the header could not be read; by its contents this is "
                       "RDB version %d",
                       salvage->facts.version);
        repair_report_note(report, text);
    }
    if (!salvage->had_end)
        repair_report_note(report, "the end was missing");
    if (salvage->crc_wrong)
        repair_report_note(report,
                           "the checksum was wrong or missing: bytes inside "
                           "of values may have changed, which nothing tells");
    if (salvage->gap_count == SALVAGE_GAPS_MAX)
        repair_report_note(report,
                           "more places are damaged than can be held: the "
                           "last of them covers sound records too");
    if (salvage->halvings > 0) {
        (void)snprintf(text, sizeof(text),
                       "names compared with each other: 1/%llu",
                       1ULL << salvage->halvings);
        repair_report_note(report, text);
    }
}

static void
tell_counts(struct repair_report *report, const struct salvage *salvage)
{
    repair_report_counts(report);
    repair_report_count(report, "keys_kept", "key", "kept", salvage->keys);
    if (salvage->counts_lost)
        repair_report_count(report, "keys_lost", "key", "lost",
                            salvage->lost_keys);
    repair_report_count(report, "bytes_removed", "byte", "removed",
                        salvage->lost_bytes);
    repair_report_count(report, "places", "place", "damaged",
                        salvage->gap_count);
}

static void
tell(const struct repair_rdb *r)
{
    static const char *const checksums[] = {
        [RDB_CRC_UNKNOWN] = "not reached",
        [RDB_CRC_OK] = "ok",
        [RDB_CRC_ABSENT] = "absent",
        [RDB_CRC_MISMATCH] = "mismatch",
    };
    const struct salvage *salvage = &r->salvage;
    const struct rdb_facts *facts = &salvage->facts;
    struct output output;
    struct repair_report report;
    char heading[160];
    int size = snprintf(heading, sizeof(heading), "%s %d",
                        facts->dialect == RDB_VALKEY ? "VALKEY RDB" : "RDB",
                        facts->version);
    if (facts->server[0] != '\0')
        size += snprintf(heading + size, sizeof(heading) - (size_t)size,
                         ", written by %s %s", facts->server,
                         facts->server_version);
    (void)snprintf(heading + size, sizeof(heading) - (size_t)size,
                   ", checksum %s", checksums[facts->crc]);
    (void)output_open(&output, NULL);
    repair_report_begin(&report, &output, r->repair, "rdb", heading);
    tell_losses(&report, salvage);
    tell_notes(&report, salvage);
    tell_counts(&report, salvage);
    repair_report_end(&report, r->repair, is_lost(salvage), r->written);
    (void)close_output(&output, true);
}

/* --- the command's half --- */

static bool
write_all(struct repair_rdb *r)
{
    const struct arguments *arguments = r->repair->arguments;
    if (arguments->dry_run)
        return true;
    if (arguments->quarantine != NULL && !write_quarantine(r))
        return false;
    return write_output(r);
}

static void
show_progress(void *context, uint64_t done)
{
    const struct repair_rdb *r = context;
    enum signals_news due = progress_due();
    if (due == SIGNALS_NONE)
        return;
    const struct progress_state state = { .bytes = done,
                                          .total = r->repair->size };
    progress_show(&state, due);
}

static enum exit_code
repair_it(struct repair_rdb *r)
{
    const struct repair *repair = r->repair;
    struct error error = { .kind = ERROR_NONE };
    const struct salvage_options options = { .fd = repair->fd,
                                             .limit = repair->size,
                                             .poll = show_progress,
                                             .context = r };
    progress_start(repair->arguments);
    enum status status = salvage_find(&r->salvage, &options, &error);
    progress_stop();
    if (status != STATUS_OK) {
        message_error_of(repair->name, &error);
        return EXIT_DONE;
    }
    if (r->salvage.facts.aof_preamble || repair_aof_ends(repair))
        return repair_aof(repair, true);
    if (repair->arguments->until != NULL) {
        message_error("--until: %s is no AOF", repair->name);
        return EXIT_DONE;
    }
    if (!write_all(r))
        return EXIT_DONE;
    tell(r);
    return is_lost(&r->salvage) ? EXIT_NO : EXIT_DONE;
}

enum exit_code
repair_rdb(const struct repair *repair)
{
    struct repair_rdb r = { .repair = repair };
    enum exit_code code = repair_it(&r);
    salvage_fini(&r.salvage);
    return code;
}
