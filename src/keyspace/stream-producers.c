/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Idempotent producers (Redis 8.6): each with its latest idempotent ids, as
 * they came.  Source: Redis 8.6 t_stream.c (idmpInsertEntry,
 * idmpEvictOldestEntry).
 */
#include "keyspace/stream-parts.h"

#include "keyspace/name.h"
#include "keyspace/table.h"

struct iid {
    struct stream_id id;
    unsigned char name[];
};

struct stream_producer {
    struct table iids; /* in the order of their creation */
    unsigned char name[];
};

/* --- one producer --- */

static struct bytes
iid_name(const void *item)
{
    const struct iid *iid = item;
    return name_get(iid->name);
}

static size_t
iid_size(struct bytes name)
{
    return sizeof(struct iid) + name_room(name.size);
}

static struct bytes
producer_name(const struct stream_producer *producer)
{
    return name_get(producer->name);
}

static size_t
producer_size(struct bytes name)
{
    return sizeof(struct stream_producer) + name_room(name.size);
}

static struct stream_producer *
producer_new(struct store *store, struct bytes name)
{
    struct stream_producer *producer =
        pool_alloc(&store->pool, producer_size(name));
    producer->iids = (struct table){ .items = NULL };
    name_put(producer->name, name);
    return producer;
}

static bool
add_iid(struct store *store, struct stream_producer *producer,
        struct bytes name, struct stream_id id)
{
    struct iid *iid = pool_alloc(&store->pool, iid_size(name));
    iid->id = id;
    name_put(iid->name, name);
    if (table_add(&store->pool, &producer->iids, iid, store->seed, iid_name))
        return true;
    pool_free(&store->pool, iid, iid_size(name));
    return false;
}

static void
evict(struct store *store, struct stream_producer *producer)
{
    uint32_t index = 0;
    struct iid *oldest = table_next(&producer->iids, &index);
    table_remove(&store->pool, &producer->iids, (int64_t)index - 1,
                 store->seed, iid_name);
    pool_free(&store->pool, oldest, iid_size(iid_name(oldest)));
}

static void
free_producer(struct store *store, struct stream_producer *producer)
{
    uint32_t index = 0;
    struct iid *iid;
    while ((iid = table_next(&producer->iids, &index)) != NULL)
        pool_free(&store->pool, iid, iid_size(iid_name(iid)));
    table_fini(&store->pool, &producer->iids);
    pool_free(&store->pool, producer, producer_size(producer_name(producer)));
}

/* --- the producers of a stream --- */

static int
compare_producer(const void *item, const void *key)
{
    const struct bytes *name = key;
    return bytes_compare(producer_name(item), *name);
}

/* The producer, or NULL and where it would stand. */
static struct stream_producer *
find_producer(const struct stream *stream, struct bytes name,
              struct ordered_place *place)
{
    *place = ordered_find(&stream->producers, &name, compare_producer);
    struct stream_producer *producer =
        ordered_item(&stream->producers, *place);
    bool found =
        producer != NULL && bytes_equal(producer_name(producer), name);
    return found ? producer : NULL;
}

bool
value_stream_find_iid(const struct store *store, const struct value *value,
                      struct bytes producer, struct bytes iid,
                      struct stream_id *id)
{
    struct ordered_place place;
    const struct stream_producer *owner =
        find_producer(stream_in(value), producer, &place);
    int64_t index = TABLE_NONE;
    if (owner != NULL)
        index = table_find(&owner->iids, iid, store->seed, iid_name);
    if (index == TABLE_NONE)
        return false;
    const struct iid *found = table_item(&owner->iids, index);
    *id = found->id;
    return true;
}

static void
set_defaults(struct stream_state *state)
{
    if (state->idmp_duration_s == 0)
        state->idmp_duration_s = STREAM_IDMP_DURATION;
    if (state->idmp_entries == 0)
        state->idmp_entries = STREAM_IDMP_ENTRIES;
}

bool
value_stream_add_iid(struct store *store, struct value *value,
                     struct bytes producer, struct bytes iid,
                     struct stream_id id)
{
    struct stream *stream = stream_in(value);
    struct ordered_place place;
    struct stream_producer *owner = find_producer(stream, producer, &place);
    if (producer.size > VALUE_TEXT_MOST || iid.size > VALUE_TEXT_MOST ||
        !pool_allows(&store->pool, producer_size(producer) + iid_size(iid)))
        return false;
    if (owner == NULL) {
        owner = producer_new(store, producer);
        ordered_insert(&store->pool, &stream->producers, place, owner);
    }
    if (!add_iid(store, owner, iid, id))
        return false;
    set_defaults(&stream->state);
    stream->state.iids_added++;
    if (owner->iids.count > stream->state.idmp_entries)
        evict(store, owner);
    return true;
}

void
value_stream_clear_iids(struct store *store, struct value *value)
{
    struct stream *stream = stream_in(value);
    struct ordered_place place = { 0, 0 };
    struct stream_producer *producer;
    while ((producer = ordered_next(&stream->producers, &place)) != NULL)
        free_producer(store, producer);
    ordered_fini(&store->pool, &stream->producers);
}

/* --- the whole --- */

uint64_t
stream_producers_room(const struct stream *stream)
{
    struct ordered_place place = { 0, 0 };
    const struct stream_producer *producer;
    uint64_t room = 0;
    while ((producer = ordered_next(&stream->producers, &place)) != NULL) {
        const struct iid *iid;
        uint32_t index = 0;
        room += producer_size(producer_name(producer));
        while ((iid = table_next(&producer->iids, &index)) != NULL)
            room += iid_size(iid_name(iid));
    }
    return room;
}

static struct stream_producer *
copy_producer(struct store *store, const struct stream_producer *producer)
{
    struct stream_producer *copy =
        producer_new(store, producer_name(producer));
    const struct iid *iid;
    uint32_t index = 0;
    while ((iid = table_next(&producer->iids, &index)) != NULL)
        add_iid(store, copy, iid_name(iid), iid->id);
    return copy;
}

void
stream_producers_copy(struct store *store, struct stream *copy,
                      const struct stream *stream)
{
    struct ordered_place place = { 0, 0 };
    const struct stream_producer *producer;
    while ((producer = ordered_next(&stream->producers, &place)) != NULL)
        ordered_append(&store->pool, &copy->producers,
                       copy_producer(store, producer));
}

static struct stream_producer *
relocate_producer(struct store *store, struct stream_producer *producer)
{
    struct pool *pool = &store->pool;
    struct table *iids;
    struct iid *iid;
    uint32_t index = 0;
    producer =
        pool_move(pool, producer, producer_size(producer_name(producer)));
    iids = &producer->iids;
    table_relocate(pool, iids);
    while ((iid = table_next(iids, &index)) != NULL)
        table_replace(iids, (int64_t)index - 1,
                      pool_move(pool, iid, iid_size(iid_name(iid))));
    return producer;
}

void
stream_producers_relocate(struct store *store, struct stream *stream)
{
    struct ordered_place place = { 0, 0 };
    struct stream_producer *producer;
    ordered_relocate(&store->pool, &stream->producers);
    for (; (producer = ordered_item(&stream->producers, place)) != NULL;
         ordered_forward(&stream->producers, &place))
        ordered_replace(&stream->producers, place,
                        relocate_producer(store, producer));
}

static void
walk_iids(const struct stream_producer *producer, struct visitor *visitor)
{
    const struct iid *iid;
    uint32_t index = 0;
    while ((iid = table_next(&producer->iids, &index)) != NULL) {
        struct bytes name = iid_name(iid);
        struct item item = { .kind = ITEM_IDEMPOTENT, .id = iid->id };
        item.text = text_of_bytes(name.data, name.size);
        visitor->ops->item(visitor, &item);
    }
}

static void
walk_producers(const struct stream *stream, struct visitor *visitor)
{
    struct ordered_place place = { 0, 0 };
    const struct stream_producer *producer;
    while ((producer = ordered_next(&stream->producers, &place)) != NULL) {
        struct bytes name = producer_name(producer);
        struct item item = { .kind = ITEM_PRODUCER };
        item.text = text_of_bytes(name.data, name.size);
        item.count = producer->iids.count;
        visitor->ops->item(visitor, &item);
        walk_iids(producer, visitor);
    }
}

void
stream_producers_walk(const struct stream *stream, struct visitor *visitor)
{
    struct stream_state state = stream->state;
    set_defaults(&state);
    struct item head = { .kind = ITEM_IDMP };
    struct item totals = { .kind = ITEM_IDMP_TOTALS };
    head.number = state.idmp_duration_s;
    head.count = state.idmp_entries;
    visitor->ops->item(visitor, &head);
    walk_producers(stream, visitor);
    totals.number = (int64_t)state.iids_added;
    totals.count = state.iids_duplicates;
    visitor->ops->item(visitor, &totals);
}
