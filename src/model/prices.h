/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the structures of a release cost: the bytes it asks of the allocator
 * for each (sizeof, without what hangs on it or lies behind it).
 */
#ifndef KEYWEIGH_MODEL_PRICES_H
#define KEYWEIGH_MODEL_PRICES_H

#include <stdint.h>

struct prices {
    uint32_t word; /* a pointer: a slot of a table */

    /* keys */
    uint32_t object;         /* robj, kvobj, serverObject; pointer included */
    uint32_t entry;          /* dictEntry */
    uint32_t entry_no_value; /* dictEntryNoValue: of what found its slot taken,
                                where tables hold keys or members themselves */
    uint32_t entry_embeds;   /* Valkey 8.0: an entry before the key's sds */
    uint32_t entry_cluster;  /* what cluster mode adds to a key's entry */
    uint32_t db_keys;        /* the table of a database or slot, if it comes
                                with its first key; metadata included */
    uint32_t db_expires;     /* the same of keys with expiry */

    /* tables of values */
    uint32_t dict;
    uint32_t dict_hash;      /* dict of a hash: metadata included */
    uint32_t dict_hash_ttl;  /* of one whose fields may expire */
    uint32_t dict_set;
    uint32_t dict_zset;
    uint32_t hashtable;      /* Valkey 8.1 and later */
    uint32_t hashtable_hash; /* of a hash: metadata included */
    uint32_t bucket;         /* of a hashtable */

    /* expiry of hash fields */
    uint32_t listpackex;
    uint32_t field_expiry;   /* before a field that expires */
    uint32_t expiry_segment; /* Redis ebuckets.c FirstSegHdr */
    uint32_t expiry_more;    /* NextSegHdr */

    uint32_t module_value;
    uint32_t list; /* adlist.h */
    uint32_t list_node;
    uint32_t quicklist;
    uint32_t quicklist_node;
    uint32_t quicklist_lzf; /* before compressed bytes */

    uint32_t zset;
    uint32_t skiplist;        /* 0: it is one block with its head */
    uint32_t skiplist_node;   /* without levels */
    uint32_t skiplist_level;  /* one level */
    uint32_t skiplist_levels; /* of the head; the most any node has */

    uint32_t rax;
    uint32_t stream;
    uint32_t stream_group;
    uint32_t stream_consumer;
    uint32_t stream_pending;
    uint32_t stream_producer;   /* idmpProducer */
    uint32_t stream_idempotent; /* idmpEntry, without the id */

    uint32_t vector_set;
    uint32_t graph;        /* HNSW */
    uint32_t graph_node;   /* hnswNode without layers */
    uint32_t graph_layer;  /* hnswNodeLayer */
    uint32_t vector_value; /* vsetNodeVal */
};

/* Of each release: [0] on 64 bits, [1] on 32. */
extern const struct prices prices_redis_2_8[2], prices_redis_3_2[2],
    prices_redis_4_0[2], prices_redis_5_0[2], prices_redis_6_0[2],
    prices_redis_7_0[2], prices_redis_7_2[2], prices_redis_7_4[2],
    prices_redis_8_0[2], prices_redis_8_2[2], prices_redis_8_4[2],
    prices_redis_8_6[2], prices_valkey_8_0[2], prices_valkey_8_1[2],
    prices_valkey_9_0[2], prices_valkey_9_1[2], prices_keydb_6_3[2];

#endif
