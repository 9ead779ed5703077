/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A stream as a whole, and its groups.  What it consists of is in the
 * stream-*.c files.
 */
#include "keyspace/stream-parts.h"

/* What a dump of it has to be at least; consumers have had the time at which
 * they were active since Redis 7.2. */
enum {
    TYPE_BYTE_ACTIVE = 21,
    TYPE_BYTE_IDMP = 26,
    TYPE_BYTE_NACKS = 27,
};

struct stream_state *
value_stream_state(const struct value *value)
{
    return &stream_in(value)->state;
}

/* --- groups --- */

static int
compare_group(const void *item, const void *key)
{
    const struct bytes *name = key;
    return bytes_compare(stream_group_name(item), *name);
}

/* The group, or NULL and where it would stand. */
static struct stream_group *
find_group(const struct stream *stream, struct bytes name,
           struct ordered_place *place)
{
    *place = ordered_find(&stream->groups, &name, compare_group);
    struct stream_group *group = ordered_item(&stream->groups, *place);
    bool found = group != NULL && bytes_equal(stream_group_name(group), name);
    return found ? group : NULL;
}

struct stream_group *
value_stream_group(const struct value *value, struct bytes name)
{
    struct ordered_place place;
    return find_group(stream_in(value), name, &place);
}

struct stream_group *
value_stream_add_group(struct store *store, struct value *value,
                       struct bytes name, struct stream_id last_id,
                       int64_t entries_read)
{
    struct stream *stream = stream_in(value);
    struct ordered_place place;
    if (find_group(stream, name, &place) != NULL)
        return NULL;
    struct stream_group *group =
        stream_group_new(store, name, last_id, entries_read);
    if (group != NULL)
        ordered_insert(&store->pool, &stream->groups, place, group);
    return group;
}

bool
value_stream_remove_group(struct store *store, struct value *value,
                          struct bytes name)
{
    struct stream *stream = stream_in(value);
    struct ordered_place place;
    struct stream_group *group = find_group(stream, name, &place);
    if (group == NULL)
        return false;
    ordered_remove(&store->pool, &stream->groups, place);
    stream_group_free(store, group);
    return true;
}

bool
value_stream_is_referenced(const struct value *value, struct stream_id id)
{
    const struct stream *stream = stream_in(value);
    struct ordered_place place = { 0, 0 };
    const struct stream_group *group;
    while ((group = ordered_next(&stream->groups, &place)) != NULL)
        if (stream_id_compare(stream_group_last_id(group), id) < 0 ||
            stream_group_pending(group, id) != NULL)
            return true;
    return false;
}

void
value_stream_drop_references(struct store *store, struct value *value,
                             struct stream_id id)
{
    const struct stream *stream = stream_in(value);
    struct ordered_place place = { 0, 0 };
    struct stream_group *group;
    while ((group = ordered_next(&stream->groups, &place)) != NULL)
        stream_group_remove_pending(store, group, id);
}

/* --- what all values have --- */

static struct stream *
stream_new(struct store *store)
{
    struct stream *stream = pool_alloc(&store->pool, sizeof(*stream));
    *stream = (struct stream){ .loaded = NULL };
    return stream;
}

static void
stream_init(struct store *store, struct value *value)
{
    struct stream *stream = stream_new(store);
    stream->state.idmp_duration_s = store->limits.idmp_duration_s;
    stream->state.idmp_entries = store->limits.idmp_entries;
    value->object = stream;
}

static void
stream_fini(struct store *store, struct value *value)
{
    struct stream *stream = stream_in(value);
    struct ordered_place place = { 0, 0 };
    struct stream_group *group;
    while ((group = ordered_next(&stream->groups, &place)) != NULL)
        stream_group_free(store, group);
    ordered_fini(&store->pool, &stream->groups);
    stream_entries_fini(store, stream);
    value_stream_clear_iids(store, value);
    pool_free(&store->pool, stream, sizeof(*stream));
}

/* Bytes that a copy takes. */
static uint64_t
room_of(const struct stream *stream)
{
    struct ordered_place place = { 0, 0 };
    const struct stream_group *group;
    uint64_t room = sizeof(*stream) + stream_entries_room(stream) +
                    stream_producers_room(stream);
    while ((group = ordered_next(&stream->groups, &place)) != NULL)
        room += stream_group_room(group);
    return room;
}

static bool
stream_copy(struct store *store, struct value *copy,
            const struct value *value)
{
    const struct stream *stream = stream_in(value);
    if (!pool_allows(&store->pool, room_of(stream)))
        return false;
    struct stream *twin = stream_new(store);
    struct ordered_place place = { 0, 0 };
    const struct stream_group *group;
    twin->state = stream->state;
    while ((group = ordered_next(&stream->groups, &place)) != NULL)
        ordered_append(&store->pool, &twin->groups,
                       stream_group_copy(store, group));
    stream_entries_copy(store, twin, stream);
    stream_producers_copy(store, twin, stream);
    copy->object = twin;
    return true;
}

static void
relocate_groups(struct store *store, struct stream *stream)
{
    struct ordered_place place = { 0, 0 };
    struct stream_group *group;
    ordered_relocate(&store->pool, &stream->groups);
    for (; (group = ordered_item(&stream->groups, place)) != NULL;
         ordered_forward(&stream->groups, &place))
        ordered_replace(&stream->groups, place,
                        stream_group_relocate(store, group));
}

static void
stream_relocate(struct store *store, struct value *value)
{
    struct stream *stream =
        pool_move(&store->pool, value->object, sizeof(*stream));
    value->object = stream;
    stream_entries_relocate(store, stream);
    relocate_groups(store, stream);
    stream_producers_relocate(store, stream);
}

/* Servers keep streams without entries. */
static bool
stream_is_empty(const struct value *value)
{
    (void)value;
    return false;
}

static bool
has_nacks(const struct stream *stream)
{
    struct ordered_place place = { 0, 0 };
    const struct stream_group *group;
    while ((group = ordered_next(&stream->groups, &place)) != NULL)
        if (stream_group_has_nacks(group))
            return true;
    return false;
}

static unsigned char
stream_type_byte(const struct value *value)
{
    const struct stream *stream = stream_in(value);
    if (has_nacks(stream))
        return TYPE_BYTE_NACKS;
    return stream->state.idmp_duration_s != 0 ? TYPE_BYTE_IDMP
                                              : TYPE_BYTE_ACTIVE;
}

static struct stream_totals
totals_of(const struct stream *stream)
{
    const struct stream_state *state = &stream->state;
    return (struct stream_totals){
        .length = state->length,
        .last_id = state->last_id,
        .first_id = state->first_id,
        .max_deleted_id = state->max_deleted_id,
        .entries_added = state->entries_added,
        .groups = stream->groups.count,
        .listpacks = stream->nodes.count,
    };
}

static void
stream_walk(struct store *store, const struct value *value,
            struct visitor *visitor)
{
    const struct stream *stream = stream_in(value);
    struct stream_totals totals = totals_of(stream);
    struct item item = { .kind = ITEM_STREAM, .stream = &totals };
    unsigned char type_byte = stream_type_byte(value);
    struct ordered_place place = { 0, 0 };
    const struct stream_group *group;
    (void)store;
    stream_entries_walk(stream, visitor);
    visitor->ops->item(visitor, &item);
    while ((group = ordered_next(&stream->groups, &place)) != NULL)
        stream_group_walk(group, type_byte >= TYPE_BYTE_NACKS, visitor);
    if (type_byte >= TYPE_BYTE_IDMP)
        stream_producers_walk(stream, visitor);
}

const struct value_ops value_stream = {
    .init = stream_init,
    .fini = stream_fini,
    .copy = stream_copy,
    .relocate = stream_relocate,
    .is_empty = stream_is_empty,
    .type_byte = stream_type_byte,
    .walk = stream_walk,
};
