/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Hashes against a plain list of fields, in all forms and through their
 * changes, and the limits at which Redis 7.4 changes forms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/value-hash.h"
#include "value-store.h"

enum { FIELDS = 700, STEPS = 4000, TEXT_MOST = 90 };

struct model_field {
    bool is_there;
    bool has_expiry;
    uint32_t value; /* drawn: its text is text_of that */
    int64_t expire_ms;
};

static enum value_change
set(struct value *value, const char *field, const char *text)
{
    return value_hash_set(&store, value, bytes_of_text(field),
                          bytes_of_text(text), false);
}

static void
text_of(uint32_t number, char text[TEXT_MOST])
{
    (void)snprintf(text, TEXT_MOST,
                   number % 3 == 0   ? "%u"
                   : number % 3 == 1 ? "text:%u"
                                     : "a longer text of %u",
                   number * 91);
}

static void
assert_field(const struct value *value, uint32_t number,
             const struct model_field *model)
{
    char field[TEXT_MOST];
    char text[TEXT_MOST];
    struct hash_room room;
    struct hash_pair pair;
    text_of(number, field);
    bool found =
        value_hash_get(&store, value, bytes_of_text(field), &room, &pair);
    assert_int_equal(found, model->is_there);
    if (!found)
        return;
    text_of(model->value, text);
    assert_true(bytes_equal(pair.value, bytes_of_text(text)));
    assert_int_equal(pair.has_expiry, model->has_expiry);
    if (pair.has_expiry)
        assert_int_equal(pair.expire_ms, model->expire_ms);
}

/* In HASH_PACKED_EX soonest first. */
static void
assert_walk(const struct value *value, uint64_t count)
{
    struct hash_room room;
    struct hash_pair pair;
    struct value_hash_cursor cursor;
    int64_t latest = INT64_MIN;
    value_hash_begin(&cursor, value);
    for (; value_hash_next(&cursor, &room, &pair); count--) {
        int64_t expire_ms = pair.has_expiry ? pair.expire_ms : INT64_MAX;
        if (value->form == HASH_PACKED_EX)
            assert_true(expire_ms >= latest);
        latest = expire_ms;
    }
    assert_int_equal(count, 0);
}

static void
assert_same(const struct value *value, const struct model_field *model)
{
    uint64_t count = 0;
    uint64_t expiring = 0;
    for (uint32_t i = 0; i < FIELDS; i++) {
        assert_field(value, i, &model[i]);
        count += model[i].is_there;
        expiring += model[i].is_there && model[i].has_expiry;
    }
    assert_int_equal(value_hash_count(value), count);
    assert_int_equal(value_hash_expiring(value), expiring);
    assert_walk(value, count);
}

static void
set_field(struct value *value, struct model_field *model, struct bytes field)
{
    char text[TEXT_MOST];
    bool keep_expiry = draw(4) == 0;
    model->value = draw(1000);
    text_of(model->value, text);
    assert_int_equal(value_hash_set(&store, value, field, bytes_of_text(text),
                                    keep_expiry),
                     model->is_there ? VALUE_CHANGED : VALUE_ADDED);
    model->has_expiry =
        model->is_there && model->has_expiry && keep_expiry;
    model->is_there = true;
}

static void
change(struct value *value, struct model_field *model, struct bytes field,
       bool expires)
{
    uint32_t what = draw(expires ? 8 : 5);
    if (what < 3) {
        set_field(value, model, field);
    } else if (what < 5) {
        assert_int_equal(value_hash_remove(&store, value, field),
                         model->is_there);
        model->is_there = model->has_expiry = false;
    } else if (what < 7) {
        model->expire_ms = 1000 + draw(50);
        assert_int_equal(
            value_hash_expire(&store, value, field, model->expire_ms),
            model->is_there);
        model->has_expiry = model->is_there;
    } else {
        assert_int_equal(value_hash_persist(&store, value, field),
                         model->has_expiry);
        model->has_expiry = false;
    }
}

static void
run_steps(uint32_t below, bool expires, uint64_t start)
{
    struct model_field model[FIELDS] = { { .is_there = false } };
    char field[TEXT_MOST];
    struct value value = value_new(TYPE_HASH);
    seed = start;
    for (int i = 0; i < STEPS; i++) {
        uint32_t number = draw(below);
        text_of(number, field);
        change(&value, &model[number], bytes_of_text(field), expires);
        if (i % 100 == 0)
            assert_same(&value, model);
    }
    struct value copy;
    assert_true(value_copy(&store, &copy, &value));
    value_fini(&store, &value);
    assert_same(&copy, model);
    value_fini(&store, &copy);
}

static void
test_against_a_list(void **state)
{
    (void)state;
    run_steps(5, false, 1);
    run_steps(100, false, 2);
    run_steps(FIELDS, false, 3);
    run_steps(5, true, 4);
    run_steps(100, true, 5);
    store.limits.settings.hash_entries = 30;
    run_steps(FIELDS, true, 6);
    store.limits.settings.hash_value = 12;
    run_steps(20, true, 7);
    store.limits = store_limits_default;
    store.limits.hash_tables_expire = true;
    run_steps(30, true, 8);
}

static void
set_fields(struct value *value, int count)
{
    char field[TEXT_MOST];
    for (int i = 0; i < count; i++) {
        (void)snprintf(field, TEXT_MOST, "%d", i);
        (void)set(value, field, "v");
    }
}

/* t_hash.c hashTypeTryConversion: 512 fields, texts of 64 bytes; a table stays
 * one, and so does a listpack with room for expiries. */
static void
test_limits(void **state)
{
    (void)state;
    static const char long_text[] =
        "0123456789012345678901234567890123456789012345678901234567890123";
    char longer[sizeof(long_text) + 1];
    struct value value = value_new(TYPE_HASH);
    set_fields(&value, 512);
    assert_int_equal(value.form, HASH_PACKED);
    set_fields(&value, 513);
    assert_int_equal(value.form, HASH_TABLE);
    for (int i = 0; i < 3; i++)
        assert_true(value_hash_remove(&store, &value, BYTES_LITERAL("1")) ==
                    (i == 0));
    assert_int_equal(value.form, HASH_TABLE);
    value_fini(&store, &value);

    (void)snprintf(longer, sizeof(longer), "%s4", long_text);
    value = value_new(TYPE_HASH);
    (void)set(&value, long_text, long_text);
    assert_int_equal(value.form, HASH_PACKED);
    assert_true(value_hash_expire(&store, &value, bytes_of_text(long_text),
                                  1000));
    assert_int_equal(value.form, HASH_PACKED_EX);
    assert_true(
        value_hash_persist(&store, &value, bytes_of_text(long_text)));
    assert_int_equal(value.form, HASH_PACKED_EX);
    (void)set(&value, "f", longer);
    assert_int_equal(value.form, HASH_TABLE);
    value_fini(&store, &value);
}

/* A blob may hold longer texts than a server would pack. */
static void
test_load(void **state)
{
    (void)state;
    static const char text[] =
        "01234567890123456789012345678901234567890123456789012345678901234";
    const struct hash_pair pair = { .field = BYTES_LITERAL("f"),
                                    .value = bytes_of_text(text) };
    struct value value = value_new(TYPE_HASH);
    assert_int_equal(value_hash_load(&store, &value, &pair, true),
                     VALUE_ADDED);
    assert_int_equal(value.form, HASH_PACKED);
    assert_int_equal(value_hash_load(&store, &value, &pair, true),
                     VALUE_SAME);
    value_fini(&store, &value);
    value = value_new(TYPE_HASH);
    assert_int_equal(value_hash_load(&store, &value, &pair, false),
                     VALUE_ADDED);
    assert_int_equal(value.form, HASH_TABLE);
    value_fini(&store, &value);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_against_a_list, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_load, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
