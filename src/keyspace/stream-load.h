/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Makes a stream of the items of a walk.  Private to keyspace-load.c.
 */
#ifndef KEYWEIGH_KEYSPACE_STREAM_LOAD_H
#define KEYWEIGH_KEYSPACE_STREAM_LOAD_H

#include "base/buffer.h"
#include "keyspace/value-stream.h"

/* A zeroed struct is ready. */
struct stream_load {
    bool has_entry;
    struct stream_draft entry; /* the one at hand; its texts are not there, */
    struct buffer bytes;       /* but here, one behind the other, */
    struct buffer sizes;       /* and how long each is here, a size_t */
    struct stream_group *group;
    struct stream_consumer *consumer;
    struct buffer producer;
    bool refused;          /* something could not be kept */
};

/* Bytes of room that a load keeps for the next texts. */
enum { LOAD_ROOM_KEPT = 1024 * 1024 };

void stream_load_fini(struct stream_load *load);

/* A value begins. */
void stream_load_begin(struct stream_load *load);

void stream_load_node(struct stream_load *load, struct store *store,
                      struct value *value, const struct node *node);

/* Bytes that the entry at hand holds beside the store. */
uint64_t stream_load_held(const struct stream_load *load);

/* One item, whose texts are these. */
void stream_load_item(struct stream_load *load, struct store *store,
                      struct value *value, const struct item *item,
                      struct bytes text, struct bytes second);

#endif
