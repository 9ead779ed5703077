/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Free spans are found by size as in the two-level segregated fit of Masmano,
 * Ripoll, Crespo and Real (2004): lists of SPANS_STEPS sizes to a doubling, the
 * first that is not empty by two bit scans.  What is asked for is rounded up to
 * such sizes, so a span that is freed is what the next of its size finds.  One
 * that is apart is linked to itself.
 */
#include "keyspace/spans.h"

#include <string.h>

#include "base/poison.h"

enum {
    LEVEL_LEAST = 6, /* SPAN_LEAST is 1 << 6 */
    STEP_BITS = 4,
};

struct free_span {
    struct extent_span span;
    struct extent_span *previous;
    struct extent_span *next;
    struct pages_part hole;
};

static struct free_span *
links_of(struct extent_span *span)
{
    return (struct free_span *)span;
}

size_t
span_rounded(size_t size)
{
    if (size <= SPAN_LEAST)
        return SPAN_LEAST;
    unsigned bits = 64 - (unsigned)__builtin_clzll(size - 1);
    size_t step = (size_t)1 << (bits - 1 - STEP_BITS);
    if (step < sizeof(struct extent_span))
        step = sizeof(struct extent_span);
    return (size + step - 1) & ~(step - 1);
}

/* --- lists --- */

static unsigned
level_of(size_t size)
{
    return 63 - (unsigned)__builtin_clzll(size);
}

static unsigned
step_of(size_t size, unsigned level)
{
    return (unsigned)(size >> (level - STEP_BITS)) & (SPANS_STEPS - 1);
}

static void
link_span(struct spans *spans, struct extent_span *span)
{
    unsigned level = level_of(span_size(span));
    unsigned step = step_of(span_size(span), level);
    level -= LEVEL_LEAST;
    struct extent_span **list = &spans->free[level][step];
    links_of(span)->previous = NULL;
    links_of(span)->next = *list;
    if (*list != NULL)
        links_of(*list)->previous = span;
    *list = span;
    spans->levels |= UINT32_C(1) << level;
    spans->steps[level] |= (uint16_t)(1u << step);
}

static void
unlink_span(struct spans *spans, struct extent_span *span)
{
    unsigned level = level_of(span_size(span));
    unsigned step = step_of(span_size(span), level);
    struct extent_span *previous = links_of(span)->previous;
    struct extent_span *next = links_of(span)->next;
    level -= LEVEL_LEAST;
    if (next != NULL)
        links_of(next)->previous = previous;
    if (previous != NULL)
        links_of(previous)->next = next;
    else
        spans->free[level][step] = next;
    if (previous == NULL && next == NULL) {
        spans->steps[level] &= (uint16_t)~(1u << step);
        if (spans->steps[level] == 0)
            spans->levels &= ~(UINT32_C(1) << level);
    }
}

static void
set_apart(struct extent_span *span)
{
    links_of(span)->previous = span;
    links_of(span)->next = span;
}

static bool
is_apart(struct extent_span *span)
{
    return links_of(span)->next == span;
}

static void
set_list_apart(struct extent_span *list)
{
    while (list != NULL) {
        struct extent_span *next = links_of(list)->next;
        set_apart(list);
        list = next;
    }
}

void
spans_close(struct spans *spans)
{
    for (unsigned level = 0; level < SPANS_LEVELS; level++)
        for (unsigned step = 0; step < SPANS_STEPS; step++)
            set_list_apart(spans->free[level][step]);
    *spans = (struct spans){ .holes = spans->holes };
}

/* --- holes --- */

static size_t
hole_size(struct pages_part hole)
{
    return (size_t)(hole.to - hole.from);
}

/* Of a free span, behind the links. */
static struct pages_part
inside(struct extent_span *span)
{
    return (struct pages_part){ (unsigned char *)(links_of(span) + 1),
                                (unsigned char *)span_next(span) };
}

static void
set_hole(struct spans *spans, struct extent_span *span, struct pages_part hole)
{
    struct pages_part most = inside(span);
    if (hole.from < most.from)
        hole.from = most.from;
    if (hole.to > most.to)
        hole.to = most.to;
    if (hole.from >= hole.to)
        hole = (struct pages_part){ NULL, NULL };
    links_of(span)->hole = hole;
    spans->holes += hole_size(hole);
}

struct pages_part
spans_larger_hole(struct pages_part first, struct pages_part second)
{
    return hole_size(first) > hole_size(second) ? first : second;
}

/* The hole with what is given back in front of it and behind. */
static struct pages_part
widen(struct pages_part hole, struct pages_part all)
{
    if (hole_size(hole) == 0)
        return pages_give_back(all);
    struct pages_part front = { all.from, hole.from };
    struct pages_part behind = { hole.to, all.to };
    front = pages_give_back(front);
    behind = pages_give_back(behind);
    if (hole_size(front) > 0)
        hole.from = front.from;
    if (hole_size(behind) > 0)
        hole.to = behind.to;
    return hole;
}

void
spans_give_back(struct spans *spans, struct extent_span *span, bool apart)
{
    struct pages_part hole = links_of(span)->hole;
    if (is_apart(span) && !apart)
        link_span(spans, span);
    spans->holes -= hole_size(hole);
    set_hole(spans, span, widen(hole, inside(span)));
}

/* --- the interface --- */

void
spans_add(struct spans *spans, struct extent_span *span, size_t size,
          struct pages_part hole, bool apart)
{
    span->size = size | SPAN_FREE;
    span_next(span)->before = size;
    POISON_HIDE(span + 1, size - sizeof(*span));
    POISON_SHOW(span, sizeof(struct free_span));
    set_hole(spans, span, hole);
    if (apart)
        set_apart(span);
    else
        link_span(spans, span);
}

struct pages_part
spans_remove(struct spans *spans, struct extent_span *span)
{
    if (!is_apart(span))
        unlink_span(spans, span);
    span->size &= ~(uint64_t)SPAN_FREE;
    spans->holes -= hole_size(links_of(span)->hole);
    return links_of(span)->hole;
}

struct extent_span *
spans_take(struct spans *spans, size_t size, struct pages_part *hole)
{
    unsigned level = level_of(size);
    unsigned step = step_of(size, level);
    level -= LEVEL_LEAST;
    unsigned steps = spans->steps[level] & ~0u << step;
    if (steps == 0) {
        uint32_t levels = spans->levels & ~UINT32_C(1) << level;
        if (levels == 0)
            return NULL;
        level = (unsigned)__builtin_ctz(levels);
        steps = spans->steps[level];
    }
    struct extent_span *span = spans->free[level][__builtin_ctz(steps)];
    *hole = spans_remove(spans, span);
    return span;
}
