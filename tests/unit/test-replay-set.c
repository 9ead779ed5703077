/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What sets look like behind each command is what Redis 8.6.3 was seen to make
 * of the same commands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "value-text.h"

static void
test_members(void **state)
{
    (void)state;
    run("SADD a 3 1 2 1");
    expect_text("a", "1 2 3");
    run("SADD a x 1");
    run("SREM a 3 9");
    expect_text("a", "1 2 x");
    run("SREM a 1 2 x");
    expect_text("a", NULL);
    run("SREM a 1");
    expect_text("a", NULL);
}

/* SADD key first, and 1 so many times. */
static void
add_ones(const char *begin, int count)
{
    char line[2048];
    size_t size = strlen(begin);
    memcpy(line, begin, size);
    for (int i = 0; i < count; i++) {
        memcpy(line + size, " 1", 2);
        size += 2;
    }
    line[size] = '\0';
    run(line);
}

/* Seen in Redis 7.2.6, 8.6.3 and Valkey 9.1.2; OBJECT ENCODING tells. */
static void
test_many_arguments(void **state)
{
    (void)state;
    replay_set_server(replay, false, AOF_VERSION(7, 2, 6));
    add_ones("SADD a", 513);
    assert_int_equal(entry_of("a")->value.form, SET_TABLE);
    add_ones("SADD b", 512);
    assert_int_equal(entry_of("b")->value.form, SET_INTEGERS);
    add_ones("SADD c x", 128);
    assert_int_equal(entry_of("c")->value.form, SET_TABLE);
    add_ones("SADD d x", 127);
    assert_int_equal(entry_of("d")->value.form, SET_PACKED);
    add_ones("SADD d", 129);
    assert_int_equal(entry_of("d")->value.form, SET_TABLE);
    add_ones("SADD e 1 x", 300);
    assert_int_equal(entry_of("e")->value.form, SET_PACKED);
    expect_text("e", "1 x");
}

/* Redis 2.8.24 and 7.0.15: whether what comes behind a key that is not there
 * must be a set, too. */
static void
test_intersection_with_nothing(void **state)
{
    (void)state;
    run("SET text x");
    run("SADD a 1");
    run("SADD d 1");
    replay_set_server(replay, false, AOF_VERSION(7, 0, 15));
    run_error("SINTERSTORE d none text");
    expect_text("d", "1");
    replay_set_server(replay, false, AOF_VERSION(2, 8, 24));
    run_error("SINTERSTORE d a text none");
    expect_text("d", "1");
    run("SINTERSTORE d a none text");
    expect_text("d", NULL);
}

static void
test_move(void **state)
{
    (void)state;
    run("SADD a 1 2");
    run("SADD b 2 x");
    run("SMOVE a b 1");
    expect_text("a", "2");
    expect_text("b", "1 2 x");
    run("SMOVE a b 9");
    run("SMOVE a a 2");
    expect_text("a", "2");
    run("SMOVE a b 2");
    expect_text("a", NULL);
    expect_text("b", "1 2 x");
    run("SMOVE b c x");
    expect_text("c", "x");
}

static void
test_stores(void **state)
{
    (void)state;
    run("SADD a 1 2 3 x");
    run("SADD b 2 3 4 y");
    run("SUNIONSTORE u a b none");
    expect_text("u", "1 2 3 4 x y");
    run("SINTERSTORE i a b");
    expect_text("i", "2 3");
    run("SDIFFSTORE d a b");
    expect_text("d", "1 x");
    run("SDIFFSTORE d b a none");
    expect_text("d", "4 y");
    run("SINTERSTORE i a none");
    expect_text("i", NULL);
    run("SDIFFSTORE a a a");
    expect_text("a", NULL);
    run("RPUSH list 1");
    run("SUNIONSTORE list b");
    expect_text("list", "2 3 4 y");
    run("SUNIONSTORE b b u");
    expect_text("b", "1 2 3 4 x y");
}

/* As OBJECT ENCODING of Redis 7.2.6 says with set-max-intset-entries 2 and
 * set-max-listpack-entries 4. */
static void
test_forms_of_stores(void **state)
{
    (void)state;
    struct store_settings *settings =
        &keyspace_store(keyspace)->limits.settings;
    settings->set_integers = 2;
    settings->set_entries = 4;
    replay_set_server(replay, false, AOF_VERSION(7, 2, 6));
    run("SADD a 1 2 3");
    run("SINTERSTORE b a a");
    assert_int_equal(entry_of("b")->value.form, SET_PACKED);
    run("SREM a 3");
    run("SINTERSTORE c a");
    assert_int_equal(entry_of("c")->value.form, SET_INTEGERS);
    run("SADD d 1 2 3 4 5");
    run("SINTERSTORE e d");
    assert_int_equal(entry_of("e")->value.form, SET_TABLE);
    run("SREM d 3 4 5");
    run("SINTERSTORE f d");
    assert_int_equal(entry_of("f")->value.form, SET_INTEGERS);
    run("SADD g a b c d e");
    run("SADD h a");
    run("SADD i b");
    run("SADD j c");
    run("SDIFFSTORE k g h i j");
    assert_int_equal(entry_of("k")->value.form, SET_TABLE);
    expect_text("k", "d e");
    run("SDIFFSTORE l g h");
    assert_int_equal(entry_of("l")->value.form, SET_PACKED);
    expect_text("l", "b c d e");
    run("SADD m 1 x");
    run("SREM m x");
    run("SUNIONSTORE n m");
    assert_int_equal(entry_of("n")->value.form, SET_INTEGERS);
}

/* Nothing that is made of other values goes far beyond the limit. */
static void
test_stores_without_room(void **state)
{
    static const char *const commands[] = {
        "SUNIONSTORE d s",         "SINTERSTORE d s s", "ZUNIONSTORE d 1 s",
        "SORT s BY nosort STORE d",
    };
    enum { LIMIT = 4 * 1024 * 1024 };
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        tear_down(state);
        keyspace = keyspace_new(&store_limits_default, LIMIT);
        replay = replay_new(keyspace, -1);
        replay_begin_part(replay);
        for (int member = 0; keyspace_memory(keyspace) < LIMIT / 10 * 9;
             member++) {
            char command[1100];
            (void)snprintf(command, sizeof(command), "SADD s %01000d", member);
            run(command);
        }
        assert_false(keyspace_is_full(keyspace));
        run(commands[i]);
        assert_true(keyspace_is_full(keyspace));
        assert_in_range(keyspace_memory(keyspace), LIMIT / 10 * 9,
                        LIMIT / 10 * 11);
    }
}

/* A stored result has no expiry. */
static void
test_store_drops_an_expiry(void **state)
{
    (void)state;
    run("SADD a 1");
    run("SADD t 9");
    run("PEXPIREAT t 4102444800000");
    expect_expiry("t", 4102444800000);
    run("SADD t 8");
    expect_expiry("t", 4102444800000);
    run("SUNIONSTORE t a");
    expect_expiry("t", -1);
}

static void
test_errors(void **state)
{
    (void)state;
    run("SADD a 1");
    run("SET s 1");
    run_error("SADD s 1");
    run_error("SREM s 1");
    run_error("SMOVE a s 1");
    run_error("SMOVE s a 1");
    run_error("SUNIONSTORE t a s");
    run_error("SINTERSTORE t s none");
    expect_text("a", "1");
    expect_text("t", NULL);
}

/* Servers write SREM or DEL for it, but for SPOP of a whole set. */
static void
test_random_pop(void **state)
{
    (void)state;
    run("SADD a 1 2 3");
    run("SPOP a 3");
    expect_text("a", NULL);
    run("SADD a 1 2 3");
    run("SPOP a 2");
    assert_int_equal(replay_facts(replay)->gap_count, 1);
    assert_true(entry_is_uncertain(entry_of("a")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_members, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_arguments, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_intersection_with_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_move, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stores, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_forms_of_stores, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_stores_without_room, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_store_drops_an_expiry, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_random_pop, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
