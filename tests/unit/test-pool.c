/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/pool.h"

enum { BLOCKS = 2000, STEPS = 200000 };

static uint32_t
next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void
fill(unsigned char *block, size_t size, unsigned char with)
{
    if (size > 0)
        memset(block, with, size);
}

static void
assert_filled(const unsigned char *block, size_t size, unsigned char with)
{
    for (size_t i = 0; i < size; i++)
        if (block[i] != with)
            fail_msg("byte %zu of %zu", i, size);
}

/* Blocks of all sizes, taken, resized and freed at random, keep what was
 * written to them. */
static void
test_blocks_do_not_overlap(void **state)
{
    (void)state;
    static unsigned char *blocks[BLOCKS];
    static size_t sizes[BLOCKS];
    struct pool pool;
    uint32_t random = 1;
    pool_init(&pool, 0);
    memset(blocks, 0, sizeof(blocks));
    memset(sizes, 0, sizeof(sizes));
    for (int step = 0; step < STEPS; step++) {
        size_t i = next_random(&random) % BLOCKS;
        size_t size = next_random(&random) % 300;
        if (size % 16 == 0)
            size *= next_random(&random) % 40;
        size_t kept = sizes[i] < size ? sizes[i] : size;
        blocks[i] = pool_resize(&pool, blocks[i], sizes[i], size);
        assert_int_equal((uintptr_t)blocks[i] % 8, 0);
        assert_filled(blocks[i], kept, (unsigned char)i);
        fill(blocks[i], size, (unsigned char)i);
        sizes[i] = size;
    }
    for (size_t i = 0; i < BLOCKS; i++)
        pool_free(&pool, blocks[i], sizes[i]);
    pool_fini(&pool);
    assert_int_equal(pool_bytes(&pool), 0);
}

/* What is freed is used again. */
static void
test_freed_memory_is_reused(void **state)
{
    (void)state;
    struct pool pool;
    pool_init(&pool, 0);
    void *first = pool_alloc(&pool, 40);
    pool_free(&pool, first, 40);
    assert_ptr_equal(pool_alloc(&pool, 33), first);
    pool_free(&pool, first, 33);
    uint64_t held = 0;
    for (int i = 0; i < 100000; i++) {
        void *small = pool_alloc(&pool, 100);
        void *large = pool_alloc(&pool, 100000);
        if (i == 0)
            held = pool_bytes(&pool);
        pool_free(&pool, small, 100);
        pool_free(&pool, large, 100000);
    }
    assert_int_equal(pool_bytes(&pool), held);
    pool_fini(&pool);
}

static void
test_growing_within_a_class_moves_nothing(void **state)
{
    (void)state;
    struct pool pool;
    pool_init(&pool, 0);
    void *block = pool_alloc(&pool, 129);
    assert_ptr_equal(pool_resize(&pool, block, 129, 144), block);
    assert_null(pool_resize(&pool, block, 144, 0));
    assert_null(pool_alloc(&pool, 0));
    pool_free(&pool, NULL, 0);
    pool_fini(&pool);
}

/* Giant blocks go back to the system. */
static void
test_giant_blocks(void **state)
{
    (void)state;
    enum { MIB = 1024 * 1024 };
    struct pool pool;
    pool_init(&pool, 0);
    unsigned char *block = pool_alloc(&pool, 3 * MIB);
    fill(block, 3 * MIB, 7);
    block = pool_resize(&pool, block, 3 * MIB, 20 * MIB);
    assert_filled(block, 3 * MIB, 7);
    fill(block, 20 * MIB, 8);
    void *other = pool_alloc(&pool, 17 * MIB);
    block = pool_resize(&pool, block, 20 * MIB, 40 * MIB);
    assert_filled(block, 20 * MIB, 8);
    assert_true(pool_bytes(&pool) >= 57 * (uint64_t)MIB);
    block = pool_resize(&pool, block, 40 * MIB, 2 * MIB);
    assert_filled(block, 2 * MIB, 8);
    pool_free(&pool, other, 17 * MIB);
    assert_true(pool_bytes(&pool) < 8 * (uint64_t)MIB);
    pool_fini(&pool);
}

/* One block in ten stays, small or large; when these have moved, little more is
 * held than they take. */
static void
test_moving_blocks_together(void **state)
{
    (void)state;
    enum { SIZE_MOST = 20000, SLACK_MOST = 2 * POOL_SLACK_LEAST };
    static unsigned char *blocks[BLOCKS];
    static size_t sizes[BLOCKS];
    struct pool pool;
    uint32_t random = 1;
    pool_init(&pool, 0);
    for (size_t i = 0; i < BLOCKS; i++) {
        sizes[i] = next_random(&random) % (i % 2 ? SIZE_MOST : 200) + 1;
        blocks[i] = pool_alloc(&pool, sizes[i]);
        fill(blocks[i], sizes[i], (unsigned char)i);
    }
    assert_false(pool_is_loose(&pool));
    for (size_t i = 0; i < BLOCKS; i++)
        if (i % 11 != 0)
            pool_free(&pool, blocks[i], sizes[i]);
    assert_true(pool_bytes(&pool) > pool_used(&pool) + SLACK_MOST);
    assert_true(pool_is_loose(&pool));
    if (pool_move_begin(&pool)) {
        for (size_t i = 0; i < BLOCKS; i += 11)
            blocks[i] = pool_move(&pool, blocks[i], sizes[i]);
        pool_move_end(&pool);
    }
    assert_true(pool_bytes(&pool) < pool_used(&pool) + SLACK_MOST);
    assert_false(pool_is_loose(&pool));
    for (size_t i = 0; i < BLOCKS; i += 11) {
        assert_filled(blocks[i], sizes[i], (unsigned char)i);
        pool_free(&pool, blocks[i], sizes[i]);
    }
    assert_int_equal(pool_used(&pool), 0);
    pool_fini(&pool);
}

/* Slack between blocks that nobody moves is looked for once, however much else
 * comes and goes, until there is more of it. */
static void
test_slack_that_cannot_go(void **state)
{
    (void)state;
    enum { ALL = 400000, KEPT = 10, SIZE = 200, GIANT = 64 * 1024 * 1024 };
    static void *blocks[ALL];
    struct pool pool;
    pool_init(&pool, 0);
    for (size_t i = 0; i < ALL; i++)
        blocks[i] = pool_alloc(&pool, SIZE);
    for (size_t i = 0; i < ALL / 2; i++)
        if (i % KEPT != 0)
            pool_free(&pool, blocks[i], SIZE);
    assert_true(pool_is_loose(&pool));
    assert_true(pool_move_begin(&pool));
    pool_move_end(&pool);
    for (int i = 0; i < 10; i++) {
        pool_free(&pool, pool_alloc(&pool, GIANT), GIANT);
        assert_false(pool_is_loose(&pool));
    }
    for (size_t i = ALL / 2; i < ALL; i++)
        if (i % KEPT != 0)
            pool_free(&pool, blocks[i], SIZE);
    assert_true(pool_is_loose(&pool));
    pool_fini(&pool);
}

/* Where a block is freed between pieces that went back, one of these counts as
 * held again, so it is looked for anew. */
static void
test_pieces_that_went_back_join(void **state)
{
    (void)state;
    enum { ROW = 1024, KEPT = 32, MIB = 1024 * 1024, SIZE = 90000 };
    static void *blocks[ROW];
    struct pool pool;
    pool_init(&pool, 0);
    for (size_t i = 0; i < ROW; i++)
        blocks[i] = pool_alloc(&pool, SIZE);
    for (size_t i = 0; i < ROW; i++)
        if (i % KEPT != 0)
            pool_free(&pool, blocks[i], SIZE);
    assert_true(pool_is_loose(&pool));
    assert_false(pool_move_begin(&pool));
    uint64_t held = pool_bytes(&pool);
    for (size_t i = KEPT; pool_bytes(&pool) < held + 4 * MIB; i += 2 * KEPT)
        pool_free(&pool, blocks[i], SIZE);
    assert_true(pool_is_loose(&pool));
    assert_false(pool_move_begin(&pool));
    assert_true(pool_bytes(&pool) < held);
    pool_fini(&pool);
}

static void
test_limit(void **state)
{
    (void)state;
    struct pool pool;
    pool_init(&pool, 1000000);
    assert_false(pool_is_full(&pool));
    assert_true(pool_allows(&pool, 1000000));
    void *block = pool_alloc(&pool, 600000);
    assert_false(pool_is_full(&pool));
    assert_false(pool_allows(&pool, 600000));
    assert_true(pool_is_full(&pool));
    pool_free(&pool, block, 600000);
    pool_reset(&pool);
    assert_true(pool_is_full(&pool));
    pool_fini(&pool);
    pool_init(&pool, 100);
    (void)pool_alloc(&pool, 101);
    assert_true(pool_is_full(&pool));
    pool_fini(&pool);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_do_not_overlap),
        cmocka_unit_test(test_freed_memory_is_reused),
        cmocka_unit_test(test_growing_within_a_class_moves_nothing),
        cmocka_unit_test(test_giant_blocks),
        cmocka_unit_test(test_moving_blocks_together),
        cmocka_unit_test(test_slack_that_cannot_go),
        cmocka_unit_test(test_pieces_that_went_back_join),
        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
