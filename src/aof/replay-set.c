/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/replay-pop.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "keyspace/value-set.h"

/* Of the arguments' number servers conclude since 7.2 (t_set.c setTypeCreate,
 * setTypeMaybeConvert). */
static enum replay_outcome
sadd(struct replay *replay, const struct bytes *argv, size_t argc)
{
    const uint32_t since = AOF_VERSION(7, 2, 0);
    struct entry *entry;
    enum replay_outcome outcome =
        replay_find_or_add(replay, argv[1], TYPE_SET, &entry);
    bool kept = true;
    if (outcome == REPLAY_DONE && replay_is_since(replay, since, since))
        value_set_expect(replay_store(replay), &entry->value, argv[2],
                         argc - 2);
    for (size_t i = 2; i < argc && outcome == REPLAY_DONE; i++)
        kept &= value_set_add(replay_store(replay), &entry->value, argv[i]) !=
                VALUE_REFUSED;
    if (outcome == REPLAY_DONE)
        replay_drop_if_empty(replay, entry);
    return outcome == REPLAY_DONE ? replay_kept(kept) : outcome;
}

static enum replay_outcome
srem(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop_named(replay, TYPE_SET, value_set_remove, argv, argc);
}

/* Which members go is drawn, unless all do. */
static enum replay_outcome
spop(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    int64_t count = 1;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], TYPE_SET, &entry);
    if (argc > 3 ||
        (argc == 3 && (!replay_integer(argv[2], &count) || count < 0)))
        return REPLAY_ERROR;
    if (outcome != REPLAY_DONE || entry == NULL || count == 0)
        return outcome;
    if ((uint64_t)count < value_set_count(&entry->value))
        return REPLAY_UNKNOWN;
    (void)replay_delete(replay, argv[1]);
    return REPLAY_DONE;
}

static enum replay_outcome
smove(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *from;
    struct entry *to;
    (void)argc;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], TYPE_SET, &from);
    if (outcome != REPLAY_DONE || from == NULL)
        return outcome;
    outcome = replay_find(replay, argv[2], TYPE_SET, &to);
    if (outcome != REPLAY_DONE || bytes_equal(argv[1], argv[2]) ||
        !value_set_remove(replay_store(replay), &from->value, argv[3]))
        return outcome;
    replay_drop_if_empty(replay, from);
    const struct bytes add[] = { argv[0], argv[2], argv[3] };
    return sadd(replay, add, 3);
}

/* ---- sets made of sets ---- */

/* As t_set.c sinterGenericCommand and sunionDiffGenericCommand (Redis 7.2) make
 * them: which way they go shows in the form of the result. */
enum set_operation { SET_UNION, SET_INTERSECTION, SET_DIFFERENCE };

/* Whether a member of the first set stays; others may be NULL. */
static bool
stays(struct replay *replay, enum set_operation operation,
      struct bytes member, const struct value *const *others, size_t count)
{
    const struct store *store = replay_store(replay);
    for (size_t i = 0; i < count; i++) {
        bool has = others[i] != NULL && value_set_has(store, others[i], member);
        if (has != (operation == SET_INTERSECTION))
            return false;
    }
    return true;
}

/* Adds those members of a set that stay. */
static bool
add_all(struct replay *replay, struct value *result,
        const struct value *members, enum set_operation operation,
        const struct value *const *others, size_t count)
{
    char room[TEXT_DIGITS];
    struct bytes member;
    struct value_set_cursor cursor;
    bool kept = true;
    value_set_begin(&cursor, members);
    while (value_set_next(&cursor, room, &member))
        if (stays(replay, operation, member, others, count))
            kept &= replay_has_room(replay) &&
                    value_set_add(replay_store(replay), result, member) !=
                        VALUE_REFUSED;
    return kept;
}

static bool
unite(struct replay *replay, struct value *result,
      const struct value *const *sets, size_t count)
{
    bool kept = true;
    for (size_t i = 0; i < count; i++)
        if (sets[i] != NULL)
            kept &= add_all(replay, result, sets[i], SET_UNION, NULL, 0);
    return kept;
}

/* The smallest set is walked.  Since 7.2 the result is packed like that one,
 * and unpacked at the end when it has but integers. */
static bool
intersect(struct replay *replay, struct value *result,
          const struct value **sets, size_t count)
{
    const uint32_t since = AOF_VERSION(7, 2, 0);
    struct store *store = replay_store(replay);
    size_t smallest = 0;
    for (size_t i = 0; i < count; i++) {
        if (sets[i] == NULL)
            return true;
        if (value_set_count(sets[i]) < value_set_count(sets[smallest]))
            smallest = i;
    }
    const struct value *first = sets[smallest];
    sets[smallest] = sets[0];
    sets[0] = first;
    bool packs = first->form != SET_INTEGERS &&
                 replay_is_since(replay, since, since);
    if (packs)
        value_set_open_pack(store, result);
    bool kept = add_all(replay, result, first, SET_INTERSECTION, sets + 1,
                        count - 1);
    if (packs)
        value_set_close_pack(store, result);
    return kept;
}

/* Whether all members are taken first and the others' taken away, which leaves
 * the result in the form that all had: where that is the smaller work. */
static bool
takes_away(const struct value *const *sets, size_t count)
{
    uint64_t looking_up = 0;
    uint64_t taking_away = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && sets[i] == sets[0])
            return false;
        if (sets[i] != NULL) {
            looking_up += value_set_count(sets[0]);
            taking_away += value_set_count(sets[i]);
        }
    }
    return looking_up / 2 > taking_away;
}

static void
remove_all(struct replay *replay, struct value *result,
           const struct value *members)
{
    char room[TEXT_DIGITS];
    struct bytes member;
    struct value_set_cursor cursor;
    value_set_begin(&cursor, members);
    while (!value_is_empty(result) && value_set_next(&cursor, room, &member))
        (void)value_set_remove(replay_store(replay), result, member);
}

static bool
subtract(struct replay *replay, struct value *result,
         const struct value *const *sets, size_t count)
{
    if (sets[0] == NULL)
        return true;
    if (!takes_away(sets, count))
        return add_all(replay, result, sets[0], SET_DIFFERENCE, sets + 1,
                       count - 1);
    bool kept = add_all(replay, result, sets[0], SET_DIFFERENCE, NULL, 0);
    for (size_t i = 1; i < count; i++)
        if (sets[i] != NULL)
            remove_all(replay, result, sets[i]);
    return kept;
}

static bool
combine(struct replay *replay, struct value *result,
        enum set_operation operation, const struct bytes *names, size_t count)
{
    const struct value **sets = xcalloc(count, sizeof(*sets));
    bool kept;
    for (size_t i = 0; i < count; i++) {
        struct entry *entry;
        (void)replay_find(replay, names[i], TYPE_SET, &entry);
        sets[i] = entry != NULL ? &entry->value : NULL;
    }
    if (operation == SET_UNION)
        kept = unite(replay, result, sets, count);
    else if (operation == SET_INTERSECTION)
        kept = intersect(replay, result, sets, count);
    else
        kept = subtract(replay, result, sets, count);
    free(sets);
    return kept;
}

/* Whether an intersection with a key that is not there is empty whatever comes
 * behind that key: up to Redis 6.0.14 and 6.2.4. */
static bool
stops_at_missing(const struct replay *replay)
{
    const uint32_t patch_6_0 = AOF_VERSION(6, 0, 15);
    const uint32_t line_6_2 = AOF_VERSION(6, 2, 0);
    const uint32_t patch_6_2 = AOF_VERSION(6, 2, 5);
    return replay_is_since(replay, line_6_2, line_6_2)
               ? !replay_is_since(replay, patch_6_2, patch_6_2)
               : !replay_is_since(replay, patch_6_0, patch_6_0);
}

/* An error when a source is no set. */
static enum replay_outcome
check_sources(struct replay *replay, enum set_operation operation,
              const struct bytes *names, size_t count)
{
    bool stops = operation == SET_INTERSECTION && stops_at_missing(replay);
    struct entry *entry;
    for (size_t i = 0; i < count; i++) {
        if (replay_find(replay, names[i], TYPE_SET, &entry) != REPLAY_DONE)
            return REPLAY_ERROR;
        if (entry == NULL && stops)
            break;
    }
    return REPLAY_DONE;
}

static enum replay_outcome
store_set(struct replay *replay, enum set_operation operation,
          const struct bytes *argv, size_t argc)
{
    struct store *store = replay_store(replay);
    struct value result;
    if (check_sources(replay, operation, argv + 2, argc - 2) != REPLAY_DONE)
        return REPLAY_ERROR;
    value_init(store, &result, TYPE_SET);
    bool kept = combine(replay, &result, operation, argv + 2, argc - 2);
    if (value_is_empty(&result)) {
        value_fini(store, &result);
        (void)replay_delete(replay, argv[1]);
        return replay_kept(kept);
    }
    enum replay_outcome outcome =
        replay_put(replay, argv[1], &result, false);
    return outcome == REPLAY_DONE ? replay_kept(kept) : outcome;
}

static enum replay_outcome
sunionstore(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return store_set(replay, SET_UNION, argv, argc);
}

static enum replay_outcome
sinterstore(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return store_set(replay, SET_INTERSECTION, argv, argc);
}

static enum replay_outcome
sdiffstore(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return store_set(replay, SET_DIFFERENCE, argv, argc);
}

const struct replay_row replay_set[] = {
    { "SADD", sadd },
    { "SREM", srem },
    { "SPOP", spop },
    { "SMOVE", smove },
    { "SUNIONSTORE", sunionstore },
    { "SINTERSTORE", sinterstore },
    { "SDIFFSTORE", sdiffstore },
    { NULL, NULL },
};
