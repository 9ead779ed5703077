/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The cells that a server looks into for a search around a place, in its
 * order: the one of the middle and its eight neighbours, as far as they are
 * needed (geohash_helper.c geohashCalculateAreasByShapeWGS84 and geo.c
 * membersOfAllNeighbors).  Of what is large, or near to a pole, they may leave
 * out some.
 */
#ifndef KEYWEIGH_AOF_GEOHASH_CELLS_H
#define KEYWEIGH_AOF_GEOHASH_CELLS_H

#include <stddef.h>

#include "aof/geohash.h"

enum { GEOHASH_CELLS_MOST = 9 };

/* Scores from first on, up to but without end. */
struct geohash_cell {
    double first;
    double end;
};

struct geohash_cells {
    struct geohash_cell cells[GEOHASH_CELLS_MOST];
    size_t count;
};

/* In degrees. */
struct geohash_area {
    double west;
    double south;
    double east;
    double north;
};

/* How servers find them. */
enum geohash_manner {
    GEOHASH_3_2,   /* Redis 3.2 to 6.0 */
    GEOHASH_6_2,   /* to 6.2.6 */
    GEOHASH_6_2_7, /* since, the same in Redis 8.6 and Valkey 9.1 */
};

/* What a search covers. */
struct geohash_reach {
    struct geohash_point middle;
    struct geohash_area bounds;
    double radius; /* to its farthest point, in metres */
    enum geohash_manner manner;
};

/* Around so many metres to the east and west, and to the north and south. */
struct geohash_area geohash_bounds(struct geohash_point middle, double width,
                                   double height, enum geohash_manner manner);

void geohash_find_cells(const struct geohash_reach *reach,
                        struct geohash_cells *found);

#endif
