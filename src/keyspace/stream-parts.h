/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a stream is made of inside; private to value-stream.c and the
 * stream-*.c files.  value-stream.h draws the whole.  What relocates gives all
 * blocks to pool_move.
 */
#ifndef KEYWEIGH_KEYSPACE_STREAM_PARTS_H
#define KEYWEIGH_KEYSPACE_STREAM_PARTS_H

#include "keyspace/ordered.h"
#include "keyspace/stream-pack.h"
#include "keyspace/value-stream.h"

struct stream {
    struct stream_state state;
    struct ordered nodes;     /* struct stream_pack, by master */
    struct ordered groups;    /* struct stream_group, by name */
    struct ordered producers; /* struct stream_producer, by name */
    struct stream_pack *loaded; /* the one that load_node began last */
};

static inline struct stream *
stream_in(const struct value *value)
{
    return value->object;
}

/* --- stream-entries.c --- */

void stream_entries_fini(struct store *store, struct stream *stream);
void stream_entries_copy(struct store *store, struct stream *copy,
                         const struct stream *stream);
void stream_entries_relocate(struct store *store, struct stream *stream);
void stream_entries_walk(const struct stream *stream,
                         struct visitor *visitor);

/* For whoever took entries away: what the state says of them. */
void stream_entries_shorten(struct stream *stream, uint64_t by);
void stream_entries_find_first(struct stream *stream);

void stream_entries_drop_node(struct store *store, struct stream *stream,
                              struct ordered_place place);

/* Bytes that a copy takes. */
uint64_t stream_entries_room(const struct stream *stream);

/* --- stream-group.c --- */

struct bytes stream_group_name(const struct stream_group *group);
struct stream_group *stream_group_new(struct store *store, struct bytes name,
                                      struct stream_id last_id,
                                      int64_t entries_read);
void stream_group_free(struct store *store, struct stream_group *group);
struct stream_group *stream_group_copy(struct store *store,
                                       const struct stream_group *group);
struct stream_group *stream_group_relocate(struct store *store,
                                           struct stream_group *group);
uint64_t stream_group_room(const struct stream_group *group);

/* Whether something is pending that no consumer owns. */
bool stream_group_has_nacks(const struct stream_group *group);

void stream_group_walk(const struct stream_group *group, bool with_nacks,
                       struct visitor *visitor);

/* --- stream-producers.c --- */

void stream_producers_copy(struct store *store, struct stream *copy,
                           const struct stream *stream);
void stream_producers_relocate(struct store *store, struct stream *stream);
uint64_t stream_producers_room(const struct stream *stream);
void stream_producers_walk(const struct stream *stream,
                           struct visitor *visitor);

#endif
