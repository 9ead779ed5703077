/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/list-chain.h"

#include <string.h>

enum {
    FIRST_ROOM = 8,
    ESTIMATE = 8, /* SIZE_ESTIMATE_OVERHEAD, of an entry */
};

struct list_chain *
list_chain_new(struct pool *pool, int64_t fill)
{
    struct list_chain *chain = pool_alloc(pool, sizeof(*chain));
    *chain = (struct list_chain){ .fill = fill };
    return chain;
}

void
list_chain_free(struct pool *pool, struct list_chain *chain)
{
    for (uint32_t i = 0; i < chain->count; i++)
        pack_fini(pool, list_chain_node(chain, i));
    pool_free(pool, chain->nodes, chain->room * sizeof(*chain->nodes));
    pool_free(pool, chain, sizeof(*chain));
}

struct list_chain *
list_chain_relocate(struct pool *pool, struct list_chain *chain)
{
    chain = pool_move(pool, chain, sizeof(*chain));
    chain->nodes =
        pool_move(pool, chain->nodes, chain->room * sizeof(*chain->nodes));
    for (uint32_t i = 0; i < chain->count; i++)
        pack_relocate(pool, list_chain_node(chain, i));
    return chain;
}

static void
move_nodes(struct list_chain *chain, uint32_t first)
{
    memmove(chain->nodes + first, chain->nodes + chain->first,
            chain->count * sizeof(*chain->nodes));
    chain->first = first;
}

/* The nodes come into the middle of it. */
static void
set_room(struct pool *pool, struct list_chain *chain, uint32_t room)
{
    uint32_t first = (room - chain->count) / 2;
    bool shrinks = room < chain->room;
    if (shrinks)
        move_nodes(chain, first);
    chain->nodes =
        pool_resize(pool, chain->nodes, chain->room * sizeof(*chain->nodes),
                    room * sizeof(*chain->nodes));
    chain->room = room;
    if (!shrinks)
        move_nodes(chain, first);
}

/* So that room at one end is free: in a row that is a half longer, or in the
 * same one while half of it is free. */
static void
make_room(struct pool *pool, struct list_chain *chain)
{
    uint32_t room = chain->room;
    if (room < FIRST_ROOM)
        room = FIRST_ROOM;
    else if (chain->count > room / 2)
        room += room / 2;
    set_room(pool, chain, room);
}

/* A row that few nodes are left of becomes one of half the length. */
static void
give_up_room(struct pool *pool, struct list_chain *chain)
{
    if (chain->room >= 2 * FIRST_ROOM && chain->count <= chain->room / 4)
        set_room(pool, chain, chain->room / 2);
}

void
list_chain_insert(struct pool *pool, struct list_chain *chain, uint32_t index,
                  struct pack node)
{
    bool in_front = index < chain->count / 2;
    if (in_front ? chain->first == 0
                 : chain->first + chain->count == chain->room)
        make_room(pool, chain);
    struct pack *nodes = chain->nodes;
    if (in_front) {
        chain->first--;
        memmove(nodes + chain->first, nodes + chain->first + 1,
                index * sizeof(*nodes));
    } else {
        uint32_t at = chain->first + index;
        memmove(nodes + at + 1, nodes + at,
                (chain->count - index) * sizeof(*nodes));
    }
    chain->nodes[chain->first + index] = node;
    chain->count++;
    chain->elements += list_node_elements(&node);
}

void
list_chain_remove(struct pool *pool, struct list_chain *chain, uint32_t index)
{
    struct pack *node = list_chain_node(chain, index);
    chain->elements -= list_node_elements(node);
    pack_fini(pool, node);
    chain->count--;
    if (index < chain->count / 2) {
        struct pack *first = chain->nodes + chain->first++;
        memmove(first + 1, first, index * sizeof(*first));
    } else {
        memmove(node, node + 1, (chain->count - index) * sizeof(*node));
    }
    give_up_room(pool, chain);
}

struct pack
list_node_plain(struct pool *pool, struct bytes element)
{
    struct pack node = { .size = (uint32_t)element.size };
    node.bytes = pool_alloc(pool, element.size);
    if (element.size > 0)
        memcpy(node.bytes, element.data, element.size);
    return node;
}

struct pack
list_node_packed(struct pool *pool, struct bytes element)
{
    struct pack node;
    pack_init(pool, &node);
    pack_append(pool, &node, element);
    return node;
}

struct pack
list_node_new(struct store *store, struct bytes element)
{
    return list_element_is_large(store, element)
               ? list_node_plain(&store->pool, element)
               : list_node_packed(&store->pool, element);
}

/* --- limits --- */

/* Of a fill that counts bytes. */
static uint64_t
size_limit(int64_t fill)
{
    return fill < 0 ? store_list_bytes(fill) : UINT64_MAX;
}

static uint64_t
count_limit(int64_t fill)
{
    if (fill < 0)
        return UINT64_MAX;
    return fill > 0 ? (uint64_t)fill : 1;
}

/* Whether so many bytes and elements are too much for a node. */
static bool
exceeds(int64_t fill, uint64_t size, uint64_t count)
{
    return size > store_list_bytes(fill) || count > count_limit(fill);
}

bool
list_node_may_be_alone(const struct store *store, const struct pack *node,
                       unsigned part)
{
    int64_t fill = store->limits.settings.list_fill;
    return !list_node_is_plain(node) && node->size <= size_limit(fill) / part &&
           node->count <= count_limit(fill) / part;
}

bool
list_element_is_large(const struct store *store, struct bytes element)
{
    struct pack empty = { .size = PACK_EMPTY };
    return element.size > store->limits.list_large ||
           !pack_fits(&empty, element.size);
}

bool
list_node_takes(const struct store *store, const struct list_chain *chain,
                const struct pack *node, struct bytes element)
{
    return !list_node_is_plain(node) &&
           !list_element_is_large(store, element) &&
           pack_fits(node, element.size) &&
           !exceeds(chain->fill, node->size + element.size + ESTIMATE,
                    node->count + UINT64_C(1));
}

/* Servers that have this form in earnest add up the elements' own bytes, not
 * what else they take (t_list.c listTypeTryConvertListpack). */
bool
list_pack_takes(const struct store *store, const struct pack *pack,
                const struct bytes *elements, size_t count)
{
    unsigned overhead = store->limits.list_estimates ? ESTIMATE : 0;
    uint64_t size = pack->size;
    for (size_t i = 0; i < count; i++) {
        if (list_element_is_large(store, elements[i]))
            return false;
        size += elements[i].size + overhead;
    }
    return !exceeds(store->limits.settings.list_fill, size,
                    pack->count + (uint64_t)count);
}

/* --- elements --- */

uint32_t
list_node_first(const struct pack *node)
{
    return list_node_is_plain(node) ? 0 : pack_first();
}

uint32_t
list_node_last(const struct pack *node)
{
    return list_node_is_plain(node) ? 0 : pack_previous(node, pack_end(node));
}

struct text
list_node_text(const struct pack *node, uint32_t offset)
{
    return list_node_is_plain(node) ? text_of_bytes(node->bytes, node->size)
                                    : pack_text(node, offset);
}

struct bytes
list_node_element(const struct pack *node, uint32_t offset,
                  char room[TEXT_DIGITS])
{
    return list_node_is_plain(node) ? bytes_of(node->bytes, node->size)
                                    : pack_get(node, offset, room);
}

bool
list_node_equals(const struct pack *node, uint32_t offset, struct bytes element)
{
    char room[TEXT_DIGITS];
    return bytes_equal(list_node_element(node, offset, room), element);
}

/* --- cutting and joining --- */

void
list_chain_split(struct pool *pool, struct list_chain *chain, uint32_t index,
                 uint32_t offset)
{
    char room[TEXT_DIGITS];
    struct pack *node = list_chain_node(chain, index);
    struct pack behind;
    pack_init(pool, &behind);
    for (uint32_t at = offset; at < pack_end(node); at = pack_next(node, at))
        pack_append(pool, &behind, pack_get(node, at, room));
    pack_remove(pool, node, offset, pack_end(node), behind.count);
    chain->elements -= behind.count;
    list_chain_insert(pool, chain, index + 1, behind);
}

/* Joins a node and the next one, if both are there and fit into one. */
static bool
merge(struct store *store, struct list_chain *chain, uint32_t index)
{
    char room[TEXT_DIGITS];
    if (index + UINT64_C(1) >= chain->count)
        return false;
    struct pack *node = list_chain_node(chain, index);
    struct pack *next = list_chain_node(chain, index + 1);
    if (list_node_is_plain(node) || list_node_is_plain(next) ||
        exceeds(chain->fill, (uint64_t)node->size + next->size - PACK_EMPTY,
                (uint64_t)node->count + next->count))
        return false;
    for (uint32_t at = pack_first(); at < pack_end(next);
         at = pack_next(next, at))
        pack_append(&store->pool, node, pack_get(next, at, room));
    chain->elements += next->count;
    list_chain_remove(&store->pool, chain, index + 1);
    return true;
}

void
list_chain_merge_around(struct store *store, struct list_chain *chain,
                        uint32_t index)
{
    if (index >= 2 && merge(store, chain, index - 2))
        index--;
    (void)merge(store, chain, index + 1);
    if (index >= 1 && merge(store, chain, index - 1))
        index--;
    (void)merge(store, chain, index);
}
