/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The blocks of one key.  The first ones are just listed, since most keys have
 * a handful of them; all further ones are added up by usable size.  Numbers of
 * blocks are kept in 1/BLOCK_FRACTION, since some are expectations: integers,
 * so that sums over keys do not depend on their order.
 */
#ifndef KEYWEIGH_MODEL_BLOCK_SUMS_H
#define KEYWEIGH_MODEL_BLOCK_SUMS_H

#include "model/block-kinds.h"

enum {
    BLOCK_SUMS_LISTED = 32, /* blocks that are not added up */
    BLOCK_SUMS_STEP = 8,
    BLOCK_SUMS_SMALL = 2048, /* multiples of the step with a place each */
};

struct block_sums {
    struct block_sum *list; /* in order of appearance; behind the listed
                               ones a size stands once */
    size_t count;
    size_t capacity;        /* above BLOCK_SUMS_LISTED */
    size_t kept;            /* how many of the first clearing leaves there; at
                               most BLOCK_SUMS_LISTED */
    struct block_kinds *kinds; /* the same by kind, or NULL */
    uint32_t *slots;        /* index + 1 by hash, of all other sizes */
    size_t slot_count;      /* a power of two, at least twice capacity */
    uint32_t small[BLOCK_SUMS_SMALL]; /* index + 1 by usable / step */
};

struct block_sums *block_sums_new(void);
void block_sums_free(struct block_sums *sums);

/* Empties the places of all blocks that are not just listed. */
void block_sums_forget(struct block_sums *sums);

/* Forgets all blocks but those kept. */
static inline void
block_sums_clear(struct block_sums *sums)
{
    if (sums->count > BLOCK_SUMS_LISTED)
        block_sums_forget(sums);
    sums->count = sums->kept;
    if (sums->kinds != NULL)
        block_kinds_clear(sums->kinds);
}

/* All blocks so far outlive a clearing; at most BLOCK_SUMS_LISTED. */
static inline void
block_sums_keep(struct block_sums *sums)
{
    sums->kept = sums->count;
    if (sums->kinds != NULL)
        block_kinds_keep(sums->kinds);
}

/* The sum of a usable size that has none yet, or has no place of its own. */
struct block_sum *block_sums_find(struct block_sums *sums, uint64_t usable);

/* Adds `fractions` / BLOCK_FRACTION blocks of size requested bytes each. */
static inline void
block_sums_add(struct block_sums *sums, enum block_kind kind, uint64_t usable,
               uint64_t size, uint64_t fractions)
{
    if (sums->kinds != NULL)
        block_kinds_add(sums->kinds, kind, usable, size, fractions);
    if (sums->count < BLOCK_SUMS_LISTED) {
        sums->list[sums->count++] =
            (struct block_sum){ usable, fractions, size * fractions };
        return;
    }
    size_t place = (size_t)(usable / BLOCK_SUMS_STEP);
    struct block_sum *sum;
    if (usable % BLOCK_SUMS_STEP == 0 && place < BLOCK_SUMS_SMALL &&
        sums->small[place] != 0)
        sum = &sums->list[sums->small[place] - 1];
    else
        sum = block_sums_find(sums, usable);
    sum->blocks += fractions;
    sum->requested += size * fractions;
}

#endif
