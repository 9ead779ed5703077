/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     piece:  kind | number (8)             or
 *             kind | size u64 (8) | text    of a string
 */
#include "keyspace/value-module.h"

#include "base/endian.h"

enum {
    NAME_MOST = 9,
    NUMBER_SIZE = 8,
    PIECE_HEAD = 1 + NUMBER_SIZE,
    FIRST_ROOM = 64,
};

struct module {
    unsigned char name[NAME_MOST];
    unsigned char name_size;
    unsigned char type_byte;
    unsigned char *pieces;
    size_t size;
    size_t room;
};

static struct module *
module_in(const struct value *value)
{
    return value->object;
}

void
value_module_set_origin(struct store *store, struct value *value,
                        struct bytes name, unsigned char type_byte)
{
    struct module *module = module_in(value);
    (void)store;
    module->name_size =
        (unsigned char)(name.size < NAME_MOST ? name.size : NAME_MOST);
    if (module->name_size > 0)
        memcpy(module->name, name.data, module->name_size);
    module->type_byte = type_byte;
}

struct bytes
value_module_name(const struct value *value)
{
    const struct module *module = module_in(value);
    return bytes_of(module->name, module->name_size);
}

/* --- pieces --- */

static void
make_room(struct store *store, struct module *module, size_t more)
{
    size_t room = module->room < FIRST_ROOM ? FIRST_ROOM : module->room;
    while (room - module->size < more)
        room += room / 2;
    if (room == module->room)
        return;
    module->pieces =
        pool_resize(&store->pool, module->pieces, module->room, room);
    module->room = room;
}

/* The eight bytes behind a piece's kind. */
static uint64_t
number_of(const struct item *item)
{
    uint64_t bits;
    switch (item->kind) {
    case ITEM_MODULE_UINT:
        return item->count;
    case ITEM_MODULE_FLOAT:
    case ITEM_MODULE_DOUBLE:
        memcpy(&bits, &item->score, sizeof(bits));
        return bits;
    case ITEM_MODULE_STRING:
        return item->text.size;
    default:
        return (uint64_t)item->number;
    }
}

bool
value_module_add(struct store *store, struct value *value,
                 const struct item *item)
{
    char room[TEXT_DIGITS];
    struct module *module = module_in(value);
    struct bytes text = { NULL, 0 };
    if (item->kind == ITEM_MODULE_STRING)
        text = text_bytes(&item->text, room);
    if (text.size > VALUE_TEXT_MOST || !pool_allows(&store->pool, text.size))
        return false;
    make_room(store, module, PIECE_HEAD + text.size);
    unsigned char *at = module->pieces + module->size;
    *at = (unsigned char)item->kind;
    store_le(at + 1, number_of(item), NUMBER_SIZE);
    if (text.size > 0)
        memcpy(at + PIECE_HEAD, text.data, text.size);
    module->size += PIECE_HEAD + text.size;
    return true;
}

/* Makes an item of a piece; returns what stands behind it. */
static const unsigned char *
get_piece(const unsigned char *at, struct item *item)
{
    uint64_t bits = load_u64le(at + 1);
    *item = (struct item){ .kind = (enum item_kind)*at };
    at += PIECE_HEAD;
    switch (item->kind) {
    case ITEM_MODULE_UINT:
        item->count = bits;
        return at;
    case ITEM_MODULE_FLOAT:
    case ITEM_MODULE_DOUBLE:
        memcpy(&item->score, &bits, sizeof(bits));
        return at;
    case ITEM_MODULE_STRING:
        item->text = text_of_bytes(at, (size_t)bits);
        return at + bits;
    default:
        item->number = (int64_t)bits;
        return at;
    }
}

bool
value_module_get(const struct value *value, size_t *at, struct item *item)
{
    const struct module *module = module_in(value);
    if (*at == module->size)
        return false;
    const unsigned char *next = get_piece(module->pieces + *at, item);
    *at = (size_t)(next - module->pieces);
    return true;
}

/* --- what all values have --- */

static void
module_init(struct store *store, struct value *value)
{
    struct module *module = pool_alloc(&store->pool, sizeof(*module));
    *module = (struct module){ .pieces = NULL };
    value->object = module;
}

static void
module_fini(struct store *store, struct value *value)
{
    struct module *module = module_in(value);
    pool_free(&store->pool, module->pieces, module->room);
    pool_free(&store->pool, module, sizeof(*module));
}

static bool
module_copy(struct store *store, struct value *copy,
            const struct value *value)
{
    const struct module *from = module_in(value);
    if (!pool_allows(&store->pool, from->size))
        return false;
    struct module *module = pool_alloc(&store->pool, sizeof(*module));
    *module = *from;
    module->room = from->size;
    module->pieces = pool_alloc(&store->pool, from->size);
    if (from->size > 0)
        memcpy(module->pieces, from->pieces, from->size);
    copy->object = module;
    return true;
}

static void
module_relocate(struct store *store, struct value *value)
{
    struct module *module =
        pool_move(&store->pool, value->object, sizeof(*module));
    module->pieces = pool_move(&store->pool, module->pieces, module->room);
    value->object = module;
}

static bool
module_is_empty(const struct value *value)
{
    (void)value;
    return false;
}

static unsigned char
module_type_byte(const struct value *value)
{
    return module_in(value)->type_byte;
}

static void
module_walk(struct store *store, const struct value *value,
            struct visitor *visitor)
{
    struct item item;
    size_t at = 0;
    (void)store;
    while (value_module_get(value, &at, &item))
        visitor->ops->item(visitor, &item);
}

const struct value_ops value_module = {
    .init = module_init,
    .fini = module_fini,
    .copy = module_copy,
    .relocate = module_relocate,
    .is_empty = module_is_empty,
    .type_byte = module_type_byte,
    .walk = module_walk,
};
