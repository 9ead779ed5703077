/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/zset-pack.h"

#include <stdlib.h>

#include "keyspace/packed-value.h"

/* What is no number is a text of our own making, shorter than the room. */
static double
score_in(const struct pack *pack, uint32_t at)
{
    char digits[SCORE_TEXT_MAX + 1];
    char room[TEXT_DIGITS];
    int64_t number;
    if (pack_number(pack, at, &number))
        return (double)number;
    struct bytes text = pack_get(pack, at, room);
    size_t size = text.size < SCORE_TEXT_MAX ? text.size : SCORE_TEXT_MAX;
    memcpy(digits, text.data, size);
    digits[size] = '\0';
    return strtod(digits, NULL);
}

double
zset_pack_score(const struct pack *pack, uint32_t at)
{
    return score_in(pack, pack_next(pack, at));
}

uint32_t
zset_pack_get(const struct pack *pack, uint32_t at, char room[TEXT_DIGITS],
              struct zset_member *member)
{
    member->name = pack_get(pack, at, room);
    at = pack_next(pack, at);
    member->score = score_in(pack, at);
    return pack_next(pack, at);
}

uint32_t
zset_pack_find(const struct pack *pack, struct bytes name)
{
    return pack_find(pack, pack_first(), name, ZSET_PACK_STRIDE);
}

uint32_t
zset_pack_seek(const struct pack *pack, const struct zset_border *border,
               uint64_t *rank)
{
    char room[TEXT_DIGITS];
    struct zset_member member;
    uint32_t at = pack_first();
    *rank = 0;
    while (at < pack_end(pack)) {
        uint32_t next = zset_pack_get(pack, at, room, &member);
        if (zset_border_compare(member.score, member.name, border) >= 0)
            break;
        (*rank)++;
        at = next;
    }
    return at;
}

void
zset_pack_insert(struct store *store, struct pack *pack, uint32_t at,
                 struct bytes name, double score)
{
    char room[SCORE_TEXT_MAX];
    struct text text = score_text(store->limits.score, score, room);
    at = pack_insert(&store->pool, pack, at, name);
    if (text.kind == TEXT_INTEGER)
        (void)pack_insert_number(&store->pool, pack, at, text.number);
    else
        (void)pack_insert(&store->pool, pack, at,
                          bytes_of(text.data, text.held));
}

void
zset_pack_add(struct store *store, struct pack *pack, struct bytes name,
              double score)
{
    uint64_t rank;
    struct zset_border border = { ZSET_BORDER_BOTH, score, name, false };
    zset_pack_insert(store, pack, zset_pack_seek(pack, &border, &rank), name,
                     score);
}

void
zset_pack_remove(struct store *store, struct pack *pack, uint32_t at)
{
    pack_remove(&store->pool, pack, at, pack_next(pack, pack_next(pack, at)),
                ZSET_PACK_STRIDE);
}

void
zset_pack_remove_ranks(struct store *store, struct pack *pack,
                       uint64_t first, uint64_t count)
{
    uint32_t index = (uint32_t)first * ZSET_PACK_STRIDE;
    uint32_t entries = (uint32_t)count * ZSET_PACK_STRIDE;
    pack_remove(&store->pool, pack, pack_seek(pack, index),
                pack_seek(pack, index + entries), entries);
}

/* Scores go out as the texts they are, and parsed. */
void
zset_pack_walk(const struct pack *pack, struct visitor *visitor)
{
    if (!packed_value_node(visitor, pack))
        return;
    for (uint32_t at = pack_first(); at < pack_end(pack);) {
        struct item item = { .kind = ITEM_MEMBER };
        item.text = pack_text(pack, at);
        at = pack_next(pack, at);
        item.value = pack_text(pack, at);
        item.score = score_in(pack, at);
        at = pack_next(pack, at);
        visitor->ops->item(visitor, &item);
    }
}
