/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Strings as a whole (t_string.c, Redis 7.2 and 8.6, Valkey 9.1).
 */
#include "aof/replay-command.h"

#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>

#include "base/number.h"
#include "keyspace/value-string.h"

/* --- options of SET, GETEX and MSETEX --- */

enum {
    IF_ABSENT = 1,     /* NX */
    IF_PRESENT = 2,    /* XX */
    IF_EQUAL = 4,      /* IFEQ text */
    IF_UNEQUAL = 8,    /* IFNE text */
    IF_DIGEST = 16,    /* IFDEQ digest */
    IF_NO_DIGEST = 32, /* IFDNE digest */
    GET = 64,
    KEEP_TTL = 128,
    PERSIST = 256,
    EXPIRES = 512, /* EX, PX, EXAT or PXAT */
    COMPARES = IF_EQUAL | IF_UNEQUAL | IF_DIGEST | IF_NO_DIGEST,
    CONDITIONS = IF_ABSENT | IF_PRESENT | COMPARES,
    TIMES = KEEP_TTL | PERSIST | EXPIRES,
    OF_REDIS = COMPARES & ~IF_EQUAL, /* and not of Valkey */

    /* What each command takes. */
    OF_SET = CONDITIONS | GET | KEEP_TTL | EXPIRES,
    OF_GETEX = PERSIST | EXPIRES,
    OF_MSETEX = IF_ABSENT | IF_PRESENT | KEEP_TTL | EXPIRES,
};

struct options {
    unsigned given;
    struct bytes match; /* of COMPARES */
    enum replay_time time;
    struct bytes moment; /* EXPIRES: what stands behind the word */
    int64_t expire_ms;
};

static const struct option_word {
    const char *word;
    unsigned bit;
    unsigned excludes;
    bool has_text;
} option_words[] = {
    { "NX", IF_ABSENT, IF_PRESENT, false },
    { "XX", IF_PRESENT, IF_ABSENT, false },
    { "IFEQ", IF_EQUAL, CONDITIONS & ~IF_EQUAL, true },
    { "IFNE", IF_UNEQUAL, CONDITIONS & ~IF_UNEQUAL, true },
    { "IFDEQ", IF_DIGEST, CONDITIONS & ~IF_DIGEST, true },
    { "IFDNE", IF_NO_DIGEST, CONDITIONS & ~IF_NO_DIGEST, true },
    { "GET", GET, 0, false },
    { "KEEPTTL", KEEP_TTL, TIMES & ~KEEP_TTL, false },
    { "PERSIST", PERSIST, TIMES & ~PERSIST, false },
};

static const struct option_word *
find_option(struct bytes argument)
{
    size_t count = sizeof(option_words) / sizeof(option_words[0]);
    for (size_t i = 0; i < count; i++)
        if (replay_is(argument, option_words[i].word))
            return &option_words[i];
    return NULL;
}

/* One of EX, PX, EXAT, PXAT; which of them may stand once only. */
static bool
take_time(struct options *options, enum replay_time time, struct bytes moment)
{
    if ((options->given & TIMES & ~(unsigned)EXPIRES) ||
        ((options->given & EXPIRES) && options->time != time))
        return false;
    options->given |= EXPIRES;
    options->time = time;
    options->moment = moment;
    return true;
}

static bool
read_options(struct replay *replay, const struct bytes *argv, size_t argc,
             unsigned allowed, struct options *options)
{
    *options = (struct options){ .given = 0 };
    for (size_t i = 0; i < argc; i++) {
        const struct option_word *option = find_option(argv[i]);
        enum replay_time time;
        bool more = i + 1 < argc;
        if (option != NULL) {
            if (!(option->bit & allowed) ||
                ((option->bit & OF_REDIS) && replay_is_of_valkey(replay)) ||
                (option->excludes & options->given) ||
                (option->has_text && !more))
                return false;
            options->given |= option->bit;
            if (option->has_text)
                options->match = argv[++i];
        } else if (!more || !replay_time_option(argv[i], &time) ||
                   !take_time(options, time, argv[++i])) {
            return false;
        }
    }
    return !(options->given & EXPIRES) ||
           replay_expiry(replay, options->time, options->moment,
                         &options->expire_ms);
}

/* --- conditions --- */

enum { DIGEST_SIZE = 16 };

/* The digest is that of XXH3 in hexadecimal, of any case. */
static bool
has_digest(struct bytes text, struct bytes digest)
{
    char hex[DIGEST_SIZE + 1];
    (void)snprintf(hex, sizeof(hex), "%016" PRIx64,
                   (uint64_t)XXH3_64bits(text.data, text.size));
    return replay_is(digest, hex);
}

/* Whether the string is as one of COMPARES demands. */
static bool
compares(const struct entry *entry, unsigned condition, struct bytes match)
{
    char room[TEXT_DIGITS];
    struct bytes text = value_string_bytes(&entry->value, room);
    switch (condition) {
    case IF_EQUAL:
        return bytes_equal(text, match);
    case IF_UNEQUAL:
        return !bytes_equal(text, match);
    case IF_DIGEST:
        return has_digest(text, match);
    default:
        return !has_digest(text, match);
    }
}

static bool
is_digest_bad(unsigned condition, struct bytes match)
{
    return (condition & (IF_DIGEST | IF_NO_DIGEST)) &&
           match.size != DIGEST_SIZE;
}

/* Whether SET goes on. */
static enum replay_outcome
check_conditions(const struct entry *entry, const struct options *options,
                 bool *hold)
{
    unsigned given = options->given;
    unsigned compare = given & COMPARES;
    *hold = true;
    if (entry == NULL) {
        *hold = !(given & (IF_PRESENT | IF_EQUAL | IF_DIGEST));
        return REPLAY_DONE;
    }
    if ((given & (GET | COMPARES)) && entry_type(entry) != TYPE_STRING)
        return REPLAY_ERROR;
    if (given & IF_ABSENT) {
        *hold = false;
    } else if (compare) {
        if (is_digest_bad(compare, options->match))
            return REPLAY_ERROR;
        *hold = compares(entry, compare, options->match);
    }
    return REPLAY_DONE;
}

/* --- SET --- */

/* Long texts are where they can stay. */
static bool
give_text(struct replay *replay, struct value *value, struct bytes text)
{
    struct store *store = replay_store(replay);
    unsigned char *block = NULL;
    if (text.size > NUMBER_INTEGER_SIZE && text.size <= VALUE_TEXT_MOST)
        block = replay_take_block(replay, text);
    if (block == NULL)
        return value_string_set(store, value, text);
    value_string_set_block(store, value, block, (uint32_t)text.size);
    return true;
}

static enum replay_outcome
set_text(struct replay *replay, struct bytes name, struct bytes text,
         bool keep_expiry)
{
    struct value value;
    value_init(replay_store(replay), &value, TYPE_STRING);
    if (!give_text(replay, &value, text)) {
        value_fini(replay_store(replay), &value);
        return REPLAY_UNKNOWN;
    }
    return replay_put(replay, name, &value, keep_expiry);
}

static enum replay_outcome
set_text_until(struct replay *replay, struct bytes name, struct bytes text,
               int64_t expire_ms)
{
    enum replay_outcome outcome = set_text(replay, name, text, true);
    if (outcome != REPLAY_DONE)
        return outcome;
    struct keyspace *keyspace = replay_keyspace(replay);
    struct entry *entry = keyspace_find(keyspace, replay_db(replay), name);
    (void)keyspace_expire(keyspace, replay_db(replay), entry, expire_ms);
    return REPLAY_DONE;
}

static enum replay_outcome
set_as_told(struct replay *replay, struct bytes name, struct bytes text,
            const struct options *options)
{
    if (options->given & EXPIRES)
        return set_text_until(replay, name, text, options->expire_ms);
    return set_text(replay, name, text, (options->given & KEEP_TTL) != 0);
}

/* SET key value [option ...] */
static enum replay_outcome
run_set(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct options options;
    bool hold;
    if (argc == 3)
        return set_text(replay, argv[1], argv[2], false);
    if (!read_options(replay, argv + 3, argc - 3, OF_SET, &options))
        return REPLAY_ERROR;
    const struct entry *entry = keyspace_find(replay_keyspace(replay),
                                              replay_db(replay), argv[1]);
    enum replay_outcome outcome = check_conditions(entry, &options, &hold);
    if (outcome != REPLAY_DONE || !hold)
        return outcome;
    return set_as_told(replay, argv[1], argv[2], &options);
}

/* SETNX key value */
static enum replay_outcome
run_setnx(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)argc;
    if (keyspace_find(replay_keyspace(replay), replay_db(replay), argv[1]))
        return REPLAY_DONE;
    return set_text(replay, argv[1], argv[2], false);
}

/* SETEX key seconds value */
static enum replay_outcome
run_setex(struct replay *replay, const struct bytes *argv, size_t argc)
{
    int64_t expire_ms;
    (void)argc;
    if (!replay_expiry(replay, REPLAY_EX, argv[2], &expire_ms))
        return REPLAY_ERROR;
    return set_text_until(replay, argv[1], argv[3], expire_ms);
}

/* PSETEX key milliseconds value */
static enum replay_outcome
run_psetex(struct replay *replay, const struct bytes *argv, size_t argc)
{
    int64_t expire_ms;
    (void)argc;
    if (!replay_expiry(replay, REPLAY_PX, argv[2], &expire_ms))
        return REPLAY_ERROR;
    return set_text_until(replay, argv[1], argv[3], expire_ms);
}

/* GETSET key value */
static enum replay_outcome
run_getset(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    (void)argc;
    if (replay_find(replay, argv[1], TYPE_STRING, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    return set_text(replay, argv[1], argv[2], false);
}

/* GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] */
static enum replay_outcome
run_getex(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct keyspace *keyspace = replay_keyspace(replay);
    struct options options;
    struct entry *entry;
    if (!read_options(replay, argv + 2, argc - 2, OF_GETEX, &options) ||
        replay_find(replay, argv[1], TYPE_STRING, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (entry == NULL)
        return REPLAY_DONE;
    if (options.given & EXPIRES)
        (void)keyspace_expire(keyspace, replay_db(replay), entry,
                              options.expire_ms);
    else if (options.given & PERSIST)
        (void)keyspace_persist(keyspace, replay_db(replay), entry);
    return REPLAY_DONE;
}

/* --- several at once --- */

static bool
any_exists(struct replay *replay, const struct bytes *pairs, size_t count,
           bool wanted)
{
    for (size_t i = 0; i < count; i += 2) {
        const struct entry *entry = keyspace_find(
            replay_keyspace(replay), replay_db(replay), pairs[i]);
        if ((entry != NULL) == wanted)
            return true;
    }
    return false;
}

/* Key, value, key, value ... */
static enum replay_outcome
set_pairs(struct replay *replay, const struct bytes *pairs, size_t count,
          const struct options *options)
{
    enum replay_outcome outcome = REPLAY_DONE;
    for (size_t i = 0; i < count && outcome == REPLAY_DONE; i += 2)
        outcome = set_as_told(replay, pairs[i], pairs[i + 1], options);
    return outcome;
}

/* MSET key value ... */
static enum replay_outcome
run_mset(struct replay *replay, const struct bytes *argv, size_t argc)
{
    const struct options none = { .given = 0 };
    if (argc % 2 == 0)
        return REPLAY_ERROR;
    return set_pairs(replay, argv + 1, argc - 1, &none);
}

/* MSETNX key value ... */
static enum replay_outcome
run_msetnx(struct replay *replay, const struct bytes *argv, size_t argc)
{
    if (argc % 2 == 1 && any_exists(replay, argv + 1, argc - 1, true))
        return REPLAY_DONE;
    return run_mset(replay, argv, argc);
}

/* MSETEX count key value ... [option ...] */
static enum replay_outcome
run_msetex(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct options options;
    int64_t keys;
    if (!replay_integer(argv[1], &keys) || keys < 1 ||
        (uint64_t)keys > (argc - 2) / 2)
        return REPLAY_ERROR;
    const struct bytes *pairs = argv + 2;
    size_t count = (size_t)keys * 2;
    if (!read_options(replay, pairs + count, argc - 2 - count, OF_MSETEX,
                      &options))
        return REPLAY_ERROR;
    if (((options.given & IF_ABSENT) &&
         any_exists(replay, pairs, count, true)) ||
        ((options.given & IF_PRESENT) &&
         any_exists(replay, pairs, count, false)))
        return REPLAY_DONE;
    return set_pairs(replay, pairs, count, &options);
}

/* --- parts --- */

/* APPEND key value */
static enum replay_outcome
run_append(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    enum replay_outcome outcome = replay_find_or_add(replay, argv[1],
                                                     TYPE_STRING, &entry);
    (void)argc;
    if (outcome != REPLAY_DONE)
        return outcome;
    return replay_kept(value_string_append(replay_store(replay), &entry->value,
                                           argv[2]));
}

/* SETRANGE key offset value */
static enum replay_outcome
run_setrange(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    int64_t offset;
    (void)argc;
    if (!replay_number(replay, argv[2], &offset) || offset < 0 ||
        replay_find(replay, argv[1], TYPE_STRING, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (argv[3].size == 0)
        return REPLAY_DONE;
    if (replay_find_or_add(replay, argv[1], TYPE_STRING, &entry) !=
        REPLAY_DONE)
        return REPLAY_UNKNOWN;
    return replay_kept(value_string_set_range(replay_store(replay),
                                              &entry->value, (uint64_t)offset,
                                              argv[3]));
}

/* --- deleting --- */

/* GETDEL key */
static enum replay_outcome
run_getdel(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    (void)argc;
    if (replay_find(replay, argv[1], TYPE_STRING, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (entry != NULL)
        (void)replay_delete(replay, argv[1]);
    return REPLAY_DONE;
}

static enum replay_outcome
delete_if(struct replay *replay, struct bytes name, unsigned condition,
          struct bytes match)
{
    struct entry *entry;
    if (replay_find(replay, name, TYPE_STRING, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    if (entry == NULL)
        return REPLAY_DONE;
    if (is_digest_bad(condition, match))
        return REPLAY_ERROR;
    if (compares(entry, condition, match))
        (void)replay_delete(replay, name);
    return REPLAY_DONE;
}

/* DELEX key [IFEQ text | IFNE text | IFDEQ digest | IFDNE digest] */
static enum replay_outcome
run_delex(struct replay *replay, const struct bytes *argv, size_t argc)
{
    if (argc == 2) {
        (void)replay_delete(replay, argv[1]);
        return REPLAY_DONE;
    }
    if (argc != 4)
        return REPLAY_ERROR;
    const struct option_word *option = find_option(argv[2]);
    if (option == NULL || !(option->bit & COMPARES))
        return REPLAY_ERROR;
    return delete_if(replay, argv[1], option->bit, argv[3]);
}

/* DELIFEQ key text */
static enum replay_outcome
run_delifeq(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)argc;
    return delete_if(replay, argv[1], IF_EQUAL, argv[2]);
}

const struct replay_row replay_string[] = {
    { "APPEND", run_append },   { "DELEX", run_delex },
    { "DELIFEQ", run_delifeq }, { "GETDEL", run_getdel },
    { "GETEX", run_getex },     { "GETSET", run_getset },
    { "MSET", run_mset },       { "MSETEX", run_msetex },
    { "MSETNX", run_msetnx },   { "PSETEX", run_psetex },
    { "SET", run_set },         { "SETEX", run_setex },
    { "SETNX", run_setnx },     { "SETRANGE", run_setrange },
    { NULL, NULL },
};
