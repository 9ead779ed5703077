/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a log says of each key: how many commands wrote it in how many bytes,
 * and how many of those bytes are garbage by now, because the key was given a
 * new value or deleted since.  Of these come the hottest keys and what a
 * rewrite would save.
 *
 * Memory is bounded.  As long as the keys fit, all is exact.  When they do
 * not, rows are given up, but for two kinds: the hottest, and those of a
 * sample of all keys, 1/2^k of the space of hashes.
 *
 * - A row that is made later may miss what was given up under its name: its
 *   counts are lower bounds, and missing_* says how much they are short of at
 *   most.  Rows of the sample were never given up and miss nothing.
 * - Garbage is known of what is in the table, and of what was given up until
 *   then: a lower bound.  In the estimate keys that were always hot, or have
 *   many more bytes than any that was given up, count as they are known; all
 *   others together have the share of garbage that those of the sample have.
 */
#ifndef KEYWEIGH_ANALYSIS_LOG_KEYS_H
#define KEYWEIGH_ANALYSIS_LOG_KEYS_H

#include <stdbool.h>

#include "analysis/log-hot.h"
#include "base/buffer.h"

enum {
    LOG_KEYS_SPACES = 256, /* databases of all inputs; those beyond share one,
                              which is not flushed */
    LOG_KEYS_EPOCHS = 256,
    LOG_KEYS_WAITING = 64,
    LOG_KEYS_ROW_SIZE = 32,
    LOG_KEYS_FLUSHES_MAX = (1 << 24) - 1, /* those beyond change nothing */
};

/* 32 bytes, half of what memory hands out at a time: there are many. */
struct log_keys_row {
    uint64_t hash; /* 0: empty */
    uint64_t bytes : 48;
    uint64_t epoch : 8; /* when it was made: what it may miss */
    uint64_t space : 8;
    uint64_t live : 48; /* bytes that are no garbage, unless flushed since;
                           more than bytes when a key moved here */
    uint64_t is_always_hot : 8; /* would never have been given up */
    uint64_t : 8;
    uint64_t commands : 40;
    uint64_t flushes : 24; /* there had been when live was last right */
};

/* A key that waits for its row to come out of memory. */
struct log_keys_waiting {
    struct log_key key; /* its name is in names, at name_at */
    size_t name_at;
    uint64_t bytes;
    enum log_key_fate fate;
    uint8_t space;
};

struct log_keys {
    struct log_keys_row *rows;
    void *room;         /* that they are in */
    size_t slots;       /* rows there is room for, */
    size_t slots_most;
    size_t count;       /* and that are taken, at most three of four */
    uint64_t multiplier;

    unsigned halvings;  /* the sample is 1/2^halvings */
    uint8_t epoch;
    struct log_hot_figures lost[LOG_KEYS_EPOCHS];
    uint64_t given_up;
    int64_t given_up_garbage;
    uint64_t bytes;     /* of all keys ever */

    uint32_t flushes;
    uint32_t flushed[LOG_KEYS_SPACES]; /* the latest one of each space */
    uint64_t moved_live; /* of the key that moved away */

    struct log_hot by_commands;
    struct log_hot by_bytes;

    struct log_keys_waiting waiting[LOG_KEYS_WAITING];
    size_t waiting_count;
    struct buffer names;
};

struct log_keys_hot {
    struct log_key key; /* of its name maybe the beginning only */
    struct log_hot_figures figures;
    struct log_hot_figures missing; /* they are short of so much at most */
};

struct log_keys_sums {
    uint64_t keys;      /* distinct ones; an estimate unless exact */
    uint64_t bytes;
    uint64_t garbage_least;
    uint64_t garbage;   /* estimated; the same when exact */
    unsigned halvings;
    bool is_exact;      /* nothing was ever given up */
};

/* Takes at most memory bytes, of which some are only used at times; hot is how
 * many of the hottest keys are named, at most LOG_HOT_COUNT_MAX. */
void log_keys_init(struct log_keys *keys, uint64_t memory, size_t hot);
void log_keys_fini(struct log_keys *keys);

/* A command wrote a key; bytes is its part of the command.  space is a number
 * of the caller's for input and database, below LOG_KEYS_SPACES. */
void log_keys_add(struct log_keys *keys, const struct log_key *key,
                  uint64_t bytes, enum log_key_fate fate, uint8_t space);

/* All keys of the spaces from first to last are deleted. */
void log_keys_flush(struct log_keys *keys, uint8_t first, uint8_t last);

/* These two may be called at any time; what was added before is in them. */
struct log_keys_sums log_keys_sums(struct log_keys *keys);

/* The hottest keys by rank, xmalloc'ed, the caller frees; names are borrowed
 * until the next add. */
struct log_keys_hot *log_keys_ranked(struct log_keys *keys, bool by_bytes,
                                     size_t *count);

#endif
