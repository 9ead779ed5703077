/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One row per server release: by which rules it chooses encodings when it
 * loads an RDB file, and, where it is known, what its structures cost.  Rows
 * are immutable; sources are cited at each row in servers.c.
 */
#ifndef KEYWEIGH_MODEL_SERVERS_H
#define KEYWEIGH_MODEL_SERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "data/score-text.h"
#include "model/prices.h"

/* When a string value lies in one block with its object (OBJECT ENCODING
 * "embstr"). */
enum embstr_rule {
    EMBSTR_NEVER,
    EMBSTR_39,         /* up to 39 bytes */
    EMBSTR_44,         /* up to 44 bytes */
    EMBSTR_52,         /* up to 52 bytes */
    EMBSTR_KVOBJ_64,   /* object, key and value within 64 bytes */
    EMBSTR_VALKEY_64,  /* the same, the expiry counted */
    EMBSTR_VALKEY_128, /* no value pointer, all within 128 bytes */
};

enum list_rule {
    LIST_LINKED,    /* ziplist or linked list */
    LIST_QUICKLIST, /* always a quicklist */
    LIST_LISTPACK,  /* a quicklist of one packed node becomes that node */
};

/* Which elements of a list get a node of their own, without packing. */
enum large_rule {
    LARGE_NEVER,
    LARGE_GIGABYTE, /* from 2^30 bytes */
    LARGE_NODE,     /* larger than a node may be */
};

/* What small aggregates are packed in. */
enum packed_rule { PACKED_ZIPLIST, PACKED_LISTPACK };

/* What a hash whose fields may expire becomes. */
enum field_ttl_rule {
    FIELD_TTL_NONE,
    FIELD_TTL_LISTPACKEX, /* packed with an expiry a field, or a table */
    FIELD_TTL_TABLE,      /* always a table */
};

/* How a string lies in memory (sds.h). */
enum sds_rule {
    SDS_EIGHT, /* a header of 8 bytes */
    SDS_SIZED, /* one of 1, 3, 5, 9 or 17 bytes, by the length */
    SDS_TIGHT, /* the same by length and header (Valkey 8.0, Redis 8.2) */
};

/* Where the name of a key lies, and what stands in the database's table. */
enum key_layout {
    KEY_SDS,         /* [dictEntry] -> [sds], [dictEntry] -> [robj] */
    KEY_COUNTED_SDS, /* KeyDB: the sds has a count of references, the robj the
                        expiry, an embedded value the place of its pointer */
    KEY_IN_ENTRY,    /* Valkey 8.0: the sds lies behind the dictEntry */
    KEY_IN_KVOBJ,    /* Redis 8.2: name and expiry lie with the robj, which
                        stands in the slot (an entry only if it was taken) */
    KEY_IN_OBJECT,   /* Valkey 8.1: the same in the buckets of a hashtable */
    KEY_IN_SHORT_OBJECT, /* Valkey 9.1: an embedded value takes the place of
                            the pointer to it */
};

/* What cluster mode keeps for each key besides. */
enum cluster_layout {
    CLUSTER_NONE,       /* there was no cluster mode */
    CLUSTER_SKIPLIST,   /* 3.0, 3.2: a node and an object with the name */
    CLUSTER_RAX,        /* 4.0 to 6.2: a radix tree of slot and name */
    CLUSTER_ENTRY,      /* 7.0, 7.2: links in the entry */
    CLUSTER_SLOT_TABLES, /* since: a table for each slot, nothing per key */
};

/* The tables of a database. */
enum db_layout {
    DB_DICTS,          /* exist from the start; RESIZEDB sizes them */
    DB_KVSTORE,        /* come with the first key, whatever RESIZEDB said */
    DB_KVSTORE_HINTED, /* Redis 8.2: RESIZEDB makes them */
    DB_HASHTABLES,     /* Valkey 8.1: the same, of buckets */
};

/* The table of an aggregate. */
enum table_layout {
    TABLE_ENTRIES,   /* a dict, a dictEntry for each element */
    TABLE_NO_VALUE,  /* a dict, an entry only where the slot was taken */
    TABLE_HASHTABLE, /* Valkey 8.1: buckets of 7 elements */
};

/* The elements of a table. */
enum field_layout {
    FIELD_OBJECT,       /* up to 3.2: robj of each string */
    FIELD_SDS,          /* sds of each */
    FIELD_MSTR,         /* Redis 7.4: hash fields are mstr */
    FIELD_REDIS_ENTRY,  /* Redis 8.6: field and value in one block (entry.c) */
    FIELD_VALKEY_ENTRY, /* Valkey 8.1: the same by its rules */
};

/* The members of a skiplist. */
enum member_layout {
    MEMBER_OBJECT,  /* up to 3.2: robj */
    MEMBER_SDS,
    MEMBER_IN_NODE, /* sds behind the levels of the node */
};

/* Where a stream's pending entries stand besides the trees of their group and
 * their consumer. */
enum pending_layout {
    PENDING_IN_TREES,   /* nowhere */
    PENDING_REFERENCED, /* Redis 8.2: a tree of the stream knows the groups of
                           each pending id */
    PENDING_BY_TIME,    /* 8.4: and a tree of each group by delivery time */
    PENDING_UNKNOWN,    /* 8.8: trees of another kind */
};

/* How a dict grows (dict.c). */
enum dict_rule {
    DICT_2_8, /* also to the size it has */
    DICT_3_0, /* to twice its entries */
    DICT_6_2, /* to its entries and one more */
    DICT_7_4, /* the same; asked for less than it has, it stays as it is */
};

/* Which tables a loader makes large enough at once (rdb.c rdbLoadObject, and
 * the conversions it calls); each includes those before. */
enum presize_rule {
    PRESIZE_SETS,          /* 2.8: for what is left of a set */
    PRESIZE_ZSETS,         /* 5.0: and of sorted sets and hashes */
    PRESIZE_PACKED_HASHES, /* 7.0: and hashes that were packed so far */
    PRESIZE_ALL_PACKED,    /* 7.2: and all other packed values; a set that was
                              packed for all of it at once */
    PRESIZE_WHOLE_HASHES,  /* Redis 8.6.1: a hash that was packed then for all
                              of it, not for what is left */
};

enum server_product { SERVER_REDIS, SERVER_VALKEY, SERVER_KEYDB };

struct server {
    const char *name; /* "redis-7.2" */
    enum server_product product;
    int major;
    int minor;
    enum embstr_rule embstr;
    enum list_rule list;
    enum large_rule large;
    enum packed_rule packed;
    bool set_listpack;      /* small sets of strings are packed */
    bool drops_empty;       /* an empty aggregate is not loaded */
    enum field_ttl_rule field_ttl;
    enum sds_rule sds;
    enum key_layout key;
    enum cluster_layout cluster;
    enum db_layout db;
    enum field_layout field;     /* hash fields and values, set members */
    enum table_layout hash_table;
    enum table_layout set_table;
    enum table_layout zset_table;
    enum member_layout member;
    enum pending_layout pending;
    enum dict_rule dict;
    enum presize_rule presize;
    enum score_rule score;
    bool rehash_ends_early; /* Valkey 9.1: a hashtable's rehash ends where the
                               rest of the old table is empty */
    bool int_in_place; /* 3.0 to 4.0: an integer that the file holds as text
                          keeps the block of the text */
    bool unmeasured;   /* read or inferred, never seen on a server */
    const struct prices *prices; /* [0] on 64 bits, [1] on 32 */
};

/* The row of that name, or NULL. */
const struct server *servers_find(struct bytes name);

/* Whether the release is major.minor or later. */
static inline bool
server_since(const struct server *server, int major, int minor)
{
    return server->major > major ||
           (server->major == major && server->minor >= minor);
}

/* The row of the product whose release is the newest not newer than major and
 * minor; its oldest row when all are newer. */
const struct server *servers_nearest(enum server_product product, int major,
                                     int minor);

/* The product's oldest row that is newer than major and minor, or NULL. */
const struct server *servers_after(enum server_product product, int major,
                                   int minor);

/* The names of all rows, for messages: "a, b, c". */
const char *servers_names(void);

#endif
