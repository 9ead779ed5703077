/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The expected answers are what the servers named did with hand-made files
 * (tests/data/acceptance.tsv).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "rdb/acceptance.h"

/* The servers that were tried, and how each row below names them: one letter a
 * server, L loads, D drops the key, R refuses, C crashes. */
static const struct {
    const char *product;
    int major;
    int minor;
} tried[] = {
    { "redis", 2, 8 }, { "redis", 4, 0 },  { "redis", 5, 0 },
    { "redis", 6, 0 }, { "redis", 6, 2 },  { "redis", 7, 0 },
    { "redis", 7, 4 }, { "redis", 8, 0 },  { "redis", 8, 6 },
    { "valkey", 8, 1 }, { "valkey", 9, 1 },
};

enum { TRIED = sizeof(tried) / sizeof(tried[0]) };

static size_t
row_of(size_t server)
{
    return acceptance_find(tried[server].product, tried[server].major,
                           tried[server].minor);
}

static char
letter_of(struct acceptance acceptance, size_t row)
{
    return acceptance.crashes >> row & 1   ? 'C'
           : acceptance.refuses >> row & 1 ? 'R'
           : acceptance.loses >> row & 1   ? 'D'
                                           : 'L';
}

static void
assert_answers(enum finding_code code, unsigned char type, const char *letters)
{
    struct key key = { .type_byte = type };
    struct acceptance acceptance = acceptance_of_finding(code, &key);
    char said[TRIED + 1] = "";
    for (size_t i = 0; i < TRIED; i++)
        said[i] = letter_of(acceptance, row_of(i));
    assert_string_equal(said, letters);
}

static void
test_findings(void **state)
{
    (void)state;
    assert_answers(FINDING_CRC_MISMATCH, 0, "RRRRRRRRRRR");
    assert_answers(FINDING_CRC_ABSENT, 0, "LLLLLLLLLLL");
    assert_answers(FINDING_TRAILING, 0, "LLLLLLLLLLL");
    assert_answers(FINDING_LENGTH, 0, "LRRRRRRRRRR");
    assert_answers(FINDING_LENGTH_64, 0, "CLLLLLLLLLL");
    assert_answers(FINDING_LZF, 0, "RRRRRRRRRRR");
    assert_answers(FINDING_LZF_SIZE, 0, "LLLLRRRRRRR");
    assert_answers(FINDING_LZF_EMPTY, 0, "RRRRLLLLLLL");
    assert_answers(FINDING_DUPLICATE_KEY, 0, "CCCCCCCCCCC");
    assert_answers(FINDING_EMPTY_AGGREGATE, 2, "LLLLDDDDDDD");
    assert_answers(FINDING_DUPLICATE_MEMBER, 2, "LLLLRRRRRRR");
    assert_answers(FINDING_DUPLICATE_FIELD, 4, "LLLLLLLLLLR");
    assert_answers(FINDING_SCORE_NAN, 3, "CCCCCRRRRRR");
    assert_answers(FINDING_INTSET_SHALLOW, 11, "LLLLRRRRRRR");
    assert_answers(FINDING_INTSET_DEEP, 11, "LLLLLLLLLLR");
    assert_answers(FINDING_ZIPLIST_DEEP, 10, "LLLLLRRRRRR");
    assert_answers(FINDING_ZIPLIST_PREVLEN, 10, "LLLLCRRRRRR");
    assert_answers(FINDING_ZIPMAP, 9, "LLLLRRRRRRR");
    assert_answers(FINDING_ZSET_UNSORTED, 17, "LLLLLLLLLLL");
    assert_answers(FINDING_STREAM_NOTE, 15, "LLLLLLLLLLL");
    assert_answers(FINDING_STREAM_DEEP, 15, "LLLLLLLLLLR");
    assert_answers(FINDING_STREAM_NO_NODES, 15, "LLLLLRRRRRR");
    assert_answers(FINDING_HEADER_BLANK, 0, "LLLLLLLLLRR");
}

static void
test_findings_by_type(void **state)
{
    (void)state;
    assert_answers(FINDING_ODD_COUNT, 13, "LLLLLRRRRRR");
    assert_answers(FINDING_ODD_COUNT, 16, "LLLLLLLLLLR");
    assert_answers(FINDING_DUPLICATE_OLD, 9, "LLLLRRRRRRR");
    assert_answers(FINDING_DUPLICATE_OLD, 13, "LLLLLRRRRRR");
    assert_answers(FINDING_SCORE_TEXT, 3, "LLLLRRRRRRR");
    assert_answers(FINDING_SCORE_TEXT, 17, "LLLLLLLLLLL");
}

static void
test_no_key(void **state)
{
    (void)state;
    struct acceptance a = acceptance_of_finding(FINDING_ODD_COUNT, NULL);
    assert_int_not_equal(acceptance_against(a), 0);
}

static void
test_find(void **state)
{
    (void)state;
    size_t row = acceptance_find("redis", 7, 3);
    assert_string_equal(acceptance_servers[row].name, "redis-7.2");
    row = acceptance_find("redis", 1, 0);
    assert_string_equal(acceptance_servers[row].name, "redis-2.8");
    row = acceptance_find("redis", 99, 0);
    assert_string_equal(acceptance_servers[row].name, "redis-8.10");
    row = acceptance_find("valkey", 9, 1);
    assert_string_equal(acceptance_servers[row].name, "valkey-9.1");
    assert_int_equal(acceptance_find("memcached", 1, 6), ACCEPTANCE_SERVERS);
}

static const char *
writer_of(enum rdb_dialect dialect, int version, const char *server,
          const char *server_version)
{
    struct rdb_facts facts = { .dialect = dialect, .version = version };
    (void)snprintf(facts.server, sizeof(facts.server), "%s", server);
    (void)snprintf(facts.server_version, sizeof(facts.server_version), "%s",
                   server_version);
    return acceptance_servers[acceptance_writer(&facts)].name;
}

static void
test_writer(void **state)
{
    (void)state;
    assert_string_equal(writer_of(RDB_REDIS, 11, "redis", "7.2.6"),
                        "redis-7.2");
    assert_string_equal(writer_of(RDB_REDIS, 11, "valkey", "8.0.1"),
                        "valkey-8.0");
    /* A release candidate of 8.10. */
    assert_string_equal(writer_of(RDB_REDIS, 15, "redis", "8.9.241"),
                        "redis-8.10");
    /* Nobody named: the version tells. */
    assert_string_equal(writer_of(RDB_REDIS, 3, "", ""), "redis-2.8");
    assert_string_equal(writer_of(RDB_REDIS, 9, "", ""), "redis-6.2");
    assert_string_equal(writer_of(RDB_REDIS, 12, "", ""), "redis-8.0");
    assert_string_equal(writer_of(RDB_REDIS, 13, "", ""), "redis-8.6");
    assert_string_equal(writer_of(RDB_VALKEY, 80, "", ""), "valkey-9.1");
    assert_string_equal(writer_of(RDB_REDIS, 9, "disque", "1.0"),
                        "redis-6.2");
    /* Named, but by no version that can be read. */
    assert_string_equal(writer_of(RDB_REDIS, 10, "redis", "7?2.1"),
                        "redis-7.0");
    assert_string_equal(writer_of(RDB_REDIS, 10, "redis", "5.0rc"),
                        "redis-7.0");
    assert_string_equal(writer_of(RDB_REDIS, 9, "redis", "5.0-rc1"),
                        "redis-5.0");
}

static void
test_writer_newer(void **state)
{
    (void)state;
    struct rdb_facts facts = { .version = 16 };
    assert_true(acceptance_writer_is_newer(&facts));
    facts.version = 99; /* no server said that it wrote this */
    assert_false(acceptance_writer_is_newer(&facts));
    (void)snprintf(facts.server, sizeof(facts.server), "redis");
    (void)snprintf(facts.server_version, sizeof(facts.server_version), "12.0");
    assert_true(acceptance_writer_is_newer(&facts));
    facts.version = 11;
    assert_false(acceptance_writer_is_newer(&facts));
}

static void
assert_feature(const struct rdb_facts *facts, const bool types[256],
               bool vector_sets, size_t number, const char *letters)
{
    static struct acceptance_feature features[ACCEPTANCE_FEATURES_MAX];
    char said[TRIED + 1] = "";
    size_t count =
        acceptance_features(facts, NULL, 0, types, vector_sets, features);
    assert_true(number < count);
    for (size_t i = 0; i < TRIED; i++)
        said[i] = letter_of(features[number].acceptance, row_of(i));
    assert_string_equal(said, letters);
}

static void
test_features(void **state)
{
    (void)state;
    struct rdb_facts facts = { .version = 9 };
    bool types[256] = { [20] = true };
    assert_feature(&facts, types, false, 0, "RRLLLLLLLLL");
    assert_feature(&facts, types, false, 1, "CRRRRRLLLLL");
    types[20] = false;
    types[24] = true;
    assert_feature(&facts, types, false, 1, "CRRRRRLLLRR");
    types[24] = false;
    facts.functions = 1;
    assert_feature(&facts, types, false, 1, "CRRRRLLLLLL");
    facts.functions = 0;
    assert_feature(&facts, types, true, 1, "CRRRRRRLLRR");

    facts.version = 12;
    assert_feature(&facts, types, false, 0, "RRRRRRLLLRR");
    facts = (struct rdb_facts){ .dialect = RDB_VALKEY, .version = 80 };
    assert_feature(&facts, types, false, 0, "RRRRRRRRRRL");
    facts.version = 79;
    assert_feature(&facts, types, false, 0, "RRRRRRRRRRR");
    facts.version = 81;
    assert_feature(&facts, types, false, 0, "RRRRRRRRRRR");
}

static void
test_join(void **state)
{
    (void)state;
    struct acceptance a = { .loses = 3, .refuses = 4 };
    struct acceptance b = { .refuses = 1, .crashes = 4 };
    struct acceptance both = acceptance_join(a, b);
    assert_int_equal(both.loses, 2);
    assert_int_equal(both.refuses, 1);
    assert_int_equal(both.crashes, 4);
    assert_int_equal(acceptance_against(both), 7);
}

static void
assert_servers(uint32_t servers, const char *expected)
{
    struct buffer out = { NULL, 0, 0 };
    acceptance_append_servers(&out, servers);
    buffer_append_byte(&out, '\0');
    assert_string_equal((const char *)out.data, expected);
    buffer_fini(&out);
}

static void
test_servers_in_words(void **state)
{
    (void)state;
    assert_servers(0, "no server");
    assert_servers(ACCEPTANCE_ALL, "every server");
    assert_servers(1, "redis-2.8");
    assert_servers(7, "redis-2.8 to redis-3.2");
    assert_servers(5, "redis-2.8, redis-3.2");
    size_t valkey = acceptance_find("valkey", 7, 2);
    assert_servers(UINT32_C(3) << (valkey - 1), "redis-8.10, valkey-7.2");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_findings_by_type),
        cmocka_unit_test(test_no_key),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_writer),
        cmocka_unit_test(test_writer_newer),
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_servers_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
