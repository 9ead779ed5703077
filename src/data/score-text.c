/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/score-text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grisu.h"
#include "base/number.h"

enum {
    PLAIN_ZEROS_MAX = 7,    /* behind the digits */
    DECIMAL_PLACES_MAX = 6, /* always without a power ... */
    DECIMAL_POWER_MAX = 3,  /* ... and with more only if this near 1 */
};

/* Layouts of fpconv emit_digits: they return the bytes written. */

static size_t
put_plain(const struct grisu *decimal, char *to)
{
    size_t count = (size_t)decimal->count;
    size_t zeros = (size_t)decimal->exponent;
    memcpy(to, decimal->digits, count);
    memset(to + count, '0', zeros);
    return count + zeros;
}

static size_t
put_with_point(const struct grisu *decimal, char *to)
{
    size_t count = (size_t)decimal->count;
    size_t places = (size_t)-decimal->exponent;
    if (count > places) {
        size_t whole = count - places;
        memcpy(to, decimal->digits, whole);
        to[whole] = '.';
        memcpy(to + whole + 1, decimal->digits + whole, places);
        return count + 1;
    }
    memset(to, '0', 2 + places - count);
    to[1] = '.';
    memcpy(to + 2 + places - count, decimal->digits, count);
    return 2 + places;
}

static size_t
put_with_power(const struct grisu *decimal, int power, char *to)
{
    size_t rest = (size_t)decimal->count - 1;
    char *end = to;
    *end++ = decimal->digits[0];
    if (rest > 0)
        *end++ = '.';
    memcpy(end, decimal->digits + 1, rest);
    end += rest;
    *end++ = 'e';
    *end++ = power < 0 ? '-' : '+';
    end += number_format_uint64((uint64_t)abs(power), end);
    return (size_t)(end - to);
}

static size_t
put_decimal(const struct grisu *decimal, char *to)
{
    int exponent = decimal->exponent;
    int power = exponent + decimal->count - 1;
    if (exponent >= 0 && exponent <= PLAIN_ZEROS_MAX)
        return put_plain(decimal, to);
    if (exponent < 0 &&
        (exponent >= -DECIMAL_PLACES_MAX || abs(power) <= DECIMAL_POWER_MAX))
        return put_with_point(decimal, to);
    return put_with_power(decimal, power, to);
}

/* fpconv_dtoa of a finite number. */
static size_t
put_fpconv(double score, char room[SCORE_TEXT_MAX])
{
    size_t sign = signbit(score) ? 1 : 0;
    room[0] = '-';
    if (score == 0) {
        room[sign] = '0';
        return sign + 1;
    }
    struct grisu decimal = grisu_of(fabs(score));
    return sign + put_decimal(&decimal, room + sign);
}

/* Up to 6.2 only integers that a double holds with all their neighbours are
 * printed as such, and -0 is not; later all within half of 64 bits. */
static bool
is_integer(enum score_rule rule, double score)
{
    static const double half = 4611686018427387904.0; /* LLONG_MAX / 2 */
    static const double exact = 4503599627370496.0;   /* 2^52 */
    if (rule == SCORE_EXACT_17)
        return score > 1 - exact && score < exact &&
               score == (double)(int64_t)score &&
               !(score == 0 && signbit(score));
    return fabs(score) <= half && score == (double)(int64_t)score;
}

static size_t
put_digits(enum score_rule rule, double score, char room[SCORE_TEXT_MAX])
{
    if (isnan(score))
        return (size_t)snprintf(room, SCORE_TEXT_MAX, "nan");
    if (isinf(score))
        return (size_t)snprintf(room, SCORE_TEXT_MAX,
                                score < 0 ? "-inf" : "inf");
    if (rule != SCORE_FPCONV)
        return (size_t)snprintf(room, SCORE_TEXT_MAX, "%.17g", score);
    return put_fpconv(score, room);
}

struct text
score_text_digits(enum score_rule rule, double score, char room[SCORE_TEXT_MAX])
{
    size_t length = put_digits(rule, score, room);
    return text_of_bytes((const unsigned char *)room, length);
}

struct text
score_text(enum score_rule rule, double score, char room[SCORE_TEXT_MAX])
{
    return is_integer(rule, score) ? text_of_integer((int64_t)score)
                                   : score_text_digits(rule, score, room);
}
