/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Hashes.  Where a field may expire, each encoding keeps the time elsewhere:
 *
 *   4     HASH                 LEN n, (STR field, STR value) × n
 *   9     HASH_ZIPMAP          STR (zipmap)
 *   13    HASH_ZIPLIST         STR (ziplist: field, value, ...)
 *   16    HASH_LISTPACK        STR (listpack: field, value, ...)
 *   22 R  HASH_METADATA_PRE_GA    LEN n, (LEN ms or 0, STR, STR) × n
 *   23 R  HASH_LISTPACK_EX_PRE_GA STR (listpack: field, value, ms or 0, ...)
 *   24    HASH_METADATA        MS min, LEN n, (LEN t, STR, STR) × n;
 *                              t 0 none, else ms = min + t - 1
 *   25    HASH_LISTPACK_EX     MS min, STR (listpack as 23: ms is absolute;
 *                              min is a hint and may be stale)
 *   22 V  HASH_2               LEN n, (STR, STR, i64le ms or -1) × n
 */
#include "rdb/decode.h"

/* The loaders' limit of a field's expiry: 48 bits less one (Redis 7.4
 * ebuckets.h EB_EXPIRE_TIME_MAX). */
#define FIELD_EXPIRY_MAX ((1ULL << 48) - 1)

static bool
read_field(struct rdb *rdb, struct item *item, uint64_t number)
{
    return (rdb_text(rdb, item, 0) && rdb_text_last(rdb, item, 1)) ||
           rdb_doing(rdb, "hash field", number);
}

bool
rdb_walk_hash(struct rdb *rdb)
{
    uint64_t count;
    if (!rdb_length(rdb, &count))
        return false;
    rdb_count(rdb, count);
    for (uint64_t i = 0; i < count; i++) {
        struct item item = { .kind = ITEM_FIELD };
        if (!read_field(rdb, &item, i))
            return false;
        rdb_item(rdb, &item);
    }
    return true;
}

/* Fields each led by LEN ttl, which counts from base (0 means none). */
static bool
walk_metadata(struct rdb *rdb, uint64_t base)
{
    uint64_t count;
    uint64_t ttl;
    if (!rdb_length(rdb, &count))
        return false;
    rdb_count(rdb, count);
    for (uint64_t i = 0; i < count; i++) {
        struct item item = { .kind = ITEM_FIELD };
        uint64_t at = reader_offset(rdb->reader);
        if (!rdb_length(rdb, &ttl))
            return rdb_doing(rdb, "expiry of hash field", i);
        if (ttl > FIELD_EXPIRY_MAX || base + ttl > FIELD_EXPIRY_MAX + 1)
            rdb_value_bad(rdb, FINDING_FIELD_TTL, at,
                          "hash field %llu: its expiry is out of range",
                          (unsigned long long)i);
        item.has_expiry = ttl != 0;
        item.expire_ms = ttl != 0 ? (int64_t)(base + ttl) : 0;
        if (!read_field(rdb, &item, i))
            return false;
        rdb_item(rdb, &item);
    }
    return true;
}

bool
rdb_walk_hash_metadata_pre_ga(struct rdb *rdb)
{
    return walk_metadata(rdb, 0);
}

/* The smallest expiry in front of types 24 and 25. */
static bool
read_minimum(struct rdb *rdb, uint64_t *minimum)
{
    uint64_t at = reader_offset(rdb->reader);
    if (!reader_u64le(rdb->reader, minimum))
        return false;
    if (*minimum > FIELD_EXPIRY_MAX + 1) {
        rdb_value_bad(rdb, FINDING_FIELD_TTL, at,
                      "the hash's smallest field expiry is out of range");
        *minimum = 0;
    }
    return true;
}

bool
rdb_walk_hash_metadata(struct rdb *rdb)
{
    uint64_t minimum;
    if (!read_minimum(rdb, &minimum))
        return false;
    /* Stored is ms - minimum + 1, so that 0 stays free for "none". */
    return walk_metadata(rdb, minimum > 0 ? minimum - 1 : 0);
}

bool
rdb_walk_hash_listpack_ex(struct rdb *rdb)
{
    uint64_t minimum;
    return read_minimum(rdb, &minimum) &&
           rdb_packed(rdb, NODE_LISTPACK, RDB_SHAPE_HASH_EX);
}

bool
rdb_walk_hash_listpack_ex_pre_ga(struct rdb *rdb)
{
    return rdb_packed(rdb, NODE_LISTPACK, RDB_SHAPE_HASH_EX);
}

bool
rdb_walk_hash_2(struct rdb *rdb)
{
    uint64_t count;
    if (!rdb_length(rdb, &count))
        return false;
    rdb_count(rdb, count);
    for (uint64_t i = 0; i < count; i++) {
        struct item item = { .kind = ITEM_FIELD };
        if (!rdb_text(rdb, &item, 0) || !rdb_text(rdb, &item, 1))
            return rdb_doing(rdb, "hash field", i);
        uint64_t at = reader_offset(rdb->reader);
        if (!rdb_ms(rdb, &item.expire_ms))
            return rdb_doing(rdb, "expiry of hash field", i);
        if (item.expire_ms < -1)
            rdb_value_bad(rdb, FINDING_FIELD_TTL, at,
                          "hash field %llu: its expiry is negative",
                          (unsigned long long)i);
        item.has_expiry = item.expire_ms != -1;
        rdb_item(rdb, &item);
    }
    return true;
}

bool
rdb_walk_hash_zipmap(struct rdb *rdb)
{
    return rdb_packed(rdb, NODE_ZIPMAP, RDB_SHAPE_HASH);
}

bool
rdb_walk_hash_ziplist(struct rdb *rdb)
{
    return rdb_packed(rdb, NODE_ZIPLIST, RDB_SHAPE_HASH);
}

bool
rdb_walk_hash_listpack(struct rdb *rdb)
{
    return rdb_packed(rdb, NODE_LISTPACK, RDB_SHAPE_HASH);
}
