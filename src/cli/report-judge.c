/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the inputs of a report have in common, and what its reader must know
 * before trusting its figures.
 */
#include <stdlib.h>

#include "analysis/databases.h"
#include "analysis/prefix.h"
#include "analysis/summary.h"
#include "base/number.h"
#include "base/xalloc.h"
#include "cli/report.h"
#include "cli/run-log.h"
#include "cli/run-trouble.h"

/* Blocks by expectation are rounded apart from their requests, so of very few
 * of them the requests may seem to be more. */
uint64_t
report_rounding(const struct summary_totals *totals)
{
    return totals->memory > totals->requested
               ? totals->memory - totals->requested
               : 0;
}

/* Nothing when count is 0.  counted are the words behind the number, for one
 * and for more; NULL when no number belongs there. */
static void
warn(struct report *report, const char *code, uint64_t count,
     const char *const counted[2], const char *text)
{
    struct buffer out = { 0 };
    if (count == 0)
        return;
    if (counted != NULL) {
        number_append_grouped(&out, count);
        buffer_append_format(&out, " %s ", counted[count != 1]);
    }
    buffer_append_text(&out, text);
    report->warnings =
        xreallocarray(report->warnings, report->warning_count + 1,
                      sizeof *report->warnings);
    report->warnings[report->warning_count++] =
        (struct report_warning){ code, count,
                                 xmemdup(out.data, out.size) };
    buffer_fini(&out);
}

/* The first one stays. */
static void
keep_error(struct buffer *first, const char *name, const struct error *error)
{
    if (first->size == 0 && error->kind != ERROR_NONE)
        run_trouble_append_error(first, name, error);
}

static void
judge_inputs(struct report *report)
{
    const struct run *run = &report->run;
    struct buffer first = { .data = NULL };
    report->complete = !run_trouble_append_operand(&first, &run->operands);
    for (size_t i = 0; i < run->input_count; i++) {
        const struct run_input *input = &run->inputs[i];
        if (!run_trouble_input_is_complete(input))
            report->complete = false;
        if (input->was_read && input->scan.damaged > 0)
            keep_error(&first, input->name, &input->damaged[0]);
        keep_error(&first, input->name, &input->error);
    }
    if (first.size > 0)
        report->error = xmemdup(first.data, first.size);
    buffer_fini(&first);
}

static void
judge_times(struct report *report)
{
    const struct run *run = &report->run;
    report->has_now = true;
    for (size_t i = 0; i < run->input_count; i++) {
        const struct run_input *input = &run->inputs[i];
        if (!input->was_read)
            continue;
        if (report->main == NULL) {
            report->main = input;
            report->now = input->scan.now;
        }
        report->has_now = report->has_now && report->now == input->scan.now;
        if (input->scan.facts.used_mem < 0)
            report->used_mem = -1;
        else if (report->used_mem >= 0)
            report->used_mem += input->scan.facts.used_mem;
    }
}

/* Commands of all logs that did nothing. */
struct gaps {
    uint64_t commands;
    uint64_t logs;    /* that have such */
    const char *text; /* of the first of them: which, and where */
};

struct counts {
    uint64_t damaged;
    uint64_t checksums;
    uint64_t trailing;
    uint64_t clock;
    uint64_t other_profiles;

    /* Of logs. */
    struct gaps not_replayed;
    struct gaps refused;   /* servers do not carry them out */
    uint64_t uncertain;    /* keys that those name which were not replayed */
    uint64_t missing;      /* of these, keys that are not there */
    uint64_t all_uncertain; /* inputs of which that cannot be said */
    uint64_t relative;     /* expiries without a time to count from */
    uint64_t empty;        /* keys without an element */
};

static void
count_gaps(struct gaps *gaps, const struct run_log_gaps *of)
{
    gaps->commands += of->commands;
    if (of->commands > 0 && gaps->logs++ == 0)
        gaps->text = of->text;
}

static void
count_log(struct counts *counts, const struct run_log *log)
{
    if (log == NULL)
        return;
    count_gaps(&counts->not_replayed, &log->not_replayed);
    count_gaps(&counts->refused, &log->refused);
    counts->uncertain += log->uncertain;
    counts->missing += log->replayed.uncertain_names;
    counts->all_uncertain += log->replayed.all_uncertain;
    counts->relative += log->replayed.relative_expiries;
    counts->empty += log->empty;
}

static struct counts
count_inputs(const struct report *report)
{
    const struct run *run = &report->run;
    struct counts counts = { 0 };
    for (size_t i = 0; i < run->input_count; i++) {
        const struct scan *scan = &run->inputs[i].scan;
        if (!run->inputs[i].was_read)
            continue;
        count_log(&counts, run->inputs[i].log);
        counts.damaged += scan->damaged;
        counts.checksums += scan->facts.crc == RDB_CRC_MISMATCH;
        counts.trailing += scan->trailing;
        counts.clock += scan->now_from == SCAN_NOW_CLOCK;
        counts.other_profiles +=
            strcmp(scan->profiles[0].name,
                   report->main->scan.profiles[0].name) != 0;
    }
    return counts;
}

static bool
has_unknown_layout(enum type type)
{
    return type == TYPE_MODULE || type == TYPE_VECTORSET ||
           type == TYPE_ARRAY;
}

/* Keys of which memory is a lower bound, by why it is. */
static void
warn_lower_bounds(struct report *report)
{
    static const char *const unknown[] = { "key is of a type whose layout is "
                                           "unknown:",
                                           "keys are of types whose layout "
                                           "is unknown:" };
    static const char *const unordered[] = { "stream is in an order that "
                                             "cannot be priced:",
                                             "streams are in an order that "
                                             "cannot be priced:" };
    const char *const bound = "the memory shown is a lower bound";
    const struct profile *profile = &report->main->scan.profiles[0];
    size_t count;
    struct summary_type *rows =
        summary_types(report->run.analyses[REPORT_SUMMARY], &count);
    uint64_t layouts = 0, streams = 0, forms = 0;
    for (size_t i = 0; i < count; i++) {
        if (has_unknown_layout(rows[i].type_kind))
            layouts += rows[i].lower;
        else if (rows[i].type_kind == TYPE_STREAM &&
                 profile->server->pending != PENDING_UNKNOWN)
            streams += rows[i].lower;
        else
            forms += rows[i].lower;
    }
    free(rows);
    warn(report, "lower-bound", layouts, unknown, bound);
    warn(report, "lower-bound-order", streams, unordered, bound);

    struct buffer form[2] = { { 0 }, { 0 } };
    for (size_t i = 0; i < 2; i++) {
        buffer_append_format(&form[i], "%s of a form whose layout on %s is not "
                                       "known:",
                             i == 0 ? "key is" : "keys are",
                             profile->server->name);
        buffer_append_byte(&form[i], '\0');
    }
    warn(report, "lower-bound-form", forms,
         (const char *const[]){ (const char *)form[0].data,
                                (const char *)form[1].data },
         bound);
    buffer_fini(&form[0]);
    buffer_fini(&form[1]);
}

static uint64_t
keys_of_further_databases(const struct report *report)
{
    size_t count;
    const struct databases_row *rows =
        databases_rows(report->run.analyses[REPORT_DATABASES], &count);
    return count > 0 && rows[count - 1].is_rest ? rows[count - 1].keys : 0;
}

/* Warnings about what was read. */
static void
warn_of_inputs(struct report *report, const struct counts *counts)
{
    static const char *const values[] = { "value is", "values are" };
    static const char *const inputs[] = { "input has", "inputs have" };
    warn(report, "damaged", counts->damaged, values,
         "missing: damaged, not read");
    warn(report, "checksum", counts->checksums, inputs,
         "a wrong checksum: bytes have changed since the file was written");
    warn(report, "trailing", counts->trailing, inputs,
         "bytes behind the RDB's end, which were not read");
    warn(report, "same-data", run_trouble_same_data(&report->run), inputs,
         "the replication ID of another: the same data twice?");
    warn(report, "clock", counts->clock, NULL,
         "the time of writing is not in the file: expiry is judged by the "
         "clock");
}

/* Names the commands when they are of one log; messages name all. */
static void
warn_of_gaps(struct report *report, const char *code, const struct gaps *gaps,
             const char *words)
{
    static const char *const commands[] = { "command", "commands" };
    struct buffer text = { 0 };
    buffer_append_text(&text, words);
    if (gaps->logs == 1)
        buffer_append_format(&text, ": %s", gaps->text);
    buffer_append_byte(&text, '\0');
    warn(report, code, gaps->commands, commands, (const char *)text.data);
    buffer_fini(&text);
}

static void
warn_of_uncertain(struct report *report, const struct counts *counts)
{
    static const char *const keys[] = { "key is", "keys are" };
    struct buffer text = { 0 };
    buffer_append_text(&text, "uncertain: named by a command that could not "
                              "be replayed");
    if (counts->missing > 0)
        buffer_append_format(&text, " (of these not there: %llu)",
                             (unsigned long long)counts->missing);
    buffer_append_byte(&text, '\0');
    warn(report, "uncertain", counts->uncertain, keys,
         (const char *)text.data);
    buffer_fini(&text);
}

static void
warn_of_logs(struct report *report, const struct counts *counts)
{
    static const char *const keys[] = { "key is", "keys are" };
    static const char *const inputs[] = { "log has", "logs have" };
    static const char *const expiries[] = { "expiry is", "expiries are" };
    warn_of_gaps(report, "not-replayed", &counts->not_replayed,
                 "could not be replayed");
    warn_of_uncertain(report, counts);
    warn(report, "all-uncertain", counts->all_uncertain, inputs,
         "commands that could not be replayed and do not name the keys that "
         "they change");
    warn_of_gaps(report, "errors", &counts->refused,
                 "that a server answers with an error");
    warn(report, "relative-expiries", counts->relative, expiries,
         "relative to a time that the log does not tell: counted from now");
    warn(report, "empty", counts->empty, keys,
         "without an element, and left out");
}

/* Warnings about what was made of it. */
static void
warn_of_figures(struct report *report, const struct counts *counts)
{
    static const char *const keys[] = { "key cannot", "keys cannot" };
    static const char *const further[] = { "key is", "keys are" };
    static const char *const priced[] = { "input is", "inputs are" };
    struct analysis **analyses = report->run.analyses;
    const char *name = report->main->scan.profiles[0].name;
    struct buffer text = { 0 };

    buffer_append_format(&text, "exist on %s and count without memory",
                         name);
    buffer_append_byte(&text, '\0');
    warn(report, "unpriced",
         summary_totals(analyses[REPORT_SUMMARY])->unpriced, keys,
         (const char *)text.data);
    warn_lower_bounds(report);
    warn(report, "prefixes", !prefix_is_exact(analyses[REPORT_PREFIX]), NULL,
         "more prefixes than are counted exactly: their sums are lower "
         "bounds");
    warn(report, "databases", keys_of_further_databases(report), further,
         "in databases beyond those that are told apart");

    buffer_clear(&text);
    buffer_append_format(&text, "priced for another server than %s", name);
    buffer_append_byte(&text, '\0');
    warn(report, "profiles-differ", counts->other_profiles, priced,
         (const char *)text.data);
    buffer_fini(&text);
}

size_t
report_closer(const struct report *report)
{
    const struct instance_sums *sums = report->instance.sums;
    const size_t *jemallocs = report->run.jemallocs;
    uint64_t used = (uint64_t)report->used_mem;
    return instance_distance(&sums[jemallocs[1]], used) <
           instance_distance(&sums[jemallocs[0]], used);
}

void
report_judge(struct report *report)
{
    judge_inputs(report);
    judge_times(report);
    struct counts counts = count_inputs(report);
    warn_of_inputs(report, &counts);
    warn_of_logs(report, &counts);
    warn_of_figures(report, &counts);
}

void
report_judge_fini(struct report *report)
{
    for (size_t i = 0; i < report->warning_count; i++)
        free(report->warnings[i].text);
    free(report->warnings);
    free(report->error);
}
