/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>

#include "aof/replay-zset.h"

enum { NUMBER_MOST = 127 };

/* t_zset.c zslParseRange takes what strtod takes to the end, whatever stands
 * before it, but no NaN. */
static bool
parse_score(struct bytes text, struct zset_score_end *end)
{
    char digits[NUMBER_MOST + 1];
    char *rest;
    *end = (struct zset_score_end){ .exclusive = text.size > 0 &&
                                                 *text.data == '(' };
    size_t skip = end->exclusive;
    if (text.size - skip > NUMBER_MOST)
        return false;
    memcpy(digits, text.data + skip, text.size - skip);
    digits[text.size - skip] = '\0';
    end->score = strtod(digits, &rest);
    return *rest == '\0' && !isnan(end->score);
}

static bool
parse_member(struct bytes text, struct zset_member_end *end)
{
    *end = (struct zset_member_end){ .kind = ZSET_BELOW_ALL };
    if (text.size == 0)
        return false;
    end->member = bytes_of(text.data + 1, text.size - 1);
    switch (*text.data) {
    case '-':
        return text.size == 1;
    case '+':
        end->kind = ZSET_ABOVE_ALL;
        return text.size == 1;
    case '[':
        end->kind = ZSET_AT;
        return true;
    case '(':
        end->kind = ZSET_BESIDE;
        return true;
    default:
        return false;
    }
}

bool
replay_zset_range(const struct replay *replay, struct bytes from,
                  struct bytes to, struct zset_range *range)
{
    switch (range->by) {
    case ZSET_BY_RANK:
        return replay_number(replay, from, &range->start) &&
               replay_number(replay, to, &range->stop);
    case ZSET_BY_SCORE:
        return parse_score(from, &range->scores[0]) &&
               parse_score(to, &range->scores[1]);
    case ZSET_BY_LEX:
    default:
        return parse_member(from, &range->members[0]) &&
               parse_member(to, &range->members[1]);
    }
}

static bool
member_at(const struct value *value, uint64_t rank, char room[TEXT_DIGITS],
          struct zset_member *member)
{
    struct value_zset_cursor cursor;
    if (rank >= value_zset_count(value))
        return false;
    value_zset_seek(&cursor, value, rank);
    return value_zset_next(&cursor, room, member);
}

/* Whether no name can be in the range. */
static bool
is_void(const struct zset_range *range)
{
    struct zset_member_end from = range->members[0];
    struct zset_member_end to = range->members[1];
    if (from.kind == ZSET_BELOW_ALL)
        return to.kind == ZSET_BELOW_ALL;
    if (from.kind == ZSET_ABOVE_ALL || to.kind == ZSET_BELOW_ALL)
        return true;
    if (to.kind == ZSET_ABOVE_ALL)
        return false;
    int order = bytes_compare(from.member, to.member);
    bool is_both = from.kind == ZSET_AT && to.kind == ZSET_AT;
    return order > 0 || (order == 0 && !is_both);
}

/* When the last name is too low, servers look no further (t_zset.c
 * zzlIsInLexRange). */
static bool
is_last_below(const struct value *value, struct zset_member_end end)
{
    char room[TEXT_DIGITS];
    struct zset_member last;
    if ((end.kind != ZSET_AT && end.kind != ZSET_BESIDE) ||
        !member_at(value, value_zset_count(value) - 1, room, &last))
        return false;
    int order = bytes_compare(last.name, end.member);
    return order < 0 || (order == 0 && end.kind == ZSET_BESIDE);
}

struct zset_ranks
replay_zset_ranks(const struct value *value, const struct zset_range *range)
{
    switch (range->by) {
    case ZSET_BY_RANK:
        return value_zset_by_rank(value, range->start, range->stop);
    case ZSET_BY_SCORE:
        return value_zset_by_score(value, range->scores[0],
                                   range->scores[1]);
    case ZSET_BY_LEX:
    default:
        if (is_void(range) || is_last_below(value, range->members[0]))
            return (struct zset_ranks){ 0, 0 };
        return value_zset_by_member(value, range->members[0],
                                    range->members[1]);
    }
}

bool
replay_zset_is_told(const struct value *value, const struct zset_range *range,
                    bool plain)
{
    char room[TEXT_DIGITS];
    struct zset_member first;
    struct zset_member last;
    bool is_all = range->members[0].kind == ZSET_BELOW_ALL &&
                  range->members[1].kind == ZSET_ABOVE_ALL;
    return range->by != ZSET_BY_LEX || is_all || is_void(range) ||
           (plain && value->form == ZSET_PACKED) ||
           !member_at(value, 0, room, &first) ||
           !member_at(value, value_zset_count(value) - 1, room, &last) ||
           first.score == last.score;
}

/* t_zset.c zsetTypeCreate and zsetTypeMaybeConvert; up to Redis 7.0 only what
 * is stored from a range. */
void
replay_zset_expect(struct replay *replay, struct value *value,
                   uint64_t members)
{
    struct store *store = replay_store(replay);
    if (value->form == ZSET_PACKED &&
        members > store->limits.settings.zset_entries)
        value_zset_open_table(store, value);
}

/* Valkey looks at all names before it adds the first (since 8.0), too. */
static void
expect_names(struct replay *replay, struct value *value,
             const struct zset_names *names)
{
    struct store *store = replay_store(replay);
    bool has_long = false;
    replay_zset_expect(replay, value, names->count);
    if (value->form != ZSET_PACKED ||
        !replay_is_since(replay, AOF_NEVER, AOF_VERSION(8, 0, 0)))
        return;
    for (size_t i = 0; i < names->count; i++)
        has_long |= names->first[i * names->stride].size >
                    store->limits.settings.zset_value;
    if (has_long)
        value_zset_open_table(store, value);
}

enum replay_outcome
replay_zset_open(struct replay *replay, struct bytes key, unsigned conditions,
                 const struct zset_names *names, struct entry **entry)
{
    const uint32_t since = AOF_VERSION(7, 2, 0);
    enum replay_outcome outcome =
        (conditions & ZSET_IF_PRESENT) != 0
            ? replay_find(replay, key, TYPE_ZSET, entry)
            : replay_find_or_add(replay, key, TYPE_ZSET, entry);
    if (outcome == REPLAY_DONE && *entry != NULL &&
        replay_is_since(replay, since, since))
        expect_names(replay, &(*entry)->value, names);
    return outcome;
}

enum replay_outcome
replay_zset_put(struct replay *replay, struct bytes name,
                struct value *result)
{
    if (!value_is_empty(result))
        return replay_put(replay, name, result, false);
    value_fini(replay_store(replay), result);
    (void)replay_delete(replay, name);
    return REPLAY_DONE;
}
