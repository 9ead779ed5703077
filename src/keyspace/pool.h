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
 * What histories leave free inside of slabs and extents is slack.  It stays
 * bounded if blocks are moved together whenever pool_is_loose says so, by
 * someone who knows all of them and who points to them.
 *
 * Memory does not fail (base/xalloc.h), so the limit is a mark that callers
 * look at: pool_is_full between two steps, pool_allows before a step that
 * takes more than the bytes it was made from.  One step may overshoot.  What
 * lies beside the pool, for a while or for long, counts to the limit, too, if
 * its owner says so (pool_count_beside).
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
    uint64_t beside;           /* bytes of others that count to the limit */
    uint64_t limit;            /* bytes that make it full; 0 none */
    bool refused;              /* pool_allows said no */
    uint64_t freed;            /* bytes that may be slack, since blocks were
                                  moved together */
    uint64_t look_at;          /* with less freed, slack is not too much */
    uint64_t left;             /* slack that was left then, or less since */
    uint64_t slack_least;      /* POOL_SLACK_LEAST; less, for a test */
    uint64_t resets;           /* how often all blocks were freed */
};

/* limit 0 is none. */
void pool_init(struct pool *pool, uint64_t limit);

/* Frees every block; the pool is as after init. */
void pool_fini(struct pool *pool);

/* Frees every block; the limit stays, that it was met, and what others have. */
void pool_reset(struct pool *pool);

/* size bytes aligned to 8, not zeroed; of size 0, NULL. */
void *pool_alloc(struct pool *pool, size_t size);

/* A block of pool_alloc or pool_resize of exactly that size; NULL of size 0. */
void pool_free(struct pool *pool, void *block, size_t size);

/* The block with another size, moved or not; what both sizes cover is kept. */
void *pool_resize(struct pool *pool, void *block, size_t size,
                  size_t new_size);

/* Bytes of others, how many they were and are. */
static inline void
pool_count_beside(struct pool *pool, uint64_t before, uint64_t now)
{
    pool->beside += now - before;
}

/* Bytes until it is full; UINT64_MAX without a limit. */
uint64_t pool_room(const struct pool *pool);

/* Whether so many bytes more stay within the limit; if not, the pool is full
 * from now on. */
bool pool_allows(struct pool *pool, uint64_t more);

/* Held from the system, rounding and what is free again included. */
static inline uint64_t
pool_bytes(const struct pool *pool)
{
    return extents_bytes(&pool->extents) - pool->slabs.holes +
           pool->giant_bytes;
}

/* Of these, those of blocks, rounding included; the rest is slack. */
static inline uint64_t
pool_used(const struct pool *pool)
{
    return pool->extents.used - pool->slabs.mapped + pool->slabs.used +
           pool->giant_bytes;
}

static inline bool
pool_is_full(const struct pool *pool)
{
    return pool->refused ||
           (pool->limit != 0 &&
            pool_bytes(pool) + pool->beside >= pool->limit);
}

/* --- moving together --- */

enum { POOL_SLACK_LEAST = 2 * 1024 * 1024 /* bytes that do not matter */ };

bool pool_look(struct pool *pool);

/* Whether there is more slack than a quarter of the blocks' bytes and
 * slack_least, or less where the limit is near.  Not before an eighth of them,
 * and a quarter of slack_least, was freed since blocks were moved last (a
 * sixteenth, where only pages went back), and where that left more slack than
 * this, not before it has grown: so that moving them pays. */
static inline bool
pool_is_loose(struct pool *pool)
{
    return pool->freed >= pool->look_at && pool_look(pool);
}

/* Gives free pages back, and says whether blocks are to be moved nevertheless.
 * Then each is to be given to pool_move once, and pool_move_end ends it; in
 * between, nothing else is done to the pool, but that a block that pool_moves
 * may be moved by hand: another is taken, and it is freed.  Blocks not given
 * stay, and so may slack. */
bool pool_move_begin(struct pool *pool);
void pool_move_end(struct pool *pool);

/* The block, or where it is from now on. */
void *pool_move(struct pool *pool, void *block, size_t size);

/* Whether pool_move will move it. */
bool pool_moves(const struct pool *pool, void *block, size_t size);

#endif
