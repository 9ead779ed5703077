/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A set is an intset, a listpack, or a table without values:
 *
 *     [intset: 8, n * width]    [listpack]    [dict] -> [slots] -> [sds] ...
 *
 * Facts from rdb.c rdbLoadObject RDB_TYPE_SET, RDB_TYPE_SET_INTSET,
 * RDB_TYPE_SET_LISTPACK, and t_set.c setTypeConvert (since Redis 7.2
 * setTypeConvertAndExpand): a set of members is read as integers until the
 * first other one comes, then, since 7.2, goes on as listpack while that
 * holds, then as table.
 */
#include "model/cost-element.h"
#include "model/cost-table.h"
#include "model/packed-size.h"
#include "packed/packed.h"

enum set_form { SET_INTSET, SET_LISTPACK, SET_TABLE, SET_BLOB };

enum { INTSET_HEADER = 8, INTSET_MOST = 1 << 30 };

struct set_cost {
    enum set_form form;
    bool was_packed;    /* the members stand in a blob */
    uint64_t announced; /* members, by the file's count */
    uint64_t members;
    uint64_t longest;
    uint64_t total;     /* of the members' lengths */
    uint64_t reserved;  /* what the listpack was made with */
    int64_t least;      /* integers so far */
    int64_t most;
    uint64_t blob;      /* SET_BLOB: bytes of the listpack in the file */
    struct packed_size packed; /* the listpack that holds them all */
    struct cost_table table;
    struct cost_elements elements;
};

static unsigned
set_begin(struct cost *cost, const struct key *key)
{
    struct set_cost *state = cost->state;
    struct cost_elements elements = state->elements;
    (void)key;
    elements.count = 0;
    *state = (struct set_cost){ .elements = elements };
    packed_size_begin(&state->packed, cost);
    cost_table_begin(&state->table, cost, cost->server->set_table);
    return 0;
}

static uint64_t
intset_limit(const struct settings *settings)
{
    int64_t limit = settings->set_max_intset_entries;
    return limit < INTSET_MOST ? (uint64_t)limit : INTSET_MOST;
}

/* Integers are moved to a table of their number, which before 7.2 is only then
 * made large enough for all. */
static void
become_table(struct cost *cost)
{
    struct set_cost *state = cost->state;
    state->form = SET_TABLE;
    cost_elements_book(cost, &state->elements, BLOCK_MEMBER);
    if (state->was_packed)
        return;
    if (cost->server->presize < PRESIZE_ALL_PACKED)
        cost_table_expand(&state->table, state->members);
    else
        cost_table_expand(&state->table, state->announced);
    cost_table_fill(&state->table, state->members);
    cost_table_expand(&state->table, state->announced);
}

/* A table from the start: it is given room for all members at once. */
static void
set_count(struct cost *cost, uint64_t count)
{
    struct set_cost *state = cost->state;
    state->announced = count;
    if (count <= intset_limit(&cost->profile->settings))
        return;
    state->form = SET_TABLE;
    cost_table_reserve(&state->table, count);
}

static bool
set_node(struct cost *cost, const struct node *node)
{
    struct set_cost *state = cost->state;
    const struct settings *settings = &cost->profile->settings;
    state->announced = node->count;
    state->was_packed = true;
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
    packed_size_reserve(&state->packed, state->reserved);
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
        !listpack_fits(cost, text->size, state->packed.bytes + text->size))
        become_table(cost);
}

static void
add_to_table(struct cost *cost, const struct text *text)
{
    struct set_cost *state = cost->state;
    if (!state->was_packed)
        cost_table_add(&state->table);
    cost_element_book(cost, BLOCK_MEMBER,
                      cost_element_of(cost, text, state->was_packed));
}

static void
keep(struct cost *cost, const struct text *text)
{
    struct set_cost *state = cost->state;
    cost_elements_add(&state->elements, cost_element_of(cost, text, true));
    if (state->form != SET_BLOB)
        packed_size_add(&state->packed, text);
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
    } else if (state->form != SET_TABLE) {
        choose_form(cost, text);
    }
    if (cost->memory && state->form == SET_TABLE)
        add_to_table(cost, text);
    else if (cost->memory)
        keep(cost, text);
    state->members++;
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

/* A listpack made too large stays so until it must grow. */
static uint64_t
listpack_size(const struct cost *cost)
{
    const struct set_cost *state = cost->state;
    uint64_t size = packed_size_block(&state->packed);
    bool had_room =
        size <= alloc_usable(cost->allocator, state->reserved);
    return had_room && size < state->reserved ? state->reserved : size;
}

/* The table of what was packed is made once all members are known. */
static void
book_table(struct cost *cost)
{
    struct set_cost *state = cost->state;
    const struct prices *prices = cost->prices;
    if (state->was_packed) {
        cost_table_expand(&state->table, state->members);
        cost_table_fill(&state->table, state->members);
    }
    cost_table_book(cost, &state->table,
                    state->table.layout == TABLE_HASHTABLE
                        ? prices->hashtable
                        : prices->dict_set);
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
    else if (state->elements.count > 0)
        cost_block(cost, BLOCK_PACKED,
                   INTSET_HEADER + state->members * intset_width(state), 1);
}

static void
set_fini(void *state)
{
    cost_elements_fini(&((struct set_cost *)state)->elements);
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
