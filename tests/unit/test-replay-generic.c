/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Expected states follow the commands' documentation; payloads are from DUMP
 * of Redis 7.0.15.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aof/replay-import.h"
#include "keyspace/value-list.h"
#include "replay-text.h"

#define PAYLOAD_INTEGER                                                       \
    "\"\\x00\\xc190\\n\\x00\\x9d\\x94\\xea'\\x93\\xfc\\x08\\xb9\""
#define PAYLOAD_LIST                                                          \
    "\"\\x12\\x01\\x02\\x0f\\x0f\\x00\\x00\\x00\\x03\\x00\\x81"               \
    "a\\x02\\x81"                                                             \
    "b\\x02\\x03\\x01\\xff\\n\\x00\\xdc\\xa1\\xe6}P\\x05PH\""
#define PAYLOAD_LZF                                                           \
    "\"\\x00\\xc3\\n@x\\x02"                                                  \
    "aba\\xe0j\\x01\\x01"                                                     \
    "ab\\n\\x00\\xb2\\x88p\\x8cS\\x07\\x16\\xd2\""
#define NO_CRC "\\n\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\""

/* The key is a list of these elements, a blank between two. */
static void
expect_list(const char *name, const char *elements)
{
    char room[TEXT_DIGITS];
    char text[256] = "";
    struct value_list_cursor cursor;
    struct bytes element;
    bool more = false;
    const struct entry *entry = entry_of(name);
    assert_non_null(entry);
    assert_int_equal(entry_type(entry), TYPE_LIST);
    value_list_begin(&cursor, &entry->value);
    while (value_list_next(&cursor, room, &element)) {
        assert_true(strlen(text) + element.size + 2 < sizeof(text));
        if (more)
            strcat(text, " ");
        more = true;
        strncat(text, (const char *)element.data, element.size);
    }
    assert_string_equal(text, elements);
}

/* --- keys --- */

static void
test_del_and_unlink(void **state)
{
    (void)state;
    run("MSET a 1 b 2 c 3");
    run("DEL a nothing b");
    run("UNLINK c");
    assert_int_equal(keyspace_count_all(keyspace), 0);
}

static void
test_rename(void **state)
{
    (void)state;
    run("SET a 1 PXAT 5");
    run("SET b 2");
    run("RENAME a b");
    expect("b", "1");
    expect_expiry("b", 5);
    assert_null(entry_of("a"));
    run_error("RENAME a b");
    run("RENAME b b");
    run("SET c 3");
    run("RENAMENX c b");
    expect("c", "3");
    run("RENAMENX c d");
    expect("d", "3");
    run("RENAMENX d d");
    expect("d", "3");
    run_error("RENAMENX c e");
}

static void
test_copy(void **state)
{
    (void)state;
    run("RPUSH a x y");
    run("PEXPIREAT a 5");
    run("COPY a b");
    run("RPUSH b z");
    expect_list("a", "x y");
    expect_list("b", "x y z");
    expect_expiry("b", 5);
    run("COPY a b");
    expect_list("b", "x y z");
    run("COPY a b REPLACE");
    expect_list("b", "x y");
    run("COPY a a DB 2 REPLACE");
    assert_non_null(entry_in(2, "a"));
    run("COPY nothing c");
    assert_null(entry_of("c"));
    run_error("COPY a a");
    run_error("COPY a c DB x");
    run_error("COPY a c DB");
    run_error("COPY a c TO");
}

static void
test_databases(void **state)
{
    (void)state;
    run("MSET a 1 b 2");
    run("MOVE a 3");
    assert_null(entry_of("a"));
    assert_non_null(entry_in(3, "a"));
    run("SET a 9");
    run("MOVE a 3");
    expect("a", "9");
    run_error("MOVE a 0");
    run_error("MOVE a x");
    run("SWAPDB 0 3");
    assert_null(entry_of("b"));
    expect("a", "1");
    run_error("SWAPDB 0 -1");
    run("FLUSHDB ASYNC");
    assert_int_equal(keyspace_count_all(keyspace), 2);
    run_error("FLUSHALL NOW");
    run("FLUSHALL");
    assert_int_equal(keyspace_count_all(keyspace), 0);
}

/* The slots are those of CLUSTER KEYSLOT: foo 12182, bar 5061, hello 866. */
static void
test_slots(void **state)
{
    (void)state;
    run("MSET foo 1 bar 2 hello 3");
    run("CLUSTER FLUSHSLOT 12182 SYNC");
    assert_null(entry_of("foo"));
    run("TRIMSLOTS RANGES 2 0 865 5000 5100");
    assert_null(entry_of("bar"));
    expect("hello", "3");
    run_error("TRIMSLOTS RANGES 2 0 16383");
    run_error("TRIMSLOTS RANGES 1 5 4");
    run_error("CLUSTER FLUSHSLOT 16384");
    run_error("SFLUSH 0");
    run("SFLUSH 0 10 866 866 ASYNC");
    assert_int_equal(keyspace_count_all(keyspace), 0);
}

#define JOB "0123456789012345678901234567890123456789"
#define ESTABLISH "CLUSTER SYNCSLOTS ESTABLISH SOURCE " JOB " "

/* How many keys of the log as it is are uncertain. */
static uint64_t
uncertain_at_end(void)
{
    replay_end(replay);
    return keyspace_count_uncertain(keyspace);
}

/* The slots as above. */
static void
test_imports_that_end(void **state)
{
    (void)state;
    run("MSET foo 1 bar 2 hello 3");
    run(ESTABLISH "NAME " JOB " SLOTSRANGE 866 866 5061 6000");
    run_error(ESTABLISH "NAME " JOB " SLOTSRANGE 6000 6000");
    run_error(ESTABLISH "NAME x SLOTSRANGE 1 1");
    run_error(ESTABLISH "NAME " JOB);
    run_error(ESTABLISH "NAME " JOB " SLOTSRANGE 1 2 2 3");
    run_error(ESTABLISH "NAME " JOB " SLOTSRANGE 1 2 3");
    run_error(ESTABLISH "NAME " JOB " SLOTSRANGE 16384 16384");
    run_error("CLUSTER SYNCSLOTS FINISH STATE SUCCESS NAME x");
    run_error("CLUSTER SYNCSLOTS FINISH STATE OTHER NAME " JOB);
    run_error("CLUSTER SYNCSLOTS FINISH NAME " JOB);
    run("CLUSTER SYNCSLOTS FINISH STATE FAILED NAME " JOB " MESSAGE why");
    assert_int_equal(uncertain_at_end(), 0);
    run(ESTABLISH "SLOTSRANGE 0 16383 NAME " JOB);
    run("FLUSHDB");
    run("SET foo 1");
    assert_int_equal(uncertain_at_end(), 0);
    assert_int_equal(replay_facts(replay)->gap_count, 0);
}

/* Whether the server deletes the keys hangs on whose slots they are: Valkey
 * 9.1.2 keeps them when all are its own. */
static void
test_import_without_end(void **state)
{
    (void)state;
    run("MSET foo 1 bar 2 hello 3");
    run(ESTABLISH "NAME " JOB " SLOTSRANGE 866 866 5061 6000");
    assert_int_equal(uncertain_at_end(), 2);
    assert_true(entry_is_uncertain(entry_of("hello")));
    assert_true(entry_is_uncertain(entry_of("bar")));
    assert_int_equal(replay_facts(replay)->gap_count, 1);
    assert_string_equal(replay_facts(replay)->gaps[0].name,
                        "CLUSTER SYNCSLOTS ESTABLISH");
}

/* Begun before the dump in front of the log, as an opcode of it says. */
static void
test_import_of_a_dump(void **state)
{
    (void)state;
    struct replay_imports imports = { .imports = NULL };
    struct rdb_slot_import range = { .job = BYTES_LITERAL(JOB),
                                     .first = 866,
                                     .last = 866 };
    replay_imports_hear(&imports, &range);
    range.first = 5061;
    range.last = 6000;
    replay_imports_hear(&imports, &range);
    range.job.size--;
    range.last = 16383;
    replay_imports_hear(&imports, &range);
    replay_take_imports(replay, &imports);
    run("MSET foo 1 bar 2 hello 3");
    assert_int_equal(uncertain_at_end(), 2);
    assert_int_equal(replay_facts(replay)->gap_count, 1);
    run("MSET bar 2 hello 3");
    run("CLUSTER SYNCSLOTS FINISH NAME " JOB " STATE SUCCESS");
    assert_int_equal(uncertain_at_end(), 0);
}

/* --- expiry --- */

static void
test_expire(void **state)
{
    (void)state;
    run_annotation("#TS:1000");
    run("SET a 1");
    run("EXPIRE a 10");
    expect_expiry("a", 1010000);
    run("PEXPIRE a 10");
    expect_expiry("a", 1000010);
    run("EXPIREAT a 7");
    expect_expiry("a", 7000);
    run("PERSIST a");
    expect_expiry("a", -1);
    run("PEXPIREAT a -7000");
    expect_expiry("a", -7000);
    run("PEXPIREAT nothing 1");
    run("PERSIST nothing");
    run_error("EXPIRE a 9223372036854775807");
    run_error("EXPIRE a x");
    assert_int_equal(keyspace_count_all(keyspace), 1);
}

static void
test_expire_on_conditions(void **state)
{
    (void)state;
    run("SET a 1");
    run("PEXPIREAT a 50 XX");
    run("PEXPIREAT a 50 GT");
    expect_expiry("a", -1);
    run("PEXPIREAT a 50 LT");
    expect_expiry("a", 50);
    run("PEXPIREAT a 60 NX");
    run("PEXPIREAT a 60 LT");
    run("PEXPIREAT a 50 GT");
    expect_expiry("a", 50);
    run("PEXPIREAT a 60 GT XX");
    expect_expiry("a", 60);
    run("PERSIST a");
    run("PEXPIREAT a 70 NX");
    expect_expiry("a", 70);
    run_error("PEXPIREAT a 80 NX XX");
    run_error("PEXPIREAT a 80 GT LT");
    run_error("PEXPIREAT a 80 EQ");
}

/* --- RESTORE --- */

static void
test_restore(void **state)
{
    (void)state;
    run("RESTORE a 0 " PAYLOAD_INTEGER);
    expect("a", "12345");
    run("RESTORE l 77 " PAYLOAD_LIST " ABSTTL IDLETIME 5");
    expect_list("l", "a b 3");
    expect_expiry("l", 77);
    run_error("RESTORE a 0 " PAYLOAD_LIST);
    run("RESTORE a 0 " PAYLOAD_LIST " REPLACE FREQ 5");
    expect_list("a", "a b 3");
    expect_expiry("a", -1);
    run("RESTORE-ASKING z 0 " PAYLOAD_LZF);
    assert_int_equal(value_string_size(&entry_of("z")->value), 120);
    run("RESTORE n 0 \"\\x00\\xc190" NO_CRC);
    expect("n", "12345");
    run_annotation("#TS:2");
    run("RESTORE l 5 " PAYLOAD_LIST " REPLACE");
    expect_expiry("l", 2005);
}

static void
test_restore_refuses(void **state)
{
    (void)state;
    run_error("RESTORE a -1 " PAYLOAD_LIST);
    run_error("RESTORE a 0 " PAYLOAD_LIST " TWICE");
    run_error("RESTORE a 0 " PAYLOAD_LIST " IDLETIME -1");
    run_error("RESTORE a 0 " PAYLOAD_LIST " IDLETIME 1 FREQ 1");
    run_error("RESTORE a 0 " PAYLOAD_LIST " FREQ 256");
    run_error("RESTORE a 0 short");
    run_error("RESTORE a 0 "
              "\"\\x00\\xc190\\n\\x00\\x9d\\x94\\xea'\\x93\\xfc\\x08\\xb8\"");
    run_error("RESTORE a 0 \"\\xf9abcdef" NO_CRC);
    run_error("RESTORE a 0 \"\\x00\\x20short" NO_CRC);
    run_error("RESTORE a 0 \"" NO_CRC);
    assert_null(entry_of("a"));
}

/* --- SORT --- */

static void
test_sort_numbers(void **state)
{
    (void)state;
    run("RPUSH l 10 9 -1 2.5 10");
    run("SORT l STORE d");
    expect_list("d", "-1 2.5 9 10 10");
    run("SORT l DESC LIMIT 1 2 STORE d");
    expect_list("d", "10 9");
    run("SORT l ALPHA STORE l");
    expect_list("l", "-1 10 10 2.5 9");
    run("SORT l LIMIT 9 1 STORE d");
    assert_null(entry_of("d"));
    run("SORT l");
    run("RPUSH l text");
    run_error("SORT l STORE d");
    run_error("SORT l LIMIT 1 STORE d");
    run("SET s x");
    run_error("SORT s STORE d");
    run("SORT nothing STORE s");
    assert_null(entry_of("s"));
}

/* Whether that release sorts the list l. */
static bool
sorts(bool is_valkey, uint32_t version)
{
    uint64_t before = replay_facts(replay)->errors;
    replay_set_server(replay, is_valkey, version);
    run("SORT l STORE d");
    return replay_facts(replay)->errors == before;
}

/* As seen in Redis 7.2.6 and 8.6.3 and in Valkey 9.1.2. */
static void
test_sort_reads_scores_of_a_release(void **state)
{
    (void)state;
    static const struct {
        const char *score;
        bool redis_7_2;
        bool redis_8_6;
        bool valkey_9_1;
    } cases[] = {
        { "1e400", false, true, false },  { "-1e400", false, true, false },
        { "1e-400", false, true, false }, { "1e-310", false, true, true },
        { "\" 5\"", true, false, false }, { "0x10", true, false, false },
        { "\"\"", true, true, false },    { "+5", true, true, true },
        { "infinity", true, true, true }, { "5.", true, true, true },
        { ".5", true, true, true },       { "nan", false, false, false },
        { "1e", false, false, false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[64];
        run("DEL l");
        (void)snprintf(line, sizeof(line), "RPUSH l 3 %s -3", cases[i].score);
        run(line);
        assert_int_equal(sorts(false, AOF_VERSION(7, 2, 6)),
                         cases[i].redis_7_2);
        assert_int_equal(sorts(false, AOF_VERSION(8, 6, 3)),
                         cases[i].redis_8_6);
        assert_int_equal(sorts(true, AOF_VERSION(9, 1, 2)),
                         cases[i].valkey_9_1);
    }
}

static void
test_sort_by_patterns(void **state)
{
    (void)state;
    replay_set_server(replay, false, AOF_VERSION(7, 0, 15));
    run("RPUSH l a b c");
    run("MSET w_a 3 w_b 1 w_c 2");
    run("HSET h_a f one");
    run("HSET h_c f three");
    run("SORT l BY w_* STORE d");
    expect_list("d", "b c a");
    run("SORT l BY w_* GET # GET h_*->f STORE d");
    expect_list("d", "b  c three a one");
    run("SORT l BY none DESC STORE d");
    expect_list("d", "c b a");
    run("SORT l BY none LIMIT 1 1 STORE d");
    expect_list("d", "b");
    run("SORT l BY h_*->f ALPHA DESC STORE d");
    expect_list("d", "c a b");
    run("SORT l BY w_* GET w_*-> GET w_a STORE d");
    expect_list("d", "     ");
}

/* Redis 2.8.24. */
static void
test_old_sort_of_a_list(void **state)
{
    (void)state;
    replay_set_server(replay, false, AOF_VERSION(2, 8, 24));
    run("RPUSH l a b c d");
    run("SORT l BY none DESC STORE d");
    expect_list("d", "a b c d");
    run("SORT l BY none DESC LIMIT 01 2 STORE d");
    expect_list("d", "b c");
    run("ZADD z 1 a 2 b 3 c");
    run("SORT z BY none DESC LIMIT 0 2 STORE d");
    expect_list("d", "c b");
    run("LSET l -01 z");
    run("LTRIM l 01 +9");
    expect_list("l", "b c z");
}

static void
test_sort_sets(void **state)
{
    (void)state;
    run("SADD s c a b");
    run("SORT s BY none STORE d");
    expect_list("d", "a b c");
    run("ZADD z 3 a 2 b 1 c");
    run("SORT z BY none STORE d");
    expect_list("d", "c b a");
    run("SORT z BY none DESC LIMIT 0 2 STORE d");
    expect_list("d", "a b");
    run("SORT z ALPHA STORE d");
    expect_list("d", "a b c");
    assert_int_equal(replay_facts(replay)->gap_count, 0);
}

/* As seen in Redis 7.2.6: by the steps of its quicksort. */
static void
test_sort_equal_weights(void **state)
{
    char line[64];
    (void)state;
    for (int i = 0; i < 45; i++) {
        (void)snprintf(line, sizeof(line), "RPUSH l e%d", i);
        run(line);
        (void)snprintf(line, sizeof(line), "SET we%d %s", i,
                       i % 3 == 0 ? "y" : "x");
        run(line);
    }
    run("SORT l BY w* ALPHA LIMIT 10 6 STORE d");
    expect_list("d", "e32 e35 e37 e38 e40 e41");
    run("SORT l BY w* ALPHA DESC LIMIT 0 5 STORE d");
    expect_list("d", "e0 e21 e15 e33 e6");
    run("LTRIM l 0 7");
    run("SORT l BY w* ALPHA LIMIT 1 9 STORE d");
    expect_list("d", "e1 e2 e4 e5 e0 e3 e6");
    assert_int_equal(replay_facts(replay)->gap_count, 0);
}

/* Their order is a hash table's. */
static void
test_sort_tells_what_it_cannot_know(void **state)
{
    (void)state;
    run("SADD s c a b");
    run("SORT s BY w_* ALPHA STORE d");
    assert_true(entry_is_uncertain(entry_of("d")));
    assert_int_equal(replay_facts(replay)->gap_count, 1);
    run("SADD n 3 1 2");
    run("SORT n BY w_* ALPHA STORE e");
    expect_list("e", "1 2 3");
    assert_false(entry_is_uncertain(entry_of("e")));
}

/* Elements of a byte or two are many more bytes while they are sorted. */
static void
test_no_room_to_sort(void **state)
{
    (void)state;
    enum { ELEMENTS = 2000, PUSHES = 6 };
    struct buffer line = { .data = NULL };
    buffer_append(&line, "RPUSH l", strlen("RPUSH l"));
    for (int i = 0; i < ELEMENTS; i++)
        buffer_append(&line, " 7", 2);
    buffer_append_byte(&line, '\0');
    begin_limited();
    for (int i = 0; i < PUSHES; i++)
        run((const char *)line.data);
    assert_false(keyspace_is_full(keyspace));
    run("SORT l LIMIT 0 1 STORE d");
    assert_true(keyspace_is_full(keyspace));
    assert_null(entry_of("d"));
    buffer_fini(&line);
    (void)tear_down(NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_del_and_unlink),
        TEST(test_rename),
        TEST(test_copy),
        TEST(test_databases),
        TEST(test_slots),
        TEST(test_imports_that_end),
        TEST(test_import_without_end),
        TEST(test_import_of_a_dump),
        TEST(test_expire),
        TEST(test_expire_on_conditions),
        TEST(test_restore),
        TEST(test_restore_refuses),
        TEST(test_sort_numbers),
        TEST(test_sort_reads_scores_of_a_release),
        TEST(test_sort_by_patterns),
        TEST(test_old_sort_of_a_list),
        TEST(test_sort_sets),
        TEST(test_sort_equal_weights),
        TEST(test_sort_tells_what_it_cannot_know),
        cmocka_unit_test(test_no_room_to_sort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
