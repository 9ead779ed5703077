/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts from Redis 7.2 dict.c: _dictExpand, _dictExpandIfNeeded, _dictNextExp,
 * dictFindPositionForInsert, dictRehash.
 */
#include "model/cost-dict.h"

#include <math.h>

enum {
    SLOTS_LEAST = 4, /* DICT_HT_INITIAL_SIZE */
    LG_SLOTS_MOST = 56,
    SLOT_SIZE = 8,
    EXACT_SLOTS = 4096, /* beyond, the normal distribution is close enough */
};

uint64_t
cost_dict_slots(uint64_t count)
{
    if (count <= SLOTS_LEAST)
        return SLOTS_LEAST;
    if (count > (uint64_t)1 << LG_SLOTS_MOST)
        return (uint64_t)1 << LG_SLOTS_MOST;
    return (uint64_t)1 << (64 - __builtin_clzll(count - 1));
}

void
cost_dict_expand(struct cost_dict *dict, uint64_t size)
{
    if (dict->next_slots != 0 || dict->used > size)
        return;
    uint64_t slots = cost_dict_slots(size);
    if (dict->slots == 0) {
        dict->slots = slots;
    } else if (slots != dict->slots) {
        dict->next_slots = slots;
        dict->next_used = 0;
        dict->steps = 0;
    }
}

/* One move takes one taken slot along, so there are never more moves than
 * entries or slots.  (A move also gives up after ten free slots in a row; a
 * table that outgrew its size has one entry a slot, where such a run has a
 * probability of e^-10 and is left out.) */
static void
rehash_step(struct cost_dict *dict)
{
    dict->steps++;
    uint64_t most = dict->used < dict->slots ? dict->used : dict->slots;
    if (dict->steps < most)
        return;
    dict->slots = dict->next_slots;
    dict->used += dict->next_used;
    dict->next_slots = 0;
}

void
cost_dict_add(struct cost_dict *dict)
{
    if (dict->next_slots != 0)
        rehash_step(dict);
    if (dict->next_slots == 0 && dict->used >= dict->slots)
        cost_dict_expand(dict, dict->slots ? dict->used + 1 : SLOTS_LEAST);
    if (dict->next_slots != 0)
        dict->next_used++;
    else
        dict->used++;
}

static void
book_tables(struct cost *cost, uint64_t slots)
{
    cost_block(cost, BLOCK_DICT, cost->prices->dict, 1);
    if (slots != 0)
        cost_block(cost, BLOCK_SLOTS, slots * SLOT_SIZE, 1);
}

void
cost_dict_book_sized(struct cost *cost, uint64_t count)
{
    book_tables(cost, cost_dict_slots(count));
}

void
cost_dict_book(struct cost *cost, const struct cost_dict *dict)
{
    if (dict->next_slots == 0) {
        book_tables(cost, dict->slots);
        return;
    }
    book_tables(cost, dict->next_slots);
    double still =
        cost_dict_occupied_above(dict->used, dict->slots, dict->steps);
    if (still >= 1)
        cost_block(cost, BLOCK_SLOTS, dict->slots * SLOT_SIZE, 1);
    else if (still > 0)
        cost_block_expected(cost, BLOCK_SLOTS, dict->slots * SLOT_SIZE, still);
}

/* Taken slots: slots * (1 - (1 - 1/slots)^count). */
static double
occupied(double count, double slots)
{
    return -slots * expm1(count * log1p(-1 / slots));
}

double
cost_dict_collisions(uint64_t count, uint64_t slots)
{
    if (count <= 1)
        return 0;
    double found_taken =
        (double)count - occupied((double)count, (double)slots);
    return found_taken > 0 ? found_taken : 0;
}

/* Entry by entry: with d slots taken, the next entry takes another one with
 * probability (slots - d) / slots. */
static double
occupied_above_exactly(uint64_t count, uint64_t slots, uint64_t limit)
{
    double chance[EXACT_SLOTS + 1] = { 1 };
    uint64_t most = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (most < limit)
            chance[++most] = 0;
        for (uint64_t d = most; d > 0; d--)
            chance[d] = (chance[d] * (double)d +
                         chance[d - 1] * (double)(slots - d + 1)) /
                        (double)slots;
        chance[0] = 0;
    }
    double not_above = 0;
    for (uint64_t d = 0; d <= most; d++)
        not_above += chance[d];
    return not_above < 1 ? 1 - not_above : 0;
}

/* The same by mean and variance of the number of taken slots. */
static double
occupied_above_nearly(double count, double slots, double limit)
{
    double free_one = exp(count * log1p(-1 / slots));
    double free_two = exp(count * log1p(-2 / slots));
    double variance = slots * free_one + slots * (slots - 1) * free_two -
                      slots * slots * free_one * free_one;
    double mean = slots - slots * free_one;
    if (!(variance > 0))
        return mean > limit ? 1 : 0;
    return 0.5 * erfc((limit + 0.5 - mean) / sqrt(2 * variance));
}

double
cost_dict_occupied_above(uint64_t count, uint64_t slots, uint64_t limit)
{
    uint64_t most = count < slots ? count : slots;
    if (limit >= most)
        return 0;
    if (limit == 0)
        return 1;
    if (slots <= EXACT_SLOTS && count <= EXACT_SLOTS)
        return occupied_above_exactly(count, slots, limit);
    return occupied_above_nearly((double)count, (double)slots, (double)limit);
}
