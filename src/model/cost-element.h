/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One string of a set, sorted set, hash or linked list as an element: an sds,
 * or, up to Redis 3.2, an object of its own with all its forms:
 *
 *     [sds]   [robj] -> [sds]   [robj|sdshdr|text]   [robj: number]   shared
 */
#ifndef KEYWEIGH_MODEL_COST_ELEMENT_H
#define KEYWEIGH_MODEL_COST_ELEMENT_H

#include "model/cost.h"

enum element_form {
    ELEMENT_TEXT,
    ELEMENT_INTEGER,  /* FIELD_OBJECT only, as those below */
    ELEMENT_IN_PLACE, /* an integer in the block of its text */
    ELEMENT_SHARED,   /* one of the server's shared integers */
};

/* As much of a string as its price depends on. */
struct cost_element {
    uint64_t size;
    enum element_form form;
};

/* FIELD_OBJECT: what the following ones do. */
struct cost_element cost_element_object(const struct cost *cost,
                                        const struct text *text,
                                        bool was_packed);
void cost_element_book_object(struct cost *cost, enum block_kind kind,
                              struct cost_element element);

/* The string as the loader makes it, whether directly or out of a packed
 * value. */
static inline struct cost_element
cost_element_of(const struct cost *cost, const struct text *text,
                bool was_packed)
{
    if (cost->server->field == FIELD_OBJECT)
        return cost_element_object(cost, text, was_packed);
    return (struct cost_element){ text->size, ELEMENT_TEXT };
}

/* Books its blocks. */
static inline void
cost_element_book(struct cost *cost, enum block_kind kind,
                  struct cost_element element)
{
    if (cost->server->field == FIELD_OBJECT)
        cost_element_book_object(cost, kind, element);
    else
        cost_block(cost, kind, cost_sds(cost, element.size), 1);
}

/* Strings of a value that is still packed, kept because a later one may turn
 * it into a table.  At most a threshold's worth is ever held. */
struct cost_elements {
    struct cost_element *items;
    size_t count;
    size_t capacity;
};

void cost_elements_add(struct cost_elements *elements,
                       struct cost_element element);
void cost_elements_fini(struct cost_elements *elements);

/* Books all and forgets them. */
void cost_elements_book(struct cost *cost, struct cost_elements *elements,
                        enum block_kind kind);

#endif
