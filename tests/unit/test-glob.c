/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Expected answers are those of Redis 7.0.15 to KEYS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "scan/glob.h"

#define B(s) BYTES_LITERAL(s)

static bool
match(struct bytes pattern, struct bytes name)
{
    struct glob *glob = glob_new(pattern);
    bool result = glob_match(glob, name);
    glob_free(glob);
    return result;
}

static void
test_stars_and_questions(void **state)
{
    (void)state;
    assert_true(match(B("*"), B("")));
    assert_true(match(B("*"), B("abc")));
    assert_true(match(B("user:*"), B("user:")));
    assert_true(match(B("user:*"), B("user:1")));
    assert_false(match(B("user:*"), B("User:1")));
    assert_true(match(B("a*b*c"), B("aXbXbc")));
    assert_false(match(B("a*b*c"), B("aXbXb")));
    assert_true(match(B("h?llo"), B("hello")));
    assert_false(match(B("h?llo"), B("hllo")));
    assert_true(match(B("a**"), B("a")));
    assert_true(match(B("?"), B("\n")));
    assert_true(match(B("a\0*"), B("a\0b")));
    assert_false(match(B("a\0*"), B("ab")));
    assert_true(match(B(""), B("")));
    assert_false(match(B(""), B("a")));
    assert_false(match(B("abc"), B("ab")));
}

static void
test_classes(void **state)
{
    (void)state;
    assert_true(match(B("h[ae]llo"), B("hallo")));
    assert_false(match(B("h[ae]llo"), B("hillo")));
    assert_true(match(B("h[^e]llo"), B("hallo")));
    assert_false(match(B("h[^e]llo"), B("hello")));
    assert_true(match(B("h[a-b]llo"), B("hbllo")));
    assert_true(match(B("h[b-a]llo"), B("hallo")));
    assert_false(match(B("h[!e]llo"), B("hallo")));
    assert_true(match(B("h[!e]llo"), B("h!llo")));
    assert_true(match(B("[\\]]"), B("]")));
    assert_true(match(B("[\\-x]"), B("-")));
    assert_false(match(B("[]"), B("a")));
    assert_true(match(B("[^]"), B("a")));
    assert_true(match(B("[abc"), B("b")));
    assert_false(match(B("["), B("[")));
    assert_true(match(B("[^"), B("x")));
    assert_true(match(B("[a-]"), B("_")));  /* ']' is the range's end */
    assert_false(match(B("[a-]"), B("-")));
    assert_true(match(B("[a-z-]"), B("-")));
}

static void
test_bytes_beyond_ascii(void **state)
{
    (void)state;
    /* As signed bytes 0xff is -1: the range holds -1, 0 and 1. */
    assert_true(match(B("[\x01-\xff]"), B("\0")));
    assert_false(match(B("[\x01-\xff]"), B("a")));
    assert_true(match(B("[\x80-\xff]"), B("\xc3")));
    assert_true(match(B("\xc3\xa9*"), B("\xc3\xa9t\xc3\xa9")));
}

static void
test_backslashes(void **state)
{
    (void)state;
    assert_true(match(B("a\\*"), B("a*")));
    assert_false(match(B("a\\*"), B("ab")));
    assert_true(match(B("a\\b"), B("ab")));
    assert_true(match(B("a\\"), B("a\\")));
    assert_true(match(B("[\\"), B("\\")));
}

/* What costs a plain recursion 2^n steps. */
static void
test_bounded_time(void **state)
{
    (void)state;
    enum { SIZE = 20000 };
    unsigned char *name = xmalloc(SIZE);
    memset(name, 'a', SIZE);
    clock_t start = clock();
    assert_false(match(B("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"),
                       bytes_of(name, SIZE)));
    assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
    free(name);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stars_and_questions),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_bytes_beyond_ascii),
        cmocka_unit_test(test_backslashes),
        cmocka_unit_test(test_bounded_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
