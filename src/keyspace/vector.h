/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A vector as vector sets keep it: brought to length 1, then quantised, with
 * the bytes that Redis 8 on x86-64 makes of the same floats (hnsw.c, vset.c).
 *
 *     F32   dimension × 4 bytes, a little-endian float each
 *     Q8    dimension × 1 byte, -127 .. 127 for -range .. range
 *     BIN   a bit each, 1 above zero; words of 64 bits, the lowest first
 */
#ifndef KEYWEIGH_KEYSPACE_VECTOR_H
#define KEYWEIGH_KEYSPACE_VECTOR_H

#include <stddef.h>
#include <stdint.h>

enum {
    VECTOR_DIMENSION_MOST = 1 << 16, /* since Redis 8.2; 8.0 had no limit */
    VECTOR_FLOAT = 4,                /* bytes of a float in a dump */
};

/* By their numbers in a dump. */
enum vector_quant { VECTOR_F32, VECTOR_Q8, VECTOR_BIN, VECTOR_QUANTS };

struct vector_form {
    uint32_t dimension; /* 1 .. VECTOR_DIMENSION_MOST */
    enum vector_quant quant;
};

struct vector {
    const unsigned char *bytes; /* vector_size of them */
    float range;                /* Q8: the largest component */
    float length;               /* that it had; 1 when it had none */
};

size_t vector_size(const struct vector_form *form);

/* What the floats, which are changed, become; its bytes are those at room. */
struct vector vector_quantise(const struct vector_form *form, float *floats,
                              unsigned char *room);

/* From 0, the same direction, to 2. */
float vector_distance(const struct vector_form *form, const struct vector *a,
                      const struct vector *b);

/* ---- REDUCE ----
 *
 * A matrix of output rows and input columns, not random: 1/sqrt(input), with a
 * minus where row & column has an odd number of bits.  A dump holds it, as
 * floats, and what a dump holds counts. */

/* The size of such a matrix in bytes. */
uint64_t vector_matrix_size(uint32_t input, uint32_t output);

/* Writes count floats of it from number first on, row by row. */
void vector_matrix_floats(uint32_t input, uint64_t first, size_t count,
                          unsigned char *to);

/* Multiplies it (or the one of a dump, when matrix is not NULL) by input
 * floats. */
void vector_reduce(const unsigned char *matrix, const float *from,
                   uint32_t input, float *to, uint32_t output);

#endif
