/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Classes from jemalloc's manual page, "Size classes" (quantum 16), and from
 * what MEMORY MALLOC-STATS of a server with quantum 8 lists.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/allocators.h"

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)

static const uint64_t quantum_8[] = {
    8,    16,   24,   32,   40,   48,   56,   64,   80,    96,
    112,  128,  160,  192,  224,  256,  320,  384,  448,   512,
    640,  768,  896,  1024, 1280, 1536, 1792, 2048, 2560,  3072,
    3584, 4096, 5120, 6144, 7168, 8192, 10240, 12288, 14336, 16384,
    20480, 24576, 28672, 32768, 40960,
};

static const uint64_t quantum_16[] = {
    8,   16,  32,  48,  64,  80,   96,   112,  128,  160,  192,
    224, 256, 320, 384, 448, 512,  640,  768,  896,  1024, 1280,
    1536, 1792, 2048, 2560, 3072, 3584, 4096, 5120, 6144, 7168,
    8192, 10240, 12288, 14336, 16384, 20480,
};

/* From the same table, far up. */
static const uint64_t large[] = {
    256 * KIB, 320 * KIB, 384 * KIB, 448 * KIB, 512 * KIB, 640 * KIB,
    768 * KIB, 896 * KIB, MIB,       1280 * KIB, 1536 * KIB, 1792 * KIB,
    2 * MIB,   2560 * KIB,
};

/* Every size belongs to the first class that is not smaller. */
static void
check_series(const struct allocator *allocator, const uint64_t *classes,
             size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (uint64_t size = classes[i - 1] + 1; size <= classes[i]; size++) {
            assert_int_equal(alloc_usable(allocator, size), classes[i]);
            assert_int_equal(alloc_jemalloc(allocator, size), classes[i]);
        }
}

static void
bundled_has_quantum_8(void **state)
{
    (void)state;
    const struct allocator *bundled = allocators_bundled();
    assert_ptr_equal(allocators_find(BYTES_LITERAL("jemalloc")), bundled);
    for (uint64_t size = 0; size <= 8; size++)
        assert_int_equal(alloc_usable(bundled, size), 8);
    check_series(bundled, quantum_8, sizeof(quantum_8) / sizeof(uint64_t));
    check_series(bundled, large, sizeof(large) / sizeof(uint64_t));
}

static void
quantum_16_has_no_classes_between(void **state)
{
    (void)state;
    struct allocator allocator = { .lg_tiny = 3,
                                   .lg_quantum = 4,
                                   .lg_group = 2,
                                   .usable = alloc_jemalloc };
    for (size_t i = 1; i < sizeof(quantum_16) / sizeof(uint64_t); i++) {
        assert_int_equal(alloc_jemalloc(&allocator, quantum_16[i]),
                         quantum_16[i]);
        assert_int_equal(alloc_jemalloc(&allocator, quantum_16[i - 1] + 1),
                         quantum_16[i]);
    }
}

static void
no_size_overflows(void **state)
{
    (void)state;
    const struct allocator *bundled = allocators_bundled();
    assert_int_equal(alloc_jemalloc(bundled, UINT64_MAX), UINT64_MAX);
    assert_int_equal(alloc_jemalloc(bundled, (uint64_t)1 << 62),
                     (uint64_t)1 << 62);
    assert_int_equal(alloc_jemalloc(bundled, ((uint64_t)1 << 61) + 1),
                     ((uint64_t)1 << 61) + ((uint64_t)1 << 59));
}

static void
none_rounds_nothing(void **state)
{
    (void)state;
    const struct allocator *none = allocators_find(BYTES_LITERAL("none"));
    assert_non_null(none);
    for (uint64_t size = 0; size < 10000; size++)
        assert_int_equal(alloc_usable(none, size), size);
    assert_null(allocators_find(BYTES_LITERAL("jemallo")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundled_has_quantum_8),
        cmocka_unit_test(quantum_16_has_no_classes_between),
        cmocka_unit_test(no_size_overflows),
        cmocka_unit_test(none_rounds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
