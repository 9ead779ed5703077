/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void
assert_text(char *text, const char *expected)
{
    assert_string_equal(text, expected);
    free(text);
}

static void
test_join(void **state)
{
    (void)state;
    assert_text(path_join("sets", "x.aof"), "sets/x.aof");
    assert_text(path_join("sets/", "x.aof"), "sets/x.aof");
    assert_text(path_join("/", "x.aof"), "/x.aof");
    assert_text(path_join("", "x.aof"), "x.aof");
}

static void
test_halves(void **state)
{
    (void)state;
    assert_text(path_directory("sets/old/x.aof"), "sets/old/");
    assert_text(path_directory("/x.aof"), "/");
    assert_text(path_directory("x.aof"), "");
    assert_string_equal(path_name("sets/old/x.aof"), "x.aof");
    assert_string_equal(path_name("x.aof"), "x.aof");
    assert_string_equal(path_name("sets/"), "");
}

static void
test_beside(void **state)
{
    (void)state;
    char expected[64];
    assert_text(path_beside("sets/x.aof", "y"), "sets/y");
    assert_text(path_beside("x.aof", "y"), "y");
    snprintf(expected, sizeof(expected), "sets/temp-keyweigh-%ld-7.tmp",
             (long)getpid());
    assert_text(path_temporary("sets/x.aof", 7), expected);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_beside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
