/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/list-place.h"

struct list_chain *
list_place_chain(const struct value *value)
{
    return value->object;
}

struct pack
list_place_pack(const struct value *value)
{
    return pack_of(value->bytes, value->size);
}

static void
put_pack(struct value *value, const struct pack *pack)
{
    value->bytes = pack->bytes;
    value->size = pack->size;
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
               : list_place_pack(value);
}

void
list_place_put(struct value *value, uint32_t index, const struct pack *node)
{
    if (value->form == LIST_PACKED) {
        put_pack(value, node);
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
    pool_free(&store->pool, value->bytes, value->size);
    value->bytes = NULL;
    value->size = 0;
}

void
list_place_become_chain(struct store *store, struct value *value)
{
    struct list_chain *chain = list_chain_new(&store->pool);
    if (value->bytes != NULL)
        list_chain_insert(&store->pool, chain, 0, list_place_pack(value));
    value->object = chain;
    value->size = 0;
    value->form = LIST_CHAIN;
}

void
list_place_settle(struct store *store, struct value *value)
{
    if (value->form != LIST_CHAIN || list_place_nodes(value) != 1)
        return;
    struct pack node = list_place_node(value, 0);
    if (list_node_is_plain(&node) ||
        list_node_exceeds(store, node.size * UINT64_C(2),
                          node.count * UINT64_C(2)))
        return;
    struct list_chain *chain = list_place_chain(value);
    chain->count = 0;
    list_chain_free(&store->pool, chain);
    put_pack(value, &node);
    value->form = LIST_PACKED;
}

void
list_place_insert_node(struct store *store, struct value *value, uint32_t index,
                       struct pack node)
{
    if (value->form == LIST_CHAIN)
        list_chain_insert(&store->pool, list_place_chain(value), index, node);
    else
        put_pack(value, &node);
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

/* Of the node that has element *left of the list; *left then counts from that
 * node's first.  Looked for from the nearer end: queues are popped at both. */
static uint32_t
find_node(const struct value *value, uint64_t count, uint64_t *left)
{
    struct pack node;
    uint32_t index = 0;
    if (*left >= count / 2) {
        uint64_t first = count;
        index = list_place_nodes(value);
        do {
            node = list_place_node(value, --index);
            first -= list_node_elements(&node);
        } while (*left < first);
        *left -= first;
        return index;
    }
    node = list_place_node(value, 0);
    while (*left >= list_node_elements(&node)) {
        *left -= list_node_elements(&node);
        node = list_place_node(value, ++index);
    }
    return index;
}

bool
list_place_find(const struct value *value, int64_t index,
                struct list_place *place)
{
    uint64_t count = value_list_count(value);
    uint64_t left = index < 0 ? (uint64_t)index + count : (uint64_t)index;
    if (left >= count)
        return false;
    place->node = find_node(value, count, &left);
    struct pack node = list_place_node(value, place->node);
    place->offset =
        list_node_is_plain(&node) ? 0 : pack_seek(&node, (uint32_t)left);
    return true;
}

void
list_place_make_room(struct store *store, struct value *value,
                     struct bytes element)
{
    if (value->form != LIST_PACKED)
        return;
    struct pack none = { .size = PACK_EMPTY };
    struct pack pack = value->bytes != NULL ? list_place_pack(value) : none;
    if (list_element_is_large(store, element) ||
        !pack_fits(&pack, element.size) ||
        list_node_exceeds(store, pack.size + element.size,
                          pack.count + UINT64_C(1)))
        list_place_become_chain(store, value);
}
