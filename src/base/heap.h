/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The N greatest of many elements, by the caller's order.  Elements are flat
 * structs of one size, copied in and out; what they point to stays the
 * caller's, who is handed each element that drops out.  Room grows with the
 * elements really kept, so a capacity of a billion costs nothing.
 */
#ifndef KEYWEIGH_BASE_HEAP_H
#define KEYWEIGH_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* Negative when a is less than b, as for qsort. */
typedef int heap_order(const void *a, const void *b, void *context);

struct heap {
    size_t capacity; /* elements kept at most */
    size_t element_size;
    heap_order *order;
    void *context;           /* handed to order */
    unsigned char *elements; /* the least first */
    size_t count;
    size_t room; /* elements that fit what is allocated */
};

void heap_init(struct heap *heap, size_t capacity, size_t element_size,
               heap_order *order, void *context);

/* Frees the heap's room, not what its elements point to. */
void heap_fini(struct heap *heap);

/* True when heap_push would keep the element now: worth asking before its
 * name is copied.  One that equals the least of a full heap is not kept. */
bool heap_accepts(const struct heap *heap, const void *element);

/* Takes a copy of element.  True when something dropped out for it (the least
 * one, or element itself): that is copied to *dropped. */
bool heap_push(struct heap *heap, const void *element, void *dropped);

/* Puts the elements in order; until the next push heap_at gives them by rank,
 * 0 the greatest.  Pushing may go on afterwards. */
void heap_sort(struct heap *heap);
void *heap_at(const struct heap *heap, size_t rank);

#endif
