/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/value.h"

#include <string.h>

static const struct value_ops *const ops_of[TYPE_COUNT] = {
    [TYPE_STRING] = &value_string,
    [TYPE_LIST] = &value_list,
    [TYPE_SET] = &value_set,
    [TYPE_ZSET] = &value_zset,
    [TYPE_HASH] = &value_hash,
    [TYPE_STREAM] = &value_stream,
    [TYPE_ARRAY] = &value_array,
    [TYPE_VECTORSET] = &value_vectorset,
    [TYPE_MODULE] = &value_module,
    [TYPE_CRON] = &value_module,
};

void
value_init(struct store *store, struct value *value, enum type type)
{
    *value = (struct value){ .number = 0 };
    value->type = (unsigned char)type;
    ops_of[type]->init(store, value);
}

void
value_fini(struct store *store, struct value *value)
{
    ops_of[value->type]->fini(store, value);
}

bool
value_copy(struct store *store, struct value *copy, const struct value *value)
{
    *copy = *value;
    copy->mark = 0;
    return ops_of[value->type]->copy(store, copy, value);
}

void
value_relocate(struct store *store, struct value *value)
{
    ops_of[value->type]->relocate(store, value);
}

bool
value_is_empty(const struct value *value)
{
    return ops_of[value->type]->is_empty(value);
}

unsigned char
value_type_byte(const struct value *value)
{
    return ops_of[value->type]->type_byte(value);
}

void
value_walk(struct store *store, const struct value *value,
           struct visitor *visitor)
{
    ops_of[value->type]->walk(store, value, visitor);
}

bool
value_node(struct visitor *visitor, const struct node *node)
{
    return visitor->ops->node(visitor, node) ||
           (visitor->wants & WANT_ITEMS) != 0;
}

bool
value_copy_bytes(struct store *store, struct value *copy,
                 const struct value *value)
{
    if (!pool_allows(&store->pool, value->size))
        return false;
    copy->bytes = pool_alloc(&store->pool, value->size);
    if (value->size > 0)
        memcpy(copy->bytes, value->bytes, value->size);
    return true;
}

void
value_free_bytes(struct store *store, struct value *value)
{
    pool_free(&store->pool, value->bytes, value->size);
}

void
value_relocate_bytes(struct store *store, struct value *value)
{
    value->bytes = pool_move(&store->pool, value->bytes, value->size);
}
