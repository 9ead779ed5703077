/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "export/spool.h"

enum { LARGE = 3 * SPOOL_HELD + 12345, STEP = 77777 };

/* A byte that tells where it stands. */
static unsigned char
byte_at(uint64_t offset)
{
    return (unsigned char)(offset ^ offset >> 8 ^ offset >> 16);
}

static void
fill(struct spool *spool, size_t size)
{
    unsigned char *bytes = xmalloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = byte_at(i);
    for (size_t at = 0; at < size; at += STEP)
        spool_append(spool, bytes_of(bytes + at,
                                     size - at < STEP ? size - at : STEP));
    free(bytes);
}

struct taken {
    uint64_t offset; /* of the next byte */
};

static void
compare(void *context, struct bytes bytes)
{
    struct taken *taken = context;
    for (size_t i = 0; i < bytes.size; i++)
        if (bytes.data[i] != byte_at(taken->offset + i))
            fail_msg("byte %llu", (unsigned long long)(taken->offset + i));
    taken->offset += bytes.size;
}

static void
check_range(const struct spool *spool, uint64_t offset, uint64_t size)
{
    struct taken taken = { offset };
    spool_range(spool, offset, size, compare, &taken);
    assert_int_equal(taken.offset, offset + size);
}

static void
test_in_memory(void **state)
{
    struct error error = { .kind = ERROR_NONE };
    struct spool spool;
    struct bytes held;
    (void)state;
    spool_init(&spool, &error);
    fill(&spool, SPOOL_HELD);
    assert_true(spool_held(&spool, &held));
    assert_int_equal(held.size, SPOOL_HELD);
    assert_int_equal(spool.fd, -1);
    check_range(&spool, 0, SPOOL_HELD);
    check_range(&spool, 1000, 0);
    spool_fini(&spool);
    assert_int_equal(error.kind, ERROR_NONE);
}

static void
test_in_file(void **state)
{
    struct error error = { .kind = ERROR_NONE };
    struct spool spool;
    struct bytes held;
    (void)state;
    spool_init(&spool, &error);
    fill(&spool, LARGE);
    assert_false(spool_held(&spool, &held));
    assert_int_equal(spool_size(&spool), LARGE);
    assert_true(spool.held.size <= SPOOL_HELD);
    check_range(&spool, 0, LARGE);
    check_range(&spool, spool.filed - 10, 20);
    check_range(&spool, spool.filed, 5);
    spool_clear(&spool);
    assert_int_equal(spool_size(&spool), 0);
    fill(&spool, 100);
    check_range(&spool, 0, 100);
    spool_fini(&spool);
    assert_int_equal(error.kind, ERROR_NONE);
}

static void
test_patch(void **state)
{
    struct error error = { .kind = ERROR_NONE };
    struct spool spool;
    unsigned char got[8];
    (void)state;
    spool_init(&spool, &error);
    fill(&spool, LARGE);
    const uint64_t places[] = { 0, spool.filed - 4, spool.filed,
                                LARGE - sizeof(got) };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        spool_patch(&spool, places[i], BYTES_LITERAL("patched!"));
        size_t first = spool_read(&spool, places[i], got, sizeof(got));
        (void)spool_read(&spool, places[i] + first, got + first,
                         sizeof(got) - first);
        assert_memory_equal(got, "patched!", sizeof(got));
    }
    spool_fini(&spool);
    assert_int_equal(error.kind, ERROR_NONE);
}

static void
test_no_room(void **state)
{
    struct error error = { .kind = ERROR_NONE };
    struct spool spool;
    (void)state;
    assert_int_equal(setenv("TMPDIR", "/nonexistent/folder", 1), 0);
    spool_init(&spool, &error);
    fill(&spool, LARGE);
    assert_int_equal(error.kind, ERROR_IO);
    spool_fini(&spool);
    unsetenv("TMPDIR");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_memory),
        cmocka_unit_test(test_in_file),
        cmocka_unit_test(test_patch),
        cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
