/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/geo-shape.h"

#include <math.h>

static const double degree = M_PI / 180.0;

void
geo_shape_find_middle(struct geo_shape *shape)
{
    double x = 0;
    double y = 0;
    double z = 0;
    for (size_t i = 0; i < shape->vertex_count; i++) {
        double longitude = shape->vertices[i].longitude * degree;
        double latitude = shape->vertices[i].latitude * degree;
        x += cos(latitude) * cos(longitude);
        y += cos(latitude) * sin(longitude);
        z += sin(latitude);
    }
    shape->middle = (struct geohash_point){
        .longitude = atan2(y, x) / degree,
        .latitude = atan2(z, sqrt(x * x + y * y)) / degree,
    };
}

/* ---- what is inside ---- */

static bool
box_has(const struct geo_shape *shape, struct geohash_point point)
{
    struct geohash_point beside = { shape->middle.longitude, point.latitude };
    return geohash_latitude_distance(point.latitude, shape->middle.latitude) <=
               shape->height * shape->unit / 2 &&
           geohash_distance(point, beside) <= shape->width * shape->unit / 2;
}

/* Whether a ray to the east crosses an odd number of sides. */
static bool
polygon_has(const struct geo_shape *shape, struct geohash_point point)
{
    bool inside = false;
    struct geohash_point before = shape->vertices[shape->vertex_count - 1];
    for (size_t i = 0; i < shape->vertex_count; i++) {
        struct geohash_point at = shape->vertices[i];
        bool crosses = (at.latitude > point.latitude) !=
                       (before.latitude > point.latitude);
        if (crosses && point.longitude <
                           (before.longitude - at.longitude) *
                                   (point.latitude - at.latitude) /
                                   (before.latitude - at.latitude) +
                               at.longitude)
            inside = !inside;
        before = at;
    }
    return inside;
}

bool
geo_shape_has(const struct geo_shape *shape, struct geohash_point point,
              double *distance)
{
    *distance = geohash_distance(shape->middle, point);
    switch (shape->kind) {
    case GEO_BOX:
        return box_has(shape, point);
    case GEO_POLYGON:
        return polygon_has(shape, point);
    case GEO_CIRCLE:
    case GEO_NONE:
    default:
        return *distance <= shape->radius * shape->unit;
    }
}

/* ---- where to look ---- */

static struct geohash_area
polygon_bounds(const struct geo_shape *shape)
{
    struct geohash_point first = shape->vertices[0];
    struct geohash_area bounds = { first.longitude, first.latitude,
                                   first.longitude, first.latitude };
    for (size_t i = 1; i < shape->vertex_count; i++) {
        bounds.west = fmin(bounds.west, shape->vertices[i].longitude);
        bounds.east = fmax(bounds.east, shape->vertices[i].longitude);
        bounds.south = fmin(bounds.south, shape->vertices[i].latitude);
        bounds.north = fmax(bounds.north, shape->vertices[i].latitude);
    }
    return bounds;
}

/* To the corner of the bounds that is farthest from the middle. */
static double
farthest(struct geohash_point middle, const struct geohash_area *bounds)
{
    const struct geohash_point corners[] = {
        { bounds->west, bounds->north }, { bounds->east, bounds->north },
        { bounds->west, bounds->south }, { bounds->east, bounds->south },
    };
    double most = 0;
    for (size_t i = 0; i < sizeof(corners) / sizeof(corners[0]); i++)
        most = fmax(most, geohash_distance(middle, corners[i]));
    return most;
}

void
geo_shape_cells(const struct geo_shape *shape, enum geohash_manner manner,
                struct geohash_cells *found)
{
    bool is_box = shape->kind == GEO_BOX;
    double width = is_box ? shape->width / 2 : shape->radius;
    double height = is_box ? shape->height / 2 : shape->radius;
    struct geohash_reach reach = { .middle = shape->middle, .manner = manner };
    if (shape->kind == GEO_POLYGON) {
        reach.bounds = polygon_bounds(shape);
        reach.radius = farthest(shape->middle, &reach.bounds);
    } else {
        reach.bounds = geohash_bounds(shape->middle, shape->unit * width,
                                      shape->unit * height, manner);
        reach.radius =
            shape->unit *
            (is_box ? sqrt(width * width + height * height) : shape->radius);
    }
    geohash_find_cells(&reach, found);
}
