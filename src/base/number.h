/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Numbers as text and back: integers, doubles, sizes, durations, times and
 * ranges.  No locale, no clock, no allocation but the buffer's.
 *
 * The parsers take the whole text or nothing: false leaves *value alone.  The
 * formatters write no more than their constant says; those that return a size
 * write no NUL unless they say so.
 */
#ifndef KEYWEIGH_BASE_NUMBER_H
#define KEYWEIGH_BASE_NUMBER_H

#include <stdint.h>

#include "base/buffer.h"

enum {
    NUMBER_INTEGER_SIZE = 20, /* "-9223372036854775808" */
    NUMBER_DOUBLE_SIZE = 40,  /* any double, with a NUL */
    NUMBER_TIME_SIZE = 32,    /* any time, with a NUL */
};

/* Canonical decimal only, as Redis stores integers: no '+', no leading zero,
 * no "-0", no blanks.  This is the test for "the server would hold this string
 * as an integer". */
bool number_parse_int64(struct bytes text, int64_t *value);

/* Decimal digits only; leading zeros are fine. */
bool number_parse_uint64(struct bytes text, uint64_t *value);

/* Return the digits written. */
size_t number_format_uint64(uint64_t value, char text[NUMBER_INTEGER_SIZE]);
size_t number_format_int64(int64_t value, char text[NUMBER_INTEGER_SIZE]);

void number_append_uint64(struct buffer *out, uint64_t value);
void number_append_int64(struct buffer *out, int64_t value);

/* With a comma between thousands: 14,203,911. */
void number_append_grouped(struct buffer *out, uint64_t value);

/* The same with a noun: "1 key", "2,276 keys". */
void number_append_counted(struct buffer *out, uint64_t count,
                           const char *noun);

/* How many decimal digits it has. */
unsigned number_digits(uint64_t value);

/* 16 lower case hexadecimal digits. */
void number_append_hash(struct buffer *out, uint64_t value);

/* The fewest digits that read back to the same double, with a NUL: integers
 * up to 2^53 in full, else as %g writes; "inf", "-inf", "nan".  Returns the
 * length without the NUL. */
size_t number_format_double(double value, char text[NUMBER_DOUBLE_SIZE]);
void number_append_double(struct buffer *out, double value);

/* For people, rounded half up to one decimal: "512 B", "310.2 MiB". */
void number_append_size(struct buffer *out, uint64_t bytes);

/* Bytes with an optional unit K M G T P E (powers of 1024, either case, "KB"
 * and "KiB" too) or B, a space before it allowed.  A fraction needs a unit;
 * what is below one byte is dropped. */
bool number_parse_size(struct bytes text, uint64_t *bytes);

/* part of whole in per mille, rounded; 0 of nothing. */
uint64_t number_per_mille(uint64_t part, uint64_t whole);

/* A per mille as a percentage: 451 is "45.1 %". */
void number_append_share(struct buffer *out, uint64_t per_mille);

/* The same of two numbers; of some it is never "0.0 %" but "< 0.1 %". */
void number_append_part(struct buffer *out, uint64_t part, uint64_t whole);

/* A decimal before some unit: the pieces of parsers of one's own. */
struct number_decimal {
    uint64_t whole;
    struct bytes fraction; /* its digits */
};

/* Reads it off the beginning of *text; false when there is none, and *text is
 * as it was. */
bool number_take_decimal(struct bytes *text, struct number_decimal *decimal);

/* decimal * unit, rounded down; unit is at most 2^60.  False when that is
 * too big. */
bool number_scale_decimal(struct number_decimal decimal, uint64_t unit,
                          uint64_t *value);

/* A length of time for people in its one or two biggest units: "45 s",
 * "2 h 5 m", "12 d", from two years of 365 days on "9 y 187 d". */
void number_append_duration(struct buffer *out, uint64_t seconds);

/* A number with the unit s m h or d, seconds without one; fractions are
 * allowed ("1.5h").  To milliseconds. */
bool number_parse_duration(struct bytes text, uint64_t *ms);

/* ISO 8601 in UTC with a NUL, milliseconds only when there are some:
 * "2026-11-20T07:46:09Z".  Years outside 0..9999 have a sign.  Returns the
 * length without the NUL. */
size_t number_format_time(int64_t ms, char text[NUMBER_TIME_SIZE]);
void number_append_time(struct buffer *out, int64_t ms);

/* YYYY-MM-DD, optionally with Thh:mm[:ss[.fraction]] and Z or +hh:mm (UTC
 * without; a space may stand for the T); or Unix seconds, milliseconds from
 * 10^11 on.  To Unix milliseconds. */
bool number_parse_time(struct bytes text, int64_t *ms);

/* Both ends belong to it. */
struct number_range {
    uint64_t from;
    uint64_t to;
};

/* How one end of a range is read: number_parse_uint64, number_parse_size,
 * number_parse_duration. */
typedef bool number_parser(struct bytes text, uint64_t *value);

/* "A..B" or "A~B"; a missing A is 0, a missing B is UINT64_MAX, a lone "A" is
 * A..A.  False also when A > B. */
bool number_parse_range(struct bytes text, number_parser *parse,
                        struct number_range *range);

static inline bool
number_in_range(struct number_range range, uint64_t value)
{
    return value >= range.from && value <= range.to;
}

#endif
