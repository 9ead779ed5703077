/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A string is an integer in place of the pointer, a text in one block with its
 * object, or a text of its own:
 *
 *     [robj: number]    [robj|sdshdr8|text|NUL]    [robj] -> [sds|text|NUL]
 *        int                  embstr                        raw
 *
 * Facts from rdb.c rdbLoadObject RDB_TYPE_STRING and object.c
 * tryObjectEncoding.
 */
#include "model/cost.h"

enum {
    SHARED_INTEGERS = 10000, /* server.h OBJ_SHARED_INTEGERS */
    KEY_LONG = 128, /* keys from here on have room for an expiry at once */
};

static const uint64_t SDSHDR8 = 3;
static const uint64_t KVOBJ = 16;
static const uint64_t POINTER = 8;
static const uint64_t EXPIRY = 8;

/* What Redis 8.2 and Valkey 8.1 count, as if the key's header were one byte. */
static uint64_t
counted_bytes(const struct cost *cost, uint64_t size)
{
    return KVOBJ + cost->key->name_size + 3 + SDSHDR8 + size + 1;
}

/* Valkey 8.1: counted first without the expiry, with which the loader comes
 * later; a block that has room for it by then takes it in place. */
static bool
valkey_8_embeds(const struct cost *cost, uint64_t size)
{
    uint64_t counted = counted_bytes(cost, size);
    if (!cost->key->has_expiry || counted + EXPIRY <= 64)
        return counted <= 64;
    uint64_t block = KVOBJ + 1 + cost_sds(cost, cost->key->name_size) +
                     SDSHDR8 + size + 1;
    return counted <= 64 &&
           alloc_usable(cost->allocator, block) >= block + EXPIRY;
}

/* Valkey 9.1: object without value pointer, expiry, key with the byte that
 * says how long its header is, value. */
static bool
valkey_9_embeds(const struct cost *cost, uint64_t size)
{
    const struct key *key = cost->key;
    bool has_room = key->has_expiry || key->name_size >= KEY_LONG;
    return KVOBJ - POINTER + (has_room ? EXPIRY : 0) + 1 +
               cost_sds(cost, key->name_size) + SDSHDR8 + size + 1 <=
           128;
}

static bool
is_embedded(const struct cost *cost, uint64_t size)
{
    static const uint64_t above[] = {
        [EMBSTR_NEVER] = 0,
        [EMBSTR_39] = 40,
        [EMBSTR_44] = 45,
        [EMBSTR_52] = 53,
    };
    enum embstr_rule rule = cost->server->embstr;
    if (rule <= EMBSTR_52)
        return size < above[rule];
    switch (rule) {
    case EMBSTR_KVOBJ_64:
        return counted_bytes(cost, size) <= 64;
    case EMBSTR_VALKEY_64:
        return valkey_8_embeds(cost, size);
    case EMBSTR_VALKEY_128:
        return valkey_9_embeds(cost, size);
    case EMBSTR_NEVER:
    case EMBSTR_39:
    case EMBSTR_44:
    case EMBSTR_52:
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

void
cost_string(struct cost *cost, const struct cost_text *text)
{
    if (is_integer(cost, text)) {
        bool shared = cost->profile->shares_integers && text->number >= 0 &&
                      text->number < SHARED_INTEGERS;
        cost->encoding = ENCODING_INT;
        cost->object = shared ? OBJECT_SHARED : OBJECT_PLAIN;
    } else if (is_embedded(cost, text->size)) {
        cost->encoding = ENCODING_EMBSTR;
        cost->object = OBJECT_EMBEDDED;
        cost->embedded = SDSHDR8 + text->size + 1;
    } else {
        cost->encoding = ENCODING_RAW;
        if (cost->memory)
            cost_block(cost, BLOCK_STRING, cost_sds(cost, text->size), 1);
    }
}
