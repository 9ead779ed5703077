/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The entries of a stream in their nodes.  What is done to them, and when a
 * node is full, is as in Redis 5.0 to 8.6 and Valkey 9.1 t_stream.c
 * (streamAppendItem, streamIteratorRemoveEntry).
 */
#include "keyspace/stream-parts.h"

/* --- finding a node --- */

static int
compare_master(const void *item, const void *key)
{
    const struct stream_pack *node = item;
    const struct stream_id *id = key;
    return stream_id_compare(node->master, *id);
}

static struct stream_pack *
node_at(const struct stream *stream, struct ordered_place place)
{
    return ordered_item(&stream->nodes, place);
}

/* The node that an id belongs to, the last whose master is not above it, and
 * its place; NULL when all are. */
static struct stream_pack *
find_node(const struct stream *stream, struct stream_id id,
          struct ordered_place *place)
{
    *place = ordered_find(&stream->nodes, &id, compare_master);
    struct stream_pack *node = node_at(stream, *place);
    if (node != NULL && stream_id_compare(node->master, id) == 0)
        return node;
    return ordered_back(&stream->nodes, place) ? node_at(stream, *place)
                                               : NULL;
}

static struct stream_pack *
last_node(const struct stream *stream)
{
    struct ordered_place place =
        ordered_seek(&stream->nodes, stream->nodes.count);
    return ordered_back(&stream->nodes, &place) ? node_at(stream, place)
                                                : NULL;
}

static struct stream_pack *
add_node(struct store *store, struct stream *stream, struct stream_id master)
{
    struct stream_pack *node = stream_pack_new(&store->pool, master);
    ordered_insert(&store->pool, &stream->nodes,
                   ordered_find(&stream->nodes, &master, compare_master),
                   node);
    return node;
}

/* --- adding --- */

static uint64_t
size_of_texts(const struct stream_draft *draft)
{
    uint64_t size = 0;
    for (uint64_t i = 0; i < 2 * draft->fields; i++)
        size += draft->texts[i].size;
    return size;
}

/* Whether the entry may be added to a node of that many bytes. */
static bool
allows(struct store *store, uint64_t size, const struct stream_draft *draft)
{
    uint64_t room = stream_pack_room(draft);
    return size + room <= PACK_MOST && pool_allows(&store->pool, room);
}

static bool
has_bytes_left(const struct store_limits *limits,
               const struct stream_pack *node,
               const struct stream_draft *draft)
{
    const struct stream_rules *rules = &limits->stream_rules;
    uint64_t size = node->pack.size;
    uint64_t most = limits->settings.stream.bytes;
    if (most > PACK_MOST || (most == 0 && !rules->ignores_deleted))
        most = PACK_MOST;
    if (!rules->ignores_new)
        size += size_of_texts(draft);
    return size < most + rules->allows_one_more &&
           node->pack.size + stream_pack_room(draft) <= PACK_MOST;
}

static bool
has_entries_left(const struct store_limits *limits,
                 const struct stream_pack *node)
{
    const struct stream_rules *rules = &limits->stream_rules;
    struct stream_head head = stream_pack_head(node);
    int64_t entries = head.live;
    if (!rules->ignores_deleted)
        entries += head.deleted;
    uint64_t most = limits->settings.stream.entries;
    return most == 0 || (uint64_t)entries < most + rules->allows_one_more;
}

bool
value_stream_add(struct store *store, struct value *value,
                 const struct stream_draft *draft)
{
    const struct store_limits *limits = &store->limits;
    struct stream *stream = stream_in(value);
    struct stream_state *state = &stream->state;
    if (stream_id_compare(draft->id, state->last_id) <= 0 ||
        !allows(store, PACK_EMPTY, draft))
        return false;
    struct stream_pack *node = last_node(stream);
    if (node == NULL || !has_bytes_left(limits, node, draft) ||
        !has_entries_left(limits, node))
        node = add_node(store, stream, draft->id);
    stream_pack_put(&store->pool, node, draft);
    state->last_id = draft->id;
    if (state->length++ == 0)
        state->first_id = draft->id;
    state->entries_added++;
    return true;
}

/* --- removing --- */

static struct stream_id
first_live(const struct stream *stream)
{
    struct ordered_place place = { 0, 0 };
    const struct stream_pack *node;
    while ((node = ordered_next(&stream->nodes, &place)) != NULL) {
        struct stream_head head = stream_pack_head(node);
        struct stream_entry entry;
        uint32_t at = head.entries;
        while (stream_pack_next(node, &head, &at, &entry))
            if (!entry.is_deleted)
                return entry.id;
    }
    return (struct stream_id){ 0, 0 };
}

void
stream_entries_find_first(struct stream *stream)
{
    struct stream_id none = { 0, 0 };
    stream->state.first_id =
        stream->state.length == 0 ? none : first_live(stream);
}

/* The state of a dump may say less than its nodes hold. */
void
stream_entries_shorten(struct stream *stream, uint64_t by)
{
    uint64_t length = stream->state.length;
    stream->state.length = length > by ? length - by : 0;
}

void
stream_entries_drop_node(struct store *store, struct stream *stream,
                         struct ordered_place place)
{
    stream->loaded = NULL;
    stream_pack_free(&store->pool, ordered_remove(&store->pool,
                                                  &stream->nodes, place));
}

bool
value_stream_remove(struct store *store, struct value *value,
                    struct stream_id id)
{
    struct stream *stream = stream_in(value);
    struct stream_state *state = &stream->state;
    struct ordered_place place;
    struct stream_entry entry;
    struct stream_pack *node = find_node(stream, id, &place);
    if (node == NULL)
        return false;
    struct stream_head head = stream_pack_head(node);
    if (!stream_pack_find(node, &head, id, &entry))
        return false;
    if (head.live == 1) {
        stream_entries_drop_node(store, stream, place);
    } else {
        stream_pack_delete(&store->pool, node, entry.at);
        stream_pack_count_deleted(&store->pool, node, &head, 1);
    }
    stream_entries_shorten(stream, 1);
    if (stream_id_compare(id, state->max_deleted_id) > 0)
        state->max_deleted_id = id;
    if (state->length == 0 || stream_id_compare(id, state->first_id) == 0)
        stream_entries_find_first(stream);
    return true;
}

/* --- reading --- */

bool
value_stream_has(const struct value *value, struct stream_id id)
{
    struct ordered_place place;
    struct stream_entry entry;
    const struct stream_pack *node = find_node(stream_in(value), id, &place);
    if (node == NULL)
        return false;
    struct stream_head head = stream_pack_head(node);
    return stream_pack_find(node, &head, id, &entry);
}

void
value_stream_seek(struct value_stream_cursor *cursor,
                  const struct value *value, struct stream_id id)
{
    *cursor = (struct value_stream_cursor){ .value = value };
    const struct stream_pack *node =
        find_node(stream_in(value), id, &cursor->node);
    if (node == NULL)
        return;
    struct stream_head head = stream_pack_head(node);
    struct stream_entry entry;
    uint32_t at = head.entries;
    cursor->offset = at;
    while (stream_pack_next(node, &head, &at, &entry) &&
           stream_id_compare(entry.id, id) < 0)
        cursor->offset = at;
}

/* Within the cursor's node. */
static bool
next_in(struct value_stream_cursor *cursor, const struct stream_pack *node,
        struct stream_id *id)
{
    struct stream_head head = stream_pack_head(node);
    struct stream_entry entry;
    if (cursor->offset == 0)
        cursor->offset = head.entries;
    while (stream_pack_next(node, &head, &cursor->offset, &entry))
        if (!entry.is_deleted) {
            *id = entry.id;
            return true;
        }
    return false;
}

bool
value_stream_next(struct value_stream_cursor *cursor, struct stream_id *id)
{
    const struct stream *stream = stream_in(cursor->value);
    const struct stream_pack *node;
    while ((node = node_at(stream, cursor->node)) != NULL) {
        if (next_in(cursor, node, id))
            return true;
        ordered_forward(&stream->nodes, &cursor->node);
        cursor->offset = 0;
    }
    return false;
}

/* The last live entry of a node. */
static bool
newest_in(const struct stream_pack *node, struct stream_id *id)
{
    struct stream_head head = stream_pack_head(node);
    struct stream_entry entry;
    uint32_t at = head.entries;
    bool found = false;
    while (stream_pack_next(node, &head, &at, &entry))
        if (!entry.is_deleted) {
            *id = entry.id;
            found = true;
        }
    return found;
}

bool
value_stream_newest(const struct value *value, struct stream_id *id)
{
    const struct stream *stream = stream_in(value);
    struct ordered_place place =
        ordered_seek(&stream->nodes, stream->nodes.count);
    while (ordered_back(&stream->nodes, &place))
        if (newest_in(node_at(stream, place), id))
            return true;
    return false;
}

/* --- loading --- */

void
value_stream_load_node(struct store *store, struct value *value,
                       struct stream_id master)
{
    struct stream *stream = stream_in(value);
    struct ordered_place place;
    const struct stream_pack *node = find_node(stream, master, &place);
    bool known = node != NULL && stream_id_compare(node->master, master) == 0;
    stream->loaded = known ? NULL : add_node(store, stream, master);
}

bool
value_stream_load_entry(struct store *store, struct value *value,
                        const struct stream_draft *draft)
{
    struct stream_pack *node = stream_in(value)->loaded;
    if (node == NULL || !allows(store, node->pack.size, draft))
        return false;
    stream_pack_put(&store->pool, node, draft);
    return true;
}

/* --- the whole --- */

void
stream_entries_fini(struct store *store, struct stream *stream)
{
    struct ordered_place place = { 0, 0 };
    struct stream_pack *node;
    while ((node = ordered_next(&stream->nodes, &place)) != NULL)
        stream_pack_free(&store->pool, node);
    ordered_fini(&store->pool, &stream->nodes);
}

uint64_t
stream_entries_room(const struct stream *stream)
{
    struct ordered_place place = { 0, 0 };
    const struct stream_pack *node;
    uint64_t room = 0;
    while ((node = ordered_next(&stream->nodes, &place)) != NULL)
        room += sizeof(*node) + node->pack.size;
    return room;
}

void
stream_entries_copy(struct store *store, struct stream *copy,
                    const struct stream *stream)
{
    struct ordered_place place = { 0, 0 };
    const struct stream_pack *node;
    while ((node = ordered_next(&stream->nodes, &place)) != NULL)
        ordered_append(&store->pool, &copy->nodes,
                       stream_pack_copy(&store->pool, node));
}

void
stream_entries_relocate(struct store *store, struct stream *stream)
{
    struct ordered_place place = { 0, 0 };
    struct stream_pack *node;
    stream->loaded = NULL;
    ordered_relocate(&store->pool, &stream->nodes);
    for (; (node = ordered_item(&stream->nodes, place)) != NULL;
         ordered_forward(&stream->nodes, &place))
        ordered_replace(&stream->nodes, place,
                        stream_pack_relocate(&store->pool, node));
}

void
stream_entries_walk(const struct stream *stream, struct visitor *visitor)
{
    struct ordered_place place = { 0, 0 };
    const struct stream_pack *node;
    visitor->ops->count(visitor, stream->nodes.count);
    while ((node = ordered_next(&stream->nodes, &place)) != NULL)
        stream_pack_walk(node, visitor);
}
