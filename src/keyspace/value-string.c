/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/value-string.h"

#include <string.h>

#include "base/number.h"

enum {
    TYPE_BYTE = 0,
    INTEGER_TEXT_MOST = 11, /* "-2147483648" */
};

static bool
is_number(const struct value *value)
{
    return value->form == STRING_NUMBER;
}

struct bytes
value_string_bytes(const struct value *value, char room[TEXT_DIGITS])
{
    if (is_number(value))
        return bytes_of(room, number_format_int64(value->number, room));
    return bytes_of(value->bytes, value->size);
}

uint64_t
value_string_size(const struct value *value)
{
    return is_number(value) ? text_of_integer(value->number).size
                            : value->size;
}

bool
value_string_number(const struct value *value, int64_t *number)
{
    if (!is_number(value))
        return number_parse_int64(bytes_of(value->bytes, value->size),
                                  number);
    *number = value->number;
    return true;
}

/* --- changes --- */

static void
string_fini(struct store *store, struct value *value)
{
    if (!is_number(value))
        value_free_bytes(store, value);
}

void
value_string_set_number(struct store *store, struct value *value,
                        int64_t number)
{
    string_fini(store, value);
    value->form = STRING_NUMBER;
    value->number = number;
}

void
value_string_set_block(struct store *store, struct value *value,
                       unsigned char *block, uint32_t size)
{
    string_fini(store, value);
    value->form = STRING_BYTES;
    value->bytes = block;
    value->size = size;
}

/* New bytes are there before the old ones go: text may be these. */
bool
value_string_set(struct store *store, struct value *value, struct bytes text)
{
    int64_t number;
    if (text.size > VALUE_TEXT_MOST ||
        !pool_allows(&store->pool, text.size))
        return false;
    if (text.size <= NUMBER_INTEGER_SIZE &&
        number_parse_int64(text, &number)) {
        value_string_set_number(store, value, number);
        return true;
    }
    unsigned char *bytes = pool_alloc(&store->pool, text.size);
    if (text.size > 0)
        memcpy(bytes, text.data, text.size);
    value_string_set_block(store, value, bytes, (uint32_t)text.size);
    return true;
}

static void
make_bytes(struct store *store, struct value *value)
{
    char room[TEXT_DIGITS];
    if (!is_number(value))
        return;
    struct bytes text = value_string_bytes(value, room);
    value->form = STRING_BYTES;
    value->bytes = pool_alloc(&store->pool, text.size);
    value->size = (uint32_t)text.size;
    memcpy(value->bytes, text.data, text.size);
}

bool
value_string_resize(struct store *store, struct value *value, uint64_t size)
{
    make_bytes(store, value);
    if (size > VALUE_TEXT_MOST)
        return false;
    if (size > value->size && !pool_allows(&store->pool, size - value->size))
        return false;
    value->bytes = pool_resize(&store->pool, value->bytes, value->size,
                               (size_t)size);
    if (size > value->size)
        memset(value->bytes + value->size, 0, (size_t)(size - value->size));
    value->size = (uint32_t)size;
    return true;
}

unsigned char *
value_string_edit(struct store *store, struct value *value)
{
    make_bytes(store, value);
    return value->bytes;
}

/* A text inside the value's own bytes is found again when these move. */
bool
value_string_set_range(struct store *store, struct value *value,
                       uint64_t offset, struct bytes text)
{
    if (text.size == 0)
        return true;
    if (offset > VALUE_TEXT_MOST || text.size > VALUE_TEXT_MOST - offset)
        return false;
    make_bytes(store, value);
    uintptr_t inside = (uintptr_t)text.data - (uintptr_t)value->bytes;
    bool own = value->size > 0 && inside < value->size;
    uint64_t end = offset + text.size;
    if (end > value->size && !value_string_resize(store, value, end))
        return false;
    memmove(value->bytes + offset, own ? value->bytes + inside : text.data,
            text.size);
    return true;
}

bool
value_string_append(struct store *store, struct value *value,
                    struct bytes text)
{
    return value_string_set_range(store, value, value_string_size(value),
                                  text);
}

/* --- what all values have --- */

static void
string_init(struct store *store, struct value *value)
{
    (void)store;
    value->form = STRING_BYTES;
}

static bool
string_copy(struct store *store, struct value *copy,
            const struct value *value)
{
    return is_number(value) || value_copy_bytes(store, copy, value);
}

static void
string_relocate(struct store *store, struct value *value)
{
    if (!is_number(value))
        value_relocate_bytes(store, value);
}

/* Servers keep strings without bytes. */
static bool
string_is_empty(const struct value *value)
{
    (void)value;
    return false;
}

static unsigned char
string_type_byte(const struct value *value)
{
    (void)value;
    return TYPE_BYTE;
}

/* A dump holds the decimal of a 32-bit number as that number, whatever the
 * string is in memory (rdb.c rdbTryIntegerEncoding); any other is text. */
static struct text
text_in_dump(struct bytes bytes)
{
    int64_t number;
    if (bytes.size <= INTEGER_TEXT_MOST &&
        number_parse_int64(bytes, &number) && number >= INT32_MIN &&
        number <= INT32_MAX)
        return text_of_integer(number);
    return text_of_bytes(bytes.data, bytes.size);
}

static void
string_walk(struct store *store, const struct value *value,
            struct visitor *visitor)
{
    char room[TEXT_DIGITS];
    struct item item = { .kind = ITEM_VALUE };
    (void)store;
    item.text = text_in_dump(value_string_bytes(value, room));
    visitor->ops->item(visitor, &item);
}

const struct value_ops value_string = {
    .init = string_init,
    .fini = string_fini,
    .copy = string_copy,
    .relocate = string_relocate,
    .is_empty = string_is_empty,
    .type_byte = string_type_byte,
    .walk = string_walk,
};
