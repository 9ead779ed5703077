/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Expected texts are what Redis 7.0.15 and 8.6.3 were seen to leave of the
 * same commands, and what their documentation says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay-text.h"

/* --- SET --- */

static void
test_set_drops_an_expiry(void **state)
{
    (void)state;
    run("SET a 1 PXAT 5000");
    expect_expiry("a", 5000);
    run("SET a 2 KEEPTTL");
    expect_expiry("a", 5000);
    run("SET a 3");
    expect_expiry("a", -1);
    run("SET a 4 EXAT 7 GET");
    expect_expiry("a", 7000);
    expect("a", "4");
}

static void
test_set_on_conditions(void **state)
{
    (void)state;
    run("SET a 1 XX");
    assert_null(entry_of("a"));
    run("SET a 1 NX");
    run("SET a 2 NX");
    expect("a", "1");
    run("SET a 3 IFEQ 2");
    expect("a", "1");
    run("SET a 4 IFEQ 1");
    expect("a", "4");
    run("SET a 5 IFNE 4");
    expect("a", "4");
    run("SET a hello IFNE 5");
    run("SET a 6 IFDEQ 0000000000000000");
    expect("a", "hello");
    run("SET a 7 IFDEQ 9555E8555C62dcfd");
    expect("a", "7");
    run("SET b 1 IFEQ 1");
    run("SET b 1 IFDEQ 0000000000000000");
    assert_null(entry_of("b"));
    run("SET b 1 IFDNE 0000000000000000");
    expect("b", "1");
}

static void
test_set_refuses(void **state)
{
    (void)state;
    run("SET a 1");
    run_error("SET a 2 NX XX");
    run_error("SET a 2 EX 0");
    run_error("SET a 2 PX -1");
    run_error("SET a 2 EX 9223372036854775807");
    run_error("SET a 2 EX");
    run_error("SET a 2 EX 5 PX 5");
    run_error("SET a 2 KEEPTTL EX 5");
    run_error("SET a 2 PERSIST");
    run_error("SET a 2 IFDEQ 12");
    replay_set_server(replay, true, AOF_VERSION(9, 1, 2));
    run_error("SET a 2 IFNE 12");
    run_error("SET a 2 IFDNE 0000000000000000");
    run_error("SETEX a 0 2");
    expect("a", "1");
    run("RPUSH l x");
    run_error("SET l 1 GET");
    run_error("SET l 1 IFEQ x");
    run_error("GETSET l 1");
    run_error("APPEND l 1");
    run("SET l 1");
    expect("l", "1");
}

static void
test_set_in_other_words(void **state)
{
    (void)state;
    run_annotation("#TS:1000");
    run("SETEX a 5 x");
    expect_expiry("a", 1005000);
    run("PSETEX a 5 y");
    expect_expiry("a", 1000005);
    run("SETNX a z");
    run("SETNX b z");
    expect("a", "y");
    expect("b", "z");
    run("GETSET a w");
    expect_expiry("a", -1);
    run("GETDEL a");
    run("GETDEL a");
    assert_null(entry_of("a"));
}

static void
test_getex(void **state)
{
    (void)state;
    run("SET a 1");
    run("GETEX a PXAT 99");
    expect_expiry("a", 99);
    run("GETEX a");
    expect_expiry("a", 99);
    run("GETEX a PERSIST");
    expect_expiry("a", -1);
    run("GETEX b PXAT 99");
    run_error("GETEX a KEEPTTL");
    run_error("GETEX a PERSIST EX 4");
}

static void
test_several_at_once(void **state)
{
    (void)state;
    run("SET a 1 PXAT 5");
    run("MSET a 2 b 3 b 4");
    expect("a", "2");
    expect("b", "4");
    expect_expiry("a", -1);
    run_error("MSET a 1 b");
    run("MSETNX c 1 a 9");
    assert_null(entry_of("c"));
    run("MSETNX c 1 d 2");
    expect("d", "2");
    run("MSETEX 2 e 1 f 2 PXAT 77");
    expect_expiry("f", 77);
    run("MSETEX 1 e 5 KEEPTTL");
    expect("e", "5");
    expect_expiry("e", 77);
    run("MSETEX 2 e 6 g 6 XX");
    expect("e", "5");
    run("MSETEX 2 g 6 e 6 NX");
    assert_null(entry_of("g"));
    run_error("MSETEX 3 a 1 b 2");
    run_error("MSETEX 0 a 1");
}

static void
test_parts(void **state)
{
    (void)state;
    run("APPEND a \"\"");
    expect("a", "");
    run("APPEND a 12");
    run("APPEND a 3");
    expect("a", "123");
    run("SETRANGE a 1 xyz");
    expect("a", "1xyz");
    run("SETRANGE a 6 \"\"");
    expect("a", "1xyz");
    run("SETRANGE a 6 z");
    expect_bytes("a", bytes_of("1xyz\0\0z", 7));
    run("SETRANGE b 0 \"\"");
    assert_null(entry_of("b"));
    run_error("SETRANGE b -1 x");
}

static void
test_deleting_on_conditions(void **state)
{
    (void)state;
    run("SET a hello");
    run("DELEX a IFEQ hell");
    run("DELEX a IFNE hello");
    run("DELEX a IFDNE 9555e8555c62dcfd");
    run("DELIFEQ a hell");
    expect("a", "hello");
    run_error("DELEX a IFEQ");
    run_error("DELEX a NX 1");
    run("DELEX a IFDEQ 9555e8555c62dcfd");
    assert_null(entry_of("a"));
    run("SET a x");
    run("DELIFEQ a x");
    assert_null(entry_of("a"));
    run("RPUSH l x");
    run_error("DELEX l IFEQ x");
    run("DELEX l");
    assert_null(entry_of("l"));
}

/* --- counters --- */

static void
test_counters(void **state)
{
    (void)state;
    replay_set_server(replay, false, AOF_VERSION(7, 0, 15));
    run("SET a 10 PXAT 5");
    run("INCR a");
    run("DECRBY a -5");
    run("INCRBY a -1");
    run("DECR a");
    expect("a", "14");
    expect_expiry("a", 5);
    run("DECR new");
    expect("new", "-1");
    run("SET a 9223372036854775807");
    run_error("INCR a");
    run_error("DECRBY a -9223372036854775808");
    run_error("INCRBY a 1.0");
    run("SET b 007");
    run_error("INCR b");
    run("SET b \"\"");
    run_error("INCR b");
}

/* Seen in Redis 2.8.24 and 5.0.14. */
static void
test_decrement_by_the_least(void **state)
{
    (void)state;
    replay_set_server(replay, false, AOF_VERSION(6, 2, 16));
    run("DECRBY n -9223372036854775808");
    expect("n", "-9223372036854775808");
    run("SET n 5");
    run("DECRBY n -9223372036854775808");
    expect("n", "-9223372036854775803");
    run("SET n -1");
    run_error("DECRBY n -9223372036854775808");
}

/* Redis 2.8.24. */
static void
test_old_numbers(void **state)
{
    (void)state;
    replay_set_server(replay, false, AOF_VERSION(2, 8, 24));
    run("SET n 007");
    run("INCR n");
    expect("n", "8");
    run("SET n +5");
    run("INCRBY n +3");
    expect("n", "8");
    run("SET n \"\"");
    run("INCR n");
    expect("n", "1");
    run("SET n -0");
    run("DECR n");
    expect("n", "-1");
    run("SET n \"1\\x00x\"");
    run("INCR n");
    expect("n", "2");
    run("SETRANGE t 03 x");
    expect_bytes("t", bytes_of("\0\0\0x", 4));
    static const char *const none[] = { "\" 7\"", "0x10",
                                        "9223372036854775808" };
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        char line[64];
        (void)snprintf(line, sizeof(line), "SET n %s", none[i]);
        run(line);
        run_error("INCR n");
    }
}

static void
test_floats_as_servers_write_them(void **state)
{
    static const char *const sums[][3] = {
        { "10.5", "0.1", "10.6" },
        { "5.0e3", "200", "5200" },
        { "0", "1e17", "100000000000000000" },
        { "3.0", "1.1", "4.1" },
        { "-1", "1", "0" },
        { "0.1", "0.2", "0.3" },
        { "1e-17", "0", "0.00000000000000001" },
        { "1", "-1.0000000000000001", "-0.0000000000000001" },
        { "-0.00000000000000000001", "0", "0" },
    };
    char line[64];
    (void)state;
    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
        (void)snprintf(line, sizeof(line), "SET a %s", sums[i][0]);
        run(line);
        (void)snprintf(line, sizeof(line), "INCRBYFLOAT a %s", sums[i][1]);
        run(line);
        expect("a", sums[i][2]);
    }
    run("INCRBYFLOAT new 1.50");
    expect("new", "1.5");
    run_error("INCRBYFLOAT new inf");
    run_error("INCRBYFLOAT new \" 1\"");
    run_error("INCRBYFLOAT new nan");
    run("SET a text");
    run_error("INCRBYFLOAT a 1");
}

/* From the command's page on redis.io. */
static void
test_increx(void **state)
{
    (void)state;
    run("SET a 5 PXAT 9");
    run("INCREX a");
    expect("a", "6");
    expect_expiry("a", 9);
    run("INCREX a BYINT 10 UBOUND 10");
    expect("a", "6");
    run("INCREX a BYINT 10 UBOUND 10 SATURATE PXAT 11 ENX");
    expect("a", "10");
    expect_expiry("a", 9);
    run("INCREX a BYFLOAT 0.5 PXAT 11");
    expect("a", "10.5");
    expect_expiry("a", 11);
    run("INCREX a BYFLOAT -20 LBOUND -1 SATURATE PERSIST");
    expect("a", "-1");
    expect_expiry("a", -1);
    run("INCREX b UBOUND 0");
    assert_null(entry_of("b"));
    run("INCREX b PXAT 4 ENX");
    expect_expiry("b", 4);
    run_error("INCREX b BYINT 1.5");
    run_error("INCREX b PERSIST PXAT 5");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_set_drops_an_expiry),
        TEST(test_set_on_conditions),
        TEST(test_set_refuses),
        TEST(test_set_in_other_words),
        TEST(test_getex),
        TEST(test_several_at_once),
        TEST(test_parts),
        TEST(test_deleting_on_conditions),
        TEST(test_counters),
        TEST(test_decrement_by_the_least),
        TEST(test_old_numbers),
        TEST(test_floats_as_servers_write_them),
        TEST(test_increx),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
