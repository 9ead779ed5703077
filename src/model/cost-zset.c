/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A sorted set is a packed blob of member, score, member, score ..., or a
 * table and a skiplist over the same members:
 *
 *     [zset] -+-> [dict] -> [slots] -> [entry] ...
 *             `-> [skiplist] -> [head: 32 levels] -> [node] ... -> [sds]
 *
 * Redis 8.6 and Valkey 9.1 put the member behind the levels of its node.  A
 * node has l levels with probability 3/4 * (1/4)^(l-1), so the number of nodes
 * of each size is an expectation.
 *
 * Facts from rdb.c rdbLoadObject RDB_TYPE_ZSET*, t_zset.c zsetConvert (since
 * Redis 7.2 zsetConvertAndExpand), zslCreate, zslCreateNode, zslRandomLevel,
 * zzlInsertAt.
 */
#include <string.h>

#include "data/score-text.h"
#include "model/cost-element.h"
#include "model/cost-table.h"
#include "model/packed-size.h"

enum zset_form { ZSET_ITEMS, ZSET_BLOB, ZSET_TABLE };

/* Members up to this length are counted by length. */
enum { SHORT_MEMBER = 255 };

struct zset_cost {
    enum zset_form form;
    bool was_packed;    /* the members stand in a blob; scores are texts */
    uint64_t announced; /* members */
    uint64_t members;
    uint64_t total;     /* of the members' lengths */
    uint64_t blob;      /* ZSET_BLOB: bytes of it */
    struct packed_size packed; /* ZSET_ITEMS: all of them */
    struct cost_elements elements;
    uint64_t nodes[SHORT_MEMBER + 1]; /* MEMBER_IN_NODE: how many members of
                                         each length; 0 between keys */
};

static unsigned
zset_begin(struct cost *cost, const struct key *key)
{
    struct zset_cost *state = cost->state;
    (void)key;
    state->form = ZSET_ITEMS;
    state->was_packed = false;
    state->announced = 0;
    state->members = 0;
    state->total = 0;
    state->elements.count = 0;
    packed_size_begin(&state->packed, cost);
    return 0;
}

static uint64_t
limit_of(const struct cost *cost)
{
    return (uint64_t)cost->profile->settings.zset_max_listpack_entries;
}

/* Levels of nodes were counted for a value that then came to nothing. */
static void
become_table(struct cost *cost)
{
    struct zset_cost *state = cost->state;
    state->form = ZSET_TABLE;
    memset(state->nodes, 0, sizeof(state->nodes));
}

static void
zset_count(struct cost *cost, uint64_t count)
{
    struct zset_cost *state = cost->state;
    state->announced = count;
    if (count > limit_of(cost))
        become_table(cost);
}

/* A blob stays one by its number of members alone. */
static bool
zset_node(struct cost *cost, const struct node *node)
{
    struct zset_cost *state = cost->state;
    bool same = (node->kind == NODE_LISTPACK) ==
                (cost->server->packed == PACKED_LISTPACK);
    state->blob = node->size;
    state->was_packed = true;
    if (node->count == NODE_COUNT_UNKNOWN) {
        state->form = same ? ZSET_BLOB : ZSET_ITEMS;
        return true;
    }
    zset_count(cost, node->count / 2);
    if (state->form == ZSET_TABLE)
        return cost->memory;
    if (cost->memory && !same) {
        packed_size_reserve(&state->packed, node->size);
        return true;
    }
    state->form = ZSET_BLOB;
    state->members = node->count / 2;
    return false;
}

/* ---- members ---- */

/* A member in its node has the shortest header, even when it is empty. */
static uint64_t
embedded_size(const struct cost *cost, uint64_t length)
{
    uint64_t sds = length == 0 ? 2 : cost_sds(cost, length);
    return cost->prices->skiplist == 0 ? 1 + sds : sds;
}

/* Nodes by their expected levels, each with embedded bytes behind them. */
static void
book_nodes(struct cost *cost, uint64_t nodes, uint64_t embedded)
{
    const struct prices *prices = cost->prices;
    double left = (double)nodes;
    for (uint32_t level = 1; level <= prices->skiplist_levels; level++) {
        double count =
            level < prices->skiplist_levels ? left * 0.75 : left;
        cost_block_expected(cost, BLOCK_SKIPLIST_NODE,
                            prices->skiplist_node +
                                (uint64_t)level * prices->skiplist_level +
                                embedded,
                            count);
        left -= count;
    }
}

static void
book_member(struct cost *cost, struct cost_element member)
{
    struct zset_cost *state = cost->state;
    if (cost->server->member != MEMBER_IN_NODE)
        cost_element_book(cost, BLOCK_MEMBER, member);
    else if (member.size <= SHORT_MEMBER)
        state->nodes[member.size]++;
    else
        book_nodes(cost, 1, embedded_size(cost, member.size));
}

static void
add_to_packed(struct cost *cost, const struct item *item)
{
    struct zset_cost *state = cost->state;
    packed_size_add(&state->packed, &item->text);
    if (state->was_packed) {
        packed_size_add(&state->packed, &item->value);
    } else {
        char room[SCORE_TEXT_MAX];
        struct text text =
            score_text(cost->server->score, item->score, room);
        packed_size_add(&state->packed, &text);
    }
}

static bool
is_too_much(const struct cost *cost, const struct text *member)
{
    const struct zset_cost *state = cost->state;
    if (state->members >= limit_of(cost))
        return true;
    if (state->was_packed)
        return false;
    return member->size >
               (uint64_t)cost->profile->settings.zset_max_listpack_value ||
           state->total + member->size > LISTPACK_MAX;
}

static void
unpack(struct cost *cost)
{
    struct zset_cost *state = cost->state;
    become_table(cost);
    for (size_t i = 0; i < state->elements.count; i++)
        book_member(cost, state->elements.items[i]);
    state->elements.count = 0;
}

static void
zset_item(struct cost *cost, const struct item *item)
{
    struct zset_cost *state = cost->state;
    if (state->form != ZSET_TABLE && is_too_much(cost, &item->text))
        unpack(cost);
    state->members++;
    state->total += item->text.size;
    if (!cost->memory)
        return;
    struct cost_element member =
        cost_element_of(cost, &item->text, state->was_packed);
    if (state->form == ZSET_TABLE) {
        book_member(cost, member);
        return;
    }
    cost_elements_add(&state->elements, member);
    if (state->form == ZSET_ITEMS)
        add_to_packed(cost, item);
}

/* ---- table and skiplist ---- */

static void
book_skiplist(struct cost *cost)
{
    struct zset_cost *state = cost->state;
    const struct prices *prices = cost->prices;
    if (prices->skiplist != 0)
        cost_block(cost, BLOCK_SKIPLIST, prices->skiplist, 1);
    cost_block(cost, BLOCK_SKIPLIST_HEAD,
               prices->skiplist_node +
                   (uint64_t)prices->skiplist_levels * prices->skiplist_level,
               1);
    if (cost->server->member != MEMBER_IN_NODE) {
        book_nodes(cost, state->members, 0);
        return;
    }
    for (uint64_t length = 0; length <= SHORT_MEMBER; length++)
        if (state->nodes[length] > 0)
            book_nodes(cost, state->nodes[length],
                       embedded_size(cost, length));
}

/* A table of what was packed, or may have become packed, is made at once for
 * all members, from 5.0 or 7.2 on. */
static void
book_table(struct cost *cost)
{
    const struct zset_cost *state = cost->state;
    const struct prices *prices = cost->prices;
    struct cost_table table;
    cost_table_begin(&table, cost, cost->server->zset_table);
    if (!state->was_packed && cost->server->presize >= PRESIZE_ZSETS)
        cost_table_reserve(&table, state->announced);
    if (state->was_packed && cost->server->presize >= PRESIZE_ALL_PACKED)
        cost_table_expand(&table, state->members);
    cost_table_fill(&table, state->members);
    cost_table_book(cost, &table,
                    table.layout == TABLE_HASHTABLE ? prices->hashtable
                                                    : prices->dict_zset);
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
    if (state->form != ZSET_TABLE) {
        cost_block(cost, BLOCK_PACKED,
                   state->form == ZSET_BLOB ? state->blob
                                            : packed_size_block(
                                                  &state->packed),
                   1);
        return;
    }
    cost_block(cost, BLOCK_ZSET, cost->prices->zset, 1);
    book_table(cost);
    book_skiplist(cost);
}

static void
zset_fini(void *state)
{
    cost_elements_fini(&((struct zset_cost *)state)->elements);
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
