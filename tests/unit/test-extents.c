/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/extents.h"

enum {
    KIB = 1024,
    MIB = 1024 * KIB,
    BLOCKS = 64,
    STEPS = 20000,
};

static uint32_t
next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Mostly small, some as large as they may be. */
static size_t
draw_size(uint32_t *random)
{
    static const size_t most[] = { 64, 3 * KIB, 100 * KIB,
                                   EXTENTS_BLOCK_MOST };
    uint32_t draw = next_random(random) % 50;
    return next_random(random) % most[draw < 3 ? 3 - draw : 1] + 1;
}

/* A block is marked at both ends. */
static void
mark(unsigned char *block, size_t size, unsigned with)
{
    block[0] = block[size - 1] = (unsigned char)with;
}

static void
test_blocks_keep_what_is_in_them(void **state)
{
    (void)state;
    static unsigned char *blocks[BLOCKS];
    static size_t sizes[BLOCKS];
    struct extents extents;
    uint32_t random = 1;
    extents_init(&extents);
    for (int step = 0; step < STEPS; step++) {
        unsigned i = next_random(&random) % BLOCKS;
        size_t size = draw_size(&random);
        if (blocks[i] == NULL) {
            blocks[i] = extents_alloc(&extents, size);
        } else if (next_random(&random) % 2) {
            blocks[i] = extents_resize(&extents, blocks[i], sizes[i], size);
            assert_int_equal(blocks[i][0], i);
            if (size >= sizes[i])
                assert_int_equal(blocks[i][sizes[i] - 1], i);
        } else {
            assert_int_equal(blocks[i][0], i);
            assert_int_equal(blocks[i][sizes[i] - 1], i);
            extents_free(&extents, blocks[i]);
            blocks[i] = NULL;
            continue;
        }
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        mark(blocks[i], size, i);
        sizes[i] = size;
    }
    extents_fini(&extents);
    assert_int_equal(extents_bytes(&extents), 0);
}

/* What is freed in any order is one piece again. */
static void
test_neighbours_join(void **state)
{
    (void)state;
    struct extents extents;
    void *blocks[10];
    extents_init(&extents);
    for (int i = 0; i < 10; i++)
        blocks[i] = extents_alloc(&extents, 40 * KIB);
    uint64_t held = extents_bytes(&extents);
    for (int i = 0; i < 10; i += 2)
        extents_free(&extents, blocks[i]);
    for (int i = 1; i < 10; i += 2)
        extents_free(&extents, blocks[i]);
    assert_ptr_equal(extents_alloc(&extents, 380 * KIB), blocks[0]);
    assert_int_equal(extents_bytes(&extents), held);
    extents_fini(&extents);
}

static void
test_the_last_block_grows_where_it_lies(void **state)
{
    (void)state;
    struct extents extents;
    extents_init(&extents);
    void *block = extents_alloc(&extents, 4 * KIB);
    for (size_t size = 5 * KIB; size < 400 * KIB; size += KIB)
        assert_ptr_equal(extents_resize(&extents, block, size - KIB, size),
                         block);
    assert_ptr_equal(extents_resize(&extents, block, 399 * KIB, 4 * KIB),
                     block);
    assert_ptr_equal(extents_alloc(&extents, 4 * KIB),
                     (unsigned char *)block + 4 * KIB + 256);
    extents_fini(&extents);
}

/* Blocks that grow beside each other move an eighth at a time, and what they
 * leave is used again. */
static void
test_growing_beside_each_other(void **state)
{
    (void)state;
    enum { VALUES = 10, STEP = KIB };
    struct extents extents;
    void *blocks[VALUES];
    unsigned moved = 0;
    extents_init(&extents);
    for (int i = 0; i < VALUES; i++)
        blocks[i] = extents_alloc(&extents, 4 * KIB);
    for (size_t size = 4 * KIB; size < 2 * MIB; size += STEP)
        for (int i = 0; i < VALUES; i++) {
            void *old = blocks[i];
            blocks[i] = extents_resize(&extents, old, size, size + STEP);
            moved += blocks[i] != old;
        }
    assert_in_range(moved, 0, VALUES * 60);
    assert_in_range(extents_bytes(&extents), VALUES * 2 * MIB,
                    VALUES * 4 * MIB);
    extents_fini(&extents);
}

/* Only what blocks have reached is held, and extents without any go. */
static void
test_held_bytes(void **state)
{
    (void)state;
    struct extents extents;
    void *blocks[BLOCKS];
    extents_init(&extents);
    void *first = extents_alloc(&extents, 10 * KIB);
    assert_in_range(extents_bytes(&extents), 10 * KIB, 11 * KIB);
    for (int i = 0; i < BLOCKS; i++)
        blocks[i] = extents_alloc(&extents, 2 * MIB);
    assert_in_range(extents_bytes(&extents), 128 * MIB, 150 * MIB);
    for (int i = 0; i < BLOCKS; i++)
        extents_free(&extents, blocks[i]);
    assert_in_range(extents_bytes(&extents), 0, 66 * MIB);
    extents_free(&extents, first);
    extents_fini(&extents);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_keep_what_is_in_them),
        cmocka_unit_test(test_neighbours_join),
        cmocka_unit_test(test_the_last_block_grows_where_it_lies),
        cmocka_unit_test(test_growing_beside_each_other),
        cmocka_unit_test(test_held_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
