/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   total u32le | count u16le | entry ... | 0xff
 *
 * packed/listpack-entry.h draws the entries.
 */
#include "keyspace/pack.h"

#include <string.h>

#include "base/number.h"

enum { END_MARK = 0xff };

/* An entry as it will be written. */
struct draft {
    unsigned char head[LISTPACK_ENTRY_HEAD];
    unsigned head_size;
    struct bytes text; /* behind the head, none of a number */
};

/* --- reading --- */

static inline struct listpack_entry
entry_at(const struct pack *pack, uint32_t offset)
{
    return listpack_entry_read(pack->bytes + offset);
}

/* The offset behind an entry. */
static inline uint32_t
offset_behind(uint32_t offset, const struct listpack_entry *entry)
{
    uint32_t encoded = (uint32_t)listpack_entry_encoded(entry);
    return offset + encoded + listpack_entry_backlen(encoded);
}

/* The text of an entry that is none of a number. */
static inline struct bytes
text_at(const struct pack *pack, uint32_t offset,
        const struct listpack_entry *entry)
{
    return bytes_of(pack->bytes + offset + entry->head,
                    (size_t)entry->length);
}

uint32_t
pack_next(const struct pack *pack, uint32_t offset)
{
    struct listpack_entry entry = entry_at(pack, offset);
    return offset_behind(offset, &entry);
}

uint32_t
pack_previous(const struct pack *pack, uint32_t offset)
{
    unsigned width;
    uint64_t encoded =
        listpack_entry_before(pack->bytes + offset, offset, &width);
    return offset - width - (uint32_t)encoded;
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

uint32_t
pack_count(const struct pack *pack)
{
    uint32_t count = 0;
    uint32_t offset = pack_first();
    for (; offset < pack_end(pack); offset = pack_next(pack, offset))
        count++;
    return count;
}

struct text
pack_text(const struct pack *pack, uint32_t offset)
{
    struct listpack_entry entry = entry_at(pack, offset);
    if (entry.is_number)
        return text_of_integer(entry.number);
    struct bytes text = text_at(pack, offset, &entry);
    return text_of_bytes(text.data, text.size);
}

struct bytes
pack_get(const struct pack *pack, uint32_t offset, char room[TEXT_DIGITS])
{
    struct listpack_entry entry = entry_at(pack, offset);
    if (entry.is_number)
        return bytes_of(room, number_format_int64(entry.number, room));
    return text_at(pack, offset, &entry);
}

bool
pack_number(const struct pack *pack, uint32_t offset, int64_t *number)
{
    struct listpack_entry entry = entry_at(pack, offset);
    if (entry.is_number)
        *number = entry.number;
    return entry.is_number;
}

/* Most texts begin as no number does. */
static inline bool
is_decimal(struct bytes text, int64_t *number)
{
    return text.size > 0 && text.size <= NUMBER_INTEGER_SIZE &&
           text.data[0] <= '9' && number_parse_int64(text, number);
}

/* --- writing --- */

static inline struct draft
draft_number(int64_t number)
{
    struct draft draft = { .head_size = 0 };
    draft.head_size = listpack_entry_put_number(draft.head, number);
    return draft;
}

static inline struct draft
draft_text(struct bytes text)
{
    struct draft draft = { .text = text };
    int64_t number;
    if (is_decimal(text, &number))
        return draft_number(number);
    draft.head_size = listpack_entry_put_head(draft.head, text.size);
    return draft;
}

/* Most entries are short texts. */
static inline uint32_t
next_of(const struct pack *pack, uint32_t offset)
{
    unsigned char first = pack->bytes[offset];
    if ((first & 0xc0) == 0x80)
        return offset + (first & 0x3f) + 2u;
    return pack_next(pack, offset);
}

/* Equal texts are written equally.  Texts beside each other begin alike more
 * often than they end alike. */
static inline bool
is_written_as(const unsigned char *at, const struct draft *draft)
{
    size_t size = draft->text.size;
    const unsigned char *text = at + draft->head_size;
    if (memcmp(at, draft->head, draft->head_size) != 0)
        return false;
    return size == 0 || (text[size - 1] == draft->text.data[size - 1] &&
                         memcmp(text, draft->text.data, size) == 0);
}

uint32_t
pack_find(const struct pack *pack, uint32_t offset, struct bytes text,
          unsigned stride)
{
    uint32_t end = pack_end(pack);
    if (text.size > pack->size)
        return end;
    struct draft draft = draft_text(text);
    while (offset < end) {
        const unsigned char *at = pack->bytes + offset;
        if (at[0] == draft.head[0] && is_written_as(at, &draft))
            return offset;
        for (unsigned i = 0; i < stride && offset < end; i++)
            offset = next_of(pack, offset);
    }
    return end;
}

static void
put_header(struct pack *pack)
{
    store_le(pack->bytes, pack->size, 4);
    store_le(pack->bytes + 4,
             pack->count < PACK_MANY ? pack->count : PACK_MANY, 2);
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

static inline uint32_t
encoded_size(const struct draft *draft)
{
    return draft->head_size + (uint32_t)draft->text.size;
}

static inline uint32_t
entry_size(const struct draft *draft)
{
    uint32_t encoded = encoded_size(draft);
    return encoded + listpack_entry_backlen(encoded);
}

/* Returns what is behind it. */
static inline unsigned char *
write_entry(unsigned char *at, const struct draft *draft)
{
    uint32_t encoded = encoded_size(draft);
    memcpy(at, draft->head, draft->head_size);
    if (draft->text.size > 0)
        memcpy(at + draft->head_size, draft->text.data, draft->text.size);
    at += encoded;
    return at + listpack_entry_put_backlen(at, encoded);
}

static uint32_t
put(struct pool *pool, struct pack *pack, uint32_t offset, uint32_t old,
    const struct draft *draft)
{
    uint32_t size = entry_size(draft);
    make_gap(pool, pack, offset, old, size);
    (void)write_entry(pack->bytes + offset, draft);
    put_header(pack);
    return offset + size;
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

void
pack_insert_all(struct pool *pool, struct pack *pack, uint32_t offset,
                const struct bytes *texts, size_t count, bool backwards)
{
    uint32_t size = 0;
    if (count == 1) {
        (void)pack_insert(pool, pack, offset, texts[0]);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct draft draft = draft_text(texts[i]);
        size += entry_size(&draft);
    }
    make_gap(pool, pack, offset, 0, size);
    unsigned char *at = pack->bytes + offset;
    for (size_t i = 0; i < count; i++) {
        struct draft draft = draft_text(texts[backwards ? count - 1 - i : i]);
        at = write_entry(at, &draft);
    }
    pack->count += (uint32_t)count;
    put_header(pack);
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
