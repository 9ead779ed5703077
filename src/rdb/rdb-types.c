/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sources: rdb.h of Redis 2.2 to 8.6 and of Valkey 7.2 to 9.1; types 27 to 33
 * from the format notes of Redis 8.8 and 8.10.  The magic alone decides the
 * dialect: 22, 23, 242 and 243 mean different things in each.
 */
#include "rdb/rdb-types.h"

static const struct rdb_type common[22] = {
    [0] = { "STRING", TYPE_STRING, 1, rdb_walk_string, NULL },
    [1] = { "LIST", TYPE_LIST, 1, rdb_walk_list, NULL },
    [2] = { "SET", TYPE_SET, 1, rdb_walk_set, NULL },
    [3] = { "ZSET", TYPE_ZSET, 1, rdb_walk_zset, NULL },
    [4] = { "HASH", TYPE_HASH, 1, rdb_walk_hash, NULL },
    [5] = { "ZSET_2", TYPE_ZSET, 8, rdb_walk_zset_2, NULL },
    [6] = { "MODULE_PRE_GA", TYPE_MODULE, 8, NULL,
            "a module's value as release candidates of Redis 4.0 wrote it "
            "says nowhere where it ends" },
    [7] = { "MODULE_2", TYPE_MODULE, 8, rdb_walk_module, NULL },
    [9] = { "HASH_ZIPMAP", TYPE_HASH, 2, rdb_walk_hash_zipmap, NULL },
    [10] = { "LIST_ZIPLIST", TYPE_LIST, 2, rdb_walk_list_ziplist, NULL },
    [11] = { "SET_INTSET", TYPE_SET, 2, rdb_walk_set_intset, NULL },
    [12] = { "ZSET_ZIPLIST", TYPE_ZSET, 2, rdb_walk_zset_ziplist, NULL },
    [13] = { "HASH_ZIPLIST", TYPE_HASH, 4, rdb_walk_hash_ziplist, NULL },
    [14] = { "LIST_QUICKLIST", TYPE_LIST, 7, rdb_walk_quicklist, NULL },
    [15] = { "STREAM_LISTPACKS", TYPE_STREAM, 9, rdb_walk_stream, NULL },
    [16] = { "HASH_LISTPACK", TYPE_HASH, 10, rdb_walk_hash_listpack, NULL },
    [17] = { "ZSET_LISTPACK", TYPE_ZSET, 10, rdb_walk_zset_listpack, NULL },
    [18] = { "LIST_QUICKLIST_2", TYPE_LIST, 10, rdb_walk_quicklist_2, NULL },
    [19] = { "STREAM_LISTPACKS_2", TYPE_STREAM, 10, rdb_walk_stream, NULL },
    [20] = { "SET_LISTPACK", TYPE_SET, 11, rdb_walk_set_listpack, NULL },
    [21] = { "STREAM_LISTPACKS_3", TYPE_STREAM, 11, rdb_walk_stream, NULL },
};

enum { FIRST_OWN = 22 };

static const struct rdb_type redis[] = {
    { "HASH_METADATA_PRE_GA", TYPE_HASH, 12, rdb_walk_hash_metadata_pre_ga,
      NULL },
    { "HASH_LISTPACK_EX_PRE_GA", TYPE_HASH, 12,
      rdb_walk_hash_listpack_ex_pre_ga, NULL },
    { "HASH_METADATA", TYPE_HASH, 12, rdb_walk_hash_metadata, NULL },
    { "HASH_LISTPACK_EX", TYPE_HASH, 12, rdb_walk_hash_listpack_ex, NULL },
    { "STREAM_LISTPACKS_4", TYPE_STREAM, 13, rdb_walk_stream, NULL },
    { "STREAM_LISTPACKS_5", TYPE_STREAM, 14, rdb_walk_stream, NULL },
    { "ARRAY", TYPE_ARRAY, 14, rdb_walk_array, NULL },
    { "HASH_TMPL_LP", TYPE_HASH, 15, rdb_walk_hash_template_listpack, NULL },
    { "HASH_TMPL_LP_REF", TYPE_HASH, 15, rdb_walk_hash_template_listpack_ref,
      NULL },
    { "HASH_TMPL_ARRAY", TYPE_HASH, 15, rdb_walk_hash_template_array, NULL },
    { "HASH_TMPL_ARRAY_REF", TYPE_HASH, 15, rdb_walk_hash_template_array_ref,
      NULL },
    { "GCRA", TYPE_STRING, 15, NULL,
      "two unreleased features claim this byte (GCRA and a bitmap type)" },
};

static const struct rdb_type valkey[] = {
    { "HASH_2", TYPE_HASH, 80, rdb_walk_hash_2, NULL },
    { "PATH_HASH", TYPE_HASH, 81, NULL,
      "the path hash of unreleased Valkey 9.2 has no published layout" },
};

static const struct rdb_type cron = { "CRON", TYPE_CRON, 9, rdb_walk_cron,
                                      NULL };

static const struct rdb_type enterprise = {
    "ENTERPRISE", TYPE_STRING, 9, NULL,
    "this is a private type of Redis Enterprise"
};

static const struct rdb_type bitmap = {
    "BITMAP", TYPE_STRING, 9, NULL, "this is a private type of Redis-on-Rocks"
};

/* Bytes above the servers' own that other products put into REDIS files. */
static const struct rdb_type *
foreign_type(unsigned char byte)
{
    switch (byte) {
    case 64:
        return &cron;
    case 100:
    case 101:
    case 102:
        return &enterprise;
    case 192:
        return &bitmap;
    default:
        return NULL;
    }
}

const struct rdb_type *
rdb_type_find(enum rdb_dialect dialect, unsigned char byte)
{
    if (byte < FIRST_OWN)
        return common[byte].name != NULL ? &common[byte] : NULL;
    size_t own = (size_t)byte - FIRST_OWN;
    if (dialect == RDB_VALKEY)
        return own < sizeof(valkey) / sizeof(valkey[0]) ? &valkey[own] : NULL;
    if (own < sizeof(redis) / sizeof(redis[0]))
        return &redis[own];
    return foreign_type(byte);
}
