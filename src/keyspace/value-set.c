/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Integers are kept as the servers' intset (intset.c):
 *
 *   width u32le (2, 4 or 8) | count u32le | integers of that width, ascending
 *
 * A member of a table is a block that is its name.
 */
#include "keyspace/value-set.h"

#include <string.h>

#include "base/endian.h"
#include "base/number.h"
#include "keyspace/name.h"
#include "keyspace/pack.h"
#include "keyspace/table.h"

enum {
    TYPE_BYTE_TABLE = 2,
    TYPE_BYTE_INTEGERS = 11,
    TYPE_BYTE_PACKED = 20,
    HEADER = 8,
    INTSET_MOST = 1 << 30, /* t_set.c intsetMaxEntries caps the setting */
};

/* --- integers --- */

static uint32_t
width_in(const struct value *value)
{
    return load_u32le(value->bytes);
}

static uint32_t
integers(const struct value *value)
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

static int64_t
integer_at(const struct value *value, uint32_t index)
{
    uint32_t width = width_in(value);
    const unsigned char *at = value->bytes + HEADER + (size_t)index * width;
    if (width == 2)
        return (int16_t)load_u16le(at);
    return width == 4 ? (int32_t)load_u32le(at) : (int64_t)load_u64le(at);
}

static void
put_integer(struct value *value, uint32_t index, int64_t number)
{
    uint32_t width = width_in(value);
    unsigned char *at = value->bytes + HEADER + (size_t)index * width;
    store_le(at, (uint64_t)number, width);
}

/* The index of the first that is not below number. */
static uint32_t
find_integer(const struct value *value, int64_t number, bool *found)
{
    uint32_t low = 0;
    uint32_t high = integers(value);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (integer_at(value, middle) < number)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < integers(value) && integer_at(value, low) == number;
    return low;
}

static void
resize_integers(struct store *store, struct value *value, uint32_t width,
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
    uint32_t count = integers(value);
    uint32_t old = width_in(value);
    resize_integers(store, value, width, count);
    for (uint32_t i = count; i-- > 0;) {
        put_header(value, old, count);
        int64_t number = integer_at(value, i);
        put_header(value, width, count);
        put_integer(value, i, number);
    }
    put_header(value, width, count);
}

static void
insert_integer(struct store *store, struct value *value, uint32_t index,
               int64_t number)
{
    if (width_of(number) > width_in(value))
        widen(store, value, width_of(number));
    uint32_t width = width_in(value);
    uint32_t count = integers(value);
    resize_integers(store, value, width, count + 1);
    unsigned char *at = value->bytes + HEADER + (size_t)index * width;
    memmove(at + width, at, (size_t)(count - index) * width);
    put_header(value, width, count + 1);
    put_integer(value, index, number);
}

static void
remove_integer(struct store *store, struct value *value, uint32_t index)
{
    uint32_t width = width_in(value);
    uint32_t count = integers(value);
    unsigned char *at = value->bytes + HEADER + (size_t)index * width;
    memmove(at, at + width, (size_t)(count - index - 1) * width);
    put_header(value, width, count - 1);
    resize_integers(store, value, width, count - 1);
}

/* --- the other forms --- */

static bool
is_integer(struct bytes member, int64_t *number)
{
    return member.size <= NUMBER_INTEGER_SIZE &&
           number_parse_int64(member, number);
}

static struct pack
pack_in(const struct value *value)
{
    return pack_of(value->bytes, value->size);
}

static void
put_pack(struct value *value, const struct pack *pack)
{
    value->bytes = pack->bytes;
    value->size = pack->size;
}

static struct table *
table_in(const struct value *value)
{
    return value->object;
}

static struct bytes
member_name(const void *member)
{
    return name_get(member);
}

static void
free_member(struct store *store, void *member)
{
    pool_free(&store->pool, member, name_room(member_name(member).size));
}

/* The member is not there yet; false: too many. */
static bool
add_to_table(struct store *store, struct table *table, struct bytes member)
{
    unsigned char *block = pool_alloc(&store->pool, name_room(member.size));
    name_put(block, member);
    if (table_add(&store->pool, table, block, store->seed, member_name))
        return true;
    free_member(store, block);
    return false;
}

/* --- from one form to the next --- */

static void
become_table(struct store *store, struct value *value)
{
    char room[TEXT_DIGITS];
    struct bytes member;
    struct value_set_cursor cursor;
    struct table *table = pool_alloc(&store->pool, sizeof(*table));
    *table = (struct table) { .items = NULL };
    value_set_begin(&cursor, value);
    while (value_set_next(&cursor, room, &member))
        (void)add_to_table(store, table, member);
    pool_free(&store->pool, value->bytes, value->size);
    value->object = table;
    value->size = 0;
    value->form = SET_TABLE;
}

static void
become_pack(struct store *store, struct value *value)
{
    struct pack pack;
    pack_init(&store->pool, &pack);
    for (uint32_t i = 0; i < integers(value); i++)
        pack_append_number(&store->pool, &pack, integer_at(value, i));
    pool_free(&store->pool, value->bytes, value->size);
    put_pack(value, &pack);
    value->form = SET_PACKED;
}

/* Whether a listpack of so many members may get this one, too. */
static bool
may_pack(const struct store *store, uint64_t count, struct bytes member)
{
    return count < store->limits.set_entries &&
           member.size <= store->limits.set_value;
}

/* Digits of its longest number. */
static uint64_t
longest_integer(const struct value *value)
{
    uint32_t count = integers(value);
    if (count == 0)
        return 0;
    uint64_t first = text_of_integer(integer_at(value, 0)).size;
    uint64_t last = text_of_integer(integer_at(value, count - 1)).size;
    return first > last ? first : last;
}

/* Makes room for a member that is no integer. */
static void
leave_integers(struct store *store, struct value *value, struct bytes member)
{
    if (may_pack(store, integers(value), member) &&
        longest_integer(value) <= store->limits.set_value)
        become_pack(store, value);
    else
        become_table(store, value);
}

void
value_set_expect(struct store *store, struct value *value, struct bytes first,
                 uint64_t members)
{
    int64_t number;
    bool packs = value->form == SET_PACKED;
    if (value->form == SET_INTEGERS && integers(value) == 0)
        packs = !is_integer(first, &number);
    uint64_t most =
        packs ? store->limits.set_entries : store->limits.set_integers;
    if (value->form != SET_TABLE && members > most)
        become_table(store, value);
}

/* --- members --- */

uint64_t
value_set_count(const struct value *value)
{
    if (value->form == SET_TABLE)
        return table_in(value)->count;
    return value->form == SET_INTEGERS ? integers(value) : pack_in(value).count;
}

bool
value_set_has(const struct store *store, const struct value *value,
              struct bytes member)
{
    if (value->form == SET_TABLE)
        return table_find(table_in(value), member, store->seed, member_name) !=
               TABLE_NONE;
    if (value->form == SET_PACKED) {
        struct pack pack = pack_in(value);
        return pack_find(&pack, pack_first(), member, 1) != pack_end(&pack);
    }
    int64_t number;
    bool found = false;
    if (is_integer(member, &number))
        (void)find_integer(value, number, &found);
    return found;
}

static enum value_change
add_integer(struct store *store, struct value *value, int64_t number)
{
    bool found;
    uint64_t most = store->limits.set_integers;
    uint32_t index = find_integer(value, number, &found);
    if (found)
        return VALUE_SAME;
    insert_integer(store, value, index, number);
    if (integers(value) > (most < INTSET_MOST ? most : INTSET_MOST))
        become_table(store, value);
    return VALUE_ADDED;
}

/* One that is not there yet, of a pack or a table. */
static enum value_change
append_member(struct store *store, struct value *value, struct bytes member)
{
    if (value->form == SET_PACKED) {
        struct pack pack = pack_in(value);
        pack_append(&store->pool, &pack, member);
        put_pack(value, &pack);
        return VALUE_ADDED;
    }
    return add_to_table(store, table_in(value), member) ? VALUE_ADDED
                                                        : VALUE_REFUSED;
}

enum value_change
value_set_add(struct store *store, struct value *value, struct bytes member)
{
    int64_t number;
    if (member.size > VALUE_TEXT_MOST)
        return VALUE_REFUSED;
    if (value->form == SET_INTEGERS && is_integer(member, &number))
        return add_integer(store, value, number);
    if (value_set_has(store, value, member))
        return VALUE_SAME;
    if (value->form == SET_INTEGERS)
        leave_integers(store, value, member);
    else if (value->form == SET_PACKED &&
             !may_pack(store, value_set_count(value), member))
        become_table(store, value);
    return append_member(store, value, member);
}

enum value_change
value_set_load(struct store *store, struct value *value, struct bytes member)
{
    if (member.size > VALUE_TEXT_MOST)
        return VALUE_REFUSED;
    if (value->form == SET_INTEGERS)
        become_pack(store, value);
    if (value_set_has(store, value, member))
        return VALUE_SAME;
    if (value->form == SET_PACKED &&
        value_set_count(value) >= store->limits.set_entries)
        become_table(store, value);
    return append_member(store, value, member);
}

static bool
remove_from_table(struct store *store, struct table *table, struct bytes member)
{
    int64_t index = table_find(table, member, store->seed, member_name);
    if (index == TABLE_NONE)
        return false;
    void *block = table_item(table, index);
    table_remove(&store->pool, table, index, store->seed, member_name);
    free_member(store, block);
    return true;
}

static bool
remove_from_pack(struct store *store, struct value *value, struct bytes member)
{
    struct pack pack = pack_in(value);
    uint32_t at = pack_find(&pack, pack_first(), member, 1);
    if (at == pack_end(&pack))
        return false;
    pack_remove(&store->pool, &pack, at, pack_next(&pack, at), 1);
    put_pack(value, &pack);
    return true;
}

bool
value_set_remove(struct store *store, struct value *value, struct bytes member)
{
    int64_t number;
    bool found = false;
    if (value->form == SET_TABLE)
        return remove_from_table(store, table_in(value), member);
    if (value->form == SET_PACKED)
        return remove_from_pack(store, value, member);
    if (!is_integer(member, &number))
        return false;
    uint32_t index = find_integer(value, number, &found);
    if (found)
        remove_integer(store, value, index);
    return found;
}

/* --- walking --- */

void
value_set_begin(struct value_set_cursor *cursor, const struct value *value)
{
    *cursor = (struct value_set_cursor) { .value = value };
    if (value->form == SET_PACKED)
        cursor->at = pack_first();
}

static bool
next_text(struct value_set_cursor *cursor, struct text *text)
{
    const struct value *value = cursor->value;
    if (value->form == SET_INTEGERS) {
        if (cursor->at == integers(value))
            return false;
        *text = text_of_integer(integer_at(value, cursor->at++));
    } else if (value->form == SET_PACKED) {
        struct pack pack = { value->bytes, value->size, 0 };
        if (cursor->at == pack_end(&pack))
            return false;
        *text = pack_text(&pack, cursor->at);
        cursor->at = pack_next(&pack, cursor->at);
    } else {
        const void *member = table_next(table_in(value), &cursor->at);
        if (member == NULL)
            return false;
        struct bytes name = member_name(member);
        *text = text_of_bytes(name.data, name.size);
    }
    return true;
}

bool
value_set_next(struct value_set_cursor *cursor, char room[TEXT_DIGITS],
               struct bytes *member)
{
    struct text text;
    if (!next_text(cursor, &text))
        return false;
    *member = text_bytes(&text, room);
    return true;
}

/* --- what all values have --- */

static void
set_init(struct store *store, struct value *value)
{
    value->form = SET_INTEGERS;
    value->bytes = pool_alloc(&store->pool, HEADER);
    value->size = HEADER;
    put_header(value, 2, 0);
}

static void
set_fini(struct store *store, struct value *value)
{
    if (value->form != SET_TABLE) {
        pool_free(&store->pool, value->bytes, value->size);
        return;
    }
    struct table *table = table_in(value);
    uint32_t index = 0;
    void *member;
    while ((member = table_next(table, &index)) != NULL)
        free_member(store, member);
    table_fini(&store->pool, table);
    pool_free(&store->pool, table, sizeof(*table));
}

static void
copy_table(struct store *store, struct value *copy, const struct table *from)
{
    struct table *table = pool_alloc(&store->pool, sizeof(*table));
    uint32_t index = 0;
    const void *member;
    *table = (struct table) { .items = NULL };
    copy->object = table;
    while ((member = table_next(from, &index)) != NULL)
        (void)add_to_table(store, table, member_name(member));
}

static bool
set_copy(struct store *store, struct value *copy, const struct value *value)
{
    if (value->form == SET_TABLE) {
        copy_table(store, copy, table_in(value));
        return true;
    }
    if (!pool_allows(&store->pool, value->size))
        return false;
    copy->bytes = pool_alloc(&store->pool, value->size);
    memcpy(copy->bytes, value->bytes, value->size);
    return true;
}

static bool
set_is_empty(const struct value *value)
{
    return value_set_count(value) == 0;
}

static unsigned char
set_type_byte(const struct value *value)
{
    static const unsigned char bytes[] = {
        [SET_INTEGERS] = TYPE_BYTE_INTEGERS,
        [SET_PACKED] = TYPE_BYTE_PACKED,
        [SET_TABLE] = TYPE_BYTE_TABLE,
    };
    return bytes[value->form];
}

/* Announces what the dump begins with. */
static bool
announce(const struct value *value, struct visitor *visitor)
{
    struct node node = { .size = value->size, .count = value_set_count(value) };
    if (value->form == SET_TABLE) {
        visitor->ops->count(visitor, node.count);
        return true;
    }
    node.kind = value->form == SET_INTEGERS ? NODE_INTSET : NODE_LISTPACK;
    if (value->form == SET_INTEGERS)
        node.width = width_in(value);
    return value_node(visitor, &node);
}

static void
set_walk(struct store *store, const struct value *value,
         struct visitor *visitor)
{
    struct value_set_cursor cursor;
    struct item item = { .kind = ITEM_MEMBER };
    (void)store;
    if (!announce(value, visitor))
        return;
    value_set_begin(&cursor, value);
    while (next_text(&cursor, &item.text))
        visitor->ops->item(visitor, &item);
}

const struct value_ops value_set = {
    .init = set_init,
    .fini = set_fini,
    .copy = set_copy,
    .is_empty = set_is_empty,
    .type_byte = set_type_byte,
    .walk = set_walk,
};
