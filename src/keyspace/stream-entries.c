/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The entries of a stream in their nodes.  The rules by which a node is full,
 * and what a trim takes of one, are those of Redis 7.2 and 8.6 t_stream.c
 * (streamAppendItem, streamTrim).
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

/* The node that an id belongs to: the last whose master is not above it.
 * False when all are. */
static bool
find_node(const struct stream *stream, struct stream_id id,
          struct ordered_place *place)
{
    *place = ordered_find(&stream->nodes, &id, compare_master);
    const struct stream_pack *node = node_at(stream, *place);
    return (node != NULL && stream_id_compare(node->master, id) == 0) ||
           ordered_back(&stream->nodes, place);
}

static struct stream_pack *
last_node(const struct stream *stream)
{
    if (stream->nodes.count == 0)
        return NULL;
    return node_at(stream,
                   ordered_seek(&stream->nodes, stream->nodes.count - 1));
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

static void
drop_node(struct store *store, struct stream *stream,
          struct ordered_place place)
{
    stream->loaded = NULL;
    stream_pack_free(&store->pool, ordered_remove(&store->pool,
                                                  &stream->nodes, place));
}

/* --- adding --- */

static uint64_t
size_of_texts(const struct bytes *texts, uint64_t count)
{
    uint64_t size = 0;
    for (uint64_t i = 0; i < 2 * count; i++)
        size += texts[i].size;
    return size;
}

/* Whether the entry may be added to a node of that many bytes. */
static bool
allows(struct store *store, uint64_t size, const struct bytes *texts,
       uint64_t count)
{
    uint64_t room = stream_pack_room(texts, count);
    return size + room <= PACK_MOST && pool_allows(&store->pool, room);
}

/* Whether a server would put the entry into that node. */
static bool
takes(const struct store_limits *limits, const struct stream_pack *node,
      const struct bytes *texts, uint64_t count)
{
    uint64_t most = limits->stream_bytes;
    if (most == 0 || most > PACK_MOST)
        most = PACK_MOST;
    if (stream_pack_size(node) + size_of_texts(texts, count) >= most ||
        node->pack.size + stream_pack_room(texts, count) > PACK_MOST)
        return false;
    return limits->stream_entries == 0 ||
           stream_pack_entries(node) < limits->stream_entries;
}

bool
value_stream_add(struct store *store, struct value *value,
                 struct stream_id id, const struct bytes *texts,
                 uint64_t count)
{
    struct stream *stream = stream_in(value);
    struct stream_state *state = &stream->state;
    if (stream_id_compare(id, state->last_id) <= 0 ||
        !allows(store, PACK_EMPTY, texts, count))
        return false;
    struct stream_pack *node = last_node(stream);
    if (node == NULL || !takes(&store->limits, node, texts, count))
        node = add_node(store, stream, id);
    stream_pack_put(&store->pool, node, id, texts, count);
    state->last_id = id;
    if (state->length++ == 0)
        state->first_id = id;
    state->entries_added++;
    return true;
}

/* --- the first entry --- */

static struct stream_id
first_live(const struct stream *stream)
{
    struct ordered_place place = ordered_seek(&stream->nodes, 0);
    const struct stream_pack *node;
    for (; (node = node_at(stream, place)) != NULL;
         ordered_forward(&stream->nodes, &place)) {
        struct stream_head head = stream_pack_head(node);
        uint32_t at = head.entries;
        while (at < stream_pack_end(node)) {
            struct stream_entry entry = stream_pack_entry(node, &head, at);
            if (!entry.is_deleted)
                return entry.id;
            at = entry.next;
        }
    }
    return (struct stream_id){ 0, 0 };
}

static void
set_first(struct stream *stream)
{
    struct stream_id none = { 0, 0 };
    stream->state.first_id =
        stream->state.length == 0 ? none : first_live(stream);
}

/* --- removing --- */

/* The state of a dump may say less than its nodes hold. */
static void
shorten(struct stream *stream, uint64_t by)
{
    uint64_t length = stream->state.length;
    stream->state.length = length > by ? length - by : 0;
}

bool
value_stream_remove(struct store *store, struct value *value,
                    struct stream_id id)
{
    struct stream *stream = stream_in(value);
    struct stream_state *state = &stream->state;
    struct ordered_place place;
    uint32_t at;
    if (!find_node(stream, id, &place))
        return false;
    struct stream_pack *node = node_at(stream, place);
    struct stream_head head = stream_pack_head(node);
    if (!stream_pack_find(node, &head, id, &at))
        return false;
    if (head.live == 1) {
        drop_node(store, stream, place);
    } else {
        stream_pack_delete(&store->pool, node, at);
        stream_pack_count_deleted(&store->pool, node, &head, 1);
    }
    shorten(stream, 1);
    if (stream_id_compare(id, state->max_deleted_id) > 0)
        state->max_deleted_id = id;
    if (state->length == 0 || stream_id_compare(id, state->first_id) == 0)
        set_first(stream);
    return true;
}

bool
value_stream_has(const struct value *value, struct stream_id id)
{
    const struct stream *stream = stream_in(value);
    struct ordered_place place;
    uint32_t at;
    if (!find_node(stream, id, &place))
        return false;
    const struct stream_pack *node = node_at(stream, place);
    struct stream_head head = stream_pack_head(node);
    return stream_pack_find(node, &head, id, &at);
}

/* --- trimming --- */

static bool
is_trimmed(const struct stream *stream, const struct stream_trim *trim,
           struct stream_id id)
{
    return trim->by_id ? stream_id_compare(id, trim->minimum) < 0
                       : stream->state.length > trim->most;
}

/* Whether the whole node may go. */
static bool
covers(const struct stream *stream, const struct stream_trim *trim,
       const struct stream_pack *node, const struct stream_head *head)
{
    if (head->live + head->deleted == 0)
        return true;
    if (trim->by_id)
        return is_trimmed(stream, trim, stream_pack_last(node, head));
    return stream->state.length - (uint64_t)head->live >= trim->most;
}

static bool
may_go(struct store *store, struct value *value,
       const struct stream_trim *trim, struct stream_id id)
{
    if (trim->references == REFERENCES_ACKED)
        return !value_stream_is_referenced(value, id);
    if (trim->references == REFERENCES_DROP)
        value_stream_drop_references(store, value, id);
    return true;
}

/* Makes tombstones from the front of a node on; returns how many. */
static int64_t
trim_inside(struct store *store, struct value *value,
            const struct stream_trim *trim, struct stream_pack *node,
            const struct stream_head *head)
{
    struct stream *stream = stream_in(value);
    uint32_t at = head->entries;
    int64_t deleted = 0;
    while (at < stream_pack_end(node)) {
        struct stream_entry entry = stream_pack_entry(node, head, at);
        if (!is_trimmed(stream, trim, entry.id))
            break;
        if (!entry.is_deleted && may_go(store, value, trim, entry.id)) {
            stream_pack_delete(&store->pool, node, at);
            shorten(stream, 1);
            deleted++;
        }
        at = entry.next;
    }
    return deleted;
}

/* Trims the node at place, or what is there to be trimmed of it, and moves
 * place to the next one.  False when nothing behind it is to be looked at. */
static bool
trim_node(struct store *store, struct value *value,
          const struct stream_trim *trim, struct ordered_place *place)
{
    struct stream *stream = stream_in(value);
    struct stream_pack *node = node_at(stream, *place);
    struct stream_head head = stream_pack_head(node);
    bool keep = trim->references == REFERENCES_KEEP;
    bool whole = covers(stream, trim, node, &head);
    struct stream_id master = node->master;
    if (!whole && keep && trim->approximate)
        return false;
    int64_t deleted = head.live;
    if (whole && keep)
        shorten(stream, (uint64_t)deleted);
    else
        deleted = trim_inside(store, value, trim, node, &head);
    if (whole && deleted == head.live)
        drop_node(store, stream, *place);
    else
        stream_pack_count_deleted(&store->pool, node, &head, deleted);
    *place = ordered_find(&stream->nodes, &master, compare_master);
    node = node_at(stream, *place);
    if (node != NULL && stream_id_compare(node->master, master) == 0)
        ordered_forward(&stream->nodes, place);
    return whole;
}

uint64_t
value_stream_trim(struct store *store, struct value *value,
                  const struct stream_trim *trim)
{
    struct stream *stream = stream_in(value);
    struct stream_state *state = &stream->state;
    uint64_t length = state->length;
    struct ordered_place place = ordered_seek(&stream->nodes, 0);
    while (node_at(stream, place) != NULL &&
           (trim->by_id || state->length > trim->most))
        if (!trim_node(store, value, trim, &place))
            break;
    if (state->length != length || length == 0)
        set_first(stream);
    return length - state->length;
}

/* --- reading in order --- */

void
value_stream_seek(struct value_stream_cursor *cursor,
                  const struct value *value, struct stream_id id)
{
    const struct stream *stream = stream_in(value);
    *cursor = (struct value_stream_cursor){ .value = value };
    if (!find_node(stream, id, &cursor->node))
        return;
    const struct stream_pack *node = node_at(stream, cursor->node);
    struct stream_head head = stream_pack_head(node);
    cursor->offset = head.entries;
    while (cursor->offset < stream_pack_end(node)) {
        struct stream_entry entry =
            stream_pack_entry(node, &head, cursor->offset);
        if (stream_id_compare(entry.id, id) >= 0)
            break;
        cursor->offset = entry.next;
    }
}

/* Within the cursor's node. */
static bool
next_in(struct value_stream_cursor *cursor, const struct stream_pack *node,
        struct stream_id *id)
{
    struct stream_head head = stream_pack_head(node);
    if (cursor->offset == 0)
        cursor->offset = head.entries;
    while (cursor->offset < stream_pack_end(node)) {
        struct stream_entry entry =
            stream_pack_entry(node, &head, cursor->offset);
        cursor->offset = entry.next;
        if (!entry.is_deleted) {
            *id = entry.id;
            return true;
        }
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
    bool found = false;
    uint32_t at = head.entries;
    while (at < stream_pack_end(node)) {
        struct stream_entry entry = stream_pack_entry(node, &head, at);
        at = entry.next;
        if (!entry.is_deleted) {
            *id = entry.id;
            found = true;
        }
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
    stream->loaded = NULL;
    if (find_node(stream, master, &place) &&
        stream_id_compare(node_at(stream, place)->master, master) == 0)
        return;
    stream->loaded = add_node(store, stream, master);
}

void
value_stream_load_size(struct value *value, uint64_t size, uint64_t count)
{
    struct stream_pack *node = stream_in(value)->loaded;
    if (node == NULL || size > PACK_MOST)
        return;
    node->lost_size = size > node->pack.size
                          ? (uint32_t)size - node->pack.size
                          : 0;
    node->lost_count = count > node->pack.count && count < UINT32_MAX
                           ? (uint32_t)count - node->pack.count
                           : 0;
}

bool
value_stream_load_entry(struct store *store, struct value *value,
                        struct stream_id id, const struct bytes *texts,
                        uint64_t count)
{
    struct stream_pack *node = stream_in(value)->loaded;
    if (node == NULL || !allows(store, node->pack.size, texts, count))
        return false;
    uint64_t size = stream_pack_size(node);
    uint64_t pieces = (uint64_t)node->pack.count + node->lost_count;
    stream_pack_put(&store->pool, node, id, texts, count);
    value_stream_load_size(value, size, pieces);
    return true;
}

/* --- the whole --- */

void
stream_entries_fini(struct store *store, struct stream *stream)
{
    struct ordered_place place = ordered_seek(&stream->nodes, 0);
    struct stream_pack *node;
    for (; (node = node_at(stream, place)) != NULL;
         ordered_forward(&stream->nodes, &place))
        stream_pack_free(&store->pool, node);
    ordered_fini(&store->pool, &stream->nodes);
}

uint64_t
stream_entries_room(const struct stream *stream)
{
    struct ordered_place place = ordered_seek(&stream->nodes, 0);
    const struct stream_pack *node;
    uint64_t room = 0;
    for (; (node = node_at(stream, place)) != NULL;
         ordered_forward(&stream->nodes, &place))
        room += sizeof(*node) + node->pack.size;
    return room;
}

void
stream_entries_copy(struct store *store, struct stream *copy,
                    const struct stream *stream)
{
    struct ordered_place place = ordered_seek(&stream->nodes, 0);
    const struct stream_pack *node;
    for (; (node = node_at(stream, place)) != NULL;
         ordered_forward(&stream->nodes, &place))
        ordered_insert(&store->pool, &copy->nodes,
                       ordered_seek(&copy->nodes, copy->nodes.count),
                       stream_pack_copy(&store->pool, node));
}

void
stream_entries_walk(const struct stream *stream, struct visitor *visitor)
{
    struct ordered_place place = ordered_seek(&stream->nodes, 0);
    const struct stream_pack *node;
    visitor->ops->count(visitor, stream->nodes.count);
    for (; (node = node_at(stream, place)) != NULL;
         ordered_forward(&stream->nodes, &place))
        stream_pack_walk(node, visitor);
}
