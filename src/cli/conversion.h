/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What becomes of the keys that convert reads: lines of JSON, an RDB, or
 * commands, in a file or a folder, which appears under its name only if all of
 * it could be written.
 *
 * What a target cannot hold is kept in mind and told at the end; then nothing
 * appears.
 */
#ifndef KEYWEIGH_CLI_CONVERSION_H
#define KEYWEIGH_CLI_CONVERSION_H

#include "cli/run.h"
#include "export/export-json.h"
#include "export/export-value.h"
#include "export/exporter.h"
#include "report/folder.h"

/* What --to takes, in the order of its words. */
enum conversion_to {
    CONVERSION_RDB,
    CONVERSION_AOF,
    CONVERSION_RESP,
    CONVERSION_JSONL,
};

enum { CONVERSION_REFUSALS_TOLD = 8, CONVERSION_DATABASES = 1024 };

struct conversion_database {
    uint64_t db;
    uint64_t keys;
    uint64_t expires;
};

struct conversion {
    const struct run *run;
    enum conversion_to to;
    struct output output;
    struct folder folder; /* the output's, when has_folder */
    bool has_folder;
    bool has_output; /* open */
    bool begun;      /* something was written, or could have been */

    struct export_json *json;
    struct exporter *exporter;  /* NULL for JSON */
    struct export_target target;
    struct error error; /* of whatever is no output and no input */

    /* Of a first pass. */
    bool has_counts;
    struct conversion_database databases[CONVERSION_DATABASES];
    size_t database_count;
    struct export_value judge;
    bool has_judge;

    const char *name;      /* of the input, for messages */
    const struct rdb *rdb; /* asked for its hints, or NULL */
    uint64_t refused;
    bool has_refused_functions;
    struct error refusals[CONVERSION_REFUSALS_TOLD];
};

/* Opens the output; false when that or the command line is wrong
 * (message_error said so). */
bool conversion_open(struct conversion *conversion, const struct run *run);

/* What the source says of itself is known: chooses the target.  To be called
 * before the following, again does nothing. */
void conversion_begin(struct conversion *conversion,
                      const struct rdb_facts *facts);

/* For a first pass, over keys that will be written: counts, and finds what the
 * target cannot hold.  The visitor to walk the value with, NULL when that can
 * tell nothing. */
struct visitor *conversion_count(struct conversion *conversion,
                                 const struct key *key);

/* The same of a library of functions. */
void conversion_count_function(struct conversion *conversion);

/* The first pass is over. */
void conversion_counted(struct conversion *conversion);

/* Whether such a pass is of use, when there is a filter or not. */
bool conversion_wants_counts(const struct conversion *conversion);

/* To write values with. */
struct visitor *conversion_visitor(struct conversion *conversion);

/* Writes a library of functions, unless there is a filter: who chooses keys
 * has not chosen it. */
void conversion_function(struct conversion *conversion, struct bytes code);

/* False when neither output nor temporary files take more: there is no use in
 * reading on. */
bool conversion_can_write(const struct conversion *conversion);

/* What is written will not be kept. */
bool conversion_has_failed(const struct conversion *conversion);

/* Completes the output, with keep and unless something was refused; tells what
 * was wrong. */
void conversion_close(struct conversion *conversion, bool keep);

#endif
