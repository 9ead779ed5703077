/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/set-integers.h"

#include <string.h>

#include "base/endian.h"

enum { HEADER = 8 };

uint32_t
set_integers_width(const struct value *value)
{
    return load_u32le(value->bytes);
}

uint32_t
set_integers_count(const struct value *value)
{
    return load_u32le(value->bytes + 4);
}

static void
put_header(struct value *value, uint32_t width, uint32_t count)
{
    store_le(value->bytes, width, 4);
    store_le(value->bytes + 4, count, 4);
}

static uint32_t
width_of(int64_t number)
{
    if (number >= INT16_MIN && number <= INT16_MAX)
        return 2;
    return number >= INT32_MIN && number <= INT32_MAX ? 4 : 8;
}

int64_t
set_integers_at(const struct value *value, uint32_t index)
{
    uint32_t width = set_integers_width(value);
    const unsigned char *at = value->bytes + HEADER + (size_t)index * width;
    if (width == 2)
        return (int16_t)load_u16le(at);
    return width == 4 ? (int32_t)load_u32le(at) : (int64_t)load_u64le(at);
}

static void
put_integer(struct value *value, uint32_t index, int64_t number)
{
    uint32_t width = set_integers_width(value);
    unsigned char *at = value->bytes + HEADER + (size_t)index * width;
    store_le(at, (uint64_t)number, width);
}

uint32_t
set_integers_find(const struct value *value, int64_t number, bool *found)
{
    uint32_t low = 0;
    uint32_t high = set_integers_count(value);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (set_integers_at(value, middle) < number)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < set_integers_count(value) &&
             set_integers_at(value, low) == number;
    return low;
}

static void
resize(struct store *store, struct value *value, uint32_t width,
       uint32_t count)
{
    uint32_t size = HEADER + width * count;
    value->bytes = pool_resize(&store->pool, value->bytes, value->size, size);
    value->size = size;
}

/* All integers in more bytes each, from the last on, so that none is
 * overwritten before it has moved. */
static void
widen(struct store *store, struct value *value, uint32_t width)
{
    uint32_t count = set_integers_count(value);
    uint32_t old = set_integers_width(value);
    resize(store, value, width, count);
    for (uint32_t i = count; i-- > 0;) {
        put_header(value, old, count);
        int64_t number = set_integers_at(value, i);
        put_header(value, width, count);
        put_integer(value, i, number);
    }
    put_header(value, width, count);
}

void
set_integers_insert(struct store *store, struct value *value, uint32_t index,
                    int64_t number)
{
    if (width_of(number) > set_integers_width(value))
        widen(store, value, width_of(number));
    uint32_t width = set_integers_width(value);
    uint32_t count = set_integers_count(value);
    resize(store, value, width, count + 1);
    unsigned char *at = value->bytes + HEADER + (size_t)index * width;
    memmove(at + width, at, (size_t)(count - index) * width);
    put_header(value, width, count + 1);
    put_integer(value, index, number);
}

void
set_integers_remove(struct store *store, struct value *value, uint32_t index)
{
    uint32_t width = set_integers_width(value);
    uint32_t count = set_integers_count(value);
    unsigned char *at = value->bytes + HEADER + (size_t)index * width;
    memmove(at, at + width, (size_t)(count - index - 1) * width);
    put_header(value, width, count - 1);
    resize(store, value, width, count - 1);
}

uint64_t
set_integers_longest(const struct value *value)
{
    uint32_t count = set_integers_count(value);
    if (count == 0)
        return 0;
    uint64_t first = text_of_integer(set_integers_at(value, 0)).size;
    uint64_t last = text_of_integer(set_integers_at(value, count - 1)).size;
    return first > last ? first : last;
}

void
set_integers_init(struct store *store, struct value *value)
{
    value->bytes = pool_alloc(&store->pool, HEADER);
    value->size = HEADER;
    put_header(value, sizeof(int16_t), 0);
}
