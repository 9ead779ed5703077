/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/geohash.h"

#include <math.h>
#include <stdint.h>

enum {
    STEPS = 26,
    BITS = STEPS + 1, /* the largest angle itself has a cell of its own */
    SCORE_BITS = 32,  /* of each angle in a score of any size */
};

static const double longitude_most = 180.0;
static const double latitude_most = 85.05112878; /* of Web Mercator */
static const double earth_radius = 6372797.560856;
static const double degree = M_PI / 180.0;

/* Moves the bits of a number apart: bit i to bit 2 i. */
static uint64_t
spread(uint64_t bits)
{
    uint64_t result = 0;
    for (int i = 0; i < BITS; i++)
        result |= (bits >> i & 1) << (2 * i);
    return result;
}

static uint64_t
gather(uint64_t bits)
{
    uint64_t result = 0;
    for (int i = 0; i < SCORE_BITS; i++)
        result |= (bits >> (2 * i) & 1) << i;
    return result;
}

/* The number of the cell of an angle, counted from -most up to most. */
static uint64_t
cell_of(double angle, double most)
{
    double share = (angle + most) / (most + most);
    return (uint64_t)(share * (double)(UINT64_C(1) << STEPS));
}

/* The middle between a cell's borders. */
static double
middle_of(uint64_t cell, double most)
{
    double cells = (double)(UINT64_C(1) << STEPS);
    double width = most + most;
    double low = -most + ((double)cell / cells) * width;
    double high = -most + ((double)(cell + 1) / cells) * width;
    return (low + high) / 2;
}

static double
keep_within(double angle, double most)
{
    return angle > most ? most : angle < -most ? -most : angle;
}

bool
geohash_encode(struct geohash_point point, double *score)
{
    if (!(fabs(point.longitude) <= longitude_most) ||
        !(fabs(point.latitude) <= latitude_most))
        return false;
    *score = (double)(spread(cell_of(point.latitude, latitude_most)) |
                      spread(cell_of(point.longitude, longitude_most)) << 1);
    return true;
}

/* Any score may be asked for; what is none of a place becomes what servers on
 * 64-bit x86 make of it. */
static uint64_t
bits_of(double score)
{
    const double half = 9223372036854775808.0; /* 2^63 */
    if (score >= 0)
        return score < 2 * half ? (uint64_t)score : 0;
    return score > -half ? (uint64_t)(int64_t)score : UINT64_C(1) << 63;
}

struct geohash_point
geohash_decode(double score, bool is_kept)
{
    uint64_t bits = bits_of(score);
    struct geohash_point point = {
        .longitude = middle_of(gather(bits >> 1), longitude_most),
        .latitude = middle_of(gather(bits), latitude_most),
    };
    if (is_kept) {
        point.longitude = keep_within(point.longitude, longitude_most);
        point.latitude = keep_within(point.latitude, latitude_most);
    }
    return point;
}

double
geohash_latitude_distance(double from, double to)
{
    return earth_radius * fabs(to * degree - from * degree);
}

double
geohash_distance(struct geohash_point from, struct geohash_point to)
{
    double v = sin((to.longitude * degree - from.longitude * degree) / 2);
    if (v == 0.0)
        return geohash_latitude_distance(from.latitude, to.latitude);
    double north = from.latitude * degree;
    double south = to.latitude * degree;
    double u = sin((south - north) / 2);
    double a = u * u + cos(north) * cos(south) * v * v;
    return 2.0 * earth_radius * asin(sqrt(a));
}
