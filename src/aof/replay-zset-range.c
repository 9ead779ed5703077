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
replay_zset_range(struct bytes from, struct bytes to,
                  struct zset_range *range)
{
    switch (range->by) {
    case ZSET_BY_RANK:
        return replay_integer(from, &range->start) &&
               replay_integer(to, &range->stop);
    case ZSET_BY_SCORE:
        return parse_score(from, &range->scores[0]) &&
               parse_score(to, &range->scores[1]);
    case ZSET_BY_LEX:
    default:
        return parse_member(from, &range->members[0]) &&
               parse_member(to, &range->members[1]);
    }
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
        return value_zset_by_member(value, range->members[0],
                                    range->members[1]);
    }
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

enum replay_outcome
replay_zset_open(struct replay *replay, struct bytes key, unsigned conditions,
                 uint64_t members, struct entry **entry)
{
    const uint32_t since = AOF_VERSION(7, 2, 0);
    enum replay_outcome outcome =
        (conditions & ZSET_IF_PRESENT) != 0
            ? replay_find(replay, key, TYPE_ZSET, entry)
            : replay_find_or_add(replay, key, TYPE_ZSET, entry);
    if (outcome == REPLAY_DONE && *entry != NULL &&
        replay_is_since(replay, since, since))
        replay_zset_expect(replay, &(*entry)->value, members);
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
