/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/ordered.h"

enum { MOST = 3000, STEPS = 60000 };

static int numbers[MOST];
static bool there[MOST];

static int
compare(const void *item, const void *key)
{
    int a = *(const int *)item;
    int b = *(const int *)key;
    return (a > b) - (a < b);
}

static void
assert_same(const struct ordered *ordered)
{
    struct ordered_place place = ordered_seek(ordered, 0);
    uint64_t rank = 0;
    for (int i = 0; i < MOST; i++) {
        if (!there[i])
            continue;
        assert_ptr_equal(ordered_item(ordered, place), &numbers[i]);
        struct ordered_place sought = ordered_seek(ordered, rank);
        assert_ptr_equal(ordered_item(ordered, sought), &numbers[i]);
        assert_int_equal(ordered_rank(ordered, sought), rank);
        ordered_forward(ordered, &place);
        rank++;
    }
    assert_null(ordered_item(ordered, place));
    assert_null(ordered_item(ordered, ordered_seek(ordered, rank)));
    assert_int_equal(ordered->count, rank);
    assert_true(ordered->block_room < 8 ||
                ordered->block_room < 4 * ordered->block_count);
    for (int i = MOST; i-- > 0;) {
        if (!there[i])
            continue;
        assert_true(ordered_back(ordered, &place));
        assert_ptr_equal(ordered_item(ordered, place), &numbers[i]);
    }
    assert_false(ordered_back(ordered, &place));
}

static void
turn(struct pool *pool, struct ordered *ordered, int i)
{
    struct ordered_place place = ordered_find(ordered, &i, compare);
    void *item = ordered_item(ordered, place);
    assert_int_equal(item == &numbers[i], there[i]);
    if (there[i])
        assert_ptr_equal(ordered_remove(pool, ordered, place), item);
    else
        ordered_insert(pool, ordered, place, &numbers[i]);
    there[i] = !there[i];
}

static void
test_random(void **state)
{
    (void)state;
    struct pool pool;
    struct ordered ordered = { .blocks = NULL };
    uint32_t random = 3;
    pool_init(&pool, 0);
    memset(there, 0, sizeof(there));
    for (int step = 0; step < STEPS; step++) {
        random = random * 1664525u + 1013904223u;
        turn(&pool, &ordered, (int)((random >> 8) % MOST));
        if (step % 5000 == 0)
            assert_same(&ordered);
    }
    assert_same(&ordered);
    for (int i = 0; i < MOST; i++)
        if (there[i])
            turn(&pool, &ordered, i);
    assert_same(&ordered);
    assert_null(ordered.blocks);
    pool_fini(&pool);
}

static void
test_in_order_and_back(void **state)
{
    (void)state;
    struct pool pool;
    struct ordered ordered = { .blocks = NULL };
    pool_init(&pool, 0);
    memset(there, 0, sizeof(there));
    for (int i = 0; i < MOST; i++)
        turn(&pool, &ordered, i);
    assert_same(&ordered);
    /* Blocks are full, so 3000 items of 128 need no more than 24. */
    assert_int_equal(ordered.block_count, 24);
    for (int i = MOST; i-- > 0;)
        turn(&pool, &ordered, i);
    for (int i = MOST; i-- > 0;)
        turn(&pool, &ordered, i);
    assert_same(&ordered);
    ordered_fini(&pool, &ordered);
    pool_fini(&pool);
}

/* Takes so many out of the model, from that rank on. */
static void
forget(uint64_t rank, uint64_t count)
{
    for (int i = 0; i < MOST && count > 0; i++) {
        if (!there[i])
            continue;
        if (rank > 0) {
            rank--;
            continue;
        }
        there[i] = false;
        count--;
    }
}

static void
test_many(void **state)
{
    (void)state;
    struct pool pool;
    struct ordered ordered = { .blocks = NULL };
    uint32_t random = 5;
    pool_init(&pool, 0);
    memset(there, 0, sizeof(there));
    for (int round = 0; round < 400; round++) {
        for (int i = 0; i < MOST; i += 1 + round % 7)
            if (!there[i])
                turn(&pool, &ordered, i);
        while (ordered.count > 0) {
            random = random * 1664525u + 1013904223u;
            uint64_t rank = (random >> 8) % ordered.count;
            uint64_t count = (random >> 4) % (ordered.count - rank + 1);
            if (random >> 28 == 0)
                break;
            ordered_remove_many(&pool, &ordered, rank, count);
            forget(rank, count);
            assert_same(&ordered);
        }
    }
    ordered_remove_many(&pool, &ordered, 0, ordered.count);
    assert_null(ordered.blocks);
    pool_fini(&pool);
}

int
main(void)
{
    for (int i = 0; i < MOST; i++)
        numbers[i] = i;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_in_order_and_back),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
