/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A consumer group of a stream: its consumers, and what is pending for them.
 *
 * Operations that find no consumer or pending entry return NULL or false and
 * change nothing.  Pointers to consumers are valid until one is removed, those
 * to pending entries until one is added or removed.
 */
#ifndef KEYWEIGH_KEYSPACE_STREAM_GROUP_H
#define KEYWEIGH_KEYSPACE_STREAM_GROUP_H

#include "base/bytes.h"
#include "data/item.h"
#include "keyspace/store.h"

/* Entries that a group has read, when that is not known. */
#define STREAM_READ_UNKNOWN INT64_C(-1)

struct stream_group;
struct stream_consumer;

struct stream_pending {
    struct stream_id id;
    int64_t delivered_ms;
    uint64_t deliveries;
    struct stream_consumer *consumer; /* NULL: owned by none (XNACK) */
};

static inline int
stream_id_compare(struct stream_id a, struct stream_id b)
{
    if (a.ms != b.ms)
        return a.ms < b.ms ? -1 : 1;
    return (a.seq > b.seq) - (a.seq < b.seq);
}

/* What XGROUP SETID, XCLAIM LASTID and XREADGROUP set. */
void stream_group_set(struct stream_group *group, struct stream_id last_id,
                      int64_t entries_read);
struct stream_id stream_group_last_id(const struct stream_group *group);
int64_t stream_group_entries_read(const struct stream_group *group);

struct stream_consumer *stream_group_consumer(const struct stream_group *group,
                                              struct bytes name);
struct stream_consumer *stream_group_add_consumer(struct store *store,
                                                  struct stream_group *group,
                                                  struct bytes name,
                                                  int64_t seen_ms);

/* With all that is pending for it; *pending is how much that was. */
bool stream_group_remove_consumer(struct store *store,
                                  struct stream_group *group,
                                  struct bytes name, uint64_t *pending);

/* active_ms -1: never. */
void stream_consumer_set_times(struct stream_consumer *consumer,
                               int64_t seen_ms, int64_t active_ms);

/* --- pending entries --- */

struct stream_pending *stream_group_pending(const struct stream_group *group,
                                            struct stream_id id);

/* The first whose id is not below; NULL behind the last. */
struct stream_pending *stream_group_next_pending(
    const struct stream_group *group, struct stream_id id);

/* The one of that id, made when there is none.  NULL: no room. */
struct stream_pending *stream_group_add_pending(struct store *store,
                                                struct stream_group *group,
                                                struct stream_id id);
bool stream_group_remove_pending(struct store *store,
                                 struct stream_group *group,
                                 struct stream_id id);

/* Gives a pending entry to a consumer of its group, or to none. */
void stream_pending_assign(struct stream_pending *pending,
                           struct stream_consumer *consumer);

#endif
