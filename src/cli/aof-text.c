/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The page for people: what was read, what it is made of in a few sentences,
 * then the tables.
 */
#include "base/escape.h"
#include "base/number.h"
#include "cli/aof-tables.h"

enum { FILES_SHOWN = 20, TIMES_SHOWN = 20 };

static void
append_counted(struct buffer *out, uint64_t count, const char *one,
               const char *more)
{
    number_append_grouped(out, count);
    buffer_append_format(out, " %s", count == 1 ? one : more);
}

/* ---- what was read ---- */

static void
append_content(struct buffer *out, const struct aof_report_part *part)
{
    if (part->preamble_bytes > 0) {
        buffer_append_text(out, "an RDB of ");
        number_append_counted(out, part->preamble_keys, "key");
        buffer_append_text(out, ", ");
        number_append_size(out, part->preamble_bytes);
        buffer_append_text(out, "; ");
    }
    number_append_counted(out, part->commands, "command");
    buffer_append_text(out, ", ");
    number_append_size(out, part->bytes - part->preamble_bytes);
    if (part->in_progress)
        buffer_append_text(out, "; still being written");
    buffer_append_byte(out, '\n');
    if (part->error == NULL)
        return;
    buffer_append_text(out, "    ");
    if (part->error_has_offset)
        buffer_append_format(out, "offset 0x%llx: ",
                             (unsigned long long)part->error_offset);
    escape_append(out, bytes_of_text(part->error), BYTES_TEXT);
    buffer_append_byte(out, '\n');
}

static void
append_part(struct buffer *out, const struct aof_report_part *part)
{
    buffer_append_text(out, "  ");
    escape_append(out, bytes_of_text(part->name), BYTES_ESCAPE);
    buffer_append_format(out, ", %s: ", part->type);
    append_content(out, part);
}

/* An input, and its files when it is a set; they count into *shown. */
static void
append_input(struct buffer *out, const struct aof_report *report, size_t input,
             size_t *shown)
{
    const struct run_input *read = &report->run.inputs[input];
    bool is_set = read->kind == INPUT_MANIFEST;
    escape_append(out, bytes_of_text(read->name), BYTES_ESCAPE);
    buffer_append_text(out, !read->was_read ? "  NOT READ\n"
                            : is_set        ? "  multi-part AOF\n"
                                            : "  AOF: ");
    for (size_t i = 0; i < report->part_count; i++) {
        const struct aof_report_part *part = &report->parts[i];
        if (part->input != input)
            continue;
        if (!is_set)
            append_content(out, part);
        else if (++*shown <= FILES_SHOWN)
            append_part(out, part);
    }
}

static void
append_inputs(struct buffer *out, const struct aof_report *report)
{
    const struct run *run = &report->run;
    size_t shown = 0;
    for (size_t i = 0; i < run->input_count && i < FILES_SHOWN; i++)
        append_input(out, report, i, &shown);
    if (shown > FILES_SHOWN)
        buffer_append_format(out, "and %zu more files\n",
                             shown - FILES_SHOWN);
    if (run->input_count > FILES_SHOWN)
        buffer_append_format(out, "and %zu more inputs\n",
                             run->input_count - FILES_SHOWN);
    if (!aof_report_is_complete(report))
        buffer_append_text(out, "INCOMPLETE: all figures are of what could be "
                                "read.\n");
    if (!filter_is_empty(run->filter)) {
        buffer_append_text(out, "only commands that write keys which pass ");
        escape_append(out, bytes_of_text(filter_text(run->filter)),
                      BYTES_TEXT);
        buffer_append_byte(out, '\n');
    }
}

/* ---- in a few sentences ---- */

/* #TS tells whole seconds, so the last one counts, too. */
static void
append_times(struct buffer *out, const struct log_totals *totals)
{
    int64_t first;
    int64_t last;
    uint64_t seconds = (uint64_t)totals->last_time_s -
                       (uint64_t)totals->first_time_s + 1;
    if (totals->timed_commands == 0) {
        buffer_append_text(out, "No #TS says when.\n");
        return;
    }
    if (__builtin_mul_overflow(totals->first_time_s, INT64_C(1000), &first) ||
        __builtin_mul_overflow(totals->last_time_s, INT64_C(1000), &last) ||
        seconds == 0)
        return;
    buffer_append_text(out, "They were written from ");
    number_append_time(out, first);
    buffer_append_text(out, " to ");
    number_append_time(out, last);
    buffer_append_text(out, ":\nin ");
    number_append_duration(out, seconds);
    buffer_append_text(out, ", ");
    append_counted(out, (totals->timed_commands + seconds / 2) / seconds,
                   "command and ", "commands and ");
    number_append_size(out, totals->timed_bytes / seconds);
    buffer_append_text(out, " a second.\n");
}

static void
append_databases(struct buffer *out, const struct log *log)
{
    uint64_t used = 0;
    for (size_t i = 0; i < LOG_NO_SPACE; i++)
        used += log->spaces[i].commands > 0;
    if (log->spaces[LOG_NO_SPACE].commands > 0)
        buffer_append_text(out, "more than ");
    number_append_counted(out, used, "database");
}

static void
append_commands(struct buffer *out, const struct aof_report *report,
                const struct log_keys_sums *keys)
{
    const struct log *log = report->log;
    number_append_counted(out, log->totals.commands, "command");
    buffer_append_text(out, log->totals.commands == 1 ? " takes " : " take ");
    number_append_size(out, log->totals.bytes);
    if (keys->keys > 0) {
        buffer_append_text(out, log->totals.commands == 1 ? " and writes "
                                                         : " and write ");
        if (!keys->is_exact)
            buffer_append_text(out, "about ");
        number_append_counted(out, keys->keys, "key");
        buffer_append_text(out, " in ");
        append_databases(out, log);
    }
    buffer_append_text(out, ".\n");
}

static void
append_transactions(struct buffer *out, const struct log *log)
{
    const struct log_transactions *all = &log->transactions;
    if (all->count > 0) {
        append_counted(out, all->count, "transaction holds ",
                       "transactions hold ");
        number_append_counted(out, all->commands, "command");
        buffer_append_text(out, "; the largest has ");
        number_append_grouped(out, all->largest);
        buffer_append_text(out, ", ");
        number_append_size(out, all->largest_bytes);
        buffer_append_format(out, ", at offset 0x%llx.\n",
                             (unsigned long long)all->largest_offset);
    }
    if (all->open > 0) {
        append_counted(out, all->open, "transaction has no EXEC before its "
                                       "file ends: servers drop what is in "
                                       "it (Redis up to 3.2 applies it).\n",
                       "transactions have no EXEC before their files end: "
                       "servers drop what is in them (Redis up to 3.2 applies "
                       "it).\n");
    }
}

/* What of all this the data do not need any more. */
static void
append_garbage(struct buffer *out, const struct log_totals *totals,
               const struct log_keys_sums *keys)
{
    buffer_append_text(out, keys->is_exact ? "Of all that, " : "Of all that, "
                                                              "about ");
    number_append_size(out, keys->garbage);
    buffer_append_text(out, " (");
    number_append_part(out, keys->garbage, totals->bytes);
    buffer_append_text(out, ") wrote what was replaced or deleted later");
    if (!keys->is_exact) {
        buffer_append_text(out, "\n  (at least ");
        number_append_size(out, keys->garbage_least);
        buffer_append_text(out, "; the rest is an estimate from one key of ");
        number_append_grouped(out, UINT64_C(1) << keys->halvings);
        buffer_append_byte(out, ')');
    }
    buffer_append_text(out, ".\n");
}

static void
append_reason(struct buffer *out, const struct aof_rewrite *rewrite)
{
    escape_append(out, bytes_of_text(rewrite->reason), BYTES_TEXT);
    buffer_append_text(out, ".\n");
}

/* Without a replay. */
static void
append_estimate(struct buffer *out, const struct aof_report *report)
{
    const struct log_totals *totals = &report->log->totals;
    uint64_t control = filter_is_empty(report->run.filter)
                           ? totals->control_bytes + totals->annotation_bytes
                           : 0;
    buffer_append_text(out, "A rewrite would save this, ");
    if (control > 0) {
        number_append_size(out, control);
        buffer_append_text(out, " of SELECT, MULTI, EXEC and annotations,\n");
    }
    buffer_append_text(out, "and what it says in fewer commands, which is not "
                            "known:\n");
    append_reason(out, &report->rewrite);
}

static void
append_left(struct buffer *out, const struct aof_rewrite *rewrite,
            uint64_t bytes, const char *form)
{
    number_append_size(out, bytes);
    buffer_append_format(out, " as %s, which saves ", form);
    if (bytes >= rewrite->log_bytes)
        buffer_append_text(out, "nothing");
    else
        number_append_part(out, rewrite->log_bytes - bytes, rewrite->log_bytes);
}

static void
append_rewrite(struct buffer *out, const struct aof_rewrite *rewrite)
{
    buffer_append_text(out, "Of ");
    number_append_size(out, rewrite->log_bytes);
    buffer_append_format(out, " a rewrite by %s%s would leave%s",
                         rewrite->server,
                         rewrite->is_guessed && !rewrite->is_mixed
                             ? ", if it is one,"
                             : "",
                         rewrite->is_uncertain ? " about\n" : "\n");
    if (rewrite->has_rdb)
        append_left(out, rewrite, rewrite->rdb_bytes, "an RDB");
    if (rewrite->has_rdb && rewrite->has_commands)
        buffer_append_text(out, ", or\n");
    if (rewrite->has_commands)
        append_left(out, rewrite, rewrite->command_bytes, "commands");
    buffer_append_text(out, ".\n");
    if (rewrite->reason == NULL)
        return;
    buffer_append_text(out, rewrite->is_uncertain ? "This is not certain: "
                            : rewrite->has_rdb ? "There are no commands: "
                                               : "There is no RDB: ");
    append_reason(out, rewrite);
}

static void
write_tables(struct aof_report *report, struct writer *writer)
{
    struct aof_tables tables = aof_tables_of(report, writer);
    aof_tables_commands(&tables, 2 * report->rows);
    aof_tables_keys(&tables, false);
    aof_tables_keys(&tables, true);
    aof_tables_prefixes(&tables);
    log_timeline_shorten(&report->log->times, TIMES_SHOWN);
    log_timeline_shorten(&report->log->places, TIMES_SHOWN);
    aof_tables_times(&tables);
    aof_tables_biggest(&tables);
    if (report->log->expiry.set > 0)
        aof_tables_expiries(&tables);
    if (report->log->space_count > 1)
        aof_tables_databases(&tables);
}

void
aof_text_write(struct aof_report *report, struct writer *writer)
{
    struct buffer *out = &writer->output->buffer;
    struct log *log = report->log;
    struct log_keys_sums keys = log_keys_sums(&log->keys);
    append_inputs(out, report);
    buffer_append_byte(out, '\n');
    append_commands(out, report, &keys);
    if (log->totals.commands > 0)
        append_times(out, &log->totals);
    append_transactions(out, log);
    if (log->totals.commands > 0) {
        append_garbage(out, &log->totals, &keys);
        if (report->rewrite.is_counted &&
            (report->rewrite.has_rdb || report->rewrite.has_commands))
            append_rewrite(out, &report->rewrite);
        else
            append_estimate(out, report);
        buffer_append_byte(out, '\n');
        write_tables(report, writer);
    }
    writer->ops->end(writer);
}
