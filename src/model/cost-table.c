/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/cost-table.h"

enum { DICT_FIRST = 4 }; /* DICT_HT_INITIAL_SIZE */

void
cost_table_begin(struct cost_table *table, const struct cost *cost,
                 enum table_layout layout)
{
    table->layout = layout;
    table->dict = (struct cost_dict){ .rule = cost->server->dict };
    table->hashtable = (struct cost_hashtable){
        .narrow = cost->profile->bits == 32,
        .ends_early = cost->server->rehash_ends_early,
    };
}

void
cost_table_expand(struct cost_table *table, uint64_t size)
{
    if (table->layout == TABLE_HASHTABLE)
        cost_hashtable_expand(&table->hashtable, size);
    else
        cost_dict_expand(&table->dict, size);
}

void
cost_table_reserve(struct cost_table *table, uint64_t size)
{
    if (table->layout == TABLE_HASHTABLE || size > DICT_FIRST)
        cost_table_expand(table, size);
}

/* A dict without values needs an entry only for an element that found its slot
 * taken: the others stand in the slots themselves. */
static void
book_entries(struct cost *cost, const struct cost_table *table)
{
    const struct cost_dict *dict = &table->dict;
    if (table->layout == TABLE_ENTRIES) {
        uint64_t count =
            dict->used + (dict->next_slots != 0 ? dict->next_used : 0);
        if (count > 0)
            cost_block(cost, BLOCK_DICT_ENTRY, cost->prices->entry, count);
        return;
    }
    double chained = cost_dict_chained(dict);
    if (chained > 0)
        cost_block_expected(cost, BLOCK_DICT_ENTRY,
                            cost->prices->entry_no_value, chained);
}

void
cost_table_book(struct cost *cost, struct cost_table *table, uint64_t size)
{
    if (table->layout == TABLE_HASHTABLE) {
        cost_hashtable_book(cost, &table->hashtable, size);
        return;
    }
    cost_dict_book(cost, &table->dict, size);
    book_entries(cost, table);
}
