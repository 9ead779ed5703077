/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is sorted is compared with what qsort makes of it.  In which order
 * items come that compare equal is seen where the servers show it: in the
 * tests of SORT and GEOSEARCHSTORE.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/partial-sort.h"

enum { MOST = 500 };

static int
compare_numbers(const void *a, const void *b)
{
    const unsigned *x = a;
    const unsigned *y = b;
    return (*x > *y) - (*x < *y);
}

static void
fill(unsigned *numbers, size_t count, unsigned range)
{
    static uint32_t random = 1;
    for (size_t i = 0; i < count; i++) {
        random = random * 1664525 + 1013904223;
        numbers[i] = (random >> 8) % range;
    }
}

static void
check(size_t count, unsigned range, size_t first, size_t last)
{
    unsigned numbers[MOST];
    unsigned sorted[MOST];
    fill(numbers, count, range);
    memcpy(sorted, numbers, sizeof(numbers));
    qsort(sorted, count, sizeof(*sorted), compare_numbers);
    assert_true(partial_sort(numbers, count, sizeof(*numbers),
                             compare_numbers, first, last));
    for (size_t i = first; i <= last; i++)
        assert_int_equal(numbers[i], sorted[i]);
    qsort(numbers, count, sizeof(*numbers), compare_numbers);
    assert_memory_equal(numbers, sorted, count * sizeof(*numbers));
}

static void
test_parts(void **state)
{
    (void)state;
    for (size_t count = 1; count < MOST; count += 1 + count / 9)
        for (unsigned range = 2; range < 10000; range *= 7) {
            check(count, range, 0, count - 1);
            check(count, range, count / 3, count / 2);
            check(count, range, count - 1, count - 1);
        }
}

/* --- somebody who knows the steps --- */

/* McIlroy's adversary ("A Killer Adversary for Quicksort", 1999): values are
 * settled only when they are compared, so that pivots are small. */
enum { VICTIMS = 20000, GAS = VICTIMS };

static unsigned values[VICTIMS];
static unsigned solid;
static unsigned candidate;

static int
compare_late(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a;
    unsigned y = *(const unsigned *)b;
    if (values[x] == GAS && values[y] == GAS)
        values[x == candidate ? x : y] = solid++;
    if (values[x] == GAS)
        candidate = x;
    else if (values[y] == GAS)
        candidate = y;
    return compare_numbers(&values[x], &values[y]);
}

static void
test_adversary(void **state)
{
    unsigned *items = malloc(VICTIMS * sizeof(*items));
    (void)state;
    assert_non_null(items);
    for (unsigned i = 0; i < VICTIMS; i++) {
        items[i] = i;
        values[i] = GAS;
    }
    assert_false(partial_sort(items, VICTIMS, sizeof(*items), compare_late, 0,
                              VICTIMS - 1));
    free(items);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_adversary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
