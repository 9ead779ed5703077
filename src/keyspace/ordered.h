/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Pointers in an order of the caller's, by rank and by key: the members of a
 * sorted set, what is pending in a group, the cells of an array.
 *
 *     blocks  [10|57|64| 3]     items in each
 *              |  |  |  '-> p p p
 *              |  |  '----> p p p p ...
 *
 * A block of up to 128 pointers; a full one is split, one that runs low takes
 * its neighbour in.  Blocks are found by binary search, ranks by adding
 * counts; an item costs about 11 bytes.
 *
 * A zeroed struct is empty.  Items are borrowed, never freed here.
 */
#ifndef KEYWEIGH_KEYSPACE_ORDERED_H
#define KEYWEIGH_KEYSPACE_ORDERED_H

#include "keyspace/pool.h"

/* Negative when item comes before key, 0 when it is at it. */
typedef int ordered_compare(const void *item, const void *key);

struct ordered_block {
    void **items;
    uint32_t count;
    uint32_t room;
};

struct ordered {
    struct ordered_block *blocks;
    uint32_t block_count;
    uint32_t block_room;
    uint64_t count; /* items */
};

/* Where an item stands, or would: valid until the next insert or remove. */
struct ordered_place {
    uint32_t block;
    uint32_t at;
};

/* The first item that does not come before key; the end when all do. */
struct ordered_place ordered_find(const struct ordered *ordered,
                                  const void *key, ordered_compare *compare);

/* By rank, which is at most count. */
struct ordered_place ordered_seek(const struct ordered *ordered,
                                  uint64_t rank);
uint64_t ordered_rank(const struct ordered *ordered,
                      struct ordered_place place);

/* The item at a place, NULL at the end. */
void *ordered_item(const struct ordered *ordered, struct ordered_place place);

/* The same, and the place moves to the next item.  A zeroed place is at the
 * first. */
void *ordered_next(const struct ordered *ordered,
                   struct ordered_place *place);

/* To the next item, which the place is then at; to the one before, false when
 * there is none. */
void ordered_forward(const struct ordered *ordered,
                     struct ordered_place *place);
bool ordered_back(const struct ordered *ordered, struct ordered_place *place);

/* Another item in the place of one, where that was. */
static inline void
ordered_replace(struct ordered *ordered, struct ordered_place place,
                void *item)
{
    ordered->blocks[place.block].items[place.at] = item;
}

/* Puts an item in front of the one at place. */
void ordered_insert(struct pool *pool, struct ordered *ordered,
                    struct ordered_place place, void *item);

/* Puts an item behind all. */
void ordered_append(struct pool *pool, struct ordered *ordered, void *item);

/* Takes the item at place out and returns it. */
void *ordered_remove(struct pool *pool, struct ordered *ordered,
                     struct ordered_place place);

/* Takes so many items out, from that rank on; all of them are there.  The items
 * are not looked at: they may be gone already. */
void ordered_remove_many(struct pool *pool, struct ordered *ordered,
                         uint64_t rank, uint64_t count);

/* Gives the arrays to pool_move; and the items, too, each of that size. */
void ordered_relocate(struct pool *pool, struct ordered *ordered);
void ordered_relocate_items(struct pool *pool, struct ordered *ordered,
                            size_t size(const void *item));

/* Frees the arrays: it is empty again. */
void ordered_fini(struct pool *pool, struct ordered *ordered);

#endif
