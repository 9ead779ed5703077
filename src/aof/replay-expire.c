/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EXPIRE and its kin (expire.c expireGenericCommand, Redis 7.2).  A time that
 * has passed is kept like any other: a server that loads deletes nothing for
 * it.
 */
#include "aof/replay-command.h"

enum {
    IF_NONE = 1,    /* NX */
    IF_SOME = 2,    /* XX */
    IF_GREATER = 4, /* GT */
    IF_LESS = 8,    /* LT */
};

static bool
read_conditions(const struct bytes *argv, size_t argc, unsigned *conditions)
{
    static const struct {
        const char *word;
        unsigned bit;
    } words[] = {
        { "NX", IF_NONE }, { "XX", IF_SOME },
        { "GT", IF_GREATER }, { "LT", IF_LESS },
    };
    *conditions = 0;
    for (size_t i = 0; i < argc; i++) {
        size_t w = 0;
        while (w < 4 && !replay_is(argv[i], words[w].word))
            w++;
        if (w == 4)
            return false;
        *conditions |= words[w].bit;
    }
    if ((*conditions & IF_NONE) && *conditions != IF_NONE)
        return false;
    return (~*conditions & (IF_GREATER | IF_LESS)) != 0;
}

/* A key without a time is later than any. */
static bool
hold(unsigned conditions, const struct entry *entry, int64_t expire_ms)
{
    int64_t current;
    if (!entry_expiry(entry, &current))
        return (conditions & (IF_SOME | IF_GREATER)) == 0;
    return !((conditions & IF_NONE) ||
             ((conditions & IF_GREATER) && expire_ms <= current) ||
             ((conditions & IF_LESS) && expire_ms >= current));
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
