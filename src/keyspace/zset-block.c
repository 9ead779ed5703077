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

static size_t
block_size(const void *block)
{
    return SCORE_SIZE + name_room(zset_block_name(block).size);
}

const struct block_kind zset_block_kind = { zset_block_name, block_size };

void *
zset_block_find(const struct store *store, const struct zset_members *members,
                struct bytes name)
{
    int64_t index = blocks_find(store, &members->blocks, name);
    return index == TABLE_NONE ? NULL
                               : table_item(&members->blocks.table, index);
}

/* Where a block stands in the row, or would. */
static struct ordered_place
place_of(const struct zset_members *members, const void *block)
{
    struct zset_border border = { ZSET_BORDER_BOTH, zset_block_score(block),
                                  zset_block_name(block), false };
    return ordered_find(&members->order, &border, zset_block_compare);
}

static void
put_in_order(struct store *store, struct zset_members *members, void *block)
{
    ordered_insert(&store->pool, &members->order, place_of(members, block),
                   block);
}

/* Frees a block that the row has given up. */
static void
forget(struct store *store, struct zset_members *members, const void *block)
{
    blocks_remove(store, &members->blocks,
                  blocks_find(store, &members->blocks,
                              zset_block_name(block)));
}

bool
zset_block_add(struct store *store, struct zset_members *members,
               struct bytes name, double score)
{
    unsigned char *block =
        pool_alloc(&store->pool, SCORE_SIZE + name_room(name.size));
    memcpy(block, &score, SCORE_SIZE);
    name_put(block + SCORE_SIZE, name);
    if (!blocks_add(store, &members->blocks, block))
        return false;
    put_in_order(store, members, block);
    return true;
}

void
zset_block_rescore(struct store *store, struct zset_members *members,
                   void *block, double score)
{
    (void)ordered_remove(&store->pool, &members->order,
                         place_of(members, block));
    memcpy(block, &score, SCORE_SIZE);
    put_in_order(store, members, block);
}

void
zset_block_remove(struct store *store, struct zset_members *members,
                  void *block)
{
    (void)ordered_remove(&store->pool, &members->order,
                         place_of(members, block));
    forget(store, members, block);
}

void
zset_block_remove_ranks(struct store *store, struct zset_members *members,
                        uint64_t first, uint64_t count)
{
    struct ordered_place place = ordered_seek(&members->order, first);
    for (uint64_t i = 0; i < count; i++)
        forget(store, members, ordered_next(&members->order, &place));
    ordered_remove_many(&store->pool, &members->order, first, count);
}

/* One that moves is found in the table as long as it is where it was. */
void
zset_block_relocate(struct store *store, struct zset_members *members)
{
    struct ordered_place place = { 0, 0 };
    struct table *table = &members->blocks.table;
    void *block;
    table_relocate(&store->pool, table);
    ordered_relocate(&store->pool, &members->order);
    for (; (block = ordered_item(&members->order, place)) != NULL;
         ordered_forward(&members->order, &place)) {
        size_t size = zset_block_kind.size(block);
        if (!pool_moves(&store->pool, block, size))
            continue;
        int64_t index =
            blocks_find(store, &members->blocks, zset_block_name(block));
        block = pool_move(&store->pool, block, size);
        table_replace(table, index, block);
        ordered_replace(&members->order, place, block);
    }
}

bool
zset_block_copy(struct store *store, struct zset_members *copy,
                const struct zset_members *members)
{
    uint32_t index = 0;
    void *block;
    copy->order = (struct ordered){ .count = 0 };
    if (!blocks_copy(store, &copy->blocks, &members->blocks))
        return false;
    while ((block = table_next(&copy->blocks.table, &index)) != NULL)
        put_in_order(store, copy, block);
    return true;
}
