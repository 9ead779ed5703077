/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One element of a vector set, in a block of its own:
 *
 *     length, range, attribute, level | name (name.h) | vector
 *
 * The size of a vector is not in it; the set knows.
 */
#ifndef KEYWEIGH_KEYSPACE_VECTORSET_NODE_H
#define KEYWEIGH_KEYSPACE_VECTORSET_NODE_H

#include "base/bytes.h"
#include "keyspace/store.h"
#include "keyspace/vector.h"

struct vectorset_node {
    float length;
    float range;
    unsigned char *attribute; /* as name.h has it, or NULL */
    unsigned char level;
    bool is_drawn;
    unsigned char body[]; /* name, vector */
};

/* A node on the lowest layer whose vector is not written yet; NULL when the
 * name is too long or there is no room. */
struct vectorset_node *vectorset_node_new(struct store *store,
                                          struct bytes name, size_t vector);
void vectorset_node_free(struct store *store, struct vectorset_node *node,
                         size_t vector);

/* Gives its blocks to pool_move; returns where it is from now on. */
struct vectorset_node *vectorset_node_relocate(struct store *store,
                                               struct vectorset_node *node,
                                               size_t vector);

/* For tables. */
struct bytes vectorset_node_name(const void *item);

struct bytes vectorset_node_attribute(const struct vectorset_node *node);
struct vector vectorset_node_vector(const struct vectorset_node *node);

/* Where its vector lies. */
unsigned char *vectorset_node_room(struct vectorset_node *node);

/* An empty one is none. */
void vectorset_node_set_attribute(struct store *store,
                                  struct vectorset_node *node,
                                  struct bytes attribute);

/* Gives it one of the levels that a server draws, always the same for the same
 * name. */
void vectorset_node_draw_level(struct vectorset_node *node);

#endif
