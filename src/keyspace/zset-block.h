/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A member of a sorted set that is a table, in one block:
 *
 *     score (8) | name
 *
 * found in a table by its name and in a row by score and name.
 */
#ifndef KEYWEIGH_KEYSPACE_ZSET_BLOCK_H
#define KEYWEIGH_KEYSPACE_ZSET_BLOCK_H

#include "keyspace/blocks.h"
#include "keyspace/ordered.h"

struct zset_members {
    struct blocks blocks; /* of zset_block_kind */
    struct ordered order;
};

extern const struct block_kind zset_block_kind;

/* A place among members: in front of all of that score, of that name, or of
 * both; or behind them. */
struct zset_border {
    enum { ZSET_BORDER_SCORE, ZSET_BORDER_NAME, ZSET_BORDER_BOTH } by;
    double score;
    struct bytes name;
    bool behind;
};

/* Below 0 when a member is in front of the border. */
int zset_border_compare(double score, struct bytes name,
                        const struct zset_border *border);

struct bytes zset_block_name(const void *block);
double zset_block_score(const void *block);

/* A block against a border, as the row asks for it. */
int zset_block_compare(const void *block, const void *border);

/* NULL when it is not there. */
void *zset_block_find(const struct store *store,
                      const struct zset_members *members, struct bytes name);

/* A member that is not there yet; false: too many. */
bool zset_block_add(struct store *store, struct zset_members *members,
                    struct bytes name, double score);
void zset_block_rescore(struct store *store, struct zset_members *members,
                        void *block, double score);
void zset_block_remove(struct store *store, struct zset_members *members,
                       void *block);

/* Removes members from that rank on, which are there. */
void zset_block_remove_ranks(struct store *store, struct zset_members *members,
                             uint64_t first, uint64_t count);

/* Gives the blocks, and those that hold them, to pool_move. */
void zset_block_relocate(struct store *store, struct zset_members *members);

/* Makes copy, which is not initialised, members of its own; false when the
 * store has no room for them: then there is no copy. */
bool zset_block_copy(struct store *store, struct zset_members *copy,
                     const struct zset_members *members);

#endif
