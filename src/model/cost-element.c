/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts from Redis 2.8 to 3.2 object.c: tryObjectEncoding,
 * createStringObjectFromLongLong, createEmbeddedStringObject.  What lay in a
 * packed value becomes an object by its number, which is shared whatever
 * maxmemory-policy says; what comes from the file is encoded as a key's value
 * is, and then a text that is a number keeps its block from 3.0 on.
 */
#include "model/cost-element.h"

#include <stdlib.h>

#include "base/xalloc.h"

enum { SHARED_INTEGERS = 10000 };

static enum element_form
form_of(const struct cost *cost, const struct text *text, bool was_packed)
{
    int64_t number;
    if (!cost_integer(text, &number))
        return ELEMENT_TEXT;
    if (cost->profile->bits == 32 &&
        (number < INT32_MIN || number > INT32_MAX))
        return ELEMENT_TEXT;
    if ((was_packed || cost->profile->shares_integers) && number >= 0 &&
        number < SHARED_INTEGERS)
        return ELEMENT_SHARED;
    bool was_text = !was_packed && text->kind != TEXT_INTEGER;
    return was_text && cost->server->int_in_place ? ELEMENT_IN_PLACE
                                                  : ELEMENT_INTEGER;
}

struct cost_element
cost_element_object(const struct cost *cost, const struct text *text,
                    bool was_packed)
{
    return (struct cost_element){ text->size,
                                  form_of(cost, text, was_packed) };
}

static bool
is_embedded(const struct cost *cost, struct cost_element element)
{
    if (element.form != ELEMENT_TEXT)
        return element.form == ELEMENT_IN_PLACE;
    switch (cost->server->embstr) {
    case EMBSTR_39:
        return element.size <= 39;
    case EMBSTR_44:
        return element.size <= 44;
    case EMBSTR_NEVER:
    case EMBSTR_52:
    case EMBSTR_KVOBJ_64:
    case EMBSTR_VALKEY_64:
    case EMBSTR_VALKEY_128:
    default:
        return false;
    }
}

void
cost_element_book_object(struct cost *cost, enum block_kind kind,
                         struct cost_element element)
{
    uint64_t object = cost->prices->object;
    uint64_t header = cost->server->sds == SDS_EIGHT ? 8 : 3;
    if (element.form == ELEMENT_SHARED)
        return;
    if (is_embedded(cost, element)) {
        cost_block(cost, kind, object + header + element.size + 1, 1);
        return;
    }
    cost_block(cost, kind, object, 1);
    if (element.form == ELEMENT_TEXT)
        cost_block(cost, kind, cost_sds(cost, element.size), 1);
}

void
cost_elements_add(struct cost_elements *elements, struct cost_element element)
{
    if (elements->count == elements->capacity) {
        elements->capacity = elements->capacity ? elements->capacity * 2 : 64;
        elements->items = xreallocarray(elements->items, elements->capacity,
                                        sizeof(elements->items[0]));
    }
    elements->items[elements->count++] = element;
}

void
cost_elements_fini(struct cost_elements *elements)
{
    free(elements->items);
}

void
cost_elements_book(struct cost *cost, struct cost_elements *elements,
                   enum block_kind kind)
{
    if (cost->memory)
        for (size_t i = 0; i < elements->count; i++)
            cost_element_book(cost, kind, elements->items[i]);
    elements->count = 0;
}
