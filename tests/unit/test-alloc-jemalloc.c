/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Classes from jemalloc's manual page, "Size classes" (quantum 16), and from
 * what MEMORY MALLOC-STATS of a server with quantum 8 lists.
 */
#include "ask-allocator.h"

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
            assert_int_equal(usable(allocator, size), classes[i]);
            assert_int_equal(allocator->usable(allocator, size), classes[i]);
        }
}

static void
check_steps(const struct allocator *allocator, uint64_t from, uint64_t to,
            uint64_t step)
{
    for (uint64_t size = from; size < to; size += step) {
        assert_int_equal(usable(allocator, size + 1), size + step);
        assert_int_equal(usable(allocator, size + step), size + step);
    }
}

#define COUNT(classes) (sizeof(classes) / sizeof(uint64_t))

static void
bundled_has_quantum_8(void **state)
{
    (void)state;
    const struct server *server = servers_find(BYTES_LITERAL("redis-7.2"));
    const struct allocator *bundled = allocators_bundled(server, 64);
    assert_ptr_equal(find("jemalloc", "redis-7.2", 64), bundled);
    assert_ptr_equal(find("jemalloc", "redis-3.2", 32), bundled);
    assert_ptr_equal(find("jemalloc", "valkey-9.1", 64), bundled);
    for (uint64_t size = 0; size <= 8; size++)
        assert_int_equal(usable(bundled, size), 8);
    check_series(bundled, quantum_8, COUNT(quantum_8));
    check_series(bundled, large, COUNT(large));
}

static void
system_has_quantum_16(void **state)
{
    (void)state;
    const struct allocator *system = find("jemalloc-system", "redis-7.0", 64);
    check_series(system, quantum_16, COUNT(quantum_16));
    check_series(system, large, COUNT(large));
}

/* As blocks of 5.3.1 say. */
static void
newer_system_has_pages(void **state)
{
    (void)state;
    const struct allocator *system = find("jemalloc-system", "valkey-9.0", 64);
    check_series(system, quantum_16, COUNT(quantum_16) - 1);
    check_steps(system, 16384, MIB, 4096);
    assert_int_equal(usable(system, 10000000), 10002432);
    assert_int_equal(
        usable(find("jemalloc-system", "redis-8.4", 64), 36864), 40960);
    assert_int_equal(
        usable(find("jemalloc-system-5.3.1", "redis-7.2", 64), 36864),
        36864);
    assert_int_equal(
        usable(find("jemalloc-system-5.3.0", "redis-8.6", 64), 36864),
        40960);
}

/* As blocks of 3.6.0 say, built as Redis 2.8 builds it. */
static void
old_one_has_chunks(void **state)
{
    (void)state;
    const struct allocator *old = find("jemalloc", "redis-3.0", 64);
    check_series(old, quantum_16, 28);
    assert_int_equal(usable(old, 3584), 3584);
    assert_int_equal(usable(old, 3585), 4096);
    check_steps(old, 4096, MIB, 4096);
    assert_int_equal(usable(old, 4169728), 4169728);
    assert_int_equal(usable(old, 4169729), 4 * MIB);
    check_steps(old, 4 * MIB, 64 * MIB, 4 * MIB);
    assert_int_equal(usable(find("jemalloc", "redis-2.8", 32), 4169729),
                     4173824);
}

static void
no_size_overflows(void **state)
{
    (void)state;
    const struct allocator *bundled = find("jemalloc", "redis-7.2", 64);
    assert_int_equal(usable(bundled, UINT64_MAX), UINT64_MAX);
    assert_int_equal(usable(bundled, (uint64_t)1 << 62),
                     (uint64_t)1 << 62);
    assert_int_equal(usable(bundled, ((uint64_t)1 << 61) + 1),
                     ((uint64_t)1 << 61) + ((uint64_t)1 << 59));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundled_has_quantum_8),
        cmocka_unit_test(system_has_quantum_16),
        cmocka_unit_test(newer_system_has_pages),
        cmocka_unit_test(old_one_has_chunks),
        cmocka_unit_test(no_size_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
