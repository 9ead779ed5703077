/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-blocks.h"

#include <stdlib.h>

#include "base/xalloc.h"

enum {
    FIRST_SIZE = 1024 * 1024, /* of a block, until so much has arrived; the
                                 least that it grows by */
    GROWTH = 8,               /* what is not reached costs nothing yet */
    FIRST_ROOM = 16,
};

struct aof_block {
    unsigned char *data; /* NULL: taken */
    size_t size;
};

void
aof_blocks_clear(struct aof_blocks *blocks)
{
    bool are_there = blocks->count > 0 &&
                     blocks->pool->resets == blocks->resets;
    for (size_t i = 0; are_there && i < blocks->count; i++)
        if (blocks->items[i].data != NULL)
            pool_free(blocks->pool, blocks->items[i].data,
                      blocks->items[i].size);
    blocks->count = 0;
}

void
aof_blocks_use(struct aof_blocks *blocks, struct pool *pool)
{
    aof_blocks_clear(blocks);
    blocks->pool = pool;
}

void
aof_blocks_fini(struct aof_blocks *blocks)
{
    aof_blocks_use(blocks, NULL);
    free(blocks->items);
    *blocks = (struct aof_blocks){ .pool = NULL };
}

static struct aof_block *
add_block(struct aof_blocks *blocks)
{
    if (blocks->count == blocks->room) {
        blocks->room = blocks->room ? 2 * blocks->room : FIRST_ROOM;
        blocks->items = xreallocarray(blocks->items, blocks->room,
                                      sizeof(*blocks->items));
    }
    struct aof_block *block = &blocks->items[blocks->count++];
    *block = (struct aof_block){ .data = NULL };
    blocks->resets = blocks->pool->resets;
    return block;
}

static void
resize(struct aof_blocks *blocks, struct aof_block *block, size_t size)
{
    block->data = pool_resize(blocks->pool, block->data, block->size, size);
    block->size = size;
}

/* The next size of a block that gets most in the end: not beyond what the pool
 * allows, since the input would fill that. */
static size_t
next_size(const struct aof_blocks *blocks, const struct aof_block *block,
          uint64_t most)
{
    uint64_t room = pool_room(blocks->pool);
    uint64_t more = (uint64_t)(GROWTH - 1) * block->size;
    if (more > room)
        more = room;
    if (more < FIRST_SIZE)
        more = FIRST_SIZE;
    return (size_t)(more < most - block->size ? block->size + more : most);
}

bool
aof_blocks_read(struct aof_blocks *blocks, struct reader *reader,
                uint64_t size, struct bytes *found)
{
    struct aof_block *block = add_block(blocks);
    size_t got = 0;
    bool more = true;
    while (more && got < size && !pool_is_full(blocks->pool)) {
        resize(blocks, block, next_size(blocks, block, size));
        more = reader_take_into(reader, block->size - got, block->data + got,
                                &got);
    }
    if (block->size > got)
        resize(blocks, block, got);
    *found = bytes_of(block->data, got);
    return more && reader_skip(reader, size - got);
}

unsigned char *
aof_blocks_take(struct aof_blocks *blocks, struct bytes bytes)
{
    for (size_t i = 0; i < blocks->count; i++) {
        struct aof_block *block = &blocks->items[i];
        if (block->data == NULL || block->data != bytes.data ||
            block->size != bytes.size)
            continue;
        unsigned char *taken = block->data;
        block->data = NULL;
        return taken;
    }
    return NULL;
}
