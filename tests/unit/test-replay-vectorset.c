/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is expected is what Redis 8.6.3 had in memory, or answered, after the
 * same commands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/value-module.h"
#include "keyspace/value-vectorset.h"
#include "replay-text.h"

/* Runs a command that a server has no objection to. */
static void
works(const char *line)
{
    uint64_t errors = replay_facts(replay)->errors;
    size_t gaps = replay_facts(replay)->gap_count;
    run(line);
    assert_int_equal(replay_facts(replay)->errors, errors);
    assert_int_equal(replay_facts(replay)->gap_count, gaps);
}

static const struct value *
value_of(const char *key)
{
    const struct entry *entry = entry_of(key);
    assert_non_null(entry);
    assert_int_equal(entry_type(entry), TYPE_VECTORSET);
    return &entry->value;
}

static struct vectorset_element
element_of(const char *key, const char *name)
{
    struct vectorset_element element;
    assert_true(value_vectorset_get(keyspace_store(keyspace), value_of(key),
                                    bytes_of_text(name), &element));
    assert_true(element.is_drawn);
    return element;
}

static void
expect_vector(const char *key, const char *name, const char *bytes)
{
    struct vectorset_element element = element_of(key, name);
    assert_memory_equal(
        element.vector.bytes, bytes,
        vector_size(&value_vectorset_form(value_of(key))->vector));
}

static void
expect_attribute(const char *key, const char *name, const char *attribute)
{
    struct bytes found = element_of(key, name).attribute;
    assert_int_equal(found.size, strlen(attribute));
    if (found.size > 0)
        assert_memory_equal(found.data, attribute, found.size);
}

static void
expect_form(const char *key, uint64_t count, uint32_t dimension,
            uint32_t input, enum vector_quant quant, uint32_t links)
{
    const struct vectorset_form *form = value_vectorset_form(value_of(key));
    assert_int_equal(value_vectorset_count(value_of(key)), count);
    assert_int_equal(form->vector.dimension, dimension);
    assert_int_equal(form->vector.quant, quant);
    assert_int_equal(form->input, input);
    assert_int_equal(form->links_most, links);
}

static void
test_vectors(void **state)
{
    (void)state;
    works("VADD k VALUES 5 0.1 0.2 -0.3 0.4 0.5 b");
    works("vadd k fp32 \"\\x00\\x00\\x80\\x3f\\x00\\x00\\x20\\xc0\\x9a\\x99"
          "\\x99\\x3e\\x00\\x00\\x7a\\x45\\x42\\x60\\xe5\\xbb\" a EF 7 q8");
    expect_form("k", 2, 5, 0, VECTOR_Q8, 16);
    expect_vector("k", "b", "\x19\x33\xb4\x66\x7f");
    expect_vector("k", "a", "\x00\x00\x00\x7f\x00");
    works("VADD f VALUES 5 0.1 0.2 -0.3 0.4 0.5 b NOQUANT M 8");
    expect_form("f", 1, 5, 0, VECTOR_F32, 8);
    expect_vector("f", "b",
                  "\x7d\x13\x0a\x3e\x7d\x13\x8a\x3e\x3c\x1d\xcf\xbe\x7d\x13"
                  "\x0a\x3f\x5c\x98\x2c\x3f");
    works("VADD bin VALUES 9 1 -2.5 .3 4e3 -.007 0 -0 1e-30 7 a BIN");
    expect_form("bin", 1, 9, 0, VECTOR_BIN, 16);
    expect_vector("bin", "a", "\x8d\x01\0\0\0\0\0\0");
    works("VADD red REDUCE 3 VALUES 5 0.1 0.2 -0.3 0.4 0.5 b");
    expect_form("red", 1, 3, 5, VECTOR_Q8, 16);
    expect_vector("red", "b", "\x7f\xd6\x63");
}

static void
test_attributes(void **state)
{
    (void)state;
    works("VADD k VALUES 2 1 0 a SETATTR {\"n\":1} CAS");
    works("VADD k VALUES 2 1 1 b SETATTR x SETATTR y");
    works("VADD k VALUES 2 1 1 c SETATTR \"\"");
    expect_attribute("k", "a", "{\"n\":1}");
    expect_attribute("k", "b", "y");
    expect_attribute("k", "c", "");
    works("VADD k VALUES 2 0 1 a");
    expect_attribute("k", "a", "{\"n\":1}");
    expect_vector("k", "a", "\x00\x7f");
    works("VADD k VALUES 2 0 1 a SETATTR \"\"");
    expect_attribute("k", "a", "");
    works("VSETATTR k a new");
    works("VSETATTR k b \"\"");
    works("VSETATTR k none x");
    works("VSETATTR none a x");
    expect_attribute("k", "a", "new");
    expect_attribute("k", "b", "");
    assert_int_equal(value_vectorset_count(value_of("k")), 3);
    assert_null(entry_of("none"));
}

static void
test_removing(void **state)
{
    (void)state;
    works("VADD k VALUES 1 1 a");
    works("VADD k VALUES 1 2 b SETATTR x");
    works("VREM k none");
    works("VREM none a");
    works("VREM k b");
    assert_int_equal(value_vectorset_count(value_of("k")), 1);
    works("COPY k l");
    works("VREM k a");
    assert_null(entry_of("k"));
    expect_vector("l", "a", "\x7f");
    works("VADD k VALUES 3 1 2 3 a BIN");
    expect_form("k", 1, 3, 0, VECTOR_BIN, 16);
}

static void
test_errors(void **state)
{
    (void)state;
    run_error("VADD k VALUES 2 1 a");
    run_error("VADD k VALUES 2 1 x a");
    run_error("VADD k VALUES 2 1 nan a");
    run_error("VADD k VALUES 0 a");
    run_error("VADD k VALUES 2 1 2");
    run_error("VADD k FP32 abc a");
    run_error("VADD k FP32 \"\" a");
    run_error("VADD k FP16 abcd a");
    run_error("VADD k REDUCE 0 VALUES 2 1 1 a");
    run_error("VADD k REDUCE 1 a");
    run_error("VADD k VALUES 1 1 a EF 0");
    run_error("VADD k VALUES 1 1 a M 3");
    run_error("VADD k VALUES 1 1 a M 4097");
    run_error("VADD k VALUES 1 1 a M");
    run_error("VADD k VALUES 1 1 a COLOUR blue");
    assert_null(entry_of("k"));
    works("VADD k VALUES 2 1 1 a");
    run_error("VADD k VALUES 3 1 1 1 b");
    run_error("VADD k VALUES 2 1 1 b BIN");
    run_error("VADD k VALUES 2 1 1 b M 8");
    run_error("VADD k REDUCE 2 VALUES 2 1 1 b");
    works("VADD r REDUCE 2 VALUES 3 1 1 1 a");
    run_error("VADD r VALUES 2 1 1 b");
    run_error("VADD r REDUCE 2 VALUES 4 1 1 1 1 b");
    run_error("VADD r REDUCE 1 VALUES 3 1 1 1 b");
    expect_form("k", 1, 2, 0, VECTOR_Q8, 16);
    expect_form("r", 1, 2, 3, VECTOR_Q8, 16);
    works("SET s v");
    run_error("VADD s VALUES 2 1 1 b");
    run_error("VREM s a");
    run_error("VSETATTR s a x");
    run_error("SADD k x");
}

/* Redis 8.0 had no limit. */
static void
test_beyond(void **state)
{
    (void)state;
    works("VADD k VALUES 2 1 1 a");
    run("VADD k REDUCE 65537 VALUES 2 1 1 b");
    assert_int_equal(replay_facts(replay)->gap_count, 1);
    assert_true(entry_is_uncertain(entry_of("k")));
}

/* --- sets of a dump --- */

static void
put_number(struct value *value, uint64_t number)
{
    struct item item = { .kind = ITEM_MODULE_UINT, .count = number };
    assert_true(value_module_add(keyspace_store(keyspace), value, &item));
}

static void
put_string(struct value *value, const char *text)
{
    struct item item = { .kind = ITEM_MODULE_STRING };
    item.text = text_of_bytes((const unsigned char *)text, strlen(text));
    assert_true(value_module_add(keyspace_store(keyspace), value, &item));
}

/* A node of these layers with a link on the lowest to each id but its own. */
static void
put_node(struct value *value, const char *name, uint64_t version,
         uint64_t layers)
{
    put_string(value, name);
    put_string(value, "\x7f\x01");
    put_number(value, 3 + (2 + version) * layers + 1);
    put_number(value, (uint64_t)name[0]);
    put_number(value, (layers - 1) | version << 24);
    for (uint64_t i = 0; i < layers; i++) {
        put_number(value, i == 0);
        put_number(value, i == 0 ? 32 : 16);
        if (i == 0)
            put_number(value, (uint64_t)('a' + 'b' - name[0]));
        if (version > 0)
            put_number(value, 0);
    }
    put_number(value, UINT64_C(0x3f80000040a00000));
}

/* The key k is a set of a and b, whose head says that it has so many, in
 * that form of nodes. */
static void
load_dump(uint64_t elements, uint64_t version)
{
    struct value value;
    struct item head = { .kind = ITEM_MODULE };
    value_init(keyspace_store(keyspace), &value, TYPE_VECTORSET);
    value_module_set_origin(keyspace_store(keyspace), &value,
                            BYTES_LITERAL("vectorset"), 7);
    assert_true(value_module_add(keyspace_store(keyspace), &value, &head));
    put_number(&value, 2);
    put_number(&value, elements);
    put_number(&value, VECTOR_Q8 | 16 << 8);
    put_number(&value, 0);
    put_node(&value, "a", version, 3);
    put_node(&value, "b", version, 1);
    assert_non_null(keyspace_set(keyspace, 0, BYTES_LITERAL("k"), &value,
                                 false));
}

static void
test_dumps(void **state)
{
    struct vectorset_element element;
    (void)state;
    for (uint64_t version = 0; version < 2; version++) {
        load_dump(2, version);
        works("VSETATTR k b new");
        expect_form("k", 2, 2, 0, VECTOR_Q8, 16);
        assert_true(value_vectorset_get(keyspace_store(keyspace),
                                        value_of("k"), BYTES_LITERAL("a"),
                                        &element));
        assert_int_equal(element.level, 2);
        assert_false(element.is_drawn);
        assert_memory_equal(element.vector.bytes, "\x7f\x01", 2);
        works("VREM k a");
        works("VADD k VALUES 2 1 1 b");
        expect_attribute("k", "b", "new");
        works("VREM k b");
        assert_null(entry_of("k"));
    }
}

/* A dump of an unknown version, or one that ends too early or too late. */
static void
test_strange_dumps(void **state)
{
    static const uint64_t strange[][2] = { { 2, 2 }, { 3, 1 }, { 1, 1 } };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        load_dump(strange[i][0], strange[i][1]);
        run("VREM k a");
        assert_int_equal(replay_facts(replay)->gap_count, 1);
        assert_int_equal(replay_facts(replay)->gaps[0].count, i + 1);
        assert_true(entry_is_uncertain(entry_of("k")));
        assert_int_equal(value_of("k")->form, VECTORSET_DUMP);
    }
}

/* --- what a walk hands out --- */

struct listing {
    struct visitor visitor;
    char text[2000];
    size_t size;
    uint64_t parts; /* bytes of them */
};

static void
list_part(struct visitor *visitor, const struct item *item, int which,
          struct bytes part)
{
    struct listing *listing = (struct listing *)visitor;
    assert_int_equal(item->kind, ITEM_MODULE_STRING);
    assert_int_equal(which, 0);
    listing->parts += part.size;
}

static void
list_item(struct visitor *visitor, const struct item *item)
{
    struct listing *listing = (struct listing *)visitor;
    char *at = listing->text + listing->size;
    size_t room = sizeof(listing->text) - listing->size;
    int size;
    if (item->kind == ITEM_MODULE_UINT)
        size = snprintf(at, room, "%llu%s ", (unsigned long long)item->count,
                        item->is_drawn ? "!" : "");
    else if (item->kind == ITEM_MODULE_STRING && item->text.size < 10)
        size = snprintf(at, room, "[%.*s] ", (int)item->text.held,
                        (const char *)item->text.data);
    else
        size = snprintf(at, room, "(%llu) ",
                        (unsigned long long)item->text.size);
    assert_true(size > 0 && (size_t)size < room);
    listing->size += (size_t)size;
}

static struct listing
list(const char *key, unsigned wants)
{
    static const struct visitor_ops ops = { .text = list_part,
                                            .item = list_item };
    struct listing listing = { .visitor = { &ops, wants } };
    value_walk(keyspace_store(keyspace), value_of(key), &listing.visitor);
    return listing;
}

/* The names are such that both are on the lowest layer only.  The last number
 * of each is a range of 1, 0x3f800000, above a length of 5, 0x40a00000. */
static void
test_walk(void **state)
{
    (void)state;
    works("VADD k VALUES 1 5 a");
    works("VADD k VALUES 1 5 b SETATTR x");
    const char *head = "(0) 1 2 4097 2 ";
    const char *bare = "[a] [] [\x7f] 5 1 0! 0 32 4575657222492651520 "
                       "[b] [x] [\x7f] 5 2 0! 0 32 4575657222492651520 ";
    const char *linked = "[a] [] [\x7f] 6 1 0! 1 32 2 4575657222492651520 "
                         "[b] [x] [\x7f] 6 2 0! 1 32 1 4575657222492651520 ";
    struct listing listing = list("k", WANT_ITEMS);
    assert_memory_equal(listing.text, head, strlen(head));
    assert_string_equal(listing.text + strlen(head), bare);
    listing = list("k", WANT_ITEMS | WANT_BYTES);
    assert_string_equal(listing.text + strlen(head), linked);
    listing = list("k", WANT_ITEMS | WANT_BYTES | WANT_LINKS);
    assert_string_equal(listing.text + strlen(head), linked);
    works("VSETATTR k b \"\"");
    listing = list("k", WANT_ITEMS | WANT_BYTES);
    assert_string_equal(listing.text,
                        "(0) 1 2 4097 0 "
                        "[a] [\x7f] 6 1 0! 1 32 2 4575657222492651520 "
                        "[b] [\x7f] 6 2 0! 1 32 1 4575657222492651520 ");
}

/* 300 floats of 20 rows are 24000 bytes. */
static void
test_long_matrix(void **state)
{
    char line[2000] = "VADD k REDUCE 20 VALUES 300";
    const char *head = "(0) 20 1 4097 1 300 (24000) [e] ";
    (void)state;
    for (size_t i = 0; i < 300; i++)
        strcat(line, " 1");
    works(strcat(line, " e"));
    struct listing listing = list("k", WANT_ITEMS | WANT_BYTES);
    assert_memory_equal(listing.text, head, strlen(head));
    assert_int_equal(listing.parts, 24000);
    listing = list("k", WANT_ITEMS | WANT_HEADS);
    assert_memory_equal(listing.text, head, strlen(head));
    assert_int_equal(listing.parts, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_vectors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_attributes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_removing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beyond, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dumps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strange_dumps, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_walk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_matrix, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
