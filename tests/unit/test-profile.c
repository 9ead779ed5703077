/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/profile.h"

static struct profile
resolve(const char *server, const struct rdb_facts *facts)
{
    struct profile profile;
    struct profile_request request = { .server = server };
    struct error error = { .kind = ERROR_NONE };
    assert_int_equal(profile_request_check(&request, &error), STATUS_OK);
    profile_resolve(&profile, &request, facts);
    return profile;
}

static struct rdb_facts
facts_of(const char *server, const char *version, int rdb_version)
{
    struct rdb_facts facts = { .version = rdb_version, .used_mem = -1 };
    strcpy(facts.server, server);
    strcpy(facts.server_version, version);
    return facts;
}

static bool
has_note(const struct profile *profile, const char *words)
{
    for (size_t i = 0; i < profile->note_count; i++)
        if (strstr(profile->notes[i], words) != NULL)
            return true;
    return false;
}

static void
the_file_names_its_server(void **state)
{
    (void)state;
    struct rdb_facts facts = facts_of("redis", "7.2.6", 11);
    struct profile profile = resolve(NULL, &facts);
    assert_string_equal(profile.name, "redis-7.2");
    assert_ptr_equal(profile.prices, &profile.server->prices[0]);
    assert_int_equal(profile.bits, 64);
    assert_true(profile.shares_integers);
    assert_false(profile.cluster);
    assert_int_equal(profile.note_count, 0);

    facts = facts_of("valkey", "8.1.1", 11);
    profile = resolve(NULL, &facts);
    assert_string_equal(profile.name, "valkey-8.1");
    assert_int_equal(profile.note_count, 0);
    assert_false(profile.shares_integers);

    facts = facts_of("redis", "8.5.1", 12);
    profile = resolve(NULL, &facts);
    assert_string_equal(profile.name, "redis-8.4");
    assert_true(has_note(&profile, "redis-8.5.1 is not in the table"));

    static const char *const majors[][2] = { { "redis-99", "redis-8.10" },
                                             { "redis-7", "redis-7.4" },
                                             { "valkey-8", "valkey-8.1" },
                                             { "redis-1", "redis-2.8" } };
    for (size_t i = 0; i < sizeof(majors) / sizeof(majors[0]); i++) {
        profile = resolve(majors[i][0], &facts);
        assert_string_equal(profile.name, majors[i][1]);
        assert_true(has_note(&profile, "is not in the table"));
    }

    facts = facts_of("redis", "8.10.0", 15);
    profile = resolve(NULL, &facts);
    assert_string_equal(profile.name, "redis-8.10");
}

/* The table of the command line's contract. */
static void
or_the_version_of_the_format_does(void **state)
{
    (void)state;
    static const struct {
        int version;
        const char *server;
    } versions[] = {
        { 1, "redis-2.8" },  { 6, "redis-2.8" },  { 7, "redis-3.2" },
        { 8, "redis-4.0" },  { 9, "redis-6.2" },  { 10, "redis-7.0" },
        { 11, "redis-7.2" }, { 12, "redis-8.0" }, { 13, "redis-8.6" },
        { 16, "redis-8.6" },
    };
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        struct rdb_facts facts = facts_of("", "", versions[i].version);
        struct profile profile = resolve(NULL, &facts);
        assert_string_equal(profile.name, versions[i].server);
        assert_true(has_note(&profile, "by its version"));
    }
    struct rdb_facts facts = facts_of("", "", 80);
    facts.dialect = RDB_VALKEY;
    struct profile profile = resolve(NULL, &facts);
    assert_string_equal(profile.name, "valkey-9.1");
}

static void
the_user_decides(void **state)
{
    (void)state;
    struct rdb_facts facts = facts_of("redis", "7.2.6", 11);
    struct profile profile = resolve("redis-6.2.16/none/32", &facts);
    assert_string_equal(profile.name, "redis-6.2/none/32");
    assert_int_equal(profile.bits, 32);
    assert_ptr_equal(profile.prices, &profile.server->prices[1]);

    profile = resolve("keydb-6.3", &facts);
    assert_string_equal(profile.name, "keydb-6.3");
    profile = resolve("valkey-7.2", &facts);
    assert_string_equal(profile.name, "valkey-7.2");
    profile = resolve("redis-2.6", &facts);
    assert_string_equal(profile.name, "redis-2.8");
    facts.bits = 32;
    profile = resolve(NULL, &facts);
    assert_int_equal(profile.bits, 32);
}

/* Patch levels from 224 on, and odd minor numbers of Redis with three digits
 * behind them, are candidates of the release that follows. */
static void
candidates_are_the_next_release(void **state)
{
    (void)state;
    static const struct {
        const char *product;
        const char *version;
        const char *server;
    } of[] = {
        { "redis", "7.3.240", "redis-7.4" },
        { "redis", "7.9.226", "redis-8.0" },
        { "redis", "8.9.241", "redis-8.10" },
        { "redis", "5.9.101", "redis-6.0" },
        { "redis", "7.0.240", "redis-7.2" },
        { "redis", "7.0.15", "redis-7.0" },
        { "redis", "7.3.0", "redis-7.2" },
        { "redis", "255.255.255", "redis-8.10" },
        { "valkey", "7.9.240", "valkey-8.0" },
        { "valkey", "8.1.6", "valkey-8.1" },
        { "valkey", "255.255.255", "valkey-9.1" },
    };
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        struct rdb_facts facts = facts_of(of[i].product, of[i].version, 11);
        struct profile profile = resolve(NULL, &facts);
        assert_string_equal(profile.name, of[i].server);
    }
}

static void
what_the_keys_say(void **state)
{
    (void)state;
    struct rdb_facts facts = facts_of("redis", "7.2.6", 11);
    facts.has_freq = true;
    struct profile profile = resolve(NULL, &facts);
    assert_false(profile.shares_integers);
    assert_true(has_note(&profile, "FREQ"));
    facts.has_slot_info = true;
    profile = resolve(NULL, &facts);
    assert_true(profile.cluster);
    assert_true(has_note(&profile, "cluster"));
}

static struct profile
with_setting(const char *setting, const struct rdb_facts *facts)
{
    struct profile profile;
    struct profile_request request = { .settings = &setting,
                                       .setting_count = 1 };
    struct error error = { .kind = ERROR_NONE };
    assert_int_equal(profile_request_check(&request, &error), STATUS_OK);
    profile_resolve(&profile, &request, facts);
    return profile;
}

static void
settings_by_any_name(void **state)
{
    (void)state;
    struct rdb_facts facts = facts_of("redis", "7.2.6", 11);
    struct profile profile;
    profile = with_setting("hash-max-listpack-entries=32", &facts);
    assert_int_equal(profile.settings.hash_max_listpack_entries, 32);
    assert_int_equal(profile.settings.hash_max_listpack_value, 64);
    profile = with_setting("hash-max-zipmap-value=1kb", &facts);
    assert_int_equal(profile.settings.hash_max_listpack_value, 1024);
    profile = with_setting("ZSET-max-ziplist-entries=7", &facts);
    assert_int_equal(profile.settings.zset_max_listpack_entries, 7);
    profile = with_setting("list-max-ziplist-size=-5", &facts);
    assert_int_equal(profile.settings.list_max_listpack_size, -5);
    profile = with_setting("maxmemory-policy=allkeys-lfu", &facts);
    assert_false(profile.shares_integers);
    profile = with_setting("maxmemory-policy=volatile-ttl", &facts);
    assert_true(profile.shares_integers);
    profile = with_setting("cluster-enabled=yes", &facts);
    assert_true(profile.cluster);
    facts.has_slot_info = true;
    facts.has_idle = true;
    profile = with_setting("cluster-enabled=no", &facts);
    assert_false(profile.cluster);
    assert_false(profile.shares_integers);
    profile = with_setting("maxmemory=0", &facts);
    assert_true(profile.shares_integers);
}

static void
check_refused(const struct profile_request *request, const char *words)
{
    struct error error = { .kind = ERROR_NONE };
    assert_int_equal(profile_request_check(request, &error), STATUS_FAIL);
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.text, words));
}

static void
nonsense_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const servers[] = { "",           "redis",
                                           "redis-",     "redis-x",
                                           "redis-7x",   "mysql-8.0",
                                           "redis-7.2b", "7.2",
                                           "redis-99999999999999.1" };
    for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
        struct profile_request request = { .server = servers[i] };
        check_refused(&request, "redis-7.2");
    }
    struct profile_request request = { .server = "redis-7.2/tlsf" };
    check_refused(&request, "jemalloc");
    request.server = "redis-7.2/jemalloc/16";
    check_refused(&request, "/32");
    request = (struct profile_request){ .allocator = "tlsf" };
    check_refused(&request, "jemalloc");
    request = (struct profile_request){ .bits = 16 };
    check_refused(&request, "32 or 64");

    static const char *const settings[] = {
        "hash-max-listpack-entries",      "hash-max-listpack-entries=",
        "hash-max-listpack-entries=-1",   "hash-max-listpack-entries=1x",
        "hash-max-listpack-entries= 1",   "maxmemory-policy=lru",
        "cluster-enabled=2",              "maxmemory=99999999999gb",
        "hash-max-listpack-value=1tb",    "=1",
        "hash-max-listpack-entries=9223372036854775808",
    };
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        request = (struct profile_request){ .settings = &settings[i],
                                            .setting_count = 1 };
        check_refused(&request, "--set");
    }
    static const char *unknown = "hash-maximum=3";
    request = (struct profile_request){ .settings = &unknown,
                                        .setting_count = 1 };
    check_refused(&request, "list-compress-depth");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_names_its_server),
        cmocka_unit_test(or_the_version_of_the_format_does),
        cmocka_unit_test(the_user_decides),
        cmocka_unit_test(candidates_are_the_next_release),
        cmocka_unit_test(what_the_keys_say),
        cmocka_unit_test(settings_by_any_name),
        cmocka_unit_test(nonsense_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
