/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Bytes are written out by hand from the format (Redis 7.2 listpack.c
 * lpEncodeIntegerGetType, lpEncodeString, lpEncodeBacklen).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "packed/listpack-entry.h"

static void
test_numbers(void **state)
{
    static const struct {
        int64_t number;
        unsigned size;
        unsigned char bytes[LISTPACK_ENTRY_HEAD];
    } numbers[] = {
        { 0, 1, { 0x00 } },
        { 127, 1, { 0x7f } },
        { 128, 2, { 0xc0, 0x80 } },
        { 4095, 2, { 0xcf, 0xff } },
        { -1, 2, { 0xdf, 0xff } },
        { -4096, 2, { 0xd0, 0x00 } },
        { 4096, 3, { 0xf1, 0x00, 0x10 } },
        { -4097, 3, { 0xf1, 0xff, 0xef } },
        { 32767, 3, { 0xf1, 0xff, 0x7f } },
        { -32768, 3, { 0xf1, 0x00, 0x80 } },
        { 32768, 4, { 0xf2, 0x00, 0x80, 0x00 } },
        { -32769, 4, { 0xf2, 0xff, 0x7f, 0xff } },
        { 8388607, 4, { 0xf2, 0xff, 0xff, 0x7f } },
        { -8388608, 4, { 0xf2, 0x00, 0x00, 0x80 } },
        { 8388608, 5, { 0xf3, 0x00, 0x00, 0x80, 0x00 } },
        { -8388609, 5, { 0xf3, 0xff, 0xff, 0x7f, 0xff } },
        { INT32_MAX, 5, { 0xf3, 0xff, 0xff, 0xff, 0x7f } },
        { INT32_MIN, 5, { 0xf3, 0x00, 0x00, 0x00, 0x80 } },
        { INT64_C(2147483648), 9, { 0xf4, 0, 0, 0, 0x80, 0, 0, 0, 0 } },
        { INT64_C(-2147483649), 9,
          { 0xf4, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff } },
        { INT64_MAX, 9,
          { 0xf4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f } },
        { INT64_MIN, 9, { 0xf4, 0, 0, 0, 0, 0, 0, 0, 0x80 } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        unsigned char head[LISTPACK_ENTRY_HEAD];
        int64_t number = numbers[i].number;
        assert_int_equal(listpack_entry_put_number(head, number),
                         numbers[i].size);
        assert_memory_equal(head, numbers[i].bytes, numbers[i].size);
        assert_int_equal(listpack_entry_number_size(number), numbers[i].size);
        struct listpack_entry entry = listpack_entry_read(numbers[i].bytes);
        assert_true(entry.is_number);
        assert_true(entry.number == number);
        assert_int_equal(entry.head, numbers[i].size);
        assert_int_equal(listpack_entry_encoded(&entry), numbers[i].size);
    }
}

static void
test_heads_of_texts(void **state)
{
    static const struct {
        uint64_t length;
        unsigned size;
        unsigned char bytes[5];
    } texts[] = {
        { 0, 1, { 0x80 } },
        { 63, 1, { 0xbf } },
        { 64, 2, { 0xe0, 0x40 } },
        { 4095, 2, { 0xef, 0xff } },
        { 4096, 5, { 0xf0, 0x00, 0x10, 0x00, 0x00 } },
        { UINT32_MAX, 5, { 0xf0, 0xff, 0xff, 0xff, 0xff } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        unsigned char head[LISTPACK_ENTRY_HEAD];
        uint64_t length = texts[i].length;
        assert_int_equal(listpack_entry_put_head(head, length),
                         texts[i].size);
        assert_memory_equal(head, texts[i].bytes, texts[i].size);
        assert_int_equal(listpack_entry_head_size(length), texts[i].size);
        struct listpack_entry entry = listpack_entry_read(texts[i].bytes);
        assert_false(entry.is_number);
        assert_true(entry.length == length);
        assert_int_equal(entry.head, texts[i].size);
        assert_true(listpack_entry_encoded(&entry) == texts[i].size + length);
    }
}

static void
test_no_such_head(void **state)
{
    (void)state;
    for (unsigned first = 0xf5; first <= 0xff; first++) {
        unsigned char byte = (unsigned char)first;
        assert_int_equal(listpack_entry_read(&byte).head, 0);
    }
}

static void
test_backlens(void **state)
{
    static const struct {
        uint64_t encoded;
        unsigned size;
        unsigned char bytes[LISTPACK_ENTRY_BACKLEN];
    } backlens[] = {
        { 1, 1, { 0x01 } },
        { 127, 1, { 0x7f } },
        { 128, 2, { 0x01, 0x80 } },
        { 16382, 2, { 0x7f, 0xfe } },
        { 16383, 3, { 0x00, 0xff, 0xff } },
        { 2097150, 3, { 0x7f, 0xff, 0xfe } },
        { 2097151, 4, { 0x00, 0xff, 0xff, 0xff } },
        { 268435454, 4, { 0x7f, 0xff, 0xff, 0xfe } },
        { 268435455, 5, { 0x00, 0xff, 0xff, 0xff, 0xff } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(backlens) / sizeof(*backlens); i++) {
        unsigned char bytes[LISTPACK_ENTRY_BACKLEN];
        unsigned size = backlens[i].size;
        unsigned width = 0;
        uint64_t encoded = backlens[i].encoded;
        assert_int_equal(listpack_entry_put_backlen(bytes, encoded), size);
        assert_memory_equal(bytes, backlens[i].bytes, size);
        assert_int_equal(listpack_entry_backlen(encoded), size);
        assert_true(listpack_entry_before(bytes + size, size, &width) ==
                    encoded);
        assert_int_equal(width, size);
    }
}

/* One that has no first byte, in the room that is there or in any. */
static void
test_endless_backlens(void **state)
{
    static const unsigned char bytes[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    unsigned width;
    (void)state;
    for (unsigned room = 0; room <= sizeof(bytes); room++)
        assert_true(listpack_entry_before(bytes + sizeof(bytes), room,
                                          &width) == UINT64_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_heads_of_texts),
        cmocka_unit_test(test_no_such_head),
        cmocka_unit_test(test_backlens),
        cmocka_unit_test(test_endless_backlens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
