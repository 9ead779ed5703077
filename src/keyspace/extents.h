/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The large blocks of a pool, cut from extents of up to 64 MiB.  A block grows
 * where it lies when what follows it is free, and free neighbours are joined,
 * so what grows step by step does not leave its earlier places behind.
 *
 * Bytes of an extent count as held once a block has reached them: systems give
 * memory when it is touched.  Pages that are free go back when they are asked
 * for; what then is left of the slack lies between smaller blocks, and goes
 * when these are moved.
 */
#ifndef KEYWEIGH_KEYSPACE_EXTENTS_H
#define KEYWEIGH_KEYSPACE_EXTENTS_H

#include "keyspace/spans.h"

enum {
    EXTENTS_BLOCK_MOST = 2 * 1024 * 1024, /* bytes */
    EXTENTS_MOVED_MOST = 60 * 1024, /* of a block worth moving: the slack at
                                       larger ones is pages that go back */
};

struct extent;

struct extents {
    struct extent *newest;
    size_t next_size; /* of the next one */
    uint64_t mapped;  /* bytes of them all */
    uint64_t used;    /* of blocks and their heads, rounding included */
    bool is_moving;   /* between move_begin and move_end */
    uint64_t moved;   /* bytes since pages were given back */
    struct spans spans;
};

void extents_init(struct extents *extents);

/* Frees every block; as after init. */
void extents_fini(struct extents *extents);

/* Held from the system. */
static inline uint64_t
extents_bytes(const struct extents *extents)
{
    return extents->mapped - extents->spans.holes;
}

/* 1 to EXTENTS_BLOCK_MOST bytes, aligned to 16, not zeroed. */
void *extents_alloc(struct extents *extents, size_t size);

/* At a multiple of that power of two, which is above 16. */
void *extents_alloc_at(struct extents *extents, size_t size,
                       size_t multiple);

void extents_free(struct extents *extents, void *block);

/* The block of `used` bytes with another size, moved or not; what both sizes
 * cover is kept. */
void *extents_resize(struct extents *extents, void *block, size_t used,
                     size_t size);

/* Lets the system have free pages. */
void extents_give_back(struct extents *extents);

/* Between the first and the last of these, blocks are taken from nowhere but
 * new extents, and not resized.  A block of up to EXTENTS_MOVED_MOST bytes
 * moves there, what it leaves goes back. */
void extents_move_begin(struct extents *extents);
void *extents_move(struct extents *extents, void *block, size_t size);
bool extents_moves(const struct extents *extents, size_t size);
void extents_move_end(struct extents *extents);

#endif
