/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How each column was learned.  Read in the sources of the releases, and seen
 * on real servers of every release named in the man page keyweigh-model(7):
 *
 * embstr   Redis object.c OBJ_ENCODING_EMBSTR_SIZE_LIMIT: 39 in 3.0 (8-byte
 *          sds header), 44 since 3.2; KeyDB 6.3 object.cpp: 52, the string
 *          begins where the pointer would be.  Redis since 8.2 (kvobjSet) and
 *          Valkey since 8.1 (object.c) count the key that lies in the same
 *          block; Valkey 9.1 stores no pointer to it and goes up to 128.
 * list     t_list.c, rdb.c rdbLoadObject: quicklist since 3.2; since 7.2
 *          listTypeTryConversion makes a listpack of one small node.
 * packed   rdb.c: listpacks instead of ziplists since 7.0.
 * set      rdb.c: listpacks for small sets since 7.2.
 * empty    rdb.c, the label emptykey: since 6.2.
 * TTL      Redis 7.4 rdb.c RDB_TYPE_HASH_METADATA, RDB_TYPE_HASH_LISTPACK_EX;
 *          Valkey 9 rdb.c RDB_TYPE_HASH_2.
 *
 * No server to measure, no source at hand: redis 8.2, 8.4, 8.8, 8.10 and
 * valkey 9.0 have the rules of the nearest release that was measured.
 */
#include "model/servers.h"

/* Redis 7.2: server.h robj, zset, zskiplist, zskiplistNode; dict.c dictEntry,
 * dictEntryNoValue, dict.h dict; cluster.c clusterDictEntryMetadata;
 * quicklist.h; module.c moduleValue; rax.h; stream.h. */
static const struct prices prices_redis_7_2 = {
    .object = 16,
    .entry = 24,
    .entry_cluster = 16,
    .entry_no_value = 16,
    .dict = 56,
    .module_value = 16,
    .quicklist = 40,
    .quicklist_node = 40,
    .zset = 16,
    .skiplist = 32,
    .skiplist_node = 24,
    .skiplist_level = 16,
    .skiplist_levels = 32,
    .rax = 24,
    .stream = 80,
    .stream_group = 40,
    .stream_consumer = 32,
    .stream_pending = 24,
};

/* Oldest first within a product. */
static const struct server rows[] = {
    { .name = "redis-2.8",
      .product = SERVER_REDIS,
      .major = 2,
      .minor = 8,
      .embstr = EMBSTR_NEVER,
      .list = LIST_LINKED },
    { .name = "redis-3.0",
      .product = SERVER_REDIS,
      .major = 3,
      .minor = 0,
      .embstr = EMBSTR_39,
      .list = LIST_LINKED },
    { .name = "redis-3.2",
      .product = SERVER_REDIS,
      .major = 3,
      .minor = 2,
      .embstr = EMBSTR_44,
      .list = LIST_QUICKLIST },
    { .name = "redis-4.0",
      .product = SERVER_REDIS,
      .major = 4,
      .minor = 0,
      .embstr = EMBSTR_44,
      .list = LIST_QUICKLIST },
    { .name = "redis-5.0",
      .product = SERVER_REDIS,
      .major = 5,
      .minor = 0,
      .embstr = EMBSTR_44,
      .list = LIST_QUICKLIST },
    { .name = "redis-6.0",
      .product = SERVER_REDIS,
      .major = 6,
      .minor = 0,
      .embstr = EMBSTR_44,
      .list = LIST_QUICKLIST },
    { .name = "redis-6.2",
      .product = SERVER_REDIS,
      .major = 6,
      .minor = 2,
      .embstr = EMBSTR_44,
      .list = LIST_QUICKLIST,
      .drops_empty = true },
    { .name = "redis-7.0",
      .product = SERVER_REDIS,
      .major = 7,
      .minor = 0,
      .embstr = EMBSTR_44,
      .list = LIST_QUICKLIST,
      .packed = PACKED_LISTPACK,
      .drops_empty = true },
    { .name = "redis-7.2",
      .product = SERVER_REDIS,
      .major = 7,
      .minor = 2,
      .embstr = EMBSTR_44,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true,
      .prices = &prices_redis_7_2 },
    { .name = "redis-7.4",
      .product = SERVER_REDIS,
      .major = 7,
      .minor = 4,
      .embstr = EMBSTR_44,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true,
      .field_ttl = FIELD_TTL_LISTPACKEX },
    { .name = "redis-8.0",
      .product = SERVER_REDIS,
      .major = 8,
      .minor = 0,
      .embstr = EMBSTR_44,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true,
      .field_ttl = FIELD_TTL_LISTPACKEX },
    { .name = "redis-8.2",
      .product = SERVER_REDIS,
      .major = 8,
      .minor = 2,
      .embstr = EMBSTR_KVOBJ_64,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true,
      .field_ttl = FIELD_TTL_LISTPACKEX },
    { .name = "redis-8.4",
      .product = SERVER_REDIS,
      .major = 8,
      .minor = 4,
      .embstr = EMBSTR_KVOBJ_64,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true,
      .field_ttl = FIELD_TTL_LISTPACKEX },
    { .name = "redis-8.6",
      .product = SERVER_REDIS,
      .major = 8,
      .minor = 6,
      .embstr = EMBSTR_KVOBJ_64,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true,
      .field_ttl = FIELD_TTL_LISTPACKEX },
    { .name = "redis-8.8",
      .product = SERVER_REDIS,
      .major = 8,
      .minor = 8,
      .embstr = EMBSTR_KVOBJ_64,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true,
      .field_ttl = FIELD_TTL_LISTPACKEX },
    { .name = "redis-8.10",
      .product = SERVER_REDIS,
      .major = 8,
      .minor = 10,
      .embstr = EMBSTR_KVOBJ_64,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true,
      .field_ttl = FIELD_TTL_LISTPACKEX },
    { .name = "valkey-7.2",
      .product = SERVER_VALKEY,
      .major = 7,
      .minor = 2,
      .embstr = EMBSTR_44,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true },
    { .name = "valkey-8.0",
      .product = SERVER_VALKEY,
      .major = 8,
      .minor = 0,
      .embstr = EMBSTR_44,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true },
    { .name = "valkey-8.1",
      .product = SERVER_VALKEY,
      .major = 8,
      .minor = 1,
      .embstr = EMBSTR_VALKEY_64,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true },
    { .name = "valkey-9.0",
      .product = SERVER_VALKEY,
      .major = 9,
      .minor = 0,
      .embstr = EMBSTR_VALKEY_64,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true,
      .field_ttl = FIELD_TTL_TABLE },
    { .name = "valkey-9.1",
      .product = SERVER_VALKEY,
      .major = 9,
      .minor = 1,
      .embstr = EMBSTR_VALKEY_128,
      .list = LIST_LISTPACK,
      .packed = PACKED_LISTPACK,
      .set_listpack = true,
      .drops_empty = true,
      .field_ttl = FIELD_TTL_TABLE },
    { .name = "keydb-6.3",
      .product = SERVER_KEYDB,
      .major = 6,
      .minor = 3,
      .embstr = EMBSTR_52,
      .list = LIST_QUICKLIST,
      .drops_empty = true },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

const struct server *
servers_find(struct bytes name)
{
    for (size_t row = 0; row < ROWS; row++)
        if (bytes_equal(name, bytes_of_text(rows[row].name)))
            return &rows[row];
    return NULL;
}

const struct server *
servers_nearest(enum server_product product, int major, int minor)
{
    const struct server *oldest = NULL;
    const struct server *nearest = NULL;
    for (size_t row = 0; row < ROWS; row++) {
        const struct server *server = &rows[row];
        if (server->product != product)
            continue;
        if (oldest == NULL)
            oldest = server;
        if (server->major < major ||
            (server->major == major && server->minor <= minor))
            nearest = server;
    }
    return nearest != NULL ? nearest : oldest;
}

/* How far apart two releases are; another product is farther than any release
 * of one's own. */
static int
distance(const struct server *a, const struct server *b)
{
    int releases = (a->major - b->major) * 100 + a->minor - b->minor;
    if (releases < 0)
        releases = -releases;
    return releases + (a->product != b->product ? 10000 : 0);
}

const struct server *
servers_priced(const struct server *server)
{
    const struct server *nearest = NULL;
    for (size_t row = 0; row < ROWS; row++)
        if (rows[row].prices != NULL &&
            (nearest == NULL ||
             distance(&rows[row], server) < distance(nearest, server)))
            nearest = &rows[row];
    return nearest;
}

const char *
servers_names(void)
{
    return "redis-2.8, redis-3.0, redis-3.2, redis-4.0, redis-5.0, "
           "redis-6.0, redis-6.2, redis-7.0, redis-7.2, redis-7.4, "
           "redis-8.0, redis-8.2, redis-8.4, redis-8.6, redis-8.8, "
           "redis-8.10, valkey-7.2, valkey-8.0, valkey-8.1, valkey-9.0, "
           "valkey-9.1, keydb-6.3";
}
