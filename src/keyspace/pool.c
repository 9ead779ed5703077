/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     small, up to 2 KiB    keyspace/slabs
 *     large, up to 2 MiB    keyspace/extents, of which slabs are cut, too
 *     giant                 the system's
 */
#include "keyspace/pool.h"

#include <string.h>

#include "base/pages.h"

struct pool_giant {
    _Alignas(16) struct pool_giant *previous; /* and so what follows */
    struct pool_giant *next;
    size_t size; /* with this head */
};

/* --- giant blocks --- */

static void
link_giant(struct pool *pool, struct pool_giant *giant)
{
    giant->previous = NULL;
    giant->next = pool->giants;
    if (pool->giants != NULL)
        pool->giants->previous = giant;
    pool->giants = giant;
}

static void
unlink_giant(struct pool *pool, const struct pool_giant *giant)
{
    if (giant->previous != NULL)
        giant->previous->next = giant->next;
    else
        pool->giants = giant->next;
    if (giant->next != NULL)
        giant->next->previous = giant->previous;
}

/* What is really reserved: eight steps to each doubling. */
static size_t
giant_room(size_t size)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(size - 1);
    size_t step = (size_t)1 << (bits - 4);
    return size <= SIZE_MAX - step ? (size + step - 1) & ~(step - 1) : size;
}

/* With its head. */
static size_t
giant_whole(size_t size)
{
    return giant_room(size) + sizeof(struct pool_giant);
}

/* Takes up a piece of memory for a block of size bytes. */
static void *
place_giant(struct pool *pool, struct pool_giant *giant, size_t size)
{
    link_giant(pool, giant);
    giant->size = giant_whole(size);
    pool->giant_bytes += giant->size;
    return giant + 1;
}

static struct pool_giant *
take_giant(struct pool *pool, void *block)
{
    struct pool_giant *giant = (struct pool_giant *)block - 1;
    unlink_giant(pool, giant);
    pool->giant_bytes -= giant->size;
    return giant;
}

static void *
alloc_giant(struct pool *pool, size_t size)
{
    return place_giant(pool, pages_map(giant_whole(size)), size);
}

static void
free_giant(struct pool *pool, void *block)
{
    struct pool_giant *giant = take_giant(pool, block);
    pages_unmap(giant, giant->size);
}

static void *
resize_giant(struct pool *pool, void *block, size_t size)
{
    struct pool_giant *giant = (struct pool_giant *)block - 1;
    if (giant->size == giant_whole(size))
        return block;
    giant = take_giant(pool, block);
    return place_giant(
        pool, pages_remap(giant, giant->size, giant_whole(size)), size);
}

/* --- the interface --- */

void
pool_init(struct pool *pool, uint64_t limit)
{
    *pool = (struct pool){ .limit = limit, .slack_least = POOL_SLACK_LEAST };
    extents_init(&pool->extents);
}

void
pool_fini(struct pool *pool)
{
    struct pool_giant *giant = pool->giants;
    while (giant != NULL) {
        struct pool_giant *next = giant->next;
        pages_unmap(giant, giant->size);
        giant = next;
    }
    extents_fini(&pool->extents);
    pool_init(pool, pool->limit);
}

void
pool_reset(struct pool *pool)
{
    bool refused = pool->refused;
    uint64_t beside = pool->beside;
    uint64_t resets = pool->resets;
    uint64_t slack_least = pool->slack_least;
    pool_fini(pool);
    pool->refused = refused;
    pool->beside = beside;
    pool->resets = resets + 1;
    pool->slack_least = slack_least;
}

static uint64_t
slack_of(const struct pool *pool)
{
    return pool_bytes(pool) - pool_used(pool);
}

/* Counts what was freed: where pages that had gone back count as held again,
 * since what they lie in was joined with more, by how much slack has grown. */
static void
count_freed(struct pool *pool, size_t size, uint64_t slack_before)
{
    uint64_t slack = slack_of(pool);
    uint64_t grown = slack > slack_before ? slack - slack_before : 0;
    pool->freed += grown > size ? grown : size;
}

enum kind { KIND_SMALL, KIND_LARGE, KIND_GIANT };

static enum kind
kind_of(size_t size)
{
    if (size <= SLABS_BLOCK_MOST)
        return KIND_SMALL;
    return size <= EXTENTS_BLOCK_MOST ? KIND_LARGE : KIND_GIANT;
}

void *
pool_alloc(struct pool *pool, size_t size)
{
    if (size == 0)
        return NULL;
    switch (kind_of(size)) {
    case KIND_SMALL:
        return slabs_alloc(&pool->slabs, &pool->extents, size);
    case KIND_LARGE:
        return extents_alloc(&pool->extents, size);
    case KIND_GIANT:
    default:
        return alloc_giant(pool, size);
    }
}

void
pool_free(struct pool *pool, void *block, size_t size)
{
    uint64_t slack = slack_of(pool);
    if (size == 0)
        return;
    switch (kind_of(size)) {
    case KIND_SMALL:
        slabs_free(&pool->slabs, &pool->extents, block);
        break;
    case KIND_LARGE:
        extents_free(&pool->extents, block);
        break;
    case KIND_GIANT:
    default:
        free_giant(pool, block);
    }
    count_freed(pool, size, slack);
}

static void *
move(struct pool *pool, void *block, size_t size, size_t new_size)
{
    void *moved = pool_alloc(pool, new_size);
    memcpy(moved, block, size < new_size ? size : new_size);
    pool_free(pool, block, size);
    return moved;
}

/* Where it moves or shrinks, what it was is freed. */
static void *
resize_large(struct pool *pool, void *block, size_t size, size_t new_size)
{
    uint64_t slack = slack_of(pool);
    void *resized = extents_resize(&pool->extents, block, size, new_size);
    if (resized != block || new_size < size)
        count_freed(pool, size, slack);
    return resized;
}

void *
pool_resize(struct pool *pool, void *block, size_t size, size_t new_size)
{
    if (size == 0)
        return pool_alloc(pool, new_size);
    if (new_size == 0) {
        pool_free(pool, block, size);
        return NULL;
    }
    enum kind kind = kind_of(size);
    if (kind != kind_of(new_size))
        return move(pool, block, size, new_size);
    switch (kind) {
    case KIND_SMALL:
        return slabs_resize(block, size, new_size)
                   ? block
                   : move(pool, block, size, new_size);
    case KIND_LARGE:
        return resize_large(pool, block, size, new_size);
    case KIND_GIANT:
    default:
        return resize_giant(pool, block, new_size);
    }
}

uint64_t
pool_room(const struct pool *pool)
{
    uint64_t bytes = pool_bytes(pool) + pool->beside;
    if (pool->limit == 0)
        return UINT64_MAX;
    return bytes < pool->limit ? pool->limit - bytes : 0;
}

bool
pool_allows(struct pool *pool, uint64_t more)
{
    if (pool->limit == 0)
        return true;
    if (more > pool_room(pool))
        pool->refused = true;
    return !pool->refused;
}

/* --- moving together --- */

/* What is freed in between at least. */
static uint64_t
freed_least(const struct pool *pool)
{
    return pool->slack_least / 4;
}

/* What slack may be: where it would fill the last sixteenth of the limit, only
 * so much as moving blocks may leave. */
static uint64_t
slack_most(const struct pool *pool, uint64_t used)
{
    uint64_t most = used / 4 + pool->slack_least;
    uint64_t least = used / 8 + pool->slack_least;
    uint64_t taken = used + pool->beside + pool->limit / 16;
    if (pool->limit == 0 || taken + most <= pool->limit)
        return most;
    return taken + least < pool->limit ? pool->limit - taken : least;
}

/* What is freed adds to the slack, and takes from what may be: so it is not to
 * be looked at again before half of what is missing.  Slack that moving blocks
 * could not mend is not tried again before it has grown. */
bool
pool_look(struct pool *pool)
{
    uint64_t used = pool_used(pool);
    uint64_t slack = slack_of(pool);
    uint64_t most = slack_most(pool, used);
    if (slack < pool->left)
        pool->left = slack;
    if (most < pool->left)
        most = pool->left + used / 16 + freed_least(pool);
    if (slack > most)
        return true;
    pool->look_at = pool->freed + (most - slack) / 2 + freed_least(pool);
    return false;
}

/* An eighth of what is used is not worth it. */
static bool
is_much(const struct pool *pool, uint64_t slack, uint64_t used)
{
    return slack > used / 8 + freed_least(pool);
}

bool
pool_move_begin(struct pool *pool)
{
    const struct slabs *slabs = &pool->slabs;
    const struct extents *extents = &pool->extents;
    extents_give_back(&pool->extents);
    slabs_give_back(&pool->slabs);
    bool is_loose = pool_look(pool);
    pool->freed = 0;
    pool->look_at = pool_used(pool) / (is_loose ? 8 : 16) + freed_least(pool);
    if (!is_loose)
        return false;
    if (is_much(pool, slabs->mapped - slabs->holes - slabs->used,
                slabs->used))
        slabs_move_begin(&pool->slabs);
    if (is_much(pool, extents_bytes(extents) - extents->used,
                extents->used - slabs->mapped))
        extents_move_begin(&pool->extents);
    return true;
}

void
pool_move_end(struct pool *pool)
{
    slabs_move_end(&pool->slabs);
    extents_move_end(&pool->extents);
    pool->left = slack_of(pool);
}

void *
pool_move(struct pool *pool, void *block, size_t size)
{
    if (size == 0 || kind_of(size) == KIND_GIANT)
        return block;
    return kind_of(size) == KIND_SMALL
               ? slabs_move(&pool->slabs, &pool->extents, block, size)
               : extents_move(&pool->extents, block, size);
}

bool
pool_moves(const struct pool *pool, void *block, size_t size)
{
    if (size == 0 || kind_of(size) == KIND_GIANT)
        return false;
    return kind_of(size) == KIND_SMALL ? slabs_is_leaving(block)
                                       : extents_moves(&pool->extents, size);
}
