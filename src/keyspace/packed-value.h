/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What values have in common whose form is one listpack: its bytes are the
 * value's.
 */
#ifndef KEYWEIGH_KEYSPACE_PACKED_VALUE_H
#define KEYWEIGH_KEYSPACE_PACKED_VALUE_H

#include "keyspace/pack.h"
#include "keyspace/value.h"

/* An empty listpack. */
void packed_value_init(struct store *store, struct value *value);

static inline struct pack
packed_value_get(const struct value *value)
{
    return pack_of(value->bytes, value->size);
}

/* The same for steps of a walk, without the count. */
static inline struct pack
packed_value_view(const struct value *value)
{
    return (struct pack){ .bytes = value->bytes, .size = value->size };
}

/* The same listpack after a change, or another one: what was there is
 * forgotten. */
static inline void
packed_value_put(struct value *value, const struct pack *pack)
{
    value->bytes = pack->bytes;
    value->size = pack->size;
}

/* Announces the node that the listpack is; true when its items are wanted. */
bool packed_value_node(struct visitor *visitor, const struct pack *pack);

#endif
