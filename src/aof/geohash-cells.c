/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A grid of 2^steps by 2^steps cells; the number of a cell interleaves its row
 * (of latitude) and its column.
 */
#include "aof/geohash-cells.h"

#include <math.h>
#include <stdint.h>

enum { STEPS_MOST = 26 };

static const double earth_radius = 6372797.560856;
static const double mercator_most = 20037726.37;
static const double latitude_most = 85.05112878;
static const double longitude_most = 180.0;
static const double degree = M_PI / 180.0;

struct grid {
    unsigned steps;
    uint64_t row;
    uint64_t column;
};

/* ---- the grid ---- */

static uint64_t
cell_of(double angle, double most, unsigned steps)
{
    double share = (angle + most) / (most + most);
    return (uint64_t)(share * (double)(UINT64_C(1) << steps));
}

static struct grid
grid_of(struct geohash_point middle, unsigned steps)
{
    return (struct grid){
        .steps = steps,
        .row = cell_of(middle.latitude, latitude_most, steps),
        .column = cell_of(middle.longitude, longitude_most, steps),
    };
}

/* A border between cells. */
static double
border(uint64_t cell, double most, unsigned steps)
{
    double share = (double)cell / (double)(UINT64_C(1) << steps);
    return -most + share * (most + most);
}

static uint64_t
moved(uint64_t cell, int by, unsigned steps)
{
    return (cell + (uint64_t)(int64_t)by) & ((UINT64_C(1) << steps) - 1);
}

/* The cell so many to the north and to the east, around the world. */
static struct grid
neighbour(const struct grid *grid, int north, int east)
{
    struct grid result = *grid;
    if (north != 0)
        result.row = moved(grid->row, north, grid->steps);
    if (east != 0)
        result.column = moved(grid->column, east, grid->steps);
    return result;
}

static struct geohash_area
area_of(const struct grid *grid)
{
    return (struct geohash_area){
        .west = border(grid->column, longitude_most, grid->steps),
        .south = border(grid->row, latitude_most, grid->steps),
        .east = border(grid->column + 1, longitude_most, grid->steps),
        .north = border(grid->row + 1, latitude_most, grid->steps),
    };
}

static struct geohash_cell
scores_of(const struct grid *grid)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i <= grid->steps; i++)
        bits |= (grid->row >> i & 1) << (2 * i) |
                (grid->column >> i & 1) << (2 * i + 1);
    unsigned shift = 2 * (STEPS_MOST - grid->steps);
    return (struct geohash_cell){ (double)(bits << shift),
                                  (double)((bits + 1) << shift) };
}

/* ---- how large, and which ---- */

static unsigned
steps_for(double radius, double latitude)
{
    int steps = 1;
    if (radius == 0)
        return STEPS_MOST;
    for (; radius < mercator_most; radius *= 2)
        steps++;
    steps -= 2 + (fabs(latitude) > 66) + (fabs(latitude) > 80);
    return steps < 1             ? 1
           : steps > STEPS_MOST ? STEPS_MOST
                                 : (unsigned)steps;
}

/* The wider end of a reach is the one nearer to a pole; servers since 6.2 take
 * it by the sign of the latitude. */
struct geohash_area
geohash_bounds(struct geohash_point middle, double width, double height,
               enum geohash_manner manner)
{
    height = height / earth_radius / degree;
    double side = middle.latitude;
    if (manner != GEOHASH_3_2)
        side += middle.latitude < 0 ? -height : height;
    width = width / earth_radius / cos(side * degree) / degree;
    return (struct geohash_area){
        .west = middle.longitude - width,
        .south = middle.latitude - height,
        .east = middle.longitude + width,
        .north = middle.latitude + height,
    };
}

/* The outer borders of the neighbours. */
static struct geohash_area
around(const struct grid *grid)
{
    struct grid north = neighbour(grid, 1, 0);
    struct grid south = neighbour(grid, -1, 0);
    struct grid east = neighbour(grid, 0, 1);
    struct grid west = neighbour(grid, 0, -1);
    return (struct geohash_area){
        .west = area_of(&west).west,
        .south = area_of(&south).south,
        .east = area_of(&east).east,
        .north = area_of(&north).north,
    };
}

/* Whether some border is nearer than the radius. */
static bool
is_near(struct geohash_point middle, const struct geohash_area *area,
        double radius)
{
    const struct geohash_point ends[] = {
        { middle.longitude, area->north }, { middle.longitude, area->south },
        { area->east, middle.latitude },   { area->west, middle.latitude },
    };
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (geohash_distance(middle, ends[i]) < radius)
            return true;
    return false;
}

/* Whether the neighbours do not cover the reach. */
static bool
is_too_fine(const struct grid *grid, const struct geohash_reach *reach)
{
    const struct geohash_area *bounds = &reach->bounds;
    struct geohash_area area = around(grid);
    if (reach->manner != GEOHASH_6_2_7)
        return is_near(reach->middle, &area, reach->radius);
    return area.north < bounds->north || area.south > bounds->south ||
           area.east < bounds->east || area.west > bounds->west;
}

/* Whether the middle's cell already covers the bounds on that side. */
static bool
is_needless(const struct geohash_area *area,
            const struct geohash_area *bounds, int north, int east)
{
    return (north < 0 && area->south < bounds->south) ||
           (north > 0 && area->north > bounds->north) ||
           (east < 0 && area->west < bounds->west) ||
           (east > 0 && area->east > bounds->east);
}

void
geohash_find_cells(const struct geohash_reach *reach,
                   struct geohash_cells *found)
{
    static const signed char steps[GEOHASH_CELLS_MOST][2] = {
        { 0, 0 }, { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 },
        { 1, 1 }, { 1, -1 }, { -1, 1 }, { -1, -1 },
    };
    struct grid grid =
        grid_of(reach->middle,
                steps_for(reach->radius, reach->middle.latitude));
    if (grid.steps > 1 && is_too_fine(&grid, reach))
        grid = grid_of(reach->middle, grid.steps - 1);
    struct geohash_area area = area_of(&grid);
    found->count = 0;
    for (size_t i = 0; i < GEOHASH_CELLS_MOST; i++) {
        struct grid cell = neighbour(&grid, steps[i][0], steps[i][1]);
        if (grid.steps >= 2 &&
            is_needless(&area, &reach->bounds, steps[i][0], steps[i][1]))
            continue;
        found->cells[found->count++] = scores_of(&cell);
    }
}
