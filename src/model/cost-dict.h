/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The tables of a dict while a loader fills it, by the rules of dict.c.
 *
 * A dict that is told its size in advance has one table.  One that outgrows
 * its table gets a second, twice as large, and each further insertion moves
 * one bucket, so loading may end with both.  How many moves that takes depends
 * on how the hash spreads the entries.  Whether the old table is still there
 * is an alternative between two layouts, which have no middle: the likelier
 * one is taken.
 */
#ifndef KEYWEIGH_MODEL_COST_DICT_H
#define KEYWEIGH_MODEL_COST_DICT_H

#include "model/cost.h"

struct cost_dict {
    enum dict_rule rule;
    uint64_t slots; /* of the main table; 0: none yet */
    uint64_t used;
    uint64_t next_slots; /* of the table being moved to; 0: none */
    uint64_t next_used;  /* entries that went there directly */
    uint64_t steps;      /* moves tried so far */
};

/* dictExpand: room for size entries. */
void cost_dict_expand(struct cost_dict *dict, uint64_t size);

/* An insertion that does not just find room in the only table. */
void cost_dict_grow(struct cost_dict *dict);

/* One insertion. */
static inline void
cost_dict_add(struct cost_dict *dict)
{
    if (dict->used < dict->slots && dict->next_slots == 0)
        dict->used++;
    else
        cost_dict_grow(dict);
}

/* No more insertions: the old table is gone if that is the likelier.  Returns
 * whether it is certain. */
bool cost_dict_finish(struct cost_dict *dict);

/* Finishes the dict and books the struct of that many bytes, and the tables;
 * not the entries. */
void cost_dict_book(struct cost *cost, struct cost_dict *dict, uint64_t size);

/* How many entries are expected to have found their slot taken. */
double cost_dict_chained(const struct cost_dict *dict);

/* Slots of a table made for count entries. */
uint64_t cost_dict_slots(uint64_t count);

/* How many of count entries are expected to find their slot taken, one after
 * the other, in a table of that many slots. */
double cost_dict_collisions(uint64_t count, uint64_t slots);

/* The probability that count entries take more than limit of the slots. */
double cost_dict_occupied_above(uint64_t count, uint64_t slots,
                                uint64_t limit);

#endif
