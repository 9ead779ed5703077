/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/item.h"

#include "base/number.h"

struct text
text_of_integer(int64_t number)
{
    bool negative = number < 0;
    uint64_t magnitude = negative ? 0 - (uint64_t)number : (uint64_t)number;
    return (struct text){
        .kind = TEXT_INTEGER,
        .size = number_digits(magnitude) + (negative ? 1u : 0u),
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
