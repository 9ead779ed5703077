/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     extent | span | span | span ...                      | end |
 *
 *     span   before (8) | size and whether it is free (8) | block
 *                                          or, when free: | previous | next
 *
 * A span knows how large the one before it is, so both neighbours are at hand
 * when it is freed.  Free spans are found by size as in the two-level
 * segregated fit of Masmano, Ripoll, Crespo and Real (2004): lists of
 * EXTENTS_STEPS sizes to a doubling, the first that is not empty by two bit
 * scans.  Blocks are rounded up to such sizes, so one that is freed is what the
 * next of its size finds.
 */
#include "keyspace/extents.h"

#include <stdbool.h>
#include <string.h>

#include "base/pages.h"
#include "base/poison.h"

enum {
    LEVEL_LEAST = 6, /* the smallest span has 1 << 6 bytes */
    SPAN_LEAST = 1 << LEVEL_LEAST,
    STEP_BITS = 4,
    FREE = 1, /* in span.size */
    EXTENT_LEAST = 1024 * 1024,
    EXTENT_MOST = 64 * 1024 * 1024,
};

struct extent {
    _Alignas(16) struct extent *older; /* and so what follows */
    struct extent *newer;
    uint64_t size;
};

struct span {
    uint64_t before; /* bytes of the span before it, 0 of the first */
    uint64_t size;   /* bytes with this head, and FREE; 0 of the end */
};

struct free_span {
    struct span span;
    struct span *previous;
    struct span *next;
};

/* --- spans --- */

static bool
is_free(const struct span *span)
{
    return span->size & FREE;
}

static size_t
size_of(const struct span *span)
{
    return (size_t)(span->size & ~(uint64_t)FREE);
}

static struct free_span *
links_of(struct span *span)
{
    return (struct free_span *)span;
}

static struct span *
span_at(void *begin)
{
    return begin;
}

static struct span *
next_of(struct span *span)
{
    return span_at((unsigned char *)span + size_of(span));
}

static struct span *
span_of(void *block)
{
    return (struct span *)block - 1;
}

/* Bytes of the span for a block. */
static size_t
rounded(size_t block)
{
    size_t size = block + sizeof(struct span);
    if (size <= SPAN_LEAST)
        return SPAN_LEAST;
    unsigned bits = 64 - (unsigned)__builtin_clzll(size - 1);
    size_t step = (size_t)1 << (bits - 1 - STEP_BITS);
    if (step < sizeof(struct span))
        step = sizeof(struct span);
    return (size + step - 1) & ~(step - 1);
}

static void
show_block(struct span *span, size_t size)
{
    POISON_HIDE(span + 1, size_of(span) - sizeof(*span));
    POISON_SHOW(span + 1, size);
    (void)size;
}

/* --- lists of free spans --- */

static unsigned
level_of(size_t size)
{
    return 63 - (unsigned)__builtin_clzll(size);
}

static unsigned
step_of(size_t size, unsigned level)
{
    return (unsigned)(size >> (level - STEP_BITS)) & (EXTENTS_STEPS - 1);
}

static void
add_free(struct extents *extents, struct span *span, size_t size)
{
    unsigned level = level_of(size);
    unsigned step = step_of(size, level);
    struct span **list = &extents->free[level - LEVEL_LEAST][step];
    span->size = size | FREE;
    next_of(span)->before = size;
    POISON_HIDE(span + 1, size - sizeof(*span));
    POISON_SHOW(span, sizeof(struct free_span));
    links_of(span)->previous = NULL;
    links_of(span)->next = *list;
    if (*list != NULL)
        links_of(*list)->previous = span;
    *list = span;
    extents->levels |= UINT32_C(1) << (level - LEVEL_LEAST);
    extents->steps[level - LEVEL_LEAST] |= (uint16_t)(1u << step);
}

static void
remove_free(struct extents *extents, struct span *span)
{
    unsigned level = level_of(size_of(span));
    unsigned step = step_of(size_of(span), level);
    struct span *previous = links_of(span)->previous;
    struct span *next = links_of(span)->next;
    level -= LEVEL_LEAST;
    if (next != NULL)
        links_of(next)->previous = previous;
    if (previous != NULL)
        links_of(previous)->next = next;
    else
        extents->free[level][step] = next;
    if (previous == NULL && next == NULL) {
        extents->steps[level] &= (uint16_t)~(1u << step);
        if (extents->steps[level] == 0)
            extents->levels &= ~(UINT32_C(1) << level);
    }
    span->size &= ~(uint64_t)FREE;
}

/* A free span of at least that rounded size, off its list; or NULL. */
static struct span *
take_free(struct extents *extents, size_t size)
{
    unsigned level = level_of(size);
    unsigned step = step_of(size, level);
    level -= LEVEL_LEAST;
    unsigned steps = extents->steps[level] & ~0u << step;
    if (steps == 0) {
        uint32_t levels = extents->levels & ~UINT32_C(1) << level;
        if (levels == 0)
            return NULL;
        level = (unsigned)__builtin_ctz(levels);
        steps = extents->steps[level];
    }
    struct span *span = extents->free[level][__builtin_ctz(steps)];
    remove_free(extents, span);
    return span;
}

/* --- extents --- */

static unsigned char *
end_of(struct extent *extent)
{
    return (unsigned char *)extent + extent->size - sizeof(struct span);
}

/* Its bytes but for the head and the end. */
static size_t
inside(const struct extent *extent)
{
    return (size_t)extent->size - sizeof(*extent) - sizeof(struct span);
}

static size_t
choose_size(struct extents *extents, size_t least)
{
    size_t size = extents->next_size;
    while (size - sizeof(struct extent) - sizeof(struct span) < least)
        size *= 2;
    extents->next_size = size < EXTENT_MOST ? 2 * size : EXTENT_MOST;
    return size;
}

/* All of it as one span that is on no list. */
static struct span *
add_extent(struct extents *extents, size_t least)
{
    size_t size = choose_size(extents, least);
    struct extent *extent = pages_map(size);
    struct extent *older = extents->newest;
    if (older != NULL) {
        extents->bytes += (uint64_t)(end_of(older) - extents->fresh);
        older->newer = extent;
    }
    *extent = (struct extent){ .older = older, .size = size };
    extents->newest = extent;
    extents->fresh = (unsigned char *)(extent + 1);
    extents->bytes += sizeof(*extent) + sizeof(struct span);
    struct span *span = span_at(extent + 1);
    *span = (struct span){ .size = inside(extent) };
    *next_of(span) = (struct span){ .before = inside(extent) };
    return span;
}

static void
free_extent(struct extent *extent)
{
    POISON_SHOW(extent, (size_t)extent->size);
    pages_unmap(extent, (size_t)extent->size);
}

/* True when the span was all of an extent, which is then gone; the newest
 * stays. */
static bool
drop_extent(struct extents *extents, struct span *span)
{
    if (span->before != 0 || next_of(span)->size != 0)
        return false;
    struct extent *extent = (struct extent *)span - 1;
    if (extent == extents->newest)
        return false;
    extent->newer->older = extent->older;
    if (extent->older != NULL)
        extent->older->newer = extent->newer;
    extents->bytes -= extent->size;
    free_extent(extent);
    return true;
}

/* --- blocks --- */

/* Gives back what is behind the first size bytes of a span in use, joined with
 * what follows. */
static void
cut(struct extents *extents, struct span *span, size_t size)
{
    size_t rest = size_of(span) - size;
    struct span *behind = next_of(span);
    if (is_free(behind) && rest > 0) {
        rest += size_of(behind);
        remove_free(extents, behind);
    }
    if (rest < SPAN_LEAST)
        return;
    span->size = size;
    struct span *cut_off = next_of(span);
    POISON_SHOW(cut_off, sizeof(*cut_off));
    cut_off->before = size;
    add_free(extents, cut_off, rest);
}

/* Counts the memory up to a span's end. */
static void
reach(struct extents *extents, struct span *span)
{
    unsigned char *end = (unsigned char *)next_of(span);
    unsigned char *last = end_of(extents->newest);
    if (end <= extents->fresh || end > last)
        return;
    extents->bytes += (uint64_t)(end - extents->fresh);
    extents->fresh = end;
}

/* A span of at least size bytes, uncut. */
static struct span *
take_span(struct extents *extents, size_t size)
{
    struct span *span = take_free(extents, size);
    return span != NULL ? span : add_extent(extents, size);
}

/* Makes the block of an uncut span begin at a multiple: what is before it
 * becomes free. */
static struct span *
align(struct extents *extents, struct span *span, size_t multiple)
{
    size_t front = (size_t)(-(uintptr_t)(span + 1) % multiple);
    if (front == 0)
        return span;
    if (front < SPAN_LEAST)
        front += multiple;
    size_t rest = size_of(span) - front;
    struct span *aligned = span_at((unsigned char *)span + front);
    POISON_SHOW(aligned, sizeof(*aligned));
    *aligned = (struct span){ .before = front, .size = rest };
    next_of(aligned)->before = rest;
    add_free(extents, span, front);
    return aligned;
}

/* Makes a span larger where it lies, if there is room. */
static bool
extend(struct extents *extents, struct span *span, size_t size)
{
    struct span *behind = next_of(span);
    if (!is_free(behind) || size_of(span) + size_of(behind) < size)
        return false;
    remove_free(extents, behind);
    span->size += size_of(behind);
    next_of(span)->before = span->size;
    cut(extents, span, size);
    reach(extents, span);
    return true;
}

/* --- the interface --- */

void
extents_init(struct extents *extents)
{
    *extents = (struct extents){ .next_size = EXTENT_LEAST };
}

void
extents_fini(struct extents *extents)
{
    struct extent *extent = extents->newest;
    while (extent != NULL) {
        struct extent *older = extent->older;
        free_extent(extent);
        extent = older;
    }
    extents_init(extents);
}

static void *
place(struct extents *extents, struct span *span, size_t size)
{
    cut(extents, span, rounded(size));
    reach(extents, span);
    show_block(span, size);
    return span + 1;
}

void *
extents_alloc(struct extents *extents, size_t size)
{
    return place(extents, take_span(extents, rounded(size)), size);
}

void *
extents_alloc_at(struct extents *extents, size_t size, size_t multiple)
{
    size_t most = rounded(rounded(size) + multiple + SPAN_LEAST);
    struct span *span = take_span(extents, most);
    return place(extents, align(extents, span, multiple), size);
}

void
extents_free(struct extents *extents, void *block)
{
    struct span *span = span_of(block);
    size_t size = size_of(span);
    struct span *behind = next_of(span);
    if (is_free(behind)) {
        size += size_of(behind);
        remove_free(extents, behind);
    }
    if (span->before != 0) {
        struct span *front =
            span_at((unsigned char *)span - span->before);
        if (is_free(front)) {
            remove_free(extents, front);
            size += size_of(front);
            span = front;
        }
    }
    span->size = size;
    next_of(span)->before = size;
    if (!drop_extent(extents, span))
        add_free(extents, span, size);
}

/* What has grown will grow: the new place is an eighth larger than the old
 * one at least. */
static void *
move_larger(struct extents *extents, void *block, size_t used, size_t size)
{
    size_t room = used + used / 8;
    if (room < size)
        room = size;
    struct span *span = take_span(extents, rounded(room));
    void *moved = place(extents, span, room);
    show_block(span, size);
    memcpy(moved, block, used);
    extents_free(extents, block);
    return moved;
}

void *
extents_resize(struct extents *extents, void *block, size_t used,
               size_t size)
{
    struct span *span = span_of(block);
    size_t wanted = rounded(size);
    if (size < used)
        cut(extents, span, wanted);
    else if (wanted > size_of(span) && !extend(extents, span, wanted))
        return move_larger(extents, block, used, size);
    show_block(span, size);
    return block;
}
