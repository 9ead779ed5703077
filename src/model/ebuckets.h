/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What Redis since 7.4 keeps to find the fields of a hash that expire next:
 * up to 16 of them are a list, through the fields themselves; more are
 * buckets of up to 16 in a radix tree over their first moments:
 *
 *     [rax: 6 bytes of ms] -> [segment] -> field -> field ...
 *                          `> [segment] -> field ... -> [segment] -> field ...
 */
#ifndef KEYWEIGH_MODEL_EBUCKETS_H
#define KEYWEIGH_MODEL_EBUCKETS_H

#include "model/cost.h"

struct ebucket;

struct ebuckets {
    struct ebucket *buckets; /* by key; of a list one */
    size_t count;
    size_t capacity;
    bool is_tree;
    uint64_t items;  /* in the buckets */
    uint64_t beyond; /* that came when there was no more room for them */
};

void ebuckets_clear(struct ebuckets *ebuckets);
void ebuckets_fini(struct ebuckets *ebuckets);

/* One more field, which expires at ms. */
void ebuckets_add(struct ebuckets *ebuckets, uint64_t ms);

/* Books tree and segments.  Beyond a large number of fields, as many for each
 * further one as before. */
void ebuckets_book(struct cost *cost, const struct ebuckets *ebuckets);

#endif
