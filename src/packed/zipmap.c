/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   count u8 | length field | length free value junk | ... | 0xff
 *
 * A length is one byte up to 253, or 0xfe and u32 (of the writer's byte order;
 * all that is left of such files is little-endian).  free is a byte that tells
 * how many bytes of junk follow the value.  A count of 254 says "many".
 *
 * Where a value's length should stand, servers take 0xff for the wide form as
 * well (Redis 7.2 zipmap.c, zipmapGetEncodedLengthSize), so a field without a
 * value is noticed as a length that has no room.
 */
#include "packed/packed.h"

#include <inttypes.h>

#include "base/endian.h"
#include "packed/packed-ops.h"

enum {
    HEADER = 1,
    WIDE = 0xfe,
};

struct head {
    unsigned size; /* bytes before the text */
    uint64_t length;
    unsigned junk; /* bytes behind it */
};

static enum status
zipmap_open(struct packed *p, const unsigned char *header)
{
    p->total = header[0];
    if (header[0] < WIDE)
        p->count = header[0];
    return STATUS_OK;
}

/* Ends a walk.  Only 254 is excused from being the count: a 255 there is
 * compared, and wrong unless there are so many. */
static enum status
end(struct packed *p)
{
    if (p->total != WIDE && p->total != p->entries / 2)
        p->faults |= PACKED_COUNT;
    return STATUS_END;
}

/* Decodes what stands before a text.  STATUS_OK or STATUS_BAD. */
static enum status
read_head(struct packed *p, const unsigned char *bytes, uint64_t rest,
          struct head *head)
{
    bool wide = bytes[0] >= WIDE;
    unsigned form = wide ? 5 : 1;
    head->size = form + (p->value_next ? 1 : 0);
    if (head->size > rest)
        return packed_bad(p, "%s without room in blob",
                          p->value_next ? "value" : "field");
    head->length = wide ? load_u32le(bytes + 1) : bytes[0];
    head->junk = p->value_next ? bytes[form] : 0;
    if (wide && head->length < WIDE)
        p->faults |= PACKED_WIDE;
    uint64_t total = head->size + head->length + head->junk;
    /* As in ziplists: a covered end mark could not be noticed. */
    bool unseen = head->length > PACKED_WHOLE && head->junk == 0;
    if (total > rest || (unseen && total == rest))
        return packed_bad(p, "length %" PRIu64 " exceeds blob", head->length);
    return STATUS_OK;
}

/* Skips the junk behind a value that went in parts. */
static bool
skip_junk(struct packed *p)
{
    uint64_t rest = packed_rest(p);
    if (reader_take(p->reader, (size_t)p->last_size) == NULL)
        return false;
    if (p->last_size >= rest)
        packed_no_end(p);
    p->last_size = 0;
    return true;
}

static enum status
take(struct packed *p, struct packed_entry *entry, const struct head *head)
{
    struct reader *r = p->reader;
    if (head->length > PACKED_WHOLE) {
        r->pos += head->size;
        p->last_size = head->junk;
        entry->text = (struct text){ .kind = TEXT_PARTS,
                                     .size = head->length };
        return STATUS_OK;
    }
    /* Junk may lead past what one look can give: text and head come first. */
    size_t size = head->size + (size_t)head->length;
    if (!reader_need(r, size))
        return STATUS_FAIL;
    entry->text = text_of_bytes(r->pos + head->size, (size_t)head->length);
    r->pos += size;
    p->last_size = head->junk;
    return STATUS_OK;
}

static enum status
zipmap_next(struct packed *p, struct packed_entry *entry)
{
    if (p->last_size > 0 && !skip_junk(p))
        return STATUS_FAIL;
    uint64_t rest = packed_rest(p);
    if (rest == 0)
        return p->value_next ? packed_bad(p, "value is missing") : end(p);
    unsigned char room[PACKED_HEAD];
    const unsigned char *bytes = packed_head(p, rest, room);
    if (bytes == NULL)
        return STATUS_FAIL;
    if (bytes[0] == PACKED_END_MARK && !p->value_next) {
        packed_end_mark(p, rest);
        return end(p);
    }
    struct head head = { 0, 0, 0 };
    enum status status = read_head(p, bytes, rest, &head);
    if (status != STATUS_OK)
        return status;
    entry->offset = p->size - rest;
    if (take(p, entry, &head) != STATUS_OK)
        return STATUS_FAIL;
    if (head.size + head.length == rest)
        packed_no_end(p);
    p->value_next = !p->value_next;
    p->entries++;
    return STATUS_OK;
}

const struct packed_ops packed_zipmap = {
    .name = "zipmap",
    .header = HEADER,
    .minimum = HEADER + 1,
    .open = zipmap_open,
    .next = zipmap_next,
};
