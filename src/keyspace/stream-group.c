/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is pending is kept once, in the order of its ids; a consumer only knows
 * how much of it is its own.  Whoever needs a consumer's part walks all of it.
 */
#include "keyspace/stream-parts.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "keyspace/name.h"

struct stream_consumer {
    int64_t seen_ms;
    int64_t active_ms;
    uint64_t pending;
    union {
        uint64_t place; /* of its pending ids, during a walk */
        struct stream_consumer *moved; /* the other one, while it moves */
    };
    unsigned char name[];
};

struct stream_group {
    struct stream_id last_id;
    int64_t entries_read;
    struct ordered consumers; /* by name */
    struct ordered pending;   /* struct stream_pending, by id */
    unsigned char name[];
};

/* --- consumers --- */

static struct bytes
consumer_name(const struct stream_consumer *consumer)
{
    return name_get(consumer->name);
}

static int
compare_consumer(const void *item, const void *key)
{
    const struct bytes *name = key;
    return bytes_compare(consumer_name(item), *name);
}

static size_t
consumer_size(struct bytes name)
{
    return sizeof(struct stream_consumer) + name_room(name.size);
}

static void
free_consumer(struct store *store, struct stream_consumer *consumer)
{
    pool_free(&store->pool, consumer, consumer_size(consumer_name(consumer)));
}

/* The consumer, or NULL and where it would stand. */
static struct stream_consumer *
find_consumer(const struct stream_group *group, struct bytes name,
              struct ordered_place *place)
{
    *place = ordered_find(&group->consumers, &name, compare_consumer);
    struct stream_consumer *consumer =
        ordered_item(&group->consumers, *place);
    bool found =
        consumer != NULL && bytes_equal(consumer_name(consumer), name);
    return found ? consumer : NULL;
}

struct stream_consumer *
stream_group_consumer(const struct stream_group *group, struct bytes name)
{
    struct ordered_place place;
    return find_consumer(group, name, &place);
}

struct stream_consumer *
stream_group_add_consumer(struct store *store, struct stream_group *group,
                          struct bytes name, int64_t seen_ms)
{
    struct ordered_place place;
    if (find_consumer(group, name, &place) != NULL ||
        name.size > VALUE_TEXT_MOST ||
        !pool_allows(&store->pool, consumer_size(name)))
        return NULL;
    struct stream_consumer *consumer =
        pool_alloc(&store->pool, consumer_size(name));
    *consumer =
        (struct stream_consumer){ .seen_ms = seen_ms, .active_ms = -1 };
    name_put(consumer->name, name);
    ordered_insert(&store->pool, &group->consumers, place, consumer);
    return consumer;
}

void
stream_consumer_set_times(struct stream_consumer *consumer, int64_t seen_ms,
                          int64_t active_ms)
{
    consumer->seen_ms = seen_ms;
    consumer->active_ms = active_ms;
}

/* --- pending entries --- */

static int
compare_pending(const void *item, const void *key)
{
    const struct stream_pending *pending = item;
    const struct stream_id *id = key;
    return stream_id_compare(pending->id, *id);
}

/* The entry, or NULL and where it would stand. */
static struct stream_pending *
find_pending(const struct stream_group *group, struct stream_id id,
             struct ordered_place *place)
{
    *place = ordered_find(&group->pending, &id, compare_pending);
    struct stream_pending *pending = ordered_item(&group->pending, *place);
    bool found =
        pending != NULL && stream_id_compare(pending->id, id) == 0;
    return found ? pending : NULL;
}

struct stream_pending *
stream_group_pending(const struct stream_group *group, struct stream_id id)
{
    struct ordered_place place;
    return find_pending(group, id, &place);
}

struct stream_pending *
stream_group_next_pending(const struct stream_group *group,
                          struct stream_id id)
{
    return ordered_item(&group->pending,
                        ordered_find(&group->pending, &id, compare_pending));
}

struct stream_pending *
stream_group_add_pending(struct store *store, struct stream_group *group,
                         struct stream_id id)
{
    struct ordered_place place;
    struct stream_pending *pending = find_pending(group, id, &place);
    if (pending != NULL)
        return pending;
    if (!pool_allows(&store->pool, sizeof(*pending)))
        return NULL;
    pending = pool_alloc(&store->pool, sizeof(*pending));
    *pending = (struct stream_pending){ .id = id };
    ordered_insert(&store->pool, &group->pending, place, pending);
    return pending;
}

static void
remove_at(struct store *store, struct stream_group *group,
          struct ordered_place place)
{
    struct stream_pending *pending =
        ordered_remove(&store->pool, &group->pending, place);
    stream_pending_assign(pending, NULL);
    pool_free(&store->pool, pending, sizeof(*pending));
}

bool
stream_group_remove_pending(struct store *store, struct stream_group *group,
                            struct stream_id id)
{
    struct ordered_place place;
    if (find_pending(group, id, &place) == NULL)
        return false;
    remove_at(store, group, place);
    return true;
}

void
stream_pending_assign(struct stream_pending *pending,
                      struct stream_consumer *consumer)
{
    if (pending->consumer != NULL)
        pending->consumer->pending--;
    if (consumer != NULL)
        consumer->pending++;
    pending->consumer = consumer;
}

/* Removes all that is a consumer's. */
static void
remove_pending_of(struct store *store, struct stream_group *group,
                  const struct stream_consumer *consumer)
{
    struct ordered_place place = { 0, 0 };
    while (consumer->pending > 0) {
        const struct stream_pending *pending =
            ordered_item(&group->pending, place);
        struct stream_id id = pending->id;
        if (pending->consumer == consumer) {
            remove_at(store, group, place);
            place = ordered_find(&group->pending, &id, compare_pending);
        } else {
            ordered_forward(&group->pending, &place);
        }
    }
}

bool
stream_group_remove_consumer(struct store *store, struct stream_group *group,
                             struct bytes name, uint64_t *pending)
{
    struct ordered_place place;
    struct stream_consumer *consumer = find_consumer(group, name, &place);
    if (consumer == NULL)
        return false;
    *pending = consumer->pending;
    remove_pending_of(store, group, consumer);
    ordered_remove(&store->pool, &group->consumers, place);
    free_consumer(store, consumer);
    return true;
}

/* --- the group --- */

struct bytes
stream_group_name(const struct stream_group *group)
{
    return name_get(group->name);
}

void
stream_group_set(struct stream_group *group, struct stream_id last_id,
                 int64_t entries_read)
{
    group->last_id = last_id;
    group->entries_read = entries_read;
}

struct stream_id
stream_group_last_id(const struct stream_group *group)
{
    return group->last_id;
}

int64_t
stream_group_entries_read(const struct stream_group *group)
{
    return group->entries_read;
}

static size_t
group_size(struct bytes name)
{
    return sizeof(struct stream_group) + name_room(name.size);
}

struct stream_group *
stream_group_new(struct store *store, struct bytes name,
                 struct stream_id last_id, int64_t entries_read)
{
    if (name.size > VALUE_TEXT_MOST ||
        !pool_allows(&store->pool, group_size(name)))
        return NULL;
    struct stream_group *group = pool_alloc(&store->pool, group_size(name));
    *group = (struct stream_group){ .last_id = last_id,
                                    .entries_read = entries_read };
    name_put(group->name, name);
    return group;
}

void
stream_group_free(struct store *store, struct stream_group *group)
{
    struct pool *pool = &store->pool;
    struct ordered_place at = { 0, 0 };
    void *item;
    while ((item = ordered_next(&group->pending, &at)) != NULL)
        pool_free(pool, item, sizeof(struct stream_pending));
    ordered_fini(pool, &group->pending);
    at = (struct ordered_place){ 0, 0 };
    while ((item = ordered_next(&group->consumers, &at)) != NULL)
        free_consumer(store, item);
    ordered_fini(pool, &group->consumers);
    pool_free(pool, group, group_size(stream_group_name(group)));
}

uint64_t
stream_group_room(const struct stream_group *group)
{
    struct ordered_place at = { 0, 0 };
    uint64_t room = group_size(stream_group_name(group)) +
                    group->pending.count * sizeof(struct stream_pending);
    const struct stream_consumer *consumer;
    while ((consumer = ordered_next(&group->consumers, &at)) != NULL)
        room += consumer_size(consumer_name(consumer));
    return room;
}

static void
copy_consumers(struct store *store, struct stream_group *copy,
               const struct stream_group *group)
{
    struct ordered_place at = { 0, 0 };
    const struct stream_consumer *consumer;
    while ((consumer = ordered_next(&group->consumers, &at)) != NULL) {
        size_t size = consumer_size(consumer_name(consumer));
        struct stream_consumer *twin = pool_alloc(&store->pool, size);
        memcpy(twin, consumer, size);
        twin->pending = 0;
        ordered_append(&store->pool, &copy->consumers, twin);
    }
}

static void
copy_pending(struct store *store, struct stream_group *copy,
             const struct stream_group *group)
{
    struct ordered_place at = { 0, 0 };
    const struct stream_pending *pending;
    while ((pending = ordered_next(&group->pending, &at)) != NULL) {
        struct stream_pending *twin =
            pool_alloc(&store->pool, sizeof(*twin));
        *twin = *pending;
        twin->consumer = NULL;
        if (pending->consumer != NULL)
            stream_pending_assign(
                twin, stream_group_consumer(
                          copy, consumer_name(pending->consumer)));
        ordered_append(&store->pool, &copy->pending, twin);
    }
}

struct stream_group *
stream_group_copy(struct store *store, const struct stream_group *group)
{
    size_t size = group_size(stream_group_name(group));
    struct stream_group *copy = pool_alloc(&store->pool, size);
    memcpy(copy, group, size);
    copy->consumers = (struct ordered){ .blocks = NULL };
    copy->pending = (struct ordered){ .blocks = NULL };
    copy_consumers(store, copy, group);
    copy_pending(store, copy, group);
    return copy;
}

/* --- relocating --- */

static size_t
size_of_consumer(const void *consumer)
{
    return consumer_size(consumer_name(consumer));
}

static size_t
size_of_pending(const void *pending)
{
    (void)pending;
    return sizeof(struct stream_pending);
}

/* The old one stays until nothing points to it. */
static struct stream_consumer *
move_consumer(struct pool *pool, struct stream_consumer *old)
{
    size_t size = size_of_consumer(old);
    old->moved = old;
    if (!pool_moves(pool, old, size))
        return old;
    struct stream_consumer *consumer = pool_alloc(pool, size);
    memcpy(consumer, old, size);
    old->moved = consumer;
    return consumer;
}

static void
relocate_consumers(struct store *store, struct stream_group *group)
{
    struct pool *pool = &store->pool;
    struct ordered_place at = { 0, 0 };
    struct stream_consumer *consumer;
    struct stream_pending *pending;
    ordered_relocate(pool, &group->consumers);
    for (; (consumer = ordered_item(&group->consumers, at)) != NULL;
         ordered_forward(&group->consumers, &at))
        ordered_replace(&group->consumers, at, move_consumer(pool, consumer));
    at = (struct ordered_place){ 0, 0 };
    while ((pending = ordered_next(&group->pending, &at)) != NULL)
        if (pending->consumer != NULL)
            pending->consumer = pending->consumer->moved;
    at = (struct ordered_place){ 0, 0 };
    while ((consumer = ordered_next(&group->consumers, &at)) != NULL)
        if (consumer->moved != consumer)
            free_consumer(store, consumer->moved);
}

struct stream_group *
stream_group_relocate(struct store *store, struct stream_group *group)
{
    size_t size = group_size(stream_group_name(group));
    group = pool_move(&store->pool, group, size);
    relocate_consumers(store, group);
    ordered_relocate_items(&store->pool, &group->pending, size_of_pending);
    return group;
}

/* --- walking --- */

static uint64_t
owned(const struct stream_group *group)
{
    struct ordered_place at = { 0, 0 };
    const struct stream_consumer *consumer;
    uint64_t count = 0;
    while ((consumer = ordered_next(&group->consumers, &at)) != NULL)
        count += consumer->pending;
    return count;
}

bool
stream_group_has_nacks(const struct stream_group *group)
{
    return owned(group) < group->pending.count;
}

static void
walk_pending(const struct stream_group *group, struct visitor *visitor)
{
    struct ordered_place at = { 0, 0 };
    const struct stream_pending *pending;
    while ((pending = ordered_next(&group->pending, &at)) != NULL) {
        struct item item = { .kind = ITEM_PENDING, .id = pending->id };
        item.expire_ms = pending->delivered_ms;
        item.number = (int64_t)pending->deliveries;
        visitor->ops->item(visitor, &item);
    }
}

static void
walk_ids(enum item_kind kind, const struct stream_id *ids, uint64_t count,
         struct visitor *visitor)
{
    for (uint64_t i = 0; i < count; i++) {
        struct item item = { .kind = kind, .id = ids[i] };
        visitor->ops->item(visitor, &item);
    }
}

/* The pending ids by their consumers, in the consumers' order, those of none
 * last; to be freed. */
static struct stream_id *
ids_by_consumer(const struct stream_group *group)
{
    struct stream_id *ids =
        xreallocarray(NULL, group->pending.count + 1, sizeof(*ids));
    struct ordered_place at = { 0, 0 };
    struct stream_consumer *consumer;
    uint64_t place = 0;
    while ((consumer = ordered_next(&group->consumers, &at)) != NULL) {
        consumer->place = place;
        place += consumer->pending;
    }
    const struct stream_pending *pending;
    at = (struct ordered_place){ 0, 0 };
    while ((pending = ordered_next(&group->pending, &at)) != NULL)
        ids[pending->consumer != NULL ? pending->consumer->place++
                                      : place++] = pending->id;
    return ids;
}

static void
walk_consumer(const struct stream_consumer *consumer,
              const struct stream_id *ids, struct visitor *visitor)
{
    struct bytes name = consumer_name(consumer);
    struct item item = {
        .kind = ITEM_CONSUMER,
        .text = text_of_bytes(name.data, name.size),
        .seen_ms = consumer->seen_ms,
        .active_ms = consumer->active_ms,
        .count = consumer->pending,
    };
    visitor->ops->item(visitor, &item);
    walk_ids(ITEM_CONSUMER_PENDING, ids, consumer->pending, visitor);
}

static void
walk_consumers(const struct stream_group *group, bool with_nacks,
               struct visitor *visitor)
{
    struct stream_id *ids = ids_by_consumer(group);
    struct ordered_place at = { 0, 0 };
    const struct stream_consumer *consumer;
    uint64_t place = 0;
    while ((consumer = ordered_next(&group->consumers, &at)) != NULL) {
        walk_consumer(consumer, ids + place, visitor);
        place += consumer->pending;
    }
    if (with_nacks)
        walk_ids(ITEM_NACK, ids + place, group->pending.count - place,
                 visitor);
    free(ids);
}

void
stream_group_walk(const struct stream_group *group, bool with_nacks,
                  struct visitor *visitor)
{
    struct bytes name = stream_group_name(group);
    struct item item = {
        .kind = ITEM_GROUP,
        .text = text_of_bytes(name.data, name.size),
        .id = group->last_id,
        .number = group->entries_read,
        .count = group->pending.count,
    };
    visitor->ops->item(visitor, &item);
    walk_pending(group, visitor);
    walk_consumers(group, with_nacks, visitor);
}
