/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/number.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- integers ---- */

static inline bool
is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

bool
number_parse_uint64(struct bytes text, uint64_t *value)
{
    uint64_t sum = 0;
    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i]))
            return false;
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

bool
number_parse_int64(struct bytes text, int64_t *value)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    struct bytes digits =
        negative ? bytes_of(text.data + 1, text.size - 1) : text;
    if (digits.size == 0 || digits.size >= NUMBER_INTEGER_SIZE)
        return false;
    /* A leading zero is canonical only as the whole of "0". */
    if (digits.data[0] == '0' && text.size != 1)
        return false;
    uint64_t magnitude;
    if (!number_parse_uint64(digits, &magnitude) ||
        magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *value = (int64_t)(negative ? 0 - magnitude : magnitude);
    return true;
}

/* "00" to "99": half as many divisions as digit by digit. */
static const char pairs[] = "00010203040506070809"
                            "10111213141516171819"
                            "20212223242526272829"
                            "30313233343536373839"
                            "40414243444546474849"
                            "50515253545556575859"
                            "60616263646566676869"
                            "70717273747576777879"
                            "80818283848586878889"
                            "90919293949596979899";

static size_t
count_digits(uint64_t value)
{
    size_t count = 1;
    for (;;) {
        if (value < 10)
            return count;
        if (value < 100)
            return count + 1;
        if (value < 1000)
            return count + 2;
        if (value < 10000)
            return count + 3;
        value /= 10000;
        count += 4;
    }
}

size_t
number_format_uint64(uint64_t value, char text[NUMBER_INTEGER_SIZE])
{
    size_t count = count_digits(value);
    char *end = text + count;
    while (value >= 100) {
        end -= 2;
        memcpy(end, pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (value >= 10)
        memcpy(text, pairs + value * 2, 2);
    else
        text[0] = (char)('0' + value);
    return count;
}

size_t
number_format_int64(int64_t value, char text[NUMBER_INTEGER_SIZE])
{
    if (value >= 0)
        return number_format_uint64((uint64_t)value, text);
    char digits[NUMBER_INTEGER_SIZE];
    size_t count = number_format_uint64(0 - (uint64_t)value, digits);
    text[0] = '-';
    memcpy(text + 1, digits, count);
    return count + 1;
}

void
number_append_uint64(struct buffer *out, uint64_t value)
{
    char *room = (char *)buffer_reserve(out, NUMBER_INTEGER_SIZE);
    out->size += number_format_uint64(value, room);
}

void
number_append_int64(struct buffer *out, int64_t value)
{
    char *room = (char *)buffer_reserve(out, NUMBER_INTEGER_SIZE);
    out->size += number_format_int64(value, room);
}

void
number_append_grouped(struct buffer *out, uint64_t value)
{
    char digits[NUMBER_INTEGER_SIZE];
    size_t count = number_format_uint64(value, digits);
    size_t first = (count - 1) % 3 + 1;
    buffer_append(out, digits, first);
    for (size_t i = first; i < count; i += 3) {
        buffer_append_byte(out, ',');
        buffer_append(out, digits + i, 3);
    }
}

/* 1233 / 4096 is just above log10(2), so bits times that is the number of
 * digits or one less. */
unsigned
number_digits(uint64_t value)
{
    static const uint64_t powers[] = {
        0,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        10000000000,
        100000000000,
        1000000000000,
        10000000000000,
        100000000000000,
        1000000000000000,
        10000000000000000,
        100000000000000000,
        1000000000000000000,
        10000000000000000000u,
    };
    unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
    unsigned digits = bits * 1233 >> 12;
    return digits + (value >= powers[digits] ? 1 : 0);
}

void
number_append_counted(struct buffer *out, uint64_t count, const char *noun)
{
    number_append_grouped(out, count);
    buffer_append_format(out, count == 1 ? " %s" : " %ss", noun);
}

void
number_append_hash(struct buffer *out, uint64_t value)
{
    buffer_append_format(out, "%016" PRIx64, value);
}

/* ---- doubles ---- */

static size_t
copy_word(char *text, const char *word)
{
    size_t length = strlen(word);
    memcpy(text, word, length + 1);
    return length;
}

/* The doubles below a power of two are twice as close as those above, so the
 * decimal next above may read back where the nearest, below, does not. */
static bool
reads_back_above(double value, int digits, char text[NUMBER_DOUBLE_SIZE])
{
    int exponent;
    if (fabs(frexp(value, &exponent)) != 0.5)
        return false;
    (void)snprintf(text, NUMBER_DOUBLE_SIZE, "%#.*g", digits, value);
    char *last = text + strcspn(text, "e") - 1;
    if (*last < '0' || *last > '8')
        return false;
    ++*last;
    return strtod(text, NULL) == value;
}

size_t
number_format_double(double value, char text[NUMBER_DOUBLE_SIZE])
{
    const double exact = 9007199254740992.0; /* 2^53 */
    if (isnan(value))
        return copy_word(text, "nan");
    if (isinf(value))
        return copy_word(text, value < 0 ? "-inf" : "inf");
    bool negative_zero = value == 0 && signbit(value);
    if (value >= -exact && value <= exact && value == trunc(value) &&
        !negative_zero) {
        size_t length = number_format_int64((int64_t)value, text);
        text[length] = '\0';
        return length;
    }
    /* Any decimal of 15 digits survives the way through a normal double, and
     * %g drops its zeros, so fewer need not be tried; subnormal ones hold
     * fewer digits.  17 always suffice. */
    int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    for (;; digits++) {
        (void)snprintf(text, NUMBER_DOUBLE_SIZE, "%.*g", digits, value);
        if (digits == DBL_DECIMAL_DIG || strtod(text, NULL) == value ||
            reads_back_above(value, digits, text))
            return strlen(text);
    }
}

void
number_append_double(struct buffer *out, double value)
{
    char *room = (char *)buffer_reserve(out, NUMBER_DOUBLE_SIZE);
    out->size += number_format_double(value, room);
}

/* ---- sizes and shares ---- */

static const char size_units[] = "KMGTPE";

void
number_append_size(struct buffer *out, uint64_t bytes)
{
    unsigned unit = 0;
    while (unit < sizeof(size_units) - 1 && bytes >> 10 * (unit + 1) != 0)
        unit++;
    if (unit == 0) {
        number_append_uint64(out, bytes);
        buffer_append_text(out, " B");
        return;
    }
    unsigned shift = 10 * unit;
    uint64_t one = UINT64_C(1) << shift;
    uint64_t whole = bytes >> shift;
    uint64_t tenths = ((bytes & (one - 1)) * 10 + one / 2) >> shift;
    whole += tenths / 10;
    tenths %= 10;
    if (whole == 1024) { /* 1023.96 KiB is 1.0 MiB */
        whole = 1;
        unit++;
    }
    number_append_uint64(out, whole);
    char rest[] = { '.', (char)('0' + tenths), ' ', size_units[unit - 1],
                    'i', 'B' };
    buffer_append(out, rest, sizeof(rest));
}

uint64_t
number_per_mille(uint64_t part, uint64_t whole)
{
    return whole ? (uint64_t)((double)part / (double)whole * 1000 + 0.5) : 0;
}

void
number_append_share(struct buffer *out, uint64_t per_mille)
{
    number_append_uint64(out, per_mille / 10);
    char rest[] = { '.', (char)('0' + per_mille % 10), ' ', '%' };
    buffer_append(out, rest, sizeof(rest));
}

void
number_append_part(struct buffer *out, uint64_t part, uint64_t whole)
{
    uint64_t per_mille = number_per_mille(part, whole);
    if (part != 0 && per_mille == 0) {
        buffer_append_text(out, "< ");
        per_mille = 1;
    }
    number_append_share(out, per_mille);
}

bool
number_take_decimal(struct bytes *text, struct number_decimal *decimal)
{
    size_t i = 0;
    while (i < text->size && is_digit(text->data[i]))
        i++;
    if (!number_parse_uint64(bytes_of(text->data, i), &decimal->whole))
        return false;
    decimal->fraction = bytes_of(text->data + i, 0);
    if (i < text->size && text->data[i] == '.') {
        size_t start = ++i;
        while (i < text->size && is_digit(text->data[i]))
            i++;
        if (i == start)
            return false;
        decimal->fraction = bytes_of(text->data + start, i - start);
    }
    *text = bytes_of(text->data + i, text->size - i);
    return true;
}

bool
number_scale_decimal(struct number_decimal decimal, uint64_t unit,
                     uint64_t *value)
{
    /* Rounding down after each division by ten and at the end are the same,
     * so this is exact however many digits there are. */
    uint64_t below = 0;
    for (size_t i = decimal.fraction.size; i > 0; i--) {
        uint64_t digit = (uint64_t)(decimal.fraction.data[i - 1] - '0');
        below = (below + digit * unit) / 10;
    }
    if (decimal.whole > (UINT64_MAX - below) / unit)
        return false;
    *value = decimal.whole * unit + below;
    return true;
}

/* 0 when text is no unit of size. */
static uint64_t
size_unit(struct bytes text)
{
    char name[4] = { 0 };
    if (text.size == 0 || text.size >= sizeof(name))
        return text.size == 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = text.data[i];
        name[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    if (strcmp(name, "B") == 0)
        return 1;
    const char *letter = strchr(size_units, name[0]);
    const char *rest = name + 1;
    if (letter == NULL ||
        (*rest != '\0' && strcmp(rest, "B") != 0 && strcmp(rest, "IB") != 0))
        return 0;
    return UINT64_C(1) << 10 * (letter - size_units + 1);
}

bool
number_parse_size(struct bytes text, uint64_t *bytes)
{
    struct number_decimal decimal;
    if (!number_take_decimal(&text, &decimal))
        return false;
    if (text.size > 1 && text.data[0] == ' ')
        text = bytes_of(text.data + 1, text.size - 1);
    uint64_t unit = size_unit(text);
    if (unit == 0 || (unit == 1 && decimal.fraction.size != 0))
        return false;
    return number_scale_decimal(decimal, unit, bytes);
}

/* ---- ranges ---- */

bool
number_parse_range(struct bytes text, number_parser *parse,
                   struct number_range *range)
{
    if (text.size == 0)
        return false;
    size_t cut = 0;
    size_t gap = 0; /* bytes of the sign between the ends */
    while (cut < text.size && gap == 0) {
        struct bytes rest = bytes_of(text.data + cut, text.size - cut);
        if (text.data[cut] == '~')
            gap = 1;
        else if (bytes_starts_with(rest, BYTES_LITERAL("..")))
            gap = 2;
        else
            cut++;
    }
    struct number_range read = { 0, UINT64_MAX };
    struct bytes from = bytes_of(text.data, cut);
    struct bytes to = bytes_of(text.data + cut + gap, text.size - cut - gap);
    if (gap == 0)
        to = from;
    if (((cut != 0 || gap == 0) && !parse(from, &read.from)) ||
        (to.size != 0 && !parse(to, &read.to)) || read.from > read.to)
        return false;
    *range = read;
    return true;
}
