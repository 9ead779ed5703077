/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Arrays (Redis 8.8): their layout is not known.  What is certain is counted:
 * the texts, and 8 bytes for each number.
 */
#include "model/cost.h"

enum { NUMBER_SIZE = 8 };

static unsigned
array_begin(struct cost *cost, const struct key *key)
{
    (void)key;
    cost->basis = BASIS_LOWER;
    return 0;
}

static void
array_item(struct cost *cost, const struct item *item)
{
    if (!cost->memory || item->kind != ITEM_CELL)
        return;
    if (item->is_double || item->text.kind == TEXT_INTEGER)
        cost_block(cost, BLOCK_ARRAY, NUMBER_SIZE, 1);
    else
        cost_block(cost, BLOCK_ARRAY, cost_sds(cost, item->text.size), 1);
}

static void
array_end(struct cost *cost)
{
    cost->encoding = ENCODING_ARRAY;
    cost->basis = BASIS_LOWER;
}

const struct cost_ops cost_array = {
    .begin = array_begin,
    .item = array_item,
    .end = array_end,
};
