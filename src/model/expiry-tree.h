/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Books a radix tree over moments and what hangs on it, as ebuckets and vset
 * have it.
 */
#ifndef KEYWEIGH_MODEL_EXPIRY_TREE_H
#define KEYWEIGH_MODEL_EXPIRY_TREE_H

#include "model/cost.h"
#include "model/rax.h"

struct expiry_tree {
    struct cost *cost;
    double each; /* blocks that each block stands for; 1 unless only a part of
                    the fields was looked at */
    struct rax rax;
};

/* The number of buckets whose key is not after ms.  They are in order, and a
 * bucket of size bytes begins with its key, a uint64_t. */
size_t expiry_tree_place(const void *buckets, size_t count, size_t size,
                         uint64_t ms);

/* metadata: bytes in the tree's struct. */
void expiry_tree_begin(struct expiry_tree *tree, struct cost *cost,
                       uint64_t metadata, double each);

/* A moment, later than those before: its last `bytes` bytes are the key. */
void expiry_tree_key(struct expiry_tree *tree, uint64_t moment,
                     unsigned bytes);

/* Another block of size requested bytes. */
void expiry_tree_block(struct expiry_tree *tree, uint64_t size);

/* Blocks of which count are expected. */
void expiry_tree_expected(struct expiry_tree *tree, uint64_t size,
                          double count);

void expiry_tree_end(struct expiry_tree *tree);

#endif
