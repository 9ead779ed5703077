/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Commands about the time of fields, of Redis 7.4 and later and Valkey 9.
 * Times that have passed are kept: a loading server deletes nothing for them
 * (t_hash.c checkAlreadyExpired).
 */
#include "aof/replay-command.h"
#include "aof/replay-condition.h"
#include "keyspace/value-hash.h"

enum {
    IF_KEY_ABSENT = 1, /* NX of HSETEX, Valkey's */
    IF_KEY_THERE = 2,  /* XX */
    IF_ABSENT = 4,     /* FNX */
    IF_THERE = 8,      /* FXX */
    KEEPS = 16,        /* KEEPTTL */
    PERSISTS = 32,     /* PERSIST */
    EXPIRES = 64,      /* EX, PX, EXAT or PXAT */
    TIMES = KEEPS | PERSISTS | EXPIRES,

    /* What each command takes. */
    OF_HSETEX = IF_KEY_ABSENT | IF_KEY_THERE | IF_ABSENT | IF_THERE | KEEPS |
                EXPIRES,
    OF_HGETEX = PERSISTS | EXPIRES,
};

/* What stands behind the key.  Redis 8.6 takes options behind the fields, too,
 * and writes them as they came; Valkey does not. */
struct field_options {
    unsigned given;
    unsigned conditions; /* of the fields' times, of HEXPIRE and its kin */
    int64_t expire_ms;
    const struct bytes *fields; /* NULL: not met */
    size_t count; /* arguments at fields */
};

/* "FIELDS n" and `each` arguments for every one of the n, at argv[*at], which
 * moves behind it; once. */
static bool
take_fields(const struct bytes *argv, size_t argc, size_t each, size_t *at,
            struct field_options *options)
{
    int64_t count;
    size_t left = argc - *at;
    if (options->fields != NULL || left < 2 ||
        !replay_is(argv[*at], "FIELDS") ||
        !replay_integer(argv[*at + 1], &count) || count < 1 ||
        (uint64_t)count > (left - 2) / each)
        return false;
    options->fields = argv + *at + 2;
    options->count = (size_t)count * each;
    *at += 2 + options->count;
    return true;
}

static bool
has_fields(const struct replay *replay, const struct bytes *argv, size_t argc,
           const struct field_options *options)
{
    return options->fields != NULL &&
           (replay_is_since(replay, 0, AOF_NEVER) ||
            options->fields + options->count == argv + argc);
}

/* HPERSIST and HGETDEL: nothing but the fields. */
static bool
read_fields(const struct bytes *argv, size_t argc,
            struct field_options *options)
{
    size_t at = 2;
    *options = (struct field_options){ .given = 0 };
    return take_fields(argv, argc, 1, &at, options) && at == argc;
}

/* HEXPIRE and its kin.  Valkey takes several conditions. */
static bool
read_conditions(const struct replay *replay, const struct bytes *argv,
                size_t argc, struct field_options *options)
{
    for (size_t at = 3; at < argc;) {
        unsigned condition = replay_condition_of(argv[at]);
        options->conditions |= condition;
        if (condition != 0)
            at++;
        else if (!take_fields(argv, argc, 1, &at, options))
            return false;
    }
    return has_fields(replay, argv, argc, options) &&
           replay_conditions_agree(options->conditions);
}

static const struct flag {
    const char *word;
    unsigned bit;
    unsigned excludes;
} flags[] = {
    { "NX", IF_KEY_ABSENT, IF_KEY_THERE },
    { "XX", IF_KEY_THERE, IF_KEY_ABSENT },
    { "FNX", IF_ABSENT, IF_THERE },
    { "FXX", IF_THERE, IF_ABSENT },
    { "KEEPTTL", KEEPS, TIMES & ~KEEPS },
    { "PERSIST", PERSISTS, TIMES & ~PERSISTS },
};

static const struct flag *
find_flag(struct bytes word)
{
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (replay_is(word, flags[i].word))
            return &flags[i];
    return NULL;
}

/* Redis takes 46 bits of milliseconds (t_hash.c parseExpireTime). */
static bool
read_expiry(struct replay *replay, enum replay_time time, struct bytes argument,
            int64_t *expire_ms)
{
    const int64_t most = (INT64_C(1) << 46) - 1;
    return replay_expiry(replay, time, argument, expire_ms) &&
           (*expire_ms <= most || replay_is_of_valkey(replay));
}

/* An option of HSETEX or HGETEX at argv[*at], which moves behind it. */
static bool
take_option(struct replay *replay, const struct bytes *argv, size_t argc,
            size_t *at, struct field_options *options)
{
    struct bytes word = argv[(*at)++];
    const struct flag *flag = find_flag(word);
    enum replay_time time;
    if (flag != NULL) {
        bool agrees = (options->given & flag->excludes) == 0;
        options->given |= flag->bit;
        return agrees;
    }
    if (*at == argc || !replay_time_option(word, &time) ||
        (options->given & TIMES) != 0)
        return false;
    options->given |= EXPIRES;
    return read_expiry(replay, time, argv[(*at)++], &options->expire_ms);
}

/* HSETEX and HGETEX. */
static bool
read_options(struct replay *replay, const struct bytes *argv, size_t argc,
             unsigned allowed, struct field_options *options)
{
    size_t each = allowed == OF_HSETEX ? 2 : 1;
    *options = (struct field_options){ .given = 0 };
    for (size_t at = 2; at < argc;) {
        bool taken = replay_is(argv[at], "FIELDS")
                         ? take_fields(argv, argc, each, &at, options)
                         : take_option(replay, argv, argc, &at, options);
        if (!taken)
            return false;
    }
    return has_fields(replay, argv, argc, options) &&
           (options->given & ~allowed) == 0;
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

/* key time [NX | XX | GT | LT] ... FIELDS n field ... */
static enum replay_outcome
expire_fields(struct replay *replay, enum replay_time time,
              const struct bytes *argv, size_t argc)
{
    struct field_options options = { .given = 0 };
    struct entry *entry;
    if (!read_expiry(replay, time, argv[2], &options.expire_ms) ||
        !read_conditions(replay, argv, argc, &options))
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
    if (!read_fields(argv, argc, &options))
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
                       (options->given & KEEPS) != 0) == VALUE_REFUSED)
        return false;
    if ((options->given & EXPIRES) != 0)
        (void)value_hash_expire(store, &entry->value, field[0],
                                options->expire_ms);
    return true;
}

static bool
conditions_hold(struct replay *replay, const struct entry *entry,
                const struct field_options *options)
{
    unsigned given = options->given;
    return !((given & IF_KEY_ABSENT) != 0 && entry != NULL) &&
           !((given & IF_KEY_THERE) != 0 && entry == NULL) &&
           !((given & IF_ABSENT) != 0 &&
             !all_are(replay, entry, options, false)) &&
           !((given & IF_THERE) != 0 &&
             !all_are(replay, entry, options, true));
}

/* key [NX | XX] [FNX | FXX] [a time | KEEPTTL] FIELDS n field value ... */
static enum replay_outcome
hsetex(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct field_options options;
    struct entry *entry;
    bool kept = true;
    if (!read_options(replay, argv, argc, OF_HSETEX, &options) ||
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
    if (!read_options(replay, argv, argc, OF_HGETEX, &options))
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        replay_find(replay, argv[1], TYPE_HASH, &entry);
    for (size_t i = 0; entry != NULL && i < options.count; i++) {
        if ((options.given & EXPIRES) != 0)
            expire_field(replay, entry, options.fields[i], &options);
        else if ((options.given & PERSISTS) != 0)
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
    if (!read_fields(argv, argc, &options))
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
