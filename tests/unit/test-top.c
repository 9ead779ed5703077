/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/top.h"
#include "analysis/type-table.h"
#include "base/xalloc.h"
#include "sample-record.h"

static struct analysis *
make(enum top_by by, size_t count, bool per_type)
{
    struct top_options options = { by, count, per_type };
    return top_new(&options);
}

static void
add(struct analysis *top, const char *name, uint64_t memory)
{
    struct sample sample;
    sample_init(&sample, name, memory);
    top->ops->add(top, &sample.record);
}

/* Names by rank with a space behind each. */
static void
assert_ranks(struct analysis *top, const char *expected)
{
    struct buffer text = { .data = NULL };
    size_t count;
    const struct record **records = top_records(top, &count);
    for (size_t i = 0; i < count; i++) {
        struct bytes name = records[i]->key->name;
        buffer_append(&text, name.data, name.size);
        buffer_append_byte(&text, ' ');
    }
    buffer_append_byte(&text, '\0');
    assert_string_equal((const char *)text.data, expected);
    buffer_fini(&text);
    free(records);
}

static void
test_biggest_first(void **state)
{
    (void)state;
    struct analysis *top = make(TOP_BY_MEMORY, 3, false);
    assert_ranks(top, "");
    add(top, "a", 10);
    add(top, "b", 30);
    assert_ranks(top, "b a ");
    add(top, "c", 20);
    add(top, "d", 5);
    add(top, "e", 40);
    assert_ranks(top, "e b c ");
    top->ops->free(top);
}

static void
test_ties(void **state)
{
    (void)state;
    struct analysis *top = make(TOP_BY_MEMORY, 3, false);
    add(top, "c", 10);
    add(top, "ab", 10);
    add(top, "a", 10);
    add(top, "b", 10);
    assert_ranks(top, "a ab b ");
    top->ops->free(top);

    top = make(TOP_BY_MEMORY, 3, false);
    struct sample sample;
    sample_init(&sample, "same", 10);
    for (int i = 5; i >= 0; i--) {
        sample.key.db = (uint64_t)i / 2;
        sample.record.input = (uint64_t)i % 2;
        top->ops->add(top, &sample.record);
    }
    size_t count;
    const struct record **records = top_records(top, &count);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(records[i]->key->db, i / 2);
        assert_int_equal(records[i]->input, i % 2);
    }
    free(records);
    top->ops->free(top);
}

static void
test_figures(void **state)
{
    (void)state;
    struct sample sample;
    for (int by = TOP_BY_MEMORY; by <= TOP_BY_IDLE; by++) {
        struct analysis *top = make((enum top_by)by, 1, false);
        add(top, "low", 1);
        sample_init(&sample, "high", 2);
        sample.record.elements = 2;
        sample.record.largest = 2;
        sample.record.serialized = 2;
        sample.key.freq = 0;
        sample.key.idle_s = 0;
        top->ops->add(top, &sample.record);
        assert_ranks(top, "high ");
        top->ops->free(top);
    }
}

static void
test_what_lacks_the_figure(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample, "a", 0);
    sample.price.basis = BASIS_NONE;
    enum top_by lacking[] = { TOP_BY_MEMORY, TOP_BY_FREQ, TOP_BY_IDLE };
    for (size_t i = 0; i < 3; i++) {
        struct analysis *top = make(lacking[i], 5, false);
        top->ops->add(top, &sample.record);
        assert_ranks(top, "");
        top->ops->free(top);
    }
}

static void
test_per_type(void **state)
{
    (void)state;
    struct analysis *top = make(TOP_BY_MEMORY, 2, true);
    static const struct {
        const char *name;
        enum type type;
        const char *module;
    } keys[] = {
        { "m1", TYPE_MODULE, "ReJSON-RL" }, { "h1", TYPE_HASH, "" },
        { "m2", TYPE_MODULE, "MBbloom--" }, { "s1", TYPE_STRING, "" },
        { "h2", TYPE_HASH, "" },            { "h3", TYPE_HASH, "" },
    };
    for (size_t i = 0; i < 6; i++) {
        struct sample sample;
        sample_init(&sample, keys[i].name, i);
        sample.record.type = sample.key.type = keys[i].type;
        sample.key.module_name = bytes_of_text(keys[i].module);
        top->ops->add(top, &sample.record);
    }
    assert_ranks(top, "s1 h3 h2 m2 m1 ");
    top->ops->free(top);
}

/* A full ranking turns the lesser away, not those of other types: modules'
 * keys, whose types are one in the record, least of all. */
static void
test_per_type_when_full(void **state)
{
    (void)state;
    struct analysis *top = make(TOP_BY_MEMORY, 1, true);
    static const char *const modules[] = { "", "aaaaaaaaa", "bbbbbbbbb" };
    add(top, "s1", 900);
    add(top, "s2", 800);
    for (size_t i = 0; i < 6; i++) {
        struct sample sample;
        char name[] = "m0";
        name[1] = (char)('0' + i);
        sample_init(&sample, name, 700 - i);
        sample.record.type = sample.key.type = TYPE_MODULE;
        sample.key.module_name = bytes_of_text(modules[i % 3]);
        top->ops->add(top, &sample.record);
    }
    assert_ranks(top, "s1 m0 m1 m2 ");
    top->ops->free(top);
}

/* Halves merged rank as the whole does. */
static void
test_merge(void **state)
{
    (void)state;
    struct analysis *whole = make(TOP_BY_MEMORY, 10, false);
    struct analysis *halves[] = { make(TOP_BY_MEMORY, 10, false),
                                  make(TOP_BY_MEMORY, 10, false) };
    uint32_t random = 1;
    for (int i = 0; i < 1000; i++) {
        char name[16];
        random = random * 1103515245 + 12345;
        snprintf(name, sizeof(name), "k%d", i);
        add(whole, name, random >> 16 & 63);
        add(halves[i % 2], name, random >> 16 & 63);
    }
    halves[0]->ops->merge(halves[0], halves[1]);
    halves[1]->ops->free(halves[1]);
    size_t counts[2];
    const struct record **a = top_records(whole, &counts[0]);
    const struct record **b = top_records(halves[0], &counts[1]);
    assert_int_equal(counts[0], 10);
    assert_int_equal(counts[1], 10);
    for (size_t i = 0; i < 10; i++)
        assert_true(bytes_equal(a[i]->key->name, b[i]->key->name));
    free(a);
    free(b);
    whole->ops->free(whole);
    halves[0]->ops->free(halves[0]);
}

/* Of long names the length, then the hash, tells them apart. */
static void
test_long_names(void **state)
{
    (void)state;
    struct analysis *top = make(TOP_BY_MEMORY, 2, false);
    enum { SIZE = 100000 };
    unsigned char *name = xmalloc(SIZE);
    memset(name, 'x', SIZE);
    struct sample sample;
    sample_init(&sample, "", 7);
    for (size_t i = 0; i < 3; i++) {
        sample.key.name = bytes_of(name, SIZE - i * 10000);
        sample.key.name_size = sample.key.name.size;
        top->ops->add(top, &sample.record);
    }
    size_t count;
    const struct record **records = top_records(top, &count);
    assert_int_equal(count, 2);
    assert_int_equal(records[0]->key->name_size, 80000);
    assert_int_equal(records[1]->key->name_size, 90000);
    assert_int_equal(records[0]->key->name.size, TOP_NAME_HELD);
    assert_int_not_equal(records[0]->key->name_hash,
                         records[1]->key->name_hash);
    free(records);
    free(name);
    top->ops->free(top);
}

/* What is kept of a name when n records may be: 16 MiB / n, between 128 bytes
 * and 64 KiB; with a largest element's name it is half. */
static void
test_names_share_the_room(void **state)
{
    (void)state;
    static const struct {
        enum top_by by;
        size_t count;
        bool per_type;
        size_t held;
    } cases[] = {
        { TOP_BY_MEMORY, 256, false, 65536 },
        { TOP_BY_MEMORY, 512, false, 32768 },
        { TOP_BY_LARGEST, 512, false, 16384 },
        { TOP_BY_MEMORY, 50000, false, 335 },
        { TOP_BY_MEMORY, 1000000, false, 128 },
        { TOP_BY_MEMORY, 1000, true, 16777216 / TYPE_TABLE_MAX / 1000 },
    };
    unsigned char *name = xcalloc(1, 70000);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct analysis *top =
            make(cases[i].by, cases[i].count, cases[i].per_type);
        struct sample sample;
        size_t count;
        sample_init(&sample, "", 7);
        sample.key.name = bytes_of(name, 70000);
        sample.key.name_size = 70000;
        sample.record.largest_name = bytes_of(name, 1024);
        top->ops->add(top, &sample.record);
        const struct record **records = top_records(top, &count);
        assert_int_equal(count, 1);
        assert_int_equal(records[0]->key->name.size, cases[i].held);
        assert_int_equal(records[0]->key->name_size, 70000);
        assert_int_equal(records[0]->largest_name.size,
                         cases[i].held < 1024 ? cases[i].held : 1024);
        free(records);
        top->ops->free(top);
    }
    free(name);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_biggest_first),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_what_lacks_the_figure),
        cmocka_unit_test(test_per_type),
        cmocka_unit_test(test_per_type_when_full),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_names_share_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
