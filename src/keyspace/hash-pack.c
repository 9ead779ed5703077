/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/hash-pack.h"

#include "keyspace/packed-value.h"

uint32_t
hash_pack_get(const struct pack *pack, enum hash_stride stride, uint32_t at,
              struct hash_room *room, struct hash_pair *pair)
{
    *pair = (struct hash_pair){ .field = pack_get(pack, at, room->field) };
    at = pack_next(pack, at);
    pair->value = pack_get(pack, at, room->value);
    at = pack_next(pack, at);
    if (stride == HASH_STRIDE)
        return at;
    (void)pack_number(pack, at, &pair->expire_ms);
    pair->has_expiry = pair->expire_ms != 0;
    return pack_next(pack, at);
}

uint32_t
hash_pack_find(const struct pack *pack, enum hash_stride stride,
               struct bytes field)
{
    return pack_find(pack, pack_first(), field, stride);
}

/* Behind the fields that expire no later. */
static uint32_t
place_of(const struct pack *pack, enum hash_stride stride,
         const struct hash_pair *new)
{
    struct hash_room room;
    struct hash_pair pair;
    uint32_t at = pack_first();
    if (stride == HASH_STRIDE || !new->has_expiry)
        return pack_end(pack);
    while (at < pack_end(pack)) {
        uint32_t next = hash_pack_get(pack, stride, at, &room, &pair);
        if (!pair.has_expiry || pair.expire_ms > new->expire_ms)
            break;
        at = next;
    }
    return at;
}

void
hash_pack_add(struct pool *pool, struct pack *pack, enum hash_stride stride,
              const struct hash_pair *pair)
{
    uint32_t at = place_of(pack, stride, pair);
    at = pack_insert(pool, pack, at, pair->field);
    at = pack_insert(pool, pack, at, pair->value);
    if (stride == HASH_STRIDE_EX)
        (void)pack_insert_number(pool, pack, at,
                                 pair->has_expiry ? pair->expire_ms : 0);
}

void
hash_pack_remove(struct pool *pool, struct pack *pack,
                 enum hash_stride stride, uint32_t at)
{
    uint32_t end = at;
    for (unsigned i = 0; i < stride; i++)
        end = pack_next(pack, end);
    pack_remove(pool, pack, at, end, stride);
}

void
hash_pack_replace(struct pool *pool, struct pack *pack, uint32_t at,
                  struct bytes text)
{
    (void)pack_replace(pool, pack, pack_next(pack, at), text);
}

void
hash_pack_make_expiring(struct pool *pool, struct pack *pack)
{
    uint32_t at = pack_first();
    while (at < pack_end(pack)) {
        at = pack_next(pack, pack_next(pack, at));
        at = pack_insert_number(pool, pack, at, 0);
    }
}

/* Entries are handed out as what they are. */
void
hash_pack_walk(const struct pack *pack, enum hash_stride stride,
               struct visitor *visitor)
{
    if (!packed_value_node(visitor, pack))
        return;
    for (uint32_t at = pack_first(); at < pack_end(pack);) {
        struct item item = { .kind = ITEM_FIELD };
        item.text = pack_text(pack, at);
        at = pack_next(pack, at);
        item.value = pack_text(pack, at);
        at = pack_next(pack, at);
        if (stride == HASH_STRIDE_EX) {
            (void)pack_number(pack, at, &item.expire_ms);
            item.has_expiry = item.expire_ms != 0;
            at = pack_next(pack, at);
        }
        visitor->ops->item(visitor, &item);
    }
}
