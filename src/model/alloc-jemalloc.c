/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Size classes of jemalloc since 4.0 (size_classes.sh, from 5.1 on sc.c and
 * sc.h).  Three numbers make them all:
 *
 *     lg_tiny 3      the smallest class is 2^3
 *     lg_quantum q   small classes are 2^q apart; below 2^q powers of two
 *     lg_group 2     then every doubling is cut into 2^2 equal steps
 *
 *   q = 3:   8 16 24 32 | 40 48 56 64 | 80 96 112 128 | 160 192 224 256 | ...
 *   q = 4:   8 | 16 32 48 64          | 80 96 112 128 | 160 192 224 256 | ...
 *
 * A request between 2^x (excluded) and 2^(x+1) (included) is thus rounded up
 * to a multiple of 2^(x - lg_group), but never of less than a quantum.  The
 * series goes on without end; servers configure --with-lg-quantum=3 (Redis
 * deps/Makefile since 3.2), distributions leave it at 4.
 *
 * A large block of a cache-oblivious build (the default, which servers turn
 * off since 7.2) has one page more, where it begins at a random line; usable
 * is the class alone (sz.h sz_large_pad), so that the option changes nothing
 * here.
 *
 * 5.3.1 rounds what is larger than the small classes up to whole pages only
 * (sz.h sz_s2u_compute, "disable_large_size_classes", on by default).
 */
#include "model/allocators.h"

enum { LG_TINY = 3, LG_GROUP = 2, PAGE = 4096 };

uint64_t
alloc_jemalloc(const struct allocator *self, uint64_t size)
{
    if (size <= (uint64_t)1 << LG_TINY)
        return (uint64_t)1 << LG_TINY;
    if (size > (uint64_t)1 << ALLOC_LG_SERVED)
        return size;
    if (self->classes_end != 0 && size > self->classes_end)
        return alloc_round(size, PAGE);
    unsigned lg = alloc_lg(size - 1);
    if (lg < self->lg_quantum)
        return (uint64_t)1 << (lg + 1);
    unsigned lg_step = lg - LG_GROUP;
    if (lg < self->lg_quantum + LG_GROUP)
        lg_step = self->lg_quantum;
    return alloc_round(size, (uint64_t)1 << lg_step);
}
