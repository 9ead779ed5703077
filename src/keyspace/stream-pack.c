/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Source of the format and of what becomes a tombstone: Redis 7.2 t_stream.c
 * (streamAppendItem, streamIteratorRemoveEntry, lpGetEdgeStreamID).
 */
#include "keyspace/stream-pack.h"

#include "keyspace/stream-group.h"

enum {
    FLAG_DELETED = 1,
    FLAG_SAME_FIELDS = 2,
    MASTER_NUMBERS = 4, /* live, deleted, fields and the 0 behind them */
    ENTRY_NUMBERS = 5,  /* flags, ms, seq, fields, and their count */
    COUNT_UNKNOWN = 0xffff, /* listpack entries that the header cannot say */
};

/* --- reading --- */

static int64_t
number_at(const struct pack *pack, uint32_t offset)
{
    int64_t number = 0;
    pack_number(pack, offset, &number);
    return number;
}

/* Reads the number at *offset, which moves behind it. */
static int64_t
take_number(const struct pack *pack, uint32_t *offset)
{
    int64_t number = number_at(pack, *offset);
    *offset = pack_next(pack, *offset);
    return number;
}

static uint32_t
skip(const struct pack *pack, uint32_t offset, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        offset = pack_next(pack, offset);
    return offset;
}

struct stream_head
stream_pack_head(const struct stream_pack *node)
{
    const struct pack *pack = &node->pack;
    struct stream_head head = { .entries = pack_first() };
    if (pack->count == 0)
        return head;
    head.live = take_number(pack, &head.entries);
    head.deleted = take_number(pack, &head.entries);
    head.fields = take_number(pack, &head.entries);
    head.names = head.entries;
    head.entries = skip(pack, head.names, head.fields + 1);
    return head;
}

/* There is an entry at that offset, which moves behind it. */
static struct stream_entry
take_entry(const struct stream_pack *node, const struct stream_head *head,
           uint32_t *at)
{
    const struct pack *pack = &node->pack;
    struct stream_entry entry = { .fields = head->fields, .at = *at };
    int64_t flags = take_number(pack, at);
    entry.is_deleted = (flags & FLAG_DELETED) != 0;
    entry.has_names = (flags & FLAG_SAME_FIELDS) == 0;
    entry.id.ms = node->master.ms + (uint64_t)take_number(pack, at);
    entry.id.seq = node->master.seq + (uint64_t)take_number(pack, at);
    if (entry.has_names)
        entry.fields = take_number(pack, at);
    entry.texts = *at;
    *at = skip(pack, *at, (entry.has_names ? 2 : 1) * entry.fields + 1);
    return entry;
}

bool
stream_pack_next(const struct stream_pack *node,
                 const struct stream_head *head, uint32_t *at,
                 struct stream_entry *entry)
{
    if (*at >= pack_end(&node->pack))
        return false;
    *entry = take_entry(node, head, at);
    return true;
}

struct stream_id
stream_pack_last(const struct stream_pack *node,
                 const struct stream_head *head)
{
    uint32_t at = pack_previous(&node->pack, pack_end(&node->pack));
    int64_t pieces = number_at(&node->pack, at);
    for (int64_t i = 0; i < pieces; i++)
        at = pack_previous(&node->pack, at);
    return take_entry(node, head, &at).id;
}

bool
stream_pack_find(const struct stream_pack *node,
                 const struct stream_head *head, struct stream_id id,
                 struct stream_entry *entry)
{
    uint32_t at = head->entries;
    while (stream_pack_next(node, head, &at, entry))
        if (stream_id_compare(entry->id, id) == 0 && !entry->is_deleted)
            return true;
    return false;
}

/* --- changing --- */

uint64_t
stream_pack_room(const struct stream_draft *draft)
{
    uint64_t room = (MASTER_NUMBERS + ENTRY_NUMBERS) * PACK_OVERHEAD;
    for (uint64_t i = 0; i < 2 * draft->fields; i++)
        room += draft->texts[i].size + PACK_OVERHEAD;
    return room;
}

static void
put_master(struct pool *pool, struct pack *pack,
           const struct stream_draft *draft)
{
    pack_append_number(pool, pack, 0);
    pack_append_number(pool, pack, 0);
    pack_append_number(pool, pack, (int64_t)draft->fields);
    for (uint64_t i = 0; i < draft->fields; i++)
        pack_append(pool, pack, draft->texts[2 * i]);
    pack_append_number(pool, pack, 0);
}

static bool
has_same_fields(const struct pack *pack, const struct stream_head *head,
                const struct stream_draft *draft)
{
    char room[TEXT_DIGITS];
    uint32_t at = head->names;
    if ((uint64_t)head->fields != draft->fields)
        return false;
    for (uint64_t i = 0; i < draft->fields; i++, at = pack_next(pack, at))
        if (!bytes_equal(pack_get(pack, at, room), draft->texts[2 * i]))
            return false;
    return true;
}

/* In the master entry. */
static void
count_entry(struct pool *pool, struct pack *pack,
            const struct stream_head *head, bool is_deleted)
{
    uint32_t live = pack_first();
    if (is_deleted)
        pack_replace_number(pool, pack, pack_next(pack, live),
                            head->deleted + 1);
    else
        pack_replace_number(pool, pack, live, head->live + 1);
}

void
stream_pack_put(struct pool *pool, struct stream_pack *node,
                const struct stream_draft *draft)
{
    struct pack *pack = &node->pack;
    uint64_t fields = draft->fields;
    if (pack->count == 0)
        put_master(pool, pack, draft);
    struct stream_head head = stream_pack_head(node);
    bool same = has_same_fields(pack, &head, draft);
    pack_append_number(pool, pack,
                       (same ? FLAG_SAME_FIELDS : 0) |
                           (draft->is_deleted ? FLAG_DELETED : 0));
    pack_append_number(pool, pack, (int64_t)(draft->id.ms - node->master.ms));
    pack_append_number(pool, pack,
                       (int64_t)(draft->id.seq - node->master.seq));
    if (!same)
        pack_append_number(pool, pack, (int64_t)fields);
    for (uint64_t i = same ? 1 : 0; i < 2 * fields; i += same ? 2 : 1)
        pack_append(pool, pack, draft->texts[i]);
    pack_append_number(pool, pack,
                       (int64_t)(same ? fields + 3 : 2 * fields + 4));
    count_entry(pool, pack, &head, draft->is_deleted);
}

/* The flags are one byte before and behind. */
void
stream_pack_delete(struct pool *pool, struct stream_pack *node, uint32_t at)
{
    pack_replace_number(pool, &node->pack, at,
                        number_at(&node->pack, at) | FLAG_DELETED);
}

/* The count in front comes last, as it may move the other. */
void
stream_pack_count_deleted(struct pool *pool, struct stream_pack *node,
                          const struct stream_head *head, int64_t deleted)
{
    struct pack *pack = &node->pack;
    if (pack->count == 0)
        return;
    uint32_t second = pack_next(pack, pack_first());
    pack_replace_number(pool, pack, second, head->deleted + deleted);
    pack_replace_number(pool, pack, pack_first(), head->live - deleted);
}

/* --- the whole --- */

struct stream_pack *
stream_pack_new(struct pool *pool, struct stream_id master)
{
    struct stream_pack *node = pool_alloc(pool, sizeof(*node));
    *node = (struct stream_pack){ .master = master };
    pack_init(pool, &node->pack);
    return node;
}

void
stream_pack_free(struct pool *pool, struct stream_pack *node)
{
    pack_fini(pool, &node->pack);
    pool_free(pool, node, sizeof(*node));
}

struct stream_pack *
stream_pack_copy(struct pool *pool, const struct stream_pack *node)
{
    struct stream_pack *copy = pool_alloc(pool, sizeof(*copy));
    *copy = *node;
    copy->pack = pack_copy(pool, &node->pack);
    return copy;
}

struct stream_pack *
stream_pack_relocate(struct pool *pool, struct stream_pack *node)
{
    node = pool_move(pool, node, sizeof(*node));
    pack_relocate(pool, &node->pack);
    return node;
}

/* --- walking --- */

static void
walk_fields(const struct stream_pack *node, const struct stream_head *head,
            const struct stream_entry *entry, struct visitor *visitor)
{
    const struct pack *pack = &node->pack;
    uint32_t at = entry->texts;
    uint32_t name = head->names;
    for (int64_t i = 0; i < entry->fields; i++) {
        struct item item = { .kind = ITEM_ENTRY_FIELD };
        item.text = pack_text(pack, entry->has_names ? at : name);
        if (entry->has_names)
            at = pack_next(pack, at);
        else
            name = pack_next(pack, name);
        item.value = pack_text(pack, at);
        at = pack_next(pack, at);
        visitor->ops->item(visitor, &item);
    }
}

static bool
announce(const struct stream_pack *node, struct visitor *visitor)
{
    const struct pack *pack = &node->pack;
    struct node announced = {
        .kind = NODE_LISTPACK,
        .size = pack->size,
        .count = pack->count < COUNT_UNKNOWN ? pack->count
                                             : NODE_COUNT_UNKNOWN,
        .in_stream = true,
        .id = node->master,
    };
    return visitor->ops->node(visitor, &announced) ||
           (visitor->wants & WANT_ITEMS) != 0;
}

void
stream_pack_walk(const struct stream_pack *node, struct visitor *visitor)
{
    bool all = (visitor->wants & WANT_TOMBSTONES) != 0;
    if (!announce(node, visitor))
        return;
    struct stream_head head = stream_pack_head(node);
    struct stream_entry entry;
    uint32_t at = head.entries;
    while (stream_pack_next(node, &head, &at, &entry)) {
        struct item item = { .kind = ITEM_ENTRY, .id = entry.id };
        item.count = (uint64_t)entry.fields;
        item.is_deleted = entry.is_deleted;
        if (entry.is_deleted && !all)
            continue;
        visitor->ops->item(visitor, &item);
        walk_fields(node, &head, &entry, visitor);
    }
}
