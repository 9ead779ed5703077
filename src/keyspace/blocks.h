/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A table that owns its blocks: the members of a set or a sorted set, the
 * fields of a hash.  What else a block holds besides its name is its kind's
 * affair (hash-block.h, zset-block.h).
 */
#ifndef KEYWEIGH_KEYSPACE_BLOCKS_H
#define KEYWEIGH_KEYSPACE_BLOCKS_H

#include "keyspace/store.h"
#include "keyspace/table.h"

struct block_kind {
    table_name *name;
    size_t (*size)(const void *block); /* bytes of it, name and all */
};

struct blocks {
    struct table table;
    const struct block_kind *kind;
};

void blocks_init(struct blocks *blocks, const struct block_kind *kind);

/* Frees the blocks, too. */
void blocks_fini(struct store *store, struct blocks *blocks);

/* Gives the blocks, and the table's own, to pool_move. */
void blocks_relocate(struct store *store, struct blocks *blocks);

/* Makes copy, which is not initialised, one of copies of all blocks; false
 * when the store has no room for them: then there is no copy. */
bool blocks_copy(struct store *store, struct blocks *copy,
                 const struct blocks *blocks);

/* Where the block of that name stands in the table, or TABLE_NONE. */
int64_t blocks_find(const struct store *store, const struct blocks *blocks,
                    struct bytes name);

/* Adds a block, whose name is not there; false when there are too many: then
 * the block is freed. */
bool blocks_add(struct store *store, struct blocks *blocks, void *block);

/* Takes a block out and frees it. */
void blocks_remove(struct store *store, struct blocks *blocks, int64_t index);

#endif
