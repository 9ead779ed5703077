/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/number.h"
#include "data/slot.h"
#include "keyspace/keyspace.h"
#include "keyspace/value-string.h"

static struct keyspace *keyspace;

static int
set_up(void **state)
{
    (void)state;
    keyspace = keyspace_new(&store_limits_default, 0);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    keyspace_free(keyspace);
    return 0;
}

static struct entry *
put(uint64_t db, const char *name, const char *text)
{
    struct value value;
    value_init(keyspace_store(keyspace), &value, TYPE_STRING);
    value_string_set(keyspace_store(keyspace), &value, bytes_of_text(text));
    return keyspace_set(keyspace, db, bytes_of_text(name), &value, false);
}

static struct entry *
find(uint64_t db, const char *name)
{
    return keyspace_find(keyspace, db, bytes_of_text(name));
}

/* All of it in the source's order: "0:a=1 0:b=2@99 3:c=1". */
static void
assert_keyspace(const char *expected)
{
    struct source *source = keyspace_source(keyspace);
    struct buffer seen = { NULL, 0, 0 };
    struct key key;
    char room[TEXT_DIGITS];
    keyspace_rewind(keyspace);
    while (source->ops->next(source, &key) == STATUS_OK) {
        if (seen.size > 0)
            buffer_append_byte(&seen, ' ');
        number_append_uint64(&seen, key.db);
        buffer_append_byte(&seen, ':');
        buffer_append(&seen, key.name.data, key.name.size);
        buffer_append_byte(&seen, '=');
        struct bytes text = value_string_bytes(
            &keyspace_current(keyspace)->value, room);
        buffer_append(&seen, text.data, text.size);
        if (key.has_expiry) {
            buffer_append_byte(&seen, '@');
            number_append_int64(&seen, key.expire_ms);
        }
    }
    buffer_append_byte(&seen, '\0');
    assert_string_equal((const char *)seen.data, expected);
    buffer_fini(&seen);
}

static void
test_keys_are_in_order_of_creation(void **state)
{
    (void)state;
    assert_keyspace("");
    put(7, "z", "1");
    put(0, "b", "2");
    put(0, "a", "3");
    put(0, "c", "4");
    put(0, "b", "5");
    assert_keyspace("0:b=5 0:a=3 0:c=4 7:z=1");
    assert_true(keyspace_delete(keyspace, 0, BYTES_LITERAL("b")));
    assert_false(keyspace_delete(keyspace, 0, BYTES_LITERAL("b")));
    assert_false(keyspace_delete(keyspace, 1, BYTES_LITERAL("b")));
    put(0, "b", "6");
    assert_keyspace("0:a=3 0:c=4 0:b=6 7:z=1");
    assert_int_equal(keyspace_count(keyspace, 0), 3);
    assert_int_equal(keyspace_count(keyspace, 1), 0);
    assert_int_equal(keyspace_count_all(keyspace), 4);
}

static void
test_expiry(void **state)
{
    (void)state;
    int64_t ms;
    struct entry *entry = put(0, "a", "1");
    assert_false(entry_expiry(entry, &ms));
    entry = keyspace_expire(keyspace, 0, entry, 99);
    assert_ptr_equal(entry, find(0, "a"));
    assert_keyspace("0:a=1@99");
    entry = keyspace_expire(keyspace, 0, entry, -5);
    assert_keyspace("0:a=1@-5");
    entry = keyspace_persist(keyspace, 0, entry);
    assert_ptr_equal(keyspace_persist(keyspace, 0, entry), entry);
    assert_keyspace("0:a=1");
    keyspace_expire(keyspace, 0, entry, 99);
    struct value value;
    value_init(keyspace_store(keyspace), &value, TYPE_STRING);
    keyspace_set(keyspace, 0, BYTES_LITERAL("a"), &value, true);
    assert_keyspace("0:a=@99");
    put(0, "a", "2");
    assert_keyspace("0:a=2");
}

static void
test_rename(void **state)
{
    (void)state;
    put(0, "b", "2");
    keyspace_expire(keyspace, 0, put(0, "a", "1"), 99);
    entry_set_uncertain(find(0, "a"));
    assert_false(keyspace_rename(keyspace, 0, BYTES_LITERAL("x"),
                                 BYTES_LITERAL("b")));
    assert_true(keyspace_rename(keyspace, 0, BYTES_LITERAL("b"),
                                BYTES_LITERAL("b")));
    assert_keyspace("0:b=2 0:a=1@99");
    assert_true(keyspace_rename(keyspace, 0, BYTES_LITERAL("a"),
                                BYTES_LITERAL("b")));
    assert_keyspace("0:b=1@99");
    assert_true(entry_is_uncertain(find(0, "b")));
    assert_int_equal(keyspace_count_uncertain(keyspace), 1);
}

static void
test_move_copy_swap(void **state)
{
    (void)state;
    put(0, "a", "1");
    put(1, "a", "2");
    assert_false(keyspace_move(keyspace, 0, BYTES_LITERAL("a"), 1));
    assert_false(keyspace_move(keyspace, 0, BYTES_LITERAL("a"), 0));
    keyspace_expire(keyspace, 0, find(0, "a"), 99);
    assert_true(keyspace_move(keyspace, 0, BYTES_LITERAL("a"), 9));
    assert_keyspace("1:a=2 9:a=1@99");
    assert_true(keyspace_copy(keyspace, 9, BYTES_LITERAL("a"), 1,
                              BYTES_LITERAL("a")));
    assert_false(keyspace_copy(keyspace, 9, BYTES_LITERAL("a"), 9,
                               BYTES_LITERAL("a")));
    assert_keyspace("1:a=1@99 9:a=1@99");
    put(9, "b", "3");
    assert_true(keyspace_swap(keyspace, 9, 5));
    assert_true(keyspace_swap(keyspace, 1, 5));
    assert_keyspace("1:a=1@99 1:b=3 5:a=1@99");
    keyspace_flush(keyspace, 1);
    keyspace_flush(keyspace, 77);
    assert_keyspace("5:a=1@99");
    keyspace_flush_all(keyspace);
    assert_keyspace("");
}

static void
test_long_and_empty_names(void **state)
{
    (void)state;
    static char name[70000];
    static const size_t sizes[] = { 0, 1, 254, 255, 256, 65536, 69999 };
    memset(name, 'n', sizeof(name));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct entry *entry =
            keyspace_find_or_add(keyspace, 0, bytes_of(name, sizes[i]),
                                 TYPE_STRING);
        assert_int_equal(keyspace_count(keyspace, 0), i + 1);
        entry = keyspace_expire(keyspace, 0, entry, (int64_t)i);
        assert_int_equal(entry_name(entry).size, sizes[i]);
        assert_true(bytes_equal(entry_name(keyspace_persist(keyspace, 0,
                                                            entry)),
                                bytes_of(name, sizes[i])));
    }
    assert_int_equal(keyspace_count(keyspace, 0), 7);
}

/* Keys come and go; a model in an array knows which are there. */
static void
test_many_keys(void **state)
{
    (void)state;
    enum { NAMES = 5000, ROUNDS = 200000 };
    static bool there[NAMES];
    uint32_t random = 7;
    uint32_t count = 0;
    char name[32];
    memset(there, 0, sizeof(there));
    for (int round = 0; round < ROUNDS; round++) {
        random = random * 1664525u + 1013904223u;
        uint32_t i = (random >> 8) % NAMES;
        /* Rounds of growth and of decline. */
        bool remove = (random >> 28) < (round / 20000 % 2 ? 14u : 2u);
        snprintf(name, sizeof(name), "key:%u", i);
        assert_int_equal(find(0, name) != NULL, there[i]);
        if (remove)
            assert_int_equal(
                keyspace_delete(keyspace, 0, bytes_of_text(name)), there[i]);
        else
            put(0, name, name);
        count += (uint32_t)!remove - (uint32_t)there[i];
        there[i] = !remove;
        assert_int_equal(keyspace_count(keyspace, 0), count);
    }
}

static void
test_slots(void **state)
{
    (void)state;
    char name[32];
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "key:%d", i);
        put((uint64_t)i % 2, name, "x");
    }
    assert_int_equal(keyspace_delete_slots(keyspace, 0, 8191) +
                         keyspace_count_all(keyspace),
                     1000);
    struct source *source = keyspace_source(keyspace);
    struct key key;
    while (source->ops->next(source, &key) == STATUS_OK)
        assert_true(slot_of(key.name) > 8191);
    keyspace_delete_slots(keyspace, 0, SLOT_COUNT - 1);
    assert_int_equal(keyspace_count_all(keyspace), 0);
}

static void
test_limit(void **state)
{
    (void)state;
    char name[32];
    keyspace_free(keyspace);
    keyspace = keyspace_new(&store_limits_default, 4 << 20);
    int i = 0;
    while (!keyspace_is_full(keyspace)) {
        snprintf(name, sizeof(name), "key:%d", i++);
        put(0, name, "some text that is no number");
    }
    assert_true(keyspace_memory(keyspace) < 5 << 20);
    assert_true(i > 30000);
}

static void
test_databases(void **state)
{
    (void)state;
    uint64_t db = UINT64_MAX;
    for (int i = 0; i < KEYSPACE_DATABASES_MOST; i++)
        assert_non_null(put(db--, "a", "1"));
    assert_null(put(db, "a", "1"));
    assert_true(keyspace_is_full(keyspace));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_keys_are_in_order_of_creation),
        TEST(test_expiry),
        TEST(test_rename),
        TEST(test_move_copy_swap),
        TEST(test_long_and_empty_names),
        TEST(test_many_keys),
        TEST(test_slots),
        TEST(test_limit),
        TEST(test_databases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
