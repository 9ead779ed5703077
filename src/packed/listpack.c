/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   total u32le | count u16le | entry ... | 0xff
 *
 * listpack-entry.h draws the entries.
 */
#include "packed/packed.h"

#include <inttypes.h>

#include "base/endian.h"
#include "base/number.h"
#include "packed/listpack-entry.h"
#include "packed/packed-ops.h"

enum {
    HEADER = 6,
    COUNT_UNKNOWN = 0xffff,
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

/* Whether the backlen that ends there says so. */
static bool
agrees(const unsigned char *end, uint64_t bytes, uint64_t encoded)
{
    unsigned width;
    return listpack_entry_before(end, bytes, &width) == encoded;
}

/* Reads the backlen behind a text that went in parts. */
static enum status
finish_parts(struct packed *p)
{
    uint64_t rest = packed_rest(p);
    unsigned width = listpack_entry_backlen(p->last_size);
    const unsigned char *bytes = reader_take(p->reader, width);
    if (bytes == NULL)
        return STATUS_FAIL;
    if (!agrees(bytes + width, width, p->last_size))
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
exceeds(struct packed *p, const struct listpack_entry *lying, uint64_t rest)
{
    if (lying->is_number)
        return packed_bad(p, "number of %u bytes exceeds blob", lying->head);
    if (lying->head > rest)
        return packed_bad(p, "length form of %u bytes exceeds blob",
                          lying->head);
    return packed_bad(p, "length %" PRIu64 " exceeds blob", lying->length);
}

/* Hands out an entry of total bytes, all of them at hand. */
static inline void
take_whole(struct packed *p, struct packed_entry *entry,
           const struct listpack_entry *read, uint64_t total)
{
    const unsigned char *bytes = p->reader->pos;
    uint64_t encoded = listpack_entry_encoded(read);
    p->reader->pos += total;
    if (read->is_number)
        entry->text = text_of_integer(read->number);
    else
        entry->text = text_of_bytes(bytes + read->head, (size_t)read->length);
    bool plain = encoded <= 127 && bytes[encoded] == encoded;
    if (!plain && !agrees(bytes + total, total, encoded))
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
    struct listpack_entry read = listpack_entry_read(bytes);
    if (read.head == 0)
        return packed_bad(p, "invalid encoding byte 0x%02x", bytes[0]);
    uint64_t encoded = listpack_entry_encoded(&read);
    uint64_t total = encoded + listpack_entry_backlen(encoded);
    if (total > rest)
        return exceeds(p, &read, rest);
    entry->offset = p->size - rest;
    if (read.length > PACKED_WHOLE) {
        p->reader->pos += read.head;
        p->last_size = encoded;
        entry->text = (struct text){ .kind = TEXT_PARTS, .size = read.length };
    } else {
        if (!reader_need(p->reader, (size_t)total))
            return STATUS_FAIL;
        take_whole(p, entry, &read, total);
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

uint64_t
listpack_entry_size(const struct text *text)
{
    int64_t number = text->number;
    bool is_number = text->kind == TEXT_INTEGER;
    if (!is_number && text->held == text->size)
        is_number = number_parse_int64(bytes_of(text->data, text->held),
                                       &number);
    uint64_t encoded = is_number ? listpack_entry_number_size(number)
                                 : listpack_entry_head_size(text->size) +
                                       text->size;
    return encoded + listpack_entry_backlen(encoded);
}
