/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Rounding decides bytes, so sums are in float and in the server's order: four
 * squares at a time are added up before they join the sum; a component is
 * divided by the length, not multiplied; Q8 rounds halves away from zero.
 * Facts from Redis 8.6 modules/vector-sets: hnsw.c hnsw_normalize_vector,
 * quantize_to_q8, quantize_to_bin; vset.c createProjectionMatrix,
 * applyProjection.
 */
#include "keyspace/vector.h"

#include <math.h>
#include <string.h>

#include "base/endian.h"

enum { WORD_BITS = 64, WORD_BYTES = 8, Q8_MOST = 127, LANES = 8 };

static size_t
words_of(const struct vector_form *form)
{
    return (form->dimension + WORD_BITS - 1) / WORD_BITS;
}

size_t
vector_size(const struct vector_form *form)
{
    switch (form->quant) {
    case VECTOR_Q8:
        return form->dimension;
    case VECTOR_BIN:
        return words_of(form) * WORD_BYTES;
    case VECTOR_F32:
    case VECTOR_QUANTS:
    default:
        return (size_t)form->dimension * VECTOR_FLOAT;
    }
}

static float
load_float(const unsigned char *at)
{
    uint32_t bits = load_u32le(at);
    float number;
    memcpy(&number, &bits, sizeof(number));
    return number;
}

static void
store_float(unsigned char *at, float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof(bits));
    store_le(at, bits, VECTOR_FLOAT);
}

/* --- from floats --- */

static float
sum_of_squares(const float *x, uint32_t count)
{
    float sum = 0;
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        float four = x[i] * x[i];
        four += x[i + 1] * x[i + 1];
        four += x[i + 2] * x[i + 2];
        four += x[i + 3] * x[i + 3];
        sum += four;
    }
    for (; i < count; i++)
        sum += x[i] * x[i];
    return sum;
}

/* Returns the length that it had; what has none stays as it is. */
static float
normalise(float *x, uint32_t count)
{
    float length = sqrtf(sum_of_squares(x, count));
    if (fpclassify(length) == FP_ZERO)
        return 1;
    for (uint32_t i = 0; i < count; i++)
        x[i] /= length;
    return length;
}

static void
to_f32(const float *x, uint32_t count, unsigned char *to)
{
    for (uint32_t i = 0; i < count; i++)
        store_float(to + (size_t)i * VECTOR_FLOAT, x[i]);
}

/* Comparisons are such that no NaN is the largest. */
static float
largest_of(const float *x, uint32_t count)
{
    float largest = 0;
    for (uint32_t i = 0; i < count; i++)
        if (fabsf(x[i]) > largest)
            largest = fabsf(x[i]);
    return largest;
}

/* A number that no integer can be is 0, as the processor's conversion leaves
 * its low byte. */
static unsigned char
q8_of(float scaled)
{
    if (!(fabsf(scaled) <= Q8_MOST + 1))
        return 0;
    return (unsigned char)(int)roundf(scaled);
}

static float
to_q8(const float *x, uint32_t count, unsigned char *to)
{
    float range = largest_of(x, count);
    if (!(range > 0)) {
        memset(to, 0, count);
        return 0;
    }
    float scale = Q8_MOST / range;
    for (uint32_t i = 0; i < count; i++)
        to[i] = q8_of(x[i] * scale);
    return range;
}

static void
to_bin(const float *x, uint32_t count, unsigned char *to)
{
    for (uint32_t i = 0; i < count; i++)
        if (x[i] > 0)
            to[i / 8] = (unsigned char)(to[i / 8] | 1 << i % 8);
}

struct vector
vector_quantise(const struct vector_form *form, float *floats,
                unsigned char *room)
{
    struct vector vector = { .bytes = room };
    vector.length = normalise(floats, form->dimension);
    memset(room, 0, vector_size(form));
    if (form->quant == VECTOR_Q8)
        vector.range = to_q8(floats, form->dimension, room);
    else if (form->quant == VECTOR_BIN)
        to_bin(floats, form->dimension, room);
    else
        to_f32(floats, form->dimension, room);
    return vector;
}

/* --- distances --- */

/* Lanes, so that the compiler may add several at once. */
static float
product_f32(const unsigned char *a, const unsigned char *b, uint32_t count)
{
    float sums[LANES] = { 0 };
    float sum = 0;
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            sums[lane] += load_float(a + (i + lane) * VECTOR_FLOAT) *
                          load_float(b + (i + lane) * VECTOR_FLOAT);
    for (; i < count; i++)
        sum += load_float(a + (size_t)i * VECTOR_FLOAT) *
               load_float(b + (size_t)i * VECTOR_FLOAT);
    for (size_t lane = 0; lane < LANES; lane++)
        sum += sums[lane];
    return sum;
}

static int32_t
product_q8(const signed char *a, const signed char *b, uint32_t count)
{
    int32_t sums[LANES] = { 0 };
    int32_t sum = 0;
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            sums[lane] += a[i + lane] * b[i + lane];
    for (; i < count; i++)
        sum += a[i] * b[i];
    for (size_t lane = 0; lane < LANES; lane++)
        sum += sums[lane];
    return sum;
}

static float
distance_q8(const struct vector *a, const struct vector *b, uint32_t count)
{
    int32_t sum = product_q8((const signed char *)a->bytes,
                             (const signed char *)b->bytes, count);
    return 1 - (float)sum * (a->range / Q8_MOST) * (b->range / Q8_MOST);
}

static float
distance_bin(const unsigned char *a, const unsigned char *b, size_t words,
             uint32_t dimension)
{
    uint64_t different = 0;
    for (size_t i = 0; i < words; i++)
        different += (uint64_t)__builtin_popcountll(
            load_u64le(a + i * WORD_BYTES) ^ load_u64le(b + i * WORD_BYTES));
    return (float)different * 2 / (float)dimension;
}

float
vector_distance(const struct vector_form *form, const struct vector *a,
                const struct vector *b)
{
    float distance;
    if (form->quant == VECTOR_Q8)
        distance = distance_q8(a, b, form->dimension);
    else if (form->quant == VECTOR_BIN)
        distance = distance_bin(a->bytes, b->bytes, words_of(form),
                                form->dimension);
    else
        distance = 1 - product_f32(a->bytes, b->bytes, form->dimension);
    if (distance < 0)
        return 0;
    return distance < 2 ? distance : 2; /* a NaN is far away, too */
}

/* --- the matrix --- */

uint64_t
vector_matrix_size(uint32_t input, uint32_t output)
{
    return (uint64_t)input * output * VECTOR_FLOAT;
}

static float
matrix_scale(uint32_t input)
{
    return (float)(1.0 / sqrt(input));
}

static float
matrix_float(float scale, uint32_t row, uint32_t column)
{
    return __builtin_parity(row & column) ? -scale : scale;
}

void
vector_matrix_floats(uint32_t input, uint64_t first, size_t count,
                     unsigned char *to)
{
    float scale = matrix_scale(input);
    for (size_t i = 0; i < count; i++)
        store_float(to + i * VECTOR_FLOAT,
                    matrix_float(scale, (uint32_t)((first + i) / input),
                                 (uint32_t)((first + i) % input)));
}

void
vector_reduce(const unsigned char *matrix, const float *from, uint32_t input,
              float *to, uint32_t output)
{
    float scale = matrix_scale(input);
    for (uint32_t row = 0; row < output; row++) {
        float sum = 0;
        for (uint32_t column = 0; column < input; column++) {
            float factor = matrix_float(scale, row, column);
            if (matrix != NULL)
                factor = load_float(
                    matrix +
                    ((size_t)row * input + column) * VECTOR_FLOAT);
            sum += factor * from[column];
        }
        to[row] = sum;
    }
}
