/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sorted sets.
 *
 *     ZSET_PACKED   member, score, member, score ... ascending, in a listpack
 *     ZSET_TABLE    a table by member, and the members in order
 *
 * Members are in order of score, those of equal score in order of bytes.
 * Ranks count from 0.  Scores are never NaN; -0 and 0 are one score.
 */
#ifndef KEYWEIGH_KEYSPACE_VALUE_ZSET_H
#define KEYWEIGH_KEYSPACE_VALUE_ZSET_H

#include "keyspace/value.h"

enum value_zset_form { ZSET_PACKED, ZSET_TABLE };

/* Conditions of ZADD, as a bit set.  The caller has excluded combinations
 * that servers refuse. */
enum zset_condition {
    ZSET_IF_ABSENT = 1,  /* NX */
    ZSET_IF_PRESENT = 2, /* XX */
    ZSET_IF_GREATER = 4, /* GT: of members that are there */
    ZSET_IF_LESS = 8,    /* LT: the same */
    ZSET_INCREMENT = 16, /* INCR: score is added to the one that is there */
};

/* One end of a range of scores. */
struct zset_score_end {
    double score;
    bool exclusive;
};

/* One end of a range of members, which all have one score. */
struct zset_member_end {
    enum { ZSET_BELOW_ALL, ZSET_ABOVE_ALL, ZSET_AT, ZSET_BESIDE } kind;
    struct bytes member; /* AT: inclusive, BESIDE: exclusive */
};

/* Members from rank first on, up to but without rank end. */
struct zset_ranks {
    uint64_t first;
    uint64_t end;
};

uint64_t value_zset_count(const struct value *value);

bool value_zset_score(const struct store *store, const struct value *value,
                      struct bytes member, double *score);

/* Score is no NaN.  SAME also when a condition does not hold.  A sum that is
 * NaN is SAME, too: *is_nan then says so.  is_nan may be NULL. */
enum value_change value_zset_add(struct store *store, struct value *value,
                                 struct bytes member, double score,
                                 unsigned conditions, bool *is_nan);

/* False when it is not there. */
bool value_zset_remove(struct store *store, struct value *value,
                       struct bytes member);

/* The ranks of a range; first == end when nothing is in it.  start and stop
 * are as ZRANGE means them: both included, below 0 from the end. */
struct zset_ranks value_zset_by_rank(const struct value *value, int64_t start,
                                     int64_t stop);
struct zset_ranks value_zset_by_score(const struct value *value,
                                      struct zset_score_end from,
                                      struct zset_score_end to);
struct zset_ranks value_zset_by_member(const struct value *value,
                                       struct zset_member_end from,
                                       struct zset_member_end to);

/* Removes them; returns how many. */
uint64_t value_zset_remove_ranks(struct store *store, struct value *value,
                                 struct zset_ranks ranks);

/* A place between two members, valid until the next change. */
struct value_zset_cursor {
    const struct value *value;
    uint32_t block; /* ZSET_TABLE */
    uint32_t at;    /* in the block; ZSET_PACKED: offset */
};

struct zset_member {
    struct bytes name; /* valid until the next change or call */
    double score;
};

/* To the place in front of that rank, which is at most the count. */
void value_zset_seek(struct value_zset_cursor *cursor,
                     const struct value *value, uint64_t rank);

/* False at the end they go to. */
bool value_zset_next(struct value_zset_cursor *cursor, char room[TEXT_DIGITS],
                     struct zset_member *member);
bool value_zset_previous(struct value_zset_cursor *cursor,
                         char room[TEXT_DIGITS], struct zset_member *member);

/* Makes a table of a listpack, whatever is in it; and a listpack of a table,
 * if that is allowed to be.  So servers load tables and store results: what a
 * listpack does not keep, the sign of -0, goes only at the end. */
void value_zset_open_table(struct store *store, struct value *value);
void value_zset_close_table(struct store *store, struct value *value);

/* For loading a dump: another member, whose score is no NaN.  In a blob, what
 * limits the listpack is only the number of its members, not their length.
 * SAME: it is there already; ADDED; REFUSED. */
enum value_change value_zset_load(struct store *store, struct value *value,
                                  struct bytes member, double score,
                                  bool blob);

#endif
