/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The cells that a server looks into for a search around a place, in its
 * order: the one of the middle and its eight neighbours, as far as they are
 * needed (geohash_helper.c geohashCalculateAreasByShapeWGS84 and geo.c
 * membersOfAllNeighbors, the same from Redis 6.2 to 8.6 and in Valkey).
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

/* What a search covers, in metres from its middle. */
struct geohash_reach {
    double width;  /* to the east and to the west */
    double height; /* to the north and to the south */
    double radius; /* to its farthest point */
};

void geohash_find_cells(struct geohash_point middle,
                        struct geohash_reach reach,
                        struct geohash_cells *found);

#endif
