/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which texts are kept as numbers follows from sparsearray.c of Redis 8.8: an
 * integer of 62 bits; a double that is written just like the text and has two
 * zero bits at its end, as 0.5 has, and 0.1 (0x3fb999999999999a) has not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/array-double.h"
#include "walk-text.h"

#include "value-store.h"

static enum value_change
set(struct value *value, uint64_t index, const char *text)
{
    return value_array_set(&store, value, index, bytes_of_text(text));
}

static void
assert_cell(const struct value *value, uint64_t index, const char *expected)
{
    char room[ARRAY_DIGITS];
    struct bytes text;
    assert_true(value_array_get(value, index, room, &text));
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
}

static void
test_kinds(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "2305843009213693951",  "2305843009213693952",
        "-2305843009213693952", "-2305843009213693953",
        "0.5",                  "0.1",
        "1.0",                  "-0.0",
        "1.50",                 ".5",
        "",                     "01",
        "-12.25",               "1e3",
    };
    struct value value = value_new(TYPE_ARRAY);
    assert_true(value_is_empty(&value));
    for (uint64_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(set(&value, i, texts[i]), VALUE_ADDED);
        assert_int_equal(set(&value, i, texts[i]), VALUE_SAME);
        assert_cell(&value, i, texts[i]);
    }
    assert_walk(&store, &value,
                "array of 14\n"
                "0=integer 2305843009213693951\n"
                "1=2305843009213693952\n"
                "2=integer -2305843009213693952\n"
                "3=-2305843009213693953\n"
                "4=double 0.5\n5=0.1\n6=double 1\n7=double -0\n8=1.50\n"
                "9=.5\n10=\n11=01\n12=double -12.25\n13=1e3\n");
    assert_int_equal(value_type_byte(&value), 28);
    value_fini(&store, &value);
}

static void
test_doubles(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        { 1.0, "1.0" },
        { -0.0, "-0.0" },
        { 123456.75, "123456.75" },
        { 0.000030517578125, "3.0517578125e-5" },
        { 0.0000019073486328125, "1.9073486328125e-6" },
        { 0.000002, "0.000002" },
        { 4e18, "4000000000000000000.0" },
        { 5e18, "5e+18" },
        { 1e300, "1e+300" },
    };
    char room[ARRAY_DIGITS];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        array_double_format(cases[i].number, room);
        assert_string_equal(room, cases[i].text);
    }
}

static void
test_cells(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_ARRAY);
    struct value copy;
    uint64_t found;
    char room[ARRAY_DIGITS];
    struct bytes text;
    assert_int_equal(set(&value, UINT64_MAX - 1, "end"), VALUE_ADDED);
    assert_int_equal(set(&value, 3, "three"), VALUE_ADDED);
    assert_int_equal(set(&value, 70, "7"), VALUE_ADDED);
    assert_int_equal(set(&value, 3, "3"), VALUE_CHANGED);
    assert_int_equal(set(&value, UINT64_MAX, "x"), VALUE_REFUSED);
    assert_int_equal(value_array_load_double(&store, &value, 71, 0.25),
                     VALUE_ADDED);
    *value_array_cursor(&value) = (struct array_cursor){ true, 9 };
    assert_int_equal(value_array_count(&value), 4);
    assert_int_equal(value_array_length(&value), UINT64_MAX);
    assert_false(value_array_get(&value, 4, room, &text));
    assert_true(value_array_find(&value, 4, &found, room, &text));
    assert_int_equal(found, 70);
    assert_true(value_copy(&store, &copy, &value));
    assert_int_equal(value_array_remove(&store, &value, 3, 71), 3);
    assert_int_equal(value_array_remove(&store, &value, 0, UINT64_MAX), 1);
    assert_true(value_is_empty(&value));
    assert_int_equal(value_array_length(&value), 0);
    value_fini(&store, &value);
    assert_walk(&store, &copy,
                "array of 4 at 9\n3=integer 3\n70=integer 7\n"
                "71=double 0.25\n18446744073709551614=end\n");
    value_fini(&store, &copy);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kinds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_doubles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cells, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
