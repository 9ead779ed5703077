/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Ziplists: blobs that Redis 2.8.24 and 6.2.16 wrote, the same with one thing
 * wrong, and what no small file of theirs holds built by hand.
 */
#include "packed-walk.h"

#define assert_ziplist(literal, expected) \
    assert_walk(NODE_ZIPLIST, BLOB(literal), expected)

/* From dumps of Redis 2.8.24 and 6.2.16. */
static void
test_of_servers(void **state)
{
    (void)state;
    assert_ziplist("\x17\x00\x00\x00\x14\x00\x00\x00\x05\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\xf8\x02\xfe\xfb\x03\xf1\xff",
                   "10:-7 13:6 15:7 17:-5 20:0 end");
    assert_ziplist("\x3c\x00\x00\x00\x39\x00\x00\x00\x06\x00"
                   "\x00\x0axLMfgxblL5"
                   "\x0c\xe0\xa1\x29\xbe\xe8\xc4\xd7\x2b\x10"
                   "\x0a\x09xCbxC8BkX"
                   "\x0b\xc0\x1d\x08"
                   "\x04\x08xGtCA9nT"
                   "\x0a\xf2\xff",
                   "10:\"xLMfgxblL5\" 22:1165262169323743649 "
                   "32:\"xCbxC8BkX\" 43:2077 47:\"xGtCA9nT\" 57:1 end");
    assert_ziplist("\x15\x00\x00\x00\x0a\x00\x00\x00\x01\x00"
                   "\x00\xe0\x00\x00\x00\x00\x00\x00\x00\x80\xff",
                   "10:-9223372036854775808 end");
    assert_ziplist("\x2e\x00\x00\x00\x28\x00\x00\x00\x07\x00"
                   "\x00\xf0\x89\xf7\x0e\x05\xf0\x35\x28\x02"
                   "\x05\xf0\x3a\xeb\x0b\x05\xf0\x22\x9b\x0b"
                   "\x05\xf0\x71\xe0\x09\x05\xf0\xdc\xc0\x07"
                   "\x05\xf0\x09\xe0\x0a\xff",
                   "10:980873 15:141365 20:781114 25:760610 30:647281 "
                   "35:508124 40:712713 end");
}

/* The forms that are missing above: int32, int8, a big-endian 14-bit length,
 * and a wide prevlen with a small value. */
static void
test_other_forms(void **state)
{
    (void)state;
    assert_ziplist("\x24\x00\x00\x00\x1f\x00\x00\x00\x05\x00"
                   "\x00\xd0\xb8\xdd\xba\x54"
                   "\x06\xd0\xff\xff\xff\xff"
                   "\xfe\x06\x00\x00\x00\xfe\x80"
                   "\x07\xfd"
                   "\x02\x40\x01y\xff",
                   "10:1421532600 16:-1 22:-128 29:12 31:\"y\" end");
    /* The six low bits of a 32-bit length's first byte mean nothing. */
    assert_ziplist("\x12\x00\x00\x00\x0a\x00\x00\x00\x01\x00"
                   "\x00\x9b\x00\x00\x00\x01z\xff",
                   "10:\"z\" end");
}

static void
test_empty(void **state)
{
    (void)state;
    assert_ziplist("\x0b\x00\x00\x00\x0a\x00\x00\x00\x00\x00\xff", "end");
    assert_ziplist("\x0b\x00\x00\x00\x0b\x00\x00\x00\x00\x00\xff",
                   "end tail");
    assert_ziplist("\x0a\x00\x00\x00\x0a\x00\x00\x00\x00\x00",
                   "bad 0 ziplist of 10 bytes is too short no-end");
}

/* A text of 70000 bytes, then one of a byte, whose prevlen is wide. */
static void
test_long_text(void **state)
{
    (void)state;
    enum { LENGTH = 70000, FIRST = 1 + 5 + LENGTH };
    struct buffer blob = { 0 };
    buffer_append(&blob, "\x88\x11\x01\x00\x80\x11\x01\x00\x02\x00", 10);
    buffer_append(&blob, "\x00\x80\x00\x01\x11\x70", 6);
    memset(buffer_reserve(&blob, LENGTH), 'x', LENGTH);
    blob.size += LENGTH;
    assert_int_equal(blob.size, 10 + FIRST);
    buffer_append(&blob, "\xfe\x76\x11\x01\x00\x01z\xff", 8);
    assert_walk(NODE_ZIPLIST, buffer_bytes(&blob),
                "10:<70000> 70016:\"z\" end");
    blob.data[70017] = 0x75;
    assert_walk(NODE_ZIPLIST, buffer_bytes(&blob),
                "10:<70000> 70016:\"z\" end backlen");
    blob.data[14] = 0x7f;
    assert_walk(NODE_ZIPLIST, buffer_bytes(&blob),
                "bad 10 ziplist entry 0: length 98160 exceeds blob");
    buffer_fini(&blob);
}

/* Three entries, -7 6 7, with one thing wrong each. */
static void
test_faults(void **state)
{
    (void)state;
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\xf8\xff",
                   "10:-7 13:6 15:7 end");
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x04\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\xf8\xff",
                   "10:-7 13:6 15:7 end count");
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\xff\xff"
                   "\x00\xfe\xf9\x03\xf7\x02\xf8\xff",
                   "10:-7 13:6 15:7 end");
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x02\xf7\x02\xf8\xff",
                   "10:-7 13:6 15:7 end backlen");
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x01\xfe\xf9\x03\xf7\x02\xf8\xff",
                   "10:-7 13:6 15:7 end backlen");
    assert_ziplist("\x12\x00\x00\x00\x0d\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\xf8\xff",
                   "10:-7 13:6 15:7 end tail");
    assert_ziplist("\x13\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\xf8\xff",
                   "10:-7 13:6 15:7 end total");
    assert_ziplist("\x12\x00\x00\x00\x0d\x00\x00\x00\x02\x00"
                   "\x00\xfe\xf9\x03\xf7\xff\xf8\xff",
                   "10:-7 13:6 end trailing");
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\x01x",
                   "10:-7 13:6 15:\"x\" end no-end");
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\x01\xff",
                   "10:-7 13:6 15:\"\xff\" end overrun");
}

static void
test_undecodable(void **state)
{
    (void)state;
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\xc1\xff",
                   "10:-7 13:6 bad 15 ziplist entry 2: invalid encoding byte "
                   "0xc1");
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\xff\xff",
                   "10:-7 13:6 bad 15 ziplist entry 2: invalid encoding byte "
                   "0xff");
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\x3f\xff",
                   "10:-7 13:6 bad 15 ziplist entry 2: length 63 exceeds blob");
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\xe0\xff",
                   "10:-7 13:6 bad 15 ziplist entry 2: number of 9 bytes "
                   "exceeds blob");
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x03\xf7\xfe\x02\xff",
                   "10:-7 13:6 bad 15 ziplist entry 2: prevlen of 5 bytes "
                   "exceeds blob");
    assert_ziplist("\x12\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                   "\x00\xfe\xf9\x03\xf7\x02\x80\xff",
                   "10:-7 13:6 bad 15 ziplist entry 2: length form of 5 bytes "
                   "exceeds blob");
}

static void
test_input_ends(void **state)
{
    (void)state;
    assert_walk_sized(NODE_ZIPLIST, BLOB("\x12\x00\x00"), 18,
                      "fail 3 unexpected end of input");
    assert_walk_sized(NODE_ZIPLIST,
                      BLOB("\x13\x00\x00\x00\x0f\x00\x00\x00\x03\x00"
                           "\x00\xfe\xf9\x03\xf7\x02\xf8"),
                      19, "fail 17 unexpected end of input");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_servers),
        cmocka_unit_test(test_other_forms),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_undecodable),
        cmocka_unit_test(test_input_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
