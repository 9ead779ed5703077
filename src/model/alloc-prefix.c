/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A server built without a way to ask for usable sizes puts the size in front
 * of each block and counts what it asked for (zmalloc.c, PREFIX_SIZE): a word
 * and the request.  Redis up to 3.2 counts whole words
 * (update_zmalloc_stat_alloc); 4.0 rounds but adds the unrounded number, later
 * releases do not round.  A request of nothing counts a word more since 7.4
 * (MALLOC_MIN_SIZE).
 */
#include "model/allocators.h"

uint64_t
alloc_prefix(const struct allocator *self, uint64_t size)
{
    if (size > (uint64_t)1 << ALLOC_LG_SERVED)
        return size;
    if (size == 0 && self->minds_empty)
        size = self->word;
    size += self->word;
    return self->rounds ? alloc_round(size, self->word) : size;
}
