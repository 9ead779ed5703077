/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The tables of a Valkey hashtable while a loader fills it.
 *
 *     [bucket: 7 entries]  [bucket: 6 entries, child] -> [bucket] ...
 *
 * A bucket that is full gets children, so their number depends on how the hash
 * spreads the entries.  A table that outgrows its size gets a second one, and
 * each further insertion moves one bucket there with its children.
 */
#ifndef KEYWEIGH_MODEL_COST_HASHTABLE_H
#define KEYWEIGH_MODEL_COST_HASHTABLE_H

#include "model/cost.h"

struct cost_hashtable {
    bool narrow;      /* 32 bits: 12 entries a bucket */
    bool ends_early;  /* 9.1: an empty rest of the old table is not visited */
    uint64_t buckets; /* of the main table; 0: none yet */
    uint64_t used;
    uint64_t next_buckets; /* of the table being moved to; 0: none */
    uint64_t next_used;    /* entries that went there directly */
    uint64_t steps;        /* buckets moved so far */
};

/* hashtableExpand: room for size entries. */
void cost_hashtable_expand(struct cost_hashtable *table, uint64_t size);

/* An insertion that does not just find room in the only table. */
void cost_hashtable_grow(struct cost_hashtable *table);

/* Entries a bucket without children. */
static inline uint64_t
cost_hashtable_places(const struct cost_hashtable *table)
{
    return table->narrow ? 12 : 7;
}

/* One insertion. */
static inline void
cost_hashtable_add(struct cost_hashtable *table)
{
    if (table->used < table->buckets * cost_hashtable_places(table) &&
        table->next_buckets == 0)
        table->used++;
    else
        cost_hashtable_grow(table);
}

/* No more insertions: books the struct of that many bytes, and all buckets. */
void cost_hashtable_book(struct cost *cost, struct cost_hashtable *table,
                         uint64_t size);

/* Buckets of a table made for count entries. */
uint64_t cost_hashtable_buckets(uint64_t count, bool narrow);

/* Children that each of the buckets is expected to have when count entries
 * are spread over that many. */
double cost_hashtable_children(uint64_t count, uint64_t buckets, bool narrow);

#endif
