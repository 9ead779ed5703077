/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lists of both forms seen as nodes, and places in them: what the operations
 * of value-list.c and list-edit.c are made of.
 */
#ifndef KEYWEIGH_KEYSPACE_LIST_PLACE_H
#define KEYWEIGH_KEYSPACE_LIST_PLACE_H

#include "keyspace/list-chain.h"
#include "keyspace/value-list.h"

/* An element: of which node, and where in its listpack. */
struct list_place {
    uint32_t node;
    uint32_t offset; /* 0 in a plain node */
};

/* Of a LIST_CHAIN. */
struct list_chain *list_place_chain(const struct value *value);

uint32_t list_place_nodes(const struct value *value);
struct pack list_place_node(const struct value *value, uint32_t index);

/* The same node after a change of its bytes, and perhaps of its count. */
void list_place_put(struct value *value, uint32_t index,
                    const struct pack *node);

/* Another node, in front of the one at index; of a LIST_PACKED the first. */
void list_place_insert_node(struct store *store, struct value *value,
                            uint32_t index, struct pack node);
void list_place_remove_node(struct store *store, struct value *value,
                            uint32_t index);

void list_place_become_chain(struct store *store, struct value *value,
                             int64_t fill);

/* Leaves the form of one listpack when these elements would be too much for
 * it. */
void list_place_make_room(struct store *store, struct value *value,
                          const struct bytes *elements, size_t count);

/* A list becomes one listpack again when it is one node that fills no more
 * than one part of so many of the limits: by a half, when it shrinks
 * (listTypeTryConvertQuicklist). */
enum { LIST_SHRINKS = 2 };
void list_place_settle(struct store *store, struct value *value,
                       unsigned part);

/* False when there is no such index. */
bool list_place_find(const struct value *value, int64_t index,
                     struct list_place *place);

/* To the next element of the list; false behind the last. */
bool list_place_forward(const struct value *value, struct list_place *place);

/* Takes the element out; the place is then the next element's. */
void list_place_remove(struct store *store, struct value *value,
                       struct list_place *place);

#endif
