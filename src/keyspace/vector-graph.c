/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     first   [0|1|4|...]              where a point's layers begin
 *     layers  [p0 layer 0|p1 layer 0|p1 layer 1|p1 layer 2|p2 layer 0|...]
 *
 * Points are added one by one.  A search keeps the nearest points that it has
 * met in a beam, in order of distance, and looks at the neighbours of each
 * that stays in it.
 *
 * Links are given up for nearer ones, but never the first that a point got:
 * these make a tree of each layer, so that all of it can be reached.
 */
#include "keyspace/vector-graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum {
    BEAM_WIDTH = 200, /* a server's EF, unless a VADD asks for another */
    FIRST_LINKS = 4,
};

#define NO_POINT UINT32_MAX

struct vector_graph {
    uint32_t count;
    uint32_t links_most;
    size_t *first; /* count + 1 */
    struct vector_links *layers;
};

/* A point that a search has met. */
struct met {
    float distance;
    uint32_t point;
    bool is_done; /* its neighbours are met, too */
};

struct build {
    struct pool *pool;
    struct vector_graph *graph;
    const struct vector_form *form;
    const struct vector_point *points;
    uint32_t entry; /* a point of the highest level; NO_POINT of none */
    uint32_t *seen; /* of each point, the number of the latest search */
    uint32_t search;
    struct met beam[BEAM_WIDTH]; /* the nearest first */
    uint32_t beam_count;
    uint32_t beam_width;
};

static struct vector_links *
links_of(const struct vector_graph *graph, uint32_t point, unsigned layer)
{
    return &graph->layers[graph->first[point] + layer];
}

static float
distance_of(const struct build *build, uint32_t a, uint32_t b)
{
    return vector_distance(build->form, &build->points[a].vector,
                           &build->points[b].vector);
}

/* --- links --- */

static uint32_t
most_links(const struct vector_graph *graph, unsigned layer)
{
    return layer == 0 ? 2 * graph->links_most : graph->links_most;
}

static bool
is_full(const struct build *build, uint32_t point, unsigned layer)
{
    return links_of(build->graph, point, layer)->count ==
           most_links(build->graph, layer);
}

static void
add_link(struct build *build, uint32_t from, uint32_t to, unsigned layer)
{
    struct vector_links *links = links_of(build->graph, from, layer);
    if (links->count == links->room) {
        uint32_t room = links->room ? 2 * links->room : FIRST_LINKS;
        links->points = pool_resize(build->pool, links->points,
                                    links->room * sizeof(uint32_t),
                                    room * sizeof(uint32_t));
        links->room = room;
    }
    links->points[links->count++] = to;
}

static void
remove_link(struct build *build, uint32_t from, uint32_t to, unsigned layer)
{
    struct vector_links *links = links_of(build->graph, from, layer);
    uint32_t i = 0;
    while (links->points[i] != to)
        i++;
    links->points[i] = links->points[--links->count];
}

static void
join(struct build *build, uint32_t point, uint32_t other, unsigned layer)
{
    struct vector_links *links = links_of(build->graph, point, layer);
    if (links->count == 0)
        links->parent = other;
    add_link(build, point, other, layer);
    add_link(build, other, point, layer);
}

static void
part(struct build *build, uint32_t a, uint32_t b, unsigned layer)
{
    remove_link(build, a, b, layer);
    remove_link(build, b, a, layer);
}

static bool
are_joined(const struct build *build, uint32_t a, uint32_t b, unsigned layer)
{
    const struct vector_links *links = links_of(build->graph, a, layer);
    for (uint32_t i = 0; i < links->count; i++)
        if (links->points[i] == b)
            return true;
    return false;
}

static bool
is_of_tree(const struct build *build, uint32_t a, uint32_t b, unsigned layer)
{
    return links_of(build->graph, a, layer)->parent == b ||
           links_of(build->graph, b, layer)->parent == a;
}

/* The farthest neighbour of a full point that is farther than distance and has
 * more than so many links; NO_POINT when there is none. */
static uint32_t
farthest_spare(const struct build *build, uint32_t point, unsigned layer,
               float distance, uint32_t least)
{
    const struct vector_links *links = links_of(build->graph, point, layer);
    uint32_t farthest = NO_POINT;
    for (uint32_t i = 0; i < links->count; i++) {
        uint32_t other = links->points[i];
        if (links_of(build->graph, other, layer)->count <= least ||
            is_of_tree(build, point, other, layer))
            continue;
        float its = distance_of(build, point, other);
        if (its > distance) {
            distance = its;
            farthest = other;
        }
    }
    return farthest;
}

/* --- searching --- */

/* Puts a point into the beam; returns its place, or the beam's width when it
 * is too far away. */
static uint32_t
meet(struct build *build, uint32_t point, float distance)
{
    struct met *beam = build->beam;
    uint32_t at = build->beam_count;
    build->seen[point] = build->search;
    while (at > 0 && beam[at - 1].distance > distance)
        at--;
    if (at == build->beam_width)
        return at;
    if (build->beam_count < build->beam_width)
        build->beam_count++;
    memmove(beam + at + 1, beam + at,
            (build->beam_count - at - 1) * sizeof(*beam));
    beam[at] = (struct met){ .distance = distance, .point = point };
    return at;
}

/* Meets the neighbours of a point in the beam; returns the first place that
 * has changed. */
static uint32_t
meet_neighbours(struct build *build, uint32_t target, uint32_t point,
                unsigned layer)
{
    const struct vector_links *links = links_of(build->graph, point, layer);
    uint32_t first = build->beam_width;
    for (uint32_t i = 0; i < links->count; i++) {
        uint32_t other = links->points[i];
        if (build->seen[other] == build->search)
            continue;
        uint32_t at = meet(build, other, distance_of(build, target, other));
        if (at < first)
            first = at;
    }
    return first;
}

/* Finds the points of a layer that are nearest to target, from those on that
 * are in the beam already. */
static void
search_layer(struct build *build, uint32_t target, unsigned layer,
             uint32_t width)
{
    uint32_t at = 0;
    build->search++;
    build->beam_width = width;
    if (build->beam_count > width)
        build->beam_count = width;
    for (uint32_t i = 0; i < build->beam_count; i++) {
        build->seen[build->beam[i].point] = build->search;
        build->beam[i].is_done = false;
    }
    while (at < build->beam_count) {
        struct met *met = &build->beam[at];
        uint32_t next = at + 1;
        if (!met->is_done) {
            met->is_done = true;
            uint32_t changed =
                meet_neighbours(build, target, met->point, layer);
            if (changed < next)
                next = changed;
        }
        at = next;
    }
}

/* --- adding a point --- */

/* Whether a link is worth having: no neighbour that the point has already is
 * nearer to the other one than the point itself. */
static bool
is_diverse(const struct build *build, uint32_t point, const struct met *met,
           unsigned layer)
{
    const struct vector_links *links = links_of(build->graph, point, layer);
    for (uint32_t i = 0; i < links->count; i++)
        if (distance_of(build, met->point, links->points[i]) < met->distance)
            return false;
    return true;
}

/* Joins the point with another; when that is full it gives up a link that is
 * longer than distance, to a point that keeps at least so many. */
static void
try_join(struct build *build, uint32_t point, uint32_t other, unsigned layer,
         float distance, uint32_t least)
{
    if (is_full(build, other, layer)) {
        uint32_t spare =
            farthest_spare(build, other, layer, distance, least);
        if (spare == NO_POINT)
            return;
        part(build, other, spare, layer);
    }
    join(build, point, other, layer);
}

/* Joins the point with those in the beam: first where that makes for
 * diversity, then with the nearest, and with any if all of them refuse. */
static void
join_beam(struct build *build, uint32_t point, unsigned layer)
{
    uint32_t most = build->graph->links_most;
    const struct vector_links *links = links_of(build->graph, point, layer);
    const struct met *end = build->beam + build->beam_count;
    const struct met *met;
    for (met = build->beam; met < end && links->count < most; met++)
        if (is_diverse(build, point, met, layer))
            try_join(build, point, met->point, layer, met->distance,
                     most / 2);
    for (met = build->beam; met < end && links->count < most; met++)
        if (!are_joined(build, point, met->point, layer))
            try_join(build, point, met->point, layer, met->distance,
                     most / 2);
    for (met = build->beam; met < end && links->count == 0; met++)
        try_join(build, point, met->point, layer, -1, 1);
}

static void
add_point(struct build *build, uint32_t point)
{
    unsigned level = build->points[point].level;
    if (build->entry == NO_POINT) {
        build->entry = point;
        return;
    }
    unsigned top = build->points[build->entry].level;
    build->beam[0] = (struct met){
        .distance = distance_of(build, point, build->entry),
        .point = build->entry,
    };
    build->beam_count = 1;
    for (unsigned layer = top + 1; layer-- > 0;) {
        search_layer(build, point, layer, layer > level ? 1 : BEAM_WIDTH);
        if (layer <= level)
            join_beam(build, point, layer);
    }
    if (level > top)
        build->entry = point;
}

/* --- outside --- */

static struct vector_graph *
empty_graph(struct pool *pool, const struct vector_point *points,
            uint32_t count, uint32_t links_most)
{
    struct vector_graph *graph = pool_alloc(pool, sizeof(*graph));
    *graph = (struct vector_graph){ count, links_most, NULL, NULL };
    graph->first =
        pool_alloc(pool, ((size_t)count + 1) * sizeof(graph->first[0]));
    graph->first[0] = 0;
    for (uint32_t i = 0; i < count; i++)
        graph->first[i + 1] = graph->first[i] + points[i].level + 1;
    size_t layers = graph->first[count];
    graph->layers = pool_alloc(pool, layers * sizeof(graph->layers[0]));
    for (size_t i = 0; i < layers; i++)
        graph->layers[i] = (struct vector_links){ .parent = NO_POINT };
    return graph;
}

struct vector_graph *
vector_graph_new(struct pool *pool, const struct vector_form *form,
                 const struct vector_point *points, uint32_t count,
                 uint32_t links_most)
{
    struct build build = {
        .pool = pool,
        .graph = empty_graph(pool, points, count, links_most),
        .form = form,
        .points = points,
        .entry = NO_POINT,
        .seen = xcalloc(count, sizeof(uint32_t)),
    };
    for (uint32_t i = 0; i < count; i++)
        add_point(&build, i);
    free(build.seen);
    return build.graph;
}

/* Joins each point of a layer with so many that follow it there. */
static void
draft_layer(struct build *build, unsigned layer, uint32_t following)
{
    uint32_t count = 0; /* points of the layer, which are listed in seen */
    for (uint32_t i = 0; i < build->graph->count; i++) {
        if (build->points[i].level < layer)
            continue;
        for (uint32_t k = 1; k <= following && k <= count; k++)
            join(build, i, build->seen[count - k], layer);
        build->seen[count++] = i;
    }
}

struct vector_graph *
vector_graph_draft(struct pool *pool, const struct vector_point *points,
                   uint32_t count, uint32_t links_most)
{
    struct build build = {
        .pool = pool,
        .graph = empty_graph(pool, points, count, links_most),
        .points = points,
        .seen = xcalloc(count, sizeof(uint32_t)),
    };
    unsigned top = 0;
    for (uint32_t i = 0; i < count; i++)
        if (points[i].level > top)
            top = points[i].level;
    for (unsigned layer = 0; layer <= top; layer++)
        draft_layer(&build, layer,
                    layer == 0 ? links_most - links_most / 4
                               : links_most / 2);
    free(build.seen);
    return build.graph;
}

void
vector_graph_free(struct pool *pool, struct vector_graph *graph)
{
    if (graph == NULL)
        return;
    size_t layers = graph->first[graph->count];
    for (size_t i = 0; i < layers; i++)
        pool_free(pool, graph->layers[i].points,
                  graph->layers[i].room * sizeof(uint32_t));
    pool_free(pool, graph->layers, layers * sizeof(graph->layers[0]));
    pool_free(pool, graph->first,
              ((size_t)graph->count + 1) * sizeof(graph->first[0]));
    pool_free(pool, graph, sizeof(*graph));
}

const struct vector_links *
vector_graph_links(const struct vector_graph *graph, uint32_t point,
                   unsigned layer)
{
    return links_of(graph, point, layer);
}
