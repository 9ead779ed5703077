/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Commands on arrays.  Source: Redis 8.8 t_array.c.
 */
#include "aof/replay-command.h"
#include "base/number.h"
#include "keyspace/value-array.h"

enum { INDEX_DIGITS = 20 };

/* --- arguments --- */

/* An index is at most 2^64 - 2; ARSEEK takes one more. */
static bool
read_index(struct bytes argument, uint64_t most, uint64_t *index)
{
    return argument.size <= INDEX_DIGITS &&
           number_parse_uint64(argument, index) && *index <= most;
}

/* One of every `step` arguments is an index. */
static bool
are_indices(const struct bytes *argv, size_t count, size_t step)
{
    uint64_t index;
    for (size_t i = 0; i < count; i += step)
        if (!read_index(argv[i], UINT64_MAX - 1, &index))
            return false;
    return true;
}

/* One of those, which are_indices has seen. */
static uint64_t
index_of(struct bytes argument)
{
    uint64_t index = 0;
    (void)number_parse_uint64(argument, &index);
    return index;
}

/* The last of count indices from first on; false when there are not so
 * many. */
static bool
last_of(uint64_t first, uint64_t count, uint64_t *last)
{
    return !__builtin_add_overflow(first, count - 1, last) &&
           *last != UINT64_MAX;
}

/* --- writing --- */

static bool
set_cell(struct replay *replay, struct value *array, uint64_t index,
         struct bytes text)
{
    return value_array_set(replay_store(replay), array, index, text) !=
           VALUE_REFUSED;
}

static enum replay_outcome
set_run(struct replay *replay, struct value *array, uint64_t first,
        const struct bytes *texts, size_t count)
{
    bool kept = true;
    for (size_t i = 0; i < count && kept; i++)
        kept = set_cell(replay, array, first + i, texts[i]);
    return replay_kept(kept);
}

/* ARSET key index value ... */
static enum replay_outcome
arset(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    uint64_t first;
    uint64_t last;
    if (!read_index(argv[2], UINT64_MAX - 1, &first) ||
        !last_of(first, argc - 3, &last))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find_or_add(replay, argv[1], TYPE_ARRAY, &entry);
    if (outcome == REPLAY_DONE)
        outcome = set_run(replay, &entry->value, first, argv + 3, argc - 3);
    return outcome;
}

/* ARMSET key index value ... */
static enum replay_outcome
armset(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    bool kept = true;
    if (argc % 2 != 0 || !are_indices(argv + 2, argc - 2, 2))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find_or_add(replay, argv[1], TYPE_ARRAY, &entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    for (size_t i = 2; i < argc && kept; i += 2)
        kept = set_cell(replay, &entry->value, index_of(argv[i]),
                        argv[i + 1]);
    return replay_kept(kept);
}

/* Where the next element goes; false when all indices are used up. */
static bool
next_index(const struct array_cursor *cursor, uint64_t *index)
{
    *index = cursor->has ? cursor->index + 1 : 0;
    return !cursor->has || cursor->index < UINT64_MAX - 1;
}

/* ARINSERT key value ... */
static enum replay_outcome
arinsert(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    uint64_t first;
    uint64_t last;
    enum replay_outcome outcome =
        replay_find_or_add(replay, argv[1], TYPE_ARRAY, &entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    struct array_cursor *cursor = value_array_cursor(&entry->value);
    if (!next_index(cursor, &first) || !last_of(first, argc - 2, &last))
        return REPLAY_ERROR;
    *cursor = (struct array_cursor){ .has = true, .index = last };
    return set_run(replay, &entry->value, first, argv + 2, argc - 2);
}

/* --- rings --- */

/* A ring's size is the array's length.  Another size rebuilds it when it gets
 * smaller, or larger after it has wrapped; returns how many of its latest
 * elements may stay, 0 when it need not be rebuilt. */
static uint64_t
kept_by_ring(const struct value *array, uint64_t size)
{
    const struct array_cursor *cursor = value_array_cursor(array);
    uint64_t span = value_array_length(array);
    if (size < span)
        return size;
    bool has_wrapped = cursor->has && cursor->index + 1 < span;
    return size > span && has_wrapped ? span : 0;
}

/* How many cells in a row, at most most, end at index, counting backwards
 * round the ring. */
static uint64_t
row_before(const struct value *array, uint64_t span, uint64_t index,
           uint64_t most)
{
    char room[ARRAY_DIGITS];
    struct bytes text;
    uint64_t count = 0;
    while (count < most && value_array_get(array, index, room, &text)) {
        count++;
        index = index == 0 ? span - 1 : index - 1;
    }
    return count;
}

/* The array made anew of its latest elements, the oldest of them first. */
static enum replay_outcome
rebuild(struct replay *replay, struct entry *entry, uint64_t most)
{
    struct store *store = replay_store(replay);
    struct value *array = &entry->value;
    const struct array_cursor *cursor = value_array_cursor(array);
    uint64_t span = value_array_length(array);
    uint64_t newest = cursor->has ? cursor->index % span : span - 1;
    uint64_t count = row_before(array, span, newest, most);
    uint64_t back = count > 0 ? count - 1 : 0;
    uint64_t from = newest >= back ? newest - back : span - (back - newest);
    char room[ARRAY_DIGITS];
    struct bytes text;
    struct value fresh;
    bool kept = true;
    value_init(store, &fresh, TYPE_ARRAY);
    fresh.mark = array->mark;
    for (uint64_t i = 0; i < count && kept; i++) {
        kept = value_array_get(array, from, room, &text) &&
               set_cell(replay, &fresh, i, text);
        from = from + 1 == span ? 0 : from + 1;
    }
    if (count > 0)
        *value_array_cursor(&fresh) =
            (struct array_cursor){ .has = true, .index = count - 1 };
    value_fini(store, array);
    *array = fresh;
    return replay_kept(kept);
}

/* ARRING key size value ... */
static enum replay_outcome
arring(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    int64_t size;
    if (!replay_integer(argv[2], &size) || size <= 0)
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find_or_add(replay, argv[1], TYPE_ARRAY, &entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    uint64_t most = kept_by_ring(&entry->value, (uint64_t)size);
    if (most > 0)
        outcome = rebuild(replay, entry, most);
    struct array_cursor *cursor = value_array_cursor(&entry->value);
    for (size_t i = 3; i < argc && outcome == REPLAY_DONE; i++) {
        uint64_t index;
        (void)next_index(cursor, &index);
        *cursor = (struct array_cursor){ true, index % (uint64_t)size };
        outcome = replay_kept(
            set_cell(replay, &entry->value, cursor->index, argv[i]));
    }
    return outcome;
}

/* ARSEEK key index: 0 is as if nothing had been inserted. */
static enum replay_outcome
arseek(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    uint64_t index;
    (void)argc;
    if (!read_index(argv[2], UINT64_MAX, &index) ||
        replay_find(replay, argv[1], TYPE_ARRAY, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (entry != NULL)
        *value_array_cursor(&entry->value) = (struct array_cursor){
            .has = index > 0, .index = index > 0 ? index - 1 : 0
        };
    return REPLAY_DONE;
}

/* --- removing --- */

/* ARDEL key index ... */
static enum replay_outcome
ardel(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    if (!are_indices(argv + 2, argc - 2, 1) ||
        replay_find(replay, argv[1], TYPE_ARRAY, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (entry == NULL)
        return REPLAY_DONE;
    for (size_t i = 2; i < argc; i++) {
        uint64_t index = index_of(argv[i]);
        (void)value_array_remove(replay_store(replay), &entry->value, index,
                                 index);
    }
    replay_drop_if_empty(replay, entry);
    return REPLAY_DONE;
}

/* ARDELRANGE key start end ..., either end first */
static enum replay_outcome
ardelrange(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    if (argc % 2 != 0 || !are_indices(argv + 2, argc - 2, 1) ||
        replay_find(replay, argv[1], TYPE_ARRAY, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (entry == NULL)
        return REPLAY_DONE;
    for (size_t i = 2; i < argc; i += 2) {
        uint64_t a = index_of(argv[i]);
        uint64_t b = index_of(argv[i + 1]);
        (void)value_array_remove(replay_store(replay), &entry->value,
                                 a < b ? a : b, a < b ? b : a);
    }
    replay_drop_if_empty(replay, entry);
    return REPLAY_DONE;
}

const struct replay_row replay_array[] = {
    { "ARDEL", ardel },
    { "ARDELRANGE", ardelrange },
    { "ARINSERT", arinsert },
    { "ARMSET", armset },
    { "ARRING", arring },
    { "ARSEEK", arseek },
    { "ARSET", arset },
    { NULL, NULL },
};
