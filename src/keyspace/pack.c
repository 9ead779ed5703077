/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   total u32le | count u16le | entry ... | 0xff
 *
 * An entry is its head (a number, or the size of a text), the text, and their
 * size once more (backlen); see packed/listpack.c.
 */
#include "keyspace/pack.h"

#include <string.h>

#include "base/endian.h"
#include "base/number.h"

enum {
    END_MARK = 0xff,
    COUNT_UNKNOWN = 0xffff,
    HEAD_MOST = 9,
    BACKLEN_MOST = 5,
};

/* An entry as it will be written. */
struct draft {
    unsigned char head[HEAD_MOST];
    unsigned head_size;
    struct bytes text; /* behind the head */
};

/* An entry as it stands there. */
struct seen {
    unsigned head_size;
    bool is_number;
    int64_t number;
    uint32_t length; /* of the text */
};

/* --- reading --- */

static struct seen
seen_number(unsigned head_size, int64_t number)
{
    return (struct seen){ head_size, true, number, 0 };
}

static struct seen
seen_text(unsigned head_size, uint32_t length)
{
    return (struct seen){ head_size, false, 0, length };
}

static struct seen
see_wide(const unsigned char *b)
{
    switch (b[0]) {
    case 0xf1:
        return seen_number(3, (int16_t)load_u16le(b + 1));
    case 0xf2:
        return seen_number(4, (int32_t)(load_u24le(b + 1) << 8) >> 8);
    case 0xf3:
        return seen_number(5, (int32_t)load_u32le(b + 1));
    case 0xf4:
        return seen_number(9, (int64_t)load_u64le(b + 1));
    default:
        return seen_text(5, load_u32le(b + 1));
    }
}

static inline struct seen
see(const unsigned char *b)
{
    if (b[0] < 0x80)
        return seen_number(1, b[0]);
    if (b[0] < 0xc0)
        return seen_text(1, b[0] & 0x3f);
    if (b[0] < 0xe0) {
        int value = (b[0] & 0x1f) << 8 | b[1];
        return seen_number(2, value < 4096 ? value : value - 8192);
    }
    if (b[0] < 0xf0)
        return seen_text(2, (uint32_t)(b[0] & 0x0f) << 8 | b[1]);
    return see_wide(b);
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

uint32_t
pack_next(const struct pack *pack, uint32_t offset)
{
    struct seen seen = see(pack->bytes + offset);
    uint32_t encoded = seen.head_size + seen.length;
    return offset + encoded + backlen_width(encoded);
}

uint32_t
pack_previous(const struct pack *pack, uint32_t offset)
{
    uint32_t encoded = 0;
    unsigned width = 0;
    unsigned char byte;
    do {
        byte = pack->bytes[offset - 1 - width];
        encoded |= (uint32_t)(byte & 0x7f) << (7 * width++);
    } while (byte >= 0x80);
    return offset - width - encoded;
}

uint32_t
pack_seek(const struct pack *pack, uint32_t index)
{
    uint32_t offset;
    if (index > pack->count / 2) {
        offset = pack_end(pack);
        for (uint32_t i = pack->count; i > index; i--)
            offset = pack_previous(pack, offset);
        return offset;
    }
    offset = pack_first();
    for (uint32_t i = 0; i < index; i++)
        offset = pack_next(pack, offset);
    return offset;
}

struct text
pack_text(const struct pack *pack, uint32_t offset)
{
    const unsigned char *at = pack->bytes + offset;
    struct seen seen = see(at);
    return seen.is_number ? text_of_integer(seen.number)
                          : text_of_bytes(at + seen.head_size, seen.length);
}

struct bytes
pack_get(const struct pack *pack, uint32_t offset, char room[TEXT_DIGITS])
{
    const unsigned char *at = pack->bytes + offset;
    struct seen seen = see(at);
    if (seen.is_number)
        return bytes_of(room, number_format_int64(seen.number, room));
    return bytes_of(at + seen.head_size, seen.length);
}

bool
pack_number(const struct pack *pack, uint32_t offset, int64_t *number)
{
    struct seen seen = see(pack->bytes + offset);
    if (seen.is_number)
        *number = seen.number;
    return seen.is_number;
}

static bool
is_decimal(struct bytes text, int64_t *number)
{
    return text.size <= NUMBER_INTEGER_SIZE &&
           number_parse_int64(text, number);
}

/* --- writing --- */

static struct draft
draft_wide(unsigned char mark, int64_t number, unsigned bytes)
{
    struct draft draft = { .head_size = 1 + bytes };
    draft.head[0] = mark;
    store_le(draft.head + 1, (uint64_t)number, bytes);
    return draft;
}

static struct draft
draft_number(int64_t number)
{
    struct draft draft = { .head_size = 1 };
    if (number >= 0 && number <= 127) {
        draft.head[0] = (unsigned char)number;
        return draft;
    }
    if (number >= -4096 && number <= 4095) {
        unsigned bits = (unsigned)number & 0x1fff;
        draft.head_size = 2;
        draft.head[0] = (unsigned char)(0xc0 | bits >> 8);
        draft.head[1] = (unsigned char)bits;
        return draft;
    }
    if (number >= INT16_MIN && number <= INT16_MAX)
        return draft_wide(0xf1, number, 2);
    if (number >= -8388608 && number <= 8388607)
        return draft_wide(0xf2, number, 3);
    if (number >= INT32_MIN && number <= INT32_MAX)
        return draft_wide(0xf3, number, 4);
    return draft_wide(0xf4, number, 8);
}

static struct draft
draft_text(struct bytes text)
{
    struct draft draft = { .head_size = 1, .text = text };
    int64_t number;
    if (is_decimal(text, &number))
        return draft_number(number);
    if (text.size < 64) {
        draft.head[0] = (unsigned char)(0x80 | text.size);
    } else if (text.size < 4096) {
        draft.head_size = 2;
        draft.head[0] = (unsigned char)(0xe0 | text.size >> 8);
        draft.head[1] = (unsigned char)text.size;
    } else {
        draft.head_size = 5;
        draft.head[0] = 0xf0;
        store_le(draft.head + 1, text.size, 4);
    }
    return draft;
}

/* An entry's bytes with the backlen; most entries are short texts. */
static inline uint32_t
width_of(const unsigned char *at)
{
    if ((at[0] & 0xc0) == 0x80)
        return (at[0] & 0x3f) + 2u;
    struct seen seen = see(at);
    uint32_t encoded = seen.head_size + seen.length;
    return encoded + backlen_width(encoded);
}

/* Equal texts are written equally.  Texts beside each other begin alike more
 * often than they end alike. */
static inline bool
is_written_as(const unsigned char *at, const struct draft *draft)
{
    size_t size = draft->text.size;
    const unsigned char *text = at + draft->head_size;
    if (draft->head_size > 1 && memcmp(at, draft->head, draft->head_size) != 0)
        return false;
    return size == 0 || (text[size - 1] == draft->text.data[size - 1] &&
                         memcmp(text, draft->text.data, size) == 0);
}

uint32_t
pack_find(const struct pack *pack, uint32_t offset, struct bytes text,
          unsigned stride)
{
    if (text.size > pack->size)
        return pack_end(pack);
    struct draft draft = draft_text(text);
    const unsigned char *at = pack->bytes + offset;
    const unsigned char *end = pack->bytes + pack_end(pack);
    while (at < end) {
        if (at[0] == draft.head[0] && is_written_as(at, &draft))
            return (uint32_t)(at - pack->bytes);
        for (unsigned i = 0; i < stride && at < end; i++)
            at += width_of(at);
    }
    return pack_end(pack);
}

/* The most significant group first; all but the first have bit 7 set. */
static void
put_backlen(unsigned char *to, uint32_t size, unsigned width)
{
    for (unsigned i = width; i-- > 0; size >>= 7)
        to[i] = (unsigned char)((size & 0x7f) | (i > 0 ? 0x80 : 0));
}

static void
put_header(struct pack *pack)
{
    store_le(pack->bytes, pack->size, 4);
    store_le(pack->bytes + 4,
             pack->count < COUNT_UNKNOWN ? pack->count : COUNT_UNKNOWN, 2);
}

/* Makes the bytes from offset on, of which there were old, new ones. */
static void
make_gap(struct pool *pool, struct pack *pack, uint32_t offset, uint32_t old,
         uint32_t new)
{
    uint32_t size = pack->size - old + new;
    uint32_t behind = pack->size - offset - old;
    if (new < old)
        memmove(pack->bytes + offset + new, pack->bytes + offset + old,
                behind);
    pack->bytes = pool_resize(pool, pack->bytes, pack->size, size);
    if (new > old)
        memmove(pack->bytes + offset + new, pack->bytes + offset + old,
                behind);
    pack->size = size;
}

static uint32_t
put(struct pool *pool, struct pack *pack, uint32_t offset, uint32_t old,
    const struct draft *draft)
{
    uint32_t encoded = draft->head_size + (uint32_t)draft->text.size;
    unsigned width = backlen_width(encoded);
    make_gap(pool, pack, offset, old, encoded + width);
    unsigned char *at = pack->bytes + offset;
    memcpy(at, draft->head, draft->head_size);
    if (draft->text.size > 0)
        memcpy(at + draft->head_size, draft->text.data, draft->text.size);
    put_backlen(at + encoded, encoded, width);
    put_header(pack);
    return offset + encoded + width;
}

static uint32_t
insert(struct pool *pool, struct pack *pack, uint32_t offset,
       struct draft draft)
{
    pack->count++;
    return put(pool, pack, offset, 0, &draft);
}

uint32_t
pack_insert(struct pool *pool, struct pack *pack, uint32_t offset,
            struct bytes text)
{
    return insert(pool, pack, offset, draft_text(text));
}

uint32_t
pack_insert_number(struct pool *pool, struct pack *pack, uint32_t offset,
                   int64_t number)
{
    return insert(pool, pack, offset, draft_number(number));
}

static uint32_t
replace(struct pool *pool, struct pack *pack, uint32_t offset,
        struct draft draft)
{
    return put(pool, pack, offset, pack_next(pack, offset) - offset, &draft);
}

uint32_t
pack_replace(struct pool *pool, struct pack *pack, uint32_t offset,
             struct bytes text)
{
    return replace(pool, pack, offset, draft_text(text));
}

uint32_t
pack_replace_number(struct pool *pool, struct pack *pack, uint32_t offset,
                    int64_t number)
{
    return replace(pool, pack, offset, draft_number(number));
}

void
pack_remove(struct pool *pool, struct pack *pack, uint32_t from, uint32_t to,
            uint32_t entries)
{
    make_gap(pool, pack, from, to - from, 0);
    pack->count -= entries;
    put_header(pack);
}

/* --- the whole --- */

void
pack_init(struct pool *pool, struct pack *pack)
{
    *pack = (struct pack){ .size = PACK_EMPTY };
    pack->bytes = pool_alloc(pool, PACK_EMPTY);
    pack->bytes[PACK_EMPTY - 1] = END_MARK;
    put_header(pack);
}

void
pack_fini(struct pool *pool, struct pack *pack)
{
    pool_free(pool, pack->bytes, pack->size);
}

struct pack
pack_copy(struct pool *pool, const struct pack *pack)
{
    struct pack copy = *pack;
    copy.bytes = pool_alloc(pool, pack->size);
    memcpy(copy.bytes, pack->bytes, pack->size);
    return copy;
}

struct pack
pack_of(unsigned char *bytes, uint32_t size)
{
    struct pack pack = { bytes, size, load_u16le(bytes + 4) };
    if (pack.count < COUNT_UNKNOWN)
        return pack;
    pack.count = 0;
    for (uint32_t at = pack_first(); at < pack_end(&pack);
         at = pack_next(&pack, at))
        pack.count++;
    return pack;
}
