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

static void
test_setbit(void **state)
{
    (void)state;
    run("SETBIT a 7 1");
    expect_bytes("a", bytes_of("\x01", 1));
    run("SETBIT a 16 0");
    expect_bytes("a", bytes_of("\x01\0\0", 3));
    run("SETBIT a 7 0");
    expect_bytes("a", bytes_of("\0\0\0", 3));
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
    run("BITFIELD a SET u8 0 255 INCRBY u4 #2 3 GET u8 200");
    expect_bytes("a", bytes_of("\xff\x30", 2));
    run("BITFIELD a INCRBY i5 3 1");
    expect_bytes("a", bytes_of("\xe0\x30", 2));
    run("BITFIELD a GET u8 0");
    expect_bytes("a", bytes_of("\xe0\x30", 2));
    run("BITFIELD b GET u8 0");
    assert_null(entry_of("b"));
    run("BITFIELD b SET i64 1 -2");
    expect_bytes("b", bytes_of("\x7f\xff\xff\xff\xff\xff\xff\xff\0", 9));
}

static void
test_bitfield_overflows(void **state)
{
    (void)state;
    run("BITFIELD a SET u2 0 3 INCRBY u2 0 2");
    expect_bytes("a", bytes_of("\x40", 1));
    run("BITFIELD a OVERFLOW SAT INCRBY u2 0 9 INCRBY i4 4 -100");
    expect_bytes("a", bytes_of("\xc8", 1));
    run("BITFIELD a OVERFLOW FAIL INCRBY u2 0 1 SET u4 #1 16 SET i4 4 7");
    expect_bytes("a", bytes_of("\xc7", 1));
    run("BITFIELD a OVERFLOW SAT INCRBY i4 4 1 SET u2 0 -1");
    expect_bytes("a", bytes_of("\xc7", 1));
    run("BITFIELD b OVERFLOW SAT SET i64 0 9223372036854775807 "
        "INCRBY i64 0 1");
    expect_bytes("b", bytes_of("\x7f\xff\xff\xff\xff\xff\xff\xff", 8));
}

/* Saturating to the top, of all places. */
static void
test_bitfield_far_below_is_above(void **state)
{
    (void)state;
    run("BITFIELD a SET i8 0 -1");
    run("BITFIELD a OVERFLOW SAT SET i1 #1 -9223372036854775808");
    expect_bytes("a", bytes_of("\xbf", 1));
    run("BITFIELD a OVERFLOW SAT SET i1 #0 -5");
    expect_bytes("a", bytes_of("\xbf", 1));
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
    run("BITOP AND d a b");
    expect_bytes("d", bytes_of("\xc0\x0c\0", 3));
    run("BITOP OR d a b c");
    expect_bytes("d", bytes_of("\xfe\x3f\xff", 3));
    run("BITOP XOR d a b nothing");
    expect_bytes("d", bytes_of("\x3c\x33\xff", 3));
    run("BITOP NOT d b");
    expect_bytes("d", bytes_of("\x33\xc3", 2));
    run("BITOP DIFF d a b c");
    expect_bytes("d", bytes_of("\x10\x03\xff", 3));
    run("BITOP DIFF1 d a b c");
    expect_bytes("d", bytes_of("\x0e\x30\0", 3));
    run("BITOP ANDOR d a b c");
    expect_bytes("d", bytes_of("\xe0\x0c\0", 3));
    run("BITOP ONE d a b c");
    expect_bytes("d", bytes_of("\x16\x33\xff", 3));
}

static void
test_bitop_of_nothing_deletes(void **state)
{
    (void)state;
    run("SET d x PXAT 5");
    run("BITOP NOT d d");
    expect_bytes("d", bytes_of("\x87", 1));
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
        TEST(test_bitfield_far_below_is_above),
        TEST(test_bitfield_refuses),
        TEST(test_bitop),
        TEST(test_bitop_of_nothing_deletes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
