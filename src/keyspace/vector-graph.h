/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The graph that a search for similar vectors walks: a hierarchical navigable
 * small world (Malkov and Yashunin, 2016).  Each point is on the layers from 0
 * to its level, and linked to some near ones on each; links are mutual, no two
 * go to the same point and none to its own, which is what a server demands of
 * a graph that it loads.
 *
 * A server's own graph hangs on its random numbers, so this is not the same
 * one, but one like it; it depends on the points and their order alone.
 */
#ifndef KEYWEIGH_KEYSPACE_VECTOR_GRAPH_H
#define KEYWEIGH_KEYSPACE_VECTOR_GRAPH_H

#include "keyspace/pool.h"
#include "keyspace/vector.h"

struct vector_point {
    struct vector vector;
    unsigned level;
};

struct vector_links {
    uint32_t *points; /* by number, in no order */
    uint32_t count;
    uint32_t room;
    uint32_t parent; /* the first of them */
};

struct vector_graph;

/* The points are needed no longer than this call; links_most is M: so many
 * links has a point at most, on layer 0 twice as many. */
struct vector_graph *vector_graph_new(struct pool *pool,
                                      const struct vector_form *form,
                                      const struct vector_point *points,
                                      uint32_t count, uint32_t links_most);

/* One that no search finds much in, but made at once: mutual links, about as
 * many as such a graph has.  Of the points only the levels count. */
struct vector_graph *vector_graph_draft(struct pool *pool,
                                        const struct vector_point *points,
                                        uint32_t count, uint32_t links_most);

void vector_graph_free(struct pool *pool, struct vector_graph *graph);

/* A layer that the point is on. */
const struct vector_links *vector_graph_links(
    const struct vector_graph *graph, uint32_t point, unsigned layer);

#endif
