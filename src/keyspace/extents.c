/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     extent | span | span | span ...                      | end |
 *
 * A span knows how large the one before it is, so both neighbours are at hand
 * when it is freed.
 */
#include "keyspace/extents.h"

#include <string.h>

#include "base/poison.h"

enum {
    EXTENT_LEAST = 1024 * 1024,
    EXTENT_MOST = 64 * 1024 * 1024,
};

static const struct pages_part no_hole = { NULL, NULL };

struct extent {
    _Alignas(16) struct extent *older; /* and so what follows */
    struct extent *newer;
    uint64_t size;
};

static struct extent_span *
span_of(void *block)
{
    return (struct extent_span *)block - 1;
}

/* Bytes of the span for a block. */
static size_t
rounded(size_t block)
{
    return span_rounded(block + sizeof(struct extent_span));
}

static void
show_block(struct extent_span *span, size_t size)
{
    POISON_HIDE(span + 1, span_size(span) - sizeof(*span));
    POISON_SHOW(span + 1, size);
    (void)size;
}

/* --- extents --- */

static unsigned char *
end_of(struct extent *extent)
{
    return (unsigned char *)extent + extent->size - sizeof(struct extent_span);
}

static struct extent_span *
first_of(struct extent *extent)
{
    return span_at(extent + 1);
}

/* Its bytes but for the head and the end. */
static size_t
inside(const struct extent *extent)
{
    return (size_t)extent->size - sizeof(*extent) - sizeof(struct extent_span);
}

static size_t
choose_size(struct extents *extents, size_t least)
{
    size_t size = extents->next_size;
    while (size - sizeof(struct extent) - sizeof(struct extent_span) < least)
        size *= 2;
    extents->next_size = size < EXTENT_MOST ? 2 * size : EXTENT_MOST;
    return size;
}

/* All of it as one span in use, and a hole. */
static struct extent_span *
add_extent(struct extents *extents, size_t least, struct pages_part *hole)
{
    size_t size = choose_size(extents, least);
    struct extent *extent = pages_map(size);
    struct extent *older = extents->newest;
    if (older != NULL)
        older->newer = extent;
    *extent = (struct extent){ .older = older, .size = size };
    extents->newest = extent;
    extents->mapped += size;
    struct extent_span *span = first_of(extent);
    *span = (struct extent_span){ .size = inside(extent) };
    *span_next(span) = (struct extent_span){ .before = inside(extent) };
    *hole = (struct pages_part){ (unsigned char *)span, end_of(extent) };
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
drop_extent(struct extents *extents, struct extent_span *span)
{
    if (span->before != 0 || span_next(span)->size != 0)
        return false;
    struct extent *extent = (struct extent *)span - 1;
    if (extent == extents->newest)
        return false;
    extent->newer->older = extent->older;
    if (extent->older != NULL)
        extent->older->newer = extent->newer;
    extents->mapped -= extent->size;
    free_extent(extent);
    return true;
}

/* --- blocks --- */

/* Gives back what is behind the first size bytes of a span in use, joined with
 * what follows; the hole is the span's. */
static void
cut(struct extents *extents, struct extent_span *span, size_t size,
    struct pages_part hole)
{
    size_t rest = span_size(span) - size;
    struct extent_span *behind = span_next(span);
    if (span_is_free(behind) && rest > 0) {
        rest += span_size(behind);
        hole = spans_larger_hole(hole,
                                 spans_remove(&extents->spans, behind));
    }
    if (rest < SPAN_LEAST)
        return;
    span->size = size;
    struct extent_span *cut_off = span_next(span);
    POISON_SHOW(cut_off, sizeof(*cut_off));
    cut_off->before = size;
    spans_add(&extents->spans, cut_off, rest, hole, false);
}

/* A span of at least size bytes, uncut. */
static struct extent_span *
take_span(struct extents *extents, size_t size, struct pages_part *hole)
{
    struct extent_span *span = spans_take(&extents->spans, size, hole);
    return span != NULL ? span : add_extent(extents, size, hole);
}

/* Makes the block of an uncut span begin at a multiple: what is before it
 * becomes free. */
static struct extent_span *
align(struct extents *extents, struct extent_span *span, size_t multiple,
      struct pages_part hole)
{
    size_t front = (size_t)(-(uintptr_t)(span + 1) % multiple);
    if (front == 0)
        return span;
    if (front < SPAN_LEAST)
        front += multiple;
    size_t rest = span_size(span) - front;
    struct extent_span *aligned = span_at((unsigned char *)span + front);
    POISON_SHOW(aligned, sizeof(*aligned));
    *aligned = (struct extent_span){ .before = front, .size = rest };
    span_next(aligned)->before = rest;
    spans_add(&extents->spans, span, front, hole, false);
    return aligned;
}

/* Makes a span larger where it lies, if there is room. */
static bool
extend(struct extents *extents, struct extent_span *span, size_t size)
{
    struct extent_span *behind = span_next(span);
    if (!span_is_free(behind) || span_size(span) + span_size(behind) < size)
        return false;
    struct pages_part hole = spans_remove(&extents->spans, behind);
    span->size += span_size(behind);
    span_next(span)->before = span->size;
    cut(extents, span, size, hole);
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
place(struct extents *extents, struct extent_span *span, size_t size,
      struct pages_part hole)
{
    cut(extents, span, rounded(size), hole);
    extents->used += span_size(span);
    show_block(span, size);
    return span + 1;
}

void *
extents_alloc(struct extents *extents, size_t size)
{
    struct pages_part hole;
    struct extent_span *span = take_span(extents, rounded(size), &hole);
    return place(extents, span, size, hole);
}

void *
extents_alloc_at(struct extents *extents, size_t size, size_t multiple)
{
    struct pages_part hole;
    size_t most = span_rounded(rounded(size) + multiple + SPAN_LEAST +
                               sizeof(struct extent_span));
    struct extent_span *span = take_span(extents, most, &hole);
    return place(extents, align(extents, span, multiple, hole), size, hole);
}

void
extents_free(struct extents *extents, void *block)
{
    struct extent_span *span = span_of(block);
    size_t size = span_size(span);
    struct extent_span *behind = span_next(span);
    struct pages_part hole = no_hole;
    extents->used -= size;
    if (span_is_free(behind)) {
        size += span_size(behind);
        hole = spans_remove(&extents->spans, behind);
    }
    if (span->before != 0) {
        struct extent_span *front =
            span_at((unsigned char *)span - span->before);
        if (span_is_free(front)) {
            hole = spans_larger_hole(spans_remove(&extents->spans, front),
                                     hole);
            size += span_size(front);
            span = front;
        }
    }
    span->size = size;
    span_next(span)->before = size;
    if (!drop_extent(extents, span))
        spans_add(&extents->spans, span, size, hole, extents->is_moving);
}

/* What has grown will grow: the new place is an eighth larger than the old
 * one at least. */
static void *
move_larger(struct extents *extents, void *block, size_t used, size_t size)
{
    size_t room = used + used / 8;
    void *moved = extents_alloc(extents, room < size ? size : room);
    show_block(span_of(moved), size);
    memcpy(moved, block, used);
    extents_free(extents, block);
    return moved;
}

void *
extents_resize(struct extents *extents, void *block, size_t used,
               size_t size)
{
    struct extent_span *span = span_of(block);
    size_t before = span_size(span);
    size_t wanted = rounded(size);
    if (size < used)
        cut(extents, span, wanted, no_hole);
    else if (wanted > before && !extend(extents, span, wanted))
        return move_larger(extents, block, used, size);
    extents->used += span_size(span) - before;
    show_block(span, size);
    return block;
}

/* --- moving --- */

static void
give_back_of(struct extents *extents, struct extent *extent)
{
    struct extent_span *span = first_of(extent);
    for (; span->size != 0; span = span_next(span))
        if (span_is_free(span))
            spans_give_back(&extents->spans, span, extents->is_moving);
}

void
extents_give_back(struct extents *extents)
{
    struct extent *extent = extents->newest;
    for (; extent != NULL; extent = extent->older)
        give_back_of(extents, extent);
    extents->moved = 0;
}

void
extents_move_begin(struct extents *extents)
{
    extents->is_moving = true;
    spans_close(&extents->spans);
}

bool
extents_moves(const struct extents *extents, size_t size)
{
    return extents->is_moving && size <= EXTENTS_MOVED_MOST;
}

/* What is moved is there twice only until so much of it is. */
void *
extents_move(struct extents *extents, void *block, size_t size)
{
    if (!extents_moves(extents, size))
        return block;
    void *moved = extents_alloc(extents, size);
    memcpy(moved, block, size);
    extents_free(extents, block);
    extents->moved += size;
    if (extents->moved > extents->used / 16)
        extents_give_back(extents);
    return moved;
}

void
extents_move_end(struct extents *extents)
{
    extents->is_moving = false;
    extents_give_back(extents);
}
