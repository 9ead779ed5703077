/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the commands of streams share.  Private to replay-stream*.c.
 */
#ifndef KEYWEIGH_AOF_REPLAY_STREAM_H
#define KEYWEIGH_AOF_REPLAY_STREAM_H

#include "aof/replay-command.h"
#include "keyspace/value-stream.h"

/* A key and a group of it. */
struct replay_group {
    struct value *stream;
    struct stream_group *group; /* NULL: there is none, or no such key */
};

/* REPLAY_ERROR when the key is of another type. */
enum replay_outcome replay_find_group(struct replay *replay,
                                      struct bytes key, struct bytes name,
                                      struct replay_group *found);

/* Whether all of them are ids: to be asked before anything is changed. */
bool replay_are_stream_ids(const struct bytes *argv, size_t count);

/* One of those, which replay_are_stream_ids has seen. */
struct stream_id replay_id_of(struct bytes argument);

/* The id behind that one; false when it is the last of all. */
bool replay_next_id(struct stream_id *id);

/* [KEEPREF|DELREF|ACKED], once. */
bool replay_references(struct bytes argument, bool *given,
                       enum stream_references *references);

/* "IDS n id ..." at argv[*at], which moves behind it. */
struct replay_ids {
    const struct bytes *ids; /* NULL: not met */
    size_t count;
};
bool replay_take_ids(const struct bytes *argv, size_t argc, size_t *at,
                     struct replay_ids *ids);

/* [KEEPREF|DELREF|ACKED] IDS n id ..., to the end. */
bool replay_deletion(const struct bytes *argv, size_t argc,
                     enum stream_references *references,
                     struct replay_ids *ids);

/* Removes an entry unless a group waits for it and it is to stay then. */
void replay_remove_entry(struct replay *replay, struct value *stream,
                         struct stream_id id,
                         enum stream_references references);

/* When a consumer was seen, as far as the log tells: by its latest #TS. */
int64_t replay_seen_ms(const struct replay *replay);

/* The consumer, made when there is none; NULL: no room. */
struct stream_consumer *replay_consumer(struct replay *replay,
                                        struct stream_group *group,
                                        struct bytes name);

replay_command replay_xclaim;
replay_command replay_xautoclaim;
replay_command replay_xnack;
replay_command replay_xreadgroup;

#endif
