/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/blocks.h"

static void
free_block(struct store *store, const struct blocks *blocks, void *block)
{
    pool_free(&store->pool, block, blocks->kind->size(block));
}

void
blocks_init(struct blocks *blocks, const struct block_kind *kind)
{
    *blocks = (struct blocks){ .kind = kind };
}

void
blocks_fini(struct store *store, struct blocks *blocks)
{
    uint32_t index = 0;
    void *block;
    while ((block = table_next(&blocks->table, &index)) != NULL)
        free_block(store, blocks, block);
    table_fini(&store->pool, &blocks->table);
}

void
blocks_relocate(struct store *store, struct blocks *blocks)
{
    uint32_t index = 0;
    void *block;
    table_relocate(&store->pool, &blocks->table);
    while ((block = table_next(&blocks->table, &index)) != NULL)
        table_replace(&blocks->table, (int64_t)index - 1,
                      pool_move(&store->pool, block,
                                blocks->kind->size(block)));
}

bool
blocks_copy(struct store *store, struct blocks *copy,
            const struct blocks *blocks)
{
    uint32_t index = 0;
    const void *block;
    blocks_init(copy, blocks->kind);
    while ((block = table_next(&blocks->table, &index)) != NULL) {
        size_t size = blocks->kind->size(block);
        if (!pool_allows(&store->pool, size)) {
            blocks_fini(store, copy);
            return false;
        }
        void *twin = pool_alloc(&store->pool, size);
        memcpy(twin, block, size);
        (void)blocks_add(store, copy, twin);
    }
    return true;
}

int64_t
blocks_find(const struct store *store, const struct blocks *blocks,
            struct bytes name)
{
    return table_find(&blocks->table, name, store->seed, blocks->kind->name);
}

bool
blocks_add(struct store *store, struct blocks *blocks, void *block)
{
    if (table_add(&store->pool, &blocks->table, block, store->seed,
                  blocks->kind->name))
        return true;
    free_block(store, blocks, block);
    return false;
}

void
blocks_remove(struct store *store, struct blocks *blocks, int64_t index)
{
    void *block = table_item(&blocks->table, index);
    table_remove(&store->pool, &blocks->table, index, store->seed,
                 blocks->kind->name);
    free_block(store, blocks, block);
}
