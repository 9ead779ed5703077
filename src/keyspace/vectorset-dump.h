/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The pieces of a vector set's dump (Redis 8 vset.c VectorSetRdbSave, hnsw.c
 * hnsw_serialize_node), as numbers and strings of a module's value:
 *
 *     dimension, elements, quantisation | M << 8, flags
 *     when flags has MATRIX: input dimension, matrix
 *     each element: name, attribute when flags has ATTRIBUTES, vector,
 *                   n, n numbers:
 *        id, level | version << 24,
 *        each layer: links, room, links × id, version 1: worst link;
 *        length | range << 32
 */
#ifndef KEYWEIGH_KEYSPACE_VECTORSET_DUMP_H
#define KEYWEIGH_KEYSPACE_VECTORSET_DUMP_H

#include "keyspace/value-vectorset.h"

enum { VECTORSET_MATRIX = 1, VECTORSET_ATTRIBUTES = 2 };

/* Makes *set, which is nodes, of a dump.  False when its pieces are no vector
 * set of a known version, or there is no room: then there is no set. */
bool vectorset_dump_read(struct store *store, const struct value *dump,
                         struct value *set);

/* Two floats as one number of a node. */
uint64_t vectorset_dump_floats(const struct vector *vector);

#endif
