/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The memory of a keyspace, counted to the byte; small blocks have no headers.
 *
 * Whoever frees or resizes a block says how large it is.  Small blocks are
 * rounded up to a size class (multiples of 8 up to 128, then eight steps to
 * each doubling) and lie in slabs; large ones in extents, where they grow in
 * place if they can; giant ones are the system's.  What is reserved is the
 * block's: growing inside it moves nothing.
 *
 * Memory does not fail (base/xalloc.h), so the limit is a mark that callers
 * look at: pool_is_full between two steps, pool_allows before a step that
 * takes more than the bytes it was made from.  One step may overshoot.  What
 * lies elsewhere on its way into the pool asks pool_allows for its bytes, too.
 */
#ifndef KEYWEIGH_KEYSPACE_POOL_H
#define KEYWEIGH_KEYSPACE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keyspace/extents.h"
#include "keyspace/slabs.h"

struct pool_giant;

struct pool {
    struct extents extents;
    struct slabs slabs;
    struct pool_giant *giants; /* a list's head, or NULL */
    uint64_t giant_bytes;      /* of them */
    uint64_t limit;            /* bytes that make it full; 0 none */
    bool refused;              /* pool_allows said no */
    uint64_t resets;           /* how often all blocks were freed */
};

/* limit 0 is none. */
void pool_init(struct pool *pool, uint64_t limit);

/* Frees every block; the pool is as after init. */
void pool_fini(struct pool *pool);

/* Frees every block; the limit stays, and that it was met. */
void pool_reset(struct pool *pool);

/* size bytes aligned to 8, not zeroed; of size 0, NULL. */
void *pool_alloc(struct pool *pool, size_t size);

/* A block of pool_alloc or pool_resize of exactly that size; NULL of size 0. */
void pool_free(struct pool *pool, void *block, size_t size);

/* The block with another size, moved or not; what both sizes cover is kept. */
void *pool_resize(struct pool *pool, void *block, size_t size,
                  size_t new_size);

/* Bytes until it is full; UINT64_MAX without a limit. */
uint64_t pool_room(const struct pool *pool);

/* Whether so many bytes more stay within the limit; if not, the pool is full
 * from now on. */
bool pool_allows(struct pool *pool, uint64_t more);

/* Held from the system, rounding and what is free again included. */
static inline uint64_t
pool_bytes(const struct pool *pool)
{
    return pool->extents.bytes + pool->giant_bytes;
}

static inline bool
pool_is_full(const struct pool *pool)
{
    return pool->refused ||
           (pool->limit != 0 && pool_bytes(pool) >= pool->limit);
}

#endif
