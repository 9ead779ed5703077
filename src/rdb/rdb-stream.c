/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Streams, types 15, 19, 21, 26, 27; what each added is marked.
 *
 *   LEN nodes, (STR master id (16 bytes, big-endian), STR listpack) × nodes
 *   LEN length, LEN last ms, LEN last seq
 *   19: LEN first ms, seq, LEN max deleted ms, seq, LEN entries added
 *   LEN groups ×
 *     STR name, LEN last ms, seq, 19: LEN entries read
 *     LEN pending × (id 16 bytes, MS delivered, LEN deliveries)
 *     LEN consumers ×
 *       STR name, MS seen, 21: MS active, LEN pending × (id 16 bytes)
 *     27: LEN nacked × (id 16 bytes)
 *   26: LEN duration s, LEN max entries,
 *       LEN producers × (STR pid, LEN n × (STR iid, LEN ms, LEN seq)),
 *       LEN iids added, LEN duplicates
 *
 * The entries of one node stand in stream-node.c.
 */
#include "rdb/decode.h"

#include "base/endian.h"
#include "rdb/stream-node.h"

enum {
    STREAM_1 = 15, /* Redis 5.0 */
    STREAM_2 = 19, /* Redis 7.0 */
    STREAM_3 = 21, /* Redis 7.2 */
    STREAM_4 = 26, /* Redis 8.6 */
    STREAM_5 = 27, /* Redis 8.8 */
    ID_SIZE = 16,
    IDMP_DURATION_MAX = 86400,
    IDMP_ENTRIES_MAX = 10000,
};

static bool
read_id(struct rdb *rdb, struct stream_id *id)
{
    const unsigned char *p = reader_take(rdb->reader, ID_SIZE);
    if (p == NULL)
        return false;
    id->ms = load_u64be(p);
    id->seq = load_u64be(p + 8);
    return true;
}

static bool
read_id_lengths(struct rdb *rdb, struct stream_id *id)
{
    return rdb_length(rdb, &id->ms) && rdb_length(rdb, &id->seq);
}

/* --- nodes --- */

static bool
read_master_id(struct rdb *rdb, struct stream_id *id)
{
    struct rdb_string string;
    unsigned char bytes[ID_SIZE];
    size_t got = 0;
    if (!rdb_string_open(rdb, &string))
        return false;
    if (string.size != ID_SIZE) {
        rdb_value_bad(rdb, FINDING_STREAM_SHALLOW, string.offset,
                      "a stream node's id is %llu bytes long, not 16",
                      (unsigned long long)string.size);
        return rdb_string_skip(rdb, &string);
    }
    if (!rdb_string_head(rdb, &string, bytes, ID_SIZE, &got) &&
        !reader_ok(rdb->reader))
        return false;
    if (got < ID_SIZE)
        rdb_value_bad(rdb, FINDING_LZF, string.offset,
                      "a stream node's id does not decompress");
    else
        *id = (struct stream_id){ load_u64be(bytes), load_u64be(bytes + 8) };
    return reader_skip(rdb->reader, string.stored);
}

static bool
walk_nodes(struct rdb *rdb, struct stream_totals *totals,
           struct rdb_stream_sums *sums)
{
    struct stream_id id = { 0, 0 };
    if (!rdb_length(rdb, &totals->listpacks))
        return false;
    rdb_count(rdb, totals->listpacks);
    for (uint64_t i = 0; i < totals->listpacks; i++)
        if (!read_master_id(rdb, &id) || !rdb_stream_node(rdb, &id, sums))
            return rdb_doing(rdb, "stream node", i);
    return true;
}

/* --- what stands behind the nodes --- */

static bool
read_totals(struct rdb *rdb, struct stream_totals *totals)
{
    if (!rdb_length(rdb, &totals->length) ||
        !read_id_lengths(rdb, &totals->last_id))
        return false;
    if (rdb->key.type_byte < STREAM_2) {
        totals->entries_added = totals->length;
        return true;
    }
    return read_id_lengths(rdb, &totals->first_id) &&
           read_id_lengths(rdb, &totals->max_deleted_id) &&
           rdb_length(rdb, &totals->entries_added);
}

static void
check_totals(struct rdb *rdb, uint64_t at, const struct stream_totals *totals,
             const struct rdb_stream_sums *sums)
{
    if (!rdb->deep || rdb->visitor == NULL)
        return;
    if (totals->length > 0 && totals->listpacks == 0)
        rdb_finding(rdb, FINDING_STREAM_NO_NODES, at,
                    "stream of %llu entries without a node",
                    (unsigned long long)totals->length);
    else if (totals->length != sums->live)
        rdb_finding(rdb, FINDING_STREAM_DEEP, at,
                    "stream length %llu, but its nodes hold %llu entries",
                    (unsigned long long)totals->length,
                    (unsigned long long)sums->live);
    if (sums->unsorted)
        rdb_finding(rdb, FINDING_STREAM_NOTE, at,
                    "stream ids do not ascend");
    if (sums->live > 0 && (totals->last_id.ms < sums->last.ms ||
                           (totals->last_id.ms == sums->last.ms &&
                            totals->last_id.seq < sums->last.seq)))
        rdb_finding(rdb, FINDING_STREAM_NOTE, at,
                    "the stream's last id lies before its newest entry");
}

static bool
walk_pending(struct rdb *rdb, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct item item = { .kind = ITEM_PENDING };
        uint64_t deliveries;
        if (!read_id(rdb, &item.id) || !rdb_ms(rdb, &item.expire_ms) ||
            !rdb_length(rdb, &deliveries))
            return rdb_doing(rdb, "pending entry", i);
        item.number = (int64_t)deliveries;
        rdb_item(rdb, &item);
    }
    return true;
}

static bool
walk_ids(struct rdb *rdb, enum item_kind kind, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct item item = { .kind = kind };
        if (!read_id(rdb, &item.id))
            return rdb_doing(rdb, "id", i);
        rdb_item(rdb, &item);
    }
    return true;
}

static bool
walk_consumer(struct rdb *rdb)
{
    struct item item = { .kind = ITEM_CONSUMER, .active_ms = -1 };
    if (!rdb_text(rdb, &item, 0) || !rdb_ms(rdb, &item.seen_ms))
        return false;
    if (rdb->key.type_byte >= STREAM_3 && !rdb_ms(rdb, &item.active_ms))
        return false;
    if (!rdb_length(rdb, &item.count))
        return false;
    rdb_item(rdb, &item);
    return walk_ids(rdb, ITEM_CONSUMER_PENDING, item.count);
}

static bool
walk_group(struct rdb *rdb)
{
    struct item item = { .kind = ITEM_GROUP, .number = -1 };
    uint64_t entries_read = UINT64_MAX;
    uint64_t consumers;
    if (!rdb_text(rdb, &item, 0) || !read_id_lengths(rdb, &item.id))
        return false;
    if (rdb->key.type_byte >= STREAM_2 && !rdb_length(rdb, &entries_read))
        return false;
    item.number = (int64_t)entries_read;
    if (!rdb_length(rdb, &item.count))
        return false;
    rdb_item(rdb, &item);
    if (!walk_pending(rdb, item.count) || !rdb_length(rdb, &consumers))
        return false;
    for (uint64_t i = 0; i < consumers; i++)
        if (!walk_consumer(rdb))
            return rdb_doing(rdb, "consumer", i);
    uint64_t nacked = 0;
    if (rdb->key.type_byte >= STREAM_5 && !rdb_length(rdb, &nacked))
        return false;
    return walk_ids(rdb, ITEM_NACK, nacked);
}

/* --- idempotent producers (IDMP) --- */

static bool
walk_producer(struct rdb *rdb)
{
    struct item item = { .kind = ITEM_PRODUCER };
    if (!rdb_text(rdb, &item, 0) || !rdb_length(rdb, &item.count))
        return false;
    rdb_item(rdb, &item);
    for (uint64_t i = 0; i < item.count; i++) {
        struct item iid = { .kind = ITEM_IDEMPOTENT };
        if (!rdb_text(rdb, &iid, 0) || !read_id_lengths(rdb, &iid.id))
            return rdb_doing(rdb, "idempotent id", i);
        rdb_item(rdb, &iid);
    }
    return true;
}

static bool
walk_idmp(struct rdb *rdb)
{
    struct item head = { .kind = ITEM_IDMP };
    struct item totals = { .kind = ITEM_IDMP_TOTALS };
    uint64_t duration;
    uint64_t producers;
    uint64_t added;
    uint64_t at = reader_offset(rdb->reader);
    if (!rdb_length(rdb, &duration) || !rdb_length(rdb, &head.count))
        return false;
    if (duration < 1 || duration > IDMP_DURATION_MAX || head.count < 1 ||
        head.count > IDMP_ENTRIES_MAX)
        rdb_finding(rdb, FINDING_IDMP, at,
                    "idempotence settings out of range: %llu s, %llu entries",
                    (unsigned long long)duration,
                    (unsigned long long)head.count);
    head.number = (int64_t)duration;
    rdb_item(rdb, &head);
    if (!rdb_length(rdb, &producers))
        return false;
    for (uint64_t i = 0; i < producers; i++)
        if (!walk_producer(rdb))
            return rdb_doing(rdb, "producer", i);
    if (!rdb_length(rdb, &added) || !rdb_length(rdb, &totals.count))
        return false;
    totals.number = (int64_t)added;
    rdb_item(rdb, &totals);
    return true;
}

bool
rdb_walk_stream(struct rdb *rdb)
{
    struct stream_totals totals = { .length = 0 };
    struct rdb_stream_sums sums = { .live = 0 };
    if (!walk_nodes(rdb, &totals, &sums))
        return false;
    uint64_t at = reader_offset(rdb->reader);
    if (!read_totals(rdb, &totals) || !rdb_length(rdb, &totals.groups))
        return rdb_doing(rdb, "totals of stream", 0);
    check_totals(rdb, at, &totals, &sums);
    struct item item = { .kind = ITEM_STREAM, .stream = &totals };
    rdb_item(rdb, &item);
    for (uint64_t i = 0; i < totals.groups; i++)
        if (!walk_group(rdb))
            return rdb_doing(rdb, "consumer group", i);
    if (rdb->key.type_byte >= STREAM_4 && !walk_idmp(rdb))
        return rdb_doing(rdb, "idempotence data of stream", 0);
    return true;
}
