/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

static int
compare(const void *a, const void *b, void *context)
{
    uint32_t x;
    uint32_t y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    (*(size_t *)context)++;
    return (x > y) - (x < y);
}

static uint32_t
at(const struct heap *heap, size_t rank)
{
    uint32_t value;
    memcpy(&value, heap_at(heap, rank), sizeof(value));
    return value;
}

static void
keeps_the_greatest(void **state)
{
    enum { COUNT = 1000, KEPT = 17 };
    struct heap heap;
    size_t calls = 0;
    uint64_t dropped_sum = 0;
    uint64_t dropped_count = 0;
    (void)state;
    heap_init(&heap, KEPT, sizeof(uint32_t), compare, &calls);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t value = i * 617 % COUNT; /* each of 0..999 once */
        uint32_t dropped;
        bool accepted = heap_accepts(&heap, &value);
        if (heap_push(&heap, &value, &dropped)) {
            assert_int_equal(accepted, dropped != value);
            dropped_sum += dropped;
            dropped_count++;
        }
    }
    heap_sort(&heap);
    assert_int_equal(heap.count, KEPT);
    for (uint32_t rank = 0; rank < KEPT; rank++)
        assert_int_equal(at(&heap, rank), COUNT - 1 - rank);
    assert_int_equal(dropped_count, COUNT - KEPT);
    assert_int_equal(dropped_sum, (COUNT - KEPT) * (COUNT - KEPT - 1) / 2);
    assert_true(calls > 0);
    heap_fini(&heap);
}

static void
goes_on_after_sorting(void **state)
{
    struct heap heap;
    size_t calls = 0;
    uint32_t dropped;
    (void)state;
    heap_init(&heap, 3, sizeof(uint32_t), compare, &calls);
    for (uint32_t i = 0; i < 10; i++) {
        (void)heap_push(&heap, &i, &dropped);
        heap_sort(&heap);
        assert_int_equal(at(&heap, 0), i);
    }
    assert_int_equal(at(&heap, 2), 7);
    heap_fini(&heap);
}

static void
does_not_keep_an_equal_one(void **state)
{
    struct heap heap;
    size_t calls = 0;
    uint32_t value = 5;
    uint32_t dropped = 0;
    (void)state;
    heap_init(&heap, 1, sizeof(value), compare, &calls);
    assert_false(heap_push(&heap, &value, &dropped));
    assert_false(heap_accepts(&heap, &value));
    assert_true(heap_push(&heap, &value, &dropped));
    assert_int_equal(dropped, 5);
    assert_int_equal(heap.count, 1);
    heap_fini(&heap);
}

static void
of_no_capacity_keeps_nothing(void **state)
{
    struct heap heap;
    size_t calls = 0;
    uint32_t value = 5;
    uint32_t dropped = 0;
    (void)state;
    heap_init(&heap, 0, sizeof(value), compare, &calls);
    assert_false(heap_accepts(&heap, &value));
    assert_true(heap_push(&heap, &value, &dropped));
    assert_int_equal(dropped, 5);
    heap_sort(&heap);
    assert_int_equal(heap.count, 0);
    heap_fini(&heap);
}

static void
huge_capacity_costs_nothing(void **state)
{
    struct heap heap;
    size_t calls = 0;
    uint32_t value = 5;
    uint32_t dropped;
    (void)state;
    heap_init(&heap, SIZE_MAX, sizeof(value), compare, &calls);
    assert_false(heap_push(&heap, &value, &dropped));
    assert_true(heap.room < 1000);
    heap_fini(&heap);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_greatest),
        cmocka_unit_test(goes_on_after_sorting),
        cmocka_unit_test(does_not_keep_an_equal_one),
        cmocka_unit_test(of_no_capacity_keeps_nothing),
        cmocka_unit_test(huge_capacity_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
