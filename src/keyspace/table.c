/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Linear probing over the tags; a tag that agrees spares nearly every look at
 * a wrong item.  A slot that is given up becomes empty, and with it the
 * deleted ones in front of it, when the slot behind it is empty; else it is
 * marked deleted, so that probing goes on.
 */
#include "keyspace/table.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    TAG_EMPTY = 0,
    TAG_DELETED = 1,
    TAG_TAKEN = 0x80, /* and 7 bits of the hash */
    FIRST_SLOTS = 8,
    FIRST_ROOM = 8,
    SHRINK_FROM = 64, /* places of items, */
    SHRINK_AT = 4,    /* of which one in so many has an item */
};

uint64_t
table_hash(struct bytes name, uint64_t seed)
{
    return XXH3_64bits_withSeed(name.data, name.size, seed);
}

static unsigned char
tag_of(uint64_t hash)
{
    return (unsigned char)(TAG_TAKEN | hash >> 57);
}

static uint32_t
slots_of(const struct table *table)
{
    return table->tags != NULL ? table->mask + 1 : 0;
}

/* The slot of an item's index, which is there. */
static uint32_t
slot_of_index(const struct table *table, uint32_t index, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & table->mask;
    while (table->tags[at] < TAG_TAKEN || table->slots[at] != index)
        at = (at + 1) & table->mask;
    return at;
}

int64_t
table_find(const struct table *table, struct bytes name, uint64_t seed,
           table_name *name_of)
{
    if (table->count == 0)
        return TABLE_NONE;
    uint64_t hash = table_hash(name, seed);
    unsigned char tag = tag_of(hash);
    uint32_t at = (uint32_t)hash & table->mask;
    for (; table->tags[at] != TAG_EMPTY; at = (at + 1) & table->mask) {
        if (table->tags[at] != tag)
            continue;
        uint32_t index = table->slots[at];
        if (bytes_equal(name_of(table->items[index]), name))
            return index;
    }
    return TABLE_NONE;
}

/* The index of the first item whose tag agrees. */
static int64_t
guess(const struct table *table, uint64_t hash)
{
    unsigned char tag = tag_of(hash);
    uint32_t at = (uint32_t)hash & table->mask;
    for (; table->tags[at] != TAG_EMPTY; at = (at + 1) & table->mask)
        if (table->tags[at] == tag)
            return table->slots[at];
    return TABLE_NONE;
}

void
table_prefetch(const struct table *table, uint64_t hash, unsigned step)
{
    if (table->count == 0)
        return;
    if (step == TABLE_PREFETCH_SLOT) {
        __builtin_prefetch(&table->tags[(uint32_t)hash & table->mask]);
        __builtin_prefetch(&table->slots[(uint32_t)hash & table->mask]);
        return;
    }
    int64_t index = guess(table, hash);
    if (index != TABLE_NONE)
        __builtin_prefetch(step == TABLE_PREFETCH_INDEX
                               ? (const void *)&table->items[index]
                               : table->items[index]);
}

const void *
table_guess(const struct table *table, uint64_t hash)
{
    int64_t index = table->count > 0 ? guess(table, hash) : TABLE_NONE;
    return index != TABLE_NONE ? table->items[index] : NULL;
}

static void
put(struct table *table, uint32_t index, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & table->mask;
    while (table->tags[at] >= TAG_TAKEN)
        at = (at + 1) & table->mask;
    if (table->tags[at] == TAG_EMPTY)
        table->taken++;
    table->tags[at] = tag_of(hash);
    table->slots[at] = index;
}

/* All items anew into that many slots. */
static void
rebuild(struct pool *pool, struct table *table, uint32_t slots,
        uint64_t seed, table_name *name_of)
{
    uint32_t old = slots_of(table);
    if (slots != old) {
        pool_free(pool, table->tags, old);
        pool_free(pool, table->slots, (size_t)old * sizeof(*table->slots));
        table->tags = pool_alloc(pool, slots);
        table->slots =
            pool_alloc(pool, (size_t)slots * sizeof(*table->slots));
    }
    memset(table->tags, TAG_EMPTY, slots);
    table->mask = slots - 1;
    table->taken = 0;
    for (uint32_t i = 0; i < table->used; i++)
        if (table->items[i] != NULL)
            put(table, i, table_hash(name_of(table->items[i]), seed));
}

/* At most three slots of four are taken; when many of them are only deleted,
 * cleaning them is enough. */
static void
make_slots(struct pool *pool, struct table *table, uint64_t seed,
           table_name *name_of)
{
    uint32_t slots = slots_of(table);
    if (table->taken < slots - slots / 4)
        return;
    if (slots == 0)
        slots = FIRST_SLOTS;
    else if (table->count >= slots / 2 && slots <= UINT32_MAX / 2)
        slots *= 2;
    rebuild(pool, table, slots, seed, name_of);
}

/* Moves the items together. */
static void
close_gaps(struct table *table)
{
    uint32_t to = 0;
    for (uint32_t from = 0; from < table->used; from++)
        if (table->items[from] != NULL)
            table->items[to++] = table->items[from];
    table->used = to;
}

/* Room for one more item: where a quarter of it are gaps, these; else a
 * quarter more. */
static void
make_room(struct pool *pool, struct table *table, uint64_t seed,
          table_name *name_of)
{
    if (table->used < table->room)
        return;
    if (table->count < table->used - table->used / 4) {
        close_gaps(table);
        rebuild(pool, table, slots_of(table), seed, name_of);
        return;
    }
    uint64_t room = table->room < FIRST_ROOM
                        ? FIRST_ROOM
                        : (uint64_t)table->room + table->room / 4;
    if (room > TABLE_MOST)
        room = TABLE_MOST;
    table->items =
        pool_resize(pool, table->items, table->room * sizeof(void *),
                    (size_t)room * sizeof(void *));
    table->room = (uint32_t)room;
}

bool
table_add(struct pool *pool, struct table *table, void *item, uint64_t seed,
          table_name *name_of)
{
    if (table->count >= TABLE_MOST)
        return false;
    make_room(pool, table, seed, name_of);
    make_slots(pool, table, seed, name_of);
    table->items[table->used] = item;
    put(table, table->used, table_hash(name_of(item), seed));
    table->used++;
    table->count++;
    return true;
}

static void
give_up(struct table *table, uint32_t at)
{
    table->tags[at] = TAG_DELETED;
    if (table->tags[(at + 1) & table->mask] != TAG_EMPTY)
        return;
    for (; table->tags[at] == TAG_DELETED; at = (at - 1) & table->mask) {
        table->tags[at] = TAG_EMPTY;
        table->taken--;
    }
}

/* A table that few items are left of is walked and kept as one of few; what it
 * takes for an item is then no more than what servers do, who shrink theirs at
 * a tenth (server.c htNeedsResize, Redis 7.0). */
static void
shrink(struct pool *pool, struct table *table, uint64_t seed,
       table_name *name_of)
{
    uint32_t slots = FIRST_SLOTS;
    if (table->room < SHRINK_FROM || table->count > table->room / SHRINK_AT)
        return;
    close_gaps(table);
    table->items =
        pool_resize(pool, table->items, table->room * sizeof(void *),
                    table->used * sizeof(void *));
    table->room = table->used;
    while (slots / 2 < table->count)
        slots *= 2;
    rebuild(pool, table, slots, seed, name_of);
}

void
table_remove(struct pool *pool, struct table *table, int64_t index,
             uint64_t seed, table_name *name_of)
{
    if (table->count == 1) {
        table_fini(pool, table);
        return;
    }
    void *item = table->items[index];
    give_up(table, slot_of_index(table, (uint32_t)index,
                                 table_hash(name_of(item), seed)));
    table->items[index] = NULL;
    table->count--;
    while (table->items[table->used - 1] == NULL)
        table->used--;
    shrink(pool, table, seed, name_of);
}

void *
table_next(const struct table *table, uint32_t *index)
{
    while (*index < table->used) {
        void *item = table->items[(*index)++];
        if (item != NULL)
            return item;
    }
    return NULL;
}

void *
table_previous(const struct table *table, uint32_t *index)
{
    if (*index > table->used)
        *index = table->used;
    while (*index > 0) {
        void *item = table->items[--*index];
        if (item != NULL)
            return item;
    }
    return NULL;
}

void
table_relocate(struct pool *pool, struct table *table)
{
    uint32_t slots = slots_of(table);
    table->tags = pool_move(pool, table->tags, slots);
    table->slots = pool_move(pool, table->slots,
                             (size_t)slots * sizeof(*table->slots));
    table->items =
        pool_move(pool, table->items, table->room * sizeof(void *));
}

void
table_fini(struct pool *pool, struct table *table)
{
    uint32_t slots = slots_of(table);
    pool_free(pool, table->tags, slots);
    pool_free(pool, table->slots, (size_t)slots * sizeof(*table->slots));
    pool_free(pool, table->items, table->room * sizeof(void *));
    *table = (struct table){ .items = NULL };
}
