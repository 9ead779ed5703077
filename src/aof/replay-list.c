/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Blocking commands do not wait: a loading server runs them as if their keys
 * were there or not.
 */
#include "aof/replay-pop.h"
#include "keyspace/value-list.h"

/* ---- pushing ---- */

static enum replay_outcome
push(struct replay *replay, enum list_end end, bool only_if_there,
     const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    enum replay_outcome outcome =
        only_if_there ? replay_find(replay, argv[1], TYPE_LIST, &entry)
                      : replay_find_or_add(replay, argv[1], TYPE_LIST, &entry);
    if (outcome != REPLAY_DONE || entry == NULL)
        return outcome;
    bool kept = value_list_push_all(replay_store(replay), &entry->value, end,
                                    argv + 2, argc - 2);
    replay_drop_if_empty(replay, entry);
    return replay_kept(kept);
}

static enum replay_outcome
lpush(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return push(replay, LIST_HEAD, false, argv, argc);
}

static enum replay_outcome
rpush(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return push(replay, LIST_TAIL, false, argv, argc);
}

static enum replay_outcome
lpushx(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return push(replay, LIST_HEAD, true, argv, argc);
}

static enum replay_outcome
rpushx(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return push(replay, LIST_TAIL, true, argv, argc);
}

/* ---- popping ---- */

static void
take(struct replay *replay, struct entry *entry, bool last, int64_t count)
{
    enum list_end end = last ? LIST_TAIL : LIST_HEAD;
    while (count-- > 0 && value_list_pop(replay_store(replay), &entry->value,
                                         end))
        continue;
}

static const struct replay_pop list_pop = { TYPE_LIST, "LEFT", "RIGHT", take };

static enum replay_outcome
lpop(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop(replay, &list_pop, false, argv, argc);
}

static enum replay_outcome
rpop(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop(replay, &list_pop, true, argv, argc);
}

static enum replay_outcome
blpop(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop_waiting(replay, &list_pop, false, argv, argc);
}

static enum replay_outcome
brpop(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop_waiting(replay, &list_pop, true, argv, argc);
}

static enum replay_outcome
lmpop(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop_many(replay, &list_pop, argv + 1, argc - 1);
}

static enum replay_outcome
blmpop(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop_many_waiting(replay, &list_pop, argv + 1, argc - 1);
}

/* ---- from list to list ---- */

/* LEFT or RIGHT. */
static bool
parse_end(struct bytes word, enum list_end *end)
{
    *end = replay_is(word, "LEFT") ? LIST_HEAD : LIST_TAIL;
    return *end == LIST_HEAD || replay_is(word, "RIGHT");
}

static enum replay_outcome
move_one(struct replay *replay, struct bytes from, struct bytes to,
         enum list_end from_end, enum list_end to_end)
{
    struct entry *source;
    enum replay_outcome outcome =
        replay_find(replay, from, TYPE_LIST, &source);
    if (outcome != REPLAY_DONE || source == NULL)
        return outcome;
    struct entry *target = source;
    if (!bytes_equal(from, to))
        outcome = replay_find_or_add(replay, to, TYPE_LIST, &target);
    if (outcome != REPLAY_DONE)
        return outcome;
    (void)value_list_move(replay_store(replay), &source->value, from_end,
                          &target->value, to_end);
    replay_drop_if_empty(replay, source);
    return REPLAY_DONE;
}

static enum replay_outcome
rpoplpush(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)argc;
    return move_one(replay, argv[1], argv[2], LIST_TAIL, LIST_HEAD);
}

static enum replay_outcome
brpoplpush(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_is_timeout(argv[3]) ? rpoplpush(replay, argv, argc)
                                      : REPLAY_ERROR;
}

static enum replay_outcome
lmove(struct replay *replay, const struct bytes *argv, size_t argc)
{
    enum list_end from_end;
    enum list_end to_end;
    (void)argc;
    if (!parse_end(argv[3], &from_end) || !parse_end(argv[4], &to_end))
        return REPLAY_ERROR;
    return move_one(replay, argv[1], argv[2], from_end, to_end);
}

static enum replay_outcome
blmove(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_is_timeout(argv[5]) ? lmove(replay, argv, argc)
                                      : REPLAY_ERROR;
}

static uint64_t
elements_of(struct replay *replay, struct bytes name)
{
    struct entry *entry;
    (void)replay_find(replay, name, TYPE_LIST, &entry);
    return entry != NULL ? value_list_count(&entry->value) : 0;
}

/* src dst side side [COUNT n | EXACTLY n] [OBO | BULK] of Redis 8.10, as far
 * as its order is known: one by one, or one alone. */
static enum replay_outcome
lmovem(struct replay *replay, const struct bytes *argv, size_t argc)
{
    enum list_end from_end;
    enum list_end to_end;
    int64_t count = 1;
    bool exactly = argc > 5 && replay_is(argv[5], "EXACTLY");
    if (argc < 5 || !parse_end(argv[3], &from_end) ||
        !parse_end(argv[4], &to_end))
        return REPLAY_ERROR;
    if (argc > 6 && !replay_integer(argv[6], &count))
        return REPLAY_ERROR;
    if (exactly && elements_of(replay, argv[1]) < (uint64_t)count)
        return REPLAY_DONE;
    if (count != 1 && !(argc == 8 && replay_is(argv[7], "OBO")))
        return REPLAY_UNKNOWN;
    enum replay_outcome outcome = REPLAY_DONE;
    while (count-- > 0 && elements_of(replay, argv[1]) > 0 &&
           outcome == REPLAY_DONE)
        outcome = move_one(replay, argv[1], argv[2], from_end, to_end);
    return outcome;
}

/* ---- the middle ---- */

static enum replay_outcome
linsert(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    bool before = replay_is(argv[2], "BEFORE");
    (void)argc;
    if (!before && !replay_is(argv[2], "AFTER"))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], TYPE_LIST, &entry);
    if (outcome == REPLAY_DONE && entry != NULL)
        (void)value_list_insert(replay_store(replay), &entry->value, before,
                                argv[3], argv[4]);
    return outcome;
}

static enum replay_outcome
lset(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    int64_t index;
    (void)argc;
    if (replay_find(replay, argv[1], TYPE_LIST, &entry) != REPLAY_DONE ||
        entry == NULL || !replay_number(replay, argv[2], &index) ||
        !value_list_set(replay_store(replay), &entry->value, index, argv[3]))
        return REPLAY_ERROR;
    return REPLAY_DONE;
}

/* What cannot be negated is refused since Redis 7.4 and Valkey 8.0. */
static enum replay_outcome
lrem(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    int64_t count;
    (void)argc;
    if (!replay_number(replay, argv[2], &count) ||
        (count == INT64_MIN && replay_is_since(replay, AOF_VERSION(7, 4, 0),
                                               AOF_VERSION(8, 0, 0))))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], TYPE_LIST, &entry);
    if (outcome != REPLAY_DONE || entry == NULL)
        return outcome;
    (void)value_list_remove(replay_store(replay), &entry->value, count,
                            argv[3]);
    replay_drop_if_empty(replay, entry);
    return REPLAY_DONE;
}

static enum replay_outcome
ltrim(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    int64_t start;
    int64_t stop;
    (void)argc;
    if (!replay_number(replay, argv[2], &start) ||
        !replay_number(replay, argv[3], &stop))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], TYPE_LIST, &entry);
    if (outcome != REPLAY_DONE || entry == NULL)
        return outcome;
    value_list_trim(replay_store(replay), &entry->value, start, stop);
    replay_drop_if_empty(replay, entry);
    return REPLAY_DONE;
}

const struct replay_row replay_list[] = {
    { "LPUSH", lpush },
    { "RPUSH", rpush },
    { "LPUSHX", lpushx },
    { "RPUSHX", rpushx },
    { "LPOP", lpop },
    { "RPOP", rpop },
    { "BLPOP", blpop },
    { "BRPOP", brpop },
    { "LMPOP", lmpop },
    { "BLMPOP", blmpop },
    { "RPOPLPUSH", rpoplpush },
    { "BRPOPLPUSH", brpoplpush },
    { "LMOVE", lmove },
    { "BLMOVE", blmove },
    { "LMOVEM", lmovem },
    { "LINSERT", linsert },
    { "LSET", lset },
    { "LREM", lrem },
    { "LTRIM", ltrim },
    { NULL, NULL },
};
