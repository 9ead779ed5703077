/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Vectors as Redis 8.6.3 on x86-64 had them in its dump, bit for bit, and some
 * of their distances by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "keyspace/vector.h"

enum { ROOM = 64 };

static uint32_t
bits_of(float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof(bits));
    return bits;
}

/* Quantises to room, and checks what comes of it. */
static struct vector
quantise(enum vector_quant quant, const float *floats, uint32_t count,
         unsigned char room[ROOM])
{
    struct vector_form form = { count, quant };
    float copy[16];
    memcpy(copy, floats, count * sizeof(float));
    assert_true(vector_size(&form) <= ROOM);
    return vector_quantise(&form, copy, room);
}

static void
expect(enum vector_quant quant, const float *floats, uint32_t count,
       const char *bytes, uint32_t length, uint32_t range)
{
    unsigned char room[ROOM];
    struct vector_form form = { count, quant };
    struct vector vector = quantise(quant, floats, count, room);
    assert_memory_equal(room, bytes, vector_size(&form));
    assert_int_equal(bits_of(vector.length), length);
    if (quant == VECTOR_Q8)
        assert_int_equal(bits_of(vector.range), range);
}

static const float uneven[] = { 1, -2.5F, 0.3F, 4e3F, -0.007F };
static const float even[] = { 0.1F, 0.2F, -0.3F, 0.4F, 0.5F };

static void
test_q8(void **state)
{
    static const float zero[5] = { 0 };
    static const float tiny[] = { 1e-39F, -1e-40F, 0, 0, 0 };
    static const float huge[] = { 3e38F, 1, INFINITY, -1, 2 };
    (void)state;
    expect(VECTOR_Q8, uneven, 5, "\x00\x00\x00\x7f\x00", 0x457a0004,
           0x3f7ffffc);
    expect(VECTOR_Q8, even, 5, "\x19\x33\xb4\x66\x7f", 0x3f3ddacd,
           0x3f2c985c);
    expect(VECTOR_Q8, zero, 5, "\0\0\0\0\0", 0x3f800000, 0);
    expect(VECTOR_Q8, tiny, 5, "\0\0\0\0\0", 0x3f800000, 0x000ae398);
    expect(VECTOR_Q8, huge, 5, "\0\0\0\0\0", 0x7f800000, 0);
}

static void
test_floats(void **state)
{
    (void)state;
    expect(VECTOR_F32, even, 5,
           "\x7d\x13\x0a\x3e\x7d\x13\x8a\x3e\x3c\x1d\xcf\xbe\x7d\x13\x0a\x3f"
           "\x5c\x98\x2c\x3f",
           0x3f3ddacd, 0);
    expect(VECTOR_F32, uneven, 5,
           "\x6c\x12\x83\x39\x08\xd7\x23\xba\x4f\x49\x9d\x38\xfc\xff\x7f\x3f"
           "\x88\xe1\xea\xb5",
           0x457a0004, 0);
}

static void
test_bits(void **state)
{
    static const float floats[] = { 1,     -2.5F, 0.3F,   4e3F, -0.007F,
                                    0,     -0.0F, 1e-30F, 7 };
    (void)state;
    expect(VECTOR_BIN, floats, 9, "\x8d\x01\0\0\0\0\0\0", 0x457a001d, 0);
}

/* REDUCE 3 of five dimensions. */
static void
test_reduction(void **state)
{
    static const unsigned char plus[] = "\x2e\xf9\xe4\x3e";
    static const unsigned char minus[] = "\x2e\xf9\xe4\xbe";
    static const char signs[] = "++++++-+-+++--+";
    unsigned char matrix[60];
    float reduced[3];
    (void)state;
    assert_int_equal(vector_matrix_size(5, 3), sizeof(matrix));
    vector_matrix_floats(5, 0, 7, matrix);
    vector_matrix_floats(5, 7, 8, matrix + 28);
    for (size_t i = 0; i < 15; i++)
        assert_memory_equal(matrix + 4 * i, signs[i] == '+' ? plus : minus,
                            4);
    vector_reduce(NULL, even, 5, reduced, 3);
    expect(VECTOR_Q8, reduced, 3, "\x7f\xd6\x63", 0x3f06fa51, 0x3f436c38);
    vector_reduce(matrix, even, 5, reduced, 2);
    expect(VECTOR_F32, reduced, 2, "\xe8\xdc\x72\x3f\x9c\xe8\xa1\xbe",
           0x3ed93924, 0);
}

static void
expect_distance(enum vector_quant quant, const float *a, const float *b,
                float expected)
{
    unsigned char rooms[2][ROOM];
    struct vector_form form = { 10, quant };
    struct vector first = quantise(quant, a, 10, rooms[0]);
    struct vector second = quantise(quant, b, 10, rooms[1]);
    assert_true(fabsf(vector_distance(&form, &first, &second) - expected) <
                1e-5F);
}

static void
test_distances(void **state)
{
    static const float a[10] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    static const float b[10] = { -2, -2, -2, -2, -2, -2, -2, -2, -2, -2 };
    static const float c[10] = { 1, -1, 1, -1, 1, -1, 1, -1, 1, -1 };
    static const float nowhere[10] = { NAN };
    (void)state;
    for (int quant = 0; quant < VECTOR_QUANTS; quant++) {
        expect_distance((enum vector_quant)quant, a, a, 0);
        expect_distance((enum vector_quant)quant, a, b, 2);
        expect_distance((enum vector_quant)quant, a, c, 1);
    }
    expect_distance(VECTOR_F32, a, nowhere, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_q8),
        cmocka_unit_test(test_floats),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_reduction),
        cmocka_unit_test(test_distances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
