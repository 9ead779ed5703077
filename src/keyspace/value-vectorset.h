/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Vector sets of Redis 8.0: names, each with a vector and perhaps an
 * attribute, in one of two forms:
 *
 *     DUMP    the pieces of a dump (keyspace/value-module.h), handed out as
 *             they came; what value_init makes
 *     NODES   what commands work on
 *
 * A walk of nodes hands out what VectorSetRdbSave writes, in the nodes' oldest
 * version, which all servers read.  Two things of it are random in a server,
 * and here they are not:
 *
 *   - the level of a node that a command has made hangs on its name, and items
 *     say is_drawn of it; levels of a dump stay;
 *   - the graph is made anew (keyspace/vector-graph.h), when a walk first
 *     wants WANT_LINKS, which takes long; with WANT_BYTES there are as many
 *     links, to any nodes, and without it none.
 */
#ifndef KEYWEIGH_KEYSPACE_VALUE_VECTORSET_H
#define KEYWEIGH_KEYSPACE_VALUE_VECTORSET_H

#include "keyspace/value.h"
#include "keyspace/vector.h"

enum {
    VECTORSET_DUMP,
    VECTORSET_NODES,

    VECTORSET_LEVEL_MOST = 255,
    VECTORSET_LINKS_MOST = 4096, /* the largest M */
    VECTORSET_LINKS_DEFAULT = 16,
};

/* What all vectors of a set have in common. */
struct vectorset_form {
    struct vector_form vector;
    uint32_t input; /* the dimension before REDUCE; 0 without */
    uint32_t links_most; /* M */
    const unsigned char *matrix; /* of a dump with REDUCE; else NULL */
};

struct vectorset_element {
    struct bytes name;
    struct bytes attribute; /* empty: none */
    struct vector vector;
    unsigned level;
    bool is_drawn; /* a server draws the level */
};

/* Makes an empty DUMP an empty set of nodes; the matrix is copied.  False when
 * there is no room for it. */
bool value_vectorset_begin(struct store *store, struct value *value,
                           const struct vectorset_form *form);

/* Turns a DUMP into NODES; nothing changes when it has them.  False when the
 * pieces are no vector set of a known version, or there is no room. */
bool value_vectorset_open(struct store *store, struct value *value);

/* All that follows: of nodes. */

const struct vectorset_form *value_vectorset_form(const struct value *value);
uint64_t value_vectorset_count(const struct value *value);

/* Valid until that element is changed; false when there is none. */
bool value_vectorset_get(const struct store *store, const struct value *value,
                         struct bytes name,
                         struct vectorset_element *element);

/* Gives the name a vector of floats, as many as the form's input or else its
 * dimension says; they are changed.  ADDED, CHANGED (the attribute stays) or
 * REFUSED. */
enum value_change value_vectorset_add(struct store *store, struct value *value,
                                      struct bytes name, float *floats);

/* CHANGED, SAME when there is no such element, or REFUSED. */
enum value_change value_vectorset_set_attribute(struct store *store,
                                                struct value *value,
                                                struct bytes name,
                                                struct bytes attribute);

bool value_vectorset_remove(struct store *store, struct value *value,
                            struct bytes name);

/* For loading a dump: an element as it stands there.  ADDED, SAME when the
 * name is there already, or REFUSED. */
enum value_change value_vectorset_load(
    struct store *store, struct value *value,
    const struct vectorset_element *element);

#endif
