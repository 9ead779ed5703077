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

#include "keyspace/table.h"
#include "keyspace/value-hash.h"

struct hash_fields {
    struct table table;
    uint64_t expiring; /* fields that expire */
};

/* The name of a block, as tables ask for it; all of it. */
struct bytes hash_block_field(const void *block);
struct hash_pair hash_block_pair(const unsigned char *block);

/* Bytes of the block that a pair makes. */
size_t hash_block_size(const struct hash_pair *pair);

void hash_block_free(struct store *store, unsigned char *block);

/* TABLE_NONE when it is not there. */
int64_t hash_block_find(const struct store *store,
                        const struct hash_fields *fields, struct bytes field);

/* A field that is not there yet; false: too many. */
bool hash_block_add(struct store *store, struct hash_fields *fields,
                    const struct hash_pair *pair);

/* Another block in the place of the one at index, of the same field; the
 * pair's texts may be that one's. */
void hash_block_replace(struct store *store, struct hash_fields *fields,
                        int64_t index, const struct hash_pair *pair);

#endif
