/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   total u32le | count u16le | entry ... | 0xff
 *
 * An entry is its encoding with the data, and behind it the size of both once
 * more for walking backwards (backlen):
 *
 *   0vvvvvvv                    number 0..127          <-+
 *   10llllll text               l <= 63                  |
 *   110vvvvv vvvvvvvv           13 bits, signed          |  n bytes
 *   1110llll llllllll text      l <= 4095                |
 *   0xf0 l(u32le) text                                   |
 *   0xf1..0xf4 v(2, 3, 4, 8)    little-endian, signed  <-+
 *
 *   backlen: n in groups of 7 bits, the most significant first; all bytes but
 *   the first have bit 7 set, so it is read from its last byte backwards.
 *
 * How many bytes the backlen takes follows from n alone, and the writer's
 * limits are one short of what the groups could hold (16383 takes three): who
 * wants to find the next entry has to count the same way (Redis 7.2
 * listpack.c, lpEncodeBacklen).
 */
#include "packed/packed.h"

#include <inttypes.h>

#include "base/endian.h"
#include "base/number.h"
#include "packed/packed-ops.h"

enum {
    HEADER = 6,
    COUNT_UNKNOWN = 0xffff,
    BACKLEN_MAX = 5,
};

/* The first bytes of an entry. */
struct head {
    unsigned size; /* bytes before the text; of a number, all of it; 0 for an
                      encoding that does not exist */
    bool is_number;
    uint64_t length; /* of the text */
    int64_t number;
};

static enum status
listpack_open(struct packed *p, const unsigned char *header)
{
    p->total = load_u32le(header);
    unsigned count = load_u16le(header + 4);
    if (count != COUNT_UNKNOWN)
        p->count = count;
    if (p->total != p->size)
        p->faults |= PACKED_TOTAL;
    return STATUS_OK;
}

static inline struct head
number_head(unsigned size, int64_t number)
{
    return (struct head){ .size = size, .is_number = true, .number = number };
}

static inline struct head
text_head(unsigned size, uint64_t length)
{
    return (struct head){ .size = size, .length = length };
}

static struct head
head_of_wide(const unsigned char *b)
{
    switch (b[0]) {
    case 0xf0:
        return text_head(5, load_u32le(b + 1));
    case 0xf1:
        return number_head(3, (int16_t)load_u16le(b + 1));
    case 0xf2:
        return number_head(4, (int32_t)(load_u24le(b + 1) << 8) >> 8);
    case 0xf3:
        return number_head(5, (int32_t)load_u32le(b + 1));
    case 0xf4:
        return number_head(9, (int64_t)load_u64le(b + 1));
    default:
        return text_head(0, 0);
    }
}

static inline struct head
head_of(const unsigned char *b)
{
    unsigned char first = b[0];
    if (first < 0x80)
        return number_head(1, first);
    if (first < 0xc0)
        return text_head(1, first & 0x3f);
    if (first < 0xe0) {
        int value = (first & 0x1f) << 8 | b[1];
        return number_head(2, value < 4096 ? value : value - 8192);
    }
    if (first < 0xf0)
        return text_head(2, (uint64_t)(first & 0x0f) << 8 | b[1]);
    return head_of_wide(b);
}

static inline unsigned
backlen_width(uint64_t size)
{
    if (size <= 127)
        return 1;
    if (size < 16383)
        return 2;
    if (size < 2097151)
        return 3;
    return size < 268435455 ? 4 : 5;
}

/* The backlen in front of end, read backwards as the server does it, whatever
 * its width ought to be; from no more than the bytes that are there. */
static uint64_t
backlen_before(const unsigned char *end, uint64_t bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < BACKLEN_MAX && i < bytes; i++) {
        unsigned char byte = *--end;
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80)
            return value;
    }
    return UINT64_MAX;
}

/* Reads the backlen behind a text that went in parts. */
static enum status
finish_parts(struct packed *p)
{
    uint64_t rest = packed_rest(p);
    unsigned width = backlen_width(p->last_size);
    const unsigned char *bytes = reader_take(p->reader, width);
    if (bytes == NULL)
        return STATUS_FAIL;
    if (backlen_before(bytes + width, width) != p->last_size)
        p->faults |= PACKED_BACKLEN;
    if (rest <= width)
        packed_no_end(p);
    p->last_size = 0;
    return STATUS_OK;
}

static enum status
end(struct packed *p)
{
    if (p->count != NODE_COUNT_UNKNOWN && p->count != p->entries)
        p->faults |= PACKED_COUNT;
    return STATUS_END;
}

/* The entry has no room in the rest of the blob.  A length that lies itself
 * behind the blob's end is not worth mentioning. */
static enum status
exceeds(struct packed *p, const struct head *head, uint64_t rest)
{
    if (head->is_number)
        return packed_bad(p, "number of %u bytes exceeds blob", head->size);
    if (head->size > rest)
        return packed_bad(p, "length form of %u bytes exceeds blob",
                          head->size);
    return packed_bad(p, "length %" PRIu64 " exceeds blob", head->length);
}

/* Hands out an entry that is entirely at hand. */
static inline void
take_whole(struct packed *p, struct packed_entry *entry,
           const struct head *head, uint64_t encoded, uint64_t total)
{
    const unsigned char *bytes = p->reader->pos;
    p->reader->pos += total;
    if (head->is_number)
        entry->text = text_of_integer(head->number);
    else
        entry->text = text_of_bytes(bytes + head->size, (size_t)head->length);
    bool plain = encoded <= 127 && bytes[encoded] == encoded;
    if (!plain && backlen_before(bytes + total, total) != encoded)
        p->faults |= PACKED_BACKLEN;
}

static enum status
listpack_next(struct packed *p, struct packed_entry *entry)
{
    if (p->last_size > 0 && finish_parts(p) != STATUS_OK)
        return STATUS_FAIL;
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
    struct head head = head_of(bytes);
    if (head.size == 0)
        return packed_bad(p, "invalid encoding byte 0x%02x", bytes[0]);
    uint64_t encoded = head.size + head.length;
    uint64_t total = encoded + backlen_width(encoded);
    if (total > rest)
        return exceeds(p, &head, rest);
    entry->offset = p->size - rest;
    if (head.length > PACKED_WHOLE) {
        p->reader->pos += head.size;
        p->last_size = encoded;
        entry->text = (struct text){ .kind = TEXT_PARTS, .size = head.length };
    } else {
        if (!reader_need(p->reader, (size_t)total))
            return STATUS_FAIL;
        take_whole(p, entry, &head, encoded, total);
        if (total == rest)
            packed_no_end(p);
    }
    p->entries++;
    return STATUS_OK;
}

const struct packed_ops packed_listpack = {
    .name = "listpack",
    .header = HEADER,
    .minimum = HEADER + 1,
    .open = listpack_open,
    .next = listpack_next,
};

static uint64_t
number_size(int64_t number)
{
    if (number >= 0 && number <= 127)
        return 1;
    if (number >= -4096 && number <= 4095)
        return 2;
    if (number >= INT16_MIN && number <= INT16_MAX)
        return 3;
    if (number >= -8388608 && number <= 8388607)
        return 4;
    return number >= INT32_MIN && number <= INT32_MAX ? 5 : 9;
}

static uint64_t
text_size(uint64_t length)
{
    return length + (length < 64 ? 1 : length < 4096 ? 2 : 5);
}

uint64_t
listpack_entry_size(const struct text *text)
{
    int64_t number = text->number;
    bool is_number = text->kind == TEXT_INTEGER;
    if (!is_number && text->held == text->size)
        is_number = number_parse_int64(bytes_of(text->data, text->held),
                                       &number);
    uint64_t encoded = is_number ? number_size(number) : text_size(text->size);
    return encoded + backlen_width(encoded);
}
