/* SPDX-License-Identifier: BSD-3-Clause
 *
 * No block is ever empty.  A place is in its block (at < count), or it is the
 * end: behind the last block (block == block_count, at 0).
 */
#include "keyspace/ordered.h"

#include <string.h>

enum {
    BLOCK_MOST = 128,
    BLOCK_LEAST = BLOCK_MOST / 4, /* a block of fewer looks for company */
    BLOCK_STEP = 16,              /* room grows by that many */
    BLOCKS_LEAST = 4,             /* places for blocks, if any */
};

static struct ordered_place
normalised(const struct ordered *ordered, uint32_t block, uint32_t at)
{
    if (block < ordered->block_count && at == ordered->blocks[block].count)
        return (struct ordered_place){ block + 1, 0 };
    return (struct ordered_place){ block, at };
}

/* The first block whose last item does not come before key. */
static uint32_t
find_block(const struct ordered *ordered, const void *key,
           ordered_compare *compare)
{
    uint32_t low = 0;
    uint32_t high = ordered->block_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct ordered_block *block = &ordered->blocks[middle];
        if (compare(block->items[block->count - 1], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct ordered_place
ordered_find(const struct ordered *ordered, const void *key,
             ordered_compare *compare)
{
    struct ordered_place place = { find_block(ordered, key, compare), 0 };
    if (place.block == ordered->block_count)
        return place;
    const struct ordered_block *block = &ordered->blocks[place.block];
    uint32_t high = block->count - 1;
    while (place.at < high) {
        uint32_t middle = place.at + (high - place.at) / 2;
        if (compare(block->items[middle], key) < 0)
            place.at = middle + 1;
        else
            high = middle;
    }
    return place;
}

/* From the nearer end. */
struct ordered_place
ordered_seek(const struct ordered *ordered, uint64_t rank)
{
    uint32_t block = 0;
    if (rank <= ordered->count / 2) {
        while (block < ordered->block_count &&
               rank >= ordered->blocks[block].count)
            rank -= ordered->blocks[block++].count;
        return (struct ordered_place){ block, (uint32_t)rank };
    }
    uint64_t left = ordered->count - rank;
    block = ordered->block_count;
    while (left > 0 && left > ordered->blocks[block - 1].count)
        left -= ordered->blocks[--block].count;
    if (left == 0)
        return (struct ordered_place){ block, 0 };
    block--;
    return (struct ordered_place){
        block, ordered->blocks[block].count - (uint32_t)left
    };
}

/* Likewise. */
uint64_t
ordered_rank(const struct ordered *ordered, struct ordered_place place)
{
    uint64_t before = place.at;
    uint64_t behind = 0;
    if (place.block <= ordered->block_count / 2) {
        for (uint32_t block = 0; block < place.block; block++)
            before += ordered->blocks[block].count;
        return before;
    }
    for (uint32_t block = place.block; block < ordered->block_count; block++)
        behind += ordered->blocks[block].count;
    return ordered->count - behind + before;
}

void *
ordered_item(const struct ordered *ordered, struct ordered_place place)
{
    return place.block < ordered->block_count
               ? ordered->blocks[place.block].items[place.at]
               : NULL;
}

void
ordered_forward(const struct ordered *ordered, struct ordered_place *place)
{
    *place = normalised(ordered, place->block, place->at + 1);
}

void *
ordered_next(const struct ordered *ordered, struct ordered_place *place)
{
    void *item = ordered_item(ordered, *place);
    if (item != NULL)
        ordered_forward(ordered, place);
    return item;
}

bool
ordered_back(const struct ordered *ordered, struct ordered_place *place)
{
    if (place->at > 0) {
        place->at--;
        return true;
    }
    if (place->block == 0)
        return false;
    place->block--;
    place->at = ordered->blocks[place->block].count - 1;
    return true;
}

/* --- changes --- */

static void
set_room(struct pool *pool, struct ordered_block *block, uint32_t room)
{
    block->items =
        pool_resize(pool, block->items, block->room * sizeof(void *),
                    room * sizeof(void *));
    block->room = room;
}

static void
set_block_room(struct pool *pool, struct ordered *ordered, uint32_t room)
{
    ordered->blocks =
        pool_resize(pool, ordered->blocks,
                    ordered->block_room * sizeof(*ordered->blocks),
                    room * sizeof(*ordered->blocks));
    ordered->block_room = room;
}

/* Where few blocks are left. */
static void
give_up_block_room(struct pool *pool, struct ordered *ordered)
{
    uint32_t room = ordered->block_room;
    while (room >= 2 * BLOCKS_LEAST && ordered->block_count <= room / 4)
        room /= 2;
    if (room < ordered->block_room)
        set_block_room(pool, ordered, room);
}

/* A new block without items at that index. */
static void
add_block(struct pool *pool, struct ordered *ordered, uint32_t index)
{
    uint32_t room = ordered->block_room;
    if (ordered->block_count == room)
        set_block_room(pool, ordered, room < BLOCKS_LEAST ? BLOCKS_LEAST
                                                          : room + room / 4);
    struct ordered_block *block = &ordered->blocks[index];
    memmove(block + 1, block,
            (ordered->block_count - index) * sizeof(*block));
    *block = (struct ordered_block){ .items = NULL };
    ordered->block_count++;
}

static void
drop_block(struct pool *pool, struct ordered *ordered, uint32_t index)
{
    struct ordered_block *block = &ordered->blocks[index];
    set_room(pool, block, 0);
    ordered->block_count--;
    memmove(block, block + 1,
            (ordered->block_count - index) * sizeof(*block));
    give_up_block_room(pool, ordered);
}

/* Moves what is from index at on into a new block behind: half of them, or
 * none when an item comes last of all, so that what arrives in order fills its
 * blocks. */
static void
split(struct pool *pool, struct ordered *ordered, struct ordered_place *place)
{
    uint32_t index = place->block;
    bool last = index + 1 == ordered->block_count && place->at == BLOCK_MOST;
    uint32_t kept = last ? BLOCK_MOST : BLOCK_MOST / 2;
    add_block(pool, ordered, index + 1);
    struct ordered_block *left = &ordered->blocks[index];
    struct ordered_block *right = left + 1;
    uint32_t moved = left->count - kept;
    set_room(pool, right, moved > 0 ? moved + BLOCK_STEP : BLOCK_STEP);
    if (moved > 0)
        memcpy(right->items, left->items + kept, moved * sizeof(void *));
    right->count = moved;
    left->count = kept;
    set_room(pool, left, kept);
    if (place->at > kept || last) {
        place->block++;
        place->at -= kept;
    }
}

/* Where the item is really put: at the end of a block rather than in front of
 * the next one. */
static struct ordered_place
target(const struct ordered *ordered, struct ordered_place place)
{
    if (place.at == 0 && place.block > 0) {
        place.block--;
        place.at = ordered->blocks[place.block].count;
    }
    return place;
}

void
ordered_insert(struct pool *pool, struct ordered *ordered,
               struct ordered_place place, void *item)
{
    place = target(ordered, place);
    if (ordered->block_count == 0)
        add_block(pool, ordered, 0);
    if (ordered->blocks[place.block].count == BLOCK_MOST)
        split(pool, ordered, &place);
    struct ordered_block *block = &ordered->blocks[place.block];
    if (block->count == block->room)
        set_room(pool, block, block->room + BLOCK_STEP);
    memmove(block->items + place.at + 1, block->items + place.at,
            (block->count - place.at) * sizeof(void *));
    block->items[place.at] = item;
    block->count++;
    ordered->count++;
}

void
ordered_append(struct pool *pool, struct ordered *ordered, void *item)
{
    ordered_insert(pool, ordered, ordered_seek(ordered, ordered->count),
                   item);
}

/* Takes the block behind in, when both fit into one. */
static void
join(struct pool *pool, struct ordered *ordered, uint32_t index)
{
    if (index + 1 >= ordered->block_count)
        return;
    struct ordered_block *left = &ordered->blocks[index];
    const struct ordered_block *right = left + 1;
    uint32_t count = left->count + right->count;
    if (count > BLOCK_MOST - BLOCK_LEAST)
        return;
    set_room(pool, left, count);
    memcpy(left->items + left->count, right->items,
           right->count * sizeof(void *));
    left->count = count;
    drop_block(pool, ordered, index + 1);
}

/* Takes up to so many items out of a block; returns how many. */
static uint32_t
cut(struct ordered_block *block, uint32_t at, uint64_t most)
{
    uint32_t left = block->count - at;
    uint32_t count = most < left ? (uint32_t)most : left;
    memmove(block->items + at, block->items + at + count,
            (left - count) * sizeof(void *));
    block->count -= count;
    return count;
}

/* Drops those of the blocks from begin to end that are empty. */
static void
drop_empty(struct pool *pool, struct ordered *ordered, uint32_t begin,
           uint32_t end)
{
    struct ordered_block *blocks = ordered->blocks;
    uint32_t kept = begin;
    for (uint32_t i = begin; i < end; i++)
        if (blocks[i].count == 0)
            set_room(pool, &blocks[i], 0);
        else
            blocks[kept++] = blocks[i];
    memmove(blocks + kept, blocks + end,
            (ordered->block_count - end) * sizeof(*blocks));
    ordered->block_count -= end - kept;
    give_up_block_room(pool, ordered);
}

void
ordered_remove_many(struct pool *pool, struct ordered *ordered, uint64_t rank,
                    uint64_t count)
{
    struct ordered_place place = ordered_seek(ordered, rank);
    uint32_t begin = place.block;
    ordered->count -= count;
    if (ordered->count == 0) {
        ordered_fini(pool, ordered);
        return;
    }
    for (; count > 0; place = (struct ordered_place){ place.block + 1, 0 })
        count -= cut(&ordered->blocks[place.block], place.at, count);
    drop_empty(pool, ordered, begin, place.block);
    join(pool, ordered, begin);
}

void *
ordered_remove(struct pool *pool, struct ordered *ordered,
               struct ordered_place place)
{
    struct ordered_block *block = &ordered->blocks[place.block];
    void *item = block->items[place.at];
    (void)cut(block, place.at, 1);
    ordered->count--;
    if (ordered->count == 0) {
        ordered_fini(pool, ordered);
        return item;
    }
    if (block->count == 0)
        drop_block(pool, ordered, place.block);
    else if (block->count < BLOCK_LEAST)
        join(pool, ordered, place.block);
    return item;
}

void
ordered_relocate(struct pool *pool, struct ordered *ordered)
{
    ordered->blocks =
        pool_move(pool, ordered->blocks,
                  ordered->block_room * sizeof(*ordered->blocks));
    for (uint32_t i = 0; i < ordered->block_count; i++) {
        struct ordered_block *block = &ordered->blocks[i];
        block->items =
            pool_move(pool, block->items, block->room * sizeof(void *));
    }
}

void
ordered_relocate_items(struct pool *pool, struct ordered *ordered,
                       size_t size(const void *item))
{
    struct ordered_place place = { 0, 0 };
    void *item;
    ordered_relocate(pool, ordered);
    for (; (item = ordered_item(ordered, place)) != NULL;
         ordered_forward(ordered, &place))
        ordered_replace(ordered, place, pool_move(pool, item, size(item)));
}

void
ordered_fini(struct pool *pool, struct ordered *ordered)
{
    for (uint32_t i = 0; i < ordered->block_count; i++)
        set_room(pool, &ordered->blocks[i], 0);
    pool_free(pool, ordered->blocks,
              ordered->block_room * sizeof(*ordered->blocks));
    *ordered = (struct ordered){ .blocks = NULL };
}
