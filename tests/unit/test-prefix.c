/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/prefix.h"
#include "base/buffer.h"
#include "base/xalloc.h"
#include "sample-record.h"

static void
add(struct analysis *prefix, const char *name, uint64_t memory, bool expires)
{
    struct sample sample;
    sample_init(&sample, name, memory);
    sample.key.has_expiry = expires;
    prefix->ops->add(prefix, &sample.record);
}

/* "prefix keys/memory/no_expiry_keys/no_expiry_memory" and a comma each. */
static void
assert_rows(const struct analysis *prefix, const char *expected)
{
    struct buffer text = { .data = NULL };
    size_t count;
    struct prefix_row *rows = prefix_rows(prefix, &count);
    for (size_t i = 0; i < count; i++) {
        buffer_append(&text, rows[i].prefix.data, rows[i].prefix.size);
        buffer_append_format(&text, " %d/%d/%d/%d,", (int)rows[i].sums.keys,
                             (int)rows[i].sums.memory,
                             (int)rows[i].sums.no_expiry_keys,
                             (int)rows[i].sums.no_expiry_memory);
        assert_int_equal(rows[i].is_other, i + 1 == count);
        assert_int_equal(rows[i].missing_keys, 0);
        assert_int_equal(rows[i].missing_memory, 0);
    }
    buffer_append_byte(&text, '\0');
    assert_string_equal((const char *)text.data, expected);
    buffer_fini(&text);
    free(rows);
}

static void
add_some(struct analysis *prefix)
{
    add(prefix, "user:1:name", 100, false);
    add(prefix, "user:2:name", 100, true);
    add(prefix, "user:2:mail", 10, true);
    add(prefix, "user:x", 5, false);
    add(prefix, "cart:1", 50, true);
    add(prefix, "plain", 3, false);
    add(prefix, ":", 1, false);
}

static void
test_first_level(void **state)
{
    (void)state;
    struct prefix_options options = { .depth = 1 };
    struct analysis *prefix = prefix_new(&options);
    assert_rows(prefix, "(other) 0/0/0/0,");
    add_some(prefix);
    assert_rows(prefix, "user: 4/215/2/105,cart: 1/50/0/0,: 1/1/1/1,"
                        "(other) 1/3/1/3,");
    prefix->ops->free(prefix);
}

/* Each key in one row only: the longest prefix it has. */
static void
test_deeper_levels(void **state)
{
    (void)state;
    struct prefix_options options = { .depth = 0 };
    struct analysis *prefix = prefix_new(&options);
    add_some(prefix);
    assert_rows(prefix, "user:2: 2/110/0/0,user:1: 1/100/1/100,"
                        "cart: 1/50/0/0,user: 1/5/1/5,: 1/1/1/1,"
                        "(other) 1/3/1/3,");
    prefix->ops->free(prefix);
}

/* 37.5 % of 269 is 100.9: only user:2: has that much, the other users' rows
 * make up their parent, the rest is (other); with 45 % (121.1) the parent is
 * all there is to see. */
static void
test_small_ones_join_their_parent(void **state)
{
    (void)state;
    struct prefix_options options = { .min_share = 375000 };
    struct analysis *prefix = prefix_new(&options);
    add_some(prefix);
    assert_rows(prefix, "user:2: 2/110/0/0,user: 2/105/2/105,"
                        "(other) 3/54/2/4,");
    prefix->ops->free(prefix);
    options.min_share = 450000;
    prefix = prefix_new(&options);
    add_some(prefix);
    assert_rows(prefix, "user: 4/215/2/105,(other) 3/54/2/4,");
    prefix->ops->free(prefix);
}

/* A parent that has no keys of its own appears when children join in it. */
static void
test_parents_without_keys(void **state)
{
    (void)state;
    struct prefix_options options = { .min_share = 500000 };
    struct analysis *prefix = prefix_new(&options);
    add(prefix, "a:b:c:1", 30, false);
    add(prefix, "a:b:d:1", 30, false);
    add(prefix, "a:e:f:g:1", 40, false);
    add(prefix, "b:x:y", 9, false);
    assert_rows(prefix, "a:b: 2/60/2/60,(other) 2/49/2/49,");
    prefix->ops->free(prefix);
}

static void
test_separators(void **state)
{
    (void)state;
    struct bytes separators[] = { BYTES_LITERAL("/"), BYTES_LITERAL("::"),
                                  BYTES_LITERAL("") };
    struct prefix_options options = { .separators = separators,
                                      .separator_count = 3 };
    struct analysis *prefix = prefix_new(&options);
    add(prefix, "a::b/c", 4, false);
    add(prefix, "a::b", 3, false);
    add(prefix, "a:::b", 2, false);
    add(prefix, "a:b", 1, false);
    add(prefix, "::::", 7, false);
    assert_rows(prefix, ":::: 1/7/1/7,a:: 2/5/2/5,a::b/ 1/4/1/4,"
                        "(other) 1/1/1/1,");
    prefix->ops->free(prefix);
}

static void
test_rows_to_show(void **state)
{
    (void)state;
    struct prefix_options options = { .depth = 1, .rows = 1 };
    struct analysis *prefix = prefix_new(&options);
    add_some(prefix);
    assert_rows(prefix, "user: 4/215/2/105,(other) 3/54/2/4,");
    prefix->ops->free(prefix);
}

static void
test_merge(void **state)
{
    (void)state;
    struct prefix_options options = { .depth = 1 };
    struct analysis *a = prefix_new(&options);
    struct analysis *b = prefix_new(&options);
    add_some(a);
    add(b, "user:7", 1, false);
    add(b, "new:7", 2, true);
    add(b, "plain2", 2, false);
    a->ops->merge(a, b);
    assert_rows(a, "user: 5/216/3/106,cart: 1/50/0/0,new: 1/2/0/0,: 1/1/1/1,"
                   "(other) 2/5/2/5,");
    a->ops->free(a);
    b->ops->free(b);
}

/* Joins up to five parts of the list, chosen by seed. */
static void
make_name(char *name, uint32_t seed)
{
    static const char *const parts[] = {
        "",  ":",  "user:", "users:",    "u:",         "us",
        "x", "7:", "1234",  "inventory:", "inventory-item:",
    };
    name[0] = '\0';
    for (int i = 0; i < 5; i++) {
        strcat(name, parts[seed % (sizeof(parts) / sizeof(parts[0]))]);
        seed /= 11;
    }
}

/* The length of the prefix, counted byte by byte. */
static size_t
prefix_size(const char *name, uint64_t depth)
{
    size_t size = 0;
    for (size_t i = 0; name[i] != '\0' && depth > 0; i++) {
        if (name[i] == ':') {
            size = i + 1;
            depth--;
        }
    }
    return size;
}

enum { ALIKE = 5000 };

static char alike[ALIKE][80];

/* Takes the keys that belong to a prefix off its sums. */
static void
take_off(struct prefix_sums *sums, struct bytes prefix, uint64_t depth)
{
    for (uint32_t i = 0; i < ALIKE; i++) {
        size_t size = prefix_size(alike[i], depth);
        if (!bytes_equal(bytes_of(alike[i], size), prefix))
            continue;
        sums->keys--;
        sums->memory -= i;
        sums->no_expiry_keys -= i % 2 == 0;
        sums->no_expiry_memory -= i % 2 ? 0 : i;
    }
}

/* Prefixes that begin alike, short and long ones, in all mixtures: each row
 * has just the keys that belong to it. */
static void
test_alike(void **state)
{
    (void)state;
    for (uint64_t depth = 1; depth <= 3; depth++) {
        struct prefix_options options = { .depth = depth };
        struct analysis *prefix = prefix_new(&options);
        for (uint32_t i = 0; i < ALIKE; i++) {
            make_name(alike[i], i * 7919);
            add(prefix, alike[i], i, i % 2);
        }
        size_t count;
        struct prefix_row *rows = prefix_rows(prefix, &count);
        for (size_t i = 0; i < count; i++) {
            static const struct prefix_sums nothing = { .keys = 0 };
            bool none = rows[i].is_other;
            take_off(&rows[i].sums,
                     none ? BYTES_LITERAL("") : rows[i].prefix, depth);
            assert_memory_equal(&rows[i].sums, &nothing, sizeof(nothing));
        }
        free(rows);
        prefix->ops->free(prefix);
    }
}

/* More prefixes than fit: sums stay, every row is within its bound. */
enum { NAMES = 5000, CAPACITY = 300 };

static uint64_t true_memory[NAMES];
static uint64_t true_keys[NAMES];

static void
add_many(struct analysis *prefix, uint32_t seed)
{
    for (int i = 0; i < 50000; i++) {
        seed = seed * 1103515245 + 12345;
        /* Squaring makes low numbers frequent. */
        uint64_t x = seed >> 16 & 0xffff;
        size_t number = (size_t)(x * x / 65536 * NAMES / 65536);
        uint64_t memory = 16 + (seed >> 8) % 100;
        char name[32];
        snprintf(name, sizeof(name), "p%zu:%d", number, i);
        add(prefix, name, memory, i % 3 == 0);
        true_memory[number] += memory;
        true_keys[number]++;
    }
}

static void
assert_bounds(const struct analysis *prefix)
{
    uint64_t keys = 0;
    uint64_t memory = 0;
    size_t count;
    struct prefix_row *rows = prefix_rows(prefix, &count);
    assert_in_range(count, 2, CAPACITY + 1);
    for (size_t i = 0; i < count; i++) {
        const struct prefix_row *row = &rows[i];
        keys += row->sums.keys;
        memory += row->sums.memory;
        if (row->is_other)
            continue;
        size_t number = strtoul((const char *)row->prefix.data + 1, NULL, 10);
        assert_in_range(true_memory[number], row->sums.memory,
                        row->sums.memory + row->missing_memory);
        assert_in_range(true_keys[number], row->sums.keys,
                        row->sums.keys + row->missing_keys);
    }
    for (size_t i = 0; i < NAMES; i++) {
        keys -= true_keys[i];
        memory -= true_memory[i];
    }
    assert_int_equal(keys, 0);
    assert_int_equal(memory, 0);
    free(rows);
}

static void
test_beyond_capacity(void **state)
{
    (void)state;
    struct prefix_options options = { .depth = 1, .capacity = CAPACITY };
    struct analysis *a = prefix_new(&options);
    struct analysis *b = prefix_new(&options);
    memset(true_memory, 0, sizeof(true_memory));
    memset(true_keys, 0, sizeof(true_keys));
    add_many(a, 1);
    assert_false(prefix_is_exact(a));
    assert_bounds(a);
    add_many(b, 2);
    a->ops->merge(a, b);
    assert_bounds(a);
    a->ops->free(a);
    b->ops->free(b);
}

/* The second profile's figures go wherever the first one's go. */
static void
test_profiles_stay_together(void **state)
{
    (void)state;
    struct prefix_options options = { .depth = 1, .capacity = CAPACITY,
                                      .min_share = 1000, .profiles = 2 };
    struct analysis *prefix = prefix_new(&options);
    struct sample sample;
    char name[32];
    for (int i = 0; i < 20 * CAPACITY; i++) {
        snprintf(name, sizeof(name), "%d:x", i * i % 1009);
        sample_init(&sample, name, 1);
        struct price prices[] = { sample.record.prices[0],
                                  sample.record.prices[0] };
        prices[0].memory = (uint64_t)(i % 97);
        prices[1].memory = 3 * prices[0].memory;
        sample.record.prices = prices;
        sample.record.price_count = 2;
        prefix->ops->add(prefix, &sample.record);
    }
    assert_false(prefix_is_exact(prefix));
    size_t count;
    struct prefix_row *rows = prefix_rows(prefix, &count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(rows[i].others[0], 3 * rows[i].sums.memory);
        assert_int_equal(rows[i].others[1], 3 * rows[i].sums.no_expiry_memory);
    }
    free(rows);
    prefix->ops->free(prefix);
}

static void
test_capacity_follows_memory(void **state)
{
    (void)state;
    uint64_t whole = 64 << 20;
    assert_in_range(prefix_capacity(whole, 1), PREFIX_ROWS_MAX,
                    PREFIX_ROWS_MAX + 1000);
    assert_true(prefix_capacity(whole, 4) < PREFIX_ROWS_MAX);
    assert_true(prefix_capacity(whole / 4, 1) < PREFIX_ROWS_MAX / 4);
    assert_true(prefix_capacity(2 * whole, 1) > 2 * PREFIX_ROWS_MAX);
    assert_int_equal(prefix_capacity(0, 1), 1);
}

/* Names that are nothing but separators: levels end, and so does the time. */
static void
test_hostile_names(void **state)
{
    (void)state;
    struct prefix_options options = { .min_share = 999999 };
    struct analysis *prefix = prefix_new(&options);
    enum { SIZE = 200000 };
    unsigned char *name = xmalloc(SIZE);
    memset(name, ':', SIZE);
    struct sample sample;
    sample_init(&sample, "", 1);
    for (size_t size = 0; size < 300; size++) {
        sample.key.name = bytes_of(name, size);
        prefix->ops->add(prefix, &sample.record);
    }
    memset(name, 'x', SIZE);
    name[SIZE - 1] = ':'; /* beyond what is looked at */
    sample.key.name = bytes_of(name, SIZE);
    prefix->ops->add(prefix, &sample.record);
    assert_rows(prefix, "(other) 301/301/301/301,");
    free(name);
    prefix->ops->free(prefix);
}

/* Long prefixes: the bytes of their names are bounded, too. */
static void
test_names_bounded(void **state)
{
    (void)state;
    struct prefix_options options = { .depth = 1 };
    struct analysis *prefix = prefix_new(&options);
    enum { SIZE = 60000 };
    char *name = xmalloc(SIZE + 1);
    memset(name, 'x', SIZE);
    name[SIZE - 1] = ':';
    name[SIZE] = '\0';
    for (int i = 0; i < 1000; i++) {
        snprintf(name, 16, "%015d", i);
        name[15] = 'x';
        add(prefix, name, 1000 - (uint64_t)i, false);
    }
    size_t count;
    struct prefix_row *rows = prefix_rows(prefix, &count);
    assert_in_range(count, 2, PREFIX_ROWS_MAX / (SIZE / PREFIX_NAME_BYTES) + 2);
    assert_int_equal(rows[0].sums.memory, 1000);
    assert_int_equal(rows[0].missing_memory, 0);
    free(rows);
    free(name);
    prefix->ops->free(prefix);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_level),
        cmocka_unit_test(test_deeper_levels),
        cmocka_unit_test(test_small_ones_join_their_parent),
        cmocka_unit_test(test_parents_without_keys),
        cmocka_unit_test(test_separators),
        cmocka_unit_test(test_rows_to_show),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_beyond_capacity),
        cmocka_unit_test(test_profiles_stay_together),
        cmocka_unit_test(test_capacity_follows_memory),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_names_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
