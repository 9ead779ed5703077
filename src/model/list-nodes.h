/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the nodes of a quicklist hold, booked one node behind the other, the
 * inner ones compressed when the list has a compress depth.
 */
#ifndef KEYWEIGH_MODEL_LIST_NODES_H
#define KEYWEIGH_MODEL_LIST_NODES_H

#include "model/cost.h"
#include "model/packed-image.h"

/* A node whose place in the list is not known yet. */
struct list_nodes_held {
    uint64_t size;
    uint64_t compressed; /* bytes of its block when compressed; 0: it is not */
};

struct list_nodes {
    const struct packed_image_ops *packed; /* form of the nodes */
    uint64_t depth;
    uint64_t count; /* nodes so far */
    bool plain;     /* of the open node: its image is the element itself */
    bool in_text;   /* an element that comes in parts is open */
    bool too_large; /* the open node's image is not complete */
    struct packed_image image; /* of the open node; of a plain one the bytes */
    struct list_nodes_held *held; /* the last depth nodes, at least one */
    size_t capacity;
};

void list_nodes_begin(struct list_nodes *nodes, const struct cost *cost);

/* With a depth: the content of the node that comes, element by element. */
void list_nodes_open(struct list_nodes *nodes, bool plain);
void list_nodes_part(struct list_nodes *nodes, uint64_t size,
                     struct bytes part);
void list_nodes_text(struct list_nodes *nodes, const struct text *text);

/* The node is complete: size bytes, count elements. */
void list_nodes_add(struct list_nodes *nodes, struct cost *cost,
                    uint64_t size, uint64_t count);

/* There are no more; the last is of that kind. */
void list_nodes_end(struct list_nodes *nodes, struct cost *cost,
                    enum block_kind last);

void list_nodes_fini(struct list_nodes *nodes);

#endif
