/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The large blocks of a pool, cut from extents of up to 64 MiB.  A block grows
 * where it lies when what follows it is free, and free neighbours are joined,
 * so what grows step by step does not leave its earlier places behind.
 *
 * Bytes of an extent count as held once a block has reached them: systems give
 * memory when it is touched.
 */
#ifndef KEYWEIGH_KEYSPACE_EXTENTS_H
#define KEYWEIGH_KEYSPACE_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

enum {
    EXTENTS_BLOCK_MOST = 2 * 1024 * 1024, /* bytes */
    EXTENTS_LEVELS = 20, /* doublings of the size of free spans */
    EXTENTS_STEPS = 16,  /* to each */
};

struct extent;
struct span;

struct extents {
    struct extent *newest;
    unsigned char *fresh; /* in the newest: nothing has reached this yet */
    size_t next_size;     /* of the next one */
    uint64_t bytes;       /* held */

    /* Free spans by size, and bits for the lists that are not empty. */
    struct span *free[EXTENTS_LEVELS][EXTENTS_STEPS];
    uint32_t levels;
    uint16_t steps[EXTENTS_LEVELS];
};

void extents_init(struct extents *extents);

/* Frees every block; as after init. */
void extents_fini(struct extents *extents);

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

#endif
