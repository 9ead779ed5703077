/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One node of a stream: a listpack of entries, the format of which is drawn in
 * rdb/stream-node.c.  Private to the stream-*.c files.
 */
#ifndef KEYWEIGH_KEYSPACE_STREAM_PACK_H
#define KEYWEIGH_KEYSPACE_STREAM_PACK_H

#include "data/visitor.h"
#include "keyspace/pack.h"
#include "keyspace/value-stream.h"

struct stream_pack {
    struct stream_id master;
    struct pack pack; /* without entries: no master entry either */
};

/* The master entry; all zeros but entries when there is none yet. */
struct stream_head {
    int64_t live;
    int64_t deleted;
    int64_t fields;
    uint32_t names;   /* offset of the first field's name */
    uint32_t entries; /* offset of the first entry */
};

/* An entry, or the tombstone of one. */
struct stream_entry {
    bool is_deleted;
    bool has_names; /* false: they are the master's */
    struct stream_id id;
    int64_t fields;
    uint32_t at;    /* its offset */
    uint32_t texts; /* that of the first name or value */
};

struct stream_pack *stream_pack_new(struct pool *pool,
                                    struct stream_id master);
void stream_pack_free(struct pool *pool, struct stream_pack *node);
struct stream_pack *stream_pack_copy(struct pool *pool,
                                     const struct stream_pack *node);

/* Gives its blocks to pool_move; returns where it is from now on. */
struct stream_pack *stream_pack_relocate(struct pool *pool,
                                         struct stream_pack *node);

struct stream_head stream_pack_head(const struct stream_pack *node);

/* The entry at offset *at, which moves behind it; false when there is none.
 * The first is at head->entries. */
bool stream_pack_next(const struct stream_pack *node,
                      const struct stream_head *head, uint32_t *at,
                      struct stream_entry *entry);

/* The id of the last entry, tombstone or not; there is one. */
struct stream_id stream_pack_last(const struct stream_pack *node,
                                  const struct stream_head *head);

/* Looks for the live entry of that id. */
bool stream_pack_find(const struct stream_pack *node,
                      const struct stream_head *head, struct stream_id id,
                      struct stream_entry *entry);

/* Bytes that an entry takes at most, a master entry included. */
uint64_t stream_pack_room(const struct stream_draft *draft);

/* Appends an entry, and first the master entry when there is none.  The caller
 * has seen that it fits. */
void stream_pack_put(struct pool *pool, struct stream_pack *node,
                     const struct stream_draft *draft);

/* Makes a tombstone of the entry at an offset: all offsets stay.  Whoever does
 * counts them in the end, which moves them. */
void stream_pack_delete(struct pool *pool, struct stream_pack *node,
                        uint32_t at);
void stream_pack_count_deleted(struct pool *pool, struct stream_pack *node,
                               const struct stream_head *head,
                               int64_t deleted);

/* Hands out the node and its entries. */
void stream_pack_walk(const struct stream_pack *node,
                      struct visitor *visitor);

#endif
