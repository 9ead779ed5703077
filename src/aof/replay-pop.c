/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/replay-pop.h"

static void
take(struct replay *replay, const struct replay_pop *pop, struct entry *entry,
     bool last, int64_t count)
{
    pop->take(replay, entry, last, count);
    replay_drop_if_empty(replay, entry);
}

enum replay_outcome
replay_pop(struct replay *replay, const struct replay_pop *pop, bool last,
           const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    int64_t count = 1;
    if (argc > 3 ||
        (argc == 3 && (!replay_integer(argv[2], &count) || count < 0)))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], pop->type, &entry);
    if (outcome == REPLAY_DONE && entry != NULL)
        take(replay, pop, entry, last, count);
    return outcome;
}

static enum replay_outcome
take_first(struct replay *replay, const struct replay_pop *pop,
           const struct bytes *names, size_t names_count, bool last,
           int64_t count)
{
    struct entry *entry;
    for (size_t i = 0; i < names_count; i++) {
        if (replay_find(replay, names[i], pop->type, &entry) != REPLAY_DONE)
            return REPLAY_ERROR;
        if (entry != NULL) {
            take(replay, pop, entry, last, count);
            break;
        }
    }
    return REPLAY_DONE;
}

enum replay_outcome
replay_pop_waiting(struct replay *replay, const struct replay_pop *pop,
                   bool last, const struct bytes *argv, size_t argc)
{
    if (!replay_is_timeout(argv[argc - 1]))
        return REPLAY_ERROR;
    return take_first(replay, pop, argv + 1, argc - 2, last, 1);
}

enum replay_outcome
replay_pop_many(struct replay *replay, const struct replay_pop *pop,
                const struct bytes *argv, size_t argc)
{
    int64_t keys;
    int64_t count = 1;
    if (!replay_integer(argv[0], &keys) || keys < 1 ||
        (uint64_t)keys > argc - 2)
        return REPLAY_ERROR;
    const struct bytes *options = argv + 1 + keys;
    size_t left = argc - 1 - (size_t)keys;
    bool last = replay_is(options[0], pop->last);
    if ((!last && !replay_is(options[0], pop->first)) ||
        (left != 1 && left != 3))
        return REPLAY_ERROR;
    if (left == 3 && (!replay_is(options[1], "COUNT") ||
                      !replay_integer(options[2], &count) || count < 1))
        return REPLAY_ERROR;
    return take_first(replay, pop, argv + 1, (size_t)keys, last, count);
}

enum replay_outcome
replay_pop_many_waiting(struct replay *replay, const struct replay_pop *pop,
                        const struct bytes *argv, size_t argc)
{
    if (!replay_is_timeout(argv[0]))
        return REPLAY_ERROR;
    return replay_pop_many(replay, pop, argv + 1, argc - 1);
}

enum replay_outcome
replay_pop_named(struct replay *replay, enum type type,
                 bool (*remove)(struct store *store, struct value *value,
                                struct bytes element),
                 const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    enum replay_outcome outcome = replay_find(replay, argv[1], type, &entry);
    if (outcome != REPLAY_DONE || entry == NULL)
        return outcome;
    for (size_t i = 2; i < argc; i++)
        (void)remove(replay_store(replay), &entry->value, argv[i]);
    replay_drop_if_empty(replay, entry);
    return REPLAY_DONE;
}
