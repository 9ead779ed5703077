/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a server keeps as a number is one here, too (sparsearray.c arEncode,
 * Redis 8.8): integers of 62 bits and some doubles; that is what a dump tells
 * apart.  A cell is a block,
 *
 *     index (8) | kind (1) | number (8), or a text as name.h has it
 */
#include "keyspace/value-array.h"

#include "base/number.h"
#include "keyspace/array-double.h"
#include "keyspace/name.h"
#include "keyspace/ordered.h"

enum { TYPE_BYTE = 28, NUMBER_SIZE = 8 };

enum cell_kind { CELL_INTEGER, CELL_DOUBLE, CELL_TEXT };

#define INTEGER_MOST ((INT64_C(1) << 61) - 1)

struct cell {
    uint64_t index;
    unsigned char body[]; /* kind, then number or text */
};

struct array {
    struct ordered cells;
    struct array_cursor cursor;
};

/* A cell's content as it is asked for. */
struct content {
    enum cell_kind kind;
    int64_t integer;
    double number;
    struct bytes text;
};

static struct array *
array_in(const struct value *value)
{
    return value->object;
}

/* --- one cell --- */

static struct content
content_of(struct bytes text)
{
    struct content content = { .kind = CELL_TEXT, .text = text };
    if (number_parse_int64(text, &content.integer) &&
        content.integer >= -INTEGER_MOST - 1 &&
        content.integer <= INTEGER_MOST)
        content.kind = CELL_INTEGER;
    else if (array_double_parse(text, &content.number))
        content.kind = CELL_DOUBLE;
    return content;
}

static struct content
cell_content(const struct cell *cell)
{
    struct content content = { .kind = (enum cell_kind)cell->body[0] };
    if (content.kind == CELL_TEXT)
        content.text = name_get(cell->body + 1);
    else if (content.kind == CELL_INTEGER)
        memcpy(&content.integer, cell->body + 1, NUMBER_SIZE);
    else
        memcpy(&content.number, cell->body + 1, NUMBER_SIZE);
    return content;
}

static size_t
content_size(const struct content *content)
{
    size_t body = content->kind == CELL_TEXT ? name_room(content->text.size)
                                             : NUMBER_SIZE;
    return sizeof(struct cell) + 1 + body;
}

static bool
is_same(const struct content *a, const struct content *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == CELL_TEXT)
        return bytes_equal(a->text, b->text);
    if (a->kind == CELL_INTEGER)
        return a->integer == b->integer;
    return memcmp(&a->number, &b->number, sizeof(a->number)) == 0;
}

static struct bytes
content_text(const struct content *content, char room[ARRAY_DIGITS])
{
    if (content->kind == CELL_TEXT)
        return content->text;
    return bytes_of(room, content->kind == CELL_INTEGER
                              ? number_format_int64(content->integer, room)
                              : array_double_format(content->number, room));
}

static struct cell *
cell_new(struct store *store, uint64_t index, const struct content *content)
{
    struct cell *cell = pool_alloc(&store->pool, content_size(content));
    cell->index = index;
    cell->body[0] = (unsigned char)content->kind;
    if (content->kind == CELL_TEXT)
        name_put(cell->body + 1, content->text);
    else if (content->kind == CELL_INTEGER)
        memcpy(cell->body + 1, &content->integer, NUMBER_SIZE);
    else
        memcpy(cell->body + 1, &content->number, NUMBER_SIZE);
    return cell;
}

static size_t
cell_size(const void *cell)
{
    struct content content = cell_content(cell);
    return content_size(&content);
}

static void
cell_free(struct store *store, struct cell *cell)
{
    pool_free(&store->pool, cell, cell_size(cell));
}

/* --- all cells --- */

static int
compare_cell(const void *item, const void *key)
{
    const struct cell *cell = item;
    const uint64_t *index = key;
    return (cell->index > *index) - (cell->index < *index);
}

static struct ordered_place
find_cell(const struct array *array, uint64_t index)
{
    return ordered_find(&array->cells, &index, compare_cell);
}

static struct cell *
cell_at(const struct array *array, struct ordered_place place)
{
    return ordered_item(&array->cells, place);
}

uint64_t
value_array_count(const struct value *value)
{
    return array_in(value)->cells.count;
}

uint64_t
value_array_length(const struct value *value)
{
    const struct array *array = array_in(value);
    if (array->cells.count == 0)
        return 0;
    return cell_at(array, ordered_seek(&array->cells,
                                       array->cells.count - 1))->index + 1;
}

struct array_cursor *
value_array_cursor(const struct value *value)
{
    return &array_in(value)->cursor;
}

bool
value_array_get(const struct value *value, uint64_t index,
                char room[ARRAY_DIGITS], struct bytes *text)
{
    uint64_t found;
    return value_array_find(value, index, &found, room, text) &&
           found == index;
}

bool
value_array_find(const struct value *value, uint64_t index, uint64_t *found,
                 char room[ARRAY_DIGITS], struct bytes *text)
{
    const struct array *array = array_in(value);
    const struct cell *cell = cell_at(array, find_cell(array, index));
    if (cell == NULL)
        return false;
    struct content content = cell_content(cell);
    *found = cell->index;
    *text = content_text(&content, room);
    return true;
}

/* --- changes --- */

static enum value_change
set_content(struct store *store, struct value *value, uint64_t index,
            const struct content *content)
{
    struct array *array = array_in(value);
    struct ordered_place place = find_cell(array, index);
    struct cell *old = cell_at(array, place);
    bool is_there = old != NULL && old->index == index;
    if (is_there) {
        struct content was = cell_content(old);
        if (is_same(&was, content))
            return VALUE_SAME;
    }
    if (content->text.size > VALUE_TEXT_MOST || index == UINT64_MAX ||
        !pool_allows(&store->pool, content_size(content)))
        return VALUE_REFUSED;
    struct cell *cell = cell_new(store, index, content);
    if (is_there) {
        ordered_remove(&store->pool, &array->cells, place);
        cell_free(store, old);
        place = find_cell(array, index);
    }
    ordered_insert(&store->pool, &array->cells, place, cell);
    return is_there ? VALUE_CHANGED : VALUE_ADDED;
}

enum value_change
value_array_set(struct store *store, struct value *value, uint64_t index,
                struct bytes text)
{
    struct content content = content_of(text);
    return set_content(store, value, index, &content);
}

enum value_change
value_array_load_double(struct store *store, struct value *value,
                        uint64_t index, double number)
{
    struct content content = { .kind = CELL_DOUBLE, .number = number };
    return set_content(store, value, index, &content);
}

uint64_t
value_array_remove(struct store *store, struct value *value, uint64_t first,
                   uint64_t last)
{
    struct array *array = array_in(value);
    uint64_t removed = 0;
    for (;; removed++) {
        struct ordered_place place = find_cell(array, first);
        struct cell *cell = cell_at(array, place);
        if (cell == NULL || cell->index > last)
            return removed;
        ordered_remove(&store->pool, &array->cells, place);
        cell_free(store, cell);
    }
}

/* --- what all values have --- */

static void
array_init(struct store *store, struct value *value)
{
    struct array *array = pool_alloc(&store->pool, sizeof(*array));
    *array = (struct array){ .cursor = { .has = false } };
    value->object = array;
}

static void
array_fini(struct store *store, struct value *value)
{
    struct array *array = array_in(value);
    struct ordered_place place = ordered_seek(&array->cells, 0);
    struct cell *cell;
    for (; (cell = cell_at(array, place)) != NULL;
         ordered_forward(&array->cells, &place))
        cell_free(store, cell);
    ordered_fini(&store->pool, &array->cells);
    pool_free(&store->pool, array, sizeof(*array));
}

static bool
array_copy(struct store *store, struct value *copy, const struct value *value)
{
    const struct array *array = array_in(value);
    struct ordered_place place = ordered_seek(&array->cells, 0);
    const struct cell *cell;
    uint64_t room = sizeof(*array);
    for (; (cell = cell_at(array, place)) != NULL;
         ordered_forward(&array->cells, &place))
        room += cell_size(cell);
    if (!pool_allows(&store->pool, room))
        return false;
    array_init(store, copy);
    struct array *twin = array_in(copy);
    twin->cursor = array->cursor;
    place = ordered_seek(&array->cells, 0);
    for (; (cell = cell_at(array, place)) != NULL;
         ordered_forward(&array->cells, &place)) {
        struct content content = cell_content(cell);
        ordered_insert(&store->pool, &twin->cells,
                       ordered_seek(&twin->cells, twin->cells.count),
                       cell_new(store, cell->index, &content));
    }
    return true;
}

static void
array_relocate(struct store *store, struct value *value)
{
    value->object =
        pool_move(&store->pool, value->object, sizeof(struct array));
    ordered_relocate_items(&store->pool, &array_in(value)->cells, cell_size);
}

static bool
array_is_empty(const struct value *value)
{
    return value_array_count(value) == 0;
}

static unsigned char
array_type_byte(const struct value *value)
{
    (void)value;
    return TYPE_BYTE;
}

static void
walk_cell(const struct cell *cell, struct visitor *visitor)
{
    struct content content = cell_content(cell);
    struct item item = { .kind = ITEM_CELL, .count = cell->index };
    item.is_double = content.kind == CELL_DOUBLE;
    if (item.is_double)
        item.score = content.number;
    else if (content.kind == CELL_INTEGER)
        item.text = text_of_integer(content.integer);
    else
        item.text = text_of_bytes(content.text.data, content.text.size);
    visitor->ops->item(visitor, &item);
}

static void
array_walk(struct store *store, const struct value *value,
           struct visitor *visitor)
{
    const struct array *array = array_in(value);
    struct item head = {
        .kind = ITEM_ARRAY,
        .count = array->cells.count,
        .has_cursor = array->cursor.has,
        .number = (int64_t)array->cursor.index,
    };
    (void)store;
    visitor->ops->item(visitor, &head);
    struct ordered_place place = ordered_seek(&array->cells, 0);
    const struct cell *cell;
    for (; (cell = cell_at(array, place)) != NULL;
         ordered_forward(&array->cells, &place))
        walk_cell(cell, visitor);
}

const struct value_ops value_array = {
    .init = array_init,
    .fini = array_fini,
    .copy = array_copy,
    .relocate = array_relocate,
    .is_empty = array_is_empty,
    .type_byte = array_type_byte,
    .walk = array_walk,
};
