/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A list up to 3.0 is a ziplist, or linked:
 *
 *     [ziplist]       [list] -> [node] -> [node] -> ...
 *                                 |         |
 *                              [object]  [object]
 *
 * Facts from Redis 3.0 rdb.c rdbLoadObject REDIS_RDB_TYPE_LIST,
 * REDIS_RDB_TYPE_LIST_ZIPLIST (kept by the number of elements alone), t_list.c
 * listTypeConvert.
 */
#include "model/cost-element.h"
#include "packed/packed.h"

enum { TYPE_BYTE_ZIPLIST = 10 };

struct linked_cost {
    bool linked;
    bool whole_blob; /* a ziplist of the file, which may hold any lengths */
    uint64_t blob;   /* bytes of that one */
    uint64_t count;
    uint64_t packed; /* bytes of a ziplist of all */
    uint64_t latest; /* of its latest entry */
    struct cost_elements elements; /* while it is not linked */
};

static unsigned
linked_begin(struct cost *cost, const struct key *key)
{
    struct linked_cost *state = cost->state;
    struct cost_elements elements = state->elements;
    elements.count = 0;
    *state = (struct linked_cost){
        .whole_blob = key->type_byte == TYPE_BYTE_ZIPLIST,
        .packed = ZIPLIST_EMPTY,
        .elements = elements,
    };
    return 0;
}

static uint64_t
limit_of(const struct cost *cost)
{
    return (uint64_t)cost->profile->settings.list_max_ziplist_entries;
}

static void
linked_count(struct cost *cost, uint64_t count)
{
    struct linked_cost *state = cost->state;
    state->linked = count > limit_of(cost);
}

static bool
linked_node(struct cost *cost, const struct node *node)
{
    struct linked_cost *state = cost->state;
    state->blob = node->size;
    return !state->whole_blob || node->count > limit_of(cost);
}

static void
book_element(struct cost *cost, struct cost_element element)
{
    if (cost->memory)
        cost_element_book(cost, BLOCK_LIST_DATA, element);
}

static void
become_linked(struct cost *cost)
{
    struct linked_cost *state = cost->state;
    state->linked = true;
    for (size_t i = 0; i < state->elements.count; i++)
        book_element(cost, state->elements.items[i]);
    state->elements.count = 0;
}

static void
linked_item(struct cost *cost, const struct item *item)
{
    struct linked_cost *state = cost->state;
    const struct text *text = &item->text;
    uint64_t longest =
        (uint64_t)cost->profile->settings.list_max_ziplist_value;
    state->count++;
    if (!state->linked && (state->count > limit_of(cost) ||
                           (!state->whole_blob && text->size > longest)))
        become_linked(cost);
    if (state->linked) {
        book_element(cost, cost_element_of(cost, text, state->whole_blob));
        return;
    }
    state->latest = ziplist_entry_size(text, state->latest);
    state->packed += state->latest;
    cost_elements_add(&state->elements, cost_element_of(cost, text, true));
}

static void
linked_end(struct cost *cost)
{
    struct linked_cost *state = cost->state;
    cost->encoding = state->linked ? ENCODING_LINKEDLIST : ENCODING_ZIPLIST;
    if (!cost->memory)
        return;
    if (!state->linked) {
        cost_block(cost, BLOCK_PACKED,
                   state->whole_blob ? state->blob : state->packed, 1);
        return;
    }
    cost_block(cost, BLOCK_LIST, cost->prices->list, 1);
    cost_block(cost, BLOCK_LIST_NODE, cost->prices->list_node, state->count);
}

static void
linked_fini(void *state)
{
    cost_elements_fini(&((struct linked_cost *)state)->elements);
}

const struct cost_ops cost_list_linked = {
    .state_size = sizeof(struct linked_cost),
    .begin = linked_begin,
    .node = linked_node,
    .count = linked_count,
    .item = linked_item,
    .end = linked_end,
    .fini = linked_fini,
};
