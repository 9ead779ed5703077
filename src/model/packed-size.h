/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Bytes of a packed value that a loader makes entry by entry: a ziplist or a
 * listpack, whichever the server has.
 */
#ifndef KEYWEIGH_MODEL_PACKED_SIZE_H
#define KEYWEIGH_MODEL_PACKED_SIZE_H

#include "model/cost.h"

struct packed_size {
    enum packed_rule rule;
    const struct allocator *allocator;
    uint64_t bytes;
    uint64_t last; /* ziplist: of the latest entry */
    uint64_t held; /* usable bytes of its block, where the allocator hesitates
                      to follow its size */
};

/* An empty one. */
void packed_size_begin(struct packed_size *packed, const struct cost *cost);

/* It lies in a block that was made with that many bytes. */
void packed_size_reserve(struct packed_size *packed, uint64_t bytes);

/* One more entry at the end. */
void packed_size_add(struct packed_size *packed, const struct text *text);

/* A block of as many bytes as its block has. */
uint64_t packed_size_block(const struct packed_size *packed);

#endif
