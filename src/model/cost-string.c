/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A string is an integer in place of the pointer, a text in one block with its
 * object, or a text of its own:
 *
 *     [robj: number]    [robj|sds header|text|NUL]    [robj] -> [sds]
 *        int                      embstr                   raw
 *
 * Where the name of the key lies in the object too (cost-key.c), the lengths
 * of both decide.
 *
 * Facts from rdb.c rdbLoadObject RDB_TYPE_STRING and object.c
 * tryObjectEncoding; Redis 8.6 object.c kvobjSet; Valkey 8.1 and 9.1 object.c
 * createStringObjectWithKeyAndExpire, objectSetKeyAndExpire; KeyDB 6.3
 * object.cpp createEmbeddedStringObject, db.cpp setExpire.
 */
#include "model/cost.h"

enum { SHARED_INTEGERS = 10000 }; /* server.h OBJ_SHARED_INTEGERS */

static const uint64_t EXPIRY = 8;

/* By how much an embedded text makes its object larger; the header is always
 * the one for up to 255 bytes.  KeyDB and Valkey 9.1 have the text begin where
 * the pointer to it was. */
static uint64_t
embedded_size(const struct cost *cost, uint64_t text)
{
    uint64_t size = (cost->server->sds == SDS_EIGHT ? 8 : 3) + text + 1;
    uint64_t word = cost->prices->word;
    if (cost->server->key != KEY_IN_SHORT_OBJECT &&
        cost->server->key != KEY_COUNTED_SDS)
        return size;
    return size > word ? size - word : 0;
}

/* Redis 8.2 and Valkey 8.1 count the header of the name as one byte. */
static uint64_t
counted(const struct cost *cost, uint64_t text)
{
    return cost->prices->object + cost->key->name_size + 3 + 3 + text + 1;
}

/* Valkey 9.1. */
static uint64_t
counted_exactly(const struct cost *cost, uint64_t text)
{
    return cost_key_object(cost, 3 + text + 1) - cost->prices->word;
}

/* Valkey embeds first without an expiry.  That comes later: into the same
 * block when it has room, else both are judged again. */
static bool
valkey_embeds(const struct cost *cost, uint64_t text, uint64_t size,
              uint64_t most)
{
    if (size > most)
        return false;
    return !cost->key->has_expiry || size + EXPIRY <= most ||
           cost_key_has_room(cost, cost_key_object(
                                       cost, embedded_size(cost, text)));
}

static bool
is_embedded(const struct cost *cost, uint64_t text)
{
    switch (cost->server->embstr) {
    case EMBSTR_39:
        return text <= 39;
    case EMBSTR_44:
        return text <= 44;
    case EMBSTR_52:
        return text <= 52;
    case EMBSTR_KVOBJ_64:
        return counted(cost, text) <= 64;
    case EMBSTR_VALKEY_64:
        return valkey_embeds(cost, text, counted(cost, text), 64);
    case EMBSTR_VALKEY_128:
        return valkey_embeds(cost, text, counted_exactly(cost, text), 128);
    case EMBSTR_NEVER:
    default:
        return false;
    }
}

static bool
is_integer(const struct cost *cost, const struct cost_text *text)
{
    return text->is_integer &&
           (cost->profile->bits != 32 ||
            (text->number >= INT32_MIN && text->number <= INT32_MAX));
}

/* KeyDB has the expiry in the object, which is not shared then. */
static bool
is_shared(const struct cost *cost, int64_t number)
{
    return cost->profile->shares_integers && number >= 0 &&
           number < SHARED_INTEGERS &&
           !(cost->key->has_expiry && cost->server->key == KEY_COUNTED_SDS);
}

/* 3.0 to 4.0 write the number into the object of a text that they made when
 * the file holds one, and leave the text in its block. */
static void
book_integer(struct cost *cost, const struct cost_text *text)
{
    cost->encoding = ENCODING_INT;
    if (is_shared(cost, text->number)) {
        cost->object = OBJECT_SHARED;
    } else if (cost->server->int_in_place && !text->is_number) {
        cost->object = OBJECT_EMBEDDED;
        cost->embedded = embedded_size(cost, text->size);
    }
}

void
cost_string(struct cost *cost, const struct cost_text *text)
{
    if (is_integer(cost, text)) {
        book_integer(cost, text);
    } else if (is_embedded(cost, text->size)) {
        cost->encoding = ENCODING_EMBSTR;
        cost->object = OBJECT_EMBEDDED;
        cost->embedded = embedded_size(cost, text->size);
    } else {
        cost->encoding = ENCODING_RAW;
        if (cost->memory)
            cost_block(cost, BLOCK_STRING, cost_sds(cost, text->size), 1);
    }
}
