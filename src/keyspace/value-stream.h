/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Streams: entries in listpacks of the very bytes that a server has (master
 * entry, deltas, tombstones), so that node sizes and ids are its own; groups
 * with what is pending; idempotent producers.
 *
 *     stream -> nodes:      [master id, listpack] ...        ascending
 *            -> groups:     [name, last id, read] ...        by name
 *                 -> pending:   [id, time, count, consumer]  ascending
 *                 -> consumers: [name, seen, active] ...     by name
 *            -> producers:  [name] ...                       by name
 *                 -> iids:      [iid, id] ...                as they came
 *
 * Operations that find no group or entry return NULL or false and change
 * nothing.  Pointers to groups are valid until one is added or removed.
 */
#ifndef KEYWEIGH_KEYSPACE_VALUE_STREAM_H
#define KEYWEIGH_KEYSPACE_VALUE_STREAM_H

#include "keyspace/ordered.h"
#include "keyspace/stream-group.h"
#include "keyspace/value.h"

/* What a stream says of itself; the caller may set all but the length. */
struct stream_state {
    uint64_t length;
    struct stream_id last_id;
    struct stream_id first_id; /* 0-0 when it is empty */
    struct stream_id max_deleted_id;
    uint64_t entries_added;
    int64_t idmp_duration_s; /* 0: never set */
    uint64_t idmp_entries;
    uint64_t iids_added;
    uint64_t iids_duplicates;
};

struct stream_state *value_stream_state(const struct value *value);

/* --- entries --- */

/* An entry to be kept. */
struct stream_draft {
    struct stream_id id;
    bool is_deleted;           /* it is a tombstone (of a dump) */
    const struct bytes *texts; /* field, value, field ... */
    uint64_t fields;
};

/* Appends a live entry, the id of which is above last_id, or the entry is
 * refused, as it is when it is too long.  Sets last_id, length, first_id and
 * entries_added. */
bool value_stream_add(struct store *store, struct value *value,
                      const struct stream_draft *draft);

/* Makes a tombstone of an entry, or drops its node with the last one.  Sets
 * first_id, length and max_deleted_id.  References of groups stay. */
bool value_stream_remove(struct store *store, struct value *value,
                         struct stream_id id);
bool value_stream_has(const struct value *value, struct stream_id id);

/* The last entry; false when there is none. */
bool value_stream_newest(const struct value *value, struct stream_id *id);

/* What becomes of an entry's place in the groups when it is to go. */
enum stream_references {
    REFERENCES_KEEP,
    REFERENCES_DROP,  /* DELREF: it goes from all groups, too */
    REFERENCES_ACKED, /* ACKED: it stays as long as a group waits for it */
};

/* Trims until at most `most` entries are left, or none is below minimum;
 * returns how many went.  Approximate trims that keep references drop only
 * whole nodes; others do not mind, as in the servers.  first_id and length
 * follow, max_deleted_id does not. */
struct stream_trim {
    bool by_id;
    bool approximate;
    uint64_t most;
    struct stream_id minimum;
    enum stream_references references;
};
uint64_t value_stream_trim(struct store *store, struct value *value,
                           const struct stream_trim *trim);

/* A place among the entries, valid until the next change. */
struct value_stream_cursor {
    const struct value *value;
    struct ordered_place node;
    uint32_t offset; /* in the node; 0 before its first entry */
};

/* So that next gives the first entry whose id is not below. */
void value_stream_seek(struct value_stream_cursor *cursor,
                       const struct value *value, struct stream_id id);
bool value_stream_next(struct value_stream_cursor *cursor,
                       struct stream_id *id);

/* --- groups --- */

struct stream_group *value_stream_group(const struct value *value,
                                        struct bytes name);

/* NULL when there is one of that name, or no room. */
struct stream_group *value_stream_add_group(struct store *store,
                                            struct value *value,
                                            struct bytes name,
                                            struct stream_id last_id,
                                            int64_t entries_read);
bool value_stream_remove_group(struct store *store, struct value *value,
                               struct bytes name);

/* Whether any group still waits for an id, or has not come to it
 * (REFERENCES_ACKED). */
bool value_stream_is_referenced(const struct value *value,
                                struct stream_id id);

/* Drops an id from every group (REFERENCES_DROP). */
void value_stream_drop_references(struct store *store, struct value *value,
                                  struct stream_id id);

/* --- idempotent producers --- */

/* The entry that a producer made with that iid; false when there is none. */
bool value_stream_find_iid(const struct store *store,
                           const struct value *value, struct bytes producer,
                           struct bytes iid, struct stream_id *id);

/* Records one that is not there, and counts it in iids_added; the oldest of the
 * producer goes when it has more than idmp_entries.  Settings that were never
 * set become the servers' defaults. */
bool value_stream_add_iid(struct store *store, struct value *value,
                          struct bytes producer, struct bytes iid,
                          struct stream_id id);

/* Forgets all producers (XCFGSET). */
void value_stream_clear_iids(struct store *store, struct value *value);

/* --- loading a dump: nodes keep their bounds; in the order of the dump --- */

/* A new node begins, of that master id; its entries, tombstones among them,
 * follow by load_entry, whatever the limits say, without touching the
 * state. */
void value_stream_load_node(struct store *store, struct value *value,
                            struct stream_id master);

/* False: too long, or no room. */
bool value_stream_load_entry(struct store *store, struct value *value,
                             const struct stream_draft *draft);

#endif
