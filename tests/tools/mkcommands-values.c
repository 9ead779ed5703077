/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Values, numbers and times: common ones, and those at which something
 * changes.
 */
#include "mkcommands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* 2100-01-01, in seconds. */
#define FAR_FUTURE UINT64_C(4102444800)

/* Integers where encodings change, and what only looks like one. */
static const char *const edges[] = {
    "0", "-1", "12", "127", "128", "-128", "-129", "4095", "4096", "-4096",
    "-4097", "9999", "10000", "32767", "32768", "-32768", "-32769", "8388607",
    "8388608", "-8388608", "-8388609", "2147483647", "2147483648",
    "-2147483648", "-2147483649", "9223372036854775807",
    "-9223372036854775808"
};

static const char *const false_integers[] = {
    "", "-0", "+1", "007", "1 ", " 1", "1.0", "0x10", "1e3",
    "9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "-", "12345678901234567890123"
};

#define PICK(maker, list)                                                      \
    (list)[below(maker, sizeof(list) / sizeof(*(list)))]

/* Lengths where a header grows, an encoding or a node changes. */
static const unsigned lengths[] = {
    1, 11, 12, 13, 20, 21, 31, 32, 43, 44, 45, 62, 63, 64, 65, 126, 127, 128,
    249, 250, 253, 254, 255, 256
};

static const unsigned long_lengths[] = {
    1000, 4094, 4095, 4096, 8180, 8192, 16383, 16384, 20000, 65536
};

/* Alternating between what compresses and what does not. */
static void
put_filling(struct maker *maker, struct out *out, unsigned length)
{
    bool plain = one_in(maker, 2);
    uint64_t bits = 0;

    for (unsigned i = 0; i < length; i++) {
        unsigned char byte;

        if (i % 8 == 0)
            bits = below(maker, UINT64_MAX);
        byte = (unsigned char)(bits >> i % 8 * 8);
        if (plain)
            byte = (unsigned char)('a' + i / 50 % 26);
        put(out, &byte, 1);
    }
}

static int
format_real(struct maker *maker, char *text, size_t room)
{
    static const char *const forms[] = {
        "3", "-7", "0.1", "0.25", "-1.5", "3.14159265358979", "1e3", "5.0e-2",
        "100000000000000000", "0.000000000000001", "-0.3", "12345.678"
    };

    if (one_in(maker, 2))
        return snprintf(text, room, "%s", PICK(maker, forms));
    return snprintf(text, room, "%.17g",
                    ((double)below(maker, 2000000) - 1e6) / 1024.0 / 3.0);
}

void
draw_value(struct maker *maker, struct out *out)
{
    char text[64] = "";
    unsigned kind = (unsigned)below(maker, 100);

    if (kind < 45)
        snprintf(text, sizeof(text), "w%" PRIu64, below(maker, WORDS));
    else if (kind < 60)
        snprintf(text, sizeof(text), "%" PRIu64, below(maker, 12000));
    else if (kind < 66)
        snprintf(text, sizeof(text), "%s", PICK(maker, edges));
    else if (kind < 70)
        snprintf(text, sizeof(text), "%s", PICK(maker, false_integers));
    else if (kind < 74)
        format_real(maker, text, sizeof(text));
    else if (kind < 88)
        put_filling(maker, out, (unsigned)below(maker, 24));
    else if (!one_in(maker, 60))
        put_filling(maker, out, PICK(maker, lengths));
    else
        put_filling(maker, out, PICK(maker, long_lengths));
    put(out, text, strlen(text));
}

void
put_value(struct maker *maker)
{
    struct out value = maker->scratch;

    value.size = 0;
    draw_value(maker, &value);
    put_argument(maker, value.data, value.size);
    maker->scratch = value;
}

static void
draw_int(struct maker *maker)
{
    if (one_in(maker, 3))
        put_word(maker, PICK(maker, edges));
    else
        put_format(maker, "%d", (int)below(maker, 20000) - 10000);
}

static void
draw_step(struct maker *maker)
{
    if (one_in(maker, 30))
        put_word(maker, PICK(maker, edges));
    else
        put_format(maker, "%d", (int)below(maker, 300) - 100);
}

static void
draw_real(struct maker *maker)
{
    char text[64];

    format_real(maker, text, sizeof(text));
    put_word(maker, text);
}

/* None that is denormal: reading one leaves errno at ERANGE, which a server's
 * SORT takes for its own (Redis 7.0 sort.c sortCommandGeneric). */
static void
draw_score(struct maker *maker)
{
    static const char *const forms[] = {
        "inf", "-inf", "-0", "0", "1e308", "-1e308", "2.5e-308",
        "9007199254740991", "9007199254740993", "-9007199254740992",
        "1.7976931348623157e308", "0.1", "0.30000000000000004", "1e17", "1e21",
        "123456789012345678", "1e-7", "4611686018427387904"
    };

    if (one_in(maker, 10))
        put_word(maker, PICK(maker, forms));
    else if (one_in(maker, 2))
        put_format(maker, "%d", (int)below(maker, 400) - 100);
    else
        draw_real(maker);
}

static void
draw_bound(struct maker *maker)
{
    const char *open = one_in(maker, 3) ? "(" : "";

    put_format(maker, "%s%d", open, (int)below(maker, 400) - 100);
}

static void
draw_lex(struct maker *maker)
{
    bool first = one_in(maker, 2);

    if (one_in(maker, 4))
        put_word(maker, first ? "-" : "+");
    else
        put_format(maker, "%sm%u", first ? "[" : "(",
                   (unsigned)below(maker, 100));
}

static void
draw_weights(struct maker *maker)
{
    for (unsigned i = 0; i < maker->listed; i++)
        draw_score(maker);
}

static void
draw_bitfield(struct maker *maker)
{
    bool is_signed = one_in(maker, 2), by_width = one_in(maker, 2);

    put_format(maker, "%c%u", is_signed ? 'i' : 'u',
               1 + (unsigned)below(maker, is_signed ? 64 : 63));
    put_format(maker, "%s%u", by_width ? "#" : "",
               (unsigned)below(maker, 100));
}

static void
draw_bit(struct maker *maker)
{
    put_number(maker, below(maker, one_in(maker, 40) ? 500000 : 2000));
}

static void
draw_offset(struct maker *maker)
{
    put_number(maker, below(maker, one_in(maker, 40) ? 30000 : 80));
}

static void
draw_index(struct maker *maker)
{
    put_format(maker, "%d", (int)below(maker, 30) - 10);
}

static void
draw_signed(struct maker *maker)
{
    put_format(maker, "%d", (int)below(maker, 7) - 3);
}

static void
draw_count(struct maker *maker)
{
    put_number(maker, 1 + below(maker, one_in(maker, 20) ? 300 : 6));
}

static void
draw_length(struct maker *maker)
{
    put_number(maker, below(maker, one_in(maker, 4) ? 1000 : 60));
}

static void
draw_radius(struct maker *maker)
{
    put_number(maker, 1 + below(maker, one_in(maker, 6) ? 16000 : 400));
}

static void
draw_digit(struct maker *maker)
{
    put_number(maker, below(maker, 10));
}

static void
draw_large(struct maker *maker)
{
    put_number(maker, 1000000 + below(maker, 1000));
}

static void
draw_db(struct maker *maker)
{
    put_number(maker, below(maker, 5));
}

static void
draw_digest(struct maker *maker)
{
    put_format(maker, "%016" PRIx64, below(maker, UINT64_MAX));
}

/* Seconds from now: years ahead, or past and over at once. */
static void
draw_seconds(struct maker *maker)
{
    if (one_in(maker, 60) && maker->key_class == KEY_STRING)
        put_word(maker, "1");
    else
        put_number(maker, 100000000 + below(maker, 1000000000));
}

static void
draw_ms(struct maker *maker)
{
    put_number(maker, one_in(maker, 30)
                          ? 1 + below(maker, 300)
                          : 100000000000 + below(maker, 1000000000000));
}

static void
draw_at(struct maker *maker)
{
    put_number(maker, one_in(maker, 40) ? 1000 + below(maker, 1000)
                                        : FAR_FUTURE + below(maker, 1000000));
}

static void
draw_at_ms(struct maker *maker)
{
    put_number(maker,
               one_in(maker, 40)
                   ? 1000000 + below(maker, 1000)
                   : FAR_FUTURE * 1000 + below(maker, UINT64_C(1) << 36));
}

static void
draw_restore_ms(struct maker *maker)
{
    if (one_in(maker, 3))
        draw_ms(maker);
    else
        put_word(maker, "0");
}

/* A moment: nothing that waits here is ever served by another client. */
static void
draw_timeout(struct maker *maker)
{
    put_word(maker, maker->release < 600 ? "1" : "0.001");
}

/* Most places are near to each other, some at the ends of the map. */
static void
draw_angle(struct maker *maker, double middle, double most)
{
    static const double ends[] = { -1, 1, 0.99, -0.99, 0.9, -0.9, 0 };
    double angle = middle + (double)below(maker, 6000000) / 1e6;
    if (one_in(maker, 8))
        angle = most * PICK(maker, ends);
    else if (one_in(maker, 8))
        angle = most * ((double)below(maker, 2000000) / 1e6 - 1);
    put_format(maker, "%.6f", angle);
}

static void
draw_longitude(struct maker *maker)
{
    draw_angle(maker, 10, 180);
}

static void
draw_latitude(struct maker *maker)
{
    draw_angle(maker, 42, 85.05);
}

const struct placeholder value_placeholders[] = {
    {"at", draw_at},
    {"atms", draw_at_ms},
    {"bit", draw_bit},
    {"bitfield", draw_bitfield},
    {"bound", draw_bound},
    {"count", draw_count},
    {"db", draw_db},
    {"digest", draw_digest},
    {"digit", draw_digit},
    {"index", draw_index},
    {"int", draw_int},
    {"large", draw_large},
    {"lat", draw_latitude},
    {"length", draw_length},
    {"lex", draw_lex},
    {"lon", draw_longitude},
    {"ms", draw_ms},
    {"offset", draw_offset},
    {"radius", draw_radius},
    {"real", draw_real},
    {"restorems", draw_restore_ms},
    {"score", draw_score},
    {"seconds", draw_seconds},
    {"signed", draw_signed},
    {"step", draw_step},
    {"timeout", draw_timeout},
    {"value", put_value},
    {"weights", draw_weights},
    {NULL, NULL},
};
