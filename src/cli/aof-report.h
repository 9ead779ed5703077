/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The results behind the aof command: the folds over all inputs together, and
 * what each of their files came to.  aof-read.c fills it; aof-tables.c,
 * aof-sums.c and aof-text.c tell it.
 */
#ifndef KEYWEIGH_CLI_AOF_REPORT_H
#define KEYWEIGH_CLI_AOF_REPORT_H

#include "analysis/log.h"
#include "cli/run.h"
#include "report/writer.h"

struct aof_report_part {
    size_t input;            /* its number */
    char *name;
    const char *type;        /* "base" or "incr" of a set, else NULL */
    uint64_t bytes;          /* as far as it was read */
    uint64_t preamble_bytes; /* of the RDB that it begins with */
    uint64_t preamble_keys;
    uint64_t commands;
    bool is_complete;
    bool in_progress;        /* the last command was being written */
    char *error;             /* the first one, in words; NULL when none */
    bool error_has_offset;
    uint64_t error_offset;
};

/* What would be left of all inputs. */
struct aof_rewrite {
    bool is_counted;   /* the bytes are known, at least about */
    bool is_uncertain; /* only about */
    char *reason;      /* why it is so, or why a form has no figure, or NULL */
    bool has_rdb;      /* these two: the server has this form, and its figure
                          is known */
    bool has_commands;
    uint64_t log_bytes; /* of what was replayed */
    uint64_t keys;
    uint64_t rdb_bytes;
    uint64_t command_bytes;
    char server[64];   /* whose rewrite: "redis-7.0" */
    bool is_guessed;   /* it is, by the commands of some log */
    bool is_mixed;     /* logs of several servers */
};

struct aof_report {
    const struct arguments *arguments;
    struct run run;
    struct log *log;
    struct aof_rewrite rewrite;
    struct aof_report_part *parts; /* of all inputs */
    size_t part_count;
    size_t rows; /* of each ranking, to show */
    struct error filter_error; /* a regex could not be decided */
};

/* The read of a run_plan; context is a struct aof_report. */
enum status aof_read(void *context, struct run *run, struct run_input *result,
                     struct input *input);

/* Adds what a rewrite of an input would leave, which was read already, by
 * reading it again. */
void aof_rewrite_add(struct aof_report *report, struct run_input *result,
                     const struct input *input);

/* True when all of all inputs was read. */
bool aof_report_is_complete(const struct aof_report *report);

/* The first error of all inputs as one line, appended; nothing when there is
 * none. */
void aof_report_append_error(struct buffer *out,
                             const struct aof_report *report);

/* The page for people; writer is one for tables. */
void aof_text_write(struct aof_report *report, struct writer *writer);

#endif
