/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Chunks are cut from the front; what is left of one when the next is begun,
 * and free blocks that are larger than what is asked for, are cut into smaller
 * ones rather than lost.  Free blocks are never joined: their number is
 * bounded by what each class once needed.
 */
#include "keyspace/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

#ifdef __SANITIZE_ADDRESS__
#define POOL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_ASAN 1
#endif
#endif

#ifdef POOL_ASAN
#include <sanitizer/asan_interface.h>
#define HIDE(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define SHOW(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define HIDE(p, n) ((void)(p), (void)(n))
#define SHOW(p, n) ((void)(p), (void)(n))
#endif

enum {
    GRAIN = 8,
    FINE_MOST = 128,  /* up to here a class for each grain */
    FINE_CLASSES = FINE_MOST / GRAIN,
    STEPS = 8,        /* classes to a doubling above that */
    CHUNK = 256 * 1024 - 32, /* with the system's header whole pages */
    SYSTEM_COST = 16, /* of a block of the system, about */
};

struct pool_chunk {
    struct pool_chunk *older;
    uint64_t unused; /* keeps what follows aligned to 16 */
};

struct pool_large {
    struct pool_large *previous;
    struct pool_large *next;
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

/* What is really reserved for size bytes, which are more than none. */
static size_t
reserved(size_t size)
{
    if (size <= POOL_SMALL_MOST)
        return class_size(class_of(size));
    unsigned bits = 64 - (unsigned)__builtin_clzll(size - 1);
    size_t step = (size_t)1 << (bits - 4);
    return size <= SIZE_MAX - step ? (size + step - 1) & ~(step - 1) : size;
}

/* --- small blocks --- */

static void
push_free(struct pool *pool, void *block, unsigned class)
{
    SHOW(block, sizeof(void *));
    memcpy(block, &pool->free[class], sizeof(void *));
    pool->free[class] = block;
    HIDE(block, class_size(class));
}

static void *
pop_free(struct pool *pool, unsigned class)
{
    void *block = pool->free[class];
    SHOW(block, sizeof(void *));
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
    struct pool_chunk *chunk = xmalloc(CHUNK);
    chunk->older = pool->chunks;
    pool->chunks = chunk;
    pool->next = (unsigned char *)(chunk + 1);
    pool->end = (unsigned char *)chunk + CHUNK;
    pool->bytes += CHUNK;
    HIDE(pool->next, CHUNK - sizeof(*chunk));
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
    HIDE(block, whole);
    SHOW(block, size);
    return block;
}

/* --- large blocks --- */

static void
link_large(struct pool *pool, struct pool_large *large)
{
    large->previous = NULL;
    large->next = pool->large;
    if (pool->large != NULL)
        pool->large->previous = large;
    pool->large = large;
}

static void
unlink_large(struct pool *pool, const struct pool_large *large)
{
    if (large->previous != NULL)
        large->previous->next = large->next;
    else
        pool->large = large->next;
    if (large->next != NULL)
        large->next->previous = large->previous;
}

static uint64_t
large_cost(size_t size)
{
    return (uint64_t)reserved(size) + sizeof(struct pool_large) + SYSTEM_COST;
}

/* old is NULL or unlinked; size bytes follow the header. */
static void *
place_large(struct pool *pool, struct pool_large *old, size_t size)
{
    struct pool_large *large =
        xreallocarray(old, 1, reserved(size) + sizeof(*large));
    link_large(pool, large);
    pool->bytes += large_cost(size);
    return large + 1;
}

static struct pool_large *
take_large(struct pool *pool, void *block, size_t size)
{
    struct pool_large *large = (struct pool_large *)block - 1;
    unlink_large(pool, large);
    pool->bytes -= large_cost(size);
    return large;
}

/* --- the interface --- */

void
pool_init(struct pool *pool, uint64_t limit)
{
    *pool = (struct pool){ .limit = limit };
}

void
pool_fini(struct pool *pool)
{
    struct pool_chunk *chunk = pool->chunks;
    while (chunk != NULL) {
        struct pool_chunk *older = chunk->older;
        SHOW(chunk, CHUNK);
        free(chunk);
        chunk = older;
    }
    struct pool_large *large = pool->large;
    while (large != NULL) {
        struct pool_large *next = large->next;
        free(large);
        large = next;
    }
    pool_init(pool, pool->limit);
}

void
pool_reset(struct pool *pool)
{
    bool refused = pool->refused;
    pool_fini(pool);
    pool->refused = refused;
}

void *
pool_alloc(struct pool *pool, size_t size)
{
    if (size == 0)
        return NULL;
    return size <= POOL_SMALL_MOST ? alloc_small(pool, size)
                                   : place_large(pool, NULL, size);
}

void
pool_free(struct pool *pool, void *block, size_t size)
{
    if (size == 0)
        return;
    if (size <= POOL_SMALL_MOST)
        push_free(pool, block, class_of(size));
    else
        free(take_large(pool, block, size));
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
    if (reserved(size) == reserved(new_size)) {
        if (size <= POOL_SMALL_MOST) {
            HIDE(block, reserved(size));
            SHOW(block, new_size);
        }
        return block;
    }
    if (size > POOL_SMALL_MOST && new_size > POOL_SMALL_MOST)
        return place_large(pool, take_large(pool, block, size), new_size);
    void *moved = pool_alloc(pool, new_size);
    memcpy(moved, block, size < new_size ? size : new_size);
    pool_free(pool, block, size);
    return moved;
}

bool
pool_allows(struct pool *pool, uint64_t more)
{
    if (pool->limit == 0)
        return true;
    if (pool->bytes > pool->limit || more > pool->limit - pool->bytes)
        pool->refused = true;
    return !pool->refused;
}
