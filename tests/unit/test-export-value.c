/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Values that are too large to be held, written and read again; the small ones
 * are for run-convert.tap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "export/export-value.h"
#include "rdb/rdb-payload.h"

enum { HUGE_TEXT = 2 * SPOOL_HELD + 4321, PART = 60000, FOOTER = 10 };
enum { FIELDS = SPOOL_HELD / 16 + 1000 }; /* more than one spool holds */

static const int64_t field_epoch = INT64_C(1795161977443);

static unsigned char
byte_at(uint64_t offset)
{
    return (unsigned char)(offset * 31 ^ offset >> 9);
}

/* Of the fields of one hash, the first of which is not the first to go. */
static int64_t
expiry_at(unsigned field)
{
    return field_epoch + (int64_t)(field * 7919 % 100003);
}

/* --- a visitor that compares what comes with that --- */

struct reading {
    struct visitor visitor;
    unsigned items[ITEM_COUNT];
    uint64_t at;   /* in the huge text */
    unsigned huge; /* how many of them */
    unsigned expiring; /* fields */
    bool ended;
};

static void
on_begin(struct visitor *self, const struct key *key)
{
    (void)self;
    (void)key;
}

static bool
on_node(struct visitor *self, const struct node *node)
{
    (void)self;
    (void)node;
    return true;
}

static void
on_count(struct visitor *self, uint64_t count)
{
    (void)self;
    (void)count;
}

static void
on_text(struct visitor *self, const struct item *item, int which,
        struct bytes part)
{
    struct reading *reading = (struct reading *)self;
    (void)item;
    (void)which;
    for (size_t i = 0; i < part.size; i++)
        if (part.data[i] != byte_at(reading->at + i))
            fail_msg("byte %llu", (unsigned long long)(reading->at + i));
    reading->at += part.size;
}

static void
on_item(struct visitor *self, const struct item *item)
{
    struct reading *reading = (struct reading *)self;
    unsigned number = reading->items[item->kind]++;
    if (item->has_expiry) {
        assert_int_equal(item->expire_ms, expiry_at(number));
        reading->expiring++;
    }
    if (reading->at == 0)
        return;
    assert_int_equal(reading->at, HUGE_TEXT);
    reading->at = 0;
    reading->huge++;
}

static void
on_end(struct visitor *self, uint64_t serialized)
{
    (void)serialized;
    ((struct reading *)self)->ended = true;
}

static void
on_abort(struct visitor *self)
{
    (void)self;
    fail_msg("what was written cannot be read");
}

static const struct visitor_ops reading_ops = {
    on_begin, on_node, on_count, on_text, on_item, on_end, on_abort
};

/* --- writing --- */

static void
write_parts(struct visitor *to, struct item *item, int which)
{
    struct text *text = which ? &item->value : &item->text;
    unsigned char part[PART];
    *text = (struct text){ .kind = TEXT_PARTS, .size = HUGE_TEXT };
    for (uint64_t at = 0; at < HUGE_TEXT; at += PART) {
        size_t size = HUGE_TEXT - at < PART ? (size_t)(HUGE_TEXT - at) : PART;
        for (size_t i = 0; i < size; i++)
            part[i] = byte_at(at + i);
        to->ops->text(to, item, which, bytes_of(part, size));
    }
}

static void
append(void *context, struct bytes bytes)
{
    struct buffer *buffer = context;
    buffer_append(buffer, bytes.data, bytes.size);
}

static struct text
text_of(const char *text)
{
    return text_of_bytes((const unsigned char *)text, strlen(text));
}

typedef void write_function(struct visitor *to);

/* Adds what a value is in a version: its type, and what stands behind a key. */
static void
write_value(enum type type, unsigned char byte, int version,
            write_function *write, struct buffer *bytes)
{
    struct error error = { .kind = ERROR_NONE };
    struct export_target target;
    struct export_value value;
    struct key key = { .type = type, .type_byte = byte };
    assert_true(target_of_version(version, &target));
    export_value_init(&value, &target, &error);
    value.visitor.ops->begin(&value.visitor, &key);
    write(&value.visitor);
    value.visitor.ops->end(&value.visitor, 0);
    assert_null(value.refusal);
    buffer_append_byte(bytes, value.type);
    export_value_each(&value, append, bytes);
    assert_int_equal(error.kind, ERROR_NONE);
    export_value_fini(&value);
}

/* Writes a value for a version and reads it again. */
static void
check(enum type type, unsigned char byte, int version, write_function *write,
      struct reading *reading)
{
    static const unsigned char no_footer[FOOTER];
    struct buffer bytes = { NULL, 0, 0 };
    struct rdb_payload *payload = rdb_payload_new();
    write_value(type, byte, version, write, &bytes);
    buffer_append(&bytes, no_footer, FOOTER);
    bytes.data[bytes.size - FOOTER] = (unsigned char)version;

    *reading = (struct reading){
        .visitor = { &reading_ops, WANT_ITEMS | WANT_BYTES },
    };
    assert_int_equal(rdb_payload_walk(payload, buffer_bytes(&bytes),
                                      &reading->visitor),
                     STATUS_OK);
    assert_true(reading->ended);
    rdb_payload_free(payload);
    buffer_fini(&bytes);
}

static void
write_list(struct visitor *to)
{
    struct node node = { .kind = NODE_ZIPLIST };
    struct item small = { .kind = ITEM_ELEMENT, .text = text_of("small") };
    struct item huge = { .kind = ITEM_ELEMENT };
    to->ops->node(to, &node);
    to->ops->item(to, &small);
    write_parts(to, &huge, 0);
    to->ops->item(to, &huge);
    to->ops->node(to, &node);
    to->ops->item(to, &small);
}

static void
test_list(void **state)
{
    static const int versions[] = { 6, 9, 11 };
    struct reading reading;
    (void)state;
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        check(TYPE_LIST, 14, versions[i], write_list, &reading);
        assert_int_equal(reading.items[ITEM_ELEMENT], 3);
        assert_int_equal(reading.huge, 1);
    }
}

static void
write_hash(struct visitor *to)
{
    struct item item = { .kind = ITEM_FIELD, .text = text_of("field") };
    write_parts(to, &item, 1);
    to->ops->item(to, &item);
    item = (struct item){ .kind = ITEM_FIELD, .value = text_of("value") };
    write_parts(to, &item, 0);
    to->ops->item(to, &item);
}

static void
test_hash(void **state)
{
    struct reading reading;
    (void)state;
    check(TYPE_HASH, 4, 11, write_hash, &reading);
    assert_int_equal(reading.items[ITEM_FIELD], 2);
    assert_int_equal(reading.huge, 2);
}

static void
write_field(struct visitor *to, const char *name, int64_t number, int64_t ms)
{
    struct item item = { .kind = ITEM_FIELD, .text = text_of(name),
                         .value = text_of_integer(number) };
    item.has_expiry = ms != 0;
    item.expire_ms = ms;
    to->ops->item(to, &item);
}

static void
write_expiring(struct visitor *to)
{
    write_field(to, "a", 1, field_epoch + 99);
    write_field(to, "b", 2, 0);
    write_field(to, "c", 3, field_epoch);
}

/* The smallest expiry, how many fields, and of each the distance from it and
 * one more, or 0 (rdb.c of Redis 8.6). */
static void
test_expiring_hash(void **state)
{
    static const unsigned char wanted[] =
        "\30\x63\xf2\xfd\xf7\xa1\1\0\0\3"
        "\x40\x64\1a\xc0\1" "\0\1b\xc0\2" "\1\1c\xc0\3";
    struct buffer bytes = { NULL, 0, 0 };
    (void)state;
    write_value(TYPE_HASH, 24, 12, write_expiring, &bytes);
    assert_int_equal(bytes.size, sizeof(wanted) - 1);
    assert_memory_equal(bytes.data, wanted, bytes.size);
    buffer_fini(&bytes);
}

static void
write_many_fields(struct visitor *to)
{
    char name[32];
    for (unsigned i = 0; i < FIELDS; i++) {
        (void)snprintf(name, sizeof(name), "field:%09u", i);
        write_field(to, name, i, i % 5 == 4 ? 0 : expiry_at(i));
    }
}

static void
test_expiring_large_hash(void **state)
{
    struct reading reading;
    (void)state;
    check(TYPE_HASH, 24, 12, write_many_fields, &reading);
    assert_int_equal(reading.items[ITEM_FIELD], FIELDS);
    assert_int_equal(reading.expiring, FIELDS - FIELDS / 5);
}

static void
write_entry(struct visitor *to, uint64_t ms, const char *name,
            bool is_deleted)
{
    struct item entry = { .kind = ITEM_ENTRY, .id = { ms, 0 }, .count = 2,
                          .is_deleted = is_deleted };
    struct item small = { .kind = ITEM_ENTRY_FIELD, .text = text_of("a"),
                          .value = text_of("1") };
    struct item huge = { .kind = ITEM_ENTRY_FIELD, .text = text_of(name) };
    to->ops->item(to, &entry);
    to->ops->item(to, &small);
    write_parts(to, &huge, 1);
    to->ops->item(to, &huge);
}

static void
write_stream(struct visitor *to)
{
    struct stream_totals totals = { .length = 3, .last_id = { 9, 0 } };
    struct item last = { .kind = ITEM_STREAM, .stream = &totals };
    struct node node = { .kind = NODE_LISTPACK, .in_stream = true,
                         .id = { 5, 0 } };
    to->ops->node(to, &node);
    write_entry(to, 5, "b", false);
    write_entry(to, 6, "b", true);
    write_entry(to, 7, "b", false);
    write_entry(to, 9, "other", false);
    to->ops->item(to, &last);
}

/* The tombstone is passed over by who does not want it. */
static void
test_stream(void **state)
{
    struct reading reading;
    (void)state;
    check(TYPE_STREAM, 21, 11, write_stream, &reading);
    assert_int_equal(reading.items[ITEM_ENTRY], 3);
    assert_int_equal(reading.items[ITEM_ENTRY_FIELD], 6);
    assert_int_equal(reading.items[ITEM_STREAM], 1);
    assert_int_equal(reading.huge, 3);
}

static void
test_target(void **state)
{
    struct export_target target;
    (void)state;
    assert_false(target_of_version(0, &target));
    assert_false(target_of_version(17, &target));
    assert_true(target_of_version(80, &target));
    assert_int_equal(target.dialect, RDB_VALKEY);
    static const struct {
        const char *server;
        int version; /* RDB_VERSION of its rdb.h */
    } servers[] = {
        { "redis-2.8", 6 },  { "redis-3.2", 7 },   { "redis-4.0", 8 },
        { "redis-6.2", 9 },  { "redis-7.0", 10 },  { "redis-7.2", 11 },
        { "redis-8.4", 12 }, { "redis-8.6", 13 },  { "valkey-8.1", 11 },
        { "valkey-9.1", 80 },
    };
    for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
        target = target_of_server(
            servers_find(bytes_of_text(servers[i].server)));
        assert_int_equal(target.version, servers[i].version);
    }
}

/* Types as files have them (rdb.h of Redis 8.6 and Valkey 9.1). */
static void
test_target_may_refuse(void **state)
{
    static const struct {
        int version;
        enum type type;
        unsigned char byte;
        bool may_refuse;
    } rows[] = {
        { 7, TYPE_STRING, 0, true },  { 8, TYPE_STRING, 0, false },
        { 9, TYPE_HASH, 16, false },  { 9, TYPE_HASH, 24, true },
        { 80, TYPE_HASH, 22, true },  { 8, TYPE_STREAM, 15, true },
        { 9, TYPE_STREAM, 21, false }, { 12, TYPE_STREAM, 26, true },
        { 13, TYPE_ARRAY, 28, true }, { 14, TYPE_ARRAY, 28, false },
        { 80, TYPE_VECTORSET, 7, true }, { 13, TYPE_VECTORSET, 7, false },
        { 9, TYPE_MODULE, 7, false }, { 9, TYPE_CRON, 64, true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct key key = { .type = rows[i].type,
                                 .type_byte = rows[i].byte };
        struct export_target target;
        assert_true(target_of_version(rows[i].version, &target));
        assert_int_equal(target_may_refuse(&target, &key),
                         rows[i].may_refuse);
    }
}

static void
test_target_key_refusal(void **state)
{
    static const struct {
        int version;
        int64_t expire_ms;
        bool is_refused;
    } rows[] = {
        { 2, 1600000000000, false },  { 2, 1600000000001, true },
        { 2, 2147483647000, false },  { 2, 2147483648000, true },
        { 2, -2147483648000, false }, { 2, -2147483649000, true },
        { 3, 2147483648001, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct key key = { .has_expiry = true,
                                 .expire_ms = rows[i].expire_ms };
        struct export_target target;
        assert_true(target_of_version(rows[i].version, &target));
        assert_int_equal(target_key_refusal(&target, &key) != NULL,
                         rows[i].is_refused);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_expiring_hash),
        cmocka_unit_test(test_expiring_large_hash),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_target),
        cmocka_unit_test(test_target_may_refuse),
        cmocka_unit_test(test_target_key_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
