/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The fields of a hash that is a listpack; of one whose fields may expire,
 * with their expiry or 0, in order of expiry, those without one last:
 *
 *     field, value, field, value ...
 *     field, value, expiry, field, value, expiry ...
 *
 * A pair is named by the offset of its field.
 */
#ifndef KEYWEIGH_KEYSPACE_HASH_PACK_H
#define KEYWEIGH_KEYSPACE_HASH_PACK_H

#include "keyspace/pack.h"
#include "keyspace/value-hash.h"

/* Entries of a pair, which tells one kind from the other. */
enum hash_stride { HASH_STRIDE = 2, HASH_STRIDE_EX = 3 };

/* The pair; returns the offset of the next one. */
uint32_t hash_pack_get(const struct pack *pack, enum hash_stride stride,
                       uint32_t at, struct hash_room *room,
                       struct hash_pair *pair);

/* pack_end when it is not there. */
uint32_t hash_pack_find(const struct pack *pack, enum hash_stride stride,
                        struct bytes field);

/* Puts a pair where it belongs. */
void hash_pack_add(struct pool *pool, struct pack *pack,
                   enum hash_stride stride, const struct hash_pair *pair);

void hash_pack_remove(struct pool *pool, struct pack *pack,
                      enum hash_stride stride, uint32_t at);

/* Another value for a field. */
void hash_pack_replace(struct pool *pool, struct pack *pack, uint32_t at,
                       struct bytes text);

/* Makes the fields ones that may expire; none does. */
void hash_pack_make_expiring(struct pool *pool, struct pack *pack);

/* Hands all of it out. */
void hash_pack_walk(const struct pack *pack, enum hash_stride stride,
                    struct visitor *visitor);

#endif
