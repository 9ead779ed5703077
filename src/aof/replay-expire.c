/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EXPIRE and its kin (expire.c expireGenericCommand, Redis 7.2).  A time that
 * has passed is kept like any other: a server that loads deletes nothing for
 * it.
 */
#include "aof/replay-command.h"
#include "aof/replay-condition.h"

static bool
read_conditions(const struct bytes *argv, size_t argc, unsigned *conditions)
{
    *conditions = 0;
    for (size_t i = 0; i < argc; i++) {
        unsigned condition = replay_condition_of(argv[i]);
        if (condition == 0)
            return false;
        *conditions |= condition;
    }
    return replay_conditions_agree(*conditions);
}

static bool
hold(unsigned conditions, const struct entry *entry, int64_t expire_ms)
{
    int64_t current = 0;
    bool has_time = entry_expiry(entry, &current);
    return replay_condition_holds(conditions, has_time, current, expire_ms);
}

/* Command key time [NX | XX | GT | LT] ... */
static enum replay_outcome
expire(struct replay *replay, enum replay_time time, const struct bytes *argv,
       size_t argc)
{
    struct keyspace *keyspace = replay_keyspace(replay);
    unsigned conditions;
    int64_t expire_ms;
    if (!read_conditions(argv + 3, argc - 3, &conditions) ||
        !replay_moment(replay, time, argv[2], &expire_ms))
        return REPLAY_ERROR;
    struct entry *entry = keyspace_find(keyspace, replay_db(replay), argv[1]);
    if (entry != NULL && hold(conditions, entry, expire_ms))
        (void)keyspace_expire(keyspace, replay_db(replay), entry, expire_ms);
    return REPLAY_DONE;
}

static enum replay_outcome
run_expire(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return expire(replay, REPLAY_EX, argv, argc);
}

static enum replay_outcome
run_expireat(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return expire(replay, REPLAY_EXAT, argv, argc);
}

static enum replay_outcome
run_pexpire(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return expire(replay, REPLAY_PX, argv, argc);
}

static enum replay_outcome
run_pexpireat(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return expire(replay, REPLAY_PXAT, argv, argc);
}

/* PERSIST key */
static enum replay_outcome
run_persist(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct keyspace *keyspace = replay_keyspace(replay);
    struct entry *entry = keyspace_find(keyspace, replay_db(replay), argv[1]);
    (void)argc;
    if (entry != NULL)
        (void)keyspace_persist(keyspace, replay_db(replay), entry);
    return REPLAY_DONE;
}

const struct replay_row replay_expire[] = {
    { "EXPIRE", run_expire },       { "EXPIREAT", run_expireat },
    { "PERSIST", run_persist },     { "PEXPIRE", run_pexpire },
    { "PEXPIREAT", run_pexpireat }, { NULL, NULL },
};
