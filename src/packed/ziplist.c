/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   zlbytes u32le | zltail u32le | zllen u16le | entry ... | 0xff
 *
 * zltail is the offset of the last entry.  An entry:
 *
 *   prevlen                     size of the entry before: one byte up to 253,
 *                               or 0xfe and u32le (also for small values)
 *   00llllll text               l <= 63
 *   01llllll llllllll text      14 bits, big-endian
 *   10...... l(u32be) text      the six low bits mean nothing
 *   0xc0 0xd0 0xe0 v(2, 4, 8)   little-endian, signed
 *   0xf0 0xfe v(3, 1)
 *   0xf1..0xfd                  the number 0..12
 */
#include "packed/packed.h"

#include <inttypes.h>

#include "base/endian.h"
#include "base/number.h"
#include "packed/packed-ops.h"

enum {
    HEADER = 10,
    COUNT_UNKNOWN = 0xffff,
    PREVLEN_WIDE = 0xfe,
};

/* What stands before the text, or all of a number. */
struct head {
    unsigned size; /* without prevlen; 0 for an encoding that does not exist */
    bool is_number;
    uint64_t length;
    int64_t number;
};

static enum status
ziplist_open(struct packed *p, const unsigned char *header)
{
    p->total = load_u32le(header);
    p->tail = load_u32le(header + 4);
    unsigned count = load_u16le(header + 8);
    if (count != COUNT_UNKNOWN)
        p->count = count;
    if (p->total != p->size)
        p->faults |= PACKED_TOTAL;
    return STATUS_OK;
}

static struct head
number_head(unsigned size, int64_t number)
{
    return (struct head){ .size = size, .is_number = true, .number = number };
}

static struct head
number_head_of(const unsigned char *b)
{
    switch (b[0]) {
    case 0xc0:
        return number_head(3, (int16_t)load_u16le(b + 1));
    case 0xd0:
        return number_head(5, (int32_t)load_u32le(b + 1));
    case 0xe0:
        return number_head(9, (int64_t)load_u64le(b + 1));
    case 0xf0:
        return number_head(4, (int32_t)(load_u24le(b + 1) << 8) >> 8);
    case 0xfe:
        return number_head(2, (signed char)b[1]);
    default:
        if (b[0] > 0xf0 && b[0] < 0xfe)
            return number_head(1, (b[0] & 0x0f) - 1);
        return number_head(0, 0);
    }
}

static struct head
head_of(const unsigned char *b)
{
    switch (b[0] >> 6) {
    case 0:
        return (struct head){ .size = 1, .length = b[0] };
    case 1:
        return (struct head){ .size = 2,
                              .length = (uint64_t)(b[0] & 0x3f) << 8 | b[1] };
    case 2:
        return (struct head){ .size = 5, .length = load_u32be(b + 1) };
    default:
        return number_head_of(b);
    }
}

/* Servers check the tail's range always, and deeply that it is the last
 * entry; of an empty list only the range counts. */
static enum status
end(struct packed *p)
{
    if (p->count != NODE_COUNT_UNKNOWN && p->count != p->entries)
        p->faults |= PACKED_COUNT;
    bool in_range = p->tail < p->size;
    if (!in_range || (p->entries > 0 && p->tail != p->last_entry))
        p->faults |= PACKED_TAIL;
    return STATUS_END;
}

/* Checks an entry's claim against the rest of the blob.  A length that lies
 * itself behind the blob's end is not worth mentioning. */
static enum status
check_room(struct packed *p, const struct head *head, uint64_t total,
           uint64_t rest)
{
    if (head->is_number && total > rest)
        return packed_bad(p, "number of %u bytes exceeds blob", head->size);
    if (total - head->length > rest)
        return packed_bad(p, "length form of %u bytes exceeds blob",
                          head->size);
    /* A text that goes in parts is out of sight when its end is reached, so
     * that an end mark it covers could not be noticed there. */
    bool in_parts = head->length > PACKED_WHOLE;
    if (total > rest || (in_parts && total == rest))
        return packed_bad(p, "length %" PRIu64 " exceeds blob", head->length);
    return STATUS_OK;
}

static enum status
take(struct packed *p, struct packed_entry *entry, const struct head *head,
     unsigned before, uint64_t total)
{
    struct reader *r = p->reader;
    if (head->length > PACKED_WHOLE) {
        r->pos += before + head->size;
        entry->text = (struct text){ .kind = TEXT_PARTS,
                                     .size = head->length };
        return STATUS_OK;
    }
    if (!reader_need(r, (size_t)total))
        return STATUS_FAIL;
    if (head->is_number)
        entry->text = text_of_integer(head->number);
    else
        entry->text = text_of_bytes(r->pos + before + head->size,
                                    (size_t)head->length);
    r->pos += total;
    return STATUS_OK;
}

static enum status
ziplist_next(struct packed *p, struct packed_entry *entry)
{
    uint64_t rest = packed_rest(p);
    if (rest == 0)
        return end(p);
    unsigned char room[PACKED_HEAD];
    const unsigned char *bytes = packed_head(p, rest, room);
    if (bytes == NULL)
        return STATUS_FAIL;
    if (bytes[0] == PACKED_END_MARK) {
        packed_end_mark(p, rest);
        return end(p);
    }
    bool wide = bytes[0] == PREVLEN_WIDE;
    unsigned before = wide ? 5 : 1;
    if (before >= rest)
        return packed_bad(p, "prevlen of %u bytes exceeds blob", before);
    struct head head = head_of(bytes + before);
    if (head.size == 0)
        return packed_bad(p, "invalid encoding byte 0x%02x", bytes[before]);
    uint64_t total = before + head.size + head.length;
    enum status status = check_room(p, &head, total, rest);
    if (status != STATUS_OK)
        return status;
    uint64_t previous = wide ? load_u32le(bytes + 1) : bytes[0];
    if (previous != p->last_size)
        p->faults |= PACKED_BACKLEN;
    entry->offset = p->size - rest;
    if (take(p, entry, &head, before, total) != STATUS_OK)
        return STATUS_FAIL;
    if (total == rest)
        packed_no_end(p);
    p->last_entry = entry->offset;
    p->last_size = total;
    p->entries++;
    return STATUS_OK;
}

const struct packed_ops packed_ziplist = {
    .name = "ziplist",
    .header = HEADER,
    .minimum = HEADER + 1,
    .open = ziplist_open,
    .next = ziplist_next,
};

static uint64_t
number_size(int64_t number)
{
    if (number >= 0 && number <= 12)
        return 1;
    if (number >= INT8_MIN && number <= INT8_MAX)
        return 2;
    if (number >= INT16_MIN && number <= INT16_MAX)
        return 3;
    if (number >= -8388608 && number <= 8388607)
        return 4;
    return number >= INT32_MIN && number <= INT32_MAX ? 5 : 9;
}

uint64_t
ziplist_entry_size(const struct text *text, uint64_t previous)
{
    int64_t number = text->number;
    bool is_number = text->kind == TEXT_INTEGER;
    if (!is_number && text->held == text->size && text->held > 0)
        is_number = number_parse_int64(bytes_of(text->data, text->held),
                                       &number);
    uint64_t encoded = is_number ? number_size(number)
                                 : text->size + (text->size < 64      ? 1
                                                 : text->size < 16384 ? 2
                                                                      : 5);
    return encoded + (previous < PREVLEN_WIDE ? 1 : 5);
}
