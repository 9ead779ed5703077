/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/hash-block.h"

#include "keyspace/name.h"

enum { EXPIRY_SIZE = 8 };

static size_t
head_size(const unsigned char *block)
{
    return *block != 0 ? 1 + EXPIRY_SIZE : 1;
}

struct bytes
hash_block_field(const void *block)
{
    return name_get((const unsigned char *)block + head_size(block));
}

struct hash_pair
hash_block_pair(const unsigned char *block)
{
    struct hash_pair pair = { .field = hash_block_field(block) };
    pair.value =
        name_get(block + head_size(block) + name_room(pair.field.size));
    pair.has_expiry = *block != 0;
    if (pair.has_expiry)
        memcpy(&pair.expire_ms, block + 1, EXPIRY_SIZE);
    return pair;
}

size_t
hash_block_size(const struct hash_pair *pair)
{
    return (size_t)(pair->has_expiry ? 1 + EXPIRY_SIZE : 1) +
           name_room(pair->field.size) + name_room(pair->value.size);
}

static unsigned char *
block_new(struct store *store, const struct hash_pair *pair)
{
    unsigned char *block = pool_alloc(&store->pool, hash_block_size(pair));
    *block = pair->has_expiry;
    if (pair->has_expiry)
        memcpy(block + 1, &pair->expire_ms, EXPIRY_SIZE);
    unsigned char *at = block + head_size(block);
    name_put(at, pair->field);
    name_put(at + name_room(pair->field.size), pair->value);
    return block;
}

void
hash_block_free(struct store *store, unsigned char *block)
{
    struct hash_pair pair = hash_block_pair(block);
    pool_free(&store->pool, block, hash_block_size(&pair));
}

bool
hash_block_add(struct store *store, struct hash_fields *fields,
               const struct hash_pair *pair)
{
    unsigned char *block = block_new(store, pair);
    if (!table_add(&store->pool, &fields->table, block, store->seed,
                   hash_block_field)) {
        hash_block_free(store, block);
        return false;
    }
    fields->expiring += pair->has_expiry;
    return true;
}

void
hash_block_replace(struct store *store, struct hash_fields *fields,
                   int64_t index, const struct hash_pair *pair)
{
    unsigned char *old = table_item(&fields->table, index);
    fields->expiring += pair->has_expiry;
    fields->expiring -= *old != 0;
    table_replace(&fields->table, index, block_new(store, pair));
    hash_block_free(store, old);
}

int64_t
hash_block_find(const struct store *store, const struct hash_fields *fields,
                struct bytes field)
{
    return table_find(&fields->table, field, store->seed, hash_block_field);
}
