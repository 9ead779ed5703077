/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Apple's libmalloc, magazine_zone.h and magazine_malloc.c, on a machine with
 * more than 1 GiB: zones by size, each with its quantum.  Read, not measured.
 *
 *     tiny    up to 63 quanta of 16 (31 with 32 bits)
 *     small   up to 127 KiB, quanta of 512
 *     large   whole pages, of 16 KiB on Apple's own processors
 */
#include "model/allocators.h"

enum {
    TINY = 16,
    TINY_SLOTS = 63,
    TINY_SLOTS_32 = 31,
    SMALL = 512,
    SMALL_END = 127 << 10,
    PAGE = 16 << 10,
};

uint64_t
alloc_apple(const struct allocator *self, uint64_t size)
{
    uint64_t slots = self->bits == 32 ? TINY_SLOTS_32 : TINY_SLOTS;
    if (size > (uint64_t)1 << ALLOC_LG_SERVED)
        return size;
    if (size <= slots * TINY)
        return size == 0 ? TINY : alloc_round(size, TINY);
    return alloc_round(size, size <= SMALL_END ? SMALL : PAGE);
}
