/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a search for places covers: a circle, a box, or, in Valkey 9, a
 * polygon (geo.c geoWithinShape and geohash_helper.c of Redis 3.2 to 8.6 and
 * Valkey 9.1).
 */
#ifndef KEYWEIGH_AOF_GEO_SHAPE_H
#define KEYWEIGH_AOF_GEO_SHAPE_H

#include "aof/geohash-cells.h"

enum geo_kind { GEO_NONE, GEO_CIRCLE, GEO_BOX, GEO_POLYGON };

struct geo_shape {
    enum geo_kind kind;
    struct geohash_point middle; /* of a polygon, by geo_shape_find_middle */
    double unit;   /* of these lengths, and of distances that are stored; in
                      metres */
    double radius;
    double width;
    double height;
    struct geohash_point *vertices; /* of the owner */
    size_t vertex_count;
};

/* The middle of a polygon: of its vertices as they stand in space. */
void geo_shape_find_middle(struct geo_shape *shape);

/* Whether a place is inside, and how far from the middle, in metres. */
bool geo_shape_has(const struct geo_shape *shape, struct geohash_point point,
                   double *distance);

/* The cells that a server looks into. */
void geo_shape_cells(const struct geo_shape *shape,
                     enum geohash_manner manner,
                     struct geohash_cells *found);

#endif
