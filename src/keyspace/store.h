/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What all values of a keyspace share: their memory, the limits by which a
 * server chooses their form, and the seed of their tables.
 */
#ifndef KEYWEIGH_KEYSPACE_STORE_H
#define KEYWEIGH_KEYSPACE_STORE_H

#include "data/score-text.h"
#include "keyspace/pool.h"

/* When a node of a stream takes no more. */
struct stream_limits {
    uint64_t bytes;   /* stream-node-max-bytes; 0 none */
    uint64_t entries; /* stream-node-max-entries; 0 none */
};

/* What old releases make of that (t_stream.c streamAppendItem). */
struct stream_rules {
    bool allows_one_more; /* before Redis 5.0.7: full is what is above them */
    bool ignores_new;     /* before 5.0.14, 6.0.16, 6.2.6: of the bytes only
                             those that are there count */
    bool ignores_deleted; /* before 6.2: tombstones are no entries, and 0
                             bytes are a limit, too */
};

/* The server's settings of the same names. */
struct store_settings {
    uint64_t hash_entries; /* hash-max-listpack-entries */
    uint64_t hash_value;   /* hash-max-listpack-value, bytes */
    uint64_t set_integers; /* set-max-intset-entries */
    uint64_t set_entries;  /* set-max-listpack-entries */
    uint64_t set_value;    /* set-max-listpack-value, bytes */
    uint64_t zset_entries; /* zset-max-listpack-entries */
    uint64_t zset_value;   /* zset-max-listpack-value, bytes */
    int64_t list_fill;     /* list-max-listpack-size: below 0 one of 4, 8, 16,
                              32, 64 KiB, else elements */
    struct stream_limits stream;
};

/* The defaults of Redis 7.2 and later (config.c): hash 512 and 64, set 512,
 * 128 and 64, zset 128 and 64, list -2, stream 4096 and 100. */
extern const struct store_settings store_settings_default;

/* Those of the server that wrote the log, and how its release goes by them:
 * they decide what its RDB of the state would hold, which is what a walk hands
 * out. */
struct store_limits {
    struct store_settings settings; /* set_entries 0 before Redis 7.2 */
    bool hash_tables_expire; /* fields in a listpack do not (Valkey) */
    bool list_estimates;   /* a listpack that is all of a list is not filled to
                              the byte, either (before Redis 7.2) */
    uint64_t list_large;   /* elements longer than this are nodes without
                              packing; UINT64_MAX never */
    struct stream_rules stream_rules;
    int64_t idmp_duration_s; /* stream-idmp-duration; 0 before Redis 8.6, */
    uint64_t idmp_entries;   /* and so stream-idmp-maxsize */
    enum score_rule score;   /* how a listpack holds scores */
};

/* Redis 7.4 without settings: elements above 8 KiB are nodes of their own. */
extern const struct store_limits store_limits_default;

/* The bytes that a node of a list takes by list_fill; where elements are
 * counted, beside that count. */
uint64_t store_list_bytes(int64_t list_fill);

struct store {
    struct pool pool;
    struct store_limits limits;
    uint64_t seed;
};

#endif
