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

/* When a string value lies in one block with its object (OBJECT ENCODING
 * "embstr"). */
enum embstr_rule {
    EMBSTR_NEVER,
    EMBSTR_39,       /* up to 39 bytes */
    EMBSTR_44,       /* up to 44 bytes */
    EMBSTR_52,       /* up to 52 bytes */
    EMBSTR_KVOBJ_64, /* object, key and value within 64 bytes */
    EMBSTR_VALKEY_64,  /* the same, the expiry counted */
    EMBSTR_VALKEY_128, /* no value pointer, all within 128 bytes */
};

enum list_rule {
    LIST_LINKED,    /* ziplist or linked list */
    LIST_QUICKLIST, /* always a quicklist */
    LIST_LISTPACK,  /* a quicklist of one packed node becomes that node */
};

/* What small aggregates are packed in. */
enum packed_rule { PACKED_ZIPLIST, PACKED_LISTPACK };

/* What a hash whose fields may expire becomes. */
enum field_ttl_rule {
    FIELD_TTL_NONE,
    FIELD_TTL_LISTPACKEX, /* packed with an expiry a field, or a table */
    FIELD_TTL_TABLE,      /* always a table */
};

/* What the structures of a release cost: sizeof on 64 bits. */
struct prices {
    uint32_t object;        /* robj */
    uint32_t entry;         /* dictEntry */
    uint32_t entry_cluster; /* what cluster mode adds to a key's */
    uint32_t entry_no_value; /* dictEntryNoValue: of a set's member that found
                                its slot taken */
    uint32_t dict;
    uint32_t module_value;
    uint32_t quicklist;
    uint32_t quicklist_node;
    uint32_t zset;
    uint32_t skiplist;
    uint32_t skiplist_node;  /* without levels */
    uint32_t skiplist_level; /* one level */
    uint32_t skiplist_levels; /* of the head; the most any node has */
    uint32_t rax;
    uint32_t stream;
    uint32_t stream_group;
    uint32_t stream_consumer;
    uint32_t stream_pending;
};

enum server_product { SERVER_REDIS, SERVER_VALKEY, SERVER_KEYDB };

struct server {
    const char *name; /* "redis-7.2" */
    enum server_product product;
    int major;
    int minor;
    enum embstr_rule embstr;
    enum list_rule list;
    enum packed_rule packed;
    bool set_listpack;      /* small sets of strings are packed */
    bool drops_empty;       /* an empty aggregate is not loaded */
    enum field_ttl_rule field_ttl;
    const struct prices *prices; /* NULL: not known yet */
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

/* The row with prices that stands nearest to server: itself when it has. */
const struct server *servers_priced(const struct server *server);

/* The names of all rows, for messages: "a, b, c". */
const char *servers_names(void);

#endif
