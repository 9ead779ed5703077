/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A hash table of blocks that carry their names: the keys of a database, the
 * members of a set, the fields of a hash.
 *
 *     tags    [h7| -|h7|h7| x| -|...]   a byte for each slot: 7 bits of hash,
 *     slots   [ 4| -| 0| 9| x| -|...]   empty, or deleted; index into items
 *     items   [p0|p1|NULL|p3|...]       in the order of their creation
 *
 * Walking the items is therefore independent of the seed and of the table's
 * history, deleted items apart: a name that comes again comes last.  It takes
 * no longer than a few times the items, however many there have been.  A table
 * costs about 18 bytes for each item besides the item itself.
 *
 * A zeroed struct is an empty table.  Items are borrowed, never freed here.
 */
#ifndef KEYWEIGH_KEYSPACE_TABLE_H
#define KEYWEIGH_KEYSPACE_TABLE_H

#include "base/bytes.h"
#include "keyspace/pool.h"

/* What kind of items a table holds: how to find an item's name. */
typedef struct bytes table_name(const void *item);

enum { TABLE_NONE = -1 };

/* Items that a table can hold: three slots of four, of 2^31. */
#define TABLE_MOST UINT32_C(0x60000000)

struct table {
    void **items;
    unsigned char *tags;
    uint32_t *slots;
    uint32_t count; /* items */
    uint32_t used;  /* of items, NULLs included */
    uint32_t room;  /* of items */
    uint32_t mask;  /* slots - 1; 0 without slots */
    uint32_t taken; /* slots that are not empty, deleted ones included */
};

/* Where an item stands, valid until the next add or remove; TABLE_NONE when
 * there is no item of that name. */
int64_t table_find(const struct table *table, struct bytes name,
                   uint64_t seed, table_name *name_of);

/* Brings what table_find will look at into the processor's cache, one step a
 * call, with time for others in between: the steps from 0 to
 * TABLE_PREFETCH_ITEM, which brings the item itself.  hash is of table_hash. */
enum { TABLE_PREFETCH_SLOT, TABLE_PREFETCH_INDEX, TABLE_PREFETCH_ITEM };

uint64_t table_hash(struct bytes name, uint64_t seed);
void table_prefetch(const struct table *table, uint64_t hash, unsigned step);

/* The item that most probably has a name of that hash, or NULL. */
const void *table_guess(const struct table *table, uint64_t hash);

static inline void *
table_item(const struct table *table, int64_t index)
{
    return table->items[index];
}

/* Another block in an item's place, of the same name. */
static inline void
table_replace(struct table *table, int64_t index, void *item)
{
    table->items[index] = item;
}

/* Adds an item whose name is not in the table.  False when the table is at
 * TABLE_MOST. */
bool table_add(struct pool *pool, struct table *table, void *item,
               uint64_t seed, table_name *name_of);

/* Takes out the item at index, which the caller still owns. */
void table_remove(struct pool *pool, struct table *table, int64_t index,
                  uint64_t seed, table_name *name_of);

/* The next item at or behind *index, which moves behind it; NULL at the end.
 * Start with 0.  Items are not to be removed during such a walk. */
void *table_next(const struct table *table, uint32_t *index);

/* The item before *index, which moves to it; NULL when there is none.  Start
 * with table->used.  The item it gave may be removed; some of those that stay
 * may then come once more. */
void *table_previous(const struct table *table, uint32_t *index);

/* Gives the table's own arrays to pool_move. */
void table_relocate(struct pool *pool, struct table *table);

/* Frees the table's own arrays: it is empty again. */
void table_fini(struct pool *pool, struct table *table);

#endif
