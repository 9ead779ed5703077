/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A double is digits d1 d2 ... dn times 10^k, the fewest that read back; where
 * the point goes depends on both n and k.
 */
#include "keyspace/array-double.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"

enum {
    DIGITS_MOST = 17,
    ZEROS_BEHIND_MOST = 7,  /* an integer of n digits: k is below that */
    SMALL_FRACTION = -7,    /* k above that: a plain fraction */
    SMALL_EXPONENT = 4,     /* or d1 is less than that from the point */
    KIND_BITS = 3,
};

/* Up to this they are written as integers. */
#define INTEGER_MOST (9223372036854775807LL / 2)

struct decimal {
    char digits[DIGITS_MOST];
    int count;
    int power; /* k */
};

/* number is finite and above 0. */
static struct decimal
shortest(double number)
{
    char text[NUMBER_DOUBLE_SIZE];
    struct decimal decimal = { .count = 0 };
    int digits = 0;
    do
        (void)snprintf(text, sizeof(text), "%.*e", digits++, number);
    while (digits < DIGITS_MOST && strtod(text, NULL) != number);
    const char *at = text;
    for (; *at != 'e'; at++)
        if (*at != '.')
            decimal.digits[decimal.count++] = *at;
    decimal.power = atoi(at + 1) - decimal.count + 1;
    return decimal;
}

static char *
put(char *to, const char *from, int count)
{
    memcpy(to, from, (size_t)count);
    return to + count;
}

static char *
put_zeros(char *to, int count)
{
    memset(to, '0', (size_t)count);
    return to + count;
}

static char *
put_fraction(char *to, const struct decimal *decimal)
{
    int whole = decimal->count + decimal->power;
    if (whole > 0) {
        to = put(to, decimal->digits, whole);
        *to++ = '.';
        return put(to, decimal->digits + whole, decimal->count - whole);
    }
    to = put_zeros(put(to, "0.", 2), -whole);
    return put(to, decimal->digits, decimal->count);
}

static char *
put_exponent(char *to, const struct decimal *decimal, int exponent)
{
    *to++ = decimal->digits[0];
    if (decimal->count > 1)
        *to++ = '.';
    to = put(to, decimal->digits + 1, decimal->count - 1);
    *to++ = 'e';
    *to++ = exponent < 0 ? '-' : '+';
    return to + number_format_int64(abs(exponent), to);
}

static char *
put_decimal(char *to, const struct decimal *decimal)
{
    int exponent = decimal->power + decimal->count - 1;
    if (decimal->power >= 0 && exponent < decimal->count + ZEROS_BEHIND_MOST) {
        to = put(to, decimal->digits, decimal->count);
        return put(put_zeros(to, decimal->power), ".0", 2);
    }
    if (decimal->power < 0 &&
        (decimal->power > SMALL_FRACTION || abs(exponent) < SMALL_EXPONENT))
        return put_fraction(to, decimal);
    return put_exponent(to, decimal, exponent);
}

size_t
array_double_format(double number, char text[ARRAY_DIGITS])
{
    if (!isfinite(number))
        return number_format_double(number, text);
    char *end = text;
    double size = fabs(number);
    if (signbit(number))
        *end++ = '-';
    if (size <= (double)INTEGER_MOST && size == trunc(size)) {
        end += number_format_int64((int64_t)size, end);
        end = put(end, ".0", 2);
    } else {
        struct decimal decimal = shortest(size);
        end = put_decimal(end, &decimal);
    }
    *end = '\0';
    return (size_t)(end - text);
}

/* Digits and a point, perhaps behind a minus. */
static bool
looks_like_fraction(struct bytes text)
{
    size_t at = text.size > 0 && text.data[0] == '-' ? 1 : 0;
    bool has_point = false;
    for (; at < text.size; at++)
        if (text.data[at] == '.')
            has_point = true;
        else if (text.data[at] < '0' || text.data[at] > '9')
            return false;
    return has_point;
}

bool
array_double_parse(struct bytes text, double *number)
{
    char room[ARRAY_DIGITS];
    uint64_t bits;
    if (text.size >= ARRAY_DIGITS || !looks_like_fraction(text))
        return false;
    memcpy(room, text.data, text.size);
    room[text.size] = '\0';
    double value = strtod(room, NULL);
    memcpy(&bits, &value, sizeof(bits));
    size_t size = array_double_format(value, room);
    if ((bits & KIND_BITS) != 0 || !bytes_equal(bytes_of(room, size), text))
        return false;
    *number = value;
    return true;
}
