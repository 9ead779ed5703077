/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Arrays of Redis 8.8.
 *
 *   28 ARRAY  LEN n, LEN has_insert, [LEN insert index],
 *             (LEN index, LEN tag, payload) × n
 *
 *   tag 0 STR; 1 i64le; 2 f64le; 3 STR (a short string in memory)
 */
#include "rdb/decode.h"

enum { TAG_STRING, TAG_INTEGER, TAG_DOUBLE, TAG_SHORT_STRING };

static bool
read_cell(struct rdb *rdb, struct item *item)
{
    uint64_t tag;
    uint64_t bits;
    uint64_t at = reader_offset(rdb->reader);
    if (!rdb_length(rdb, &tag))
        return false;
    switch (tag) {
    case TAG_STRING:
    case TAG_SHORT_STRING:
        return rdb_text(rdb, item, 0);
    case TAG_INTEGER:
        if (!reader_u64le(rdb->reader, &bits))
            return false;
        item->text = text_of_integer((int64_t)bits);
        return true;
    case TAG_DOUBLE:
        item->is_double = true;
        return rdb_double(rdb, &item->score);
    default:
        return rdb_fail(rdb, FINDING_ARRAY, at, "%llu is no kind of cell",
                        (unsigned long long)tag);
    }
}

bool
rdb_walk_array(struct rdb *rdb)
{
    struct item head = { .kind = ITEM_ARRAY };
    uint64_t has_insert;
    uint64_t insert = 0;
    if (!rdb_length(rdb, &head.count))
        return false;
    uint64_t at = reader_offset(rdb->reader);
    if (!rdb_length(rdb, &has_insert))
        return false;
    if (has_insert > 1)
        return rdb_fail(rdb, FINDING_ARRAY, at,
                        "array: its insert flag is %llu",
                        (unsigned long long)has_insert);
    if (has_insert == 1 && !rdb_length(rdb, &insert))
        return false;
    head.has_cursor = has_insert == 1 && insert != UINT64_MAX;
    head.number = (int64_t)insert;
    rdb_item(rdb, &head);
    for (uint64_t i = 0; i < head.count; i++) {
        struct item item = { .kind = ITEM_CELL };
        if (!rdb_length(rdb, &item.count) || !read_cell(rdb, &item))
            return rdb_doing(rdb, "array cell", i);
        rdb_item(rdb, &item);
    }
    return true;
}
