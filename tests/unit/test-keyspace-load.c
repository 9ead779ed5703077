/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Every sound fixture, loaded into a keyspace and walked again, is what the
 * decoder says of the file: the same JSON, but for the order in members of
 * tables that a server packs when it loads them.
 */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/export-json.h"
#include "input/input.h"
#include "keyspace/keyspace-load.h"
#include "keyspace/list-place.h"
#include "keyspace/value-set.h"
#include "keyspace/value-string.h"
#include "rdb/rdb.h"

enum { KEYS_MOST = 1000 };

/* All keys of a source. */
struct content {
    struct output output;
    struct export_json *json;
    char *values[KEYS_MOST]; /* "0 name expiry {...}" and the value */
    size_t count;
};

static void
content_init(struct content *content)
{
    memset(content, 0, sizeof(*content));
    content->output.fd = -1;
    content->json = export_json_new(&content->output, BYTES_ESCAPE);
}

static void
content_fini(struct content *content)
{
    for (size_t i = 0; i < content->count; i++)
        free(content->values[i]);
    export_json_free(content->json);
    buffer_fini(&content->output.buffer);
}

/* What "idle_s" and "freq" say of a key, a log does not. */
static void
content_add(struct content *content, const struct key *key)
{
    struct buffer *line = &content->output.buffer;
    struct buffer text = { .data = NULL };
    buffer_append_byte(line, '\0');
    const char *value = strstr((const char *)line->data, "\"value\": ");
    assert_non_null(value);
    assert_true(content->count < KEYS_MOST);
    buffer_append_format(&text, "%llu ", (unsigned long long)key->db);
    buffer_append(&text, key->name.data, key->name.size);
    buffer_append_format(&text, " %lld %.*s %s",
                         key->has_expiry ? (long long)key->expire_ms : -1,
                         (int)key->module_name.size,
                         (const char *)key->module_name.data, value);
    buffer_append_byte(&text, '\0');
    content->values[content->count++] = (char *)text.data;
    buffer_clear(line);
}

static void
read_content(struct content *content, struct source *source)
{
    struct key key;
    content_init(content);
    while (source->ops->next(source, &key) == STATUS_OK) {
        assert_int_equal(
            source->ops->walk(source, export_json_visitor(content->json)),
            STATUS_OK);
        content_add(content, &key);
    }
}

static void
open_dump(const char *path, struct input *input)
{
    struct error error = { .kind = ERROR_NONE };
    memset(input, 0, sizeof(*input));
    assert_int_equal(input_open(input, path, NULL, &error), STATUS_OK);
    assert_int_equal(input->kind, INPUT_RDB);
}

static void
load(const char *path, struct keyspace *keyspace)
{
    struct input input;
    struct key key;
    open_dump(path, &input);
    struct rdb *rdb = rdb_new(&input.reader, NULL, false);
    struct source *source = rdb_source(rdb);
    struct keyspace_load *loader = keyspace_load_new(keyspace);
    while (source->ops->next(source, &key) == STATUS_OK) {
        struct visitor *visitor = keyspace_load_visitor(loader);
        assert_int_equal(source->ops->walk(source, visitor), STATUS_OK);
        assert_int_equal(keyspace_load_result(loader), LOAD_KEPT);
    }
    keyspace_load_free(loader);
    rdb_free(rdb);
    input_close(&input);
}

/* Bytes in any order. */
static int
compare_bytes(const void *a, const void *b)
{
    return *(const unsigned char *)a - *(const unsigned char *)b;
}

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
assert_same(struct content *a, struct content *b, const char *path)
{
    qsort(a->values, a->count, sizeof(a->values[0]), compare_texts);
    qsort(b->values, b->count, sizeof(b->values[0]), compare_texts);
    if (a->count != b->count)
        fail_msg("%s: %zu keys become %zu", path, a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        size_t size = strlen(a->values[i]);
        assert_int_equal(strlen(b->values[i]), size);
        if (strcmp(a->values[i], b->values[i]) == 0)
            continue;
        qsort(a->values[i], size, 1, compare_bytes);
        qsort(b->values[i], size, 1, compare_bytes);
        assert_string_equal(a->values[i], b->values[i]);
    }
}

static void
check_file(const char *path)
{
    struct input input;
    static struct content before;
    static struct content after;
    struct keyspace *keyspace = keyspace_new(&store_limits_default, 0);
    open_dump(path, &input);
    struct rdb *rdb = rdb_new(&input.reader, NULL, false);
    read_content(&before, rdb_source(rdb));
    rdb_free(rdb);
    input_close(&input);
    load(path, keyspace);
    read_content(&after, keyspace_source(keyspace));
    assert_same(&before, &after, path);
    content_fini(&before);
    content_fini(&after);
    keyspace_free(keyspace);
}

/* A name that is there twice would be one key, and a producer without an ID is
 * not kept. */
static bool
is_fixture(const char *name)
{
    size_t size = strlen(name);
    return strncmp(name, "good-", 5) == 0 && size > 4 &&
           strcmp(name + size - 4, ".rdb") == 0 &&
           strstr(name, "duplicate") == NULL && strstr(name, "v13") == NULL;
}

static void
test_fixtures(void **state)
{
    (void)state;
    const char *folder = getenv("DATA");
    DIR *directory = folder != NULL ? opendir(folder) : NULL;
    size_t count = 0;
    if (directory == NULL)
        skip();
    for (struct dirent *file; (file = readdir(directory)) != NULL;) {
        char path[4096];
        if (!is_fixture(file->d_name))
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, file->d_name);
        check_file(path);
        count++;
    }
    closedir(directory);
    assert_true(count > 20);
}

/* ---- what is not kept ---- */

static void
begin_as(struct keyspace_load *load, enum type type, unsigned char type_byte)
{
    const struct key key = { .name = BYTES_LITERAL("k"),
                             .name_size = 1,
                             .type = type,
                             .type_byte = type_byte };
    struct visitor *visitor = keyspace_load_visitor(load);
    visitor->ops->begin(visitor, &key);
}

static void
begin(struct keyspace_load *load, enum type type)
{
    begin_as(load, type, 0);
}

static void
add(struct keyspace_load *load, const char *text)
{
    struct visitor *visitor = keyspace_load_visitor(load);
    struct item item = { .kind = ITEM_MEMBER };
    item.text = text_of_bytes((const unsigned char *)text, strlen(text));
    visitor->ops->item(visitor, &item);
}

static enum load_result
end(struct keyspace_load *load)
{
    struct visitor *visitor = keyspace_load_visitor(load);
    visitor->ops->end(visitor, 0);
    return keyspace_load_result(load);
}

static void
test_what_is_not_kept(void **state)
{
    (void)state;
    struct keyspace *keyspace = keyspace_new(&store_limits_default, 0);
    struct keyspace_load *loader = keyspace_load_new(keyspace);
    struct visitor *visitor = keyspace_load_visitor(loader);
    begin(loader, TYPE_SET);
    assert_int_equal(end(loader), LOAD_EMPTY);
    begin(loader, TYPE_SET);
    add(loader, "a");
    add(loader, "a");
    assert_int_equal(end(loader), LOAD_DUPLICATE);
    begin(loader, TYPE_SET);
    add(loader, "a");
    visitor->ops->abort(visitor);
    assert_int_equal(keyspace_load_result(loader), LOAD_ABORTED);
    assert_int_equal(keyspace_count_all(keyspace), 0);
    begin(loader, TYPE_SET);
    add(loader, "a");
    assert_int_equal(end(loader), LOAD_KEPT);
    assert_int_equal(keyspace_count_all(keyspace), 1);
    keyspace_load_free(loader);
    keyspace_free(keyspace);
}

/* A text in parts is one text. */
static void
test_parts(void **state)
{
    (void)state;
    char room[TEXT_DIGITS];
    struct keyspace *keyspace = keyspace_new(&store_limits_default, 0);
    struct keyspace_load *loader = keyspace_load_new(keyspace);
    struct visitor *visitor = keyspace_load_visitor(loader);
    struct item item = { .kind = ITEM_ELEMENT };
    item.text.kind = TEXT_PARTS;
    item.text.size = 6;
    begin(loader, TYPE_LIST);
    visitor->ops->text(visitor, &item, 0, BYTES_LITERAL("abc"));
    visitor->ops->text(visitor, &item, 0, BYTES_LITERAL("def"));
    visitor->ops->item(visitor, &item);
    assert_int_equal(end(loader), LOAD_KEPT);
    struct entry *entry = keyspace_find(keyspace, 0, BYTES_LITERAL("k"));
    struct value_list_cursor cursor;
    struct bytes element;
    value_list_begin(&cursor, &entry->value);
    assert_true(value_list_next(&cursor, room, &element));
    assert_true(bytes_equal(element, BYTES_LITERAL("abcdef")));
    keyspace_load_free(loader);
    keyspace_free(keyspace);
}

/* The parts of a string, and another string behind it. */
static void
test_parts_of_a_string(void **state)
{
    (void)state;
    char room[TEXT_DIGITS];
    struct keyspace *keyspace = keyspace_new(&store_limits_default, 0);
    struct keyspace_load *loader = keyspace_load_new(keyspace);
    struct visitor *visitor = keyspace_load_visitor(loader);
    struct item item = { .kind = ITEM_VALUE };
    item.text.kind = TEXT_PARTS;
    item.text.size = 6;
    begin(loader, TYPE_STRING);
    visitor->ops->text(visitor, &item, 0, BYTES_LITERAL("abc"));
    visitor->ops->text(visitor, &item, 0, BYTES_LITERAL("def"));
    visitor->ops->item(visitor, &item);
    assert_int_equal(end(loader), LOAD_KEPT);
    const struct entry *entry =
        keyspace_find(keyspace, 0, BYTES_LITERAL("k"));
    assert_true(bytes_equal(value_string_bytes(&entry->value, room),
                            BYTES_LITERAL("abcdef")));
    begin(loader, TYPE_STRING);
    add(loader, "g");
    assert_int_equal(end(loader), LOAD_KEPT);
    entry = keyspace_find(keyspace, 0, BYTES_LITERAL("k"));
    assert_true(bytes_equal(value_string_bytes(&entry->value, room),
                            BYTES_LITERAL("g")));
    keyspace_load_free(loader);
    keyspace_free(keyspace);
}

/* What a table of scores cannot put in order. */
static void
test_no_number(void **state)
{
    (void)state;
    struct keyspace *keyspace = keyspace_new(&store_limits_default, 0);
    struct keyspace_load *loader = keyspace_load_new(keyspace);
    struct visitor *visitor = keyspace_load_visitor(loader);
    struct item item = { .kind = ITEM_MEMBER, .score = NAN };
    item.text = text_of_bytes((const unsigned char *)"a", 1);
    begin(loader, TYPE_ZSET);
    visitor->ops->count(visitor, 1);
    visitor->ops->item(visitor, &item);
    assert_int_equal(end(loader), LOAD_NAN);
    assert_int_equal(keyspace_count_all(keyspace), 0);
    keyspace_load_free(loader);
    keyspace_free(keyspace);
}

/* A cell twice, whatever its kind. */
static void
test_cells(void **state)
{
    (void)state;
    struct keyspace *keyspace = keyspace_new(&store_limits_default, 0);
    struct keyspace_load *loader = keyspace_load_new(keyspace);
    struct visitor *visitor = keyspace_load_visitor(loader);
    struct item item = { .kind = ITEM_CELL,
                         .count = 7,
                         .is_double = true,
                         .score = 0.5 };
    begin(loader, TYPE_ARRAY);
    visitor->ops->item(visitor, &item);
    assert_int_equal(end(loader), LOAD_KEPT);
    begin(loader, TYPE_ARRAY);
    visitor->ops->item(visitor, &item);
    visitor->ops->item(visitor, &item);
    assert_int_equal(end(loader), LOAD_DUPLICATE);
    keyspace_load_free(loader);
    keyspace_free(keyspace);
}

/* A listpack of 79 elements of 103 bytes, 8144 in all, gets one of 45 when it
 * is the list; a node of a list that is loaded element by element does not,
 * since 8 bytes more are asked for (Redis 7.2 quicklist.c). */
static void
test_nodes_of_elements(void **state)
{
    (void)state;
    enum { TYPE_BYTE_LIST = 1, TYPE_BYTE_LIST_ZIPLIST = 10 };
    static const struct {
        unsigned char type_byte;
        enum value_list_form few;
    } cases[] = { { TYPE_BYTE_LIST, LIST_PACKED },
                  { TYPE_BYTE_LIST_ZIPLIST, LIST_CHAIN } };
    char text[101];
    memset(text, 'x', 100);
    text[100] = '\0';
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct keyspace *keyspace = keyspace_new(&store_limits_default, 0);
        struct keyspace_load *loader = keyspace_load_new(keyspace);
        begin_as(loader, TYPE_LIST, cases[i].type_byte);
        for (int elements = 0; elements < 79; elements++)
            add(loader, text);
        assert_int_equal(end(loader), LOAD_KEPT);
        struct entry *entry = keyspace_find(keyspace, 0, BYTES_LITERAL("k"));
        assert_int_equal(entry->value.form, cases[i].few);
        begin_as(loader, TYPE_LIST, cases[i].type_byte);
        for (int elements = 0; elements < 79; elements++)
            add(loader, text);
        add(loader, text + 55);
        assert_int_equal(end(loader), LOAD_KEPT);
        entry = keyspace_find(keyspace, 0, BYTES_LITERAL("k"));
        assert_int_equal(list_place_nodes(&entry->value), 2);
        keyspace_load_free(loader);
        keyspace_free(keyspace);
    }
}

/* More members than an intset may have are a table, whatever they are. */
static void
test_members_of_a_table(void **state)
{
    (void)state;
    struct keyspace *keyspace = keyspace_new(&store_limits_default, 0);
    struct keyspace_load *loader = keyspace_load_new(keyspace);
    struct visitor *visitor = keyspace_load_visitor(loader);
    keyspace_store(keyspace)->limits.settings.set_integers = 2;
    for (uint64_t count = 2; count < 4; count++) {
        begin(loader, TYPE_SET);
        visitor->ops->count(visitor, count);
        for (uint64_t i = 0; i < count; i++)
            add(loader, i == 0 ? "a" : i == 1 ? "b" : "c");
        assert_int_equal(end(loader), LOAD_KEPT);
        assert_int_equal(
            keyspace_find(keyspace, 0, BYTES_LITERAL("k"))->value.form,
            count == 2 ? SET_PACKED : SET_TABLE);
    }
    keyspace_load_free(loader);
    keyspace_free(keyspace);
}

/* A text whose parts never end takes no more than the keyspace may. */
static void
test_parts_without_room(void **state)
{
    (void)state;
    enum { LIMIT = 1024 * 1024, PART = 16 * 1024, PARTS = 1000 };
    static const unsigned char part[PART];
    struct keyspace *keyspace = keyspace_new(&store_limits_default, LIMIT);
    struct keyspace_load *loader = keyspace_load_new(keyspace);
    struct visitor *visitor = keyspace_load_visitor(loader);
    struct item item = { .kind = ITEM_VALUE };
    unsigned parts = 0;
    item.text.kind = TEXT_PARTS;
    item.text.size = (uint64_t)PARTS * PART;
    begin(loader, TYPE_STRING);
    for (; keyspace_load_result(loader) == LOAD_KEPT && parts < PARTS; parts++)
        visitor->ops->text(visitor, &item, 0, bytes_of(part, PART));
    assert_true(parts <= LIMIT / PART + 1);
    assert_true(keyspace_is_full(keyspace));
    visitor->ops->text(visitor, &item, 0, bytes_of(part, PART));
    visitor->ops->item(visitor, &item);
    assert_int_equal(end(loader), LOAD_REFUSED);
    assert_int_equal(keyspace_count_all(keyspace), 0);
    keyspace_load_free(loader);
    keyspace_free(keyspace);
}

/* Nor does an entry of a stream whose fields never end. */
static void
test_fields_without_room(void **state)
{
    (void)state;
    enum { LIMIT = 1024 * 1024, SIZE = 100, FIELDS = 100000 };
    static const unsigned char text[SIZE];
    struct keyspace *keyspace = keyspace_new(&store_limits_default, LIMIT);
    struct keyspace_load *loader = keyspace_load_new(keyspace);
    struct visitor *visitor = keyspace_load_visitor(loader);
    struct node node = { .kind = NODE_LISTPACK, .in_stream = true };
    struct item entry = { .kind = ITEM_ENTRY, .id = { 1, 1 },
                          .count = FIELDS };
    struct item field = { .kind = ITEM_ENTRY_FIELD,
                          .text = text_of_bytes(text, SIZE),
                          .value = text_of_bytes(text, SIZE) };
    unsigned fields = 0;
    begin(loader, TYPE_STREAM);
    visitor->ops->node(visitor, &node);
    visitor->ops->item(visitor, &entry);
    for (; keyspace_load_result(loader) == LOAD_KEPT && fields < FIELDS;
         fields++)
        visitor->ops->item(visitor, &field);
    assert_true(fields <= LIMIT / (2 * SIZE) + 1);
    assert_true(keyspace_is_full(keyspace));
    assert_int_equal(end(loader), LOAD_REFUSED);
    assert_int_equal(keyspace_count_all(keyspace), 0);
    keyspace_load_free(loader);
    keyspace_free(keyspace);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures),
        cmocka_unit_test(test_what_is_not_kept),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_parts_of_a_string),
        cmocka_unit_test(test_parts_without_room),
        cmocka_unit_test(test_fields_without_room),
        cmocka_unit_test(test_no_number),
        cmocka_unit_test(test_nodes_of_elements),
        cmocka_unit_test(test_members_of_a_table),
        cmocka_unit_test(test_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
