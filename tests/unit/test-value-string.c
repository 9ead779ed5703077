/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Expected texts are what the commands' documentation says of the same calls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/value-string.h"
#include "value-store.h"

static struct value
value_of(const char *text)
{
    struct value value = value_new(TYPE_STRING);
    assert_true(value_string_set(&store, &value, bytes_of_text(text)));
    return value;
}

static void
assert_text(const struct value *value, struct bytes text)
{
    char room[TEXT_DIGITS];
    assert_int_equal(value_string_size(value), text.size);
    assert_true(bytes_equal(value_string_bytes(value, room), text));
}

static void
test_numbers(void **state)
{
    (void)state;
    static const char *const others[] = {
        "", "-0", "+1", "01", " 1", "9223372036854775808", "1.0",
    };
    int64_t number;
    struct value value = value_of("-9223372036854775808");
    assert_true(value_string_number(&value, &number));
    assert_true(number == INT64_MIN);
    assert_text(&value, BYTES_LITERAL("-9223372036854775808"));
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        assert_true(
            value_string_set(&store, &value, bytes_of_text(others[i])));
        assert_false(value_string_number(&value, &number));
        assert_text(&value, bytes_of_text(others[i]));
    }
    value_string_set_number(&store, &value, 42);
    assert_text(&value, BYTES_LITERAL("42"));
    value_fini(&store, &value);
}

static void
test_append_makes_a_number(void **state)
{
    (void)state;
    int64_t number;
    struct value value = value_of("1");
    assert_true(value_string_append(&store, &value, BYTES_LITERAL("2")));
    assert_text(&value, BYTES_LITERAL("12"));
    assert_true(value_string_number(&value, &number));
    assert_int_equal(number, 12);
    value_fini(&store, &value);
}

/* SETRANGE of "Hello World" at 6, of a new key at 6, and of nothing. */
static void
test_set_range(void **state)
{
    (void)state;
    struct value value = value_of("Hello World");
    assert_true(
        value_string_set_range(&store, &value, 6, BYTES_LITERAL("Redis")));
    assert_text(&value, BYTES_LITERAL("Hello Redis"));
    assert_true(value_string_set(&store, &value, BYTES_LITERAL("")));
    assert_true(
        value_string_set_range(&store, &value, 6, BYTES_LITERAL("Redis")));
    assert_text(&value, BYTES_LITERAL("\0\0\0\0\0\0Redis"));
    assert_true(
        value_string_set_range(&store, &value, 99, BYTES_LITERAL("")));
    assert_text(&value, BYTES_LITERAL("\0\0\0\0\0\0Redis"));
    assert_false(value_string_set_range(&store, &value, UINT64_MAX,
                                        BYTES_LITERAL("x")));
    assert_false(value_string_set_range(&store, &value, VALUE_TEXT_MOST,
                                        BYTES_LITERAL("x")));
    value_fini(&store, &value);
}

static void
test_own_bytes(void **state)
{
    (void)state;
    char room[TEXT_DIGITS];
    struct value value = value_of("abc");
    for (int i = 0; i < 12; i++)
        assert_true(value_string_append(&store, &value,
                                        value_string_bytes(&value, room)));
    assert_int_equal(value_string_size(&value), 3 << 12);
    struct bytes all = value_string_bytes(&value, room);
    for (size_t i = 0; i < all.size; i++)
        assert_int_equal(all.data[i], "abc"[i % 3]);
    assert_true(value_string_set(&store, &value, bytes_of(all.data + 1, 4)));
    assert_text(&value, BYTES_LITERAL("bcab"));
    value_fini(&store, &value);
}

static void
test_resize_and_edit(void **state)
{
    (void)state;
    struct value value = value_of("1234");
    assert_true(value_string_resize(&store, &value, 6));
    value_string_edit(&store, &value)[5] = 'x';
    assert_text(&value, BYTES_LITERAL("1234\0x"));
    assert_true(value_string_resize(&store, &value, 2));
    assert_text(&value, BYTES_LITERAL("12"));
    assert_true(value_string_resize(&store, &value, 0));
    assert_null(value_string_edit(&store, &value));
    assert_false(value_string_resize(&store, &value, UINT64_MAX));
    value_fini(&store, &value);
}

static void
test_copy_is_its_own(void **state)
{
    (void)state;
    struct value copy;
    struct value value = value_of("abc");
    assert_true(value_copy(&store, &copy, &value));
    value_string_edit(&store, &value)[0] = 'x';
    assert_text(&copy, BYTES_LITERAL("abc"));
    value_fini(&store, &copy);
    assert_text(&value, BYTES_LITERAL("xbc"));
    value_fini(&store, &value);
}

/* A few bytes of a log that ask for half a gigabyte are refused where there
 * is no room, and nothing is allocated. */
static void
test_limit(void **state)
{
    (void)state;
    struct value value = value_of("abc");
    store.pool.limit = 1000000;
    assert_false(value_string_set_range(&store, &value, 536870911,
                                        BYTES_LITERAL("x")));
    assert_true(pool_is_full(&store.pool));
    assert_text(&value, BYTES_LITERAL("abc"));
    value_fini(&store, &value);
}

struct listener {
    struct visitor visitor;
    struct item item;
    unsigned items;
};

static void
take_item(struct visitor *self, const struct item *item)
{
    struct listener *listener = (struct listener *)self;
    listener->item = *item;
    listener->items++;
}

/* rdb.c rdbTryIntegerEncoding: 32 bits are a number in a dump, more are
 * text. */
static void
test_walk(void **state)
{
    (void)state;
    static const struct visitor_ops ops = { .item = take_item };
    struct listener listener = { .visitor = { &ops, 0 } };
    struct value value = value_of("-2147483648");
    value_walk(&store, &value, &listener.visitor);
    assert_int_equal(listener.item.kind, ITEM_VALUE);
    assert_int_equal(listener.item.text.kind, TEXT_INTEGER);
    assert_int_equal(listener.item.text.number, INT32_MIN);
    assert_int_equal(listener.item.text.size, 11);
    value_string_set_number(&store, &value, INT64_C(2147483648));
    value_walk(&store, &value, &listener.visitor);
    assert_int_equal(listener.item.text.kind, TEXT_BYTES);
    assert_int_equal(listener.item.text.size, 10);
    assert_int_equal(listener.items, 2);
    assert_int_equal(value_type_byte(&value), 0);
    assert_false(value_is_empty(&value));
    value_fini(&store, &value);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_numbers),
        TEST(test_append_makes_a_number),
        TEST(test_set_range),
        TEST(test_own_bytes),
        TEST(test_resize_and_edit),
        TEST(test_copy_is_its_own),
        TEST(test_limit),
        TEST(test_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
