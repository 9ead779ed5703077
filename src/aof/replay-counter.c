/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Strings that are numbers (t_string.c, Redis 7.2).  INCREX is as documented
 * for Redis 8.8 and Valkey 9.2, which write a SET in its place.
 */
#include "aof/replay-command.h"

#include <math.h>

#include "keyspace/value-string.h"

/* The key's string, as far as it goes as a number; 0 when there is none. */
static enum replay_outcome
current_integer(struct replay *replay, struct bytes name, int64_t *number)
{
    char room[TEXT_DIGITS];
    struct entry *entry;
    *number = 0;
    if (replay_find(replay, name, TYPE_STRING, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (entry == NULL || value_string_number(&entry->value, number) ||
        replay_number(replay, value_string_bytes(&entry->value, room), number))
        return REPLAY_DONE;
    return REPLAY_ERROR;
}

static enum replay_outcome
current_float(struct replay *replay, struct bytes name, long double *number)
{
    char room[TEXT_DIGITS];
    struct entry *entry;
    *number = 0;
    if (replay_find(replay, name, TYPE_STRING, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (entry != NULL &&
        !replay_long_double(value_string_bytes(&entry->value, room), number))
        return REPLAY_ERROR;
    return REPLAY_DONE;
}

/* The expiry stays. */
static enum replay_outcome
store_integer(struct replay *replay, struct bytes name, int64_t number)
{
    struct entry *entry;
    enum replay_outcome outcome = replay_find_or_add(replay, name, TYPE_STRING,
                                                     &entry);
    if (outcome == REPLAY_DONE)
        value_string_set_number(replay_store(replay), &entry->value, number);
    return outcome;
}

static enum replay_outcome
store_float(struct replay *replay, struct bytes name, long double number)
{
    struct buffer text = { NULL, 0, 0 };
    struct entry *entry;
    enum replay_outcome outcome = replay_find_or_add(replay, name, TYPE_STRING,
                                                     &entry);
    replay_append_long_double(&text, number);
    if (outcome == REPLAY_DONE)
        outcome = replay_kept(value_string_set(
            replay_store(replay), &entry->value, buffer_bytes(&text)));
    buffer_fini(&text);
    return outcome;
}

/* --- INCR and its kin --- */

static enum replay_outcome
increment(struct replay *replay, struct bytes name, int64_t by)
{
    int64_t number;
    if (current_integer(replay, name, &number) != REPLAY_DONE ||
        __builtin_add_overflow(number, by, &number))
        return REPLAY_ERROR;
    return store_integer(replay, name, number);
}

static enum replay_outcome
run_incr(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)argc;
    return increment(replay, argv[1], 1);
}

static enum replay_outcome
run_decr(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)argc;
    return increment(replay, argv[1], -1);
}

/* INCRBY key increment */
static enum replay_outcome
run_incrby(struct replay *replay, const struct bytes *argv, size_t argc)
{
    int64_t by;
    (void)argc;
    if (!replay_number(replay, argv[2], &by))
        return REPLAY_ERROR;
    return increment(replay, argv[1], by);
}

/* DECRBY key decrement.  Before Redis 7.0 the least number is taken for what
 * negating it makes: itself. */
static enum replay_outcome
run_decrby(struct replay *replay, const struct bytes *argv, size_t argc)
{
    const uint32_t since = AOF_VERSION(7, 0, 0);
    int64_t by;
    (void)argc;
    if (!replay_number(replay, argv[2], &by) ||
        (by == INT64_MIN && replay_is_since(replay, since, since)))
        return REPLAY_ERROR;
    return increment(replay, argv[1], by == INT64_MIN ? by : -by);
}

/* INCRBYFLOAT key increment */
static enum replay_outcome
run_incrbyfloat(struct replay *replay, const struct bytes *argv, size_t argc)
{
    long double number;
    long double by;
    (void)argc;
    if (current_float(replay, argv[1], &number) != REPLAY_DONE ||
        !replay_long_double(argv[2], &by))
        return REPLAY_ERROR;
    number += by;
    if (isnan(number) || isinf(number))
        return REPLAY_ERROR;
    return store_float(replay, argv[1], number);
}

/* --- INCREX --- */

struct increx {
    bool is_float; /* BYFLOAT */
    struct bytes by; /* "1" when not given */
    struct bytes lower; /* of size 0: none */
    struct bytes upper;
    bool saturates;
    bool persists;
    bool expires;
    bool only_new_expiry; /* ENX */
    bool if_absent;
    bool if_present;
    enum replay_time time;
    struct bytes moment;
    int64_t expire_ms;
};

static bool
take_flag(struct increx *options, struct bytes word)
{
    if (replay_is(word, "SATURATE"))
        options->saturates = true;
    else if (replay_is(word, "PERSIST"))
        options->persists = true;
    else if (replay_is(word, "ENX"))
        options->only_new_expiry = true;
    else if (replay_is(word, "NX"))
        options->if_absent = true;
    else if (replay_is(word, "XX"))
        options->if_present = true;
    else
        return false;
    return true;
}

static bool
take_pair(struct increx *options, struct bytes word, struct bytes text)
{
    if (replay_is(word, "BYINT") || replay_is(word, "BYFLOAT")) {
        options->is_float = replay_is(word, "BYFLOAT");
        options->by = text;
    } else if (replay_is(word, "LBOUND")) {
        options->lower = text;
    } else if (replay_is(word, "UBOUND")) {
        options->upper = text;
    } else if (replay_time_option(word, &options->time)) {
        options->expires = true;
        options->moment = text;
    } else {
        return false;
    }
    return true;
}

static bool
read_increx(struct replay *replay, const struct bytes *argv, size_t argc,
            struct increx *options)
{
    *options = (struct increx){ .by = BYTES_LITERAL("1") };
    for (size_t i = 0; i < argc; i++) {
        if (take_flag(options, argv[i]))
            continue;
        if (i + 1 == argc || !take_pair(options, argv[i], argv[i + 1]))
            return false;
        i++;
    }
    if ((options->persists && options->expires) ||
        (options->if_absent && options->if_present))
        return false;
    return !options->expires ||
           replay_expiry(replay, options->time, options->moment,
                         &options->expire_ms);
}

static bool
integer_bound(struct bytes text, int64_t none, int64_t *bound)
{
    *bound = none;
    return text.size == 0 || replay_integer(text, bound);
}

static bool
float_bound(struct bytes text, long double none, long double *bound)
{
    *bound = none;
    return text.size == 0 || replay_long_double(text, bound);
}

/* *changes is false when a bound forbids the step. */
static enum replay_outcome
increx_integer(struct replay *replay, struct bytes name,
               const struct increx *options, bool *changes)
{
    int64_t number;
    int64_t by;
    int64_t lower;
    int64_t upper;
    if (!replay_integer(options->by, &by) ||
        !integer_bound(options->lower, INT64_MIN, &lower) ||
        !integer_bound(options->upper, INT64_MAX, &upper) || lower > upper ||
        current_integer(replay, name, &number) != REPLAY_DONE)
        return REPLAY_ERROR;
    bool overflows = __builtin_add_overflow(number, by, &number);
    bool above = overflows ? by > 0 : number > upper;
    bool below = overflows ? by < 0 : number < lower;
    *changes = options->saturates || (!above && !below);
    if (!*changes)
        return REPLAY_DONE;
    if (above || below)
        number = above ? upper : lower;
    return store_integer(replay, name, number);
}

static enum replay_outcome
increx_float(struct replay *replay, struct bytes name,
             const struct increx *options, bool *changes)
{
    const long double most = (long double)INFINITY;
    long double number;
    long double by;
    long double lower;
    long double upper;
    if (!replay_long_double(options->by, &by) ||
        !float_bound(options->lower, -most, &lower) ||
        !float_bound(options->upper, most, &upper) || lower > upper ||
        current_float(replay, name, &number) != REPLAY_DONE)
        return REPLAY_ERROR;
    number += by;
    if (isnan(number))
        return REPLAY_ERROR;
    bool inside = number >= lower && number <= upper;
    *changes = inside || options->saturates;
    if (!*changes)
        return REPLAY_DONE;
    if (!inside)
        number = number > upper ? upper : lower;
    if (isinf(number))
        return REPLAY_ERROR;
    return store_float(replay, name, number);
}

static void
increx_expiry(struct replay *replay, struct bytes name,
              const struct increx *options)
{
    struct keyspace *keyspace = replay_keyspace(replay);
    struct entry *entry = keyspace_find(keyspace, replay_db(replay), name);
    int64_t current;
    bool has = entry_expiry(entry, &current);
    if (options->persists)
        (void)keyspace_persist(keyspace, replay_db(replay), entry);
    else if (options->expires && !(has && options->only_new_expiry))
        (void)keyspace_expire(keyspace, replay_db(replay), entry,
                              options->expire_ms);
}

/* INCREX key [option ...] */
static enum replay_outcome
run_increx(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct increx options;
    bool changes = false;
    if (!read_increx(replay, argv + 2, argc - 2, &options))
        return REPLAY_ERROR;
    bool there = keyspace_find(replay_keyspace(replay), replay_db(replay),
                               argv[1]) != NULL;
    if (there ? options.if_absent : options.if_present)
        return REPLAY_DONE;
    enum replay_outcome outcome =
        options.is_float
            ? increx_float(replay, argv[1], &options, &changes)
            : increx_integer(replay, argv[1], &options, &changes);
    if (outcome == REPLAY_DONE && changes)
        increx_expiry(replay, argv[1], &options);
    return outcome;
}

const struct replay_row replay_counter[] = {
    { "DECR", run_decr },
    { "DECRBY", run_decrby },
    { "INCR", run_incr },
    { "INCRBY", run_incrby },
    { "INCRBYFLOAT", run_incrbyfloat },
    { "INCREX", run_increx },
    { NULL, NULL },
};
