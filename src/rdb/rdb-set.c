/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sets.
 *
 *   2  SET           LEN n, STR × n
 *   11 SET_INTSET    STR (intset)
 *   20 SET_LISTPACK  STR (listpack)
 */
#include "rdb/decode.h"

bool
rdb_walk_set(struct rdb *rdb)
{
    uint64_t count;
    if (!rdb_length(rdb, &count))
        return false;
    rdb_count(rdb, count);
    for (uint64_t i = 0; i < count; i++) {
        struct item item = { .kind = ITEM_MEMBER };
        if (!rdb_text_last(rdb, &item, 0))
            return rdb_doing(rdb, "set member", i);
        rdb_item(rdb, &item);
    }
    return true;
}

bool
rdb_walk_set_intset(struct rdb *rdb)
{
    return rdb_packed(rdb, NODE_INTSET, RDB_SHAPE_SET);
}

bool
rdb_walk_set_listpack(struct rdb *rdb)
{
    return rdb_packed(rdb, NODE_LISTPACK, RDB_SHAPE_SET);
}
