/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Three ways to the same number: eight table look-ups per eight bytes, and on
 * x86-64 carry-less multiplication over 128 or 512 bits at a time, chosen once
 * by what the processor has.
 *
 * Bit order.  The CRC is reflected: bit i of a 64-bit word stands for x^(63-i),
 * so shifting right multiplies by x, and the first bytes of a stretch hold its
 * highest powers.  In a 128-bit register bit i stands for x^(127-i):
 *
 *      low half L                   high half H
 *      first eight bytes            next eight bytes
 *      L * x^64                  +  H
 *
 * Folding.  To carry a register over D bits of data it is multiplied by x^D,
 * modulo the polynomial, half by half:
 *
 *      L * (x^(D+64) mod P)  +  H * (x^D mod P)
 *
 * The product of two reflected words sits one bit low in the register, which
 * is a factor of x too much: the constants are x^(D+63) and x^(D-1).  What is
 * left at the end, 16 bytes, goes through the tables, which does the last
 * reduction; the CRC so far is xored into the first eight bytes.
 */
#include "input/crc64.h"

#include <pthread.h>
#include <stdbool.h>

#include "base/endian.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_CARRYLESS 1
#include <immintrin.h>
#else
#define HAVE_CARRYLESS 0
#endif

#define POLYNOMIAL UINT64_C(0x95ac9329ac4bc9b5) /* reflected */
#define ONE UINT64_C(0x8000000000000000)        /* x^0, reflected */

typedef uint64_t crc64_way(uint64_t crc, const unsigned char *data,
                           size_t size);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static crc64_way *chosen_way;
static uint64_t tables[8][256]; /* tables[k][b]: byte b followed by k zeros */

static uint64_t
times_x(uint64_t word)
{
    return word >> 1 ^ (word & 1 ? POLYNOMIAL : 0);
}

static void
fill_tables(void)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        uint64_t word = byte;
        for (int bit = 0; bit < 8; bit++)
            word = times_x(word);
        tables[0][byte] = word;
    }
    for (unsigned k = 1; k < 8; k++)
        for (unsigned byte = 0; byte < 256; byte++) {
            uint64_t word = tables[k - 1][byte];
            tables[k][byte] = word >> 8 ^ tables[0][word & 0xff];
        }
}

static uint64_t
by_tables(uint64_t crc, const unsigned char *data, size_t size)
{
    for (; size >= 8; data += 8, size -= 8) {
        crc ^= load_u64le(data);
        crc = tables[7][crc & 0xff] ^ tables[6][crc >> 8 & 0xff] ^
              tables[5][crc >> 16 & 0xff] ^ tables[4][crc >> 24 & 0xff] ^
              tables[3][crc >> 32 & 0xff] ^ tables[2][crc >> 40 & 0xff] ^
              tables[1][crc >> 48 & 0xff] ^ tables[0][crc >> 56];
    }
    for (; size > 0; data++, size--)
        crc = crc >> 8 ^ tables[0][(crc ^ *data) & 0xff];
    return crc;
}

#if HAVE_CARRYLESS

enum {
    LANES = 8,                  /* registers in flight, to hide latency */
    BLOCK_128 = LANES * 16,     /* bytes that one round of them takes */
    BLOCK_512 = LANES * 64,
};

#define TARGET_128 __attribute__((target("avx,pclmul")))
#define TARGET_512 \
    __attribute__((target( \
        "avx512f,avx512vl,avx512dq,avx512bw,vpclmulqdq,avx,pclmul")))

/* The two constants that carry a register over some number of bits. */
struct fold {
    uint64_t low;
    uint64_t high;
};

static struct fold fold_16;        /* over 16 bytes */
static struct fold fold_64;        /* over 64 bytes */
static struct fold fold_block_128; /* over BLOCK_128 bytes */
static struct fold fold_block_512; /* over BLOCK_512 bytes */

static uint64_t
power_of_x(unsigned exponent)
{
    uint64_t word = ONE;
    while (exponent-- > 0)
        word = times_x(word);
    return word;
}

static struct fold
fold_over(unsigned bytes)
{
    return (struct fold){ power_of_x(bytes * 8 + 63),
                          power_of_x(bytes * 8 - 1) };
}

static void
fill_folds(void)
{
    fold_16 = fold_over(16);
    fold_64 = fold_over(64);
    fold_block_128 = fold_over(BLOCK_128);
    fold_block_512 = fold_over(BLOCK_512);
}

TARGET_128 static inline __m128i
load_128(const unsigned char *data)
{
    return _mm_loadu_si128((const __m128i *)(const void *)data);
}

TARGET_128 static inline __m128i
constants_128(struct fold fold)
{
    return _mm_set_epi64x((long long)fold.high, (long long)fold.low);
}

TARGET_128 static inline __m128i
carry_128(__m128i sum, __m128i constants, __m128i next)
{
    __m128i low = _mm_clmulepi64_si128(sum, constants, 0x00);
    __m128i high = _mm_clmulepi64_si128(sum, constants, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/* Carries sum, which stands just before data, to the end. */
TARGET_128 static uint64_t
finish_128(__m128i sum, const unsigned char *data, size_t size)
{
    __m128i constants = constants_128(fold_16);
    for (; size >= 16; data += 16, size -= 16)
        sum = carry_128(sum, constants, load_128(data));
    unsigned char last[16];
    _mm_storeu_si128((__m128i *)(void *)last, sum);
    return by_tables(by_tables(0, last, sizeof(last)), data, size);
}

TARGET_128 static uint64_t
by_128_bits(uint64_t crc, const unsigned char *data, size_t size)
{
    if (size < BLOCK_128)
        return by_tables(crc, data, size);
    __m128i sums[LANES];
    for (int i = 0; i < LANES; i++)
        sums[i] = load_128(data + i * 16);
    sums[0] = _mm_xor_si128(sums[0], _mm_set_epi64x(0, (long long)crc));
    data += BLOCK_128, size -= BLOCK_128;

    __m128i constants = constants_128(fold_block_128);
    for (; size >= BLOCK_128; data += BLOCK_128, size -= BLOCK_128)
        for (int i = 0; i < LANES; i++)
            sums[i] = carry_128(sums[i], constants, load_128(data + i * 16));

    constants = constants_128(fold_16);
    for (int i = 1; i < LANES; i++)
        sums[i] = carry_128(sums[i - 1], constants, sums[i]);
    return finish_128(sums[LANES - 1], data, size);
}

TARGET_512 static inline __m512i
constants_512(struct fold fold)
{
    return _mm512_broadcast_i32x4(
        _mm_set_epi64x((long long)fold.high, (long long)fold.low));
}

TARGET_512 static inline __m512i
carry_512(__m512i sum, __m512i constants, __m512i next)
{
    enum { XOR_OF_THREE = 0x96 };
    __m512i low = _mm512_clmulepi64_epi128(sum, constants, 0x00);
    __m512i high = _mm512_clmulepi64_epi128(sum, constants, 0x11);
    return _mm512_ternarylogic_epi64(low, high, next, XOR_OF_THREE);
}

TARGET_512 static uint64_t
by_512_bits(uint64_t crc, const unsigned char *data, size_t size)
{
    if (size < BLOCK_512)
        return by_128_bits(crc, data, size);
    __m512i sums[LANES];
    for (int i = 0; i < LANES; i++)
        sums[i] = _mm512_loadu_si512(data + i * 64);
    sums[0] = _mm512_xor_si512(
        sums[0], _mm512_zextsi128_si512(_mm_set_epi64x(0, (long long)crc)));
    data += BLOCK_512, size -= BLOCK_512;

    __m512i constants = constants_512(fold_block_512);
    for (; size >= BLOCK_512; data += BLOCK_512, size -= BLOCK_512)
        for (int i = 0; i < LANES; i++)
            sums[i] = carry_512(sums[i], constants,
                                _mm512_loadu_si512(data + i * 64));

    constants = constants_512(fold_64);
    __m512i sum = sums[0];
    for (int i = 1; i < LANES; i++)
        sum = carry_512(sum, constants, sums[i]);
    for (; size >= 64; data += 64, size -= 64)
        sum = carry_512(sum, constants, _mm512_loadu_si512(data));

    /* The four quarters are four registers in a row. */
    unsigned char quarters[64];
    _mm512_storeu_si512(quarters, sum);
    __m128i last = load_128(quarters);
    __m128i narrow = constants_128(fold_16);
    for (int i = 1; i < 4; i++)
        last = carry_128(last, narrow, load_128(quarters + i * 16));
    return finish_128(last, data, size);
}

static bool
have_128(void)
{
    return __builtin_cpu_supports("avx") && __builtin_cpu_supports("pclmul");
}

/* __builtin_cpu_supports says yes to AVX-512 only where the system saves the
 * wide registers too. */
static bool
have_512(void)
{
    return have_128() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("vpclmulqdq");
}

static crc64_way *
choose_way(void)
{
    __builtin_cpu_init();
    fill_folds();
    return have_512() ? by_512_bits : have_128() ? by_128_bits : by_tables;
}

#else

static crc64_way *
choose_way(void)
{
    return by_tables;
}

#endif

static void
prepare(void)
{
    fill_tables();
    chosen_way = choose_way();
}

uint64_t
crc64(uint64_t crc, const unsigned char *data, size_t size)
{
    (void)pthread_once(&once, prepare);
    return chosen_way(crc, data, size);
}
