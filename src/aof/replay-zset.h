/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Ranges of sorted sets as commands give them, and storing results.  Private
 * to aof/replay*.
 */
#ifndef KEYWEIGH_AOF_REPLAY_ZSET_H
#define KEYWEIGH_AOF_REPLAY_ZSET_H

#include "aof/replay-command.h"
#include "keyspace/value-zset.h"

enum zset_by { ZSET_BY_RANK, ZSET_BY_SCORE, ZSET_BY_LEX };

struct zset_range {
    enum zset_by by;
    int64_t start;
    int64_t stop;
    struct zset_score_end scores[2];
    struct zset_member_end members[2];
};

/* Reads both ends by range->by: ranks, "1.5" "(2" "-inf", "[a" "(b" "-".
 * False when a server refuses them. */
bool replay_zset_range(const struct replay *replay, struct bytes from,
                       struct bytes to, struct zset_range *range);

/* The ranks of what is in a range. */
struct zset_ranks replay_zset_ranks(const struct value *value,
                                    const struct zset_range *range);

/* Whether a log tells what is in a range.  Where scores differ, names are in
 * no order.  In a listpack servers then go from the first that is high enough
 * to the first that is too high, as long as nothing but the ends is asked for
 * (plain); in a skiplist it hangs on how high they drew its towers. */
bool replay_zset_is_told(const struct value *value,
                         const struct zset_range *range, bool plain);

/* Before so many members are put into a sorted set: when they may be too many
 * for a listpack, servers make a table at once. */
void replay_zset_expect(struct replay *replay, struct value *value,
                        uint64_t members);

/* The members among the arguments of a command. */
struct zset_names {
    const struct bytes *first;
    size_t stride; /* from one to the next */
    size_t count;
};

/* The sorted set that these members are about to be put into: made, unless a
 * condition of value_zset_add wants them there.  *entry is NULL when there is
 * none to put them into. */
enum replay_outcome replay_zset_open(struct replay *replay, struct bytes key,
                                     unsigned conditions,
                                     const struct zset_names *names,
                                     struct entry **entry);

/* Gives the name that sorted set, moved in; an empty one deletes it. */
enum replay_outcome replay_zset_put(struct replay *replay, struct bytes name,
                                    struct value *result);

#endif
