/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Expected bytes are by hand, from the documentation of the commands (the
 * examples of BITFIELD and BITOP on redis.io among them), and the oddities
 * from Redis 7.0.15.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay-text.h"

/* Runs it, and expects its key to hold these bytes then. */
static void
run_into(const char *name, struct bytes expected, const char *command)
{
    run(command);
    expect_bytes(name, expected);
}

static void
test_setbit(void **state)
{
    (void)state;
    run_into("a", BYTES_LITERAL("\x01"), "SETBIT a 7 1");
    run_into("a", BYTES_LITERAL("\x01\0\0"), "SETBIT a 16 0");
    run_into("a", BYTES_LITERAL("\0\0\0"), "SETBIT a 7 0");
    run_error("SETBIT a 1 2");
    run_error("SETBIT a -1 1");
    run("SET n 1");
    run("SETBIT n 6 1");
    expect("n", "3");
    run("RPUSH l x");
    run_error("SETBIT l 0 1");
}

static void
test_bitfield_sets_and_adds(void **state)
{
    (void)state;
    run_into("a", BYTES_LITERAL("\xff\x30"),
             "BITFIELD a SET u8 0 255 INCRBY u4 #2 3 GET u8 200");
    run_into("a", BYTES_LITERAL("\xe0\x30"), "BITFIELD a INCRBY i5 3 1");
    run_into("a", BYTES_LITERAL("\xe0\x30"), "BITFIELD a GET u8 0");
    run("BITFIELD b GET u8 0");
    assert_null(entry_of("b"));
    run_into("b", BYTES_LITERAL("\x7f\xff\xff\xff\xff\xff\xff\xff\0"),
             "BITFIELD b SET i64 1 -2");
}

static void
test_bitfield_overflows(void **state)
{
    (void)state;
    run_into("a", BYTES_LITERAL("\x40"), "BITFIELD a SET u2 0 3 INCRBY u2 0 2");
    run_into("a", BYTES_LITERAL("\xc8"),
             "BITFIELD a OVERFLOW SAT INCRBY u2 0 9 INCRBY i4 4 -100");
    run_into("a", BYTES_LITERAL("\xc7"),
             "BITFIELD a OVERFLOW FAIL INCRBY u2 0 1 SET u4 #1 16 SET i4 4 7");
    run_into("a", BYTES_LITERAL("\xc7"),
             "BITFIELD a OVERFLOW SAT INCRBY i4 4 1 SET u2 0 -1");
    run_into("b", BYTES_LITERAL("\x7f\xff\xff\xff\xff\xff\xff\xff"),
             "BITFIELD b OVERFLOW SAT SET i64 0 9223372036854775807 "
             "INCRBY i64 0 1");
}

/* As seen in Redis 5.0.14 and 7.2.6. */
static void
test_bitfield_i64_of_a_release(void **state)
{
    (void)state;
    static const char line[] = "BITFIELD a SET i64 0 -65 INCRBY i64 0 -15 "
                               "SET i64 64 9223372036854775807 "
                               "INCRBY i64 64 5";
    replay_set_server(replay, false, AOF_VERSION(6, 0, 5));
    run_into("a",
             BYTES_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xf0"
                           "\xff\xff\xff\xff\xff\xff\xff\xff"),
             line);
    replay_set_server(replay, false, AOF_VERSION(6, 0, 6));
    run_into("a",
             BYTES_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xb0"
                           "\x80\0\0\0\0\0\0\x04"),
             line);
}

/* Saturating to the top, of all places. */
static void
test_bitfield_far_below_is_above(void **state)
{
    (void)state;
    run("BITFIELD a SET i8 0 -1");
    run_into("a", BYTES_LITERAL("\xbf"),
             "BITFIELD a OVERFLOW SAT SET i1 #1 -9223372036854775808");
    run_into("a", BYTES_LITERAL("\xbf"),
             "BITFIELD a OVERFLOW SAT SET i1 #0 -5");
}

static void
test_bitfield_refuses(void **state)
{
    (void)state;
    run_error("BITFIELD a SET u64 0 1");
    run_error("BITFIELD a SET i65 0 1");
    run_error("BITFIELD a SET x8 0 1");
    run_error("BITFIELD a SET u8 -1 1");
    run_error("BITFIELD a SET u8 #9223372036854775807 1");
    run_error("BITFIELD a SET u8 0");
    run_error("BITFIELD a SET u8 0 1 OVERFLOW NONE");
    assert_null(entry_of("a"));
}

static void
test_bitop(void **state)
{
    (void)state;
    run("SET a \"\\xf0\\x0f\\xff\"");
    run("SET b \"\\xcc\\x3c\"");
    run("SET c \"\\xaa\"");
    run_into("d", BYTES_LITERAL("\xc0\x0c\0"), "BITOP AND d a b");
    run_into("d", BYTES_LITERAL("\xfe\x3f\xff"), "BITOP OR d a b c");
    run_into("d", BYTES_LITERAL("\x3c\x33\xff"), "BITOP XOR d a b nothing");
    run_into("d", BYTES_LITERAL("\x33\xc3"), "BITOP NOT d b");
    run_into("d", BYTES_LITERAL("\x10\x03\xff"), "BITOP DIFF d a b c");
    run_into("d", BYTES_LITERAL("\x0e\x30\0"), "BITOP DIFF1 d a b c");
    run_into("d", BYTES_LITERAL("\xe0\x0c\0"), "BITOP ANDOR d a b c");
    run_into("d", BYTES_LITERAL("\x16\x33\xff"), "BITOP ONE d a b c");
}

static void
test_bitop_of_nothing_deletes(void **state)
{
    (void)state;
    run("SET d x PXAT 5");
    run_into("d", BYTES_LITERAL("\x87"), "BITOP NOT d d");
    expect_expiry("d", -1);
    run("BITOP AND d nothing");
    assert_null(entry_of("d"));
    run("SET n 12");
    run("BITOP OR n n");
    expect("n", "12");
    run_error("BITOP NOT d n n");
    run_error("BITOP DIFF d n");
    run_error("BITOP NAND d n n");
    run("RPUSH l x");
    run_error("BITOP AND d n l");
    assert_null(entry_of("d"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_setbit),
        TEST(test_bitfield_sets_and_adds),
        TEST(test_bitfield_overflows),
        TEST(test_bitfield_i64_of_a_release),
        TEST(test_bitfield_far_below_is_above),
        TEST(test_bitfield_refuses),
        TEST(test_bitop),
        TEST(test_bitop_of_nothing_deletes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
