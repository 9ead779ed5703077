/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sets against a plain list of members, in all forms and through their
 * changes, and the limits at which Redis 7.2 changes forms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/value-set.h"
#include "value-store.h"

enum { NAMES = 300, TEXT_MOST = 90 };

static enum value_change
add(struct value *value, const char *member)
{
    return value_set_add(&store, value, bytes_of_text(member));
}

/* What an element's number stands for: integers of all widths, then words. */
static void
name_of(unsigned number, char text[TEXT_MOST])
{
    static const long long edges[] = { 0, -1, 32767, 32768, -32769,
                                       2147483647, 2147483648LL,
                                       INT64_MAX, INT64_MIN };
    if (number < 9)
        (void)snprintf(text, TEXT_MOST, "%lld", edges[number]);
    else if (number < 200)
        (void)snprintf(text, TEXT_MOST, "%u", number * 7);
    else
        (void)snprintf(text, TEXT_MOST, "member:%u", number);
}

static void
assert_members(const struct value *value, const bool has[NAMES])
{
    char text[TEXT_MOST];
    uint64_t count = 0;
    for (unsigned i = 0; i < NAMES; i++) {
        name_of(i, text);
        assert_int_equal(value_set_has(&store, value, bytes_of_text(text)),
                         has[i]);
        count += has[i];
    }
    assert_int_equal(value_set_count(value), count);
    char room[TEXT_DIGITS];
    struct bytes member;
    struct value_set_cursor cursor;
    value_set_begin(&cursor, value);
    while (value_set_next(&cursor, room, &member))
        count--;
    assert_int_equal(count, 0);
}

/* Names below `below` come and go. */
static void
run_steps(unsigned below, uint64_t start)
{
    bool has[NAMES] = { false };
    char text[TEXT_MOST];
    struct value value = value_new(TYPE_SET);
    seed = start;
    for (int i = 0; i < 3000; i++) {
        unsigned number = draw(below);
        name_of(number, text);
        if (draw(3) > 0) {
            assert_int_equal(add(&value, text),
                             has[number] ? VALUE_SAME : VALUE_ADDED);
            has[number] = true;
        } else {
            assert_int_equal(
                value_set_remove(&store, &value, bytes_of_text(text)),
                has[number]);
            has[number] = false;
        }
        if (i % 50 == 0)
            assert_members(&value, has);
    }
    struct value copy;
    assert_true(value_copy(&store, &copy, &value));
    value_fini(&store, &value);
    assert_members(&copy, has);
    value_fini(&store, &copy);
}

static void
test_against_a_list(void **state)
{
    (void)state;
    run_steps(9, 1);
    run_steps(200, 2);
    run_steps(NAMES, 3);
    store.limits.settings.set_entries = 400;
    run_steps(NAMES, 4);
    store.limits.settings.set_entries = 0;
    store.limits.settings.set_integers = 5;
    run_steps(NAMES, 5);
}

static void
add_integers(struct value *value, int count)
{
    char text[TEXT_MOST];
    for (int i = 0; i < count; i++) {
        (void)snprintf(text, TEXT_MOST, "%d", i);
        (void)add(value, text);
    }
}

/* Of many members a few stay, in their order; a walk passes few gaps. */
static void
test_a_table_that_shrinks(void **state)
{
    (void)state;
    enum { MANY = 5000, STAY = 100 };
    char text[TEXT_MOST];
    char room[TEXT_DIGITS];
    struct bytes member;
    struct value_set_cursor cursor;
    struct value value = value_new(TYPE_SET);
    add_integers(&value, MANY);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(text, TEXT_MOST, "%d", i);
        if (i % STAY != 0)
            assert_true(
                value_set_remove(&store, &value, bytes_of_text(text)));
    }
    assert_int_equal(value_set_count(&value), MANY / STAY);
    value_set_begin(&cursor, &value);
    for (int i = 0; i < MANY; i += STAY) {
        (void)snprintf(text, TEXT_MOST, "%d", i);
        assert_true(value_set_next(&cursor, room, &member));
        assert_true(bytes_equal(member, bytes_of_text(text)));
        assert_true(value_set_has(&store, &value, member));
    }
    assert_false(value_set_next(&cursor, room, &member));
    assert_true(cursor.at < MANY / 2);
    assert_false(value_set_has(&store, &value, BYTES_LITERAL("1")));
    value_fini(&store, &value);
}

static void
test_limits(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_SET);
    add_integers(&value, 512);
    assert_int_equal(value.form, SET_INTEGERS);
    assert_int_equal(value.size, 8 + 512 * 2);
    add_integers(&value, 513);
    assert_int_equal(value.form, SET_TABLE);
    value_fini(&store, &value);

    value = value_new(TYPE_SET);
    add_integers(&value, 127);
    (void)add(&value, "word");
    assert_int_equal(value.form, SET_PACKED);
    (void)add(&value, "another");
    assert_int_equal(value.form, SET_TABLE);
    value_fini(&store, &value);

    value = value_new(TYPE_SET);
    add_integers(&value, 128);
    (void)add(&value, "word");
    assert_int_equal(value.form, SET_TABLE);
    value_fini(&store, &value);

    value = value_new(TYPE_SET);
    (void)add(&value, "0123456789012345678901234567890123456789"
                      "012345678901234567890123");
    assert_int_equal(value.form, SET_PACKED);
    (void)add(&value, "01234567890123456789012345678901234567890"
                      "012345678901234567890123");
    assert_int_equal(value.form, SET_TABLE);
    value_fini(&store, &value);
}

static enum value_change
load(struct value *value, const char *member)
{
    return value_set_load(&store, value, bytes_of_text(member));
}

/* Redis 7.2 rdb.c rdbLoadObject, RDB_TYPE_SET_LISTPACK: what a set had before
 * it lost all but integers, it has again. */
static void
test_listpack_of_integers(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_SET);
    assert_int_equal(load(&value, "2"), VALUE_ADDED);
    assert_int_equal(load(&value, "1"), VALUE_ADDED);
    assert_int_equal(load(&value, "2"), VALUE_SAME);
    assert_int_equal(value.form, SET_PACKED);
    assert_int_equal(value_set_count(&value), 2);
    value_fini(&store, &value);

    store.limits.settings.set_entries = 2;
    value = value_new(TYPE_SET);
    assert_int_equal(load(&value, "1"), VALUE_ADDED);
    assert_int_equal(load(&value, "2"), VALUE_ADDED);
    assert_int_equal(load(&value, "3"), VALUE_ADDED);
    assert_int_equal(value.form, SET_TABLE);
    assert_int_equal(load(&value, "3"), VALUE_SAME);
    value_fini(&store, &value);
}

/* The members that had a copy already are given back. */
static void
test_copy_without_room(void **state)
{
    (void)state;
    enum { MEMBERS = 20000, ROOM = 64 * 1024 };
    struct value value = value_new(TYPE_SET);
    struct value copy;
    for (unsigned i = 0; i < MEMBERS; i++) {
        char member[TEXT_MOST];
        (void)snprintf(member, sizeof(member), "member-%u", i);
        assert_int_equal(add(&value, member), VALUE_ADDED);
    }
    store.pool.limit = pool_bytes(&store.pool) + ROOM;
    assert_false(value_copy(&store, &copy, &value));
    assert_true(pool_is_full(&store.pool));
    assert_int_equal(value_set_count(&value), MEMBERS);
    value_fini(&store, &value);
}

/* By t_set.c setTypeCreate and setTypeMaybeConvert of Redis 7.2. */
static void
test_expected_members(void **state)
{
    (void)state;
    static const struct {
        const char *first;
        uint64_t count;
        unsigned form;
    } cases[] = {
        { "1", 2, SET_INTEGERS }, { "1", 3, SET_PACKED },
        { "1", 4, SET_PACKED },   { "1", 5, SET_TABLE },
        { "a", 4, SET_PACKED },   { "a", 5, SET_TABLE },
    };
    store.limits.settings.set_integers = 2;
    store.limits.settings.set_entries = 4;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes first = bytes_of_text(cases[i].first);
        struct value value = value_new(TYPE_SET);
        value_set_expect(&store, &value, first, cases[i].count);
        assert_int_equal(add(&value, cases[i].first), VALUE_ADDED);
        assert_int_equal(value.form, cases[i].form);
        value_fini(&store, &value);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_against_a_list, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_table_that_shrinks, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_listpack_of_integers, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_copy_without_room, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_expected_members, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
