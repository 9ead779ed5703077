/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Trimming from the front: whole nodes go, of the last one what is too much
 * becomes tombstones.  Source: Redis 7.2 and 8.6 t_stream.c (streamTrim).
 */
#include "keyspace/stream-parts.h"

static bool
is_trimmed(const struct stream *stream, const struct stream_trim *trim,
           struct stream_id id)
{
    return trim->by_id ? stream_id_compare(id, trim->minimum) < 0
                       : stream->state.length > trim->most;
}

/* Whether nothing of the node is to stay.  A tombstone behind the minimum
 * keeps it, as its id counts. */
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
    struct stream_entry entry;
    uint32_t at = head->entries;
    int64_t deleted = 0;
    while (stream_pack_next(node, head, &at, &entry) &&
           is_trimmed(stream, trim, entry.id)) {
        if (entry.is_deleted || !may_go(store, value, trim, entry.id))
            continue;
        stream_pack_delete(&store->pool, node, entry.at);
        stream_entries_shorten(stream, 1);
        deleted++;
    }
    return deleted;
}

/* Trims the node behind as many as *kept, which counts it when it stays.
 * False when nothing behind it is to be looked at. */
static bool
trim_node(struct store *store, struct value *value,
          const struct stream_trim *trim, uint64_t *kept)
{
    struct stream *stream = stream_in(value);
    struct ordered_place place = ordered_seek(&stream->nodes, *kept);
    struct stream_pack *node = ordered_item(&stream->nodes, place);
    struct stream_head head = stream_pack_head(node);
    bool whole = covers(stream, trim, node, &head);
    bool by_entry = !whole || trim->references != REFERENCES_KEEP;
    int64_t deleted = head.live;
    if (!whole && trim->approximate && trim->references == REFERENCES_KEEP)
        return false;
    if (by_entry)
        deleted = trim_inside(store, value, trim, node, &head);
    else
        stream_entries_shorten(stream, (uint64_t)deleted);
    if (whole && deleted == head.live) {
        stream_entries_drop_node(store, stream, place);
    } else {
        stream_pack_count_deleted(&store->pool, node, &head, deleted);
        ++*kept;
    }
    return whole;
}

uint64_t
value_stream_trim(struct store *store, struct value *value,
                  const struct stream_trim *trim)
{
    struct stream *stream = stream_in(value);
    struct stream_state *state = &stream->state;
    uint64_t length = state->length;
    uint64_t kept = 0;
    bool goes_on = true;
    while (goes_on && kept < stream->nodes.count &&
           (trim->by_id || state->length > trim->most))
        goes_on = trim_node(store, value, trim, &kept);
    if (state->length != length || length == 0)
        stream_entries_find_first(stream);
    return length - state->length;
}
