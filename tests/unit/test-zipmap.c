/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Zipmaps: the example that the server's zipmap.c has in its description, and
 * the same with one thing changed.
 */
#include "packed-walk.h"

#define assert_zipmap(literal, expected) \
    assert_walk(NODE_ZIPMAP, BLOB(literal), expected)

static void
test_published_example(void **state)
{
    (void)state;
    assert_zipmap("\x02\x03"
                  "foo\x03\x00"
                  "bar\x05hello\x05\x00world\xff",
                  "1:\"foo\" 5:\"bar\" 10:\"hello\" 16:\"world\" end");
}

static void
test_free_bytes(void **state)
{
    (void)state;
    assert_zipmap("\x02\x03"
                  "foo\x02\x01hi?\x01z\x00\x04"
                  "????\xff",
                  "1:\"foo\" 5:\"hi\" 10:\"z\" 12:\"\" end");
    assert_zipmap("\x01\x01"
                  "a\x01\x03"
                  "b??\xff",
                  "1:\"a\" 3:\"b\" end overrun");
    assert_zipmap("\x01\x01"
                  "a\x01\x04"
                  "b??\xff",
                  "1:\"a\" bad 3 zipmap entry 1: length 1 exceeds blob");
}

static void
test_counts(void **state)
{
    (void)state;
    assert_zipmap("\x00\xff", "end");
    assert_zipmap("\x02\x01"
                  "a\x01\x00z\xff",
                  "1:\"a\" 3:\"z\" end count");
    assert_zipmap("\xfe\x01"
                  "a\x01\x00z\xff",
                  "1:\"a\" 3:\"z\" end");
    assert_zipmap("\xff\x01"
                  "a\x01\x00z\xff",
                  "1:\"a\" 3:\"z\" end count");
}

static void
append_repeated(struct buffer *out, int byte, size_t size)
{
    memset(buffer_reserve(out, size), byte, size);
    out->size += size;
}

/* 254 bytes is the shortest text with a wide length; 70000 goes in parts. */
static void
test_wide_lengths(void **state)
{
    (void)state;
    struct buffer blob = { 0 };
    buffer_append(&blob, "\x01\xfe\xfe\x00\x00\x00", 6);
    append_repeated(&blob, 'f', 254);
    buffer_append(&blob, "\xfe\x70\x11\x01\x00\x02", 6);
    append_repeated(&blob, 'v', 70000);
    buffer_append(&blob, "??\xff", 3);
    struct buffer expected = { 0 };
    buffer_append_text(&expected, "1:\"");
    append_repeated(&expected, 'f', 254);
    buffer_append_text(&expected, "\" 260:<70000> end");
    buffer_append_byte(&expected, 0);
    assert_walk(NODE_ZIPMAP, buffer_bytes(&blob), (char *)expected.data);
    buffer_fini(&blob);
    buffer_fini(&expected);

    assert_zipmap("\x01\xfe\x01\x00\x00\x00"
                  "a\x01\x00z\xff",
                  "1:\"a\" 7:\"z\" end wide");
}

static void
test_end_faults(void **state)
{
    (void)state;
    assert_zipmap("\x01\x01"
                  "a\x01\x00z",
                  "1:\"a\" 3:\"z\" end no-end");
    assert_zipmap("\x01\x01"
                  "a\x01\x00z\xff\x00\xff",
                  "1:\"a\" 3:\"z\" end trailing");
    assert_zipmap("\x00", "bad 0 zipmap of 1 bytes is too short no-end");
}

static void
test_undecodable(void **state)
{
    (void)state;
    assert_zipmap("\x01\x01"
                  "a\xff",
                  "1:\"a\" bad 3 zipmap entry 1: value without room in blob");
    assert_zipmap("\x01\x02"
                  "a\xff",
                  "1:\"a\xff\" bad 4 zipmap entry 1: value is missing overrun");
    assert_zipmap("\x01\x05"
                  "a\xff",
                  "bad 1 zipmap entry 0: length 5 exceeds blob");
    assert_zipmap("\x01\xfe\x01\xff",
                  "bad 1 zipmap entry 0: field without room in blob");
    assert_zipmap("\x01\xfe\xff\xff\xff\xff\x00\xff",
                  "bad 1 zipmap entry 0: length 4294967295 exceeds blob");
}

static void
test_input_ends(void **state)
{
    (void)state;
    assert_walk_sized(NODE_ZIPMAP, BLOB("\x01\x03"
                                        "fo"),
                      20, "fail 4 unexpected end of input");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_example),
        cmocka_unit_test(test_free_bytes),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_wide_lengths),
        cmocka_unit_test(test_end_faults),
        cmocka_unit_test(test_undecodable),
        cmocka_unit_test(test_input_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
