/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Listpacks: blobs as DUMP of Redis 7.0.15 gives them, and the same by hand
 * with one thing wrong.
 */
#include "packed-walk.h"

#define assert_listpack(literal, expected) \
    assert_walk(NODE_LISTPACK, BLOB(literal), expected)

/* ZADD z 1.5 m1 -3 m2 1e300 m3 */
static void
test_of_a_server(void **state)
{
    (void)state;
    assert_listpack("\x34\x00\x00\x00\x06\x00"
                    "\x82m2\x03\xdf\xfd\x02"
                    "\x82m1\x03\x83"
                    "1.5\x04"
                    "\x82m3\x03\x97"
                    "1.0000000000000001e+300\x18\xff",
                    "6:\"m2\" 10:-3 13:\"m1\" 17:\"1.5\" 22:\"m3\" "
                    "26:\"1.0000000000000001e+300\" end");
}

/* Every width of number, at its limits: HSET of the same server. */
static void
test_numbers(void **state)
{
    (void)state;
    assert_listpack("\x36\x00\x00\x00\x0b\x00"
                    "\x01\x01"
                    "\x7f\x01"
                    "\xc0\x80\x02"
                    "\xdf\xff\x02"
                    "\xd0\x00\x02"
                    "\xf1\xff\xef\x03"
                    "\xf1\x00\x10\x03"
                    "\xf2\x40\x9c\x00\x04"
                    "\xf2\xff\x7f\xff\x04"
                    "\xf3\xff\xff\x7f\xff\x05"
                    "\xf4\xff\xff\xff\xff\xff\xff\xff\x7f\x09"
                    "\xff",
                    "6:1 8:127 10:128 13:-1 16:-4096 19:-4097 23:4096 "
                    "27:40000 32:-32769 37:-8388609 43:9223372036854775807 "
                    "end");
}

static void
test_empty_text_and_list(void **state)
{
    (void)state;
    assert_listpack("\x0c\x00\x00\x00\x02\x00\x81"
                    "e\x02\x80\x01\xff",
                    "6:\"e\" 9:\"\" end");
    assert_listpack("\x07\x00\x00\x00\x00\x00\xff", "end");
}

/* One entry of n bytes of text, built by the rules of the format notes. */
static struct bytes
listpack_of_text(struct buffer *out, size_t length, const char *head,
                 size_t head_size, const char *backlen, size_t backlen_size)
{
    size_t total = 6 + head_size + length + backlen_size + 1;
    buffer_clear(out);
    for (unsigned shift = 0; shift < 32; shift += 8)
        buffer_append_byte(out, (unsigned char)(total >> shift));
    buffer_append(out, "\x01\x00", 2);
    buffer_append(out, head, head_size);
    memset(buffer_reserve(out, length), 'x', length);
    out->size += length;
    buffer_append(out, backlen, backlen_size);
    buffer_append_byte(out, 0xff);
    return buffer_bytes(out);
}

static void
check_long(size_t length, const char *head, size_t head_size,
           const char *backlen, size_t backlen_size, const char *faults)
{
    struct buffer blob = { 0 };
    struct buffer expected = { 0 };
    struct bytes bytes = listpack_of_text(&blob, length, head, head_size,
                                          backlen, backlen_size);
    if (length > READER_CONTIGUOUS - 16) {
        buffer_append_format(&expected, "6:<%zu> end%s", length, faults);
    } else {
        buffer_append_text(&expected, "6:\"");
        memset(buffer_reserve(&expected, length), 'x', length);
        expected.size += length;
        buffer_append_format(&expected, "\" end%s", faults);
    }
    buffer_append_byte(&expected, 0);
    assert_walk(NODE_LISTPACK, bytes, (char *)expected.data);
    buffer_fini(&blob);
    buffer_fini(&expected);
}

/* Backlen widths change at 128, 16383 and 2097151 bytes of entry. */
static void
test_backlen_widths(void **state)
{
    (void)state;
    check_long(63, "\xbf", 1, "\x40", 1, "");
    check_long(64, "\xe0\x40", 2, "\x42", 1, "");
    check_long(125, "\xe0\x7d", 2, "\x7f", 1, "");
    check_long(126, "\xe0\x7e", 2, "\x01\x80", 2, "");
    check_long(4095, "\xef\xff", 2, "\x20\x81", 2, "");
    check_long(4096, "\xf0\x00\x10\x00\x00", 5, "\x20\x85", 2, "");
    check_long(16377, "\xf0\xf9\x3f\x00\x00", 5, "\x7f\xfe", 2, "");
    check_long(16378, "\xf0\xfa\x3f\x00\x00", 5, "\x00\xff\xff", 3, "");
    check_long(16379, "\xf0\xfb\x3f\x00\x00", 5, "\x01\x80\x80", 3, "");
    check_long(65520, "\xf0\xf0\xff\x00\x00", 5, "\x03\xff\xf5", 3, "");
    check_long(65521, "\xf0\xf1\xff\x00\x00", 5, "\x03\xff\xf6", 3, "");
    check_long(70000, "\xf0\x70\x11\x01\x00", 5, "\x04\xa2\xf5", 3, "");
    check_long(2097145, "\xf0\xf9\xff\x1f\x00", 5, "\x7f\xff\xfe", 3, "");
    check_long(2097146, "\xf0\xfa\xff\x1f\x00", 5, "\x00\xff\xff\xff", 4, "");
}

static void
test_backlen_faults(void **state)
{
    (void)state;
    assert_listpack("\x0a\x00\x00\x00\x01\x00\x81"
                    "a\x03\xff",
                    "6:\"a\" end backlen");
    assert_listpack("\x0c\x00\x00\x00\x02\x00\x01\x02\x81"
                    "a\x02\xff",
                    "6:1 8:\"a\" end backlen");
    check_long(126, "\xe0\x7e", 2, "\x02\x80", 2, " backlen");
    check_long(70000, "\xf0\x70\x11\x01\x00", 5, "\x04\xa2\xf4", 3,
               " backlen");
    /* A server reads backwards until a byte without bit 7, so the first of
     * these three bytes does not matter to it. */
    check_long(16378, "\xf0\xfa\x3f\x00\x00", 5, "\x11\x7f\xff", 3, "");
}

static void
test_header_faults(void **state)
{
    (void)state;
    assert_listpack("\x0b\x00\x00\x00\x02\x00\x81"
                    "a\x02\xff",
                    "6:\"a\" end count+total");
    assert_listpack("\x0a\x00\x00\x00\xff\xff\x81"
                    "a\x02\xff",
                    "6:\"a\" end");
    assert_listpack("\x0a\x00\x00\x00\x01", "bad 0 listpack of 5 bytes is too "
                                            "short no-end");
}

static void
test_end_faults(void **state)
{
    (void)state;
    assert_listpack("\x09\x00\x00\x00\x01\x00\x81"
                    "a\x02",
                    "6:\"a\" end no-end");
    assert_listpack("\x0c\x00\x00\x00\x00\x00\xff\x81"
                    "a\x02\x03\xff",
                    "end trailing");
    assert_listpack("\x0a\x00\x00\x00\x00\x00\xff\x81"
                    "a\x02",
                    "end trailing+no-end");
    /* A length that is one too long takes the end mark for its backlen. */
    assert_listpack("\x0a\x00\x00\x00\x01\x00\x82"
                    "a\x02\xff",
                    "6:\"a\x02\" end backlen+overrun");
}

static void
test_undecodable(void **state)
{
    (void)state;
    assert_listpack("\x0c\x00\x00\x00\x02\x00\x01\x01\xf5"
                    "a\x02\xff",
                    "6:1 bad 8 listpack entry 1: invalid encoding byte 0xf5");
    assert_listpack("\x0e\x00\x00\x00\x02\x00\x01\x01\xe3\x84"
                    "abc\xff",
                    "6:1 bad 8 listpack entry 1: length 900 exceeds blob");
    assert_listpack("\x0d\x00\x00\x00\x02\x00\x01\x01\xf0\xff\xff\xff\xff",
                    "6:1 bad 8 listpack entry 1: length 4294967295 exceeds "
                    "blob");
    assert_listpack("\x09\x00\x00\x00\x01\x00\xf4\x01\xff",
                    "bad 6 listpack entry 0: number of 9 bytes exceeds blob");
    assert_listpack("\x07\x00\x00\x00\x01\x00\xf0",
                    "bad 6 listpack entry 0: length form of 5 bytes exceeds "
                    "blob no-end");
}

/* The input itself ends inside the blob. */
static void
test_input_ends(void **state)
{
    (void)state;
    assert_walk_sized(NODE_LISTPACK, BLOB("\x14\x00\x00\x00\x01"), 20,
                      "fail 5 unexpected end of input");
    assert_walk_sized(NODE_LISTPACK, BLOB("\x14\x00\x00\x00\x01\x00\x8a"
                                          "abc"),
                      20, "fail 10 unexpected end of input");
}

static void
check_size(const char *text, uint64_t expected)
{
    struct text t = text_of_bytes((const unsigned char *)text, strlen(text));
    assert_int_equal(listpack_entry_size(&t), expected);
}

/* What Redis 7.0.15 used in the blobs above for the same texts. */
static void
test_entry_size(void **state)
{
    (void)state;
    check_size("", 2);
    check_size("0", 2);
    check_size("127", 2);
    check_size("128", 3);
    check_size("-1", 3);
    check_size("-4096", 3);
    check_size("-4097", 4);
    check_size("4096", 4);
    check_size("40000", 5);
    check_size("-32769", 5);
    check_size("8388608", 6);
    check_size("-8388609", 6);
    check_size("2147483648", 10);
    check_size("9223372036854775807", 10);
    check_size("-9223372036854775808", 10);
    check_size("9223372036854775808", 21);
    check_size("0012", 6);
    check_size("-0", 4);
    check_size("-", 3);
    check_size("+1", 4);
    check_size("12 ", 5);
    check_size("123456789012345678901", 23);
    struct text number = text_of_integer(-4097);
    assert_int_equal(listpack_entry_size(&number), 4);
    struct text head = { .kind = TEXT_HEAD, .size = 63 };
    static const uint64_t sizes[][2] = {
        { 63, 65 },       { 64, 67 },        { 125, 128 },
        { 126, 130 },     { 4095, 4099 },    { 4096, 4103 },
        { 16377, 16384 }, { 16378, 16386 },  { 2097145, 2097153 },
        { 2097146, 2097155 },
        { 268435449, 268435458 }, { 268435450, 268435460 },
    };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        head.size = sizes[i][0];
        assert_int_equal(listpack_entry_size(&head), sizes[i][1]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_a_server),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_empty_text_and_list),
        cmocka_unit_test(test_backlen_widths),
        cmocka_unit_test(test_backlen_faults),
        cmocka_unit_test(test_header_faults),
        cmocka_unit_test(test_end_faults),
        cmocka_unit_test(test_undecodable),
        cmocka_unit_test(test_input_ends),
        cmocka_unit_test(test_entry_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
