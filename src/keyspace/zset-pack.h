/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The members of a sorted set that is a listpack, ascending:
 *
 *     name, score, name, score ...
 *
 * A member is named by the offset of its name.
 */
#ifndef KEYWEIGH_KEYSPACE_ZSET_PACK_H
#define KEYWEIGH_KEYSPACE_ZSET_PACK_H

#include "keyspace/pack.h"
#include "keyspace/value-zset.h"
#include "keyspace/zset-block.h"

enum { ZSET_PACK_STRIDE = 2 }; /* entries of a member */

/* The score of a member. */
double zset_pack_score(const struct pack *pack, uint32_t at);

/* The member; returns the offset of the next one. */
uint32_t zset_pack_get(const struct pack *pack, uint32_t at,
                       char room[TEXT_DIGITS], struct zset_member *member);

/* pack_end when it is not there. */
uint32_t zset_pack_find(const struct pack *pack, struct bytes name);

/* The first member that is not in front of a border, and its rank. */
uint32_t zset_pack_seek(const struct pack *pack,
                        const struct zset_border *border, uint64_t *rank);

/* Puts a member in front of the one at an offset. */
void zset_pack_insert(struct store *store, struct pack *pack, uint32_t at,
                      struct bytes name, double score);

/* Puts a member where it belongs. */
void zset_pack_add(struct store *store, struct pack *pack, struct bytes name,
                   double score);

void zset_pack_remove(struct store *store, struct pack *pack, uint32_t at);

/* Removes members from that rank on, which are there. */
void zset_pack_remove_ranks(struct store *store, struct pack *pack,
                            uint64_t first, uint64_t count);

/* Hands all of it out. */
void zset_pack_walk(const struct pack *pack, struct visitor *visitor);

#endif
