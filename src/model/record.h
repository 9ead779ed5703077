/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One key after pricing: the narrow waist of the program.  Analyses, rankings
 * and row outputs see nothing else.  Everything is borrowed until the next
 * key.
 */
#ifndef KEYWEIGH_MODEL_RECORD_H
#define KEYWEIGH_MODEL_RECORD_H

#include "data/key.h"

enum basis {
    BASIS_EXACT,    /* to the byte */
    BASIS_EXPECTED, /* the server draws random numbers; their expectation */
    BASIS_LOWER,    /* a module's layout is unknown: at least this */
    BASIS_NONE,     /* the target cannot hold this key: no price */
};

/* What one profile says of one key. */
struct price {
    enum encoding encoding; /* on the target server after loading */
    enum basis basis;
    uint64_t memory;    /* usable bytes; 0 with BASIS_NONE */
    uint64_t requested; /* before rounding to allocator sizes */
};

/* Some numbers of blocks are expectations: they are counted in fractions. */
enum { BLOCK_FRACTION = 1024 };

/* Blocks of one usable size that a key holds. */
struct block_sum {
    uint64_t usable;    /* of each block */
    uint64_t blocks;    /* in 1 / BLOCK_FRACTION */
    uint64_t requested; /* of all of them, in bytes / BLOCK_FRACTION */
};

/* The blocks of a key; a usable size may stand there several times. */
struct block_list {
    const struct block_sum *sums;
    size_t count;
};

/* Blocks of one kind and one usable size; numbers as in block_sum. */
struct block_line {
    unsigned kind;      /* enum block_kind */
    uint64_t usable;    /* of each block; 0: of several sizes */
    uint64_t blocks;
    uint64_t requested;
    uint64_t all_usable;
};

struct record {
    const struct key *key;
    uint64_t input;         /* index of the input it came from */
    enum type type;
    bool expired;           /* at the run's "now" */
    int64_t now_ms;         /* that moment: a run may have one an input */
    uint64_t elements;
    uint64_t payload;       /* bytes of user data */
    uint64_t serialized;    /* bytes of the value in the file, 0 of a key
                               that is in none as it stands */
    uint64_t largest;       /* bytes of the largest element */
    struct bytes largest_name; /* at most 1 KiB of its name */
    const struct price *prices; /* one a profile; [0] is the main one */
    size_t price_count;
    const struct block_list *blocks; /* when asked for: of the main profile, or
                                        one a profile */
    const struct block_line *lines; /* those of the main profile by kind, when
                                       asked for */
    size_t line_count;
};

#endif
