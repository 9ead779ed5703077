/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Hashes, but for the expiry of fields (replay-hash-ttl.c).
 */
#include <math.h>

#include "aof/replay-pop.h"
#include "keyspace/value-hash.h"

static bool
set_field(struct replay *replay, struct entry *entry, struct bytes field,
          struct bytes text, bool keep_expiry)
{
    return value_hash_set(replay_store(replay), &entry->value, field, text,
                          keep_expiry) != VALUE_REFUSED;
}

/* From one field to the next, and from a field to its value. */
struct stride {
    size_t field;
    size_t value;
};

static enum replay_outcome
set_fields(struct replay *replay, const struct bytes *argv, size_t argc,
           struct stride stride)
{
    struct entry *entry;
    bool kept = true;
    if (argc % 2 != 0)
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find_or_add(replay, argv[1], TYPE_HASH, &entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    const struct bytes *field = argv + 2;
    for (size_t i = (argc - 2) / 2; i > 0; i--, field += stride.field)
        kept &= set_field(replay, entry, field[0], field[stride.value],
                          false);
    replay_drop_if_empty(replay, entry);
    return replay_kept(kept);
}

static enum replay_outcome
hset(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return set_fields(replay, argv, argc, (struct stride){ 2, 1 });
}

/* key field ... value ...: all fields in front of all values (development
 * builds of Redis 8.10). */
static enum replay_outcome
hsetc(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return set_fields(replay, argv, argc,
                      (struct stride){ 1, (argc - 2) / 2 });
}

static enum replay_outcome
hsetnx(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct hash_room room;
    struct hash_pair pair;
    struct entry *entry;
    (void)argc;
    enum replay_outcome outcome =
        replay_find_or_add(replay, argv[1], TYPE_HASH, &entry);
    if (outcome != REPLAY_DONE ||
        value_hash_get(replay_store(replay), &entry->value, argv[2], &room,
                       &pair))
        return outcome;
    bool kept = set_field(replay, entry, argv[2], argv[3], false);
    replay_drop_if_empty(replay, entry);
    return replay_kept(kept);
}

static enum replay_outcome
hdel(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return replay_pop_named(replay, TYPE_HASH, value_hash_remove, argv, argc);
}

/* ---- counters ---- */

/* The field's text; "0" when it is not there. */
static struct bytes
text_of(struct replay *replay, const struct entry *entry, struct bytes field,
        struct hash_room *room)
{
    struct hash_pair pair;
    if (entry != NULL &&
        value_hash_get(replay_store(replay), &entry->value, field, room,
                       &pair))
        return pair.value;
    return BYTES_LITERAL("0");
}

/* The new text of a counter, whose time stays.  Up to Redis 6.2 only entries
 * are counted then: a long field stays in its ziplist (t_hash.c
 * hashTypeSet). */
static enum replay_outcome
put_counter(struct replay *replay, const struct bytes *argv,
            struct bytes text)
{
    const uint32_t since = AOF_VERSION(7, 0, 0);
    struct entry *entry;
    enum replay_outcome outcome =
        replay_find_or_add(replay, argv[1], TYPE_HASH, &entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    if (replay_is_since(replay, since, since))
        return replay_kept(set_field(replay, entry, argv[2], text, true));
    return replay_kept(value_hash_set_of_any_length(
                           replay_store(replay), &entry->value, argv[2],
                           text) != VALUE_REFUSED);
}

static enum replay_outcome
hincrby(struct replay *replay, const struct bytes *argv, size_t argc)
{
    char digits[TEXT_DIGITS];
    struct hash_room room;
    struct entry *entry;
    int64_t old;
    int64_t more;
    (void)argc;
    if (!replay_number(replay, argv[3], &more) ||
        replay_find(replay, argv[1], TYPE_HASH, &entry) != REPLAY_DONE ||
        !replay_number(replay, text_of(replay, entry, argv[2], &room), &old) ||
        __builtin_add_overflow(old, more, &old))
        return REPLAY_ERROR;
    struct text text = text_of_integer(old);
    return put_counter(replay, argv, text_bytes(&text, digits));
}

static enum replay_outcome
hincrbyfloat(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct buffer text = { NULL, 0, 0 };
    struct hash_room room;
    struct entry *entry;
    long double old;
    long double more;
    (void)argc;
    if (!replay_long_double(argv[3], &more) ||
        replay_find(replay, argv[1], TYPE_HASH, &entry) != REPLAY_DONE ||
        !replay_long_double(text_of(replay, entry, argv[2], &room), &old) ||
        !isfinite(old + more))
        return REPLAY_ERROR;
    replay_append_long_double(&text, old + more);
    enum replay_outcome outcome =
        put_counter(replay, argv, buffer_bytes(&text));
    buffer_fini(&text);
    return outcome;
}

const struct replay_row replay_hash[] = {
    { "HSET", hset },
    { "HMSET", hset },
    { "HSETC", hsetc },
    { "HSETNX", hsetnx },
    { "HDEL", hdel },
    { "HINCRBY", hincrby },
    { "HINCRBYFLOAT", hincrbyfloat },
    { NULL, NULL },
};
