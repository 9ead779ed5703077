/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/packed-value.h"

void
packed_value_init(struct store *store, struct value *value)
{
    struct pack pack;
    pack_init(&store->pool, &pack);
    packed_value_put(value, &pack);
}

bool
packed_value_node(struct visitor *visitor, const struct pack *pack)
{
    struct node node = { .kind = NODE_LISTPACK,
                         .size = pack->size,
                         .count = pack->count };
    return value_node(visitor, &node);
}
