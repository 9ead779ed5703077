/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A sorted set is a packed blob of member, score, member, score ..., or a dict
 * and a skiplist over the same members:
 *
 *     [zset] -+-> [dict] -> [slots] -> [entry] ...
 *             `-> [skiplist] -> [head: 32 levels] -> [node] ... -> [sds]
 *
 * A node has l levels with probability 3/4 * (1/4)^(l-1), so the number of
 * nodes of each size is an expectation.
 *
 * Facts from rdb.c rdbLoadObject RDB_TYPE_ZSET*, Redis 7.2 t_zset.c
 * zsetConvertAndExpand, zslCreateNode, zslRandomLevel, zzlInsertAt.
 */
#include "model/cost-dict.h"
#include "model/score-text.h"
#include "packed/packed.h"

enum zset_form { ZSET_ITEMS, ZSET_BLOB, ZSET_TABLE };

struct zset_cost {
    enum zset_form form;
    bool repacked;      /* ZSET_ITEMS of a ziplist: scores are texts */
    uint64_t announced; /* members, or NODE_COUNT_UNKNOWN */
    uint64_t members;
    uint64_t total;     /* of the members' lengths */
    uint64_t packed;    /* bytes of a listpack of all */
    uint64_t blob;      /* ZSET_BLOB: bytes of it */
    struct cost_lengths lengths;
};

static unsigned
zset_begin(struct cost *cost, const struct key *key)
{
    struct zset_cost *state = cost->state;
    struct cost_lengths lengths = state->lengths;
    (void)key;
    lengths.count = 0;
    *state = (struct zset_cost){ .packed = LISTPACK_EMPTY,
                                 .lengths = lengths };
    return 0;
}

static uint64_t
limit_of(const struct cost *cost)
{
    return (uint64_t)cost->profile->settings.zset_max_listpack_entries;
}

static void
zset_count(struct cost *cost, uint64_t count)
{
    struct zset_cost *state = cost->state;
    state->announced = count;
    if (count > limit_of(cost))
        state->form = ZSET_TABLE;
}

/* A blob stays one by its number of members alone. */
static bool
zset_node(struct cost *cost, const struct node *node)
{
    struct zset_cost *state = cost->state;
    bool same = (node->kind == NODE_LISTPACK) ==
                (cost->server->packed == PACKED_LISTPACK);
    state->blob = node->size;
    state->repacked = true;
    if (node->count == NODE_COUNT_UNKNOWN) {
        state->announced = NODE_COUNT_UNKNOWN;
        state->form = same ? ZSET_BLOB : ZSET_ITEMS;
        return true;
    }
    zset_count(cost, node->count / 2);
    if (state->form == ZSET_TABLE)
        return cost->memory;
    if (cost->memory && !same)
        return true;
    state->form = ZSET_BLOB;
    state->members = node->count / 2;
    return false;
}

static void
become_table(struct cost *cost)
{
    struct zset_cost *state = cost->state;
    state->form = ZSET_TABLE;
    cost_lengths_book(cost, &state->lengths, BLOCK_MEMBER, BLOCK_MEMBER);
}

static uint64_t
score_size(const struct zset_cost *state, const struct item *item)
{
    if (state->repacked)
        return listpack_entry_size(&item->value);
    char room[SCORE_TEXT_MAX];
    struct text text = score_text(item->score, room);
    return listpack_entry_size(&text);
}

static bool
is_too_much(const struct cost *cost, const struct text *member)
{
    const struct zset_cost *state = cost->state;
    if (state->members >= limit_of(cost))
        return true;
    if (state->repacked)
        return false;
    return member->size >
               (uint64_t)cost->profile->settings.zset_max_listpack_value ||
           state->total + member->size > LISTPACK_MAX;
}

static void
zset_item(struct cost *cost, const struct item *item)
{
    struct zset_cost *state = cost->state;
    const struct text *member = &item->text;
    if (state->form != ZSET_TABLE && is_too_much(cost, member))
        become_table(cost);
    state->members++;
    state->total += member->size;
    if (!cost->memory)
        return;
    if (state->form == ZSET_TABLE) {
        cost_block(cost, BLOCK_MEMBER, cost_sds(cost, member->size), 1);
        return;
    }
    cost_lengths_add(&state->lengths, member->size);
    if (state->form == ZSET_ITEMS)
        state->packed +=
            listpack_entry_size(member) + score_size(state, item);
}

static void
book_nodes(struct cost *cost, uint64_t members)
{
    const struct prices *prices = cost->prices;
    double left = (double)members;
    for (uint32_t level = 1; level <= prices->skiplist_levels; level++) {
        double count =
            level < prices->skiplist_levels ? left * 0.75 : left;
        cost_block_expected(cost, BLOCK_SKIPLIST_NODE,
                            prices->skiplist_node +
                                (uint64_t)level * prices->skiplist_level,
                            count);
        left -= count;
    }
}

static void
book_table(struct cost *cost)
{
    const struct zset_cost *state = cost->state;
    const struct prices *prices = cost->prices;
    uint64_t members = state->members;
    cost_block(cost, BLOCK_ZSET, prices->zset, 1);
    cost_dict_book_sized(cost, state->announced == NODE_COUNT_UNKNOWN
                                   ? members
                                   : state->announced);
    cost_block(cost, BLOCK_DICT_ENTRY, prices->entry, members);
    cost_block(cost, BLOCK_SKIPLIST, prices->skiplist, 1);
    cost_block(cost, BLOCK_SKIPLIST_HEAD,
               prices->skiplist_node +
                   (uint64_t)prices->skiplist_levels * prices->skiplist_level,
               1);
    book_nodes(cost, members);
}

static void
zset_end(struct cost *cost)
{
    struct zset_cost *state = cost->state;
    bool listpack = cost->server->packed == PACKED_LISTPACK;
    if (state->form == ZSET_TABLE)
        cost->encoding = ENCODING_SKIPLIST;
    else
        cost->encoding = listpack ? ENCODING_LISTPACK : ENCODING_ZIPLIST;
    if (!cost->memory)
        return;
    if (state->form == ZSET_TABLE)
        book_table(cost);
    else
        cost_block(cost, BLOCK_PACKED,
                   state->form == ZSET_BLOB ? state->blob : state->packed, 1);
}

static void
zset_fini(void *state)
{
    cost_lengths_fini(&((struct zset_cost *)state)->lengths);
}

const struct cost_ops cost_zset = {
    .state_size = sizeof(struct zset_cost),
    .begin = zset_begin,
    .node = zset_node,
    .count = zset_count,
    .item = zset_item,
    .end = zset_end,
    .fini = zset_fini,
};
