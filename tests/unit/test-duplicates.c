/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sample-record.h"
#include "scan/duplicates.h"

static bool
add(struct duplicates *set, uint64_t db, unsigned number)
{
    char name[32];
    snprintf(name, sizeof(name), "key:%u", number);
    struct sample sample;
    sample_init(&sample, name, 0);
    sample.key.db = db;
    return duplicates_add(set, &sample.key);
}

static bool
confirm(struct duplicates *set, uint64_t db, const char *name)
{
    struct sample sample;
    sample_init(&sample, name, 0);
    sample.key.db = db;
    return duplicates_confirm(set, &sample.key);
}

static void
test_databases_differ(void **state)
{
    (void)state;
    struct duplicates *set = duplicates_new(0);
    assert_false(add(set, 0, 7));
    assert_false(add(set, 1, 7));
    assert_true(add(set, 1, 7));
    assert_int_equal(duplicates_suspected(set), 1);
    assert_false(confirm(set, 0, "key:7"));
    assert_false(confirm(set, 1, "key:7"));
    assert_true(confirm(set, 1, "key:7"));
    duplicates_free(set);
}

static void
test_all_found_while_there_is_room(void **state)
{
    (void)state;
    struct duplicates *set = duplicates_new(16 * 1024 * 1024);
    enum { COUNT = 300000 };
    for (unsigned i = 0; i < COUNT; i++)
        assert_false(add(set, 0, i));
    for (unsigned i = 0; i < COUNT; i++)
        assert_true(add(set, 0, i));
    assert_int_equal(duplicates_halvings(set), 0);
    assert_int_equal(duplicates_suspected(set), COUNT);
    duplicates_free(set);
}

/* Of each name either all occurrences count or none does, and what counts is
 * about one in 2^k. */
static void
test_one_in_so_many(void **state)
{
    (void)state;
    struct duplicates *set = duplicates_new(256 * 1024);
    enum { COUNT = 400000 };
    for (unsigned i = 0; i < COUNT; i++)
        assert_false(add(set, 0, i));
    unsigned halvings = duplicates_halvings(set);
    assert_in_range(halvings, 4, 6);
    unsigned found = 0;
    for (unsigned i = 0; i < COUNT; i++)
        found += add(set, 0, i);
    assert_int_equal(duplicates_halvings(set), halvings);
    unsigned expected = COUNT >> halvings;
    assert_in_range(found, expected - expected / 10,
                    expected + expected / 10);
    duplicates_free(set);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_databases_differ),
        cmocka_unit_test(test_all_found_while_there_is_room),
        cmocka_unit_test(test_one_in_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
