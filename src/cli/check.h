/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a careful reading of one input came to: what was found, in which of
 * its files, who loads it, and the verdict.  check.c reads and judges with
 * check-rdb.c and check-aof.c; check-print.c, check-json.c and check-redis.c
 * tell it.
 */
#ifndef KEYWEIGH_CLI_CHECK_H
#define KEYWEIGH_CLI_CHECK_H

#include "aof/manifest.h"
#include "aof/vadd-cas.h"
#include "cli/check-findings.h"
#include "cli/run.h"
#include "report/output.h"

enum check_severity { CHECK_NOTE, CHECK_WARNING, CHECK_ERROR };

/* An RDB file, or the RDB that an AOF begins with. */
struct check_rdb {
    struct rdb_facts facts;
    bool types[256];
    bool vector_sets;
    uint64_t keys;
    uint64_t expires;
    uint64_t expired;
    unsigned halvings; /* names compared: 1/2^halvings */
    uint64_t end;      /* offset behind the last byte read */
    bool is_complete;  /* read to its end */
};

/* One file of the input. */
struct check_part {
    char *name;
    enum manifest_type type;  /* in a set */
    bool was_opened;
    bool is_complete;      /* read to its end, or to where it is growing */
    struct check_rdb *rdb; /* NULL without one */
    uint64_t records_at;   /* where its commands begin */
    uint64_t commands;     /* whole ones */
    uint64_t lines;        /* of all commands so far, those of the parts
                              before too, as redis-check-aof counts them */
    uint64_t transactions; /* ended ones */
    uint64_t good;         /* offset behind the last whole command outside a
                              transaction */
    uint64_t size;         /* of what was read */
    uint64_t file_size;    /* 0 unknown */
    struct acceptance total;
    struct acceptance by_setup; /* what depends on how servers are set up */
};

enum { CHECK_FEATURES_MAX = ACCEPTANCE_FEATURES_MAX + AOF_FEATURES_MAX };

struct check {
    struct check_findings found;
    const char *name; /* of the input, as people are shown it */
    bool is_aof;      /* commands, or a set */
    bool is_set;
    bool has_annotations;
    int64_t newest_time; /* of #TS */
    struct vadd_cas vadd;
    bool *commands;   /* by number of the row: which occur; NULL without an
                         AOF */
    struct check_part *parts;
    size_t part_count;

    struct acceptance_feature features[CHECK_FEATURES_MAX];
    size_t feature_count;
    size_t rdb_feature_count; /* the first of them */
    struct acceptance total;

    bool is_given;   /* --server: those servers' answer is the verdict */
    bool is_guessed; /* nobody knows who wrote it: of all who could have, an
                        error is what is one to every one of them */
    uint32_t judges; /* whose answer is the verdict */
    uint64_t errors;
    uint64_t warnings;
};

/* Reads an input to its end and judges it.  judges is the set of --server, 0
 * when none was given.  Sets result->error when the answer is neither yes nor
 * no: the input cannot be read, or holds what is not understood.  False when
 * nothing at all could be read. */
bool check_read(struct check *check, struct run *run, struct run_input *result,
                struct input *input, uint32_t judges);
void check_fini(struct check *check);

/* The RDB that says most of who wrote this; NULL when there is none. */
const struct check_rdb *check_rdb(const struct check *check);

enum check_severity check_severity(const struct check *check,
                                   const struct check_group *group,
                                   bool undecodable);
enum check_severity check_severity_of(const struct check *check,
                                      const struct check_finding *finding);

/* True when the judges do not read it, and that counts. */
bool check_feature_is_error(const struct check *check,
                            const struct acceptance_feature *feature);

/* True when all of all files was read. */
bool check_is_complete(const struct check *check);

/* True when it was, and nothing was found that counts as an error. */
bool check_is_sound(const struct check *check);
bool check_part_is_sound(const struct check *check,
                         const struct check_part *part);

/* Sets of servers: who does not start with the input, who starts without all
 * of it, who has all of it. */
uint32_t check_refused(const struct check *check);
uint32_t check_losing(const struct check *check);
uint32_t check_loading(const struct check *check);

/* "note", "warning", "error". */
const char *check_severity_word(enum check_severity severity);

/* What loses means for a finding, or in sum. */
const char *check_loses_word(enum finding_code code);

struct bytes check_text(const struct check_finding *finding);
struct bytes check_key_name(const struct check_finding *finding);

void check_print_text(const struct check *check, struct output *output,
                      enum escape_bytes bytes);

void check_json_begin(struct output *output);
void check_json(const struct check *check, struct output *output,
                enum escape_bytes bytes, bool first);
void check_json_end(struct output *output);

/* The lines of redis-check-rdb, of redis-check-aof for an AOF. */
void check_redis(const struct check *check, struct output *output,
                 enum escape_bytes bytes);

#endif
