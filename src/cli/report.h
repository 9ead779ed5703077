/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The results behind the report command, and what makes text and JSON of
 * them.
 */
#ifndef KEYWEIGH_CLI_REPORT_H
#define KEYWEIGH_CLI_REPORT_H

#include "analysis/summary.h"
#include "cli/instance.h"
#include "cli/run.h"
#include "report/writer.h"

/* Numbers of the analyses in run.analyses. */
enum report_analysis {
    REPORT_SUMMARY,
    REPORT_DATABASES,
    REPORT_TOP,
    REPORT_TOP_BY_TYPE,
    REPORT_PREFIX,
    REPORT_EXPIRY,
    REPORT_HISTOGRAM,
    REPORT_SIZE_CLASSES,
    REPORT_COUNT,
};

struct report_warning {
    const char *code; /* for scripts */
    uint64_t count;
    char *text;
};

struct report {
    const struct arguments *arguments;
    struct run run;
    bool colors; /* of text */
    struct instance instance;

    /* Of report_judge. */
    const struct run_input *main; /* the first input that was read */
    bool complete;
    char *error;                  /* the first one, or NULL */
    bool has_now;                 /* all inputs have the same */
    int64_t now;
    int64_t used_mem;             /* sum of what the files say, or -1 */
    struct report_warning *warnings;
    size_t warning_count;
};

/* Fills what is behind the analyses, once all inputs were read. */
void report_judge(struct report *report);
void report_judge_fini(struct report *report);

/* Which of run.jemallocs predicts better what the file says that its server
 * used, which must be known: 0 or 1. */
size_t report_closer(const struct report *report);

void report_json_write(struct report *report, struct writer *writer);

/* writer is a table writer that nothing was written with yet. */
void report_text_write(struct report *report, struct writer *writer);

/* Its beginning: what the inputs are and what they are priced for. */
void report_inputs_append(struct buffer *out, const struct report *report);

/* A text that must not be overlooked. */
void report_alarm(struct buffer *out, const struct report *report,
                  const char *text);

/* The numbered list at the end: what deserves a look. */
void report_advice_append(struct report *report, struct buffer *out);

/* Bytes that rounding to the allocator's sizes takes of all memory. */
uint64_t report_rounding(const struct summary_totals *totals);

#endif
