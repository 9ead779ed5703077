/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A set is an intset, a listpack, or a dict without values:
 *
 *     [intset: 8, n * width]    [listpack]    [dict] -> [slots] -> [sds] ...
 *
 * Facts from rdb.c rdbLoadObject RDB_TYPE_SET, RDB_TYPE_SET_INTSET,
 * RDB_TYPE_SET_LISTPACK, and Redis 7.2 t_set.c setTypeConvertAndExpand: a set
 * of members is read as integers until the first other one comes, then goes on
 * as listpack while that holds, then as table.
 */
#include "model/cost-dict.h"
#include "packed/packed.h"

enum set_form { SET_INTSET, SET_LISTPACK, SET_TABLE, SET_BLOB };

enum { INTSET_HEADER = 8, INTSET_MOST = 1 << 30 };

struct set_cost {
    enum set_form form;
    uint64_t announced; /* members, by the file's count */
    uint64_t members;
    uint64_t longest;
    uint64_t total;     /* of the members' lengths */
    uint64_t packed;    /* bytes of the listpack that holds them all */
    uint64_t reserved;  /* what the listpack was made with */
    int64_t least;      /* integers so far */
    int64_t most;
    uint64_t blob;      /* SET_BLOB: bytes of the listpack in the file */
    struct cost_lengths lengths;
};

static unsigned
set_begin(struct cost *cost, const struct key *key)
{
    struct set_cost *state = cost->state;
    struct cost_lengths lengths = state->lengths;
    (void)key;
    lengths.count = 0;
    *state = (struct set_cost){ .packed = LISTPACK_EMPTY, .lengths = lengths };
    return 0;
}

static uint64_t
intset_limit(const struct settings *settings)
{
    int64_t limit = settings->set_max_intset_entries;
    return limit < INTSET_MOST ? (uint64_t)limit : INTSET_MOST;
}

static void
become_table(struct cost *cost)
{
    struct set_cost *state = cost->state;
    state->form = SET_TABLE;
    cost_lengths_book(cost, &state->lengths, BLOCK_MEMBER, BLOCK_MEMBER);
}

/* A table from the start: it is given room for all members at once. */
static void
set_count(struct cost *cost, uint64_t count)
{
    struct set_cost *state = cost->state;
    state->announced = count;
    if (count > intset_limit(&cost->profile->settings))
        state->form = SET_TABLE;
}

static bool
set_node(struct cost *cost, const struct node *node)
{
    struct set_cost *state = cost->state;
    const struct settings *settings = &cost->profile->settings;
    state->announced = node->count;
    if (node->kind == NODE_INTSET) {
        if (node->count > intset_limit(settings)) {
            state->form = SET_TABLE;
            return cost->memory;
        }
        state->members = node->count;
        if (cost->memory && node->count > 0)
            cost_block(cost, BLOCK_PACKED, node->size, 1);
        return false;
    }
    if (!cost->server->set_listpack) {
        set_count(cost, node->count);
        return true;
    }
    state->form = SET_BLOB;
    state->blob = node->size;
    if (node->count == NODE_COUNT_UNKNOWN)
        return true;
    if (node->count <= (uint64_t)settings->set_max_listpack_entries) {
        state->members = node->count;
        return false;
    }
    state->form = SET_TABLE;
    return cost->memory;
}

static uint64_t
integer_size(int64_t number)
{
    struct text text = text_of_integer(number);
    return listpack_entry_size(&text);
}

/* t_set.c sizes the new listpack as if all members were as long as the least
 * or the greatest. */
static void
become_listpack(struct set_cost *state)
{
    state->form = SET_LISTPACK;
    if (state->members == 0)
        return;
    uint64_t a = integer_size(state->least);
    uint64_t b = integer_size(state->most);
    state->reserved = LISTPACK_EMPTY + (a > b ? a : b) * state->members;
}

/* Whether a listpack may take another member. */
static bool
listpack_fits(const struct cost *cost, uint64_t longest, uint64_t bytes)
{
    const struct set_cost *state = cost->state;
    const struct settings *settings = &cost->profile->settings;
    return state->members < (uint64_t)settings->set_max_listpack_entries &&
           longest <= (uint64_t)settings->set_max_listpack_value &&
           bytes <= LISTPACK_MAX;
}

static void
note_integer(struct set_cost *state, int64_t number)
{
    if (state->members == 0 || number < state->least)
        state->least = number;
    if (state->members == 0 || number > state->most)
        state->most = number;
}

/* The form after the loader looked at the next member, not yet counted. */
static void
choose_form(struct cost *cost, const struct text *text)
{
    struct set_cost *state = cost->state;
    int64_t number;
    if (state->form == SET_INTSET) {
        if (cost_integer(text, &number))
            note_integer(state, number);
        else if (cost->server->set_listpack &&
                 listpack_fits(cost, state->longest, state->total))
            become_listpack(state);
        else
            become_table(cost);
    }
    if (state->form == SET_LISTPACK &&
        !listpack_fits(cost, text->size, state->packed + text->size))
        become_table(cost);
}

static void
set_item(struct cost *cost, const struct item *item)
{
    struct set_cost *state = cost->state;
    const struct text *text = &item->text;
    state->total += text->size;
    if (text->size > state->longest)
        state->longest = text->size;
    if (state->form == SET_BLOB) {
        if (state->members >=
            (uint64_t)cost->profile->settings.set_max_listpack_entries)
            become_table(cost);
    } else {
        choose_form(cost, text);
    }
    state->members++;
    if (state->form == SET_TABLE) {
        if (cost->memory)
            cost_block(cost, BLOCK_MEMBER, cost_sds(cost, text->size), 1);
        return;
    }
    cost_lengths_add(&state->lengths, text->size);
    if (cost->memory && state->form != SET_BLOB)
        state->packed += listpack_entry_size(text);
}

static uint64_t
intset_width(const struct set_cost *state)
{
    if (state->least < INT32_MIN || state->most > INT32_MAX)
        return 8;
    if (state->least < INT16_MIN || state->most > INT16_MAX)
        return 4;
    return 2;
}

static void
book_table(struct cost *cost)
{
    struct set_cost *state = cost->state;
    uint64_t size = state->announced == NODE_COUNT_UNKNOWN ? state->members
                                                           : state->announced;
    cost_dict_book_sized(cost, size);
    double taken = cost_dict_collisions(size, cost_dict_slots(size));
    if (taken > 0)
        cost_block_expected(cost, BLOCK_DICT_ENTRY,
                            cost->prices->entry_no_value, taken);
}

/* A listpack made too large stays so until it must grow. */
static uint64_t
listpack_size(const struct cost *cost)
{
    const struct set_cost *state = cost->state;
    if (state->packed <= alloc_usable(cost->allocator, state->reserved))
        return state->reserved > state->packed ? state->reserved
                                               : state->packed;
    return state->packed;
}

static void
set_end(struct cost *cost)
{
    static const enum encoding encodings[] = {
        [SET_INTSET] = ENCODING_INTSET,
        [SET_LISTPACK] = ENCODING_LISTPACK,
        [SET_TABLE] = ENCODING_HASHTABLE,
        [SET_BLOB] = ENCODING_LISTPACK,
    };
    struct set_cost *state = cost->state;
    cost->encoding = encodings[state->form];
    if (!cost->memory)
        return;
    if (state->form == SET_TABLE)
        book_table(cost);
    else if (state->form == SET_BLOB)
        cost_block(cost, BLOCK_PACKED, state->blob, 1);
    else if (state->form == SET_LISTPACK)
        cost_block(cost, BLOCK_PACKED, listpack_size(cost), 1);
    else if (state->lengths.count > 0)
        cost_block(cost, BLOCK_PACKED,
                   INTSET_HEADER + state->members * intset_width(state), 1);
}

static void
set_fini(void *state)
{
    cost_lengths_fini(&((struct set_cost *)state)->lengths);
}

const struct cost_ops cost_set = {
    .state_size = sizeof(struct set_cost),
    .begin = set_begin,
    .node = set_node,
    .count = set_count,
    .item = set_item,
    .end = set_end,
    .fini = set_fini,
};
