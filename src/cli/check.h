/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a careful reading of one RDB file came to: what was found, grouped by
 * what it is and who minds it, who loads the file, and the verdict.  check.c
 * reads and judges, check-print.c tells it.
 *
 * Memory is bounded: of each group the first CHECK_SHOWN findings are kept,
 * the rest is counted.
 */
#ifndef KEYWEIGH_CLI_CHECK_H
#define KEYWEIGH_CLI_CHECK_H

#include "base/buffer.h"
#include "cli/run.h"
#include "rdb/acceptance.h"
#include "report/output.h"

enum {
    CHECK_SHOWN = 20,       /* findings of a group that are kept */
    CHECK_GROUPS_MAX = 128, /* codes, some of them with two answers */
    CHECK_NAME_HELD = 1024,
};

enum check_severity { CHECK_NOTE, CHECK_WARNING, CHECK_ERROR };

/* Findings of one code with one answer of the servers. */
struct check_group {
    enum finding_code code;
    struct acceptance acceptance;
    uint64_t count;
    uint64_t undecodable; /* of them, in values that cannot be read */
    uint64_t kept;
    bool ended_reading; /* nothing behind it could be read */
};

struct check_finding {
    size_t group;
    bool undecodable;
    bool has_key;
    uint64_t offset;
    uint64_t db;
    uint64_t name_size;
    size_t name_held; /* bytes behind text in words */
    size_t text_size;
    unsigned char *words; /* text, then name */
    unsigned char type_byte;
};

struct check {
    struct findings findings; /* first: the decoder's handle */
    const char *name;         /* of the input, as people are shown it */
    struct rdb *rdb;          /* while it is read */
    struct rdb_facts facts;

    struct check_group groups[CHECK_GROUPS_MAX];
    size_t group_count;
    size_t latest; /* of the latest finding */
    struct check_finding *kept;
    size_t kept_count;
    size_t key_first;                      /* kept ones of this key */
    uint64_t key_counts[CHECK_GROUPS_MAX]; /* of this key */

    bool types[256];
    bool vector_sets;
    struct acceptance_feature features[ACCEPTANCE_FEATURES_MAX];
    size_t feature_count;
    struct acceptance total;

    uint64_t keys;
    uint64_t expires;
    uint64_t expired;
    unsigned halvings; /* names compared: 1/2^halvings */
    uint64_t end;      /* offset behind the last byte read */
    bool is_complete;  /* read to its end */
    bool aof_follows;  /* which is not checked: unchecked bytes */
    uint64_t unchecked;

    bool is_given;   /* --server: those servers' answer is the verdict */
    uint32_t judges; /* whose answer is the verdict */
    uint64_t errors;
    uint64_t warnings;
};

/* Reads an RDB to its end and judges it.  judges is the set of --server, 0
 * when none was given.  Sets result->error when the answer is neither yes nor
 * no: the input cannot be read, or holds what is not understood. */
void check_read(struct check *check, struct run *run, struct run_input *result,
                struct input *input, uint32_t judges);
void check_fini(struct check *check);

enum check_severity check_severity(const struct check *check,
                                   const struct check_group *group,
                                   bool undecodable);

/* True when the judges do not read it, and that counts. */
bool check_feature_is_error(const struct check *check,
                            const struct acceptance_feature *feature);

/* True when nothing was found that counts as an error, in the RDB at least
 * when an AOF follows. */
bool check_is_sound(const struct check *check);

/* Sets of servers: who does not start with the file. */
uint32_t check_refused(const struct check *check);

void check_print_text(const struct check *check, struct output *output,
                      enum escape_bytes bytes);
void check_print_json_begin(struct output *output);
void check_print_json(const struct check *check, struct output *output,
                      enum escape_bytes bytes, bool first);
void check_print_json_end(struct output *output);
void check_print_redis(const struct check *check, struct output *output,
                       enum escape_bytes bytes);

#endif
