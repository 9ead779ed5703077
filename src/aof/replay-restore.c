/* SPDX-License-Identifier: BSD-3-Clause
 *
 * RESTORE (cluster.c restoreCommand, Redis 7.2).
 */
#include "aof/replay-command.h"
#include "keyspace/keyspace-load.h"
#include "rdb/rdb-payload.h"

struct options {
    bool replace;
    bool absolute;
    bool has_idle;
    bool has_frequency;
};

static bool
in_range(struct bytes argument, int64_t most)
{
    int64_t number;
    return replay_integer(argument, &number) && number >= 0 && number <= most;
}

/* How long a key lies idle is no part of what is replayed. */
static bool
read_options(const struct bytes *argv, size_t argc, struct options *options)
{
    enum { FREQUENCY_MOST = 255 };
    for (size_t i = 0; i < argc; i++) {
        bool more = i + 1 < argc;
        if (replay_is(argv[i], "REPLACE")) {
            options->replace = true;
        } else if (replay_is(argv[i], "ABSTTL")) {
            options->absolute = true;
        } else if (replay_is(argv[i], "IDLETIME") && more &&
                   !options->has_frequency) {
            options->has_idle = true;
            if (!in_range(argv[++i], INT64_MAX))
                return false;
        } else if (replay_is(argv[i], "FREQ") && more && !options->has_idle) {
            options->has_frequency = true;
            if (!in_range(argv[++i], FREQUENCY_MOST))
                return false;
        } else {
            return false;
        }
    }
    return true;
}

/* The value of a payload; what a server refuses to load is an error. */
static enum replay_outcome
read_payload(struct replay *replay, struct bytes payload, struct value *value)
{
    struct keyspace_load *load = replay_load(replay);
    struct visitor *visitor = keyspace_load_value_visitor(load);
    enum status status = rdb_payload_walk(replay_payload(replay), payload,
                                          visitor);
    if (status == STATUS_OK && keyspace_load_take(load, value))
        return REPLAY_DONE;
    if (status == STATUS_OK && keyspace_load_result(load) == LOAD_REFUSED)
        return REPLAY_UNKNOWN;
    return REPLAY_ERROR;
}

/* A ttl of 0 is none. */
static bool
read_ttl(struct replay *replay, struct bytes argument, bool absolute,
         int64_t *expire_ms)
{
    if (!replay_number(replay, argument, expire_ms) || *expire_ms < 0)
        return false;
    return absolute || *expire_ms == 0 ||
           replay_moment(replay, REPLAY_PX, argument, expire_ms);
}

/* RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME s] [FREQ n] */
static enum replay_outcome
run_restore(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct keyspace *keyspace = replay_keyspace(replay);
    uint64_t db = replay_db(replay);
    struct options options = { .replace = false };
    struct value value;
    int64_t expire_ms;
    if (!read_options(argv + 4, argc - 4, &options))
        return REPLAY_ERROR;
    if (!options.replace && keyspace_find(keyspace, db, argv[1]) != NULL)
        return REPLAY_ERROR;
    if (!read_ttl(replay, argv[2], options.absolute, &expire_ms))
        return REPLAY_ERROR;
    enum replay_outcome outcome = read_payload(replay, argv[3], &value);
    if (outcome != REPLAY_DONE)
        return outcome;
    struct entry *entry = keyspace_set(keyspace, db, argv[1], &value, false);
    if (entry == NULL)
        return REPLAY_UNKNOWN;
    if (expire_ms > 0)
        (void)keyspace_expire(keyspace, db, entry, expire_ms);
    return REPLAY_DONE;
}

const struct replay_row replay_restore[] = {
    { "RESTORE", run_restore },
    { "RESTORE-ASKING", run_restore },
    { NULL, NULL },
};
