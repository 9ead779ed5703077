/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/grisu.h"

#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    FRACTION_BITS = DBL_MANT_DIG - 1,
    POWER_FIRST = -348,
    POWER_STEP = 8,
    SCALED_EXPONENT_MIN = -60, /* four bits are left for the whole part */
};

/* significand * 2^exponent. */
struct binary {
    uint64_t significand;
    int exponent;
};

/* 10^-348, 10^-340 ... 10^340: 10^k / 2^exponent to the nearest integer, with
 * the exponent that gives it 64 bits, floor(k * log2(10)) - 63. */
static const struct binary powers[] = {
    { 0xfa8fd5a0081c0288, -1220 }, { 0xbaaee17fa23ebf76, -1193 },
    { 0x8b16fb203055ac76, -1166 }, { 0xcf42894a5dce35ea, -1140 },
    { 0x9a6bb0aa55653b2d, -1113 }, { 0xe61acf033d1a45df, -1087 },
    { 0xab70fe17c79ac6ca, -1060 }, { 0xff77b1fcbebcdc4f, -1034 },
    { 0xbe5691ef416bd60c, -1007 }, { 0x8dd01fad907ffc3c, -980 },
    { 0xd3515c2831559a83, -954 },  { 0x9d71ac8fada6c9b5, -927 },
    { 0xea9c227723ee8bcb, -901 },  { 0xaecc49914078536d, -874 },
    { 0x823c12795db6ce57, -847 },  { 0xc21094364dfb5637, -821 },
    { 0x9096ea6f3848984f, -794 },  { 0xd77485cb25823ac7, -768 },
    { 0xa086cfcd97bf97f4, -741 },  { 0xef340a98172aace5, -715 },
    { 0xb23867fb2a35b28e, -688 },  { 0x84c8d4dfd2c63f3b, -661 },
    { 0xc5dd44271ad3cdba, -635 },  { 0x936b9fcebb25c996, -608 },
    { 0xdbac6c247d62a584, -582 },  { 0xa3ab66580d5fdaf6, -555 },
    { 0xf3e2f893dec3f126, -529 },  { 0xb5b5ada8aaff80b8, -502 },
    { 0x87625f056c7c4a8b, -475 },  { 0xc9bcff6034c13053, -449 },
    { 0x964e858c91ba2655, -422 },  { 0xdff9772470297ebd, -396 },
    { 0xa6dfbd9fb8e5b88f, -369 },  { 0xf8a95fcf88747d94, -343 },
    { 0xb94470938fa89bcf, -316 },  { 0x8a08f0f8bf0f156b, -289 },
    { 0xcdb02555653131b6, -263 },  { 0x993fe2c6d07b7fac, -236 },
    { 0xe45c10c42a2b3b06, -210 },  { 0xaa242499697392d3, -183 },
    { 0xfd87b5f28300ca0e, -157 },  { 0xbce5086492111aeb, -130 },
    { 0x8cbccc096f5088cc, -103 },  { 0xd1b71758e219652c, -77 },
    { 0x9c40000000000000, -50 },   { 0xe8d4a51000000000, -24 },
    { 0xad78ebc5ac620000, 3 },     { 0x813f3978f8940984, 30 },
    { 0xc097ce7bc90715b3, 56 },    { 0x8f7e32ce7bea5c70, 83 },
    { 0xd5d238a4abe98068, 109 },   { 0x9f4f2726179a2245, 136 },
    { 0xed63a231d4c4fb27, 162 },   { 0xb0de65388cc8ada8, 189 },
    { 0x83c7088e1aab65db, 216 },   { 0xc45d1df942711d9a, 242 },
    { 0x924d692ca61be758, 269 },   { 0xda01ee641a708dea, 295 },
    { 0xa26da3999aef774a, 322 },   { 0xf209787bb47d6b85, 348 },
    { 0xb454e4a179dd1877, 375 },   { 0x865b86925b9bc5c2, 402 },
    { 0xc83553c5c8965d3d, 428 },   { 0x952ab45cfa97a0b3, 455 },
    { 0xde469fbd99a05fe3, 481 },   { 0xa59bc234db398c25, 508 },
    { 0xf6c69a72a3989f5c, 534 },   { 0xb7dcbf5354e9bece, 561 },
    { 0x88fcf317f22241e2, 588 },   { 0xcc20ce9bd35c78a5, 614 },
    { 0x98165af37b2153df, 641 },   { 0xe2a0b5dc971f303a, 667 },
    { 0xa8d9d1535ce3b396, 694 },   { 0xfb9b7cd9a4a7443c, 720 },
    { 0xbb764c4ca7a44410, 747 },   { 0x8bab8eefb6409c1a, 774 },
    { 0xd01fef10a657842c, 800 },   { 0x9b10a4e5e9913129, 827 },
    { 0xe7109bfba19c0c9d, 853 },   { 0xac2820d9623bf429, 880 },
    { 0x80444b5e7aa7cf85, 907 },   { 0xbf21e44003acdd2d, 933 },
    { 0x8e679c2f5e44ff8f, 960 },   { 0xd433179d9c8cb841, 986 },
    { 0x9e19db92b4e31ba9, 1013 },  { 0xeb96bf6ebadf77d9, 1039 },
    { 0xaf87023b9bf0ee6b, 1066 },
};

/* What lies between the two boundaries of a double, halfway to its neighbours,
 * after scaling: every number in it reads back to the double.  All are fixed
 * point with so many fraction bits. */
struct interval {
    uint64_t upper;
    uint64_t width; /* from the lower boundary to the upper */
    uint64_t above; /* from the double to the upper boundary */
    int fraction_bits;
};

static struct binary
binary_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    uint64_t hidden = UINT64_C(1) << FRACTION_BITS;
    uint64_t fraction = bits & (hidden - 1);
    int exponent = (int)(bits >> FRACTION_BITS);
    int bias = DBL_MAX_EXP - 1 + FRACTION_BITS;
    if (exponent == 0) /* denormal */
        return (struct binary){ fraction, 1 - bias };
    return (struct binary){ hidden + fraction, exponent - bias };
}

/* The least power in the table that, with 64 bits of significand in both and
 * in the product, leads to SCALED_EXPONENT_MIN or more; the table goes up by
 * 26.6 bits. */
static const struct binary *
power_for(struct binary exact)
{
    int exponent = exact.exponent - __builtin_clzll(exact.significand);
    int least = SCALED_EXPONENT_MIN - 64 - exponent;
    const struct binary *power = powers;
    power += (least - powers[0].exponent) * 3 / 80; /* never too far */
    while (power->exponent < least)
        power++;
    return power;
}

/* The upper 64 bits of a product, rounded half up. */
static uint64_t
multiply(uint64_t a, uint64_t b)
{
    uint64_t a_high = a >> 32;
    uint64_t a_low = (uint32_t)a;
    uint64_t b_high = b >> 32;
    uint64_t b_low = (uint32_t)b;
    uint64_t first = a_high * b_low;
    uint64_t second = a_low * b_high;
    uint64_t middle = (uint64_t)(uint32_t)first + (uint32_t)second +
                      (a_low * b_low >> 32) + (UINT64_C(1) << 31);
    return a_high * b_high + (first >> 32) + (second >> 32) + (middle >> 32);
}

/* Below a power of two the neighbour is half as far.  A product may be off by
 * one unit: the boundaries move inwards by as much. */
static struct interval
scale(struct binary exact, const struct binary *power)
{
    int shift = __builtin_clzll(exact.significand);
    uint64_t value = exact.significand << shift;
    uint64_t half = UINT64_C(1) << (shift - 1);
    bool is_power = exact.significand == UINT64_C(1) << FRACTION_BITS;
    uint64_t below = is_power ? half / 2 : half;
    uint64_t upper = multiply(value + half, power->significand) - 1;
    uint64_t lower = multiply(value - below, power->significand) + 1;
    return (struct interval){
        .upper = upper,
        .width = upper - lower,
        .above = upper - multiply(value, power->significand),
        .fraction_bits = -(exact.exponent - shift + power->exponent + 64),
    };
}

/* The interval is wider than 10^-16 of its upper boundary: 17 digits are always
 * enough to fall into it. */
static void
add_digit(struct grisu *decimal, uint64_t digit)
{
    decimal->digits[decimal->count++] = (char)('0' + digit);
}

/* The digits stop at rest below the upper boundary: takes units off the last
 * one while that leads towards the double. */
static void
approach(struct grisu *decimal, const struct interval *interval, uint64_t rest,
         uint64_t unit)
{
    uint64_t above = interval->above;
    while (rest < above && interval->width - rest >= unit &&
           (rest + unit < above || above - rest > rest + unit - above)) {
        decimal->digits[decimal->count - 1]--;
        rest += unit;
    }
}

/* Digits of the upper boundary before its point; true when they are within the
 * interval already. */
static bool
add_whole(struct grisu *decimal, const struct interval *interval)
{
    int bits = interval->fraction_bits;
    uint32_t whole = (uint32_t)(interval->upper >> bits);
    uint64_t fraction = interval->upper & ((UINT64_C(1) << bits) - 1);
    uint32_t unit = 1;
    int zeros = 0;
    for (; whole / unit >= 10; zeros++)
        unit *= 10;
    for (; unit > 0; unit /= 10, zeros--) {
        add_digit(decimal, whole / unit);
        whole %= unit;
        uint64_t rest = ((uint64_t)whole << bits) + fraction;
        if (rest <= interval->width) {
            decimal->exponent += zeros;
            approach(decimal, interval, rest, (uint64_t)unit << bits);
            return true;
        }
    }
    return false;
}

/* Digits behind the point, until they are within the interval; all is scaled
 * by ten with every digit. */
static void
add_fraction(struct grisu *decimal, struct interval interval)
{
    uint64_t one = UINT64_C(1) << interval.fraction_bits;
    uint64_t rest = interval.upper & (one - 1);
    do {
        rest *= 10;
        interval.width *= 10;
        interval.above *= 10;
        add_digit(decimal, rest >> interval.fraction_bits);
        rest &= one - 1;
        decimal->exponent--;
    } while (rest >= interval.width);
    approach(decimal, &interval, rest, one);
}

struct grisu
grisu_of(double value)
{
    struct binary exact = binary_of(value);
    const struct binary *power = power_for(exact);
    struct interval interval = scale(exact, power);
    struct grisu decimal = {
        .exponent = -(POWER_FIRST + POWER_STEP * (int)(power - powers)),
    };
    if (!add_whole(&decimal, &interval))
        add_fraction(&decimal, interval);
    return decimal;
}
