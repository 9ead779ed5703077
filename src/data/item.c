/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/item.h"

#include "base/number.h"

/* Decimal digits of value.  1233 / 4096 is just above log10(2), so bits times
 * that is the number of digits or one less. */
static unsigned
digits_of(uint64_t value)
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

struct text
text_of_integer(int64_t number)
{
    bool negative = number < 0;
    uint64_t magnitude = negative ? 0 - (uint64_t)number : (uint64_t)number;
    return (struct text){
        .kind = TEXT_INTEGER,
        .size = digits_of(magnitude) + (negative ? 1u : 0u),
        .number = number,
    };
}

struct bytes
text_bytes(const struct text *text, char room[TEXT_DIGITS])
{
    if (text->kind != TEXT_INTEGER)
        return bytes_of(text->data, text->held);
    return bytes_of(room, number_format_int64(text->number, room));
}
