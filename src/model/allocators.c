/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/allocators.h"

#include <pthread.h>

static uint64_t
usable_as_requested(const struct allocator *self, uint64_t size)
{
    (void)self;
    return size;
}

static struct allocator rows[] = {
    /* jemalloc 5.3.0 as Redis 7.2 bundles it: --with-lg-quantum=3,
     * --disable-cache-oblivious (deps/Makefile). */
    { .name = "jemalloc",
      .lg_tiny = 3,
      .lg_quantum = 3,
      .lg_group = 2,
      .usable = alloc_jemalloc,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },

    /* What is asked for, with nothing rounded.  Its sizes are no multiples of
     * 8, so nothing but 0 is looked up. */
    { .name = "none", .usable = usable_as_requested },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static pthread_once_t filled = PTHREAD_ONCE_INIT;

static void
fill(void)
{
    for (size_t row = 0; row < ROWS; row++)
        for (uint64_t size = 0; size <= rows[row].lookup_max; size += 8)
            rows[row].lookup[size >> 3] =
                (uint16_t)rows[row].usable(&rows[row], size);
}

const struct allocator *
allocators_find(struct bytes name)
{
    pthread_once(&filled, fill);
    for (size_t row = 0; row < ROWS; row++)
        if (bytes_equal(name, bytes_of_text(rows[row].name)))
            return &rows[row];
    return NULL;
}

const struct allocator *
allocators_bundled(void)
{
    pthread_once(&filled, fill);
    return &rows[0];
}

const char *
allocators_names(void)
{
    return "jemalloc, none";
}
