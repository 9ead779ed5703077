/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Places as the scores of sorted sets: 26 bits of latitude and 26 of
 * longitude interleaved, exact in a double (geohash.c and geohash_helper.c of
 * Redis 3.2 to 8.6).  Angles are in degrees, distances in
 * metres.
 */
#ifndef KEYWEIGH_AOF_GEOHASH_H
#define KEYWEIGH_AOF_GEOHASH_H

#include <stdbool.h>

struct geohash_point {
    double longitude;
    double latitude;
};

/* False when the place is outside of what can be encoded. */
bool geohash_encode(struct geohash_point point, double *score);

/* The middle of the cell that a score stands for.  Of a score that is too large
 * for a place it lies behind an edge of the map; on that edge when it is kept,
 * as Redis 6.0 and later do. */
struct geohash_point geohash_decode(double score, bool is_kept);

/* On a sphere, by the haversine. */
double geohash_distance(struct geohash_point from, struct geohash_point to);
double geohash_latitude_distance(double from, double to);

#endif
