/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/allocators.h"

#include <pthread.h>

static uint64_t
usable_as_requested(const struct allocator *self, uint64_t size)
{
    (void)self;
    return size;
}

/* The largest classes that are not whole pages: four small ones to a doubling
 * up to 14336 (sc.h SC_SMALL_MAXCLASS), with 3.6.0 up to 3584. */
enum { SMALL_END_5 = 14336, SMALL_END_3 = 3584 };

/* A chunk of jemalloc 3 less its header: six pages with 64 bits, 48 bytes and
 * 24 for each page behind it; three with 32 bits, 24 and 12. */
enum {
    CHUNK_HELD = (4 << 20) - 6 * 4096,
    CHUNK_HELD_32 = (4 << 20) - 3 * 4096,
};

static struct allocator rows[] = {
    /* Redis deps/jemalloc: 3.6.0 until 3.0, then 4.0.3 (3.2), 5.1.0 (5.0),
     * 5.2.1 (7.0) and 5.3.0 (7.2), whose usable sizes are the same. */
    { .name = "jemalloc",
      .major = 3,
      .minor = 2,
      .usable = alloc_jemalloc,
      .lg_quantum = 3,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },
    { .name = "jemalloc",
      .bits = 64,
      .usable = alloc_jemalloc3,
      .lg_quantum = 4,
      .classes_end = SMALL_END_3,
      .huge_from = CHUNK_HELD,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },
    { .name = "jemalloc",
      .bits = 32,
      .usable = alloc_jemalloc3,
      .lg_quantum = 4,
      .classes_end = SMALL_END_3,
      .huge_from = CHUNK_HELD_32,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },

    /* As distributions link it: those that have the release have the newer
     * jemalloc, too. */
    { .name = "jemalloc-system",
      .major = 8,
      .minor = 6,
      .usable = alloc_jemalloc,
      .lg_quantum = 4,
      .classes_end = SMALL_END_5,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },
    { .name = "jemalloc-system",
      .usable = alloc_jemalloc,
      .lg_quantum = 4,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },
    { .name = "jemalloc-system-5.3.0",
      .usable = alloc_jemalloc,
      .lg_quantum = 4,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },
    { .name = "jemalloc-system-5.3.1",
      .usable = alloc_jemalloc,
      .lg_quantum = 4,
      .classes_end = SMALL_END_5,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },

    /* Redis asks glibc for sizes since 5.0 (zmalloc.h); before, these builds
     * are "prefix". */
    { .name = "glibc",
      .major = 5,
      .bits = 64,
      .usable = alloc_glibc,
      .word = 8,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },
    { .name = "glibc",
      .major = 5,
      .bits = 32,
      .usable = alloc_glibc,
      .word = 4 },
    { .name = "glibc",
      .major = 4,
      .bits = 64,
      .usable = alloc_prefix,
      .word = 8 },
    { .name = "glibc",
      .major = 4,
      .bits = 32,
      .usable = alloc_prefix,
      .word = 4 },
    { .name = "glibc",
      .bits = 64,
      .usable = alloc_prefix,
      .word = 8,
      .rounds = true },
    { .name = "glibc",
      .bits = 32,
      .usable = alloc_prefix,
      .word = 4,
      .rounds = true },

    { .name = "tcmalloc",
      .usable = alloc_tcmalloc,
      .hesitates = true,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },

    { .name = "apple",
      .bits = 64,
      .usable = alloc_apple,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },
    { .name = "apple",
      .bits = 32,
      .usable = alloc_apple,
      .lookup_max = ALLOCATOR_LOOKUP_MAX },

    { .name = "prefix",
      .major = 7,
      .minor = 4,
      .bits = 64,
      .usable = alloc_prefix,
      .word = 8,
      .minds_empty = true },
    { .name = "prefix",
      .major = 7,
      .minor = 4,
      .bits = 32,
      .usable = alloc_prefix,
      .word = 4,
      .minds_empty = true },
    { .name = "prefix",
      .major = 4,
      .bits = 64,
      .usable = alloc_prefix,
      .word = 8 },
    { .name = "prefix",
      .major = 4,
      .bits = 32,
      .usable = alloc_prefix,
      .word = 4 },
    { .name = "prefix",
      .bits = 64,
      .usable = alloc_prefix,
      .word = 8,
      .rounds = true },
    { .name = "prefix",
      .bits = 32,
      .usable = alloc_prefix,
      .word = 4,
      .rounds = true },

    /* What is asked for, with nothing rounded. */
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

bool
allocators_known(struct bytes name)
{
    for (size_t row = 0; row < ROWS; row++)
        if (bytes_equal(name, bytes_of_text(rows[row].name)))
            return true;
    return false;
}

static bool
fits(const struct allocator *row, const struct server *server, int bits)
{
    return server_since(server, row->major, row->minor) &&
           (row->bits == 0 || row->bits == bits);
}

const struct allocator *
allocators_find(struct bytes name, const struct server *server, int bits)
{
    pthread_once(&filled, fill);
    for (size_t row = 0; row < ROWS; row++)
        if (bytes_equal(name, bytes_of_text(rows[row].name)) &&
            fits(&rows[row], server, bits))
            return &rows[row];
    return NULL;
}

const struct allocator *
allocators_bundled(const struct server *server, int bits)
{
    return allocators_find(BYTES_LITERAL("jemalloc"), server, bits);
}

/* gperftools tcmalloc.cc do_realloc: who asks for a little more gets a quarter
 * more, and a block is given up only for one of less than half. */
uint64_t
alloc_resized(const struct allocator *allocator, uint64_t held, uint64_t size)
{
    if (allocator->hesitates) {
        if (size <= held && size >= held / 2)
            return held;
        if (size > held && size < held + held / 4)
            size = held + held / 4;
    }
    return alloc_usable(allocator, size);
}

const char *
allocators_names(void)
{
    return "jemalloc, jemalloc-system, jemalloc-system-5.3.0, "
           "jemalloc-system-5.3.1, glibc, tcmalloc, apple, prefix, none";
}
