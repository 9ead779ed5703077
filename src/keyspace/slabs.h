/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The small blocks of a pool: a slab of 16 KiB holds blocks of one size class,
 * and when none of them is in use it serves any other class.  So values that
 * grow beside each other, from class to class, leave nothing behind.  Four
 * slabs are a chunk.  Blocks have no heads.
 */
#ifndef KEYWEIGH_KEYSPACE_SLABS_H
#define KEYWEIGH_KEYSPACE_SLABS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keyspace/extents.h"

enum {
    SLABS_BLOCK_MOST = 2048, /* bytes of the largest block */
    SLABS_CLASSES = 48,
};

struct slab;

struct slabs {
    struct slab *open[SLABS_CLASSES]; /* with room for another block */
    struct slab *empty;               /* of no class */
    struct slab *leaving;             /* that blocks are to move from */
    uint64_t mapped;                  /* bytes of slabs and their heads */
    uint64_t used;                    /* of blocks, rounding included */
    uint64_t holes;                   /* of empty slabs, given back */
};

/* All zeros is a good beginning; what extents_fini frees is the end.  Both
 * functions are given the same extents each time. */

/* 1 to SLABS_BLOCK_MOST bytes, aligned to 8, not zeroed. */
void *slabs_alloc(struct slabs *slabs, struct extents *extents, size_t size);

void slabs_free(struct slabs *slabs, struct extents *extents, void *block);

/* Whether a block can be of either size where it is; it is then of new_size. */
bool slabs_resize(void *block, size_t size, size_t new_size);

/* Lets the system have the pages of empty slabs. */
void slabs_give_back(struct slabs *slabs);

/* Between the first and the last of these, blocks are neither resized nor freed
 * but by moving, or in place of one that another was taken for.  Of each class
 * the emptiest slabs are left, as many as the others have room for the blocks
 * of: when all these have moved, no class has more than one slab that is not
 * full.  So are all slabs of chunks that are half empty or more. */
void slabs_move_begin(struct slabs *slabs);
bool slabs_is_leaving(void *block); /* its slab */
void *slabs_move(struct slabs *slabs, struct extents *extents, void *block,
                 size_t size);
void slabs_move_end(struct slabs *slabs);

#endif
