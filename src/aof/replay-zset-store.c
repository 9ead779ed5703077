/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sorted sets made of sets and sorted sets, and of ranges.
 *
 * Sums of doubles depend on their order, so sources are added up in the
 * servers': by the number of their members, the smallest first (t_zset.c
 * zunionInterDiffGenericCommand).
 */
#include <math.h>
#include <stdlib.h>

#include "aof/replay-zset.h"
#include "base/xalloc.h"
#include "keyspace/value-set.h"

enum zset_operation { ZSET_UNION, ZSET_INTERSECTION, ZSET_DIFFERENCE };

enum zset_aggregate {
    AGGREGATE_SUM,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
    AGGREGATE_COUNT, /* of weights, since Redis 8.8 */
};

/* A set counts as a sorted set of scores of 1; NULL as an empty one. */
struct source_set {
    const struct value *value;
    double weight;
    uint64_t count;
    size_t number; /* in the command */
};

struct combination {
    struct source_set *sources;
    size_t count;
    enum zset_operation operation;
    enum zset_aggregate aggregate;
};

/* ---- sources ---- */

static uint64_t
members(const struct value *value)
{
    if (value == NULL)
        return 0;
    return value->type == TYPE_SET ? value_set_count(value)
                                   : value_zset_count(value);
}

static bool
find_score(const struct store *store, const struct value *value,
           struct bytes member, double *score)
{
    *score = 1;
    if (value == NULL)
        return false;
    return value->type == TYPE_SET
               ? value_set_has(store, value, member)
               : value_zset_score(store, value, member, score);
}

/* A walk over either kind. */
struct source_cursor {
    const struct value *value;
    struct value_set_cursor set;
    struct value_zset_cursor zset;
};

static void
begin(struct source_cursor *cursor, const struct value *value)
{
    cursor->value = value;
    if (value == NULL)
        return;
    if (value->type == TYPE_SET)
        value_set_begin(&cursor->set, value);
    else
        value_zset_seek(&cursor->zset, value, 0);
}

static bool
next(struct source_cursor *cursor, char room[TEXT_DIGITS],
     struct zset_member *member)
{
    if (cursor->value == NULL)
        return false;
    member->score = 1;
    return cursor->value->type == TYPE_SET
               ? value_set_next(&cursor->set, room, &member->name)
               : value_zset_next(&cursor->zset, room, member);
}

static bool
find_sources(struct replay *replay, struct combination *combination,
             const struct bytes *names)
{
    for (size_t i = 0; i < combination->count; i++) {
        struct entry *entry = keyspace_find(replay_keyspace(replay),
                                            replay_db(replay), names[i]);
        struct source_set *source = &combination->sources[i];
        *source = (struct source_set){ .weight = 1, .number = i };
        if (entry == NULL)
            continue;
        if (entry_type(entry) != TYPE_SET && entry_type(entry) != TYPE_ZSET)
            return false;
        source->value = &entry->value;
        source->count = members(source->value);
    }
    return true;
}

/* Equally large ones keep their order. */
static int
compare_sources(const void *a, const void *b)
{
    const struct source_set *x = a;
    const struct source_set *y = b;
    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

/* ---- scores ---- */

/* Infinity times 0, or less infinity, is 0. */
static double
no_nan(double score)
{
    return isnan(score) ? 0 : score;
}

static double
weighted(const struct combination *combination,
         const struct source_set *source, double score)
{
    return combination->aggregate == AGGREGATE_COUNT
               ? source->weight
               : source->weight * score;
}

static double
aggregated(enum zset_aggregate aggregate, double a, double b)
{
    switch (aggregate) {
    case AGGREGATE_MIN:
        return b < a ? b : a;
    case AGGREGATE_MAX:
        return b > a ? b : a;
    case AGGREGATE_SUM:
    case AGGREGATE_COUNT:
    default:
        return no_nan(a + b);
    }
}

static bool
put(struct replay *replay, struct value *result, struct bytes member,
    double score)
{
    return replay_has_room(replay) &&
           value_zset_add(replay_store(replay), result, member, score, 0,
                          NULL) != VALUE_REFUSED;
}

/* ---- the three operations ---- */

/* 0 in place of -0, or the other way, which adding takes for the same. */
static bool
is_other_zero(double a, double b)
{
    return a == b && signbit(a) != signbit(b);
}

static bool
unite(struct replay *replay, const struct combination *combination,
      struct value *result)
{
    struct store *store = replay_store(replay);
    char room[TEXT_DIGITS];
    struct zset_member member;
    struct source_cursor cursor;
    double old;
    bool kept = true;
    for (size_t i = 0; i < combination->count; i++) {
        const struct source_set *source = &combination->sources[i];
        begin(&cursor, source->value);
        while (next(&cursor, room, &member)) {
            double score = no_nan(weighted(combination, source, member.score));
            if (value_zset_score(store, result, member.name, &old)) {
                score = aggregated(combination->aggregate, old, score);
                if (is_other_zero(old, score))
                    (void)value_zset_remove(store, result, member.name);
            }
            kept &= put(replay, result, member.name, score);
        }
    }
    return kept;
}

/* Whether all other sources have the member; *score is all of theirs. */
static bool
is_in_all(struct replay *replay, const struct combination *combination,
          struct bytes member, double *score)
{
    double other;
    for (size_t i = 1; i < combination->count; i++) {
        const struct source_set *source = &combination->sources[i];
        if (!find_score(replay_store(replay), source->value, member, &other))
            return false;
        *score = aggregated(combination->aggregate, *score,
                            weighted(combination, source, other));
    }
    return true;
}

static bool
is_in_none(struct replay *replay, const struct combination *combination,
           struct bytes member)
{
    double other;
    for (size_t i = 1; i < combination->count; i++)
        if (find_score(replay_store(replay), combination->sources[i].value,
                       member, &other))
            return false;
    return true;
}

static bool
select_members(struct replay *replay, const struct combination *combination,
               struct value *result)
{
    char room[TEXT_DIGITS];
    struct zset_member member;
    struct source_cursor cursor;
    bool kept = true;
    begin(&cursor, combination->sources[0].value);
    while (next(&cursor, room, &member)) {
        double score = member.score;
        bool stays;
        if (combination->operation == ZSET_DIFFERENCE) {
            stays = is_in_none(replay, combination, member.name);
        } else {
            score = no_nan(weighted(combination, &combination->sources[0],
                                    score));
            stays = is_in_all(replay, combination, member.name, &score);
        }
        if (stays)
            kept &= put(replay, result, member.name, score);
    }
    return kept;
}

/* ---- the commands ---- */

static bool
parse_aggregate(struct bytes word, enum zset_aggregate *aggregate)
{
    *aggregate = replay_is(word, "MIN")     ? AGGREGATE_MIN
                 : replay_is(word, "MAX")   ? AGGREGATE_MAX
                 : replay_is(word, "COUNT") ? AGGREGATE_COUNT
                                            : AGGREGATE_SUM;
    return *aggregate != AGGREGATE_SUM || replay_is(word, "SUM");
}

/* [WEIGHTS w ...] [AGGREGATE SUM | MIN | MAX | COUNT] */
static bool
parse_options(const struct replay *replay, const struct bytes *argv,
              size_t argc, struct combination *combination)
{
    size_t i = 0;
    while (i < argc) {
        if (combination->operation == ZSET_DIFFERENCE)
            return false;
        if (replay_is(argv[i], "WEIGHTS") && argc - i > combination->count) {
            i++;
            for (size_t j = 0; j < combination->count; j++)
                if (!replay_score(replay, argv[i++],
                                  &combination->sources[j].weight))
                    return false;
        } else if (replay_is(argv[i], "AGGREGATE") && argc - i > 1) {
            if (!parse_aggregate(argv[i + 1], &combination->aggregate))
                return false;
            i += 2;
        } else {
            return false;
        }
    }
    return true;
}

static enum replay_outcome
store_combination(struct replay *replay, struct bytes name,
                  struct combination *combination)
{
    struct value result;
    value_init(replay_store(replay), &result, TYPE_ZSET);
    value_zset_open_table(replay_store(replay), &result);
    if (combination->operation != ZSET_DIFFERENCE)
        qsort(combination->sources, combination->count,
              sizeof(*combination->sources), compare_sources);
    bool kept = combination->operation == ZSET_UNION
                    ? unite(replay, combination, &result)
                    : select_members(replay, combination, &result);
    value_zset_close_table(replay_store(replay), &result);
    enum replay_outcome outcome = replay_zset_put(replay, name, &result);
    return outcome == REPLAY_DONE ? replay_kept(kept) : outcome;
}

/* destination numkeys key ... options */
static enum replay_outcome
store(struct replay *replay, enum zset_operation operation,
      const struct bytes *argv, size_t argc)
{
    struct combination combination = { .operation = operation };
    enum replay_outcome outcome = REPLAY_ERROR;
    int64_t keys;
    if (!replay_number(replay, argv[2], &keys) || keys < 1 ||
        (uint64_t)keys > argc - 3)
        return REPLAY_ERROR;
    combination.count = (size_t)keys;
    combination.sources =
        xcalloc(combination.count, sizeof(*combination.sources));
    if (find_sources(replay, &combination, argv + 3) &&
        parse_options(replay, argv + 3 + keys,
                      argc - 3 - combination.count, &combination))
        outcome = store_combination(replay, argv[1], &combination);
    free(combination.sources);
    return outcome;
}

static enum replay_outcome
zunionstore(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return store(replay, ZSET_UNION, argv, argc);
}

static enum replay_outcome
zinterstore(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return store(replay, ZSET_INTERSECTION, argv, argc);
}

static enum replay_outcome
zdiffstore(struct replay *replay, const struct bytes *argv, size_t argc)
{
    return store(replay, ZSET_DIFFERENCE, argv, argc);
}

/* ---- ZRANGESTORE ---- */

struct range_options {
    struct zset_range range;
    bool reverse;
    bool has_limit;
    int64_t offset;
    int64_t limit; /* below 0: all */
    bool counts_from_end; /* offset, when it is below 0 */
};

/* BYSCORE or BYLEX, once. */
static bool
take_by(struct bytes word, struct range_options *options)
{
    if (options->range.by != ZSET_BY_RANK)
        return false;
    if (replay_is(word, "BYSCORE"))
        options->range.by = ZSET_BY_SCORE;
    else if (replay_is(word, "BYLEX"))
        options->range.by = ZSET_BY_LEX;
    return options->range.by != ZSET_BY_RANK;
}

/* destination source from to [BYSCORE | BYLEX] [REV] [LIMIT offset count];
 * ranks take no LIMIT but of -1, which is none. */
static bool
parse_range(const struct replay *replay, const struct bytes *argv,
            size_t argc, struct range_options *options)
{
    *options = (struct range_options){ .limit = -1 };
    for (size_t i = 5; i < argc; i++) {
        if (take_by(argv[i], options))
            continue;
        if (replay_is(argv[i], "REV") && !options->reverse) {
            options->reverse = true;
        } else if (replay_is(argv[i], "LIMIT") && argc - i > 2 &&
                   replay_integer(argv[i + 1], &options->offset) &&
                   replay_integer(argv[i + 2], &options->limit)) {
            options->has_limit = true;
            i += 2;
        } else {
            return false;
        }
    }
    bool by_rank = options->range.by == ZSET_BY_RANK;
    bool swaps = options->reverse && !by_rank;
    if (by_rank)
        options->has_limit = false;
    return (!by_rank || options->limit == -1) &&
           replay_zset_range(replay, argv[swaps ? 4 : 3],
                             argv[swaps ? 3 : 4], &options->range);
}

/* Members of a range that LIMIT passes over.  An offset below 0 is behind all
 * of them, unless it counts from the range's end. */
static uint64_t
skipped(const struct range_options *options, uint64_t size)
{
    uint64_t offset = (uint64_t)options->offset;
    if (options->offset >= 0)
        return offset < size ? offset : size;
    return options->counts_from_end && -offset <= size ? size + offset : size;
}

/* Where servers find the place in a skiplist at once (t_zset.c zslNthInRange,
 * since Redis 7.4 and Valkey 8), offsets below 0 count from the end; Redis has
 * stopped that in 8.2. */
static bool
counts_from_end(const struct replay *replay, const struct value *value)
{
    return value->form == ZSET_TABLE &&
           replay_is_since(replay, AOF_VERSION(7, 4, 0),
                           AOF_VERSION(8, 0, 0)) &&
           !replay_is_since(replay, AOF_VERSION(8, 2, 0), AOF_NEVER);
}

/* Of a reversed range, the last members are the first. */
static struct zset_ranks
chosen(const struct value *value, const struct range_options *options)
{
    uint64_t count = value_zset_count(value);
    struct zset_ranks ranks = replay_zset_ranks(value, &options->range);
    if (options->reverse && options->range.by == ZSET_BY_RANK)
        ranks = (struct zset_ranks){ count - ranks.end, count - ranks.first };
    if (!options->has_limit)
        return ranks;
    uint64_t size = ranks.end - ranks.first;
    uint64_t skip = skipped(options, size);
    uint64_t left = size - skip;
    if (options->limit >= 0 && (uint64_t)options->limit < left)
        left = (uint64_t)options->limit;
    if (options->reverse)
        return (struct zset_ranks){ ranks.end - skip - left,
                                    ranks.end - skip };
    return (struct zset_ranks){ ranks.first + skip,
                                ranks.first + skip + left };
}

/* Puts members in the order of the range: those that come before the result
 * is too large for a listpack lose the sign of -0. */
static bool
put_range(struct replay *replay, const struct value *value,
          struct zset_ranks ranks, bool reverse, struct value *result)
{
    char room[TEXT_DIGITS];
    struct zset_member member;
    struct value_zset_cursor cursor;
    bool kept = true;
    value_zset_seek(&cursor, value, ranks.first);
    for (uint64_t i = ranks.first; i < ranks.end; i++) {
        if (reverse)
            value_zset_seek(&cursor, value, ranks.end - 1 - i + ranks.first);
        (void)value_zset_next(&cursor, room, &member);
        kept &= put(replay, result, member.name, member.score);
    }
    return kept;
}

static enum replay_outcome
zrangestore(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct range_options options;
    struct value result;
    struct entry *entry;
    bool kept = true;
    if (!parse_range(replay, argv, argc, &options) ||
        replay_find(replay, argv[2], TYPE_ZSET, &entry) != REPLAY_DONE)
        return REPLAY_ERROR;
    bool plain = !options.reverse && !options.has_limit;
    if (entry != NULL &&
        !replay_zset_is_told(&entry->value, &options.range, plain))
        return REPLAY_UNKNOWN;
    value_init(replay_store(replay), &result, TYPE_ZSET);
    if (entry != NULL) {
        options.counts_from_end = counts_from_end(replay, &entry->value);
        struct zset_ranks ranks = chosen(&entry->value, &options);
        if (options.range.by == ZSET_BY_RANK)
            replay_zset_expect(replay, &result, ranks.end - ranks.first);
        kept = put_range(replay, &entry->value, ranks, options.reverse,
                         &result);
    }
    enum replay_outcome outcome = replay_zset_put(replay, argv[1], &result);
    return outcome == REPLAY_DONE ? replay_kept(kept) : outcome;
}

const struct replay_row replay_zset_store[] = {
    { "ZUNIONSTORE", zunionstore },
    { "ZINTERSTORE", zinterstore },
    { "ZDIFFSTORE", zdiffstore },
    { "ZRANGESTORE", zrangestore },
    { NULL, NULL },
};
