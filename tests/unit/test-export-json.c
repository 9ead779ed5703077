/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lines as the contract draws them, for every type, and cut short at every
 * item.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

#include "export/export-json.h"

static struct output output;
static struct export_json *json;

static int
set_up(void **state)
{
    (void)state;
    memset(&output, 0, sizeof(output));
    output.fd = -1;
    json = export_json_new(&output, BYTES_ESCAPE);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    export_json_free(json);
    buffer_fini(&output.buffer);
    return 0;
}

static struct key
key_of(enum type type, const char *name)
{
    return (struct key) { .name = bytes_of_text(name),
                          .name_size = strlen(name),
                          .expire_ms = KEY_NO_EXPIRY,
                          .idle_s = -1,
                          .freq = -1,
                          .type = type };
}

static struct text
words(const char *text)
{
    return text_of_bytes((const unsigned char *)text, strlen(text));
}

static void
begin(const struct key *key)
{
    struct visitor *visitor = export_json_visitor(json);
    buffer_clear(&output.buffer);
    visitor->ops->begin(visitor, key);
}

static void
item(struct item item)
{
    struct visitor *visitor = export_json_visitor(json);
    visitor->ops->item(visitor, &item);
}

static void
part(struct item item, int which, const char *text)
{
    struct visitor *visitor = export_json_visitor(json);
    visitor->ops->text(visitor, &item, which, bytes_of_text(text));
}

static const char *
line(void)
{
    buffer_append_byte(&output.buffer, 0);
    return (const char *)output.buffer.data;
}

static const char *
ended(void)
{
    struct visitor *visitor = export_json_visitor(json);
    visitor->ops->end(visitor, 0);
    return line();
}

static const char *
aborted(void)
{
    struct visitor *visitor = export_json_visitor(json);
    visitor->ops->abort(visitor);
    return line();
}

static void
test_string(void **state)
{
    (void)state;
    struct key key = key_of(TYPE_STRING, "a\"b");
    key.db = 3;
    key.has_expiry = true;
    key.expire_ms = 1700000000000;
    key.idle_s = 7;
    key.freq = 255;
    begin(&key);
    item((struct item) { .kind = ITEM_VALUE, .text = text_of_integer(-12) });
    assert_string_equal(
        ended(), "{\"db\": 3, \"key\": \"a\\\"b\", \"type\": \"string\", "
                 "\"expire_ms\": 1700000000000, \"idle_s\": 7, "
                 "\"freq\": 255, \"value\": \"-12\"}\n");
}

static void
test_names(void **state)
{
    (void)state;
    struct key key = key_of(TYPE_STRING, "a\nb");
    begin(&key);
    item((struct item) { .kind = ITEM_VALUE, .text = words("") });
    assert_string_equal(ended(), "{\"db\": 0, \"key\": \"a\\\\x0ab\", "
                                 "\"key_base64\": \"YQpi\", "
                                 "\"type\": \"string\", \"value\": \"\"}\n");

    /* A name of which only the beginning is held. */
    key = key_of(TYPE_STRING, "abc");
    key.name_size = 9000000;
    begin(&key);
    item((struct item) { .kind = ITEM_VALUE, .text = words("v") });
    assert_string_equal(ended(), "{\"db\": 0, \"key\": \"abc\", "
                                 "\"key_length\": 9000000, "
                                 "\"type\": \"string\", \"value\": \"v\"}\n");
}

static void
test_hex(void **state)
{
    (void)state;
    struct export_json *hex = export_json_new(&output, BYTES_HEX);
    struct visitor *visitor = export_json_visitor(hex);
    struct key key = key_of(TYPE_STRING, "abc");
    struct item value = { .kind = ITEM_VALUE, .text = words("\xff") };
    visitor->ops->begin(visitor, &key);
    visitor->ops->item(visitor, &value);
    visitor->ops->end(visitor, 0);
    assert_string_equal(line(), "{\"db\": 0, \"key\": \"616263\", "
                                "\"key_base64\": \"YWJj\", "
                                "\"type\": \"string\", \"value\": \"ff\"}\n");
    export_json_free(hex);
}

static void
test_lists_and_sets(void **state)
{
    (void)state;
    struct key key = key_of(TYPE_LIST, "l");
    begin(&key);
    item((struct item) { .kind = ITEM_ELEMENT, .text = words("a") });
    item((struct item) { .kind = ITEM_ELEMENT, .text = words("b") });
    assert_non_null(strstr(ended(), "\"value\": [\"a\", \"b\"]}\n"));

    key = key_of(TYPE_SET, "s");
    begin(&key);
    assert_non_null(strstr(ended(), "\"type\": \"set\", \"value\": []}\n"));
}

static void
test_zset(void **state)
{
    (void)state;
    struct key key = key_of(TYPE_ZSET, "z");
    begin(&key);
    item((struct item) {
        .kind = ITEM_MEMBER, .text = words("a"), .score = 0.1 });
    item((struct item) { .kind = ITEM_MEMBER, .text = words("b"), .score = 3 });
    item((struct item) {
        .kind = ITEM_MEMBER, .text = words("c"), .score = -__builtin_inf() });
    assert_non_null(strstr(ended(),
                           "\"value\": [[\"a\", \"0.1\"], [\"b\", \"3\"], "
                           "[\"c\", \"-inf\"]]}\n"));
}

static void
test_hash(void **state)
{
    (void)state;
    struct key key = key_of(TYPE_HASH, "h");
    key.type_byte = 4;
    begin(&key);
    item((struct item) {
        .kind = ITEM_FIELD, .text = words("f"), .value = words("v") });
    assert_non_null(strstr(ended(), "\"value\": [[\"f\", \"v\"]]}\n"));

    key.type_byte = 25;
    begin(&key);
    item((struct item) {
        .kind = ITEM_FIELD, .text = words("f"), .value = words("v") });
    item((struct item) { .kind = ITEM_FIELD,
                         .text = words("g"),
                         .value = words("w"),
                         .has_expiry = true,
                         .expire_ms = 5 });
    assert_non_null(strstr(
        ended(), "\"value\": [[\"f\", \"v\", null], [\"g\", \"w\", 5]]}\n"));
}

static void
test_parts(void **state)
{
    (void)state;
    struct key key = key_of(TYPE_HASH, "h");
    struct item field = {
        .kind = ITEM_FIELD,
        .text = { .kind = TEXT_PARTS, .size = 4 },
        .value = { .kind = TEXT_PARTS, .size = 2 },
    };
    begin(&key);
    part(field, 0, "ab");
    part(field, 0, "c\xc3");
    part(field, 1, "\xa9");
    part(field, 1, "x");
    item(field);
    field.text = words("k");
    part(field, 1, "v\xc3");
    part(field, 1, "\xa9");
    item(field);
    assert_non_null(strstr(ended(),
                           "\"value\": [[\"abc\\\\xc3\", \"\\\\xa9x\"], "
                           "[\"k\", \"v\xc3\xa9\"]]}\n"));
}

static const struct stream_totals totals = {
    .length = 1,
    .last_id = { 5, 1 },
    .first_id = { 5, 1 },
    .entries_added = UINT64_MAX, /* no number in JSON can hold it */
};

/* One item of every kind, in the order of a walk. */
static const struct item stream_items[] = {
    { .kind = ITEM_ENTRY, .id = { 5, 1 }, .count = 1 },
    { .kind = ITEM_ENTRY_FIELD,
      .text = { TEXT_BYTES, (const unsigned char *)"f", 1, 1, 0 },
      .value = { TEXT_BYTES, (const unsigned char *)"v", 1, 1, 0 } },
    { .kind = ITEM_STREAM, .stream = &totals },
    { .kind = ITEM_GROUP,
      .text = { TEXT_BYTES, (const unsigned char *)"g", 1, 1, 0 },
      .id = { 5, 0 },
      .number = -1 },
    { .kind = ITEM_PENDING, .id = { 5, 1 }, .expire_ms = 99, .number = 2 },
    { .kind = ITEM_CONSUMER,
      .text = { TEXT_BYTES, (const unsigned char *)"c", 1, 1, 0 },
      .seen_ms = 8,
      .active_ms = -1 },
    { .kind = ITEM_CONSUMER_PENDING, .id = { 5, 1 } },
    { .kind = ITEM_CONSUMER,
      .text = { TEXT_BYTES, (const unsigned char *)"d", 1, 1, 0 },
      .seen_ms = 8,
      .active_ms = 9 },
    { .kind = ITEM_NACK, .id = { 6, 0 } },
    { .kind = ITEM_GROUP,
      .text = { TEXT_BYTES, (const unsigned char *)"h", 1, 1, 0 },
      .number = 3 },
    { .kind = ITEM_IDMP, .number = 100, .count = 50 },
    { .kind = ITEM_PRODUCER,
      .text = { TEXT_BYTES, (const unsigned char *)"p", 1, 1, 0 } },
    { .kind = ITEM_IDEMPOTENT,
      .text = { TEXT_BYTES, (const unsigned char *)"i", 1, 1, 0 },
      .id = { 5, 1 } },
    { .kind = ITEM_PRODUCER,
      .text = { TEXT_BYTES, (const unsigned char *)"q", 1, 1, 0 } },
    { .kind = ITEM_IDMP_TOTALS, .number = 4, .count = 1 },
};

enum { STREAM_ITEMS = sizeof(stream_items) / sizeof(stream_items[0]) };

static void
test_stream(void **state)
{
    (void)state;
    struct key key = key_of(TYPE_STREAM, "s");
    begin(&key);
    for (int i = 0; i < STREAM_ITEMS; i++)
        item(stream_items[i]);
    assert_string_equal(
        ended(),
        "{\"db\": 0, \"key\": \"s\", \"type\": \"stream\", \"value\": {"
        "\"entries\": [[\"5-1\", [\"f\", \"v\"]]], \"length\": 1, "
        "\"last_id\": \"5-1\", \"first_id\": \"5-1\", \"max_deleted_id\": "
        "\"0-0\", "
        "\"entries_added\": null, \"groups\": ["
        "{\"name\": \"g\", \"last_id\": \"5-0\", \"entries_read\": null, "
        "\"pending\": [[\"5-1\", 99, 2]], \"consumers\": ["
        "{\"name\": \"c\", \"seen_ms\": 8, \"active_ms\": null, "
        "\"pending\": [\"5-1\"]}, "
        "{\"name\": \"d\", \"seen_ms\": 8, \"active_ms\": 9, \"pending\": "
        "[]}], "
        "\"nacked\": [\"6-0\"]}, "
        "{\"name\": \"h\", \"last_id\": \"0-0\", \"entries_read\": 3, "
        "\"pending\": [], \"consumers\": []}], "
        "\"idmp\": {\"duration_s\": 100, \"max_entries\": 50, \"producers\": ["
        "{\"id\": \"p\", \"iids\": [[\"i\", \"5-1\"]]}, "
        "{\"id\": \"q\", \"iids\": []}], \"added\": 4, \"duplicates\": 1}}}\n");
}

/* Brackets pair up outside strings, and everything is closed at the end. */
static void
assert_balanced(const char *text)
{
    char open[64];
    size_t depth = 0;
    bool inside = false;
    for (; *text != '\n'; text++) {
        if (inside && *text == '\\')
            text++;
        else if (*text == '"')
            inside = !inside;
        else if (!inside && (*text == '[' || *text == '{'))
            open[depth++] = *text == '[' ? ']' : '}';
        else if (!inside && (*text == ']' || *text == '}'))
            assert_int_equal(open[--depth], *text);
    }
    assert_int_equal(depth, 0);
    assert_false(inside);
}

static void
test_aborts(void **state)
{
    (void)state;
    struct key key = key_of(TYPE_STREAM, "s");
    for (int cut = 0; cut <= STREAM_ITEMS; cut++) {
        begin(&key);
        for (int i = 0; i < cut; i++)
            item(stream_items[i]);
        const char *text = aborted();
        assert_non_null(strstr(text, ", \"incomplete\": true}\n"));
        assert_balanced(text);
    }

    key = key_of(TYPE_STRING, "s");
    begin(&key);
    part((struct item) { .kind = ITEM_VALUE }, 0, "half \xe2\x82");
    assert_string_equal(aborted(),
                        "{\"db\": 0, \"key\": \"s\", \"type\": \"string\", "
                        "\"value\": \"half \\\\xe2\\\\x82\", "
                        "\"incomplete\": true}\n");
    begin(&key);
    assert_non_null(
        strstr(aborted(), "\"value\": null, \"incomplete\": true}"));
}

static void
test_array(void **state)
{
    (void)state;
    struct key key = key_of(TYPE_ARRAY, "a");
    begin(&key);
    item((struct item) {
        .kind = ITEM_ARRAY, .count = 2, .has_cursor = true, .number = -2 });
    item((struct item) {
        .kind = ITEM_CELL, .count = UINT64_MAX - 1, .text = words("x") });
    item((struct item) {
        .kind = ITEM_CELL, .count = 7, .is_double = true, .score = 1.5 });
    assert_non_null(strstr(ended(),
                           "\"insert_index\": \"18446744073709551614\", "
                           "\"value\": [[\"18446744073709551614\", \"x\"], "
                           "[\"7\", \"1.5\"]]}\n"));
}

static void
test_module(void **state)
{
    (void)state;
    struct key key = key_of(TYPE_MODULE, "m");
    key.module_name = bytes_of_text("MBbloom--");
    begin(&key);
    item((struct item) { .kind = ITEM_MODULE, .number = 4 });
    item((struct item) { .kind = ITEM_MODULE_UINT, .count = UINT64_MAX });
    item((struct item) { .kind = ITEM_MODULE_INT, .number = INT64_MIN });
    item((struct item) { .kind = ITEM_MODULE_STRING, .text = words("s") });
    item((struct item) { .kind = ITEM_MODULE_DOUBLE, .score = 0.25 });
    assert_string_equal(
        ended(),
        "{\"db\": 0, \"key\": \"m\", \"type\": \"MBbloom--\", \"value\": {"
        "\"module\": \"MBbloom--\", \"version\": 4, \"data\": ["
        "[\"uint\", \"18446744073709551615\"], "
        "[\"int\", \"-9223372036854775808\"], [\"string\", \"s\"], "
        "[\"double\", \"0.25\"]]}}\n");
}

static void
test_cron(void **state)
{
    (void)state;
    struct key key = key_of(TYPE_CRON, "c");
    begin(&key);
    item((struct item) { .kind = ITEM_MODULE_STRING, .text = words("s") });
    item((struct item) { .kind = ITEM_MODULE_INT, .number = 5 });
    item((struct item) { .kind = ITEM_MODULE_INT, .number = 6 });
    item((struct item) { .kind = ITEM_MODULE_UINT, .count = 2 });
    item((struct item) { .kind = ITEM_MODULE_STRING, .text = words("k") });
    item((struct item) { .kind = ITEM_MODULE_STRING, .text = words("l") });
    item((struct item) { .kind = ITEM_MODULE_UINT, .count = 0 });
    assert_non_null(
        strstr(ended(), "\"value\": {\"script\": \"s\", \"start_ms\": 5, "
                        "\"interval_ms\": 6, \"keys\": [\"k\", \"l\"], "
                        "\"arguments\": []}}\n"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_string, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hex, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lists_and_sets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_zset, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_parts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stream, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_aborts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_array, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_module, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cron, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
