/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sizes of structures, read in the headers of each release: a release is made
 * of groups, and each group stands once, for the releases that share it.
 * P(a, b) is a on 64 bits and b on 32, where 8-byte members are aligned to 4.
 */
#include "model/prices.h"

#define ON_64(a, b) a
#define ON_32(a, b) b

/* clang-format off */

/* dict.h dictEntry (key, value, next), module.c moduleValue; everywhere. */
#define WORDS(P) \
    .word = P(8, 4), .entry = P(24, 16), .module_value = P(16, 8)

/* server.h robj of all but KeyDB. */
#define EVERY_RELEASE(P) .object = P(16, 12), WORDS(P)

/* dict.h up to 6.2: two tables of four words each. */
#define DICT_OLD(P) \
    .dict = P(96, 48), \
    .dict_hash = P(96, 48), .dict_set = P(96, 48), .dict_zset = P(96, 48)

/* KeyDB: with a count of references, and an expiry in the robj. */
#define KEYDB(P) \
    .object = P(24, 20), WORDS(P), .dict = P(112, 60), \
    .dict_hash = P(112, 60), .dict_set = P(112, 60), .dict_zset = P(112, 60)

/* dict.h 7.0: tables by exponent. */
#define DICT_7_0(P) \
    .dict = P(56, 28), \
    .dict_hash = P(56, 28), .dict_set = P(56, 28), .dict_zset = P(56, 28)

/* The same with pauseAutoResize: 7.4, Valkey 8.0. */
#define DICT_7_4(P) \
    .dict = P(56, 32), .entry_no_value = P(16, 8), \
    .dict_hash = P(56, 32), .dict_set = P(56, 32), .dict_zset = P(56, 32)

/* Redis 8.6 server.c hashDictType, setDictType: the bytes their elements take
 * are kept as metadata. */
#define DICT_8_6(P) \
    .dict = P(56, 32), .entry_no_value = P(16, 8), \
    .dict_hash = P(64, 36), .dict_set = P(64, 36), .dict_zset = P(56, 32)

/* Redis 7.4 ebuckets.h ExpireMeta, ebuckets.c FirstSegHdr, NextSegHdr; server.h
 * listpackEx and dictExpireMetadata, with a reference to the key's name until
 * 8.2, where 8.6 adds alloc_size (htMetadataEx). */
#define FIELD_TTL(P) \
    .field_expiry = P(16, 12), .expiry_segment = P(16, 12), \
    .expiry_more = P(24, 12)
#define FIELD_TTL_7_4(P) \
    FIELD_TTL(P), .dict_hash_ttl = P(88, 52), .listpackex = P(32, 20)
#define FIELD_TTL_8_2(P) \
    FIELD_TTL(P), .dict_hash_ttl = P(80, 48), .listpackex = P(24, 16)
#define FIELD_TTL_8_6(P) \
    FIELD_TTL(P), .dict_hash_ttl = P(88, 52), .listpackex = P(24, 16)

/* kvstore.c kvstoreDictMetadata: one pointer; Valkey has two; Redis 8.0 keeps
 * histograms of key sizes with the keys. */
#define DB_7_4(P) .db_keys = P(64, 36), .db_expires = P(64, 36)
#define DB_8_0(P) .db_keys = P(2512, 2472), .db_expires = P(64, 36)
#define DB_VALKEY_8_0(P) .db_keys = P(72, 40), .db_expires = P(72, 40)
#define DB_VALKEY_8_1(P) .db_keys = P(88, 48), .db_expires = P(88, 48)
#define DB_VALKEY_9_1(P) .db_keys = P(96, 52), .db_expires = P(96, 52)

/* adlist.h: lists as values up to 3.0, inside of streams since 8.2. */
#define LINKED(P) .list = P(48, 24), .list_node = P(24, 12)

/* quicklist.h: the number of nodes is an int in 3.2; sizes are size_t since
 * 7.0; 8.6 adds alloc_size. */
#define QUICKLIST_3_2(P) .quicklist = P(32, 20), \
    .quicklist_node = P(32, 20), .quicklist_lzf = 4
#define QUICKLIST_4_0(P) .quicklist = P(40, 20), \
    .quicklist_node = P(32, 20), .quicklist_lzf = 4
#define QUICKLIST_7_0(P) .quicklist = P(40, 20), \
    .quicklist_node = P(40, 20), .quicklist_lzf = P(8, 4)
#define QUICKLIST_8_6(P) .quicklist = P(48, 24), \
    .quicklist_node = P(40, 20), .quicklist_lzf = P(8, 4)

/* server.h zset, zskiplist, zskiplistNode. */
#define SKIPLIST(P, levels) \
    .zset = P(16, 8), .skiplist = P(32, 16), .skiplist_node = P(24, 16), \
    .skiplist_level = P(16, 8), .skiplist_levels = levels

/* Redis 8.6: alloc_size in the list; members lie in their nodes. */
#define SKIPLIST_8_6(P) \
    .zset = P(16, 8), .skiplist = P(40, 20), .skiplist_node = P(16, 12), \
    .skiplist_level = P(16, 8), .skiplist_levels = 32

/* Valkey 9.1: the list is its head node. */
#define SKIPLIST_9_1(P) \
    .zset = P(16, 8), .skiplist = 0, .skiplist_node = P(16, 12), \
    .skiplist_level = P(16, 8), .skiplist_levels = 32

/* rax.h, stream.h: groups know how many entries they read since 7.0, consumers
 * when they were active since 7.2. */
#define STREAM_5_0(P) \
    .rax = P(24, 20), .stream = P(40, 32), .stream_group = P(32, 24), \
    .stream_consumer = P(24, 16), .stream_pending = P(24, 20)
#define STREAM_7_0(P) \
    .rax = P(24, 20), .stream = P(80, 72), .stream_group = P(40, 32), \
    .stream_consumer = P(24, 16), .stream_pending = P(24, 20)
#define STREAM_7_2(P) \
    .rax = P(24, 20), .stream = P(80, 72), .stream_group = P(40, 32), \
    .stream_consumer = P(32, 24), .stream_pending = P(24, 20)
/* Valkey 8.1: alloc_size in each radix tree. */
#define STREAM_VALKEY_8_1(P) \
    .rax = P(32, 24), .stream = P(80, 72), .stream_group = P(40, 32), \
    .stream_consumer = P(32, 24), .stream_pending = P(24, 20)
/* Redis 8.2: cgroups_ref and min_cgroup_last_id in the stream, cgroup_ref_node
 * in a pending entry; 8.4: alloc_size in stream and trees, pel_by_time in the
 * group (both as published, not measured). */
#define STREAM_8_2(P) \
    .rax = P(24, 20), .stream = P(112, 96), .stream_group = P(40, 32), \
    .stream_consumer = P(32, 24), .stream_pending = P(32, 24)
#define STREAM_8_4(P) \
    .rax = P(32, 24), .stream = P(120, 100), .stream_group = P(48, 36), \
    .stream_consumer = P(32, 24), .stream_pending = P(32, 24)
/* 8.6: pending entries are linked by time; idempotent producers. */
#define STREAM_8_6(P) \
    .rax = P(32, 24), .stream = P(160, 136), .stream_group = P(56, 40), \
    .stream_consumer = P(32, 24), .stream_pending = P(64, 48), \
    .stream_producer = P(24, 12), .stream_idempotent = P(32, 24)

/* modules/vector-sets of Redis 8: vset.c, hnsw.h; with glibc's locks. */
#define VECTOR_SET(P) \
    .vector_set = P(112, 68), .graph = P(1672, 1112), \
    .graph_node = P(312, 292), .graph_layer = P(24, 20), \
    .vector_value = P(16, 8)

/* Valkey hashtable.c: struct hashtable, bucket; 9.1 adds safe_iterators.  A
 * hash's has metadata since 9.0 (t_hash.c, fields with expiry). */
#define HASHTABLE_8_1(P) \
    .hashtable = P(72, 40), .hashtable_hash = P(72, 40), .bucket = 64
#define HASHTABLE_9_0(P) \
    .hashtable = P(72, 40), .hashtable_hash = P(80, 44), .bucket = 64, \
    .field_expiry = 8
#define HASHTABLE_9_1(P) \
    .hashtable = P(80, 44), .hashtable_hash = P(88, 48), .bucket = 64, \
    .field_expiry = 8

#define REDIS_2_8(P) { EVERY_RELEASE(P), DICT_OLD(P), LINKED(P), \
    SKIPLIST(P, 32) }
#define REDIS_3_2(P) { EVERY_RELEASE(P), DICT_OLD(P), QUICKLIST_3_2(P), \
    LINKED(P), SKIPLIST(P, 32) }
#define REDIS_4_0(P) { EVERY_RELEASE(P), DICT_OLD(P), QUICKLIST_4_0(P), \
    SKIPLIST(P, 32) }
#define REDIS_5_0(P) { EVERY_RELEASE(P), DICT_OLD(P), QUICKLIST_4_0(P), \
    SKIPLIST(P, 64), STREAM_5_0(P) }
#define REDIS_6_0(P) { EVERY_RELEASE(P), DICT_OLD(P), QUICKLIST_4_0(P), \
    SKIPLIST(P, 32), STREAM_5_0(P) }
#define KEYDB_6_3(P) { KEYDB(P), QUICKLIST_4_0(P), SKIPLIST(P, 32), \
    STREAM_5_0(P) }
#define REDIS_7_0(P) { EVERY_RELEASE(P), DICT_7_0(P), QUICKLIST_7_0(P), \
    SKIPLIST(P, 32), STREAM_7_0(P), .entry_cluster = P(16, 8) }
#define REDIS_7_2(P) { EVERY_RELEASE(P), DICT_7_0(P), QUICKLIST_7_0(P), \
    SKIPLIST(P, 32), STREAM_7_2(P), .entry_cluster = P(16, 8), \
    .entry_no_value = P(16, 8) }
#define REDIS_7_4(P) { EVERY_RELEASE(P), DB_7_4(P), FIELD_TTL_7_4(P), \
    DICT_7_4(P), QUICKLIST_7_0(P), \
    SKIPLIST(P, 32), STREAM_7_2(P) }
#define REDIS_8_0(P) { EVERY_RELEASE(P), DB_8_0(P), FIELD_TTL_7_4(P), \
    DICT_7_4(P), QUICKLIST_7_0(P), \
    SKIPLIST(P, 32), STREAM_7_2(P), \
    VECTOR_SET(P) }
#define REDIS_8_2(P) { EVERY_RELEASE(P), DB_8_0(P), FIELD_TTL_8_2(P), \
    DICT_7_4(P), QUICKLIST_7_0(P), \
    SKIPLIST(P, 32), STREAM_8_2(P), LINKED(P), \
    VECTOR_SET(P) }
#define REDIS_8_4(P) { EVERY_RELEASE(P), DB_8_0(P), FIELD_TTL_8_2(P), \
    DICT_7_4(P), QUICKLIST_7_0(P), \
    SKIPLIST(P, 32), STREAM_8_4(P), LINKED(P), \
    VECTOR_SET(P) }
#define REDIS_8_6(P) { EVERY_RELEASE(P), DB_8_0(P), FIELD_TTL_8_6(P), \
    DICT_8_6(P), QUICKLIST_8_6(P), \
    SKIPLIST_8_6(P), STREAM_8_6(P), LINKED(P), \
    VECTOR_SET(P) }
#define VALKEY_8_0(P) { EVERY_RELEASE(P), DB_VALKEY_8_0(P), DICT_7_4(P), \
    QUICKLIST_7_0(P), SKIPLIST(P, 32), STREAM_7_2(P), \
    .entry_embeds = P(17, 13) }
#define VALKEY_8_1(P) { EVERY_RELEASE(P), DB_VALKEY_8_1(P), HASHTABLE_8_1(P), \
    QUICKLIST_7_0(P), SKIPLIST(P, 32), STREAM_VALKEY_8_1(P) }
#define VALKEY_9_0(P) { EVERY_RELEASE(P), DB_VALKEY_8_1(P), HASHTABLE_9_0(P), \
    QUICKLIST_7_0(P), SKIPLIST(P, 32), STREAM_VALKEY_8_1(P) }
#define VALKEY_9_1(P) { EVERY_RELEASE(P), DB_VALKEY_9_1(P), HASHTABLE_9_1(P), \
    QUICKLIST_7_0(P), SKIPLIST_9_1(P), STREAM_VALKEY_8_1(P) }

#define BOTH(release) { release(ON_64), release(ON_32) }

/* clang-format on */

const struct prices prices_redis_2_8[2] = BOTH(REDIS_2_8);
const struct prices prices_redis_3_2[2] = BOTH(REDIS_3_2);
const struct prices prices_redis_4_0[2] = BOTH(REDIS_4_0);
const struct prices prices_redis_5_0[2] = BOTH(REDIS_5_0);
const struct prices prices_redis_6_0[2] = BOTH(REDIS_6_0);
const struct prices prices_redis_7_0[2] = BOTH(REDIS_7_0);
const struct prices prices_redis_7_2[2] = BOTH(REDIS_7_2);
const struct prices prices_redis_7_4[2] = BOTH(REDIS_7_4);
const struct prices prices_redis_8_0[2] = BOTH(REDIS_8_0);
const struct prices prices_redis_8_2[2] = BOTH(REDIS_8_2);
const struct prices prices_redis_8_4[2] = BOTH(REDIS_8_4);
const struct prices prices_redis_8_6[2] = BOTH(REDIS_8_6);
const struct prices prices_valkey_8_0[2] = BOTH(VALKEY_8_0);
const struct prices prices_valkey_8_1[2] = BOTH(VALKEY_8_1);
const struct prices prices_valkey_9_0[2] = BOTH(VALKEY_9_0);
const struct prices prices_valkey_9_1[2] = BOTH(VALKEY_9_1);
const struct prices prices_keydb_6_3[2] = BOTH(KEYDB_6_3);
