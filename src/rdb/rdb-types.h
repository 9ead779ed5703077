/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The table of type bytes: what each means in which dialect, since when, and
 * the walk that reads its value.
 */
#ifndef KEYWEIGH_RDB_RDB_TYPES_H
#define KEYWEIGH_RDB_RDB_TYPES_H

#include "rdb/rdb.h"

/* Reads one value and hands it to rdb->visitor (NULL: skips it).  False when
 * the input cannot be read any further. */
typedef bool rdb_walk_function(struct rdb *rdb);

struct rdb_type {
    const char *name;        /* the servers' RDB_TYPE_ name */
    enum type type;          /* what TYPE would say */
    int since;               /* first RDB version with it */
    rdb_walk_function *walk; /* NULL: known by name, not readable */
    const char *unsupported; /* why not, when walk is NULL */
};

/* NULL when the byte is no type in that dialect. */
const struct rdb_type *rdb_type_find(enum rdb_dialect dialect,
                                     unsigned char byte);

/* The walks, one family a file. */
rdb_walk_function rdb_walk_string;
rdb_walk_function rdb_walk_list, rdb_walk_list_ziplist, rdb_walk_quicklist,
    rdb_walk_quicklist_2;
rdb_walk_function rdb_walk_set, rdb_walk_set_intset, rdb_walk_set_listpack;
rdb_walk_function rdb_walk_zset, rdb_walk_zset_2, rdb_walk_zset_ziplist,
    rdb_walk_zset_listpack;
rdb_walk_function rdb_walk_hash, rdb_walk_hash_zipmap, rdb_walk_hash_ziplist,
    rdb_walk_hash_listpack, rdb_walk_hash_metadata_pre_ga,
    rdb_walk_hash_listpack_ex_pre_ga, rdb_walk_hash_metadata,
    rdb_walk_hash_listpack_ex, rdb_walk_hash_2;
rdb_walk_function rdb_walk_hash_template_listpack,
    rdb_walk_hash_template_listpack_ref, rdb_walk_hash_template_array,
    rdb_walk_hash_template_array_ref;
rdb_walk_function rdb_walk_stream;
rdb_walk_function rdb_walk_array;
rdb_walk_function rdb_walk_module;
rdb_walk_function rdb_walk_cron;

#endif
