/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names of types and encodings, and texts that are numbers.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "data/item.h"
#include "data/type.h"

static void
test_all_have_names(void **state)
{
    (void)state;
    for (unsigned i = 0; i < TYPE_COUNT; i++) {
        enum type type = TYPE_COUNT;
        const char *name = type_name((enum type)i);
        assert_non_null(name);
        assert_true(type_parse(bytes_of_text(name), &type));
        assert_int_equal(type, i);
    }
    for (unsigned i = 0; i < ENCODING_COUNT; i++)
        assert_non_null(encoding_name((enum encoding)i));
}

static void
test_words(void **state)
{
    (void)state;
    enum type type = TYPE_COUNT;
    assert_string_equal(type_name(TYPE_ZSET), "zset");
    assert_string_equal(encoding_name(ENCODING_LISTPACKEX), "listpackex");
    assert_true(type_parse(BYTES_LITERAL("sortedset"), &type));
    assert_int_equal(type, TYPE_ZSET);
    assert_false(type_parse(BYTES_LITERAL(""), &type));
    assert_false(type_parse(BYTES_LITERAL("str"), &type));
    assert_false(type_parse(BYTES_LITERAL("String"), &type));
    assert_false(type_parse(BYTES_LITERAL("string\0"), &type));
    assert_int_equal(type, TYPE_ZSET);
}

static void
check_number(int64_t number)
{
    char expected[TEXT_DIGITS];
    char room[TEXT_DIGITS];
    int length = snprintf(expected, sizeof(expected), "%" PRId64, number);
    struct text text = text_of_integer(number);
    assert_int_equal(text.kind, TEXT_INTEGER);
    assert_int_equal(text.number, number);
    assert_int_equal(text.size, length);
    struct bytes bytes = text_bytes(&text, room);
    assert_int_equal(bytes.size, length);
    assert_memory_equal(bytes.data, expected, bytes.size);
}

static void
test_numbers(void **state)
{
    (void)state;
    check_number(0);
    check_number(INT64_MAX);
    check_number(INT64_MIN);
    int64_t power = 1;
    for (int i = 0; i < 19; i++) {
        check_number(power - 1);
        check_number(power);
        check_number(-power);
        check_number(1 - power);
        power = i < 18 ? power * 10 : power;
    }
}

static void
test_bytes(void **state)
{
    (void)state;
    char room[TEXT_DIGITS];
    struct text text = text_of_bytes((const unsigned char *)"ab\0c", 4);
    assert_int_equal(text.size, 4);
    assert_true(bytes_equal(text_bytes(&text, room), BYTES_LITERAL("ab\0c")));
    text.kind = TEXT_HEAD;
    text.held = 2;
    assert_true(bytes_equal(text_bytes(&text, room), BYTES_LITERAL("ab")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_have_names),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
