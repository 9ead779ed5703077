/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/repair-tell.h"

#include <stdarg.h>
#include <stdio.h>

#include "aof/repair-names.h"
#include "base/number.h"

/* ---- losses ---- */

/* These words say already which command it begins with. */
static bool
names_command(enum repair_reason reason)
{
    return reason == REPAIR_OPEN || reason == REPAIR_DANGLING ||
           reason == REPAIR_NESTED || reason == REPAIR_EXEC_ALONE;
}

static void
append_reason(struct buffer *text, const struct repair_range *range,
              const struct repair_names *names)
{
    uint64_t whole = range->to.commands - range->from.commands;
    buffer_append_text(text, repair_reason_text(range->reason));
    if (range->with_block)
        buffer_append_text(text, ", with the transaction it is part of");
    if (names->command[0] != '\0' && !names_command(range->reason)) {
        buffer_append_text(text, "; begins with ");
        escape_append(text, bytes_of_text(names->command), BYTES_ESCAPE);
    }
    if (whole > 0 && range->reason != REPAIR_REWRITTEN)
        buffer_append_format(text, "; %llu whole command%s",
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
        .doubt = range->db_unsure && range->db_until > range->to.at ? doubt
                                                                    : NULL,
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

static struct repair_loss
loss_of_keys(const struct salvage_gap *gap)
{
    static const char *const causes[] = {
        [SALVAGE_DAMAGED] = "damaged",
        [SALVAGE_TRUNCATED] = "truncated",
        [SALVAGE_DUPLICATE] = "duplicate",
        [SALVAGE_BEHIND] = "behind the end",
    };
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

void
repair_tell_losses(const struct repair_part *part, bool with_name,
                   struct repair_report *report)
{
    for (size_t i = 0; part->has_rdb && i < part->salvage.gap_count; i++) {
        struct repair_loss loss = loss_of_keys(&part->salvage.gaps[i]);
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

/* ---- notes ---- */

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
        note(part, with_name, report,
             "the RDB's end was missing, and what may have come before it");
    if (salvage->crc_wrong)
        note(part, with_name, report,
             "the RDB's checksum was %s: bytes inside of values may have "
             "changed, which nothing tells",
             salvage->facts.crc == RDB_CRC_MISMATCH ? "wrong" : "missing");
    if (salvage->gap_count == SALVAGE_GAPS_MAX)
        note(part, with_name, report,
             "more places of the RDB are damaged than can be held: the last "
             "of them covers sound records too");
    if (salvage->halvings > 0)
        note(part, with_name, report,
             "names compared with each other: 1/%llu",
             1ULL << salvage->halvings);
}

static void
note_until(const struct repair_part *part, bool with_name,
           struct repair_report *report)
{
    enum { SECOND = 1000 };
    const struct repair_plan *plan = &part->plan;
    int64_t written = part->has_rdb ? part->salvage.facts.ctime_ms : -1;
    if (part->until.kind == AOF_REPAIR_TIME &&
        written / SECOND > part->until.ms / SECOND) {
        char text[NUMBER_TIME_SIZE];
        (void)number_format_time(written, text);
        note(part, with_name, report,
             "the RDB was written at %s, after the time to end at: what it "
             "holds is of then, and stays", text);
    }
    if (plan->count == 0 ||
        plan->ranges[plan->count - 1].reason != REPAIR_UNTIL)
        return;
    uint64_t end = plan->ranges[plan->count - 1].from.at;
    note(part, with_name, report, "ends at 0x%llx as asked: %llu bytes follow",
         (unsigned long long)end, (unsigned long long)(part->size - end));
}

void
repair_tell_notes(const struct repair_part *part, bool with_name,
                  struct repair_report *report)
{
    if (part->has_rdb)
        note_rdb(part, with_name, report);
    note_until(part, with_name, report);
}

/* ---- sums ---- */

static void
add_rdb(const struct salvage *salvage, struct repair_sums *sums)
{
    sums->has_rdb = true;
    sums->unverified |= salvage->crc_wrong;
    sums->keys_kept += salvage->keys;
    sums->keys_uncounted |= !salvage->counts_lost;
    sums->keys_lost += salvage->lost_keys;
    sums->keys_lost_is_least |= salvage->lost_is_least;
    sums->bytes_lost += salvage->lost_bytes;
    sums->places += salvage->gap_count;
}

void
repair_tell_add(const struct repair_part *part, struct repair_sums *sums)
{
    if (part->has_rdb)
        add_rdb(&part->salvage, sums);
    sums->has_log |= !part->is_rdb;
    sums->commands_kept += part->plan.kept;
    sums->commands_lost += part->plan.lost;
    for (size_t i = 0; i < part->plan.count; i++) {
        const struct repair_range *range = &part->plan.ranges[i];
        if (!repair_part_is_loss(range))
            continue;
        sums->bytes_lost += range->to.at - range->from.at;
        sums->places++;
    }
}

static void
tell_keys(const struct repair_sums *sums, struct repair_report *report)
{
    repair_report_count(report, "keys_kept", "key", "kept", sums->keys_kept);
    if (sums->keys_uncounted)
        return;
    if (!sums->keys_lost_is_least)
        repair_report_count(report, "keys_lost", "key", "lost",
                            sums->keys_lost);
    else if (sums->keys_lost > 0)
        repair_report_count_least(report, "keys_lost_at_least", "key", "lost",
                                  sums->keys_lost);
}

void
repair_tell_sums(const struct repair_sums *sums, struct repair_report *report)
{
    repair_report_counts(report);
    if (sums->has_rdb)
        tell_keys(sums, report);
    if (sums->has_log) {
        repair_report_count(report, "commands_kept", "command", "kept",
                            sums->commands_kept);
        repair_report_count(report, "commands_removed", "whole command",
                            "removed", sums->commands_lost);
    }
    if (sums->files_lost > 0)
        repair_report_count(report, "files_lost", "file", "lost",
                            sums->files_lost);
    repair_report_count(report, "bytes_removed", "byte", "removed",
                        sums->bytes_lost);
    repair_report_count(report, "places", "place", "damaged", sums->places);
}
