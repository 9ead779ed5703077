/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Long arguments of a record in blocks of a pool: they are read to where the
 * keyspace can keep them.
 */
#ifndef KEYWEIGH_AOF_AOF_BLOCKS_H
#define KEYWEIGH_AOF_AOF_BLOCKS_H

#include "input/reader.h"
#include "keyspace/pool.h"

/* Private to aof-blocks.c, but for pool. */
struct aof_blocks {
    struct pool *pool; /* NULL: no blocks are wanted */
    struct aof_block *items;
    size_t count;
    size_t room;
    uint64_t resets; /* of the pool, when they were made */
};

/* Forgets all blocks, and frees those that nobody took; goes on with that pool,
 * or none.  When a pool is reset, its blocks are gone already. */
void aof_blocks_use(struct aof_blocks *blocks, struct pool *pool);
void aof_blocks_clear(struct aof_blocks *blocks);
void aof_blocks_fini(struct aof_blocks *blocks);

/* Takes size bytes, which are more than none, from a reader into a new block,
 * which grows as they arrive.  When the pool is full the rest is skipped and
 * the block has fewer.  False when the input ends before. */
bool aof_blocks_read(struct aof_blocks *blocks, struct reader *reader,
                     uint64_t size, struct bytes *block);

/* The block that is exactly these bytes, from now on the caller's, who frees it
 * to the pool.  NULL when there is none, or it was taken before. */
unsigned char *aof_blocks_take(struct aof_blocks *blocks, struct bytes bytes);

#endif
