/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The table of a set, sorted set or hash: a dict or a hashtable, whichever the
 * server has there.
 */
#ifndef KEYWEIGH_MODEL_COST_TABLE_H
#define KEYWEIGH_MODEL_COST_TABLE_H

#include "model/cost-dict.h"
#include "model/cost-hashtable.h"

struct cost_table {
    enum table_layout layout;
    struct cost_dict dict;
    struct cost_hashtable hashtable; /* TABLE_HASHTABLE: instead of a dict */
};

/* An empty table without slots. */
void cost_table_begin(struct cost_table *table, const struct cost *cost,
                      enum table_layout layout);

/* Room for size elements. */
void cost_table_expand(struct cost_table *table, uint64_t size);

/* The same as loaders ask for it before they add elements: not for so few
 * that a dict's first table holds them anyway. */
void cost_table_reserve(struct cost_table *table, uint64_t size);

static inline void
cost_table_add(struct cost_table *table)
{
    if (table->layout == TABLE_HASHTABLE)
        cost_hashtable_add(&table->hashtable);
    else
        cost_dict_add(&table->dict);
}

static inline void
cost_table_fill(struct cost_table *table, uint64_t count)
{
    for (; count > 0; count--)
        cost_table_add(table);
}

/* No more elements: books the struct of that many bytes, slots or buckets, and
 * entries. */
void cost_table_book(struct cost *cost, struct cost_table *table,
                     uint64_t size);

#endif
