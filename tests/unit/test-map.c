/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/map.h"

static void
test_empty(void **state)
{
    (void)state;
    struct map map = { .count = 0 };
    assert_int_equal(map_find(&map, BYTES_LITERAL("a")), MAP_NONE);
    map_fini(&map);
}

static void
test_numbers_follow_each_other(void **state)
{
    (void)state;
    struct map map = { .count = 0 };
    char name[32];
    bool added;
    enum { COUNT = 100000 };
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(name, sizeof(name), "name:%u", i);
        assert_int_equal(map_add(&map, bytes_of_text(name), &added), i);
        assert_true(added);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(name, sizeof(name), "name:%u", i);
        assert_int_equal(map_find(&map, bytes_of_text(name)), i);
        assert_int_equal(map_add(&map, bytes_of_text(name), &added), i);
        assert_false(added);
        assert_true(bytes_equal(map_name(&map, i), bytes_of_text(name)));
    }
    assert_int_equal(map.count, COUNT);
    assert_int_equal(map_find(&map, BYTES_LITERAL("name:")), MAP_NONE);
    map_fini(&map);
}

static void
test_binary_and_empty_names(void **state)
{
    (void)state;
    struct map map = { .count = 0 };
    bool added;
    assert_int_equal(map_add(&map, bytes_of(NULL, 0), &added), 0);
    assert_int_equal(map_add(&map, BYTES_LITERAL("\0"), &added), 1);
    assert_int_equal(map_add(&map, BYTES_LITERAL("\0\0"), &added), 2);
    assert_int_equal(map_find(&map, bytes_of("x", 0)), 0);
    assert_int_equal(map_find(&map, BYTES_LITERAL("\0")), 1);
    map_fini(&map);
}

/* Names stay where they are, long ones and those behind them. */
static void
test_names_stay(void **state)
{
    (void)state;
    struct map map = { .count = 0 };
    static unsigned char big[1000000];
    bool added;
    (void)map_add(&map, BYTES_LITERAL("first"), &added);
    const unsigned char *first = map_name(&map, 0).data;
    for (unsigned char i = 0; i < 50; i++) {
        big[0] = i;
        (void)map_add(&map, bytes_of(big, i % 2 ? sizeof(big) : i), &added);
    }
    assert_ptr_equal(map_name(&map, 0).data, first);
    assert_memory_equal(first, "first", 5);
    assert_true(map_name_bytes(&map) >= 25 * sizeof(big));
    map_fini(&map);
}

static void
test_arena_aligns(void **state)
{
    (void)state;
    struct arena arena = { .chunks = NULL };
    for (size_t i = 1; i < 5000; i = i * 3 / 2 + 1) {
        (void)arena_copy(&arena, BYTES_LITERAL("x"));
        uint64_t *room = arena_alloc(&arena, i);
        assert_int_equal((uintptr_t)room % _Alignof(max_align_t), 0);
        memset(room, 1, i);
    }
    arena_fini(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_numbers_follow_each_other),
        cmocka_unit_test(test_binary_and_empty_names),
        cmocka_unit_test(test_names_stay),
        cmocka_unit_test(test_arena_aligns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
