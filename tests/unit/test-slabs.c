/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/slabs.h"

enum { VALUES = 5000, KIB = 1024, MIB = 1024 * KIB };

struct fixture {
    struct extents extents;
    struct slabs slabs;
    unsigned char *blocks[VALUES];
};

static int
setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    extents_init(&fixture->extents);
    *state = fixture;
    return fixture == NULL;
}

static int
teardown(void **state)
{
    struct fixture *fixture = *state;
    extents_fini(&fixture->extents);
    free(fixture);
    return 0;
}

static void
give(struct fixture *fixture, unsigned i, size_t size)
{
    unsigned char *block = slabs_alloc(&fixture->slabs, &fixture->extents,
                                       size);
    assert_int_equal((uintptr_t)block % 8, 0);
    memset(block, (int)(i % 251), size);
    fixture->blocks[i] = block;
}

static void
take(struct fixture *fixture, unsigned i)
{
    slabs_free(&fixture->slabs, &fixture->extents, fixture->blocks[i]);
    fixture->blocks[i] = NULL;
}

static void
assert_whole(const struct fixture *fixture, unsigned i, size_t size)
{
    for (size_t at = 0; at < size; at++)
        if (fixture->blocks[i][at] != i % 251)
            fail_msg("byte %zu of block %u", at, i);
}

static void
test_blocks_do_not_overlap(void **state)
{
    struct fixture *fixture = *state;
    for (unsigned i = 0; i < VALUES; i++)
        give(fixture, i, i % SLABS_BLOCK_MOST + 1);
    for (unsigned i = 0; i < VALUES; i++)
        assert_whole(fixture, i, i % SLABS_BLOCK_MOST + 1);
}

/* All values grow step by step, one beside the other, up to 10 MB: what they
 * leave serves them again. */
static void
test_growing_values_leave_nothing_behind(void **state)
{
    struct fixture *fixture = *state;
    for (unsigned i = 0; i < VALUES; i++)
        give(fixture, i, 8);
    for (size_t size = 8; size + 8 <= SLABS_BLOCK_MOST; size += 8)
        for (unsigned i = 0; i < VALUES; i++) {
            if (slabs_resize(fixture->blocks[i], size, size + 8))
                continue;
            take(fixture, i);
            give(fixture, i, size + 8);
        }
    assert_in_range(extents_bytes(&fixture->extents), VALUES * 2 * KIB,
                    16 * MIB);
}

static void
test_empty_chunks_go(void **state)
{
    struct fixture *fixture = *state;
    for (unsigned i = 0; i < VALUES; i++)
        give(fixture, i, 1000);
    uint64_t most = extents_bytes(&fixture->extents);
    for (unsigned i = VALUES; i-- > 0;)
        take(fixture, i);
    assert_null(fixture->slabs.empty);
    assert_true(extents_bytes(&fixture->extents) < most);
    /* What they leave is one span, where a large block has room. */
    void *large = extents_alloc(&fixture->extents, 2 * MIB);
    assert_true(extents_bytes(&fixture->extents) <= most);
    extents_free(&fixture->extents, large);
}

static void
test_blocks_resize_within_their_class(void **state)
{
    struct fixture *fixture = *state;
    give(fixture, 0, 129);
    assert_true(slabs_resize(fixture->blocks[0], 129, 144));
    assert_false(slabs_resize(fixture->blocks[0], 144, 145));
    assert_false(slabs_resize(fixture->blocks[0], 144, 128));
}

/* Slabs of many classes, of which one stays: it moves to chunks of its own. */
static void
test_few_slabs_of_many_chunks_move_together(void **state)
{
    enum { CLASSES = 16, STEP = 128 };
    struct fixture *fixture = *state;
    struct slabs *slabs = &fixture->slabs;
    struct extents *extents = &fixture->extents;
    for (unsigned i = 0; i < VALUES; i++)
        give(fixture, i, (i % CLASSES + 1) * STEP);
    for (unsigned i = 0; i < VALUES; i++)
        if (i % CLASSES != CLASSES - 1)
            take(fixture, i);
    uint64_t used = slabs->used;
    assert_true(slabs->mapped > 3 * used);
    slabs_move_begin(slabs);
    for (unsigned i = CLASSES - 1; i < VALUES; i += CLASSES)
        fixture->blocks[i] = slabs_move(slabs, extents, fixture->blocks[i],
                                        CLASSES * STEP);
    slabs_move_end(slabs);
    assert_null(slabs->leaving);
    assert_int_equal(slabs->used, used);
    assert_in_range(slabs->mapped, used, used + 2 * 64 * KIB);
    for (unsigned i = CLASSES - 1; i < VALUES; i += CLASSES) {
        assert_whole(fixture, i, CLASSES * STEP);
        take(fixture, i);
    }
    assert_int_equal(slabs->mapped, 0);
    assert_int_equal(slabs->holes, 0);
}

/* Blocks that nobody moves stay where they are, and all is as it was. */
static void
test_blocks_that_stay(void **state)
{
    struct fixture *fixture = *state;
    struct slabs *slabs = &fixture->slabs;
    for (unsigned i = 0; i < VALUES; i++)
        give(fixture, i, i % SLABS_BLOCK_MOST + 1);
    for (unsigned i = 0; i < VALUES; i++)
        if (i % 7 != 0)
            take(fixture, i);
    uint64_t mapped = slabs->mapped;
    slabs_move_begin(slabs);
    assert_non_null(slabs->leaving);
    slabs_move_end(slabs);
    assert_null(slabs->leaving);
    for (unsigned i = 0; i < VALUES; i += 7) {
        assert_false(slabs_is_leaving(fixture->blocks[i]));
        assert_whole(fixture, i, i % SLABS_BLOCK_MOST + 1);
    }
    for (unsigned i = 0; i < VALUES; i++)
        if (i % 7 != 0)
            give(fixture, i, i % SLABS_BLOCK_MOST + 1);
    assert_in_range(slabs->mapped, mapped, mapped + 64 * KIB);
    for (unsigned i = 0; i < VALUES; i++)
        take(fixture, i);
    assert_int_equal(slabs->mapped, 0);
    assert_int_equal(slabs->holes, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_blocks_do_not_overlap, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_growing_values_leave_nothing_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(test_empty_chunks_go, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_few_slabs_of_many_chunks_move_together, setup, teardown),
        cmocka_unit_test_setup_teardown(test_blocks_that_stay, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_blocks_resize_within_their_class, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
