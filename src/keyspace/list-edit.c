/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Changes in the middle of a list: insertion, replacement, removal.
 */
#include "keyspace/list-place.h"

/* Puts a node of its own in front of the element at a place, or behind all of
 * a node when offset is its end; the node is cut when that is inside. */
static void
insert_node(struct store *store, struct value *value, struct list_place place,
            struct pack new)
{
    struct pack node = list_place_node(value, place.node);
    uint32_t index = place.node;
    if (place.offset != list_node_first(&node)) {
        if (place.offset < pack_end(&node))
            list_chain_split(&store->pool, list_place_chain(value), index,
                             place.offset);
        index++;
    }
    list_chain_insert(&store->pool, list_place_chain(value), index, new);
}

static void
insert_into(struct store *store, struct value *value, struct list_place place,
            struct bytes element)
{
    struct pack node = list_place_node(value, place.node);
    pack_insert(&store->pool, &node, place.offset, element);
    list_place_put(value, place.node, &node);
}

/* A full node is cut: what is in front of the new element stays with it, or
 * what is behind. */
static void
insert_splitting(struct store *store, struct value *value,
                 struct list_place place, bool before, struct bytes element)
{
    list_chain_split(&store->pool, list_place_chain(value), place.node,
                     place.offset);
    struct pack node = list_place_node(value, place.node);
    struct list_place at = { place.node, pack_end(&node) };
    if (!before)
        at = (struct list_place) { place.node + 1, pack_first() };
    insert_into(store, value, at, element);
    list_chain_merge_around(store, list_place_chain(value),
                            before ? place.node + 1 : place.node);
}

/* The neighbour of a full node, when the element comes to the border of both
 * and it has room: then *place is there. */
static bool
has_room_beside(const struct store *store, const struct value *value,
                bool before, struct bytes element, struct list_place *place)
{
    if (before ? place->node == 0 : place->node + 1 == list_place_nodes(value))
        return false;
    uint32_t index = before ? place->node - 1 : place->node + 1;
    struct pack beside = list_place_node(value, index);
    if (!list_node_takes(store, list_place_chain(value), &beside, element))
        return false;
    *place = (struct list_place) { index,
                                   before ? pack_end(&beside) : pack_first() };
    return true;
}

/* place is where the element shall stand: in front of it, or at a node's
 * end. */
static void
insert_at(struct store *store, struct value *value, struct list_place place,
          bool before, struct bytes element)
{
    struct pack node = list_place_node(value, place.node);
    bool at_border = list_node_is_plain(&node) ||
                     place.offset == (before ? pack_first() : pack_end(&node));
    if (value->form == LIST_PACKED ||
        list_node_takes(store, list_place_chain(value), &node, element)) {
        insert_into(store, value, place, element);
    } else if (!list_element_is_large(store, element) && at_border &&
               has_room_beside(store, value, before, element, &place)) {
        insert_into(store, value, place, element);
    } else if (list_node_is_plain(&node)) {
        list_chain_insert(&store->pool, list_place_chain(value),
                          before ? place.node : place.node + 1,
                          list_node_new(store, element));
    } else if (at_border || list_element_is_large(store, element)) {
        insert_node(store, value, place, list_node_new(store, element));
    } else {
        insert_splitting(store, value, place, before, element);
    }
}

bool
value_list_insert(struct store *store, struct value *value, bool before,
                  struct bytes pivot, struct bytes element)
{
    struct list_place place;
    if (element.size > VALUE_TEXT_MOST)
        return false;
    list_place_make_room(store, value, &element, 1);
    bool more = list_place_find(value, 0, &place);
    struct pack node = { .count = 0 };
    while (more) {
        node = list_place_node(value, place.node);
        if (list_node_equals(&node, place.offset, pivot))
            break;
        more = list_place_forward(value, &place);
    }
    if (more) {
        if (!before && !list_node_is_plain(&node))
            place.offset = pack_next(&node, place.offset);
        insert_at(store, value, place, before, element);
    }
    return more;
}

/* A plain node gives way to another, or to a place in the next node. */
static void
replace_plain(struct store *store, struct value *value,
              struct list_place place, struct bytes element)
{
    if (list_element_is_large(store, element))
        list_chain_insert(&store->pool, list_place_chain(value),
                          place.node + 1, list_node_new(store, element));
    else
        insert_at(store, value, place, false, element);
    list_place_remove_node(store, value, place.node);
}

/* The element gets a node of its own behind the one that it leaves. */
static void
replace_by_node(struct store *store, struct value *value,
                struct list_place place, struct bytes element)
{
    struct pack node = list_place_node(value, place.node);
    struct list_place behind = { place.node, pack_next(&node, place.offset) };
    bool stays = place.offset != list_node_first(&node);
    uint32_t index = place.node + 1;
    insert_node(store, value, behind, list_node_new(store, element));
    list_place_remove(store, value, &place);
    if (stays)
        list_chain_merge_around(store, list_place_chain(value), index);
}

/* quicklist.c quicklistReplaceEntry, Redis 7.2 and later. */
static void
replace_at(struct store *store, struct value *value, struct list_place place,
           struct bytes element)
{
    struct pack node = list_place_node(value, place.node);
    if (list_node_is_plain(&node)) {
        replace_plain(store, value, place, element);
    } else if (list_element_is_large(store, element) ||
               !pack_fits(&node, element.size)) {
        replace_by_node(store, value, place, element);
    } else {
        pack_replace(&store->pool, &node, place.offset, element);
        list_place_put(value, place.node, &node);
    }
}

bool
value_list_set(struct store *store, struct value *value, int64_t index,
               struct bytes element)
{
    struct list_place place;
    if (element.size > VALUE_TEXT_MOST)
        return false;
    list_place_make_room(store, value, &element, 1);
    bool found = list_place_find(value, index, &place);
    if (found)
        replace_at(store, value, place, element);
    list_place_settle(store, value, LIST_SHRINKS);
    return found;
}

/* --- taking away --- */

static uint64_t
remove_forward(struct store *store, struct value *value, uint64_t most,
               struct bytes element)
{
    struct list_place place;
    uint64_t removed = 0;
    bool more = list_place_find(value, 0, &place);
    while (more && removed < most) {
        struct pack node = list_place_node(value, place.node);
        if (list_node_equals(&node, place.offset, element)) {
            list_place_remove(store, value, &place);
            removed++;
            more = place.node < list_place_nodes(value);
        } else {
            more = list_place_forward(value, &place);
        }
    }
    return removed;
}

/* From the last element of a node on. */
static uint64_t
remove_from_node(struct store *store, struct value *value, uint32_t index,
                 uint64_t most, struct bytes element)
{
    uint64_t removed = 0;
    struct pack node = list_place_node(value, index);
    uint32_t offset = list_node_last(&node);
    uint32_t left = list_node_elements(&node);
    for (; left > 0 && removed < most; left--) {
        struct list_place place = { index, offset };
        bool equals = list_node_equals(&node, offset, element);
        if (left > 1)
            offset = pack_previous(&node, offset);
        if (!equals)
            continue;
        list_place_remove(store, value, &place);
        removed++;
        if (left > 1)
            node = list_place_node(value, index);
    }
    return removed;
}

static uint64_t
remove_backward(struct store *store, struct value *value, uint64_t most,
                struct bytes element)
{
    uint64_t removed = 0;
    for (uint32_t i = list_place_nodes(value); i-- > 0 && removed < most;)
        removed += remove_from_node(store, value, i, most - removed, element);
    return removed;
}

uint64_t
value_list_remove(struct store *store, struct value *value, int64_t count,
                  struct bytes element)
{
    uint64_t removed =
        count < 0
            ? remove_backward(store, value, UINT64_C(0) - (uint64_t)count,
                              element)
            : remove_forward(store, value,
                             count > 0 ? (uint64_t)count : UINT64_MAX, element);
    list_place_settle(store, value, LIST_SHRINKS);
    return removed;
}

/* Takes so many elements off the head. */
static void
drop_head(struct store *store, struct value *value, uint64_t count)
{
    while (count > 0) {
        struct pack node = list_place_node(value, 0);
        uint32_t elements = list_node_elements(&node);
        if (elements <= count) {
            list_place_remove_node(store, value, 0);
            count -= elements;
            continue;
        }
        pack_remove(&store->pool, &node, pack_first(),
                    pack_seek(&node, (uint32_t)count), (uint32_t)count);
        list_place_put(value, 0, &node);
        return;
    }
}

static void
drop_tail(struct store *store, struct value *value, uint64_t count)
{
    while (count > 0) {
        uint32_t index = list_place_nodes(value) - 1;
        struct pack node = list_place_node(value, index);
        uint32_t elements = list_node_elements(&node);
        if (elements <= count) {
            list_place_remove_node(store, value, index);
            count -= elements;
            continue;
        }
        pack_remove(&store->pool, &node,
                    pack_seek(&node, elements - (uint32_t)count),
                    pack_end(&node), (uint32_t)count);
        list_place_put(value, index, &node);
        return;
    }
}

/* An index from the end as one from the head; below 0 when it is in front. */
static int64_t
from_head(int64_t index, int64_t count)
{
    return index < 0 ? index + count : index;
}

void
value_list_trim(struct store *store, struct value *value, int64_t start,
                int64_t stop)
{
    int64_t count = (int64_t)value_list_count(value);
    int64_t first = from_head(start, count);
    int64_t last = from_head(stop, count);
    if (first < 0)
        first = 0;
    if (last >= count)
        last = count - 1;
    if (first > last) {
        drop_head(store, value, (uint64_t)count);
        return;
    }
    drop_tail(store, value, (uint64_t)(count - 1 - last));
    drop_head(store, value, (uint64_t)first);
    list_place_settle(store, value, LIST_SHRINKS);
}
