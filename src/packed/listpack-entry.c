/* SPDX-License-Identifier: BSD-3-Clause */
#include "packed/listpack-entry.h"

enum { TEXT_WIDE = 0xf0, NUMBER_WIDE = 0xf1 };

static struct listpack_entry
number_of(unsigned head, int64_t number)
{
    return (struct listpack_entry){ head, true, 0, number };
}

struct listpack_entry
listpack_entry_read_wide(const unsigned char *bytes)
{
    const unsigned char *value = bytes + 1;
    switch (bytes[0]) {
    case TEXT_WIDE:
        return (struct listpack_entry){ 5, false, load_u32le(value), 0 };
    case NUMBER_WIDE:
        return number_of(3, (int16_t)load_u16le(value));
    case NUMBER_WIDE + 1:
        return number_of(4, (int32_t)(load_u24le(value) << 8) >> 8);
    case NUMBER_WIDE + 2:
        return number_of(5, (int32_t)load_u32le(value));
    case NUMBER_WIDE + 3:
        return number_of(9, (int64_t)load_u64le(value));
    default:
        return (struct listpack_entry){ .head = 0 };
    }
}

uint64_t
listpack_entry_before(const unsigned char *end, uint64_t bytes,
                      unsigned *width)
{
    uint64_t encoded = 0;
    for (unsigned i = 0; i < LISTPACK_ENTRY_BACKLEN && i < bytes; i++) {
        unsigned char byte = *--end;
        encoded |= (uint64_t)(byte & 0x7f) << (7 * i);
        *width = i + 1;
        if (byte < 0x80)
            return encoded;
    }
    return UINT64_MAX;
}

unsigned
listpack_entry_number_size(int64_t number)
{
    if (number >= 0 && number <= 127)
        return 1;
    if (number >= -4096 && number <= 4095)
        return 2;
    if (number >= INT16_MIN && number <= INT16_MAX)
        return 3;
    if (number >= -8388608 && number <= 8388607)
        return 4;
    return number >= INT32_MIN && number <= INT32_MAX ? 5 : 9;
}

unsigned
listpack_entry_put_number(unsigned char *to, int64_t number)
{
    unsigned size = listpack_entry_number_size(number);
    if (size == 1) {
        to[0] = (unsigned char)number;
    } else if (size == 2) {
        unsigned bits = (unsigned)number & 0x1fff;
        to[0] = (unsigned char)(0xc0 | bits >> 8);
        to[1] = (unsigned char)bits;
    } else {
        unsigned form = size < LISTPACK_ENTRY_HEAD ? size - 3 : 3;
        to[0] = (unsigned char)(NUMBER_WIDE + form);
        store_le(to + 1, (uint64_t)number, size - 1);
    }
    return size;
}

unsigned
listpack_entry_head_size(uint64_t length)
{
    return length < 64 ? 1 : length < 4096 ? 2 : 5;
}

unsigned
listpack_entry_put_head(unsigned char *to, uint64_t length)
{
    unsigned size = listpack_entry_head_size(length);
    if (size == 1) {
        to[0] = (unsigned char)(0x80 | length);
    } else if (size == 2) {
        to[0] = (unsigned char)(0xe0 | length >> 8);
        to[1] = (unsigned char)length;
    } else {
        to[0] = TEXT_WIDE;
        store_le(to + 1, length, 4);
    }
    return size;
}

unsigned
listpack_entry_put_backlen(unsigned char *to, uint64_t encoded)
{
    unsigned width = listpack_entry_backlen(encoded);
    for (unsigned i = width; i-- > 0; encoded >>= 7)
        to[i] = (unsigned char)((encoded & 0x7f) | (i > 0 ? 0x80 : 0));
    return width;
}
