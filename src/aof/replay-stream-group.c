/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Commands on consumer groups.  Sources: Redis 7.2 and 8.6 t_stream.c.
 *
 * When a consumer was last seen or active is the loading server's own time, no
 * log says it: here it is the time of the command as far as that is known.
 */
#include "aof/replay-stream.h"

static const struct stream_id id_none = { 0, 0 };

/* --- what they share --- */

enum replay_outcome
replay_find_group(struct replay *replay, struct bytes key, struct bytes name,
                  struct replay_group *found)
{
    struct entry *entry;
    enum replay_outcome outcome =
        replay_find(replay, key, TYPE_STREAM, &entry);
    *found = (struct replay_group){ .stream = NULL };
    if (outcome != REPLAY_DONE || entry == NULL)
        return outcome;
    found->stream = &entry->value;
    found->group = value_stream_group(&entry->value, name);
    return REPLAY_DONE;
}

int64_t
replay_seen_ms(const struct replay *replay)
{
    int64_t time_ms = replay_facts(replay)->time_ms;
    return time_ms >= 0 ? time_ms : 0;
}

struct stream_consumer *
replay_consumer(struct replay *replay, struct stream_group *group,
                struct bytes name)
{
    struct stream_consumer *consumer = stream_group_consumer(group, name);
    if (consumer == NULL)
        consumer = stream_group_add_consumer(replay_store(replay), group, name,
                                             replay_seen_ms(replay));
    return consumer;
}

/* --- XGROUP --- */

struct group_options {
    bool makes_stream;
    int64_t entries_read;
};

/* [MKSTREAM] [ENTRIESREAD n], and no more arguments than that. */
static bool
read_options(const struct bytes *argv, size_t argc, bool is_create,
             struct group_options *options)
{
    if (argc > (is_create ? 3 : 2))
        return false;
    *options =
        (struct group_options){ .entries_read = STREAM_READ_UNKNOWN };
    for (size_t at = 0; at < argc; at++) {
        if (is_create && replay_is(argv[at], "MKSTREAM"))
            options->makes_stream = true;
        else if (!replay_is(argv[at], "ENTRIESREAD") || ++at == argc ||
                 !replay_integer(argv[at], &options->entries_read) ||
                 options->entries_read < STREAM_READ_UNKNOWN)
            return false;
    }
    return true;
}

/* An id, or "$": the last one of a stream, which may be NULL. */
static bool
read_last_id(struct bytes argument, const struct value *stream,
             bool allows_ends, struct stream_id *id)
{
    if (argument.size != 1 || argument.data[0] != '$')
        return replay_stream_id(argument, 0, allows_ends, id);
    *id = stream != NULL ? value_stream_state(stream)->last_id : id_none;
    return true;
}

/* Redis 8.6 cuts it to what the stream ever had. */
static int64_t
cut_entries_read(const struct replay *replay, const struct value *stream,
                 int64_t entries_read)
{
    if (!replay_is_since(replay, AOF_VERSION(8, 6, 0), AOF_NEVER))
        return entries_read;
    uint64_t added = value_stream_state(stream)->entries_added;
    bool more = entries_read > 0 && (uint64_t)entries_read > added;
    return more ? (int64_t)added : entries_read;
}

/* XGROUP CREATE key group id|$ [MKSTREAM] [ENTRIESREAD n] */
static enum replay_outcome
xgroup_create(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct group_options options;
    struct replay_group found;
    struct stream_id id;
    struct entry *entry;
    if (!read_options(argv + 5, argc - 5, true, &options) ||
        replay_find_group(replay, argv[2], argv[3], &found) != REPLAY_DONE ||
        (found.stream == NULL && !options.makes_stream) ||
        found.group != NULL || !read_last_id(argv[4], found.stream, false, &id))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find_or_add(replay, argv[2], TYPE_STREAM, &entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    int64_t read =
        cut_entries_read(replay, &entry->value, options.entries_read);
    return replay_kept(value_stream_add_group(replay_store(replay),
                                              &entry->value, argv[3], id,
                                              read) != NULL);
}

/* XGROUP SETID key group id|$ [ENTRIESREAD n] */
static enum replay_outcome
xgroup_setid(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct group_options options;
    struct replay_group found;
    struct stream_id id;
    if (!read_options(argv + 5, argc - 5, false, &options) ||
        replay_find_group(replay, argv[2], argv[3], &found) != REPLAY_DONE ||
        found.group == NULL ||
        !read_last_id(argv[4], found.stream, true, &id))
        return REPLAY_ERROR;
    stream_group_set(found.group, id,
                     cut_entries_read(replay, found.stream,
                                      options.entries_read));
    return REPLAY_DONE;
}

static enum replay_outcome
xgroup_destroy(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct replay_group found;
    if (argc > 4 ||
        replay_find_group(replay, argv[2], argv[3], &found) != REPLAY_DONE ||
        found.stream == NULL)
        return REPLAY_ERROR;
    (void)value_stream_remove_group(replay_store(replay), found.stream,
                                    argv[3]);
    return REPLAY_DONE;
}

static enum replay_outcome
xgroup_createconsumer(struct replay *replay, const struct bytes *argv,
                      size_t argc)
{
    struct replay_group found;
    if (argc > 5 ||
        replay_find_group(replay, argv[2], argv[3], &found) != REPLAY_DONE ||
        found.group == NULL)
        return REPLAY_ERROR;
    return replay_kept(replay_consumer(replay, found.group, argv[4]) != NULL);
}

static enum replay_outcome
xgroup_delconsumer(struct replay *replay, const struct bytes *argv,
                   size_t argc)
{
    struct replay_group found;
    uint64_t pending;
    if (argc > 5 ||
        replay_find_group(replay, argv[2], argv[3], &found) != REPLAY_DONE ||
        found.group == NULL)
        return REPLAY_ERROR;
    (void)stream_group_remove_consumer(replay_store(replay), found.group,
                                       argv[4], &pending);
    return REPLAY_DONE;
}

/* --- XACK, XACKDEL --- */

static enum replay_outcome
xack(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct replay_group found;
    enum replay_outcome outcome =
        replay_find_group(replay, argv[1], argv[2], &found);
    if (outcome != REPLAY_DONE || found.group == NULL)
        return outcome;
    if (!replay_are_stream_ids(argv + 3, argc - 3))
        return REPLAY_ERROR;
    for (size_t i = 3; i < argc; i++)
        (void)stream_group_remove_pending(replay_store(replay), found.group,
                                          replay_id_of(argv[i]));
    return REPLAY_DONE;
}

/* XACKDEL key group [KEEPREF|DELREF|ACKED] IDS n id ...: an entry that was
 * pending in the group goes. */
static enum replay_outcome
xackdel(struct replay *replay, const struct bytes *argv, size_t argc)
{
    enum stream_references references;
    struct replay_group found;
    struct replay_ids ids;
    if (replay_find_group(replay, argv[1], argv[2], &found) != REPLAY_DONE ||
        !replay_deletion(argv + 3, argc - 3, &references, &ids))
        return REPLAY_ERROR;
    for (size_t i = 0; found.group != NULL && i < ids.count; i++) {
        struct stream_id id = replay_id_of(ids.ids[i]);
        if (stream_group_remove_pending(replay_store(replay), found.group,
                                        id))
            replay_remove_entry(replay, found.stream, id, references);
    }
    return REPLAY_DONE;
}

const struct replay_row replay_stream_group[] = {
    { "XACK", xack },
    { "XACKDEL", xackdel },
    { "XAUTOCLAIM", replay_xautoclaim },
    { "XCLAIM", replay_xclaim },
    { "XGROUP|CREATE", xgroup_create },
    { "XGROUP|CREATECONSUMER", xgroup_createconsumer },
    { "XGROUP|DELCONSUMER", xgroup_delconsumer },
    { "XGROUP|DESTROY", xgroup_destroy },
    { "XGROUP|SETID", xgroup_setid },
    { "XNACK", replay_xnack },
    { "XREADGROUP", replay_xreadgroup },
    { NULL, NULL },
};
