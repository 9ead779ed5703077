/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/hash-block.h"

#include "keyspace/name.h"

enum { EXPIRY_SIZE = 8 };

static size_t
head_size(bool has_expiry)
{
    return has_expiry ? 1 + EXPIRY_SIZE : 1;
}

static bool
has_expiry(const unsigned char *block)
{
    return *block != 0;
}

struct hash_pair
hash_block_pair(const unsigned char *block)
{
    struct hash_pair pair = { .has_expiry = has_expiry(block) };
    const unsigned char *texts = block + head_size(pair.has_expiry);
    if (pair.has_expiry)
        memcpy(&pair.expire_ms, block + 1, EXPIRY_SIZE);
    pair.field = name_get(texts);
    pair.value = name_get(texts + name_room(pair.field.size));
    return pair;
}

static size_t
pair_size(const struct hash_pair *pair)
{
    return head_size(pair->has_expiry) + name_room(pair->field.size) +
           name_room(pair->value.size);
}

static struct bytes
block_name(const void *block)
{
    return name_get((const unsigned char *)block +
                    head_size(has_expiry(block)));
}

static size_t
block_size(const void *block)
{
    struct hash_pair pair = hash_block_pair(block);
    return pair_size(&pair);
}

const struct block_kind hash_block_kind = { block_name, block_size };

static unsigned char *
block_new(struct store *store, const struct hash_pair *pair)
{
    unsigned char *block = pool_alloc(&store->pool, pair_size(pair));
    *block = pair->has_expiry;
    if (pair->has_expiry)
        memcpy(block + 1, &pair->expire_ms, EXPIRY_SIZE);
    unsigned char *texts = block + head_size(pair->has_expiry);
    name_put(texts, pair->field);
    name_put(texts + name_room(pair->field.size), pair->value);
    return block;
}

bool
hash_block_add(struct store *store, struct hash_fields *fields,
               const struct hash_pair *pair)
{
    bool added = blocks_add(store, &fields->blocks, block_new(store, pair));
    fields->expiring += added && pair->has_expiry;
    return added;
}

void
hash_block_replace(struct store *store, struct hash_fields *fields,
                   int64_t index, const struct hash_pair *pair)
{
    unsigned char *old = table_item(&fields->blocks.table, index);
    fields->expiring += pair->has_expiry;
    fields->expiring -= has_expiry(old);
    table_replace(&fields->blocks.table, index, block_new(store, pair));
    pool_free(&store->pool, old, block_size(old));
}

void
hash_block_remove(struct store *store, struct hash_fields *fields,
                  int64_t index)
{
    fields->expiring -= has_expiry(table_item(&fields->blocks.table, index));
    blocks_remove(store, &fields->blocks, index);
}
