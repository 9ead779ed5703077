/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The nodes of a long list, in a row that grows at both ends:
 *
 *     room  | free |N|N|N|N| free |
 *                   first   first + count
 *
 * A node is a listpack of one element or more, or one element as it is (a
 * plain node, whose count is 0).
 */
#ifndef KEYWEIGH_KEYSPACE_LIST_CHAIN_H
#define KEYWEIGH_KEYSPACE_LIST_CHAIN_H

#include "keyspace/pack.h"
#include "keyspace/store.h"

struct list_chain {
    struct pack *nodes;
    uint32_t first;
    uint32_t count;
    uint32_t room;
    uint64_t elements; /* of all nodes */
    int64_t fill;      /* the list_fill by which nodes are filled */
};

static inline struct pack *
list_chain_node(const struct list_chain *chain, uint32_t index)
{
    return &chain->nodes[chain->first + index];
}

static inline bool
list_node_is_plain(const struct pack *node)
{
    return node->count == 0;
}

static inline uint32_t
list_node_elements(const struct pack *node)
{
    return node->count > 0 ? node->count : 1;
}

struct list_chain *list_chain_new(struct pool *pool, int64_t fill);

/* Frees the nodes too. */
void list_chain_free(struct pool *pool, struct list_chain *chain);

/* Gives all its blocks to pool_move; returns where it is from now on. */
struct list_chain *list_chain_relocate(struct pool *pool,
                                       struct list_chain *chain);

/* Puts a node in front of the one at index, which may be the count; its
 * elements are counted in. */
void list_chain_insert(struct pool *pool, struct list_chain *chain,
                       uint32_t index, struct pack node);

/* Takes a node out, with its elements, and frees its bytes. */
void list_chain_remove(struct pool *pool, struct list_chain *chain,
                       uint32_t index);

/* Cuts a packed node in two in front of offset, which is inside of it. */
void list_chain_split(struct pool *pool, struct list_chain *chain,
                      uint32_t index, uint32_t offset);

/* Joins small neighbours around a node that was cut, as servers do
 * (quicklist.c _quicklistMergeNodes). */
void list_chain_merge_around(struct store *store, struct list_chain *chain,
                             uint32_t index);

/* A new node of one element: plain, packed, or what its size asks for. */
struct pack list_node_plain(struct pool *pool, struct bytes element);
struct pack list_node_packed(struct pool *pool, struct bytes element);
struct pack list_node_new(struct store *store, struct bytes element);

/* Offsets of the first and the last element; 0 in a plain node. */
uint32_t list_node_first(const struct pack *node);
uint32_t list_node_last(const struct pack *node);

/* An element, valid until the next change; digits go to room. */
struct bytes list_node_element(const struct pack *node, uint32_t offset,
                               char room[TEXT_DIGITS]);
struct text list_node_text(const struct pack *node, uint32_t offset);
bool list_node_equals(const struct pack *node, uint32_t offset,
                      struct bytes element);

/* Whether a node may be a list that is one listpack, filling no more than one
 * part of so many of the limits (t_list.c listTypeTryConvertQuicklist). */
bool list_node_may_be_alone(const struct store *store, const struct pack *node,
                            unsigned part);

/* Whether an element must have a node of its own. */
bool list_element_is_large(const struct store *store, struct bytes element);

/* Whether a node of several may get this element, too; and whether a listpack
 * that is all of a list, perhaps an empty one, may get all of these. */
bool list_node_takes(const struct store *store, const struct list_chain *chain,
                     const struct pack *node, struct bytes element);
bool list_pack_takes(const struct store *store, const struct pack *pack,
                     const struct bytes *elements, size_t count);

#endif
