/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts from dict.c of each release: dictExpand (_dictExpand, _dictResize),
 * _dictExpandIfNeeded, dictAddRaw (dictFindPositionForInsert), dictRehash.
 */
#include "model/cost-dict.h"

#include <math.h>

enum {
    SLOTS_LEAST = 4, /* DICT_HT_INITIAL_SIZE */
    LG_SLOTS_MOST = 56,
    FREE_MOST = 10,      /* dictRehash: empty_visits */
    STRIDES_MOST = 4096,
    SMALL_SLOTS = 64,
    EXACT_SLOTS = 1024, /* beyond, the normal distribution is close enough */
    DEVIATIONS_MOST = 6,
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
    if (dict->rule == DICT_7_4 && dict->slots >= size)
        return;
    if (dict->slots == 0) {
        dict->slots = slots;
    } else if (slots != dict->slots || dict->rule == DICT_2_8) {
        dict->next_slots = slots;
        dict->next_used = 0;
        dict->steps = 0;
    }
}

static void
end_move(struct cost_dict *dict)
{
    dict->slots = dict->next_slots;
    dict->used += dict->next_used;
    dict->next_slots = 0;
}

/* One move takes one taken slot along, so there are hardly ever more moves
 * than entries or slots. */
static void
rehash_step(struct cost_dict *dict)
{
    dict->steps++;
    uint64_t most = dict->used < dict->slots ? dict->used : dict->slots;
    if (dict->steps >= most)
        end_move(dict);
}

/* The size that a full table asks for. */
static uint64_t
grown(const struct cost_dict *dict)
{
    if (dict->slots == 0)
        return SLOTS_LEAST;
    return dict->rule <= DICT_3_0 ? 2 * dict->used : dict->used + 1;
}

void
cost_dict_grow(struct cost_dict *dict)
{
    if (dict->next_slots != 0)
        rehash_step(dict);
    if (dict->next_slots == 0 && dict->used >= dict->slots)
        cost_dict_expand(dict, grown(dict));
    if (dict->next_slots != 0)
        dict->next_used++;
    else
        dict->used++;
}

/* Taken slots: slots * (1 - (1 - 1/slots)^count). */
static double
occupied(double count, double slots)
{
    return -slots * expm1(count * log1p(-1 / slots));
}

/* Moves that came to nothing: each scans on from the slots that others scanned
 * and gives up after ten free ones (since 3.0).  Since 7.4 a move takes the
 * slot of the new entry along when that is taken, and scans otherwise, so the
 * slots ahead become ever sparser.  Followed by means, in steps of one move in
 * small tables. */
static double
idle_moves(const struct cost_dict *dict)
{
    double slots = (double)dict->slots;
    double left = occupied((double)dict->used, slots);
    double scanned = 0;
    double idle = 0;
    double stride = 1 + floor((double)dict->steps / STRIDES_MOST);
    if (dict->rule == DICT_2_8)
        return 0;
    for (double move = 0; move < (double)dict->steps && left > 0.5;
         move += stride) {
        double hit = dict->rule >= DICT_7_4 ? left / slots : 0;
        double density = fmin(left / (slots - scanned), 1);
        double none = pow(1 - density, FREE_MOST);
        idle += stride * (1 - hit) * none;
        left -= stride * (hit + (1 - hit) * (1 - none));
        scanned += stride * (1 - hit) * (1 - none) / density;
        if (scanned >= slots)
            break;
    }
    return fmin(idle, (double)dict->steps);
}

static uint64_t
moves_made(const struct cost_dict *dict)
{
    return dict->steps - (uint64_t)(idle_moves(dict) + 0.5);
}

/* The probability that the old table has more to move; 2.8 notices that it
 * has not one move later. */
static double
old_table_left(const struct cost_dict *dict)
{
    uint64_t moves = moves_made(dict);
    if (dict->rule == DICT_2_8 && moves > 0)
        moves--;
    return cost_dict_occupied_above(dict->used, dict->slots, moves);
}

bool
cost_dict_finish(struct cost_dict *dict)
{
    if (dict->next_slots == 0)
        return true;
    double left = old_table_left(dict);
    if (left < 0.5)
        end_move(dict);
    return left <= 0 || left >= 1;
}

void
cost_dict_book(struct cost *cost, struct cost_dict *dict, uint64_t size)
{
    uint64_t word = cost->prices->word;
    if (!cost_dict_finish(dict))
        cost->basis = BASIS_EXPECTED;
    cost_block(cost, BLOCK_DICT, size, 1);
    if (dict->slots != 0)
        cost_block(cost, BLOCK_SLOTS, dict->slots * word, 1);
    if (dict->next_slots != 0)
        cost_block(cost, BLOCK_SLOTS, dict->next_slots * word, 1);
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

/* Taken slots of the new table while entries move.  An old slot that was not
 * moved yet has had no new entry since (its first would have moved it), so the
 * slots that it goes to are free; any other is free when neither an old nor a
 * new entry fell into it. */
static double
occupied_next(const struct cost_dict *dict, double unmoved)
{
    double slots = (double)dict->slots;
    double next_slots = (double)dict->next_slots;
    double empty = 1 - occupied((double)dict->used, slots) / slots;
    double no_old = exp((double)dict->used * log1p(-1 / next_slots));
    double no_new = exp((double)dict->next_used * log1p(-1 / next_slots));
    double free_of_old = (no_old - empty) / (1 - empty);
    double share = unmoved / slots;
    return next_slots *
           (1 - share - no_old * no_new + share * free_of_old);
}

double
cost_dict_chained(const struct cost_dict *dict)
{
    if (dict->next_slots == 0)
        return cost_dict_collisions(dict->used, dict->slots);
    if (dict->used == 0)
        return cost_dict_collisions(dict->next_used, dict->next_slots);
    double used = (double)dict->used;
    double buckets = occupied(used, (double)dict->slots);
    double unmoved = fmax(buckets - (double)moves_made(dict), 0);
    double chained = used + (double)dict->next_used - unmoved -
                     occupied_next(dict, unmoved);
    return chained > 0 ? chained : 0;
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

/* Mean and standard deviation of the number of taken slots. */
static double
taken_mean(double count, double slots, double *deviation)
{
    double free_one = exp(count * log1p(-1 / slots));
    double free_two = exp(count * log1p(-2 / slots));
    double variance = slots * free_one + slots * (slots - 1) * free_two -
                      slots * slots * free_one * free_one;
    *deviation = variance > 0 ? sqrt(variance) : 0;
    return slots - slots * free_one;
}

/* Far from the mean there is no doubt, near it large tables are close to the
 * normal distribution. */
double
cost_dict_occupied_above(uint64_t count, uint64_t slots, uint64_t limit)
{
    double deviation;
    uint64_t most = count < slots ? count : slots;
    if (limit >= most)
        return 0;
    if (limit == 0)
        return 1;
    double above = (double)limit + 0.5 -
                   taken_mean((double)count, (double)slots, &deviation);
    if (slots > SMALL_SLOTS && fabs(above) >= DEVIATIONS_MOST * deviation)
        return above < 0;
    if (slots <= EXACT_SLOTS && count <= EXACT_SLOTS)
        return occupied_above_exactly(count, slots, limit);
    return 0.5 * erfc(above / (deviation * sqrt(2)));
}
