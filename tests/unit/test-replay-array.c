/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is expected follows from t_array.c of Redis 8.8 and from the examples
 * of its documentation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay-text.h"
#include "walk-text.h"

/* Runs a command that a server has no objection to. */
static void
works(const char *line)
{
    uint64_t errors = replay_facts(replay)->errors;
    size_t gaps = replay_facts(replay)->gap_count;
    run(line);
    assert_int_equal(replay_facts(replay)->errors, errors);
    assert_int_equal(replay_facts(replay)->gap_count, gaps);
}

/* NULL: there is no such key. */
static void
assert_array(const char *expected)
{
    struct entry *entry = entry_of("k");
    assert_true((entry != NULL) == (expected != NULL));
    if (entry != NULL)
        assert_walk(keyspace_store(keyspace), &entry->value, expected);
}

static void
test_setting(void **state)
{
    (void)state;
    run_error("ARSET k 18446744073709551615 v");
    run_error("ARSET k 18446744073709551614 v w");
    run_error("ARSET k -1 v");
    run_error("ARMSET k 1 a 2");
    run_error("ARMSET k 1 a x b");
    assert_array(NULL);
    works("ARSET k 4 a b 7");
    works("ARMSET k 9 0.5 5 c 18446744073709551614 z");
    assert_array("array of 5\n4=a\n5=c\n6=integer 7\n9=double 0.5\n"
                 "18446744073709551614=z\n");
    works("ARDEL k 4 4 77");
    works("ARDEL none 1");
    run_error("ARDEL k 5 x");
    works("ARDELRANGE k 9 6");
    run_error("ARDELRANGE k 9");
    assert_array("array of 2\n5=c\n18446744073709551614=z\n");
    works("ARDELRANGE k 0 5 18446744073709551614 7");
    assert_array(NULL);
    works("SET k v");
    run_error("ARSET k 1 v");
}

static void
test_inserting(void **state)
{
    (void)state;
    works("ARSEEK k 5");
    assert_array(NULL);
    works("ARINSERT k alpha");
    works("ARINSERT k beta gamma");
    assert_array("array of 3 at 2\n0=alpha\n1=beta\n2=gamma\n");
    works("ARSEEK k 10");
    works("ARINSERT k c");
    works("ARSEEK k 0");
    works("ARINSERT k a");
    assert_array("array of 4 at 0\n0=a\n1=beta\n2=gamma\n10=c\n");
    works("ARSEEK k 18446744073709551615");
    run_error("ARINSERT k x");
    run_error("ARSEEK k 18446744073709551616");
    works("ARSEEK k 18446744073709551614");
    run_error("ARINSERT k x y");
    works("ARINSERT k z");
    assert_array("array of 5 at 18446744073709551614\n0=a\n1=beta\n2=gamma\n"
                 "10=c\n18446744073709551614=z\n");
}

static void
test_ring(void **state)
{
    (void)state;
    run_error("ARRING k 0 v");
    works("ARRING k 3 v0 v1 v2");
    works("ARRING k 3 v3");
    assert_array("array of 3 at 0\n0=v3\n1=v1\n2=v2\n");
    /* Larger behind a wrap: the oldest goes to 0. */
    works("ARRING k 5 v4");
    assert_array("array of 4 at 3\n0=v1\n1=v2\n2=v3\n3=v4\n");
    works("ARRING k 5 v5 v6");
    assert_array("array of 5 at 0\n0=v6\n1=v2\n2=v3\n3=v4\n4=v5\n");
    /* Smaller: the latest three stay, and the oldest of them is written
     * over. */
    works("ARRING k 3 v7");
    assert_array("array of 3 at 0\n0=v7\n1=v5\n2=v6\n");
}

static void
test_ring_with_holes(void **state)
{
    (void)state;
    works("ARRING k 6 a b c d e f g");
    works("ARDEL k 4");
    works("ARRING k 9 h");
    assert_array("array of 3 at 2\n0=f\n1=g\n2=h\n");
    works("ARSEEK k 0");
    works("ARRING k 9 i");
    assert_array("array of 3 at 0\n0=i\n1=g\n2=h\n");
    works("ARSEEK k 8");
    works("ARDEL k 1");
    works("ARRING k 2 j");
    assert_array("array of 1 at 0\n0=j\n");
}

/* A command without room for its element leaves no key without one. */
static void
test_no_room(void **state)
{
    (void)state;
    begin_limited();
    run("SETBIT bits 3000000 0");
    run("BITOP NOT more bits");
    run("BITOP NOT more bits");
    run("ARSET k 0 v");
    assert_true(keyspace_is_full(keyspace));
    assert_null(entry_of("k"));
    (void)tear_down(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_setting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_inserting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ring, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ring_with_holes, set_up,
                                        tear_down),
        cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
