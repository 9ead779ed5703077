/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     small, up to 2 KiB    from chunks, by size class
 *     large, up to 4 MiB    keyspace/extents, of which chunks are, too
 *     giant                 the system's
 *
 * Chunks are cut from the front; what is left of one when the next is begun,
 * and free blocks that are larger than what is asked for, are cut into smaller
 * ones rather than lost.  Free small blocks are never joined: their number is
 * bounded by what each class once needed.
 */
#include "keyspace/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/pages.h"
#include "base/poison.h"
#include "base/xalloc.h"

enum {
    GRAIN = 8,
    FINE_MOST = 128,  /* up to here a class for each grain */
    FINE_CLASSES = FINE_MOST / GRAIN,
    STEPS = 8,        /* classes to a doubling above that */
    CHUNK = 256 * 1024 - 16, /* with the head of its span a size of theirs */
    SYSTEM_COST = 16, /* of a block of the system, about */
};

struct pool_giant {
    struct pool_giant *previous;
    struct pool_giant *next;
};

/* --- size classes --- */

/* Of size 1 to POOL_SMALL_MOST. */
static unsigned
class_of(size_t size)
{
    if (size <= FINE_MOST)
        return (unsigned)((size - 1) / GRAIN);
    /* size - 1 is 1xxx... of that many bits: three bits x tell the step. */
    unsigned bits = 64 - (unsigned)__builtin_clzll(size - 1);
    unsigned step = (unsigned)((size - 1) >> (bits - 4)) & (STEPS - 1);
    return FINE_CLASSES + (bits - 8) * STEPS + step;
}

static size_t
class_size(unsigned class)
{
    if (class < FINE_CLASSES)
        return (size_t)(class + 1) * GRAIN;
    unsigned doubling = (class - FINE_CLASSES) / STEPS;
    unsigned step = (class - FINE_CLASSES) % STEPS;
    return (size_t)(STEPS + 1 + step) << (doubling + 4);
}

/* --- small blocks --- */

static void
push_free(struct pool *pool, void *block, unsigned class)
{
    POISON_SHOW(block, sizeof(void *));
    memcpy(block, &pool->free[class], sizeof(void *));
    pool->free[class] = block;
    POISON_HIDE(block, class_size(class));
}

static void *
pop_free(struct pool *pool, unsigned class)
{
    void *block = pool->free[class];
    POISON_SHOW(block, sizeof(void *));
    memcpy(&pool->free[class], block, sizeof(void *));
    return block;
}

/* The largest class of which a block fits into size bytes, at least a grain
 * of them. */
static unsigned
class_within(size_t size)
{
    if (size >= POOL_SMALL_MOST)
        return POOL_CLASSES - 1;
    unsigned class = class_of(size);
    return class_size(class) > size ? class - 1 : class;
}

/* Makes free blocks of size bytes, a multiple of the grain. */
static void
shred(struct pool *pool, unsigned char *bytes, size_t size)
{
    while (size > 0) {
        unsigned class = class_within(size);
        push_free(pool, bytes, class);
        bytes += class_size(class);
        size -= class_size(class);
    }
}

static void
add_chunk(struct pool *pool)
{
    if (pool->next != pool->end)
        shred(pool, pool->next, (size_t)(pool->end - pool->next));
    pool->next = extents_alloc(&pool->extents, CHUNK);
    pool->end = pool->next + CHUNK;
    POISON_HIDE(pool->next, CHUNK);
}

/* A block of that class made from a larger free one; NULL when there is
 * none. */
static void *
split_larger(struct pool *pool, unsigned class)
{
    for (unsigned from = POOL_CLASSES - 1; from > class; from--) {
        if (pool->free[from] == NULL)
            continue;
        unsigned char *block = pop_free(pool, from);
        shred(pool, block + class_size(class),
              class_size(from) - class_size(class));
        return block;
    }
    return NULL;
}

static void *
alloc_small(struct pool *pool, size_t size)
{
    unsigned class = class_of(size);
    size_t whole = class_size(class);
    void *block = NULL;
    if (pool->free[class] != NULL)
        block = pop_free(pool, class);
    else if ((size_t)(pool->end - pool->next) < whole)
        block = split_larger(pool, class);
    if (block == NULL) {
        if ((size_t)(pool->end - pool->next) < whole)
            add_chunk(pool);
        block = pool->next;
        pool->next += whole;
    }
    POISON_HIDE(block, whole);
    POISON_SHOW(block, size);
    return block;
}

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

static uint64_t
giant_cost(size_t size)
{
    return (uint64_t)giant_room(size) + sizeof(struct pool_giant) +
           SYSTEM_COST;
}

/* old is NULL or unlinked; size bytes follow the header. */
static void *
place_giant(struct pool *pool, struct pool_giant *old, size_t size)
{
    struct pool_giant *giant =
        xreallocarray(old, 1, giant_room(size) + sizeof(*giant));
    pages_prefer_huge(giant, giant_room(size));
    link_giant(pool, giant);
    pool->giant_bytes += giant_cost(size);
    return giant + 1;
}

static struct pool_giant *
take_giant(struct pool *pool, void *block, size_t size)
{
    struct pool_giant *giant = (struct pool_giant *)block - 1;
    unlink_giant(pool, giant);
    pool->giant_bytes -= giant_cost(size);
    return giant;
}

/* --- the interface --- */

void
pool_init(struct pool *pool, uint64_t limit)
{
    *pool = (struct pool){ .limit = limit };
    extents_init(&pool->extents);
}

void
pool_fini(struct pool *pool)
{
    struct pool_giant *giant = pool->giants;
    while (giant != NULL) {
        struct pool_giant *next = giant->next;
        free(giant);
        giant = next;
    }
    extents_fini(&pool->extents);
    pool_init(pool, pool->limit);
}

void
pool_reset(struct pool *pool)
{
    bool refused = pool->refused;
    pool_fini(pool);
    pool->refused = refused;
}

enum kind { KIND_SMALL, KIND_LARGE, KIND_GIANT };

static enum kind
kind_of(size_t size)
{
    if (size <= POOL_SMALL_MOST)
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
        return alloc_small(pool, size);
    case KIND_LARGE:
        return extents_alloc(&pool->extents, size);
    case KIND_GIANT:
    default:
        return place_giant(pool, NULL, size);
    }
}

void
pool_free(struct pool *pool, void *block, size_t size)
{
    if (size == 0)
        return;
    switch (kind_of(size)) {
    case KIND_SMALL:
        push_free(pool, block, class_of(size));
        break;
    case KIND_LARGE:
        extents_free(&pool->extents, block);
        break;
    case KIND_GIANT:
    default:
        free(take_giant(pool, block, size));
    }
}

/* Both are small: the block stays when its class does. */
static bool
resize_in_class(void *block, size_t size, size_t new_size)
{
    unsigned class = class_of(size);
    if (class != class_of(new_size))
        return false;
    POISON_HIDE(block, class_size(class));
    POISON_SHOW(block, new_size);
    return true;
}

static void *
move(struct pool *pool, void *block, size_t size, size_t new_size)
{
    void *moved = pool_alloc(pool, new_size);
    memcpy(moved, block, size < new_size ? size : new_size);
    pool_free(pool, block, size);
    return moved;
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
        return resize_in_class(block, size, new_size)
                   ? block
                   : move(pool, block, size, new_size);
    case KIND_LARGE:
        return extents_resize(&pool->extents, block, size, new_size);
    case KIND_GIANT:
    default:
        if (giant_room(size) == giant_room(new_size))
            return block;
        return place_giant(pool, take_giant(pool, block, size), new_size);
    }
}

bool
pool_allows(struct pool *pool, uint64_t more)
{
    uint64_t bytes = pool_bytes(pool);
    if (pool->limit == 0)
        return true;
    if (bytes > pool->limit || more > pool->limit - bytes)
        pool->refused = true;
    return !pool->refused;
}
