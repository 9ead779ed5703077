/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the inputs of a report have in common, and what its reader must know
 * before trusting its figures.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/prefix.h"
#include "analysis/summary.h"
#include "base/escape.h"
#include "base/xalloc.h"
#include "cli/report.h"
#include "cli/run-trouble.h"

uint64_t
report_per_mille(uint64_t part, uint64_t whole)
{
    if (whole == 0)
        return 0;
    return (uint64_t)((double)part / (double)whole * 1000 + 0.5);
}

static void __attribute__((format(printf, 4, 5)))
warn(struct report *report, const char *code, uint64_t count,
     const char *format, ...)
{
    if (count == 0)
        return;
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    report->warnings =
        xreallocarray(report->warnings, report->warning_count + 1,
                      sizeof *report->warnings);
    report->warnings[report->warning_count++] =
        (struct report_warning){ code, count, text };
}

static void
keep_error(struct report *report, const char *name, const struct error *error)
{
    if (report->error != NULL || error->kind == ERROR_NONE)
        return;
    struct buffer text = { 0 };
    escape_append(&text, bytes_of_text(name), BYTES_ESCAPE);
    if (error->has_offset)
        buffer_append_format(&text, ": offset 0x%llx",
                             (unsigned long long)error->offset);
    buffer_append_format(&text, ": %s", error->text);
    report->error = xmemdup(text.data, text.size);
    buffer_fini(&text);
}

static bool
input_is_complete(const struct run_input *input)
{
    const struct scan *scan = &input->scan;
    if (!input->was_read || !scan_is_complete(scan))
        return false;
    /* A wrong checksum says that bytes changed, not that some are missing. */
    return input->error.kind == ERROR_NONE ||
           (scan->facts.crc == RDB_CRC_MISMATCH && !scan->trailing);
}

static void
judge_inputs(struct report *report)
{
    const struct run *run = &report->run;
    report->complete = true;
    for (size_t i = 0; i < run->operands.note_count; i++) {
        const struct operand_note *note = &run->operands.notes[i];
        struct error error = { .kind = ERROR_NONE };
        if (!note->is_error)
            continue;
        report->complete = false;
        error_set(&error, ERROR_IO, "%s", note->text);
        keep_error(report, note->path, &error);
    }
    for (size_t i = 0; i < run->input_count; i++) {
        const struct run_input *input = &run->inputs[i];
        report->complete = report->complete && input_is_complete(input);
        if (input->was_read && input->scan.damaged > 0)
            keep_error(report, input->name, &input->damaged[0]);
        keep_error(report, input->name, &input->error);
    }
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

struct counts {
    uint64_t damaged;
    uint64_t checksums;
    uint64_t trailing;
    uint64_t clock;
    uint64_t other_profiles;
};

static struct counts
count_inputs(const struct report *report)
{
    const struct run *run = &report->run;
    struct counts counts = { 0, 0, 0, 0, 0 };
    for (size_t i = 0; i < run->input_count; i++) {
        const struct scan *scan = &run->inputs[i].scan;
        if (!run->inputs[i].was_read)
            continue;
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

static void
judge_warnings(struct report *report)
{
    struct analysis **analyses = report->run.analyses;
    const struct summary_totals *totals =
        summary_totals(analyses[REPORT_SUMMARY]);
    const struct profile *profile = &report->main->scan.profiles[0];
    struct counts counts = count_inputs(report);

    warn(report, "damaged", counts.damaged,
         "values that could not be read are missing");
    warn(report, "checksum", counts.checksums,
         "wrong checksum: bytes have changed since the file was written");
    warn(report, "trailing", counts.trailing,
         "bytes after the RDB's end were not read");
    warn(report, "unpriced", totals->unpriced,
         "keys that cannot exist on %s have no memory there", profile->name);
    warn(report, "lower-bound", totals->lower,
         "keys of modules whose layout is unknown: their memory is a lower "
         "bound");
    warn(report, "prefixes", !prefix_is_exact(analyses[REPORT_PREFIX]),
         "more prefixes than are counted exactly: their sums are lower "
         "bounds");
    warn(report, "profiles-differ", counts.other_profiles,
         "inputs are priced for other servers than %s", profile->name);
    warn(report, "same-data", run_trouble_same_data(&report->run),
         "inputs with the replication ID of another: same data twice?");
    warn(report, "clock", counts.clock,
         "the file does not say when it was written: expiry is judged by the "
         "clock");
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
    judge_warnings(report);
}

void
report_judge_fini(struct report *report)
{
    for (size_t i = 0; i < report->warning_count; i++)
        free(report->warnings[i].text);
    free(report->warnings);
    free(report->error);
}
