/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/list-place.h"

#include "keyspace/packed-value.h"

struct list_chain *
list_place_chain(const struct value *value)
{
    return value->object;
}

uint32_t
list_place_nodes(const struct value *value)
{
    return value->form == LIST_CHAIN ? list_place_chain(value)->count
                                     : value->bytes != NULL;
}

struct pack
list_place_node(const struct value *value, uint32_t index)
{
    return value->form == LIST_CHAIN
               ? *list_chain_node(list_place_chain(value), index)
               : packed_value_get(value);
}

void
list_place_put(struct value *value, uint32_t index, const struct pack *node)
{
    if (value->form == LIST_PACKED) {
        packed_value_put(value, node);
        return;
    }
    struct pack *old = list_chain_node(list_place_chain(value), index);
    list_place_chain(value)->elements += node->count;
    list_place_chain(value)->elements -= old->count;
    *old = *node;
}

void
list_place_remove_node(struct store *store, struct value *value, uint32_t index)
{
    if (value->form == LIST_CHAIN) {
        list_chain_remove(&store->pool, list_place_chain(value), index);
        return;
    }
    value_free_bytes(store, value);
    value->bytes = NULL;
    value->size = 0;
}

void
list_place_become_chain(struct store *store, struct value *value,
                        int64_t fill)
{
    struct list_chain *chain = list_chain_new(&store->pool, fill);
    if (value->bytes != NULL)
        list_chain_insert(&store->pool, chain, 0, packed_value_get(value));
    value->object = chain;
    value->size = 0;
    value->form = LIST_CHAIN;
}

/* Whether the form of one listpack fills itself as the chain would: it goes by
 * the settings, since servers have had it in earnest. */
static bool
may_leave_chain(const struct store *store, const struct list_chain *chain)
{
    return !store->limits.list_estimates ||
           chain->fill == store->limits.settings.list_fill;
}

void
list_place_settle(struct store *store, struct value *value, unsigned part)
{
    if (value->form != LIST_CHAIN || list_place_nodes(value) != 1)
        return;
    struct list_chain *chain = list_place_chain(value);
    struct pack node = list_place_node(value, 0);
    if (!may_leave_chain(store, chain) ||
        !list_node_may_be_alone(store, &node, part))
        return;
    chain->count = 0;
    list_chain_free(&store->pool, chain);
    packed_value_put(value, &node);
    value->form = LIST_PACKED;
}

void
list_place_insert_node(struct store *store, struct value *value, uint32_t index,
                       struct pack node)
{
    if (value->form == LIST_CHAIN)
        list_chain_insert(&store->pool, list_place_chain(value), index, node);
    else
        packed_value_put(value, &node);
}

bool
list_place_forward(const struct value *value, struct list_place *place)
{
    struct pack node = list_place_node(value, place->node);
    if (!list_node_is_plain(&node)) {
        place->offset = pack_next(&node, place->offset);
        if (place->offset < pack_end(&node))
            return true;
    }
    if (++place->node == list_place_nodes(value))
        return false;
    node = list_place_node(value, place->node);
    place->offset = list_node_first(&node);
    return true;
}

void
list_place_remove(struct store *store, struct value *value,
                  struct list_place *place)
{
    struct pack node = list_place_node(value, place->node);
    if (node.count > 1) {
        pack_remove(&store->pool, &node, place->offset,
                    pack_next(&node, place->offset), 1);
        list_place_put(value, place->node, &node);
        if (place->offset < pack_end(&node))
            return;
        place->node++;
    } else {
        list_place_remove_node(store, value, place->node);
    }
    if (place->node < list_place_nodes(value)) {
        node = list_place_node(value, place->node);
        place->offset = list_node_first(&node);
    }
}

/* The place of the element behind so many from the head. */
static struct list_place
place_from_head(const struct value *value, uint64_t before)
{
    struct list_place place = { .node = 0 };
    struct pack node = list_place_node(value, 0);
    while (before >= list_node_elements(&node)) {
        before -= list_node_elements(&node);
        node = list_place_node(value, ++place.node);
    }
    if (!list_node_is_plain(&node))
        place.offset = pack_seek(&node, (uint32_t)before);
    return place;
}

/* The same, behind which are so many up to the tail. */
static struct list_place
place_from_tail(const struct value *value, uint64_t behind)
{
    struct list_place place = { .node = list_place_nodes(value) - 1 };
    struct pack node = list_place_node(value, place.node);
    while (behind >= list_node_elements(&node)) {
        behind -= list_node_elements(&node);
        node = list_place_node(value, --place.node);
    }
    if (!list_node_is_plain(&node))
        place.offset = pack_seek(&node, node.count - 1 - (uint32_t)behind);
    return place;
}

bool
list_place_find(const struct value *value, int64_t index,
                struct list_place *place)
{
    uint64_t count = value_list_count(value);
    uint64_t before = index < 0 ? (uint64_t)index + count : (uint64_t)index;
    if (before >= count)
        return false;
    *place = before < count / 2 ? place_from_head(value, before)
                                : place_from_tail(value, count - 1 - before);
    return true;
}

void
list_place_make_room(struct store *store, struct value *value,
                     const struct bytes *elements, size_t count)
{
    if (value->form != LIST_PACKED)
        return;
    struct pack none = { .size = PACK_EMPTY };
    struct pack pack = value->bytes != NULL ? packed_value_get(value) : none;
    if (!list_pack_takes(store, &pack, elements, count))
        list_place_become_chain(store, value,
                                store->limits.settings.list_fill);
}
