/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The words that the folds over logs have in common: what a command does to
 * its keys, and one command, whole, or one key of it, as they are handed on.
 */
#ifndef KEYWEIGH_ANALYSIS_LOG_ENTRY_H
#define KEYWEIGH_ANALYSIS_LOG_ENTRY_H

#include <stdint.h>

#include "base/bytes.h"

enum log_effect {
    LOG_NOTHING,     /* changes no key, or nobody knows: a module's */
    LOG_CHANGES,     /* adds to a value, or changes it */
    LOG_REPLACES,    /* gives keys values that do not need the old ones, or
                        that a rewrite writes in as many bytes: INCR */
    LOG_DELETES,     /* whole keys */
    LOG_MOVES,       /* its first key becomes its second */
    LOG_FLUSHES_DB,
    LOG_FLUSHES_ALL,
    LOG_CONTROLS,    /* SELECT, MULTI, EXEC */
};

/* What becomes of one key that a command writes. */
enum log_key_fate {
    LOG_KEY_CHANGED,
    LOG_KEY_REPLACED,
    LOG_KEY_DELETED,
    LOG_KEY_MOVED_AWAY,
    LOG_KEY_MOVED_HERE, /* comes right behind the one that moved away */
};

/* A key is who it is by the hash: of input, database, and all that is held of
 * the name.  No name of an input can be chosen to be taken for another one
 * with more than the probability of 64 bits, unless by purpose. */
struct log_key {
    uint64_t hash;
    struct bytes name; /* what is held of it; borrowed */
    uint64_t name_size;
    uint64_t name_hash; /* XXH3 of what is held */
    uint64_t db;
    uint64_t input;
};

struct log_entry {
    uint64_t input;  /* its number */
    uint64_t part;   /* number among the parts of all inputs */
    uint64_t number; /* in its part, from 1 on */
    uint64_t offset; /* in its part */
    uint64_t place;  /* bytes of all parts before it */
    uint64_t bytes;
    uint64_t db;
    bool has_time;
    int64_t time_s;  /* of the latest #TS in its part */
    uint32_t row;    /* of log-commands */
    enum log_effect effect;
    const struct log_key *key; /* the first that it writes, or NULL */
};

#endif
