/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The rules by which elements come into nodes are the servers' (quicklist.c
 * and t_list.c of Redis 7.2): a list that is one listpack fills up to the
 * limit to the byte, a node of a longer one is asked with an estimate.  Up to
 * 7.0 every list is of nodes; the form of one listpack then only spares memory.
 */
#include "keyspace/value-list.h"

#include "base/buffer.h"
#include "keyspace/list-place.h"
#include "keyspace/packed-value.h"

enum { TYPE_BYTE = 18 };

/* --- counting, finding --- */

uint64_t
value_list_count(const struct value *value)
{
    if (value->form == LIST_CHAIN)
        return list_place_chain(value)->elements;
    return value->bytes != NULL ? packed_value_get(value).count : 0;
}

bool
value_list_get(const struct value *value, int64_t index, char room[TEXT_DIGITS],
               struct bytes *element)
{
    struct list_place place;
    if (!list_place_find(value, index, &place))
        return false;
    struct pack node = list_place_node(value, place.node);
    *element = list_node_element(&node, place.offset, room);
    return true;
}

/* --- the ends --- */

/* Whether the node at an end takes one more element.  Where a list may be one
 * listpack in earnest, that has been asked for all of them before. */
static bool
end_takes(const struct store *store, const struct value *value,
          const struct pack *node, struct bytes element)
{
    if (value->form == LIST_CHAIN)
        return list_node_takes(store, list_place_chain(value), node, element);
    return store->limits.list_estimates
               ? list_pack_takes(store, node, &element, 1)
               : pack_fits(node, element.size);
}

/* How many elements the node takes one after the other, if none is a number;
 * the first one it does. */
static size_t
count_run(const struct store *store, const struct value *value,
          struct pack node, const struct bytes *elements, size_t count)
{
    size_t run = 0;
    do {
        node.size += (uint32_t)pack_entry_most(elements[run].size);
        node.count++;
        run++;
    } while (run < count && end_takes(store, value, &node, elements[run]));
    return run;
}

/* Pushes the first element, and more while they come into the same node.
 * Returns how many. */
static size_t
push_run(struct store *store, struct value *value, enum list_end end,
         const struct bytes *elements, size_t count)
{
    if (store->limits.list_estimates)
        list_place_make_room(store, value, elements, 1);
    uint32_t nodes = list_place_nodes(value);
    uint32_t index = end == LIST_HEAD || nodes == 0 ? 0 : nodes - 1;
    struct pack node = { .count = 0 };
    if (nodes > 0)
        node = list_place_node(value, index);
    if (nodes == 0 || !end_takes(store, value, &node, elements[0])) {
        if (nodes > 0 && value->form == LIST_PACKED)
            list_place_become_chain(store, value,
                                    store->limits.settings.list_fill);
        list_place_insert_node(store, value, end == LIST_HEAD ? 0 : nodes,
                               list_node_new(store, elements[0]));
        return 1;
    }
    size_t run = count_run(store, value, node, elements, count);
    pack_insert_all(&store->pool, &node,
                    end == LIST_HEAD ? pack_first() : pack_end(&node),
                    elements, run, end == LIST_HEAD);
    list_place_put(value, index, &node);
    return run;
}

bool
value_list_push_all(struct store *store, struct value *value,
                    enum list_end end, const struct bytes *elements,
                    size_t count)
{
    bool kept = true;
    if (!store->limits.list_estimates)
        list_place_make_room(store, value, elements, count);
    for (size_t i = 0; i < count;) {
        bool fits = elements[i].size <= VALUE_TEXT_MOST;
        i += fits ? push_run(store, value, end, elements + i, count - i) : 1;
        kept &= fits;
    }
    return kept;
}

bool
value_list_push(struct store *store, struct value *value, enum list_end end,
                struct bytes element)
{
    return value_list_push_all(store, value, end, &element, 1);
}

bool
value_list_pop(struct store *store, struct value *value, enum list_end end)
{
    struct list_place place;
    if (!list_place_find(value, end == LIST_HEAD ? 0 : -1, &place))
        return false;
    list_place_remove(store, value, &place);
    list_place_settle(store, value, LIST_SHRINKS);
    return true;
}

/* What servers take off a quicklist as an integer counts no bytes where they
 * ask whether a listpack has room for it (t_list.c listTypePop,
 * listTypeTryConvertListpack). */
bool
value_list_move(struct store *store, struct value *from,
                enum list_end from_end, struct value *to,
                enum list_end to_end)
{
    static const struct bytes nothing = { NULL, 0 };
    char room[TEXT_DIGITS];
    struct buffer copy = { NULL, 0, 0 };
    struct list_place place;
    if (!list_place_find(from, from_end == LIST_HEAD ? 0 : -1, &place))
        return false;
    struct pack node = list_place_node(from, place.node);
    struct text text = list_node_text(&node, place.offset);
    bool counts = from->form == LIST_PACKED || text.kind != TEXT_INTEGER;
    struct bytes element = text_bytes(&text, room);
    buffer_append(&copy, element.data, element.size);
    element = buffer_bytes(&copy);
    (void)value_list_pop(store, from, from_end);
    if (!store->limits.list_estimates)
        list_place_make_room(store, to, counts ? &element : &nothing, 1);
    (void)push_run(store, to, to_end, &element, 1);
    buffer_fini(&copy);
    return true;
}

/* --- lists that are made at once --- */

void
value_list_open_chain(struct store *store, struct value *value, int64_t fill)
{
    list_place_become_chain(store, value, fill);
}

void
value_list_close_chain(struct store *store, struct value *value)
{
    list_place_settle(store, value, 1);
}

/* --- walking --- */

void
value_list_begin(struct value_list_cursor *cursor, const struct value *value)
{
    *cursor = (struct value_list_cursor) { .value = value };
}

bool
value_list_next(struct value_list_cursor *cursor, char room[TEXT_DIGITS],
                struct bytes *element)
{
    if (cursor->node == list_place_nodes(cursor->value))
        return false;
    struct pack node = list_place_node(cursor->value, cursor->node);
    if (cursor->offset == 0)
        cursor->offset = list_node_first(&node);
    *element = list_node_element(&node, cursor->offset, room);
    if (!list_node_is_plain(&node))
        cursor->offset = pack_next(&node, cursor->offset);
    if (list_node_is_plain(&node) || cursor->offset == pack_end(&node)) {
        cursor->node++;
        cursor->offset = 0;
    }
    return true;
}

static void
walk_node(const struct pack *pack, struct visitor *visitor)
{
    bool plain = list_node_is_plain(pack);
    struct item item = { .kind = ITEM_ELEMENT };
    struct node node = { .kind = plain ? NODE_PLAIN : NODE_LISTPACK,
                         .size = pack->size,
                         .count = list_node_elements(pack) };
    if (!value_node(visitor, &node))
        return;
    uint32_t at = list_node_first(pack);
    do {
        item.text = list_node_text(pack, at);
        visitor->ops->item(visitor, &item);
        if (!plain)
            at = pack_next(pack, at);
    } while (!plain && at < pack_end(pack));
}

static void
list_walk(struct store *store, const struct value *value,
          struct visitor *visitor)
{
    (void)store;
    visitor->ops->count(visitor, list_place_nodes(value));
    for (uint32_t i = 0; i < list_place_nodes(value); i++) {
        struct pack node = list_place_node(value, i);
        walk_node(&node, visitor);
    }
}

/* --- loading --- */

bool
value_list_load(struct store *store, struct value *value, bool begins,
                bool plain, struct bytes element)
{
    uint32_t count = list_place_nodes(value);
    if (element.size > (plain ? VALUE_TEXT_MOST : PACK_MOST - PACK_OVERHEAD))
        return false;
    if (value->form == LIST_PACKED && ((begins && count > 0) || plain))
        list_place_become_chain(store, value,
                                store->limits.settings.list_fill);
    if (begins || count == 0) {
        list_place_insert_node(store, value, count,
                               plain ? list_node_plain(&store->pool, element)
                                     : list_node_packed(&store->pool, element));
        return true;
    }
    struct pack node = list_place_node(value, count - 1);
    if (list_node_is_plain(&node) || !pack_fits(&node, element.size))
        return false;
    pack_append(&store->pool, &node, element);
    list_place_put(value, count - 1, &node);
    if (value->form == LIST_PACKED && !list_node_may_be_alone(store, &node, 1))
        list_place_become_chain(store, value,
                                store->limits.settings.list_fill);
    return true;
}

/* --- what all values have --- */

static void
list_init(struct store *store, struct value *value)
{
    (void)store;
    value->form = LIST_PACKED;
}

static void
list_fini(struct store *store, struct value *value)
{
    if (value->form == LIST_CHAIN)
        list_chain_free(&store->pool, list_place_chain(value));
    else
        value_free_bytes(store, value);
}

static bool
copy_chain(struct store *store, struct value *copy,
           const struct list_chain *from)
{
    struct list_chain *chain = list_chain_new(&store->pool, from->fill);
    copy->object = chain;
    for (uint32_t i = 0; i < from->count; i++) {
        const struct pack *node = list_chain_node(from, i);
        if (!pool_allows(&store->pool, node->size)) {
            list_chain_free(&store->pool, chain);
            return false;
        }
        list_chain_insert(&store->pool, chain, i,
                          pack_copy(&store->pool, node));
    }
    return true;
}

static bool
list_copy(struct store *store, struct value *copy, const struct value *value)
{
    return value->form == LIST_CHAIN
               ? copy_chain(store, copy, list_place_chain(value))
               : value_copy_bytes(store, copy, value);
}

static void
list_relocate(struct store *store, struct value *value)
{
    if (value->form == LIST_CHAIN)
        value->object =
            list_chain_relocate(&store->pool, list_place_chain(value));
    else
        value_relocate_bytes(store, value);
}

static bool
list_is_empty(const struct value *value)
{
    return value_list_count(value) == 0;
}

static unsigned char
list_type_byte(const struct value *value)
{
    (void)value;
    return TYPE_BYTE;
}

const struct value_ops value_list = {
    .init = list_init,
    .fini = list_fini,
    .copy = list_copy,
    .relocate = list_relocate,
    .is_empty = list_is_empty,
    .type_byte = list_type_byte,
    .walk = list_walk,
};
