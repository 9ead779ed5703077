/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Guesses the row of a name by its first bytes: that of the last name which
 * began with the same ones.  Names come from few prefixes as a rule, so nearly
 * all are spared a look for separators and one into the map.
 *
 * Only rows of all the levels there may be are guessed: a name that starts
 * with such a prefix has no other, whatever follows.  A zeroed struct has no
 * guesses.
 */
#ifndef KEYWEIGH_ANALYSIS_PREFIX_GUESS_H
#define KEYWEIGH_ANALYSIS_PREFIX_GUESS_H

#include <stdint.h>

#include "base/bytes.h"

enum { PREFIX_GUESS_BITS = 9 };

struct prefix_guess {
    uint32_t row;       /* + 1; 0: none */
    uint32_t short_row; /* the same when the prefix fits into bytes, else 0 */
    uint64_t bytes;     /* the prefix, then zeros */
    uint64_t mask;      /* all bits of the prefix */
};

struct prefix_guesses {
    struct prefix_guess by_start[1 << PREFIX_GUESS_BITS];
};

/* Where the guess for a name is, or would be. */
static inline struct prefix_guess *
prefix_guess_of(struct prefix_guesses *guesses, struct bytes name)
{
    uint32_t start = 0;
    if (name.size >= sizeof(start))
        memcpy(&start, name.data, sizeof(start));
    uint32_t hash = start * UINT32_C(0x9e3779b1);
    return &guesses->by_start[hash >> (32 - PREFIX_GUESS_BITS)];
}

static inline void
prefix_guess_set(struct prefix_guess *guess, uint32_t row,
                 struct bytes prefix)
{
    *guess = (struct prefix_guess){ .row = row + 1 };
    if (prefix.size > sizeof(guess->bytes))
        return;
    guess->short_row = row + 1;
    memcpy(&guess->bytes, prefix.data, prefix.size);
    memset(&guess->mask, 0xff, prefix.size);
}

/* True for some names that start with a guess' prefix, at next to no cost:
 * short_row is their row then. */
static inline bool
prefix_guess_fits(const struct prefix_guess *guess, struct bytes name)
{
    uint64_t bytes;
    if (guess->short_row == 0 || name.size < sizeof(bytes))
        return false;
    memcpy(&bytes, name.data, sizeof(bytes));
    return (bytes & guess->mask) == guess->bytes;
}

#endif
