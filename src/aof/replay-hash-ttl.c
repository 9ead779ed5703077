/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Commands about the time of fields, of Redis 7.4 and later and Valkey 9.
 * Times that have passed are kept: a loading server deletes nothing for them
 * (t_hash.c checkAlreadyExpired).
 */
#include "aof/replay-command.h"
#include "aof/replay-condition.h"
#include "keyspace/value-hash.h"

/* What stands behind the key: options, then FIELDS n field ... */
struct field_options {
    unsigned conditions; /* of the fields' times */
    bool if_key_absent;  /* NX of HSETEX */
    bool if_key_there;   /* XX of HSETEX */
    bool if_absent;      /* FNX */
    bool if_there;       /* FXX */
    bool keeps;          /* KEEPTTL */
    bool persists;       /* PERSIST */
    bool has_time;
    int64_t expire_ms;
    const struct bytes *fields;
    size_t count; /* arguments at fields */
};

/* FIELDS n, and `each` arguments for every one of the n. */
static bool
parse_fields(const struct bytes *argv, size_t argc, size_t each,
             struct field_options *options)
{
    int64_t count;
    if (argc < 2 || !replay_is(argv[0], "FIELDS") ||
        !replay_integer(argv[1], &count) || count < 1 ||
        (uint64_t)count > argc || (size_t)count * each != argc - 2)
        return false;
    options->fields = argv + 2;
    options->count = argc - 2;
    return true;
}

/* An option of one word. */
static bool
parse_flag(struct bytes word, struct field_options *options)
{
    bool *const flags[] = { &options->if_absent,     &options->if_there,
                            &options->keeps,         &options->persists,
                            &options->if_key_absent, &options->if_key_there };
    static const char *const words[] = { "FNX",     "FXX", "KEEPTTL",
                                         "PERSIST", "NX",  "XX" };
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (replay_is(word, words[i])) {
            *flags[i] = true;
            return true;
        }
    }
    return false;
}

/* HSETEX and HGETEX: any options, then the fields. */
static bool
parse_options(struct replay *replay, const struct bytes *argv, size_t argc,
              size_t each, struct field_options *options)
{
    enum replay_time time;
    size_t i = 2;
    *options = (struct field_options){ .count = 0 };
    for (; i < argc && !replay_is(argv[i], "FIELDS"); i++) {
        if (parse_flag(argv[i], options))
            continue;
        if (i + 1 == argc || !replay_time_option(argv[i], &time) ||
            !replay_expiry(replay, time, argv[i + 1], &options->expire_ms))
            return false;
        options->has_time = true;
        i++;
    }
    return parse_fields(argv + i, argc - i, each, options);
}

static bool
has_field(struct replay *replay, const struct entry *entry,
          struct bytes field, struct hash_pair *pair)
{
    struct hash_room room;
    return entry != NULL && value_hash_get(replay_store(replay),
                                           &entry->value, field, &room, pair);
}

/* ---- HEXPIRE and its kin ---- */

static void
expire_field(struct replay *replay, struct entry *entry, struct bytes field,
             const struct field_options *options)
{
    struct hash_pair pair;
    if (has_field(replay, entry, field, &pair) &&
        replay_condition_holds(options->conditions, pair.has_expiry,
                               pair.expire_ms, options->expire_ms))
        (void)value_hash_expire(replay_store(replay), &entry->value, field,
                                options->expire_ms);
}

/* key time [NX | XX | GT | LT] FIELDS n field ... */
static enum replay_outcome
expire_fields(struct replay *replay, enum replay_time time,
              const struct bytes *argv, size_t argc)
{
    struct field_options options = { .count = 0 };
    struct entry *entry;
    options.conditions = replay_condition_of(argv[3]);
    size_t at = options.conditions != 0 ? 4 : 3;
    if (!replay_moment(replay, time, argv[2], &options.expire_ms) ||
        !parse_fields(argv + at, argc - at, 1, &options))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], TYPE_HASH, &entry);
    for (size_t i = 0; entry != NULL && i < options.count; i++)
        expire_field(replay, entry, options.fields[i], &options);
    return outcome;
}

static enum replay_outcome
hexpire(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return expire_fields(replay, REPLAY_EX, argv, argc);
}

static enum replay_outcome
hpexpire(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return expire_fields(replay, REPLAY_PX, argv, argc);
}

static enum replay_outcome
hexpireat(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return expire_fields(replay, REPLAY_EXAT, argv, argc);
}

static enum replay_outcome
hpexpireat(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return expire_fields(replay, REPLAY_PXAT, argv, argc);
}

static enum replay_outcome
hpersist(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct field_options options;
    struct entry *entry;
    if (!parse_fields(argv + 2, argc - 2, 1, &options))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], TYPE_HASH, &entry);
    for (size_t i = 0; entry != NULL && i < options.count; i++)
        (void)value_hash_persist(replay_store(replay), &entry->value,
                                 options.fields[i]);
    return outcome;
}

/* ---- setting, getting and deleting ---- */

static bool
all_are(struct replay *replay, const struct entry *entry,
        const struct field_options *options, bool there)
{
    struct hash_pair pair;
    for (size_t i = 0; i < options->count; i += 2)
        if (has_field(replay, entry, options->fields[i], &pair) != there)
            return false;
    return true;
}

static bool
set_field(struct replay *replay, struct entry *entry,
          const struct bytes *field, const struct field_options *options)
{
    struct store *store = replay_store(replay);
    if (value_hash_set(store, &entry->value, field[0], field[1],
                       options->keeps) == VALUE_REFUSED)
        return false;
    if (options->has_time)
        (void)value_hash_expire(store, &entry->value, field[0],
                                options->expire_ms);
    return true;
}

static bool
conditions_hold(struct replay *replay, const struct entry *entry,
                const struct field_options *options)
{
    return !(options->if_key_absent && entry != NULL) &&
           !(options->if_key_there && entry == NULL) &&
           !(options->if_absent && !all_are(replay, entry, options, false)) &&
           !(options->if_there && !all_are(replay, entry, options, true));
}

/* key [NX | XX] [FNX | FXX] [a time | KEEPTTL] FIELDS n field value ... */
static enum replay_outcome
hsetex(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct field_options options;
    struct entry *entry;
    bool kept = true;
    if (!parse_options(replay, argv, argc, 2, &options) ||
        replay_find(replay, argv[1], TYPE_HASH, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (!conditions_hold(replay, entry, &options))
        return REPLAY_DONE;
    enum replay_outcome outcome =
        replay_find_or_add(replay, argv[1], TYPE_HASH, &entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    for (size_t i = 0; i < options.count; i += 2)
        kept &= set_field(replay, entry, options.fields + i, &options);
    return replay_kept(kept);
}

/* key [a time | PERSIST] FIELDS n field ... */
static enum replay_outcome
hgetex(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct field_options options;
    struct entry *entry;
    if (!parse_options(replay, argv, argc, 1, &options))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], TYPE_HASH, &entry);
    for (size_t i = 0; entry != NULL && i < options.count; i++) {
        if (options.has_time)
            expire_field(replay, entry, options.fields[i], &options);
        else if (options.persists)
            (void)value_hash_persist(replay_store(replay), &entry->value,
                                     options.fields[i]);
    }
    return outcome;
}

/* key FIELDS n field ... */
static enum replay_outcome
hgetdel(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct field_options options;
    struct entry *entry;
    if (!parse_fields(argv + 2, argc - 2, 1, &options))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], TYPE_HASH, &entry);
    for (size_t i = 0; entry != NULL && i < options.count; i++)
        (void)value_hash_remove(replay_store(replay), &entry->value,
                                options.fields[i]);
    if (entry != NULL)
        replay_drop_if_empty(replay, entry);
    return outcome;
}

const struct replay_row replay_hash_ttl[] = {
    { "HEXPIRE", hexpire },
    { "HPEXPIRE", hpexpire },
    { "HEXPIREAT", hexpireat },
    { "HPEXPIREAT", hpexpireat },
    { "HPERSIST", hpersist },
    { "HSETEX", hsetex },
    { "HGETEX", hgetex },
    { "HGETDEL", hgetdel },
    { NULL, NULL },
};
