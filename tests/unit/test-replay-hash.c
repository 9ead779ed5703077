/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What hashes look like behind each command is what Redis 8.6.3 was seen to
 * make of the same commands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aof/aof-commands.h"
#include "value-text.h"

static void
test_fields(void **state)
{
    (void)state;
    run("HSET h a 1 b 2");
    run("HMSET h b 3 c 4 c 5");
    expect_text("h", "a 1 b 3 c 5");
    run("HSETNX h a 9");
    run("HSETNX h d 6");
    run("HDEL h b none");
    expect_text("h", "a 1 c 5 d 6");
    run("HDEL h a c d");
    expect_text("h", NULL);
}

static void
test_increments(void **state)
{
    (void)state;
    run("HINCRBY h a 5");
    run("HINCRBY h a -7");
    run("HINCRBYFLOAT h b 10.5");
    run("HINCRBYFLOAT h b 0.1");
    run("HINCRBYFLOAT h c 5.0e3");
    expect_text("h", "a -2 b 10.6 c 5000");
    run("HSET h t text");
    run("HSET h m 9223372036854775807");
    run_error("HINCRBY h t 1");
    run_error("HINCRBY h m 1");
    run_error("HINCRBY h a 1.5");
    run_error("HINCRBYFLOAT h t 1");
    run_error("HINCRBYFLOAT h b nan");
    expect_text("h", "a -2 b 10.6 c 5000 m 9223372036854775807 t text");
}

#define LONG "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"

/* A counter's long name is no reason to leave a listpack in Redis 2.8.24, and
 * is one in 7.0.15. */
static void
test_long_names_of_counters(void **state)
{
    (void)state;
    replay_set_server(replay, false, AOF_VERSION(2, 8, 24));
    run("HINCRBY h " LONG " 1");
    run("HSET set " LONG " 1");
    assert_int_equal(entry_of("h")->value.form, HASH_PACKED);
    assert_int_equal(entry_of("set")->value.form, HASH_TABLE);
    replay_set_server(replay, false, AOF_VERSION(7, 0, 15));
    run("HINCRBY new " LONG " 1");
    assert_int_equal(entry_of("new")->value.form, HASH_TABLE);
}

static void
test_expiry(void **state)
{
    (void)state;
    run("HSET h a 1 b 2 c 3");
    run("HPEXPIREAT h 4102444800000 FIELDS 2 a none");
    run("HEXPIREAT h 4102444801 FIELDS 1 b");
    expect_text("h", "a 1@4102444800000 b 2@4102444801000 c 3");
    run("HPEXPIREAT h 4102444802000 NX FIELDS 2 a c");
    run("HPEXPIREAT h 4102444799000 GT FIELDS 1 b");
    expect_text("h", "a 1@4102444800000 b 2@4102444801000"
                      " c 3@4102444802000");
    run("HPEXPIREAT h 4102444700000 LT FIELDS 2 a b");
    run("HPERSIST h FIELDS 2 c none");
    expect_text("h", "a 1@4102444700000 b 2@4102444700000 c 3");
    run("HSET h a 9");
    run("HINCRBY h b 5");
    expect_text("h", "a 9 b 7@4102444700000 c 3");
    run_error("HPEXPIREAT h 4102444700000 FIELDS 3 a b");
    run_error("HPEXPIREAT h 70368744177664 FIELDS 1 a");
    run_error("HPEXPIREAT h x FIELDS 1 a");
    run_error("HPEXPIREAT h 4102444700000 NX XX FIELDS 1 a");
    run("HPEXPIREAT none 4102444700000 FIELDS 1 a");
    expect_text("none", NULL);
}

static void
test_set_with_expiry(void **state)
{
    (void)state;
    run("HSETEX h PXAT 4102444800000 FIELDS 2 a 1 b 2");
    expect_text("h", "a 1@4102444800000 b 2@4102444800000");
    run("HSETEX h KEEPTTL FIELDS 1 a 3");
    run("HSETEX h FIELDS 1 b 4");
    expect_text("h", "a 3@4102444800000 b 4");
    run("HSETEX h FNX FIELDS 2 a 9 c 9");
    run("HSETEX h FXX EXAT 4102444800 FIELDS 2 a 9 c 9");
    expect_text("h", "a 3@4102444800000 b 4");
    run("HSETEX h FXX EXAT 4102444802 FIELDS 2 a 5 b 5");
    expect_text("h", "a 5@4102444802000 b 5@4102444802000");
    run("HGETEX h PERSIST FIELDS 1 a");
    run("HGETEX h PXAT 4102444803000 FIELDS 1 b");
    expect_text("h", "a 5 b 5@4102444803000");
    run("HGETDEL h FIELDS 2 a none");
    expect_text("h", "b 5@4102444803000");
    run("HGETDEL h FIELDS 1 b");
    expect_text("h", NULL);
}

static void
test_options_behind_fields(void **state)
{
    (void)state;
    run("HSETEX h FIELDS 2 a 1 b 2 PXAT 4102444800000");
    run("HSETEX h FIELDS 1 a 9 FNX");
    run("HSETEX h FIELDS 1 c 3 FNX");
    expect_text("h", "a 1@4102444800000 b 2@4102444800000 c 3");
    run("HPEXPIREAT h 4102444801000 FIELDS 2 a c NX");
    expect_text("h", "a 1@4102444800000 b 2@4102444800000"
                     " c 3@4102444801000");
    run("HGETEX h FIELDS 1 b PERSIST");
    expect_text("h", "a 1@4102444800000 b 2 c 3@4102444801000");
    run_error("HSETEX h FIELDS 1 a 5 FIELDS 1 b 5");
    run_error("HSETEX h FIELDS 1 a 5 b 5");
    run_error("HPEXPIREAT h 4102444801000 FIELDS 1 a FIELDS 1 b");
    run_error("HPEXPIREAT h 4102444801000 LT");
}

/* As Valkey 9.1.2 does. */
static void
test_several_conditions(void **state)
{
    (void)state;
    run("HSET h a 1 b 2");
    run("HPEXPIREAT h 4102444800000 FIELDS 1 a");
    run("HPEXPIREAT h 4102444801000 XX GT FIELDS 2 a b");
    expect_text("h", "a 1@4102444801000 b 2");
    replay_set_server(replay, true, AOF_VERSION(9, 1, 2));
    run_error("HPEXPIREAT h 4102444803000 FIELDS 1 a GT");
    run_error("HSETEX h FIELDS 1 a 3 KEEPTTL");
    run_error("HPEXPIREAT h 4102444802000 GT LT FIELDS 1 a");
    run_error("HPEXPIREAT h 4102444802000 NX GT FIELDS 1 b");
}

static void
test_options_that_disagree(void **state)
{
    (void)state;
    run("HSET h a 1");
    run_error("HSETEX h EXAT 4102444800 KEEPTTL FIELDS 1 a 2");
    run_error("HSETEX h EXAT 4102444800 PXAT 4102444800000 FIELDS 1 a 2");
    run_error("HSETEX h FNX FXX FIELDS 1 a 2");
    run_error("HSETEX h PERSIST FIELDS 1 a 2");
    run_error("HGETEX h PXAT 4102444800000 PERSIST FIELDS 1 a");
    run_error("HGETEX h KEEPTTL FIELDS 1 a");
    run_error("HPEXPIREAT h -1 FIELDS 1 a");
    expect_text("h", "a 1");
}

static void
test_errors(void **state)
{
    (void)state;
    run("HSET h a 1");
    run("SET s 1");
    run_error("HSET s a 1");
    run_error("HSET h a 1 b");
    run_error("HDEL s a");
    run_error("HINCRBY s a 1");
    run_error("HPEXPIREAT s 4102444800000 FIELDS 1 a");
    run_error("HSETEX h PXAT 4102444800000 FIELDS 2 a 1");
    expect_text("h", "a 1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_increments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_names_of_counters, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_expiry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_set_with_expiry, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_options_behind_fields, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_several_conditions, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_options_that_disagree, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
