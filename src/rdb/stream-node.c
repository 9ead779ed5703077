/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One node of a stream is a listpack:
 *
 *   master entry:  count, deleted, nfields, field × nfields, 0
 *   entry:         flags, ms, seq, (fields as the master's)
 *                    value × nfields, n + 3
 *                  flags, ms, seq, nfields, (field, value) × nfields,
 *                    2 n + 4
 *
 * ms and seq count from the master id; the last number is how many listpack
 * entries the entry takes, so that a reader can step backwards.  A flag marks
 * a deleted entry (tombstone), another the master's fields.
 * Source: t_stream.c streamIteratorGetID, Redis 7.2.
 */
#include "rdb/stream-node.h"

enum {
    TYPE_STREAM_LISTPACKS = 15, /* which holds no first id */
    FLAG_DELETED = 1,
    FLAG_SAME_FIELDS = 2,
    MASTER_NAMES_HELD = 4 * 1024 * 1024,
};

/* The state of one node's walk. */
struct node_walk {
    struct rdb *rdb;
    struct packed packed;
    struct stream_id master;
    struct rdb_stream_sums *sums;
    int64_t live;      /* by the master entry */
    int64_t deleted;
    int64_t fields;    /* of the master */
    int64_t found_live;
    int64_t found_deleted;
    struct buffer names; /* a struct text per master field */
    struct buffer room;  /* bytes of names of a streamed blob */
};

static void
deep_fault(struct node_walk *walk, const char *words)
{
    rdb_finding(walk->rdb, FINDING_STREAM_DEEP, walk->rdb->blob_string.offset,
                "stream node %llu-%llu: %s",
                (unsigned long long)walk->master.ms,
                (unsigned long long)walk->master.seq, words);
}

/* Loaders since 7.0 look for the first entry of a stream that does not say
 * which it is, and crash when they cannot walk to it. */
static enum finding_code
undecodable_code(const struct node_walk *walk)
{
    bool sought = walk->rdb->key.type_byte == TYPE_STREAM_LISTPACKS &&
                  walk->sums->live == 0;
    return sought ? FINDING_STREAM_FIRST : FINDING_STREAM_DEEP;
}

static enum status
undecodable(struct node_walk *walk, const char *words)
{
    rdb_value_bad(walk->rdb, undecodable_code(walk),
                  walk->rdb->blob_string.offset, "stream node %llu-%llu: %s",
                  (unsigned long long)walk->master.ms,
                  (unsigned long long)walk->master.seq, words);
    return STATUS_BAD;
}

/* The next listpack entry, which has to be an integer. */
static enum status
next_number(struct node_walk *walk, int64_t *number)
{
    struct packed_entry entry;
    enum status status = packed_next(&walk->packed, &entry);
    if (status == STATUS_OK && entry.text.kind != TEXT_INTEGER)
        return undecodable(walk, "text where a number belongs");
    if (status == STATUS_OK)
        *number = entry.text.number;
    return status;
}

/* As next_number, but the end of the listpack is damage too. */
static enum status
need_number(struct node_walk *walk, int64_t *number)
{
    enum status status = next_number(walk, number);
    return status == STATUS_END ? undecodable(walk, "ends inside an entry")
                                : status;
}

static enum status
need_text(struct node_walk *walk, struct item *item, int which)
{
    enum status status =
        rdb_packed_text(walk->rdb, &walk->packed, item, which);
    return status == STATUS_END ? undecodable(walk, "ends inside an entry")
                                : status;
}

/* Keeps a field name of the master entry, which later entries refer to. */
static enum status
hold_name(struct node_walk *walk)
{
    struct packed_entry entry;
    enum status status = packed_next(&walk->packed, &entry);
    if (status != STATUS_OK)
        return status == STATUS_END ? undecodable(walk, "ends in its fields")
                                    : status;
    if (entry.text.kind == TEXT_PARTS ||
        walk->room.size + entry.text.held + walk->names.size >
            MASTER_NAMES_HELD)
        return undecodable(walk, "field names too long to be held");
    if (entry.text.kind == TEXT_BYTES && entry.text.held > 0 &&
        !walk->rdb->blob_in_memory) {
        /* room may move as it grows: remember where, not a pointer. */
        size_t at = walk->room.size;
        buffer_append(&walk->room, entry.text.data, entry.text.held);
        entry.text.data = NULL;
        entry.text.number = (int64_t)at;
    }
    buffer_append(&walk->names, &entry.text, sizeof(entry.text));
    return STATUS_OK;
}

static struct text
master_name(const struct node_walk *walk, int64_t i)
{
    struct text text;
    memcpy(&text, walk->names.data + (size_t)i * sizeof(text), sizeof(text));
    if (text.kind == TEXT_BYTES && text.data == NULL)
        text.data = walk->room.data + text.number;
    return text;
}

static enum status
read_master(struct node_walk *walk)
{
    int64_t zero;
    enum status status = need_number(walk, &walk->live);
    if (status == STATUS_OK)
        status = need_number(walk, &walk->deleted);
    if (status == STATUS_OK)
        status = need_number(walk, &walk->fields);
    if (status == STATUS_OK && walk->fields < 0)
        return undecodable(walk, "a negative number of fields");
    for (int64_t i = 0; status == STATUS_OK && i < walk->fields; i++)
        status = hold_name(walk);
    if (status == STATUS_OK)
        status = need_number(walk, &zero);
    if (status == STATUS_OK && zero != 0)
        deep_fault(walk, "its master entry does not end in 0");
    return status;
}

/* Reads the fields of one entry and hands them out. */
static enum status
read_fields(struct node_walk *walk, bool same, int64_t count)
{
    enum status status = STATUS_OK;
    for (int64_t i = 0; status == STATUS_OK && i < count; i++) {
        struct item item = { .kind = ITEM_ENTRY_FIELD };
        if (same)
            item.text = master_name(walk, i);
        else
            status = need_text(walk, &item, 0);
        if (status == STATUS_OK)
            status = need_text(walk, &item, 1);
        if (status == STATUS_OK)
            rdb_item(walk->rdb, &item);
    }
    return status;
}

static enum status
pass_text(struct node_walk *walk)
{
    struct packed_entry entry;
    enum status status = packed_next(&walk->packed, &entry);
    if (status == STATUS_OK && entry.text.kind == TEXT_PARTS &&
        !reader_skip(walk->rdb->blob, entry.text.size))
        return STATUS_FAIL;
    return status == STATUS_END ? undecodable(walk, "ends inside an entry")
                                : status;
}

/* An entry when it is wanted; else only what it takes is read. */
static enum status
hand_out(struct node_walk *walk, const struct item *item, bool same)
{
    int64_t count = (int64_t)item->count;
    enum status status = STATUS_OK;
    if (!item->is_deleted || rdb_wants(walk->rdb, WANT_TOMBSTONES)) {
        rdb_item(walk->rdb, item);
        return read_fields(walk, same, count);
    }
    uint64_t texts = (same ? 1 : 2) * (uint64_t)count;
    while (status == STATUS_OK && texts-- > 0)
        status = pass_text(walk);
    return status;
}

static void
count_entry(struct node_walk *walk, const struct item *item)
{
    struct rdb_stream_sums *sums = walk->sums;
    const struct stream_id *id = &item->id;
    if (item->is_deleted) {
        walk->found_deleted++;
        return;
    }
    bool above = id->ms > sums->last.ms ||
                 (id->ms == sums->last.ms && id->seq > sums->last.seq);
    if (!above && sums->live > 0)
        sums->unsorted = true;
    sums->last = *id;
    sums->live++;
    walk->found_live++;
}

static enum status
read_entry(struct node_walk *walk)
{
    int64_t flags;
    int64_t ms = 0;
    int64_t seq = 0;
    int64_t back = 0;
    int64_t count = walk->fields;
    enum status status = next_number(walk, &flags);
    if (status != STATUS_OK)
        return status;
    status = need_number(walk, &ms);
    if (status == STATUS_OK)
        status = need_number(walk, &seq);
    bool same = (flags & FLAG_SAME_FIELDS) != 0;
    if (status == STATUS_OK && !same)
        status = need_number(walk, &count);
    if (status != STATUS_OK)
        return status;
    if (count < 0)
        return undecodable(walk, "a negative number of fields");
    struct item item = { .kind = ITEM_ENTRY, .count = (uint64_t)count };
    item.is_deleted = (flags & FLAG_DELETED) != 0;
    item.id.ms = walk->master.ms + (uint64_t)ms;
    item.id.seq = walk->master.seq + (uint64_t)seq;
    count_entry(walk, &item);
    status = hand_out(walk, &item, same);
    if (status == STATUS_OK)
        status = need_number(walk, &back);
    uint64_t pieces = same ? (uint64_t)count + 3 : 2 * (uint64_t)count + 4;
    if (status == STATUS_OK && (uint64_t)back != pieces)
        deep_fault(walk, "an entry's count of listpack entries is wrong");
    return status;
}

static enum status
walk_entries(struct node_walk *walk)
{
    struct rdb *rdb = walk->rdb;
    enum status status = read_master(walk);
    while (status == STATUS_OK && rdb->visitor != NULL)
        status = read_entry(walk);
    bool counted = walk->live == walk->found_live &&
                   walk->deleted == walk->found_deleted;
    if (status == STATUS_END && !counted)
        deep_fault(walk, "its counts are not those of its entries");
    if (status == STATUS_END)
        rdb_packed_faults(rdb, &walk->packed);
    return status;
}

bool
rdb_stream_node(struct rdb *rdb, const struct stream_id *id,
                struct rdb_stream_sums *sums)
{
    struct rdb_string string;
    struct node node = { .kind = NODE_LISTPACK, .in_stream = true, .id = *id };
    if (!rdb_string_open(rdb, &string))
        return false;
    if (rdb->visitor == NULL)
        return rdb_string_skip(rdb, &string);
    if (!rdb_packed_header(rdb, &string, FINDING_STREAM_SHALLOW, &node))
        return false;
    if (node.count == 0 && rdb->visitor != NULL)
        rdb_finding(rdb, FINDING_STREAM_SHALLOW, string.offset,
                    "an empty stream node");
    if (!rdb_node(rdb, &node))
        return rdb_string_skip(rdb, &string);
    if (!rdb_blob_open(rdb, &string))
        return false;
    if (rdb->visitor != NULL) {
        struct node_walk walk = { .rdb = rdb, .master = *id, .sums = sums };
        enum status status =
            packed_open(&walk.packed, NODE_LISTPACK, rdb->blob, string.size);
        bool opened = status == STATUS_OK;
        if (opened)
            status = walk_entries(&walk);
        buffer_fini(&walk.names);
        buffer_fini(&walk.room);
        if (!reader_ok(rdb->reader))
            return false;
        if (status != STATUS_END && rdb->visitor != NULL)
            rdb_blob_bad(rdb, &walk.packed, opened);
    }
    return rdb_blob_close(rdb);
}
