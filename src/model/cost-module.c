/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A module's value: its layout is the module's secret.  Counted are the
 * header (server.h moduleValue), each string it saved as a block of its own,
 * and 8 bytes for each number.
 */
#include "model/cost.h"

enum { NUMBER_SIZE = 8 };

static unsigned
module_begin(struct cost *cost, const struct key *key)
{
    (void)key;
    cost->basis = BASIS_LOWER;
    if (cost->memory)
        cost_block(cost, BLOCK_MODULE, cost->prices->module_value, 1);
    return 0;
}

static void
module_item(struct cost *cost, const struct item *item)
{
    if (!cost->memory || item->kind == ITEM_MODULE)
        return;
    cost_block(cost, BLOCK_MODULE,
               item->kind == ITEM_MODULE_STRING ? item->text.size
                                                : NUMBER_SIZE,
               1);
}

/* server.c createModuleObject leaves the encoding of a new object. */
static void
module_end(struct cost *cost)
{
    cost->encoding = ENCODING_RAW;
    cost->basis = BASIS_LOWER;
}

const struct cost_ops cost_module = {
    .state_size = 0,
    .begin = module_begin,
    .item = module_item,
    .end = module_end,
};
