/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   width u32le (2, 4, 8) | count u32le | value of width bytes ...
 *
 * Values are signed, little-endian, ascending; no end mark.
 */
#include "packed/packed.h"

#include <inttypes.h>

#include "base/endian.h"
#include "packed/packed-ops.h"

enum { HEADER = 8 };

static enum status
intset_open(struct packed *p, const unsigned char *header)
{
    p->width = load_u32le(header);
    p->count = load_u32le(header + 4);
    uint64_t room = p->size - HEADER;
    if (p->width != 2 && p->width != 4 && p->width != 8) {
        error_set_at(&p->reader->error, ERROR_DAMAGED, p->start,
                     "intset: width %" PRIu32 " is not 2, 4 or 8", p->width);
        return STATUS_BAD;
    }
    if (p->count > room / p->width) {
        error_set_at(&p->reader->error, ERROR_DAMAGED, p->start + 4,
                     "intset: count %" PRIu64 " exceeds blob", p->count);
        return STATUS_BAD;
    }
    if (p->count * p->width != room)
        p->faults |= PACKED_TOTAL | PACKED_TRAILING;
    return STATUS_OK;
}

static int64_t
load(const unsigned char *bytes, uint32_t width)
{
    if (width == 2)
        return (int16_t)load_u16le(bytes);
    if (width == 4)
        return (int32_t)load_u32le(bytes);
    return (int64_t)load_u64le(bytes);
}

static enum status
intset_next(struct packed *p, struct packed_entry *entry)
{
    if (p->entries == p->count)
        return STATUS_END;
    const unsigned char *bytes = reader_take(p->reader, p->width);
    if (bytes == NULL)
        return STATUS_FAIL;
    int64_t value = load(bytes, p->width);
    if (p->entries > 0 && value <= p->last_value)
        p->faults |= PACKED_UNSORTED;
    entry->text = text_of_integer(value);
    entry->offset = HEADER + p->entries * p->width;
    p->last_value = value;
    p->entries++;
    return STATUS_OK;
}

const struct packed_ops packed_intset = {
    .name = "intset",
    .header = HEADER,
    .minimum = HEADER,
    .open = intset_open,
    .next = intset_next,
};
