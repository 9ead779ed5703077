/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What logs are made of: takes the records of append-only files, in their
 * order, and folds whole commands and the keys that they write into totals,
 * commands, keys, prefixes, time, transactions, databases, expiries.
 *
 *     for each input, for each part:
 *         log_begin_part
 *         log_record for each record or slice
 *         log_end_part
 *
 * Memory is bounded; what is not exact says so (log-keys.h, prefix.h).
 *
 * The bytes of a command are divided among the keys that it writes, so that
 * nothing is counted twice: each has what begins with its name, the first also
 * what stands before it.  Keys that are only read have nothing.
 *
 * With a filter only commands count that write a key which passes it, and of
 * keys only these.
 */
#ifndef KEYWEIGH_ANALYSIS_LOG_H
#define KEYWEIGH_ANALYSIS_LOG_H

#include "analysis/analysis.h"
#include "analysis/log-biggest.h"
#include "analysis/log-commands.h"
#include "analysis/log-expiry.h"
#include "analysis/log-keys.h"
#include "analysis/log-timeline.h"
#include "analysis/prefix.h"
#include "aof/aof-record.h"

enum { LOG_NO_SPACE = LOG_KEYS_SPACES - 1 };

struct log_options {
    const struct bytes *separators; /* of prefixes, as in prefix_options */
    size_t separator_count;
    uint64_t depth;
    size_t hot;      /* keys and commands to name, at most LOG_HOT_COUNT_MAX */
    size_t prefixes; /* to show; 0: all */
    uint64_t memory; /* bytes that all of it may take */

    /* NULL: all keys pass. */
    bool (*passes)(void *context, const struct log_key *key);
    void *context;
};

struct log_totals {
    uint64_t commands; /* of all kinds */
    uint64_t bytes;    /* of them */
    uint64_t writes;
    uint64_t deletes;
    uint64_t controls; /* SELECT, MULTI, EXEC */
    uint64_t control_bytes;
    uint64_t annotations;
    uint64_t annotation_bytes;
    uint64_t timed_commands; /* behind a #TS of their file */
    uint64_t timed_bytes;
    bool has_times;
    int64_t first_time_s; /* the earliest #TS */
    int64_t last_time_s;  /* the latest */
};

struct log_transactions {
    uint64_t count;         /* MULTI to EXEC, with a command in between */
    uint64_t commands;      /* in them */
    uint64_t open;          /* without EXEC when their part ended */
    uint64_t largest;       /* commands of it */
    uint64_t largest_bytes;
    uint64_t largest_part;
    uint64_t largest_offset; /* of its MULTI */
};

/* One database of one input. */
struct log_space {
    uint64_t input;
    uint64_t db;
    uint64_t commands; /* without SELECT, MULTI, EXEC */
    uint64_t bytes;
};

struct log_open_transaction {
    bool is_open;
    uint64_t commands;
    uint64_t bytes;
    uint64_t offset;
};

/* What is known of a command while its slices come; zeroed between two. */
struct log_pieces {
    bool begun;
    const struct aof_command *known;
    const struct log_expiry_form *expiry_form;
    struct log_expiry_state expiry;
    struct aof_key_state keys;
    uint64_t written; /* keys so far */
    uint64_t passed;  /* of them, by the filter */
    uint64_t seen;    /* bytes of the slices so far */
    uint64_t given;   /* of them already given to keys */
    bool waits;       /* the latest key has no bytes yet */
    bool passes;      /* the filter */
    struct log_key key; /* that one */
    struct log_key first; /* that passed */
    uint64_t db; /* that SELECT chooses */
    bool selects;
};

struct log {
    struct log_totals totals;
    struct log_commands commands;
    struct log_keys keys;
    struct log_timeline times;  /* what comes behind a #TS */
    struct log_timeline places; /* all of it */
    struct log_expiry expiry;
    struct log_biggest biggest;
    struct log_transactions transactions;
    struct analysis *prefixes;  /* analysis/prefix over writes of keys: "keys"
                                   are those, "memory" is bytes, "no expiry"
                                   what deletes */
    struct log_space spaces[LOG_KEYS_SPACES]; /* the last for all beyond */
    size_t space_count;

    /* Private to log.c. */
    struct log_options options;
    const struct aof_command *select;
    const struct aof_command *multi;
    const struct aof_command *exec;
    struct log_entry entry; /* the current command, or what it inherits */
    size_t input_first_space;
    size_t space;
    uint64_t salt; /* of hashes in this database */
    struct log_open_transaction open;
    struct log_pieces pieces;
    struct buffer names[2]; /* of pieces.key and .first, between slices */
    const struct aof_argument **found; /* keys it writes, in this slice */
    size_t found_count;
    size_t found_room;
};

struct log *log_new(const struct log_options *options);
void log_free(struct log *log);

/* input and part are numbers; inputs come one after the other, so do the parts
 * of all inputs. */
void log_begin_part(struct log *log, uint64_t input, uint64_t part);

void log_record(struct log *log, const struct aof_record *record);

/* size is how far the part was read.  A command whose slices did not all come
 * does not count; keys do that were in those that came. */
void log_end_part(struct log *log, uint64_t size);

#endif
