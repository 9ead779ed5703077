/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sorted sets, but for those made of others (replay-zset-store.c).
 */
#include "aof/replay-pop.h"
#include "aof/replay-zset.h"

/* ---- adding ---- */

static bool
parse_condition(struct bytes word, unsigned *conditions, bool *increments)
{
    static const struct {
        const char *word;
        unsigned condition;
    } words[] = {
        { "NX", ZSET_IF_ABSENT }, { "XX", ZSET_IF_PRESENT },
        { "GT", ZSET_IF_GREATER }, { "LT", ZSET_IF_LESS },
        { "CH", 0 },
    };
    if (replay_is(word, "INCR")) {
        *conditions |= ZSET_INCREMENT;
        *increments = true;
        return true;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (replay_is(word, words[i].word)) {
            *conditions |= words[i].condition;
            return true;
        }
    }
    return false;
}

static bool
conditions_agree(unsigned conditions)
{
    unsigned both = ZSET_IF_GREATER | ZSET_IF_LESS;
    if ((conditions & ZSET_IF_ABSENT) != 0 &&
        (conditions & (both | ZSET_IF_PRESENT)) != 0)
        return false;
    return (conditions & both) != both;
}

/* score member ... of which all scores must be numbers. */
static enum replay_outcome
add_pairs(struct replay *replay, struct bytes key, unsigned conditions,
          const struct bytes *pairs, size_t count)
{
    const struct zset_names names = { pairs + 1, 2, count / 2 };
    double score;
    struct entry *entry;
    bool kept = true;
    bool is_nan = false; /* the sum: only one pair can be added */
    for (size_t i = 0; i < count; i += 2)
        if (!replay_score(replay, pairs[i], &score))
            return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_zset_open(replay, key, conditions, &names, &entry);
    if (outcome != REPLAY_DONE || entry == NULL)
        return outcome;
    for (size_t i = 0; i < count; i += 2) {
        (void)replay_score(replay, pairs[i], &score);
        kept &= value_zset_add(replay_store(replay), &entry->value,
                               pairs[i + 1], score, conditions,
                               &is_nan) != VALUE_REFUSED;
    }
    replay_drop_if_empty(replay, entry);
    return is_nan ? REPLAY_ERROR : replay_kept(kept);
}

/* key [NX | XX] [GT | LT] [CH] [INCR] score member ... */
static enum replay_outcome
zadd(struct replay *replay, const struct bytes *argv, size_t argc)
{
    unsigned conditions = 0;
    bool increments = false;
    size_t at = 2;
    while (at < argc && parse_condition(argv[at], &conditions, &increments))
        at++;
    size_t left = argc - at;
    if (left == 0 || left % 2 != 0 || !conditions_agree(conditions) ||
        (increments && left > 2))
        return REPLAY_ERROR;
    return add_pairs(replay, argv[1], conditions, argv + at, left);
}

static enum replay_outcome
zincrby(struct replay *replay, const struct bytes *argv, size_t argc)
{
    if (argc > 4)
        return REPLAY_ERROR;
    return add_pairs(replay, argv[1], ZSET_INCREMENT, argv + 2, 2);
}

/* ---- removing ---- */

static enum replay_outcome
zrem(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop_named(replay, TYPE_ZSET, value_zset_remove, argv, argc);
}

static enum replay_outcome
remove_range(struct replay *replay, enum zset_by by,
             const struct bytes *argv)
{
    struct zset_range range = { .by = by };
    struct entry *entry;
    if (!replay_zset_range(replay, argv[2], argv[3], &range))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], TYPE_ZSET, &entry);
    if (outcome != REPLAY_DONE || entry == NULL)
        return outcome;
    if (!replay_zset_is_told(&entry->value, &range, true))
        return REPLAY_UNKNOWN;
    (void)value_zset_remove_ranks(replay_store(replay), &entry->value,
                                  replay_zset_ranks(&entry->value, &range));
    replay_drop_if_empty(replay, entry);
    return REPLAY_DONE;
}

static enum replay_outcome
zremrangebyrank(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)argc;
    return remove_range(replay, ZSET_BY_RANK, argv);
}

static enum replay_outcome
zremrangebyscore(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)argc;
    return remove_range(replay, ZSET_BY_SCORE, argv);
}

static enum replay_outcome
zremrangebylex(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)argc;
    return remove_range(replay, ZSET_BY_LEX, argv);
}

/* ---- popping ---- */

static void
take(struct replay *replay, struct entry *entry, bool last, int64_t count)
{
    uint64_t members = value_zset_count(&entry->value);
    uint64_t gone = (uint64_t)count < members ? (uint64_t)count : members;
    struct zset_ranks ranks = { 0, gone };
    if (last)
        ranks = (struct zset_ranks){ members - gone, members };
    (void)value_zset_remove_ranks(replay_store(replay), &entry->value, ranks);
}

static const struct replay_pop zset_pop = { TYPE_ZSET, "MIN", "MAX", take };

static enum replay_outcome
zpopmin(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop(replay, &zset_pop, false, argv, argc);
}

static enum replay_outcome
zpopmax(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop(replay, &zset_pop, true, argv, argc);
}

static enum replay_outcome
bzpopmin(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop_waiting(replay, &zset_pop, false, argv, argc);
}

static enum replay_outcome
bzpopmax(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop_waiting(replay, &zset_pop, true, argv, argc);
}

static enum replay_outcome
zmpop(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop_many(replay, &zset_pop, argv + 1, argc - 1);
}

static enum replay_outcome
bzmpop(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop_many_waiting(replay, &zset_pop, argv + 1, argc - 1);
}

const struct replay_row replay_zset[] = {
    { "ZADD", zadd },
    { "ZINCRBY", zincrby },
    { "ZREM", zrem },
    { "ZREMRANGEBYRANK", zremrangebyrank },
    { "ZREMRANGEBYSCORE", zremrangebyscore },
    { "ZREMRANGEBYLEX", zremrangebylex },
    { "ZPOPMIN", zpopmin },
    { "ZPOPMAX", zpopmax },
    { "BZPOPMIN", bzpopmin },
    { "BZPOPMAX", bzpopmax },
    { "ZMPOP", zmpop },
    { "BZMPOP", bzmpop },
    { NULL, NULL },
};
