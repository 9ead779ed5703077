/* SPDX-License-Identifier: BSD-3-Clause
 *
 * jemalloc 3.6.0 as Redis 2.8 and 3.0 bundle it (size_classes.sh, arena.c,
 * huge.c), with pages of 4 KiB and chunks of 4 MiB:
 *
 *     small   8 16 32 48 ... 128 160 ... 3584: the classes of alloc-jemalloc.c
 *             with a quantum of 16
 *     large   whole pages, up to what a chunk holds behind its header: a few
 *             words and for each page a map entry (arena.h arena_chunk_s)
 *     huge    whole chunks
 */
#include "model/allocators.h"

enum { PAGE = 4096, CHUNK = 4 << 20 };

uint64_t
alloc_jemalloc3(const struct allocator *self, uint64_t size)
{
    if (size <= self->classes_end)
        return alloc_jemalloc(self, size);
    if (size <= self->huge_from)
        return alloc_round(size, PAGE);
    if (size > (uint64_t)1 << ALLOC_LG_SERVED)
        return size;
    return alloc_round(size, CHUNK);
}
