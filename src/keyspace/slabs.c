/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     chunk   slab 0 | slab 1 | slab 2 | slab 3 | heads   at a multiple of
 *                                                         CHUNK_ROOM
 *     slab    block | block | ... | never used | too little for a block
 *
 * The heads of a chunk's slabs lie together at its end: they are less than a
 * four-hundredth of what they stand for and stay in the cache.  A block's
 * address tells its chunk and slab.
 *
 * Empty slabs go back to the system, but for the pages at both ends of a chunk
 * that also hold heads of slabs and spans: where few slabs of a chunk are in
 * use, these pages are much.  So blocks move from such chunks, too.
 */
#include "keyspace/slabs.h"

#include <stdlib.h>
#include <string.h>

#include "base/poison.h"
#include "base/xalloc.h"

enum {
    GRAIN = 8,
    FINE_MOST = 128, /* up to here a class for each grain */
    FINE_CLASSES = FINE_MOST / GRAIN,
    STEPS = 8,       /* classes to a doubling above that */
    SLAB = 16 * 1024,
    CHUNK_SLABS = 4,
    CHUNK_ROOM = CHUNK_SLABS * SLAB,
    CHUNK = CHUNK_ROOM - 16, /* the head of the next span is in between */
};

struct slab {
    void *free; /* blocks, each holding the next's address */
    struct slab *previous;
    struct slab *next;
    uint16_t fresh; /* offset of what was never used */
    uint16_t end;   /* of its room */
    uint16_t used;  /* blocks */
    uint16_t size;  /* of a block */
};

struct chunk {
    uint64_t used; /* slabs */
    struct slab slabs[CHUNK_SLABS];
    uint16_t holes[CHUNK_SLABS]; /* of empty slabs: bytes given back */
    bool leaving[CHUNK_SLABS];   /* whether they are on that list */
    bool all_leave;              /* empty ones, too: none is taken */
};

enum { HEADS_AT = CHUNK - sizeof(struct chunk) };

/* --- size classes --- */

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

/* --- chunks --- */

/* Where the chunk begins that a place is in. */
static unsigned char *
chunk_at(void *place)
{
    unsigned char *bytes = place;
    return bytes - (uintptr_t)bytes % CHUNK_ROOM;
}

static struct chunk *
chunk_of(void *place)
{
    return (struct chunk *)(chunk_at(place) + HEADS_AT);
}

static unsigned char *
begin_of(struct slab *slab)
{
    return chunk_at(slab) + (size_t)(slab - chunk_of(slab)->slabs) * SLAB;
}

static struct slab *
slab_of(void *block)
{
    uintptr_t offset = (uintptr_t)block % CHUNK_ROOM;
    return &chunk_of(block)->slabs[offset / SLAB];
}

static void
link_slab(struct slab **list, struct slab *slab)
{
    slab->previous = NULL;
    slab->next = *list;
    if (*list != NULL)
        (*list)->previous = slab;
    *list = slab;
}

static void
unlink_slab(struct slab **list, const struct slab *slab)
{
    if (slab->previous != NULL)
        slab->previous->next = slab->next;
    else
        *list = slab->next;
    if (slab->next != NULL)
        slab->next->previous = slab->previous;
}

/* The last slab ends with the heads. */
static void
add_chunk(struct slabs *slabs, struct extents *extents)
{
    unsigned char *begin = extents_alloc_at(extents, CHUNK, CHUNK_ROOM);
    struct chunk *chunk = chunk_of(begin);
    slabs->mapped += CHUNK;
    memset(chunk, 0, sizeof(*chunk));
    for (unsigned i = CHUNK_SLABS; i-- > 0;) {
        unsigned end = i + 1 < CHUNK_SLABS ? SLAB : HEADS_AT % SLAB;
        chunk->slabs[i] = (struct slab){ .end = (uint16_t)end };
        link_slab(&slabs->empty, &chunk->slabs[i]);
    }
    POISON_HIDE(begin, HEADS_AT);
}

static void
drop_chunk(struct slabs *slabs, struct extents *extents, struct chunk *chunk)
{
    struct slab **list = chunk->all_leave ? &slabs->leaving : &slabs->empty;
    for (unsigned i = 0; i < CHUNK_SLABS; i++) {
        unlink_slab(list, &chunk->slabs[i]);
        slabs->holes -= chunk->holes[i];
    }
    slabs->mapped -= CHUNK;
    extents_free(extents, chunk_at(chunk));
}

/* --- slabs --- */

static bool
is_full(const struct slab *slab)
{
    return slab->free == NULL && slab->fresh + slab->size > slab->end;
}

static uint16_t *
hole_of(struct slab *slab)
{
    struct chunk *chunk = chunk_of(slab);
    return &chunk->holes[slab - chunk->slabs];
}

static bool *
leaving_of(struct slab *slab)
{
    struct chunk *chunk = chunk_of(slab);
    return &chunk->leaving[slab - chunk->slabs];
}

/* The list of a slab that is in use; full ones are on none unless they are
 * leaving. */
static struct slab **
list_of(struct slabs *slabs, struct slab *slab)
{
    return *leaving_of(slab) ? &slabs->leaving
                             : &slabs->open[class_of(slab->size)];
}

static struct slab *
open_slab(struct slabs *slabs, struct extents *extents, unsigned class)
{
    if (slabs->empty == NULL)
        add_chunk(slabs, extents);
    struct slab *slab = slabs->empty;
    unlink_slab(&slabs->empty, slab);
    link_slab(&slabs->open[class], slab);
    chunk_of(slab)->used++;
    slabs->holes -= *hole_of(slab);
    *hole_of(slab) = 0;
    slab->free = NULL;
    slab->size = (uint16_t)class_size(class);
    slab->fresh = 0;
    return slab;
}

static void
close_slab(struct slabs *slabs, struct extents *extents, struct slab *slab)
{
    struct chunk *chunk = chunk_of(slab);
    if (!chunk->all_leave) {
        unlink_slab(list_of(slabs, slab), slab);
        *leaving_of(slab) = false;
        link_slab(&slabs->empty, slab);
    }
    if (--chunk->used == 0)
        drop_chunk(slabs, extents, chunk);
}

/* --- blocks --- */

static void *
pop_free(struct slab *slab)
{
    void *block = slab->free;
    POISON_SHOW(block, sizeof(void *));
    memcpy(&slab->free, block, sizeof(void *));
    return block;
}

static void
push_free(struct slab *slab, void *block)
{
    POISON_SHOW(block, sizeof(void *));
    memcpy(block, &slab->free, sizeof(void *));
    slab->free = block;
    POISON_HIDE(block, slab->size);
}

void *
slabs_alloc(struct slabs *slabs, struct extents *extents, size_t size)
{
    unsigned class = class_of(size);
    struct slab *slab = slabs->open[class];
    void *block;
    if (slab == NULL)
        slab = open_slab(slabs, extents, class);
    if (slab->free != NULL) {
        block = pop_free(slab);
    } else {
        block = begin_of(slab) + slab->fresh;
        slab->fresh = (uint16_t)(slab->fresh + slab->size);
    }
    slab->used++;
    slabs->used += slab->size;
    if (is_full(slab))
        unlink_slab(&slabs->open[class], slab);
    POISON_HIDE(block, slab->size);
    POISON_SHOW(block, size);
    return block;
}

void
slabs_free(struct slabs *slabs, struct extents *extents, void *block)
{
    struct slab *slab = slab_of(block);
    bool was_listed = !is_full(slab) || *leaving_of(slab);
    push_free(slab, block);
    slabs->used -= slab->size;
    if (!was_listed)
        link_slab(list_of(slabs, slab), slab);
    if (--slab->used == 0)
        close_slab(slabs, extents, slab);
}

bool
slabs_resize(void *block, size_t size, size_t new_size)
{
    unsigned class = class_of(size);
    if (class != class_of(new_size))
        return false;
    POISON_HIDE(block, class_size(class));
    POISON_SHOW(block, new_size);
    (void)block;
    return true;
}

/* --- moving --- */

void
slabs_give_back(struct slabs *slabs)
{
    for (struct slab *slab = slabs->empty; slab != NULL; slab = slab->next) {
        unsigned char *begin = begin_of(slab);
        struct pages_part part = { begin, begin + slab->end };
        if (*hole_of(slab) > 0)
            continue;
        part = pages_give_back(part);
        *hole_of(slab) = (uint16_t)(part.to - part.from);
        slabs->holes += *hole_of(slab);
    }
}

/* Blocks that it has room for. */
static unsigned
capacity(const struct slab *slab)
{
    return slab->end / slab->size;
}

/* The fullest first. */
static int
compare_slabs(const void *a, const void *b)
{
    const struct slab *const *left = a;
    const struct slab *const *right = b;
    return (int)(*right)->used - (int)(*left)->used;
}

/* Those of a list, to be freed; how many there are, and how many blocks. */
static struct slab **
slabs_in(struct slab *list, size_t *count, uint64_t *blocks)
{
    struct slab **all = NULL;
    size_t room = 0;
    *count = 0;
    *blocks = 0;
    for (; list != NULL; list = list->next) {
        if (*count == room) {
            room = room > 0 ? 2 * room : 64;
            all = xreallocarray(all, room, sizeof(struct slab *));
        }
        all[(*count)++] = list;
        *blocks += list->used;
    }
    return all;
}

static void
leave(struct slabs *slabs, struct slab **list, struct slab *slab)
{
    if (list != NULL)
        unlink_slab(list, slab);
    link_slab(&slabs->leaving, slab);
    *leaving_of(slab) = true;
}

/* Of one class; the fullest have room for all blocks. */
static void
leave_emptiest(struct slabs *slabs, struct slab **open)
{
    size_t count;
    uint64_t blocks;
    uint64_t room = 0;
    struct slab **all = slabs_in(*open, &count, &blocks);
    if (count > 1)
        qsort(all, count, sizeof(struct slab *), compare_slabs);
    for (size_t i = 0; i < count; i++) {
        if (room >= blocks)
            leave(slabs, open, all[i]);
        room += capacity(all[i]);
    }
    free(all);
}

static void
leave_chunk(struct slabs *slabs, struct chunk *chunk)
{
    chunk->all_leave = true;
    for (unsigned i = 0; i < CHUNK_SLABS; i++) {
        struct slab *slab = &chunk->slabs[i];
        if (chunk->leaving[i])
            continue;
        if (slab->used == 0)
            leave(slabs, &slabs->empty, slab);
        else
            leave(slabs, is_full(slab) ? NULL : list_of(slabs, slab), slab);
    }
}

/* Those of which half the slabs or more are empty: on that list each is met. */
static void
leave_sparse_chunks(struct slabs *slabs)
{
    struct slab *slab = slabs->empty;
    while (slab != NULL) {
        struct chunk *chunk = chunk_of(slab);
        while (slab != NULL && chunk_of(slab) == chunk)
            slab = slab->next;
        if (chunk->used <= CHUNK_SLABS / 2)
            leave_chunk(slabs, chunk);
    }
}

void
slabs_move_begin(struct slabs *slabs)
{
    for (unsigned class = 0; class < SLABS_CLASSES; class++)
        leave_emptiest(slabs, &slabs->open[class]);
    leave_sparse_chunks(slabs);
}

bool
slabs_is_leaving(void *block)
{
    return *leaving_of(slab_of(block));
}

void *
slabs_move(struct slabs *slabs, struct extents *extents, void *block,
           size_t size)
{
    if (!slabs_is_leaving(block))
        return block;
    void *moved = slabs_alloc(slabs, extents, size);
    memcpy(moved, block, size);
    slabs_free(slabs, extents, block);
    return moved;
}

/* Whoever has blocks that did not move keeps them. */
void
slabs_move_end(struct slabs *slabs)
{
    while (slabs->leaving != NULL) {
        struct slab *slab = slabs->leaving;
        unlink_slab(&slabs->leaving, slab);
        *leaving_of(slab) = false;
        chunk_of(slab)->all_leave = false;
        if (slab->used == 0)
            link_slab(&slabs->empty, slab);
        else if (!is_full(slab))
            link_slab(list_of(slabs, slab), slab);
    }
    slabs_give_back(slabs);
}
