/* SPDX-License-Identifier: BSD-3-Clause
 *
 * XREADGROUP, which no server writes: it writes what a read changed.  A log of
 * another writer may have it.  Source: Redis 7.2 and 8.6 t_stream.c
 * (xreadCommand, streamReplyWithRange, streamReplyWithRangeFromConsumerPEL).
 */
#include "aof/replay-stream.h"

static const struct stream_id id_none = { 0, 0 };

struct read {
    struct bytes group;
    struct bytes consumer;
    uint64_t count; /* 0: all */
    bool no_ack;
    bool claims; /* CLAIM min-idle */
    bool needs_time;
    bool counts_from_last; /* see counter_goes_on */
    int64_t now_ms;
    const struct bytes *keys;
    size_t streams; /* so many keys, and behind them ids */
};

/* An option at argv[*at], which moves behind it. */
static bool
take_option(const struct bytes *argv, size_t argc, size_t *at,
            struct read *read)
{
    int64_t number;
    struct bytes word = argv[(*at)++];
    size_t left = argc - *at;
    if (replay_is(word, "NOACK"))
        return read->no_ack = true;
    if (replay_is(word, "GROUP") && left >= 2) {
        read->group = argv[(*at)++];
        read->consumer = argv[(*at)++];
        return true;
    }
    if (left < 1 || !replay_integer(argv[(*at)++], &number))
        return false;
    if (replay_is(word, "COUNT")) {
        read->count = number > 0 ? (uint64_t)number : 0;
        return true;
    }
    if (replay_is(word, "BLOCK"))
        return number >= 0;
    return read->claims = replay_is(word, "CLAIM");
}

static bool
read_arguments(const struct bytes *argv, size_t argc, struct read *read)
{
    size_t at = 1;
    while (at < argc && !replay_is(argv[at], "STREAMS"))
        if (!take_option(argv, argc, &at, read))
            return false;
    if (at == argc || (argc - at - 1) % 2 != 0)
        return false;
    read->keys = argv + at + 1;
    read->streams = (argc - at - 1) / 2;
    return read->group.data != NULL && read->streams > 0;
}

static bool
is_new(struct bytes argument)
{
    return argument.size == 1 && argument.data[0] == '>';
}

/* Every group has to be there, and every id to be one, before any is read. */
static bool
are_readable(struct replay *replay, struct read *read)
{
    read->needs_time = !read->no_ack;
    struct replay_group found;
    struct stream_id id;
    for (size_t i = 0; i < read->streams; i++) {
        struct bytes argument = read->keys[read->streams + i];
        if (replay_find_group(replay, read->keys[i], read->group, &found) !=
                REPLAY_DONE ||
            found.group == NULL ||
            (!is_new(argument) &&
             !replay_stream_id(argument, 0, false, &id)))
            return false;
        read->needs_time |= !is_new(argument);
    }
    return true;
}

/* --- the group's count of what it has read --- */

/* Whether something was deleted at or behind an id. */
static bool
has_gap_behind(const struct stream_state *state, struct stream_id id)
{
    return state->length > 0 &&
           stream_id_compare(state->max_deleted_id, id_none) != 0 &&
           stream_id_compare(id, state->max_deleted_id) <= 0;
}

/* Which entry of all that the stream ever had the one of that id was; unknown
 * where deletions have left gaps (streamEstimateDistanceFromFirstEverEntry). */
static int64_t
estimate(const struct stream_state *state, struct stream_id id,
         const struct read *read)
{
    int order = stream_id_compare(id, state->first_id);
    uint64_t before = state->entries_added - state->length;
    if (read->counts_from_last &&
        stream_id_compare(id, state->max_deleted_id) < 0)
        return STREAM_READ_UNKNOWN;
    if (stream_id_compare(id, state->last_id) == 0)
        return (int64_t)state->entries_added;
    bool gap = stream_id_compare(state->max_deleted_id, id_none) != 0 &&
               stream_id_compare(state->max_deleted_id, state->first_id) >= 0;
    if (gap || order > 0)
        return STREAM_READ_UNKNOWN;
    return (int64_t)(order < 0 ? before : before + 1);
}

/* Whether one more has been read with the entry of that id: as servers since
 * Redis 8.0 and Valkey 8.1 look at it, when nothing is missing behind the last
 * that the group was given; before, behind that entry. */
static bool
counter_goes_on(const struct stream_group *group,
                const struct stream_state *state, struct stream_id id,
                const struct read *read)
{
    struct stream_id last = stream_group_last_id(group);
    if (read->counts_from_last)
        return stream_id_compare(last, state->first_id) >= 0 &&
               !has_gap_behind(state, last);
    return stream_id_compare(state->first_id, state->max_deleted_id) > 0 ||
           !has_gap_behind(state, id);
}

static int64_t
read_after(const struct stream_group *group, const struct stream_state *state,
           struct stream_id id, const struct read *read)
{
    int64_t count = stream_group_entries_read(group);
    if (count != STREAM_READ_UNKNOWN &&
        counter_goes_on(group, state, id, read))
        return count + 1;
    return state->entries_added > 0 ? estimate(state, id, read) : count;
}

/* --- reading --- */

static bool
deliver(struct replay *replay, const struct replay_group *found,
        struct stream_consumer *consumer, struct stream_id id,
        int64_t now_ms)
{
    struct stream_pending *pending =
        stream_group_add_pending(replay_store(replay), found->group, id);
    if (pending == NULL)
        return false;
    stream_pending_assign(pending, consumer);
    pending->delivered_ms = now_ms;
    pending->deliveries = 1;
    stream_consumer_set_times(consumer, now_ms, now_ms);
    return true;
}

/* The entries behind the last that the group was given. */
static enum replay_outcome
read_new(struct replay *replay, const struct replay_group *found,
         struct stream_consumer *consumer, const struct read *read)
{
    struct stream_group *group = found->group;
    struct stream_state *state = value_stream_state(found->stream);
    struct value_stream_cursor cursor;
    struct stream_id id;
    uint64_t count = 0;
    bool kept = true;
    value_stream_seek(&cursor, found->stream, stream_group_last_id(group));
    while (kept && (read->count == 0 || count < read->count) &&
           value_stream_next(&cursor, &id)) {
        if (stream_id_compare(id, stream_group_last_id(group)) <= 0)
            continue;
        stream_group_set(group, id, read_after(group, state, id, read));
        if (!read->no_ack)
            kept = deliver(replay, found, consumer, id, read->now_ms);
        count++;
    }
    return replay_kept(kept);
}

/* What the consumer has pending behind an id is delivered once more; of an
 * entry that is gone it is only told. */
static void
read_pending(const struct replay_group *found,
             const struct stream_consumer *consumer, struct stream_id after,
             const struct read *read)
{
    struct stream_pending *pending;
    uint64_t left = read->count > 0 ? read->count : UINT64_MAX;
    while (left > 0 && replay_next_id(&after) &&
           (pending = stream_group_next_pending(found->group, after)) !=
               NULL) {
        after = pending->id;
        if (pending->consumer != consumer)
            continue;
        left--;
        if (value_stream_has(found->stream, pending->id)) {
            pending->delivered_ms = read->now_ms;
            pending->deliveries++;
        }
    }
}

/* Up to Redis 7.0 only what there is to be read makes a consumer. */
static bool
makes_consumer(const struct replay *replay, const struct replay_group *found)
{
    const uint32_t always = AOF_VERSION(7, 2, 0);
    struct stream_id newest;
    return replay_is_since(replay, always, always) ||
           (value_stream_newest(found->stream, &newest) &&
            stream_id_compare(newest, stream_group_last_id(found->group)) > 0);
}

static enum replay_outcome
read_stream(struct replay *replay, struct bytes key, struct bytes id,
            const struct read *read)
{
    struct replay_group found;
    (void)replay_find_group(replay, key, read->group, &found);
    if (is_new(id) && !makes_consumer(replay, &found))
        return REPLAY_DONE;
    struct stream_consumer *consumer =
        replay_consumer(replay, found.group, read->consumer);
    if (consumer == NULL)
        return REPLAY_UNKNOWN;
    if (is_new(id))
        return read_new(replay, &found, consumer, read);
    read_pending(&found, consumer, replay_id_of(id), read);
    return REPLAY_DONE;
}

enum replay_outcome
replay_xreadgroup(struct replay *replay, const struct bytes *argv,
                  size_t argc)
{
    struct read read = { .count = 0 };
    enum replay_outcome outcome = REPLAY_DONE;
    if (!read_arguments(argv, argc, &read) || !are_readable(replay, &read))
        return REPLAY_ERROR;
    read.counts_from_last = replay_is_since(replay, AOF_VERSION(8, 0, 0),
                                            AOF_VERSION(8, 1, 0));
    if (read.claims || (read.needs_time && !replay_now(replay, &read.now_ms)))
        return REPLAY_UNKNOWN;
    for (size_t i = 0; i < read.streams && outcome == REPLAY_DONE; i++)
        outcome = read_stream(replay, read.keys[i],
                              read.keys[read.streams + i], &read);
    return outcome;
}
