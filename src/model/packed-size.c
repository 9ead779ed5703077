/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/packed-size.h"

#include "packed/packed.h"

void
packed_size_begin(struct packed_size *packed, const struct cost *cost)
{
    packed->rule = cost->server->packed;
    packed->allocator = cost->allocator;
    packed->bytes =
        packed->rule == PACKED_ZIPLIST ? ZIPLIST_EMPTY : LISTPACK_EMPTY;
    packed->last = 0;
    packed_size_reserve(packed, packed->bytes);
}

void
packed_size_reserve(struct packed_size *packed, uint64_t bytes)
{
    packed->held = packed->allocator->hesitates
                       ? alloc_usable(packed->allocator, bytes)
                       : 0;
}

void
packed_size_add(struct packed_size *packed, const struct text *text)
{
    packed->last = packed->rule == PACKED_ZIPLIST
                       ? ziplist_entry_size(text, packed->last)
                       : listpack_entry_size(text);
    packed->bytes += packed->last;
    if (packed->allocator->hesitates && packed->bytes > packed->held)
        packed->held =
            alloc_resized(packed->allocator, packed->held, packed->bytes);
}

uint64_t
packed_size_block(const struct packed_size *packed)
{
    return packed->held > packed->bytes ? packed->held : packed->bytes;
}
