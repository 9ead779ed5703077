/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The entries inside one node of a stream.
 */
#ifndef KEYWEIGH_RDB_STREAM_NODE_H
#define KEYWEIGH_RDB_STREAM_NODE_H

#include "rdb/decode.h"

/* What the nodes of a stream add up to; only what was opened counts. */
struct rdb_stream_sums {
    uint64_t live;         /* entries that are no tombstones */
    struct stream_id last; /* newest live entry */
    bool unsorted;         /* some id is not above the one before */
};

/* Reads the STR listpack of the node whose master id is *id, announces it to
 * the visitor and hands out its entries when they are wanted. */
bool rdb_stream_node(struct rdb *rdb, const struct stream_id *id,
                     struct rdb_stream_sums *sums);

#endif
