/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What lists look like behind each command is what Redis 8.6.3 was seen to
 * make of the same commands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "value-text.h"

static void
test_pushes(void **state)
{
    (void)state;
    run("RPUSH a 1 2 3");
    run("LPUSH a x y");
    expect_text("a", "y x 1 2 3");
    run("RPUSHX a 4");
    run("LPUSHX a 0 z");
    expect_text("a", "z 0 y x 1 2 3 4");
    run("RPUSHX b 1");
    run("LPUSHX b 1");
    expect_text("b", NULL);
}

static void
test_pops(void **state)
{
    (void)state;
    run("RPUSH a 1 2 3 4 5 6 7");
    run("LPOP a");
    run("RPOP a 2");
    expect_text("a", "2 3 4 5");
    run("LPOP a 0");
    run("BLPOP b a 0");
    run("BRPOP a 0");
    expect_text("a", "3 4");
    run("LMPOP 2 b a RIGHT");
    expect_text("a", "3");
    run("BLMPOP 0 2 b a LEFT COUNT 5");
    expect_text("a", NULL);
    run("LPOP a");
    run("RPOP a 3");
    expect_text("a", NULL);
    run("RPUSH a 1");
    run("RPOP a 100");
    expect_text("a", NULL);
}

static void
test_moves(void **state)
{
    (void)state;
    run("RPUSH a 1 2 3 4");
    run("RPOPLPUSH a b");
    run("LMOVE a b LEFT RIGHT");
    expect_text("a", "2 3");
    expect_text("b", "4 1");
    run("RPOPLPUSH a a");
    expect_text("a", "3 2");
    run("LMOVE a a LEFT LEFT");
    expect_text("a", "3 2");
    run("BRPOPLPUSH a b 0");
    run("BLMOVE a b RIGHT RIGHT 0");
    expect_text("a", NULL);
    expect_text("b", "2 4 1 3");
    run("LMOVE a b LEFT LEFT");
    run("RPOPLPUSH a b");
    expect_text("b", "2 4 1 3");
}

static void
test_inner_changes(void **state)
{
    (void)state;
    run("RPUSH a 1 2 3 2 1");
    run("LINSERT a BEFORE 2 x");
    run("LINSERT a AFTER 1 y");
    run("LINSERT a AFTER 9 z");
    expect_text("a", "1 y x 2 3 2 1");
    run("LSET a 1 Y");
    run("LSET a -1 last");
    expect_text("a", "1 Y x 2 3 2 last");
    run("LREM a -1 2");
    expect_text("a", "1 Y x 2 3 last");
    run("LREM a 0 nothing");
    run("RPUSH a 1 1 1");
    run("LREM a 2 1");
    expect_text("a", "Y x 2 3 last 1 1");
    run("LREM a 0 1");
    expect_text("a", "Y x 2 3 last");
    run("LREM a 1 Y");
    run("LREM a 1 x");
    run("LREM a 1 2");
    run("LREM a 1 3");
    run("LREM a 1 last");
    expect_text("a", NULL);
}

static void
test_trim(void **state)
{
    (void)state;
    run("RPUSH a 0 1 2 3 4 5 6 7 8 9");
    run("LTRIM a 1 -2");
    expect_text("a", "1 2 3 4 5 6 7 8");
    run("LTRIM a -100 5");
    expect_text("a", "1 2 3 4 5 6");
    run("LTRIM a 2 100");
    expect_text("a", "3 4 5 6");
    run("LTRIM a -2 -3");
    expect_text("a", NULL);
    run("RPUSH a 1");
    run("LTRIM a 5 9");
    expect_text("a", NULL);
}

/* As Redis 7.0.15 takes them. */
static void
test_timeouts(void **state)
{
    (void)state;
    run("RPUSH a 1 2 3 4 5 6");
    run_error("BLPOP a -1");
    run_error("BRPOP a soon");
    run_error("BRPOPLPUSH a b -1");
    run_error("BLMOVE a b LEFT LEFT -1");
    run_error("BLMPOP -1 1 a LEFT");
    run_error("BLPOP a 1e16");
    expect_text("a", "1 2 3 4 5 6");
    run("BLPOP a 0.5");
    run("BRPOP a -0.0005");
    run("BLMOVE a b LEFT LEFT 1");
    run("BRPOPLPUSH a b 2");
    run("BLMPOP 0.1 1 a LEFT");
    expect_text("a", "4");
}

static void
test_errors(void **state)
{
    (void)state;
    run("RPUSH a 1 2");
    run("SET s 1");
    run_error("RPUSH s 1");
    run_error("LPOP s");
    run_error("LPOP a x");
    run_error("LPOP a -1");
    run_error("LSET a 2 x");
    run_error("LSET none 0 x");
    run_error("LSET a x x");
    run_error("LMOVE a b LEFT MIDDLE");
    run_error("LMOVE a s LEFT LEFT");
    run_error("RPOPLPUSH a s");
    run_error("LINSERT a BESIDE 1 x");
    run_error("LTRIM a x 1");
    run_error("LREM a x 1");
    run_error("LMPOP 0 a LEFT");
    run_error("LMPOP 1 a LEFT COUNT 0");
    expect_text("a", "1 2");
    expect("s", "1");
}

/* As t_list.c of Redis 7.2 and 7.4, and of Valkey 7.2 and 8.0 has it. */
static void
test_removing_the_least_count(void **state)
{
    (void)state;
    static const struct {
        bool is_valkey;
        uint32_t version;
        bool refuses;
    } cases[] = {
        { false, AOF_VERSION(2, 8, 24), false },
        { false, AOF_VERSION(7, 2, 6), false },
        { false, AOF_VERSION(7, 4, 0), true },
        { true, AOF_VERSION(7, 2, 5), false },
        { true, AOF_VERSION(8, 0, 0), true },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        replay_set_server(replay, cases[i].is_valkey, cases[i].version);
        run("DEL a");
        run("RPUSH a x y x");
        if (cases[i].refuses)
            run_error("LREM a -9223372036854775808 x");
        else
            run("LREM a -9223372036854775808 x");
        expect_text("a", cases[i].refuses ? "x y x" : "y");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pushes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_moves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_inner_changes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_trim, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timeouts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_removing_the_least_count, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
