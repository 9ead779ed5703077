/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One node of a stream: a listpack of entries, the format of which is drawn in
 * rdb/stream-node.c.  Private to the stream-*.c files.
 */
#ifndef KEYWEIGH_KEYSPACE_STREAM_PACK_H
#define KEYWEIGH_KEYSPACE_STREAM_PACK_H

#include "data/visitor.h"
#include "keyspace/pack.h"

/* A node of a dump may have had tombstones, which nobody hands out: their size
 * and how many listpack entries they were is kept, so that the node is as large
 * as it was. */
struct stream_pack {
    struct stream_id master;
    struct pack pack; /* without entries: no master entry either */
    uint32_t lost_size;
    uint32_t lost_count;
};

/* The master entry; all zeros but entries when there is none yet. */
struct stream_head {
    int64_t live;
    int64_t deleted;
    int64_t fields;
    uint32_t names;   /* offset of the first field's name */
    uint32_t entries; /* offset of the first entry */
};

struct stream_entry {
    bool is_deleted;
    bool has_names; /* false: they are the master's */
    struct stream_id id;
    int64_t fields;
    uint32_t texts; /* offset of the first name or value */
    uint32_t next;  /* offset of the entry behind */
};

struct stream_pack *stream_pack_new(struct pool *pool,
                                    struct stream_id master);
void stream_pack_free(struct pool *pool, struct stream_pack *node);
struct stream_pack *stream_pack_copy(struct pool *pool,
                                     const struct stream_pack *node);

static inline uint32_t
stream_pack_end(const struct stream_pack *node)
{
    return pack_end(&node->pack);
}

/* Bytes, and entries of both kinds, lost tombstones included. */
uint64_t stream_pack_size(const struct stream_pack *node);
uint64_t stream_pack_entries(const struct stream_pack *node);

struct stream_head stream_pack_head(const struct stream_pack *node);
struct stream_entry stream_pack_entry(const struct stream_pack *node,
                                      const struct stream_head *head,
                                      uint32_t at);

/* The id of the last entry, tombstone or not; there is one. */
struct stream_id stream_pack_last(const struct stream_pack *node,
                                  const struct stream_head *head);

/* Looks for the live entry of that id; *at is its offset. */
bool stream_pack_find(const struct stream_pack *node,
                      const struct stream_head *head, struct stream_id id,
                      uint32_t *at);

/* Bytes that an entry takes at most, a master entry included. */
uint64_t stream_pack_room(const struct bytes *texts, uint64_t count);

/* Appends an entry, and first the master entry when there is none.  The caller
 * has seen that it fits. */
void stream_pack_put(struct pool *pool, struct stream_pack *node,
                     struct stream_id id, const struct bytes *texts,
                     uint64_t count);

/* Makes a tombstone of the entry at an offset: all offsets stay.  Whoever does
 * counts them in the end, which moves them. */
void stream_pack_delete(struct pool *pool, struct stream_pack *node,
                        uint32_t at);
void stream_pack_count_deleted(struct pool *pool, struct stream_pack *node,
                               const struct stream_head *head,
                               int64_t deleted);

/* Hands out the node and its live entries. */
void stream_pack_walk(const struct stream_pack *node,
                      struct visitor *visitor);

#endif
