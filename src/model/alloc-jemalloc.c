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
 */
#include "model/allocators.h"

static uint64_t
round_up(uint64_t size, unsigned lg_step)
{
    uint64_t step = (uint64_t)1 << lg_step;
    return (size + step - 1) & ~(step - 1);
}

/* floor(log2(size)) of a size that is not 0. */
static unsigned
lg_floor(uint64_t size)
{
    return 63 - (unsigned)__builtin_clzll(size);
}

uint64_t
alloc_jemalloc(const struct allocator *self, uint64_t size)
{
    if (size <= (uint64_t)1 << self->lg_tiny)
        return (uint64_t)1 << self->lg_tiny;
    if (size > (uint64_t)1 << ALLOC_LG_SERVED)
        return size;
    unsigned lg = lg_floor(size - 1);
    if (lg < self->lg_quantum)
        return (uint64_t)1 << (lg + 1);
    unsigned lg_step = lg - self->lg_group;
    if (lg < self->lg_quantum + self->lg_group)
        lg_step = self->lg_quantum;
    return round_up(size, lg_step);
}
