/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Pending entries change hands.  Sources: Redis 7.2 and 8.6 t_stream.c
 * (xclaimCommand, xautoclaimCommand); of XNACK, its documentation of 8.8.
 *
 * Servers write XCLAIM with TIME, RETRYCOUNT, FORCE, JUSTID and LASTID for
 * whatever claimed or delivered an entry.  The other forms depend on a clock:
 * they are replayed when the log tells the time.
 */
#include "aof/replay-stream.h"

/* How entries are claimed. */
struct claim {
    struct stream_consumer *consumer; /* or NULL until something is claimed */
    struct bytes name;                /* of the consumer */
    int64_t min_idle_ms;
    int64_t delivered_ms;
    int64_t deliveries; /* below 0: not given */
    bool just_id;
    bool force;
};

/* Whether the server that wrote it claimed an entry that is deleted, as those
 * before Redis 7.0 do.  Later ones drop what is pending of it, and then write
 * that it is claimed by the consumer that has it. */
static bool
claims_deleted(const struct replay *replay, const struct claim *claim,
               const struct stream_pending *pending)
{
    const uint32_t since = AOF_VERSION(7, 0, 0);
    bool by_server = claim->force && claim->just_id &&
                     claim->deliveries >= 0 && claim->min_idle_ms <= 0;
    return !replay_is_since(replay, since, since) && by_server &&
           pending->consumer != NULL;
}

/* The consumer, made when there is none; false for want of room. */
static bool
find_claimant(struct replay *replay, struct stream_group *group,
              struct claim *claim)
{
    claim->consumer = replay_consumer(replay, group, claim->name);
    return claim->consumer != NULL;
}

/* Before anything is claimed.  Who claims nothing is made a consumer, too,
 * since Redis 7.2. */
static bool
begin_claim(struct replay *replay, struct stream_group *group,
            struct claim *claim)
{
    const uint32_t since = AOF_VERSION(7, 2, 0);
    if (replay_is_since(replay, since, since))
        return find_claimant(replay, group, claim);
    claim->consumer = stream_group_consumer(group, claim->name);
    return true;
}

static bool
assign(struct replay *replay, struct stream_group *group, struct claim *claim,
       struct stream_pending *pending)
{
    if (!find_claimant(replay, group, claim))
        return false;
    stream_pending_assign(pending, claim->consumer);
    pending->delivered_ms = claim->delivered_ms;
    if (claim->deliveries >= 0)
        pending->deliveries = (uint64_t)claim->deliveries;
    else if (!claim->just_id)
        pending->deliveries++;
    stream_consumer_set_times(claim->consumer, claim->delivered_ms,
                              claim->delivered_ms);
    return true;
}

/* Whether it was delivered so long ago: a dump may hold any time, even one
 * that is further away than fits. */
static bool
is_idle(const struct stream_pending *pending, int64_t now_ms,
        int64_t min_idle_ms)
{
    int64_t idle_ms;
    return __builtin_sub_overflow(now_ms, pending->delivered_ms, &idle_ms) ||
           idle_ms >= min_idle_ms;
}

/* One entry that is pending in the group. */
static bool
claim_pending(struct replay *replay, const struct replay_group *found,
              struct claim *claim, struct stream_pending *pending,
              int64_t now_ms)
{
    if (!value_stream_has(found->stream, pending->id) &&
        !claims_deleted(replay, claim, pending))
        (void)stream_group_remove_pending(replay_store(replay), found->group,
                                          pending->id);
    else if (claim->min_idle_ms <= 0 ||
             is_idle(pending, now_ms, claim->min_idle_ms))
        return assign(replay, found->group, claim, pending);
    return true;
}

/* One that is not: it has to be there to be made so. */
static bool
force_claim(struct replay *replay, const struct replay_group *found,
            struct claim *claim, struct stream_id id)
{
    if (!claim->force || !value_stream_has(found->stream, id))
        return true;
    if (!find_claimant(replay, found->group, claim))
        return false;
    struct stream_pending *pending =
        stream_group_add_pending(replay_store(replay), found->group, id);
    if (pending == NULL)
        return false;
    pending->deliveries = 1;
    return assign(replay, found->group, claim, pending);
}

static enum replay_outcome
claim_ids(struct replay *replay, const struct replay_group *found,
          struct claim *claim, const struct bytes *ids, size_t count,
          int64_t now_ms)
{
    bool kept = true;
    for (size_t i = 0; i < count && kept; i++) {
        struct stream_id id = replay_id_of(ids[i]);
        struct stream_pending *pending =
            stream_group_pending(found->group, id);
        kept = pending != NULL
                   ? claim_pending(replay, found, claim, pending, now_ms)
                   : force_claim(replay, found, claim, id);
    }
    return replay_kept(kept);
}

/* --- XCLAIM --- */

struct claim_options {
    struct claim claim;
    bool has_idle;
    int64_t time; /* idle time, or delivery time, -1: neither */
    struct stream_id last_id;
    size_t ids; /* so many of argv[5] on */
};

/* What stands behind the ids. */
static bool
take_claim_option(const struct bytes *argv, size_t argc, size_t *at,
                  struct claim_options *options)
{
    struct bytes word = argv[(*at)++];
    if (replay_is(word, "FORCE"))
        return options->claim.force = true;
    if (replay_is(word, "JUSTID"))
        return options->claim.just_id = true;
    if (*at == argc)
        return false;
    struct bytes argument = argv[(*at)++];
    if (replay_is(word, "IDLE") || replay_is(word, "TIME")) {
        options->has_idle = replay_is(word, "IDLE");
        return replay_integer(argument, &options->time);
    }
    if (replay_is(word, "RETRYCOUNT"))
        return replay_integer(argument, &options->claim.deliveries);
    return replay_is(word, "LASTID") &&
           replay_stream_id(argument, 0, false, &options->last_id);
}

/* XCLAIM key group consumer min-idle id ... [option ...] */
static bool
read_claim(const struct bytes *argv, size_t argc,
           struct claim_options *options)
{
    struct stream_id id;
    size_t at = 5;
    if (!replay_integer(argv[4], &options->claim.min_idle_ms))
        return false;
    while (at < argc && replay_stream_id(argv[at], 0, false, &id))
        at++;
    options->ids = at - 5;
    while (at < argc)
        if (!take_claim_option(argv, argc, &at, options))
            return false;
    return true;
}

/* The delivery time; false when it depends on a time that is not known. */
static bool
resolve_time(struct replay *replay, struct claim_options *options,
             int64_t *now_ms)
{
    struct claim *claim = &options->claim;
    bool given = options->time >= 0 && !options->has_idle;
    *now_ms = 0;
    if ((!given || claim->min_idle_ms > 0) && !replay_now(replay, now_ms))
        return false;
    claim->delivered_ms = options->time;
    if (options->has_idle)
        claim->delivered_ms =
            options->time >= 0 ? *now_ms - options->time : *now_ms;
    if (claim->delivered_ms < 0)
        claim->delivered_ms = *now_ms;
    return true;
}

enum replay_outcome
replay_xclaim(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct claim_options options = { .time = -1, .claim.deliveries = -1 };
    struct replay_group found;
    int64_t now_ms;
    if (replay_find_group(replay, argv[1], argv[2], &found) != REPLAY_DONE ||
        found.group == NULL || !read_claim(argv, argc, &options))
        return REPLAY_ERROR;
    if (!resolve_time(replay, &options, &now_ms))
        return REPLAY_UNKNOWN;
    if (stream_id_compare(options.last_id,
                          stream_group_last_id(found.group)) > 0)
        stream_group_set(found.group, options.last_id,
                         stream_group_entries_read(found.group));
    options.claim.name = argv[3];
    if (!begin_claim(replay, found.group, &options.claim))
        return REPLAY_UNKNOWN;
    return claim_ids(replay, &found, &options.claim, argv + 5, options.ids,
                     now_ms);
}

/* --- XAUTOCLAIM --- */

enum {
    COUNT_DEFAULT = 100,
    ATTEMPTS_FACTOR = 10, /* pending entries looked at for each of count */
};

struct auto_claim {
    struct claim claim;
    struct stream_id start;
    int64_t count;
};

/* An id, "-", "+", or "(" and an id that is not included. */
static bool
read_start(struct bytes argument, struct stream_id *start)
{
    if (argument.size < 2 || argument.data[0] != '(')
        return replay_stream_id(argument, 0, true, start);
    argument = bytes_of(argument.data + 1, argument.size - 1);
    return replay_stream_id(argument, 0, false, start) &&
           replay_next_id(start);
}

/* XAUTOCLAIM key group consumer min-idle start [COUNT n] [JUSTID] */
static bool
read_auto_claim(const struct bytes *argv, size_t argc,
                struct auto_claim *claim)
{
    if (!replay_integer(argv[4], &claim->claim.min_idle_ms) ||
        !read_start(argv[5], &claim->start))
        return false;
    for (size_t at = 6; at < argc; at++) {
        if (replay_is(argv[at], "JUSTID"))
            claim->claim.just_id = true;
        else if (!replay_is(argv[at], "COUNT") || ++at == argc ||
                 !replay_integer(argv[at], &claim->count) ||
                 claim->count < 1 ||
                 claim->count > INT64_MAX / (int64_t)sizeof(struct stream_id))
            return false;
    }
    return true;
}

/* Whether an entry counts: one that is claimed, or no longer there. */
static bool
is_due(const struct replay_group *found, const struct claim *claim,
       const struct stream_pending *pending)
{
    return !value_stream_has(found->stream, pending->id) ||
           is_idle(pending, claim->delivered_ms, claim->min_idle_ms);
}

static bool
claim_from(struct replay *replay, const struct replay_group *found,
           struct auto_claim *options)
{
    struct claim *claim = &options->claim;
    int64_t left = options->count;
    int64_t attempts = options->count * ATTEMPTS_FACTOR;
    struct stream_id next = options->start;
    struct stream_pending *pending;
    while (attempts-- > 0 && left > 0 &&
           (pending = stream_group_next_pending(found->group, next)) !=
               NULL) {
        next = pending->id;
        if (is_due(found, claim, pending)) {
            left--;
            if (!claim_pending(replay, found, claim, pending,
                               claim->delivered_ms))
                return false;
        }
        if (!replay_next_id(&next))
            break;
    }
    return true;
}

enum replay_outcome
replay_xautoclaim(struct replay *replay, const struct bytes *argv,
                  size_t argc)
{
    struct auto_claim claim = { .count = COUNT_DEFAULT,
                                .claim.deliveries = -1 };
    struct replay_group found;
    if (!read_auto_claim(argv, argc, &claim) ||
        replay_find_group(replay, argv[1], argv[2], &found) != REPLAY_DONE ||
        found.group == NULL)
        return REPLAY_ERROR;
    if (!replay_now(replay, &claim.claim.delivered_ms))
        return REPLAY_UNKNOWN;
    if (claim.claim.min_idle_ms < 0)
        claim.claim.min_idle_ms = 0;
    claim.claim.name = argv[3];
    return replay_kept(begin_claim(replay, found.group, &claim.claim) &&
                       claim_from(replay, &found, &claim));
}

/* --- XNACK --- */

enum nack_mode { NACK_NONE, NACK_SILENT, NACK_FAIL, NACK_FATAL };

struct nack {
    enum nack_mode mode;
    struct replay_ids ids;
    int64_t deliveries; /* below 0: by mode */
    bool force;
};

static enum nack_mode
nack_mode_of(struct bytes word)
{
    if (replay_is(word, "SILENT"))
        return NACK_SILENT;
    if (replay_is(word, "FAIL"))
        return NACK_FAIL;
    return replay_is(word, "FATAL") ? NACK_FATAL : NACK_NONE;
}

/* XNACK key group SILENT|FAIL|FATAL IDS n id ... [RETRYCOUNT n] [FORCE] */
static bool
read_nack(const struct bytes *argv, size_t argc, struct nack *nack)
{
    size_t at = 4;
    nack->mode = nack_mode_of(argv[3]);
    while (at < argc) {
        if (replay_is(argv[at], "FORCE")) {
            nack->force = true;
            at++;
        } else if (replay_is(argv[at], "RETRYCOUNT")) {
            if (argc - at < 2 ||
                !replay_integer(argv[at + 1], &nack->deliveries) ||
                nack->deliveries < 0)
                return false;
            at += 2;
        } else if (!replay_take_ids(argv, argc, &at, &nack->ids)) {
            return false;
        }
    }
    return nack->mode != NACK_NONE && nack->ids.ids != NULL &&
           replay_are_stream_ids(nack->ids.ids, nack->ids.count);
}

static uint64_t
deliveries_after(const struct nack *nack, uint64_t before)
{
    if (nack->deliveries >= 0)
        return (uint64_t)nack->deliveries;
    if (nack->mode == NACK_FATAL)
        return INT64_MAX;
    return nack->mode == NACK_SILENT && before > 0 ? before - 1 : before;
}

/* The entry is nobody's from then on, and may be claimed at once. */
enum replay_outcome
replay_xnack(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct store *store = replay_store(replay);
    struct nack nack = { .deliveries = -1 };
    struct replay_group found;
    if (replay_find_group(replay, argv[1], argv[2], &found) != REPLAY_DONE ||
        found.group == NULL || !read_nack(argv, argc, &nack))
        return REPLAY_ERROR;
    for (size_t i = 0; i < nack.ids.count; i++) {
        struct stream_id id = replay_id_of(nack.ids.ids[i]);
        struct stream_pending *pending =
            stream_group_pending(found.group, id);
        if (pending == NULL && nack.force &&
            value_stream_has(found.stream, id))
            pending = stream_group_add_pending(store, found.group, id);
        if (pending == NULL)
            continue;
        stream_pending_assign(pending, NULL);
        pending->delivered_ms = 0;
        pending->deliveries = deliveries_after(&nack, pending->deliveries);
    }
    return pool_is_full(&store->pool) ? REPLAY_UNKNOWN : REPLAY_DONE;
}
