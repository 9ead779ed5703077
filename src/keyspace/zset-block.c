/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/zset-block.h"

#include "keyspace/name.h"

enum { SCORE_SIZE = 8 };

int
zset_border_compare(double score, struct bytes name,
                    const struct zset_border *border)
{
    int order = 0;
    if (border->by != ZSET_BORDER_NAME)
        order = (score > border->score) - (score < border->score);
    if (order == 0 && border->by != ZSET_BORDER_SCORE)
        order = bytes_compare(name, border->name);
    return order == 0 && border->behind ? -1 : order;
}

struct bytes
zset_block_name(const void *block)
{
    return name_get((const unsigned char *)block + SCORE_SIZE);
}

double
zset_block_score(const void *block)
{
    double score;
    memcpy(&score, block, SCORE_SIZE);
    return score;
}

int
zset_block_compare(const void *block, const void *border)
{
    return zset_border_compare(zset_block_score(block), zset_block_name(block),
                               border);
}

void
zset_block_free(struct store *store, void *block)
{
    pool_free(&store->pool, block,
              SCORE_SIZE + name_room(zset_block_name(block).size));
}

void *
zset_block_find(const struct store *store, const struct zset_members *members,
                struct bytes name)
{
    int64_t index =
        table_find(&members->table, name, store->seed, zset_block_name);
    return index == TABLE_NONE ? NULL : table_item(&members->table, index);
}

struct ordered_place
zset_block_place(const struct zset_members *members, const void *block)
{
    struct zset_border border = { ZSET_BORDER_BOTH, zset_block_score(block),
                                  zset_block_name(block), false };
    return ordered_find(&members->order, &border, zset_block_compare);
}

bool
zset_block_add(struct store *store, struct zset_members *members,
               struct bytes name, double score)
{
    unsigned char *block =
        pool_alloc(&store->pool, SCORE_SIZE + name_room(name.size));
    memcpy(block, &score, SCORE_SIZE);
    name_put(block + SCORE_SIZE, name);
    if (!table_add(&store->pool, &members->table, block, store->seed,
                   zset_block_name)) {
        zset_block_free(store, block);
        return false;
    }
    ordered_insert(&store->pool, &members->order,
                   zset_block_place(members, block), block);
    return true;
}

void
zset_block_rescore(struct store *store, struct zset_members *members,
                   void *block, double score)
{
    (void)ordered_remove(&store->pool, &members->order,
                         zset_block_place(members, block));
    memcpy(block, &score, SCORE_SIZE);
    ordered_insert(&store->pool, &members->order,
                   zset_block_place(members, block), block);
}

void
zset_block_forget(struct store *store, struct zset_members *members,
                  void *block)
{
    table_remove(&store->pool, &members->table,
                 table_find(&members->table, zset_block_name(block),
                            store->seed, zset_block_name),
                 store->seed, zset_block_name);
    zset_block_free(store, block);
}
