/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-era.h"

#include <stdio.h>
#include <stdlib.h>

#include "aof/aof-forms.h"
#include "data/score-text.h"

enum { VALKEY_VERSION = 80 }; /* of dumps with Valkey's own magic */

/* Since which releases. */
static const uint32_t multi_part = AOF_VERSION(7, 0, 0);
static const uint32_t short_scores = AOF_VERSION(7, 2, 0);

/* What is known of a release, and by what. */
struct guess {
    bool is_valkey;
    uint32_t version;
    char by[sizeof(((struct rdb_facts *)0)->server_by)];
};

static uint32_t
since(const struct aof_command *command, bool valkey)
{
    return command == NULL ? 0
           : valkey        ? command->valkey_since
                           : command->redis_since;
}

/* The newest command of either product counts only where both have it. */
static void
add_command(struct aof_era *era, const struct aof_command *command)
{
    if (command->redis_since == AOF_NEVER)
        era->is_not_redis = true;
    else if (command->redis_since > since(era->redis, false))
        era->redis = command;
    if (command->valkey_since == AOF_NEVER)
        era->is_not_valkey = true;
    else if (command->valkey_since > since(era->valkey, true))
        era->valkey = command;
}

void
aof_era_add(struct aof_era *era, const struct aof_command *command,
            const struct bytes *argv, uint64_t argc)
{
    if (command->class == AOF_CLASS_NEVER)
        return;
    add_command(era, command);
    if (argc <= aof_forms_plain(command))
        return;
    const struct aof_command *form = aof_forms_find(command, argv, argc);
    if (form != NULL)
        add_command(era, form);
}

static bool
is_short_score(struct bytes text)
{
    char digits[SCORE_TEXT_MAX];
    char room[SCORE_TEXT_MAX];
    if (text.size >= sizeof(digits) ||
        memchr(text.data, '.', text.size) == NULL)
        return false;
    memcpy(digits, text.data, text.size);
    digits[text.size] = '\0';
    double score = strtod(digits, NULL);
    struct text long_text = score_text_digits(SCORE_17, score, room);
    if (bytes_equal(bytes_of(long_text.data, long_text.held), text))
        return false;
    struct text short_text = score_text_digits(SCORE_FPCONV, score, room);
    return bytes_equal(bytes_of(short_text.data, short_text.held), text);
}

/* ZADD key score member ... */
static bool
has_short_score(const struct aof_record *record)
{
    for (size_t i = 2; i < record->count; i += 2)
        if (is_short_score(aof_argument_bytes(&record->args[i])))
            return true;
    return false;
}

void
aof_era_add_rewritten(struct aof_era *era, const struct aof_record *record)
{
    const struct bytes zadd = BYTES_LITERAL("ZADD");
    const struct bytes hsetex = BYTES_LITERAL("HSETEX");
    const struct bytes hpexpireat = BYTES_LITERAL("HPEXPIREAT");
    if (record->kind != AOF_RECORD_COMMAND || record->count == 0)
        return;
    struct bytes name = aof_argument_bytes(&record->args[0]);
    if (bytes_equal(name, hsetex))
        era->is_not_redis = true;
    else if (bytes_equal(name, hpexpireat))
        era->is_not_valkey = true;
    else if (!era->has_short_scores && bytes_equal(name, zadd))
        era->has_short_scores = has_short_score(record);
}

/* What tells that it is of a server that writes sets; NULL: nothing. */
static const char *
by_file(const struct aof_era *era)
{
    return era->has_manifest    ? "its manifest"
           : era->has_times     ? "its #TS lines"
           : era->has_part_name ? "its file's name"
                                : NULL;
}

uint32_t
aof_era_newest(const struct aof_era *era, bool *is_valkey)
{
    *is_valkey = era->is_not_redis && !era->is_not_valkey;
    uint32_t newest = since(*is_valkey ? era->valkey : era->redis, *is_valkey);
    uint32_t least = era->has_short_scores ? short_scores
                     : by_file(era) != NULL ? multi_part
                                            : 0;
    if (newest < least)
        newest = least;
    return newest == 0 ? 0 : newest | AOF_PATCH_LATEST;
}

static struct guess
guess_of(const struct aof_era *era, bool is_valkey)
{
    const struct aof_command *newest = is_valkey ? era->valkey : era->redis;
    struct guess guess = { .is_valkey = is_valkey,
                           .version = since(newest, is_valkey) };
    if (era->has_short_scores && guess.version < short_scores) {
        guess.version = short_scores;
        (void)snprintf(guess.by, sizeof(guess.by), "its scores");
    } else if (by_file(era) != NULL && guess.version <= multi_part) {
        guess.version = multi_part;
        (void)snprintf(guess.by, sizeof(guess.by), "%s", by_file(era));
    } else if (newest != NULL) {
        (void)snprintf(guess.by, sizeof(guess.by), "its newest command, %s",
                       newest->name);
    } else {
        (void)snprintf(guess.by, sizeof(guess.by), "no command at all");
    }
    return guess;
}

/* Of the dumps that a release writes (rdb.h RDB_VERSION). */
static int
rdb_version(const struct guess *guess)
{
    static const struct {
        bool is_valkey;
        uint32_t since;
        int version;
    } rows[] = {
        { false, 0, 6 },
        { false, AOF_VERSION(3, 2, 0), 7 },
        { false, AOF_VERSION(4, 0, 0), 8 },
        { false, AOF_VERSION(5, 0, 0), 9 },
        { false, AOF_VERSION(7, 0, 0), 10 },
        { false, AOF_VERSION(7, 2, 0), 11 },
        { false, AOF_VERSION(7, 4, 0), 12 },
        { false, AOF_VERSION(8, 6, 0), 13 },
        { true, 0, 11 },
        { true, AOF_VERSION(9, 0, 0), 80 },
    };
    int version = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].is_valkey == guess->is_valkey &&
            rows[i].since <= guess->version)
            version = rows[i].version;
    return version;
}

static void
set_facts(struct rdb_facts *facts, const struct guess *guess)
{
    facts->version = rdb_version(guess);
    facts->dialect = facts->version >= VALKEY_VERSION ? RDB_VALKEY
                                                      : RDB_REDIS;
    (void)snprintf(facts->server, sizeof(facts->server), "%s",
                   guess->is_valkey ? "valkey" : "redis");
    (void)snprintf(facts->server_version, sizeof(facts->server_version),
                   "%u.%u.%u", guess->version >> 16,
                   guess->version >> 8 & 0xff, guess->version & 0xff);
    memcpy(facts->server_by, guess->by, sizeof(facts->server_by));
}

uint32_t
aof_era_version(const struct rdb_facts *facts, bool *is_valkey)
{
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;
    *is_valkey = strcmp(facts->server, "valkey") == 0;
    if (*is_valkey || strcmp(facts->server, "redis") == 0)
        (void)sscanf(facts->server_version, "%3u.%3u.%3u", &major, &minor,
                     &patch);
    return AOF_VERSION(major, minor & 0xff, patch & 0xff);
}

void
aof_era_complete(const struct aof_era *era, struct rdb_facts *facts)
{
    bool is_valkey;
    uint32_t version = aof_era_version(facts, &is_valkey);
    if (facts->server[0] == '\0' && facts->version == 0) {
        (void)aof_era_newest(era, &is_valkey);
        struct guess guess = guess_of(era, is_valkey);
        set_facts(facts, &guess);
    } else if (version != 0) {
        struct guess guess = guess_of(era, is_valkey);
        if (guess.version > version)
            set_facts(facts, &guess);
    }
}
