/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A binary min-heap in an array: the children of i are 2i + 1 and 2i + 2, no
 * child is less than its parent.  The least element, the one that a better one
 * replaces, is thus at 0.  An array in rising order is such a heap too, which
 * is why heap_sort leaves one behind.
 */
#include "base/heap.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { FIRST_ROOM = 16 };

void
heap_init(struct heap *heap, size_t capacity, size_t element_size,
          heap_order *order, void *context)
{
    *heap = (struct heap){
        .capacity = capacity,
        .element_size = element_size,
        .order = order,
        .context = context,
    };
}

void
heap_fini(struct heap *heap)
{
    free(heap->elements);
    heap->elements = NULL;
    heap->count = heap->room = 0;
}

static unsigned char *
element_at(const struct heap *heap, size_t i)
{
    return heap->elements + i * heap->element_size;
}

static bool
is_less(const struct heap *heap, const void *a, const void *b)
{
    return heap->order(a, b, heap->context) < 0;
}

static void
move_to(struct heap *heap, size_t i, const void *element)
{
    memcpy(element_at(heap, i), element, heap->element_size);
}

/* Moves parents down until element fits into the hole at i. */
static void
sift_up(struct heap *heap, size_t i, const void *element)
{
    while (i > 0) {
        size_t parent = (i - 1) / 2;
        if (!is_less(heap, element, element_at(heap, parent)))
            break;
        move_to(heap, i, element_at(heap, parent));
        i = parent;
    }
    move_to(heap, i, element);
}

/* Moves the lesser children up until element fits into the hole at 0. */
static void
sift_down(struct heap *heap, const void *element)
{
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count &&
            is_less(heap, element_at(heap, child + 1),
                    element_at(heap, child)))
            child++;
        if (!is_less(heap, element_at(heap, child), element))
            break;
        move_to(heap, i, element_at(heap, child));
        i = child;
    }
    move_to(heap, i, element);
}

static void
make_room(struct heap *heap)
{
    if (heap->count < heap->room)
        return;
    size_t room = heap->room == 0 ? FIRST_ROOM : heap->room * 2;
    heap->elements = xreallocarray(heap->elements, room, heap->element_size);
    heap->room = room;
}

bool
heap_accepts(const struct heap *heap, const void *element)
{
    if (heap->count < heap->capacity)
        return true;
    return heap->capacity != 0 && is_less(heap, heap->elements, element);
}

bool
heap_push(struct heap *heap, const void *element, void *dropped)
{
    if (heap->count < heap->capacity) {
        make_room(heap);
        sift_up(heap, heap->count++, element);
        return false;
    }
    if (!heap_accepts(heap, element)) {
        memcpy(dropped, element, heap->element_size);
        return true;
    }
    memcpy(dropped, heap->elements, heap->element_size);
    sift_down(heap, element);
    return true;
}

void
heap_sort(struct heap *heap)
{
    if (heap->count > 1)
        qsort_r(heap->elements, heap->count, heap->element_size, heap->order,
                heap->context);
}

void *
heap_at(const struct heap *heap, size_t rank)
{
    return element_at(heap, heap->count - 1 - rank);
}
