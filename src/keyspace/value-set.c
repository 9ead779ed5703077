/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A member of a table is a block that is its name.
 */
#include "keyspace/value-set.h"

#include "base/number.h"
#include "keyspace/blocks.h"
#include "keyspace/name.h"
#include "keyspace/packed-value.h"
#include "keyspace/set-integers.h"

enum {
    TYPE_BYTE_TABLE = 2,
    TYPE_BYTE_INTEGERS = 11,
    TYPE_BYTE_PACKED = 20,
    INTEGERS_MOST = 1 << 28, /* whatever the setting is: a value counts bytes
                                in 32 bits */
};

static bool
is_integer(struct bytes member, int64_t *number)
{
    return member.size <= NUMBER_INTEGER_SIZE &&
           number_parse_int64(member, number);
}

/* --- tables --- */

static struct blocks *
blocks_in(const struct value *value)
{
    return value->object;
}

static struct bytes
member_name(const void *member)
{
    return name_get(member);
}

static size_t
member_size(const void *member)
{
    return name_room(member_name(member).size);
}

static const struct block_kind members = { member_name, member_size };

/* The member is not there yet; false: too many. */
static bool
add_to_table(struct store *store, struct blocks *blocks, struct bytes member)
{
    unsigned char *block = pool_alloc(&store->pool, name_room(member.size));
    name_put(block, member);
    return blocks_add(store, blocks, block);
}

/* --- from one form to the next --- */

static void
become_table(struct store *store, struct value *value)
{
    char room[TEXT_DIGITS];
    struct bytes member;
    struct value_set_cursor cursor;
    struct blocks *blocks = pool_alloc(&store->pool, sizeof(*blocks));
    blocks_init(blocks, &members);
    value_set_begin(&cursor, value);
    while (value_set_next(&cursor, room, &member))
        (void)add_to_table(store, blocks, member);
    value_free_bytes(store, value);
    value->object = blocks;
    value->size = 0;
    value->form = SET_TABLE;
}

static void
become_pack(struct store *store, struct value *value)
{
    struct pack pack;
    pack_init(&store->pool, &pack);
    for (uint32_t i = 0; i < set_integers_count(value); i++)
        pack_append_number(&store->pool, &pack, set_integers_at(value, i));
    value_free_bytes(store, value);
    packed_value_put(value, &pack);
    value->form = SET_PACKED;
}

/* Makes room for members that are no integers. */
static void
leave_integers(struct store *store, struct value *value)
{
    if (set_integers_count(value) < store->limits.settings.set_entries &&
        set_integers_longest(value) <= store->limits.settings.set_value)
        become_pack(store, value);
    else
        become_table(store, value);
}

/* Leaves the listpack for a member too many, or one of more than so many
 * bytes, or than any listpack can hold. */
static void
make_room(struct store *store, struct value *value, struct bytes member,
          uint64_t most)
{
    if (value->form != SET_PACKED)
        return;
    struct pack pack = packed_value_get(value);
    if (pack.count >= store->limits.settings.set_entries ||
        member.size > most || !pack_fits(&pack, member.size))
        become_table(store, value);
}

void
value_set_expect(struct store *store, struct value *value, struct bytes first,
                 uint64_t count)
{
    const struct store_settings *settings = &store->limits.settings;
    int64_t number;
    bool is_empty =
        value->form == SET_INTEGERS && set_integers_count(value) == 0;
    bool packs = value->form == SET_PACKED || is_empty;
    bool counts = value->form == SET_INTEGERS &&
                  (!is_empty || is_integer(first, &number));
    if (value->form == SET_TABLE || (counts && count <= settings->set_integers))
        return;
    if (!packs || count > settings->set_entries)
        become_table(store, value);
    else if (is_empty)
        become_pack(store, value);
}

void
value_set_open_table(struct store *store, struct value *value, uint64_t count)
{
    if (count > store->limits.settings.set_integers)
        become_table(store, value);
}

/* --- members --- */

uint64_t
value_set_count(const struct value *value)
{
    if (value->form == SET_TABLE)
        return blocks_in(value)->table.count;
    return value->form == SET_INTEGERS ? set_integers_count(value)
                                       : packed_value_get(value).count;
}

bool
value_set_has(const struct store *store, const struct value *value,
              struct bytes member)
{
    if (value->form == SET_TABLE)
        return blocks_find(store, blocks_in(value), member) != TABLE_NONE;
    if (value->form == SET_PACKED) {
        struct pack pack = packed_value_get(value);
        return pack_find(&pack, pack_first(), member, 1) != pack_end(&pack);
    }
    int64_t number;
    bool found = false;
    if (is_integer(member, &number))
        (void)set_integers_find(value, number, &found);
    return found;
}

static enum value_change
add_integer(struct store *store, struct value *value, int64_t number)
{
    bool found;
    uint64_t most = store->limits.settings.set_integers;
    uint32_t index = set_integers_find(value, number, &found);
    if (found)
        return VALUE_SAME;
    set_integers_insert(store, value, index, number);
    if (set_integers_count(value) >
        (most < INTEGERS_MOST ? most : INTEGERS_MOST))
        become_table(store, value);
    return VALUE_ADDED;
}

/* One that is not there yet, of a pack or a table. */
static enum value_change
append_member(struct store *store, struct value *value, struct bytes member)
{
    if (value->form == SET_PACKED) {
        struct pack pack = packed_value_get(value);
        pack_append(&store->pool, &pack, member);
        packed_value_put(value, &pack);
        return VALUE_ADDED;
    }
    return add_to_table(store, blocks_in(value), member) ? VALUE_ADDED
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
        leave_integers(store, value);
    make_room(store, value, member, store->limits.settings.set_value);
    return append_member(store, value, member);
}

void
value_set_open_pack(struct store *store, struct value *value)
{
    become_pack(store, value);
}

static bool
has_only_integers(const struct value *value)
{
    char room[TEXT_DIGITS];
    int64_t number;
    struct bytes member;
    struct value_set_cursor cursor;
    value_set_begin(&cursor, value);
    while (value_set_next(&cursor, room, &member))
        if (!is_integer(member, &number))
            return false;
    return true;
}

void
value_set_close_pack(struct store *store, struct value *value)
{
    char room[TEXT_DIGITS];
    struct bytes member;
    struct value integers;
    struct value_set_cursor cursor;
    if (value_set_count(value) > store->limits.settings.set_integers ||
        !has_only_integers(value))
        return;
    value_init(store, &integers, TYPE_SET);
    value_set_begin(&cursor, value);
    while (value_set_next(&cursor, room, &member))
        (void)value_set_add(store, &integers, member);
    value_fini(store, value);
    *value = integers;
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
    make_room(store, value, member, UINT64_MAX);
    return append_member(store, value, member);
}

static bool
remove_from_table(struct store *store, struct blocks *blocks,
                  struct bytes member)
{
    int64_t index = blocks_find(store, blocks, member);
    if (index != TABLE_NONE)
        blocks_remove(store, blocks, index);
    return index != TABLE_NONE;
}

static bool
remove_from_pack(struct store *store, struct value *value, struct bytes member)
{
    struct pack pack = packed_value_get(value);
    uint32_t at = pack_find(&pack, pack_first(), member, 1);
    if (at == pack_end(&pack))
        return false;
    pack_remove(&store->pool, &pack, at, pack_next(&pack, at), 1);
    packed_value_put(value, &pack);
    return true;
}

bool
value_set_remove(struct store *store, struct value *value, struct bytes member)
{
    int64_t number;
    bool found = false;
    if (value->form == SET_TABLE)
        return remove_from_table(store, blocks_in(value), member);
    if (value->form == SET_PACKED)
        return remove_from_pack(store, value, member);
    if (!is_integer(member, &number))
        return false;
    uint32_t index = set_integers_find(value, number, &found);
    if (found)
        set_integers_remove(store, value, index);
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
        if (cursor->at == set_integers_count(value))
            return false;
        *text = text_of_integer(set_integers_at(value, cursor->at++));
    } else if (value->form == SET_PACKED) {
        struct pack pack = packed_value_view(value);
        if (cursor->at == pack_end(&pack))
            return false;
        *text = pack_text(&pack, cursor->at);
        cursor->at = pack_next(&pack, cursor->at);
    } else {
        const void *member =
            table_next(&blocks_in(value)->table, &cursor->at);
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
    set_integers_init(store, value);
    value->form = SET_INTEGERS;
}

static void
set_fini(struct store *store, struct value *value)
{
    if (value->form != SET_TABLE) {
        value_free_bytes(store, value);
        return;
    }
    struct blocks *blocks = blocks_in(value);
    blocks_fini(store, blocks);
    pool_free(&store->pool, blocks, sizeof(*blocks));
}

static bool
copy_table(struct store *store, struct value *copy, const struct blocks *from)
{
    struct blocks *blocks = pool_alloc(&store->pool, sizeof(*blocks));
    copy->object = blocks;
    if (blocks_copy(store, blocks, from))
        return true;
    pool_free(&store->pool, blocks, sizeof(*blocks));
    return false;
}

static bool
set_copy(struct store *store, struct value *copy, const struct value *value)
{
    return value->form == SET_TABLE
               ? copy_table(store, copy, blocks_in(value))
               : value_copy_bytes(store, copy, value);
}

static void
set_relocate(struct store *store, struct value *value)
{
    if (value->form != SET_TABLE) {
        value_relocate_bytes(store, value);
        return;
    }
    value->object =
        pool_move(&store->pool, value->object, sizeof(struct blocks));
    blocks_relocate(store, blocks_in(value));
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
        node.width = set_integers_width(value);
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
    .relocate = set_relocate,
    .is_empty = set_is_empty,
    .type_byte = set_type_byte,
    .walk = set_walk,
};
