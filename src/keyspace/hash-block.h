/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A field of a hash that is a table, in one block:
 *
 *     1 when it expires, else 0 | expiry (8), if so | field | value
 *
 * the texts as name.h has them.
 */
#ifndef KEYWEIGH_KEYSPACE_HASH_BLOCK_H
#define KEYWEIGH_KEYSPACE_HASH_BLOCK_H

#include "keyspace/blocks.h"
#include "keyspace/value-hash.h"

struct hash_fields {
    struct blocks blocks; /* of hash_block_kind */
    uint64_t expiring;    /* fields that expire */
};

extern const struct block_kind hash_block_kind;

/* All of a block; the texts are its own. */
struct hash_pair hash_block_pair(const unsigned char *block);

/* A field that is not there yet; false: too many. */
bool hash_block_add(struct store *store, struct hash_fields *fields,
                    const struct hash_pair *pair);

/* Another block in the place of the one at index, of the same field; the
 * pair's texts may be that one's. */
void hash_block_replace(struct store *store, struct hash_fields *fields,
                        int64_t index, const struct hash_pair *pair);

void hash_block_remove(struct store *store, struct hash_fields *fields,
                       int64_t index);

#endif
