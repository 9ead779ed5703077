/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What an allocator makes of a request: the bytes a block really occupies,
 * which is what a server's used_memory counts.  One row per allocator build.
 */
#ifndef KEYWEIGH_MODEL_ALLOCATORS_H
#define KEYWEIGH_MODEL_ALLOCATORS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
    ALLOCATOR_LOOKUP_MAX = 4096,
    ALLOCATOR_LOOKUP_SLOTS = ALLOCATOR_LOOKUP_MAX / 8 + 1,
};

struct allocator {
    const char *name; /* as --allocator takes it */

    /* How the classes are laid out; only usable reads these. */
    unsigned lg_tiny;    /* smallest class, as log2 */
    unsigned lg_quantum; /* spacing of the small classes, as log2 */
    unsigned lg_group;   /* classes per doubling, as log2 */

    /* The usable size of any request, computed. */
    uint64_t (*usable)(const struct allocator *self, uint64_t size);

    /* The same, looked up: sizes to lookup_max, by (size + 7) / 8.  Filled
     * before a row is handed out. */
    uint64_t lookup_max;
    uint16_t lookup[ALLOCATOR_LOOKUP_SLOTS];
};

/* The row of that name; NULL when there is none.  Rows never change once they
 * were handed out and may be shared between threads. */
const struct allocator *allocators_find(struct bytes name);

/* The row for the build that a server's makers bundle. */
const struct allocator *allocators_bundled(void);

/* The names of all rows, for messages: "a, b, c". */
const char *allocators_names(void);

/* Classes of jemalloc 4 and later, from the parameters: alloc-jemalloc.c. */
uint64_t alloc_jemalloc(const struct allocator *self, uint64_t size);

enum { ALLOC_LG_SERVED = 62 };

/* Bytes that a block of size bytes occupies, never less than size; beyond what
 * any allocator serves (2^62) the size itself. */
static inline uint64_t
alloc_usable(const struct allocator *allocator, uint64_t size)
{
    if (size > allocator->lookup_max)
        return allocator->usable(allocator, size);
    return allocator->lookup[(size + 7) >> 3];
}

#endif
