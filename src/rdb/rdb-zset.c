/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sorted sets.
 *
 *   3  ZSET           LEN n, (STR member, score as text) × n
 *   5  ZSET_2         LEN n, (STR member, f64le score) × n
 *   12 ZSET_ZIPLIST   STR (ziplist: member, score, ...)
 *   17 ZSET_LISTPACK  STR (listpack: member, score, ...)
 */
#include "rdb/decode.h"

#include <math.h>

static bool
walk_table(struct rdb *rdb, bool (*score)(struct rdb *rdb, double *value))
{
    uint64_t count;
    if (!rdb_length(rdb, &count))
        return false;
    rdb_count(rdb, count);
    for (uint64_t i = 0; i < count; i++) {
        struct item item = { .kind = ITEM_MEMBER };
        if (!rdb_text(rdb, &item, 0))
            return rdb_doing(rdb, "zset member", i);
        uint64_t at = reader_offset(rdb->reader);
        if (!score(rdb, &item.score))
            return rdb_doing(rdb, "score of zset member", i);
        if (isnan(item.score))
            rdb_finding(rdb, FINDING_SCORE_NAN, at,
                        "zset member %llu: the score is not a number (NaN)",
                        (unsigned long long)i);
        rdb_item(rdb, &item);
    }
    return true;
}

bool
rdb_walk_zset(struct rdb *rdb)
{
    return walk_table(rdb, rdb_double_text);
}

bool
rdb_walk_zset_2(struct rdb *rdb)
{
    return walk_table(rdb, rdb_double);
}

bool
rdb_walk_zset_ziplist(struct rdb *rdb)
{
    return rdb_packed(rdb, NODE_ZIPLIST, RDB_SHAPE_ZSET);
}

bool
rdb_walk_zset_listpack(struct rdb *rdb)
{
    return rdb_packed(rdb, NODE_LISTPACK, RDB_SHAPE_ZSET);
}
