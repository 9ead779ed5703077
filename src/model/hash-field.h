/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A field of a hash that is a table, and its value: two strings, or one block
 * that holds the field and, when both are short, the value too:
 *
 *     [mstr: expiry|field] [sds value]
 *     [expiry|sdshdr|field|sdshdr8|value]
 *     [expiry|pointer|sdshdr|field] -> [sds value]
 */
#ifndef KEYWEIGH_MODEL_HASH_FIELD_H
#define KEYWEIGH_MODEL_HASH_FIELD_H

#include "model/cost-element.h"

struct hash_field {
    struct cost_element field;
    struct cost_element value;
    bool expires;
    uint64_t expire_ms;
};

/* A field as the loader makes it, whether directly or out of a packed
 * hash. */
static inline struct hash_field
hash_field_of(const struct cost *cost, const struct item *item,
              bool was_packed)
{
    return (struct hash_field){
        .field = cost_element_of(cost, &item->text, was_packed),
        .value = cost_element_of(cost, &item->value, was_packed),
        .expires = item->has_expiry,
        .expire_ms = (uint64_t)item->expire_ms,
    };
}

/* Books the blocks of one that is not two strings. */
void hash_field_book_block(struct cost *cost, const struct hash_field *field);

/* Books its blocks. */
static inline void
hash_field_book(struct cost *cost, const struct hash_field *field)
{
    if (cost->server->field > FIELD_SDS) {
        hash_field_book_block(cost, field);
        return;
    }
    cost_element_book(cost, BLOCK_FIELD, field->field);
    cost_element_book(cost, BLOCK_FIELD_VALUE, field->value);
}

#endif
