/* SPDX-License-Identifier: BSD-3-Clause
 *
 * glibc, tcmalloc, the header word of servers without a size query.  Expected
 * sizes were asked of glibc 2.36 and tcmalloc 2.10 (run-allocators.tap asks
 * again), or follow from the sources named in the model's files.
 */
#include "ask-allocator.h"

#define UNSERVED ((uint64_t)1 << 63)

struct expected {
    uint64_t size;
    uint64_t usable;
};

static void
check(const struct allocator *allocator, const struct expected *expected,
      size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(usable(allocator, expected[i].size),
                         expected[i].usable);
    assert_int_equal(usable(allocator, UNSERVED), UNSERVED);
}

#define CHECK(allocator, ...)                                              \
    do {                                                                   \
        const struct expected expected[] = { __VA_ARGS__ };                \
        check(allocator, expected, sizeof(expected) / sizeof(expected[0])); \
    } while (0)

static void
glibc_64(void **state)
{
    (void)state;
    CHECK(find("glibc", "redis-5.0", 64), { 0, 24 }, { 24, 24 }, { 25, 40 },
          { 40, 40 }, { 41, 56 }, { 4097, 4104 }, { 131048, 131048 },
          { 131049, 135152 }, { 196608, 200688 }, { 500011, 503792 });
}

/* Words of 4 bytes, chunks of 16. */
static void
glibc_32(void **state)
{
    (void)state;
    CHECK(find("glibc", "redis-7.2", 32), { 0, 12 }, { 12, 12 }, { 13, 28 },
          { 28, 28 }, { 29, 44 });
}

static void
tcmalloc(void **state)
{
    (void)state;
    CHECK(find("tcmalloc", "redis-7.2", 64), { 0, 8 }, { 9, 16 }, { 17, 32 },
          { 33, 48 }, { 129, 144 }, { 257, 288 }, { 2817, 3072 },
          { 3329, 4096 }, { 5121, 6144 }, { 6657, 8192 }, { 12289, 13312 },
          { 24577, 26624 }, { 26625, 32768 }, { 253953, 262144 },
          { 262145, 270336 }, { 10000000, 10002432 });
}

static void
tcmalloc_resizes_less(void **state)
{
    (void)state;
    const struct allocator *row = find("tcmalloc", "redis-7.2", 64);
    assert_int_equal(alloc_resized(row, 64, 32), 64);
    assert_int_equal(alloc_resized(row, 64, 31), 32);
    assert_int_equal(alloc_resized(row, 64, 65), 80);
    assert_int_equal(alloc_resized(row, 1024, 1025), 1280);
    assert_int_equal(alloc_resized(row, 1024, 2000), 2048);
    row = find("jemalloc", "redis-7.2", 64);
    assert_int_equal(alloc_resized(row, 64, 33), 40);
    assert_int_equal(alloc_resized(row, 1024, 1025), 1280);
}

static void
prefix(void **state)
{
    (void)state;
    CHECK(find("prefix", "redis-3.2", 64), { 0, 8 }, { 1, 16 }, { 8, 16 },
          { 9, 24 });
    CHECK(find("prefix", "redis-4.0", 64), { 0, 8 }, { 1, 9 }, { 9, 17 });
    CHECK(find("prefix", "valkey-7.2", 64), { 0, 8 }, { 9, 17 });
    CHECK(find("prefix", "redis-7.4", 64), { 0, 16 }, { 9, 17 });
    CHECK(find("prefix", "valkey-8.0", 64), { 0, 16 }, { 9, 17 });
    CHECK(find("prefix", "redis-3.0", 32), { 0, 4 }, { 1, 8 }, { 5, 12 });
    CHECK(find("prefix", "redis-7.4", 32), { 0, 8 }, { 5, 9 });
}

/* zmalloc.h asks glibc since 5.0. */
static void
glibc_was_not_asked(void **state)
{
    (void)state;
    CHECK(find("glibc", "redis-3.2", 64), { 9, 24 });
    CHECK(find("glibc", "redis-4.0", 64), { 9, 17 });
    assert_string_equal(find("glibc", "redis-4.0", 64)->name, "glibc");
}

static void
apple(void **state)
{
    (void)state;
    CHECK(find("apple", "redis-7.2", 64), { 0, 16 }, { 17, 32 },
          { 1008, 1008 }, { 1009, 1024 }, { 1025, 1536 },
          { 130048, 130048 }, { 130049, 131072 }, { 131073, 147456 });
}

static void
none_rounds_nothing(void **state)
{
    (void)state;
    const struct allocator *none = find("none", "redis-2.8", 32);
    for (uint64_t size = 0; size < 10000; size++)
        assert_int_equal(usable(none, size), size);
}

static void
names(void **state)
{
    (void)state;
    assert_true(allocators_known(BYTES_LITERAL("jemalloc-system-5.3.1")));
    assert_false(allocators_known(BYTES_LITERAL("jemallo")));
    assert_null(allocators_find(BYTES_LITERAL("jemallo"),
                                servers_find(BYTES_LITERAL("redis-7.2")),
                                64));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(glibc_64),
        cmocka_unit_test(glibc_32),
        cmocka_unit_test(tcmalloc),
        cmocka_unit_test(tcmalloc_resizes_less),
        cmocka_unit_test(prefix),
        cmocka_unit_test(glibc_was_not_asked),
        cmocka_unit_test(apple),
        cmocka_unit_test(none_rounds_nothing),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
