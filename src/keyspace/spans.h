/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The spans that extents are cut into, and the free ones of them by size.
 * Private to extents.c.
 *
 *     span   before (8) | size and whether it is free (8) | block
 *                            or, when free: | links | hole | ...
 *
 * The hole of a free span is a part of it that the system gives no memory for
 * until it is touched.
 */
#ifndef KEYWEIGH_KEYSPACE_SPANS_H
#define KEYWEIGH_KEYSPACE_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pages.h"

enum {
    SPANS_LEVELS = 20, /* doublings of the size of free spans */
    SPANS_STEPS = 16,  /* to each */
    SPAN_LEAST = 64,   /* bytes */
    SPAN_FREE = 1,     /* in span.size */
};

struct extent_span {
    uint64_t before; /* bytes of the span before it, 0 of the first */
    uint64_t size;   /* bytes with this head, and SPAN_FREE; 0 of the end */
};

struct spans {
    uint64_t holes; /* bytes of them */

    /* Free spans by size, and bits for the lists that are not empty. */
    struct extent_span *free[SPANS_LEVELS][SPANS_STEPS];
    uint32_t levels;
    uint16_t steps[SPANS_LEVELS];
};

static inline bool
span_is_free(const struct extent_span *span)
{
    return span->size & SPAN_FREE;
}

static inline size_t
span_size(const struct extent_span *span)
{
    return (size_t)(span->size & ~(uint64_t)SPAN_FREE);
}

static inline struct extent_span *
span_at(void *begin)
{
    return begin;
}

static inline struct extent_span *
span_next(struct extent_span *span)
{
    return span_at((unsigned char *)span + span_size(span));
}

/* The size of a span of at least so many bytes. */
size_t span_rounded(size_t size);

/* Makes a span in use one of so many bytes that is free; what lies of the hole
 * behind its links stays one.  Apart, nobody finds it for now. */
void spans_add(struct spans *spans, struct extent_span *span, size_t size,
               struct pages_part hole, bool apart);

/* Makes a free span one in use; returns its hole, which is to be touched, or
 * added again. */
struct pages_part spans_remove(struct spans *spans, struct extent_span *span);

/* The same with one of at least that rounded size; NULL when there is none. */
struct extent_span *spans_take(struct spans *spans, size_t size,
                        struct pages_part *hole);

/* Sets all of them apart. */
void spans_close(struct spans *spans);

/* Makes a hole of the pages inside a free span; apart, or not any longer. */
void spans_give_back(struct spans *spans, struct extent_span *span, bool apart);

/* The larger one: a free span has one hole, what is outside counts as held. */
struct pages_part spans_larger_hole(struct pages_part first,
                                    struct pages_part second);

#endif
