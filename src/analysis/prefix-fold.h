/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Rows of prefixes that are too small to be shown, added to the prefix above
 * them.
 */
#ifndef KEYWEIGH_ANALYSIS_PREFIX_FOLD_H
#define KEYWEIGH_ANALYSIS_PREFIX_FOLD_H

#include "analysis/prefix-cut.h"
#include "analysis/prefix.h"

struct prefix_fold {
    const struct prefix_cut *cut;
    uint64_t min_share; /* parts per million ... */
    uint64_t memory;    /* ... of this */
    size_t width;       /* figures in others */
    uint64_t missing_keys; /* what sums of several rows may miss */
    uint64_t missing_memory;
};

static inline void
prefix_sums_add(struct prefix_sums *into, const struct prefix_sums *from)
{
    into->keys += from->keys;
    into->memory += from->memory;
    into->no_expiry_keys += from->no_expiry_keys;
    into->no_expiry_memory += from->no_expiry_memory;
}

/* The same of figures of width more. */
static inline void
prefix_others_add(uint64_t *into, const uint64_t *from, size_t width)
{
    for (size_t i = 0; i < width; i++)
        into[i] += from[i];
}

/* Of rows sorted by name leaves those to be shown, of which it returns the
 * number, and adds to other what is in none of them. */
size_t prefix_fold(const struct prefix_fold *fold, struct prefix_row *rows,
                   size_t count, struct prefix_row *other);

#endif
