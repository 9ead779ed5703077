/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What an allocator makes of a request: the bytes a block really occupies,
 * which is what a server's used_memory counts.  One row per allocator build.
 */
#ifndef KEYWEIGH_MODEL_ALLOCATORS_H
#define KEYWEIGH_MODEL_ALLOCATORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "model/servers.h"

enum {
    ALLOCATOR_LOOKUP_MAX = 4096,
    ALLOCATOR_LOOKUP_SLOTS = ALLOCATOR_LOOKUP_MAX / 8 + 1,
};

struct allocator {
    const char *name; /* as --allocator takes it */

    /* When this row is meant by its name: since which server release (0: all;
     * products count alike), and for which word size (0: all).  Of several
     * rows of a name the first that fits is it. */
    int major;
    int minor;
    int bits;

    /* The usable size of any request, computed from the parameters below. */
    uint64_t (*usable)(const struct allocator *self, uint64_t size);
    bool hesitates; /* tcmalloc: a realloc gives more, or takes nothing back */
    unsigned lg_quantum;  /* jemalloc: spacing of the small classes, as log2 */
    uint64_t classes_end; /* jemalloc: the largest class; above it there are
                             whole pages (0: classes without end) */
    uint64_t huge_from;   /* jemalloc 3: the last request below the chunks */
    unsigned word;        /* glibc, prefix: bytes of a size_t */
    bool rounds;          /* prefix: to whole words */
    bool minds_empty;     /* prefix: 0 bytes count as a word */

    /* The same, looked up: sizes to lookup_max, by (size + 7) / 8.  Filled
     * before a row is handed out.  0 where usable sizes are no multiples of
     * 8 (for a request of 0 it holds then, too). */
    uint64_t lookup_max;
    uint16_t lookup[ALLOCATOR_LOOKUP_SLOTS];
};

/* Whether there are rows of that name. */
bool allocators_known(struct bytes name);

/* The row that is meant by a name on a server of 32 or 64 bits; NULL when
 * there is none.  Rows never change once they were handed out and may be
 * shared between threads. */
const struct allocator *allocators_find(struct bytes name,
                                        const struct server *server, int bits);

/* The row for the build that a server's makers bundle: "jemalloc". */
const struct allocator *allocators_bundled(const struct server *server,
                                           int bits);

/* The names of all rows, for messages: "a, b, c". */
const char *allocators_names(void);

/* Usable sizes by family: alloc-FAMILY.c. */
uint64_t alloc_jemalloc(const struct allocator *self, uint64_t size);
uint64_t alloc_jemalloc3(const struct allocator *self, uint64_t size);
uint64_t alloc_glibc(const struct allocator *self, uint64_t size);
uint64_t alloc_tcmalloc(const struct allocator *self, uint64_t size);
uint64_t alloc_apple(const struct allocator *self, uint64_t size);
uint64_t alloc_prefix(const struct allocator *self, uint64_t size);

enum { ALLOC_LG_SERVED = 62 };

/* size, which is at most 2^62, to the next multiple of a power of two. */
static inline uint64_t
alloc_round(uint64_t size, uint64_t step)
{
    return (size + step - 1) & ~(step - 1);
}

/* floor(log2(size)) of a size that is not 0. */
static inline unsigned
alloc_lg(uint64_t size)
{
    return 63 - (unsigned)__builtin_clzll(size);
}

/* Bytes that a block of size bytes occupies, never less than size; beyond what
 * any allocator serves (2^62) the size itself. */
static inline uint64_t
alloc_usable(const struct allocator *allocator, uint64_t size)
{
    if (size > allocator->lookup_max)
        return allocator->usable(allocator, size);
    return allocator->lookup[(size + 7) >> 3];
}

/* Usable bytes after a realloc to size of a block that has held usable ones.
 */
uint64_t alloc_resized(const struct allocator *allocator, uint64_t held,
                       uint64_t size);

#endif
