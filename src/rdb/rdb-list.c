/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lists.
 *
 *   1  LIST              LEN n, STR × n
 *   10 LIST_ZIPLIST      STR (ziplist)
 *   14 LIST_QUICKLIST    LEN n, STR (ziplist) × n
 *   18 LIST_QUICKLIST_2  LEN n, (LEN container, STR) × n
 *                        container 1: the STR is one element
 *                        container 2: the STR is a listpack
 */
#include "rdb/decode.h"

enum { CONTAINER_PLAIN = 1, CONTAINER_PACKED = 2 };

bool
rdb_walk_list(struct rdb *rdb)
{
    uint64_t count;
    if (!rdb_length(rdb, &count))
        return false;
    rdb_count(rdb, count);
    for (uint64_t i = 0; i < count; i++) {
        struct item item = { .kind = ITEM_ELEMENT };
        if (!rdb_text_last(rdb, &item, 0))
            return rdb_doing(rdb, "list element", i);
        rdb_item(rdb, &item);
    }
    return true;
}

bool
rdb_walk_list_ziplist(struct rdb *rdb)
{
    return rdb_packed(rdb, NODE_ZIPLIST, RDB_SHAPE_LIST);
}

bool
rdb_walk_quicklist(struct rdb *rdb)
{
    uint64_t nodes;
    if (!rdb_length(rdb, &nodes))
        return false;
    rdb_count(rdb, nodes);
    for (uint64_t i = 0; i < nodes; i++)
        if (!rdb_packed(rdb, NODE_ZIPLIST, RDB_SHAPE_LIST))
            return rdb_doing(rdb, "quicklist node", i);
    return true;
}

static bool
plain_node(struct rdb *rdb)
{
    struct rdb_string string;
    if (!rdb_string_open(rdb, &string))
        return false;
    struct node node = { .kind = NODE_PLAIN, .size = string.size, .count = 1 };
    if (!rdb_string_plausible(rdb, &string) || !rdb_node(rdb, &node))
        return rdb_string_skip(rdb, &string);
    struct item item = { .kind = ITEM_ELEMENT };
    if (!rdb_string_text(rdb, &string, &item, 0))
        return false;
    rdb_item(rdb, &item);
    return true;
}

bool
rdb_walk_quicklist_2(struct rdb *rdb)
{
    uint64_t nodes;
    uint64_t container;
    if (!rdb_length(rdb, &nodes))
        return false;
    rdb_count(rdb, nodes);
    for (uint64_t i = 0; i < nodes; i++) {
        uint64_t at = reader_offset(rdb->reader);
        if (!rdb_length(rdb, &container))
            return rdb_doing(rdb, "quicklist node", i);
        if (container != CONTAINER_PLAIN && container != CONTAINER_PACKED)
            rdb_value_bad(rdb, FINDING_QUICKLIST_NODE, at,
                          "quicklist node %llu: container %llu is neither "
                          "plain nor packed",
                          (unsigned long long)i,
                          (unsigned long long)container);
        bool read = container == CONTAINER_PLAIN
                        ? plain_node(rdb)
                        : rdb_packed(rdb, NODE_LISTPACK, RDB_SHAPE_LIST);
        if (!read)
            return rdb_doing(rdb, "quicklist node", i);
    }
    return true;
}
