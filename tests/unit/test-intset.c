/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Intsets: blobs as DUMP of Redis 7.0.15 gives them, and the same with one
 * thing wrong.
 */
#include "packed-walk.h"

#define assert_intset(literal, expected) \
    assert_walk(NODE_INTSET, BLOB(literal), expected)

/* SADD of -5, 3 and 32767, 32768 or 2147483648. */
static void
test_of_a_server(void **state)
{
    (void)state;
    assert_intset("\x02\x00\x00\x00\x03\x00\x00\x00"
                  "\xfb\xff\x03\x00\xff\x7f",
                  "8:-5 10:3 12:32767 end");
    assert_intset("\x04\x00\x00\x00\x03\x00\x00\x00"
                  "\xfb\xff\xff\xff\x03\x00\x00\x00\x00\x80\x00\x00",
                  "8:-5 12:3 16:32768 end");
    assert_intset("\x08\x00\x00\x00\x03\x00\x00\x00"
                  "\xfb\xff\xff\xff\xff\xff\xff\xff"
                  "\x03\x00\x00\x00\x00\x00\x00\x00"
                  "\x00\x00\x00\x80\x00\x00\x00\x00",
                  "8:-5 16:3 24:2147483648 end");
}

static void
test_order(void **state)
{
    (void)state;
    assert_intset("\x02\x00\x00\x00\x03\x00\x00\x00"
                  "\x03\x00\xfb\xff\xff\x7f",
                  "8:3 10:-5 12:32767 end unsorted");
    assert_intset("\x02\x00\x00\x00\x02\x00\x00\x00"
                  "\x03\x00\x03\x00",
                  "8:3 10:3 end unsorted");
    assert_intset("\x08\x00\x00\x00\x02\x00\x00\x00"
                  "\x00\x00\x00\x00\x00\x00\x00\x80"
                  "\xff\xff\xff\xff\xff\xff\xff\x7f",
                  "8:-9223372036854775808 16:9223372036854775807 end");
}

static void
test_header(void **state)
{
    (void)state;
    assert_intset("\x02\x00\x00\x00\x00\x00\x00\x00", "end");
    assert_intset("\x02\x00\x00\x00\x00\x00\x00",
                  "bad 0 intset of 7 bytes is too short");
    assert_intset("\x03\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00",
                  "bad 0 intset: width 3 is not 2, 4 or 8");
    assert_intset("\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00",
                  "bad 0 intset: width 0 is not 2, 4 or 8");
    assert_intset("\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x02",
                  "bad 4 intset: count 2 exceeds blob");
    assert_intset("\x08\x00\x00\x00\xff\xff\xff\xff\x01\x00\x02",
                  "bad 4 intset: count 4294967295 exceeds blob");
    assert_intset("\x02\x00\x00\x00\x01\x00\x00\x00\x01\x00\x02",
                  "8:1 end total+trailing");
}

static void
test_input_ends(void **state)
{
    (void)state;
    assert_walk_sized(NODE_INTSET, BLOB("\x02\x00\x00\x00"), 12,
                      "fail 4 unexpected end of input");
    assert_walk_sized(NODE_INTSET, BLOB("\x02\x00\x00\x00\x02\x00\x00\x00"
                                        "\x01\x00\x02"),
                      12, "8:1 fail 11 unexpected end of input");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_a_server),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_input_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
