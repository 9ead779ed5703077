/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/score-text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MOST = 17, PLAIN_ZEROS = 7 };

/* digits times 10^exponent. */
struct decimal {
    bool negative;
    char digits[DIGITS_MOST + 1];
    int count;
    int exponent;
};

/* The fewest digits that read back: %e tried from one digit on. */
static struct decimal
shortest(double score)
{
    char text[SCORE_TEXT_MAX];
    struct decimal d = { .negative = signbit(score) };
    for (int precision = 0; precision < DIGITS_MOST; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, fabs(score));
        if (strtod(text, NULL) == fabs(score))
            break;
    }
    const char *p = text;
    for (; *p != 'e'; p++)
        if (*p != '.')
            d.digits[d.count++] = *p;
    d.exponent = (int)strtol(p + 1, NULL, 10) - d.count + 1;
    return d;
}

/* fpconv emit_digits: plain while few zeros are needed, else d.ddde+x. */
static int
print(const struct decimal *d, char room[SCORE_TEXT_MAX])
{
    const char *sign = d->negative ? "-" : "";
    int power = d->exponent + d->count - 1;
    size_t most = SCORE_TEXT_MAX;
    if (d->exponent >= 0 && d->exponent <= PLAIN_ZEROS)
        return snprintf(room, most, "%s%s%.*s", sign, d->digits, d->exponent,
                        "0000000");
    if (d->exponent < 0 && (d->exponent > -7 || abs(power) < 4)) {
        int whole = d->count + d->exponent;
        if (whole > 0)
            return snprintf(room, most, "%s%.*s.%s", sign, whole, d->digits,
                            d->digits + whole);
        return snprintf(room, most, "%s0.%.*s%s", sign, -whole, "0000000000",
                        d->digits);
    }
    return snprintf(room, most, "%s%c%s%se%c%d", sign, d->digits[0],
                    d->count > 1 ? "." : "", d->digits + 1,
                    power < 0 ? '-' : '+', abs(power));
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

struct text
score_text_digits(enum score_rule rule, double score,
                  char room[SCORE_TEXT_MAX])
{
    int length;
    if (isnan(score)) {
        length = snprintf(room, SCORE_TEXT_MAX, "nan");
    } else if (isinf(score)) {
        length = snprintf(room, SCORE_TEXT_MAX, score < 0 ? "-inf" : "inf");
    } else if (rule != SCORE_SHORTEST) {
        length = snprintf(room, SCORE_TEXT_MAX, "%.17g", score);
    } else {
        struct decimal d = shortest(score);
        length = print(&d, room);
    }
    return text_of_bytes((const unsigned char *)room, (size_t)length);
}

struct text
score_text(enum score_rule rule, double score, char room[SCORE_TEXT_MAX])
{
    return is_integer(rule, score) ? text_of_integer((int64_t)score)
                                   : score_text_digits(rule, score, room);
}
