/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts from Redis 7.4 mstr.c (mstrNew, mstrNewWithMeta), Redis 8.6 entry.c
 * (setEntryWriteInfo), Valkey 8.1 t_hash.c (hashTypeCreateEntry) and 9.1
 * entry.c (entryReqSize).
 */
#include "model/hash-field.h"

enum {
    ENTRY_MOST = 128, /* EMBED_VALUE_MAX_ALLOC_SIZE */
    SDSHDR8 = 3,
    MSTR_FLAGS = 2, /* mstrFlags, of a field with an expiry */
};

static uint64_t
mstr_size(uint64_t length)
{
    return length + 1 + (length < 32 ? 1 : length < 65536 ? 3 : 9);
}

static void
book_mstr(struct cost *cost, const struct hash_field *field)
{
    uint64_t size = mstr_size(field->field.size);
    if (field->expires)
        size += cost->prices->field_expiry + MSTR_FLAGS;
    cost_block(cost, BLOCK_FIELD, size, 1);
    cost_element_book(cost, BLOCK_FIELD_VALUE, field->value);
}

/* A field with an expiry, or with its value elsewhere, says so in its header,
 * which therefore is never the shortest one. */
static void
book_entry(struct cost *cost, const struct hash_field *field)
{
    uint64_t length = field->field.size;
    uint64_t value = field->value.size;
    uint64_t expiry = field->expires ? cost->prices->field_expiry : 0;
    uint64_t shortest = 1 + length + 1;
    uint64_t longer =
        length < 32 ? SDSHDR8 + length + 1 : cost_sds(cost, length);
    uint64_t size =
        expiry + (length < 32 && !field->expires ? shortest : longer);
    if (size + SDSHDR8 + value + 1 <= ENTRY_MOST) {
        cost_block(cost, BLOCK_FIELD, size + SDSHDR8 + value + 1, 1);
        return;
    }
    cost_block(cost, BLOCK_FIELD, expiry + cost->prices->word + longer, 1);
    cost_element_book(cost, BLOCK_FIELD_VALUE, field->value);
}

void
hash_field_book_block(struct cost *cost, const struct hash_field *field)
{
    if (cost->server->field == FIELD_MSTR)
        book_mstr(cost, field);
    else
        book_entry(cost, field);
}
