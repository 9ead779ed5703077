/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is expected is what servers were seen to do with the same logs (notes
 * on loading append-only files), and what replay.h promises.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aof/aof-commands.h"
#include "aof/replay-command.h"
#include "replay-text.h"

static void
test_commands_take_any_case(void **state)
{
    (void)state;
    run("set a 1");
    run("InCr a");
    expect("a", "2");
    assert_int_equal(replay_facts(replay)->commands, 2);
}

static void
test_errors_change_nothing(void **state)
{
    (void)state;
    run("SET a text");
    run_error("INCR a");
    run_error("SET a");
    run_error("SET a b c d e");
    run_error("EXEC");
    run_error("DISCARD");
    expect("a", "text");
}

/* What a command has too many of, servers do not look at while they load (seen
 * at Redis 2.8.24 to 8.6.3); Valkey 9.1.2 refuses the log. */
static void
test_more_arguments_than_known(void **state)
{
    (void)state;
    run("INCRBY a 5 6");
    expect("a", "5");
    run("APPEND b text more");
    expect("b", "text");
    run("SELECT 1 2");
    run("SETNX c 1 2");
    assert_non_null(entry_in(1, "c"));
    run_error("ZINCRBY z 1 member more");
    run("XGROUP CREATE x group 0 MKSTREAM");
    run_error("XGROUP DESTROY x group more");
    run_error("VREM v element more");
    replay_set_server(replay, true, AOF_VERSION(9, 1, 2));
    run_error("INCRBY a 5 6");
}

static void
test_reads_and_the_like_do_nothing(void **state)
{
    (void)state;
    run("GET a");
    run("PUBLISH channel text");
    run("CONFIG SET maxmemory 1");
    run("SCRIPT LOAD text");
    assert_int_equal(replay_facts(replay)->errors, 0);
    assert_int_equal(replay_facts(replay)->gap_count, 0);
    assert_int_equal(keyspace_count_all(keyspace), 0);
}

static void
test_select_lasts_until_the_part_ends(void **state)
{
    (void)state;
    run("SELECT 3");
    run("SET a 1");
    run_error("SELECT -1");
    run_error("SELECT x");
    run("SET b 1");
    replay_begin_part(replay);
    run("SET c 1");
    assert_non_null(entry_in(3, "a"));
    assert_non_null(entry_in(3, "b"));
    assert_non_null(entry_in(0, "c"));
}

static void
test_a_transaction_waits_for_its_end(void **state)
{
    (void)state;
    run("MULTI");
    run("SET a 1");
    run("SELECT 2");
    run("SET b \"two words\"");
    assert_null(entry_of("a"));
    run("exec");
    expect("a", "1");
    assert_non_null(entry_in(2, "b"));
    assert_int_equal(replay_facts(replay)->transactions, 1);
    assert_int_equal(replay_facts(replay)->commands, 5);
    assert_int_equal(replay_facts(replay)->dropped, 0);
}

/* A server queues all but EXEC; their errors are lost. */
static void
test_control_inside_a_transaction_is_queued(void **state)
{
    (void)state;
    run("MULTI");
    run("SET a 1");
    run("MULTI");
    run("WATCH a");
    run("DISCARD");
    run("SET b 1");
    run("EXEC");
    expect("a", "1");
    expect("b", "1");
    assert_int_equal(replay_facts(replay)->errors, 2);
    run("SET c 1");
    expect("c", "1");
}

static void
test_a_transaction_without_end_is_dropped(void **state)
{
    (void)state;
    run("SET a 1");
    run("MULTI");
    run("SET a 2");
    run("SET b 2");
    replay_end_part(replay);
    replay_begin_part(replay);
    run("SET c 3");
    expect("a", "1");
    expect("c", "3");
    assert_null(entry_of("b"));
    assert_int_equal(replay_facts(replay)->dropped, 2);
}

/* What waits counts as memory, too. */
static void
test_a_long_transaction_makes_the_keyspace_full(void **state)
{
    enum { LIMIT = 64 * 1024, COMMANDS = LIMIT / 8 };
    tear_down(state);
    keyspace = keyspace_new(&store_limits_default, LIMIT);
    replay = replay_new(keyspace, -1);
    replay_begin_part(replay);
    run("MULTI");
    size_t queued = 0;
    for (; queued < COMMANDS && !keyspace_is_full(keyspace); queued++)
        run("SET a 1");
    assert_in_range(queued, LIMIT / 100, COMMANDS - 1);
}

static void
test_relative_times_count_from_the_annotation(void **state)
{
    (void)state;
    run("SET a 1 EX 10");
    assert_int_equal(replay_facts(replay)->relative_expiries, 1);
    run_annotation("#TS:1700000000");
    run_annotation("# anything else");
    run("SET b 1 EX 10");
    run("PEXPIRE b 1");
    assert_int_equal(replay_facts(replay)->time_ms, INT64_C(1700000000000));
    expect_expiry("b", INT64_C(1700000000001));
    assert_int_equal(replay_facts(replay)->relative_expiries, 1);
}

static void
test_relative_times_count_from_the_start(void **state)
{
    struct replay *other = replay;
    (void)state;
    replay = replay_new(keyspace, 5000);
    run("SET a 1 PX 7");
    expect_expiry("a", 5007);
    replay_free(replay);
    replay = other;
}

/* --- what cannot be replayed --- */

static void
test_a_script_makes_its_keys_uncertain(void **state)
{
    const struct replay_facts *facts = replay_facts(replay);
    (void)state;
    run("SET a 1");
    run("SET b 1");
    run("eval \"return 1\" 2 a c x");
    run("EVALSHA 0123 1 a");
    assert_true(entry_is_uncertain(entry_of("a")));
    assert_false(entry_is_uncertain(entry_of("b")));
    assert_int_equal(facts->uncertain_names, 1);
    assert_false(facts->all_uncertain);
    assert_int_equal(facts->gap_count, 2);
    assert_string_equal(facts->gaps[0].name, "EVAL");
    assert_int_equal(facts->gaps[0].count, 1);
    run("EVAL \"return 1\" 0");
    assert_true(facts->all_uncertain);
    assert_int_equal(facts->gaps[0].count, 2);
}

static void
test_refused_commands_are_counted_by_name(void **state)
{
    const struct replay_facts *facts = replay_facts(replay);
    (void)state;
    run("SET a 1");
    run("LPUSH a x");
    run("hset a f v");
    run("LPUSH a y");
    assert_int_equal(facts->errors, 3);
    assert_int_equal(facts->refused_count, 2);
    assert_string_equal(facts->refused[0].name, "LPUSH");
    assert_int_equal(facts->refused[0].count, 2);
    assert_int_equal(facts->gap_count, 0);
    replay_begin_part(replay);
    run("SADD a x");
    assert_int_equal(facts->refused[2].part, facts->refused[0].part + 1);
}

static void
test_nothing_is_uncertain_where_no_key_is(void **state)
{
    const struct replay_facts *facts = replay_facts(replay);
    (void)state;
    run("EVAL \"return 1\" 1 a");
    run("EVAL \"return 1\" 0");
    run("FLUSHALL");
    assert_false(facts->all_uncertain);
    assert_int_equal(facts->uncertain_names, 0);
    assert_int_equal(facts->gap_count, 1);
    run("EVAL \"return 1\" 0");
    assert_true(facts->all_uncertain);
}

static void
test_doubt_spreads_to_what_is_made_of_it(void **state)
{
    (void)state;
    run("SET a abc");
    run("SET b abc");
    run("EVAL \"return 1\" 1 a");
    run("BITOP NOT c a");
    run("BITOP NOT d b");
    assert_true(entry_is_uncertain(entry_of("c")));
    assert_false(entry_is_uncertain(entry_of("d")));
}

static void
test_doubt_spreads_by_the_patterns_of_sort(void **state)
{
    (void)state;
    run("RPUSH list a b");
    run("MSET by:a 2 by:b 1 other:a x");
    run("EVAL script 1 by:a");
    run("SORT list BY nosort GET other:* STORE certain");
    run("SORT list BY by:* STORE sorted");
    run("SORT list BY nosort GET by:* STORE got");
    assert_false(entry_is_uncertain(entry_of("certain")));
    assert_true(entry_is_uncertain(entry_of("sorted")));
    assert_true(entry_is_uncertain(entry_of("got")));
    run("SET by:b none");
    run("RPUSH kept a");
    run("SORT list BY by:* STORE kept");
    assert_true(entry_is_uncertain(entry_of("kept")));
}

static void
test_unknown_commands_are_named(void **state)
{
    const struct replay_facts *facts = replay_facts(replay);
    char line[32];
    (void)state;
    run("json.set a 1");
    run("\"od\\x01d\" a 1");
    run("JSON.SET a 1");
    assert_true(facts->all_uncertain);
    assert_int_equal(facts->gap_count, 2);
    assert_string_equal(facts->gaps[0].name, "JSON.SET");
    assert_int_equal(facts->gaps[0].count, 2);
    assert_string_equal(facts->gaps[1].name, "OD?D");
    for (int i = 0; i < 100; i++) {
        (void)snprintf(line, sizeof(line), "MY.COMMAND%d a", i);
        run(line);
    }
    assert_int_equal(facts->gap_count, REPLAY_GAPS_MAX);
    assert_string_equal(facts->gaps[REPLAY_GAPS_MAX - 1].name, "(others)");
    assert_int_equal(facts->gaps[REPLAY_GAPS_MAX - 1].count,
                     102 - (REPLAY_GAPS_MAX - 1));
}

/* --- rows --- */

static void
test_every_row_is_a_command(void **state)
{
    static const struct replay_row *const tables[] = {
        replay_generic, replay_expire,   replay_restore, replay_sort,
        replay_library, replay_string,   replay_counter, replay_bits,
        replay_hll,     replay_list,     replay_set,     replay_zset,
        replay_zset_store, replay_geo,   replay_hash,    replay_hash_ttl,
        replay_stream,  replay_stream_group, replay_array, replay_vectorset,
    };
    (void)state;
    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
        for (const struct replay_row *row = tables[t]; row->name; row++) {
            const char *bar = strchr(row->name, '|');
            struct bytes name = bytes_of_text(row->name);
            struct bytes sub = bytes_of(NULL, 0);
            if (bar != NULL) {
                sub = bytes_of_text(bar + 1);
                name.size -= sub.size + 1;
            }
            if (aof_commands_find(name, bar ? &sub : NULL) == NULL)
                fail_msg("%s is no command", row->name);
        }
}

/* --- functions --- */

static void
test_libraries_are_kept_as_text(void **state)
{
    const struct replay_facts *facts = replay_facts(replay);
    struct bytes code;
    (void)state;
    run("FUNCTION LOAD \"#!lua name=one\nreturn\"");
    run("FUNCTION LOAD \"#!lua name=two\nreturn\"");
    run_error("FUNCTION LOAD \"#!lua name=one\n\"");
    run_error("FUNCTION LOAD \"#!lua\n\"");
    run_error("FUNCTION LOAD \"return 1\"");
    run("FUNCTION LOAD REPLACE \"#!lua name=one\nagain\"");
    assert_int_equal(facts->functions, 2);
    assert_int_equal(facts->function_bytes, 21 + 20);
    assert_true(replay_function(replay, 0, &code));
    assert_memory_equal(code.data, "#!lua name=two\nreturn", 21);
    assert_true(replay_function(replay, 1, &code));
    assert_memory_equal(code.data, "#!lua name=one\nagain", 20);
    assert_false(replay_function(replay, 2, &code));
    run("FUNCTION DELETE two");
    run_error("FUNCTION DELETE two");
    assert_int_equal(facts->functions, 1);
    run("FLUSHALL");
    assert_int_equal(facts->functions, 1);
    run("FUNCTION FLUSH ASYNC");
    assert_int_equal(facts->functions, 0);
    assert_int_equal(facts->function_bytes, 0);
}

/* As Redis 7.0.15 reads the first line. */
static void
test_first_lines_of_libraries(void **state)
{
    (void)state;
    run("FUNCTION LOAD \"#!lua   name='one' \nreturn\"");
    run("FUNCTION LOAD \"#!lua \\\"name=three\\\"\nreturn\"");
    run("FUNCTION LOAD \"#!LUA NAME=two\nreturn\"");
    run_error("FUNCTION LOAD \"#!lua name=two\nreturn\"");
    run_error("FUNCTION LOAD \"#!lua name=one\nreturn\"");
    run_error("FUNCTION LOAD \"#!lua name=a name=b\nreturn\"");
    run_error("FUNCTION LOAD \"#!lua name=a for=b\nreturn\"");
    run_error("FUNCTION LOAD \"#! lua name=a\nreturn\"");
    run_error("FUNCTION LOAD \"#!lua name=a-b\nreturn\"");
    run_error("FUNCTION LOAD \"#!lua name=a\"");
    assert_int_equal(replay_facts(replay)->functions, 3);
}

/* The payload is a FUNCTION DUMP of Redis 7.0.15. */
static void
test_libraries_are_restored(void **state)
{
    static const char payload[] =
        "\"\\xf5@F#!lua name=mylib\\nredis.register_function('f', function() "
        "return 1 end)\\n\\x00\\xc51\\xde\\xfcO\\xf4E\\x99\"";
    const struct replay_facts *facts = replay_facts(replay);
    char line[256];
    (void)state;
    (void)snprintf(line, sizeof(line), "FUNCTION RESTORE %s", payload);
    run(line);
    assert_int_equal(facts->functions, 1);
    assert_int_equal(facts->function_bytes, 70);
    run_error(line);
    run("FUNCTION LOAD \"#!lua name=other\n\"");
    (void)snprintf(line, sizeof(line), "FUNCTION RESTORE %s FLUSH", payload);
    run(line);
    assert_int_equal(facts->functions, 1);
    (void)snprintf(line, sizeof(line), "FUNCTION RESTORE %s REPLACE",
                   payload);
    run(line);
    assert_int_equal(facts->functions, 1);
    run_error("FUNCTION RESTORE \"damaged, isn't it\"");
}

/* A server may have removed what was no number. */
static void
test_errors_spread_doubt(void **state)
{
    (void)state;
    run("SADD s 5 x");
    run("RPUSH d old");
    run_error("SORT s STORE d");
    assert_false(entry_is_uncertain(entry_of("d")));
    run("SPOP s");
    run_error("SORT s STORE d");
    assert_true(entry_is_uncertain(entry_of("d")));
}

/* What waits for EXEC needs memory, too. */
static void
test_no_room_to_wait(void **state)
{
    (void)state;
    enum { TEXT = 5000 };
    char line[TEXT + 1] = "SET k ";
    size_t size = strlen(line);
    memset(line + size, 'x', TEXT - size);
    begin_limited();
    run("MULTI");
    for (int i = 0; i < 100; i++)
        run(line);
    assert_false(keyspace_is_full(keyspace));
    for (int i = 0; i < 5; i++)
        run(line);
    assert_true(keyspace_is_full(keyspace));
    (void)tear_down(NULL);
}

/* Runs a command of words and a text of that many letters. */
static void
run_with_text(const char *words, size_t letters)
{
    size_t begin = strlen(words);
    char *line = malloc(begin + letters + 1);
    assert_non_null(line);
    memcpy(line, words, begin);
    memset(line + begin, 'x', letters);
    line[begin + letters] = '\0';
    run(line);
    free(line);
}

/* It takes of the limit together with the keys, as long as it is there. */
static void
test_the_text_of_functions_counts_to_the_limit(void **state)
{
    (void)state;
    enum { PART = 300 * 1000 }; /* of 512 KiB */
    begin_limited();
    for (int i = 0; i < 3; i++)
        run_with_text("FUNCTION LOAD REPLACE \"#!lua name=a\n", PART);
    assert_int_equal(replay_facts(replay)->functions, 1);
    run("FLUSHALL");
    run("FUNCTION FLUSH");
    run_with_text("SET k ", PART);
    run("DEL k");
    assert_false(keyspace_is_full(keyspace));
    (void)tear_down(NULL);
    begin_limited();
    run_with_text("FUNCTION LOAD \"#!lua name=a\n", PART);
    run("FLUSHALL");
    assert_false(keyspace_is_full(keyspace));
    run_with_text("SET k ", PART);
    assert_true(keyspace_is_full(keyspace));
    (void)tear_down(NULL);
}

/* What a transaction makes, and the transaction itself. */
static void
test_a_transaction_ends_when_it_is_full(void **state)
{
    (void)state;
    enum { PART = 200 * 1000 };
    begin_limited();
    run("MULTI");
    run_with_text("SET a ", PART);
    run("APPEND b x");
    run("COPY a c");
    run("COPY a d");
    assert_false(keyspace_is_full(keyspace));
    run("EXEC");
    assert_true(keyspace_is_full(keyspace));
    assert_null(entry_of("d"));
    assert_true(keyspace_memory(keyspace) < 512 * 1024);
    (void)tear_down(NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_commands_take_any_case),
        TEST(test_errors_change_nothing),
        TEST(test_more_arguments_than_known),
        TEST(test_reads_and_the_like_do_nothing),
        TEST(test_select_lasts_until_the_part_ends),
        TEST(test_a_transaction_waits_for_its_end),
        TEST(test_control_inside_a_transaction_is_queued),
        TEST(test_a_transaction_without_end_is_dropped),
        TEST(test_a_long_transaction_makes_the_keyspace_full),
        cmocka_unit_test(test_a_transaction_ends_when_it_is_full),
        cmocka_unit_test(test_the_text_of_functions_counts_to_the_limit),
        TEST(test_relative_times_count_from_the_annotation),
        TEST(test_relative_times_count_from_the_start),
        TEST(test_refused_commands_are_counted_by_name),
        TEST(test_a_script_makes_its_keys_uncertain),
        TEST(test_nothing_is_uncertain_where_no_key_is),
        TEST(test_doubt_spreads_to_what_is_made_of_it),
        TEST(test_doubt_spreads_by_the_patterns_of_sort),
        TEST(test_unknown_commands_are_named),
        TEST(test_every_row_is_a_command),
        TEST(test_libraries_are_kept_as_text),
        TEST(test_first_lines_of_libraries),
        TEST(test_libraries_are_restored),
        cmocka_unit_test_setup_teardown(test_errors_spread_doubt, set_up,
                                        tear_down),
        cmocka_unit_test(test_no_room_to_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
