/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sizes and counts of nodes are those in the payload of DUMP, ids and lengths
 * those of XINFO STREAM, of a Redis 7.0.15 that was sent the same by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"
#include "keyspace/value-stream.h"
#include "walk-text.h"

#include "value-store.h"

static struct stream_id
id_of(uint64_t ms, uint64_t seq)
{
    return (struct stream_id){ ms, seq };
}

/* Fields and values, by blanks. */
static bool
add(struct value *value, uint64_t ms, uint64_t seq, const char *text)
{
    struct bytes texts[16];
    uint64_t count = 0;
    while (*text != '\0') {
        size_t size = strcspn(text, " ");
        texts[count++] = bytes_of(text, size);
        text += size + strspn(text + size, " ");
    }
    struct stream_draft entry = { .id = id_of(ms, seq),
                                  .texts = texts,
                                  .fields = count / 2 };
    return value_stream_add(&store, value, &entry);
}

static void
add_numbers(struct value *value, uint64_t from, uint64_t to)
{
    char text[32] = "f ";
    for (uint64_t i = from; i <= to; i++) {
        text[2 + number_format_uint64(i, text + 2)] = '\0';
        assert_true(add(value, i, 0, text));
    }
}

static void
assert_id(struct stream_id id, uint64_t ms, uint64_t seq)
{
    assert_int_equal(id.ms, ms);
    assert_int_equal(id.seq, seq);
}

/* The lines of a walk that say what nodes there are. */
static void
assert_nodes(const struct value *value, const char *expected)
{
    struct buffer lines = walk_text(&store, value);
    struct buffer nodes = { .data = NULL };
    const char *line = (const char *)lines.data;
    while (*line != '\0') {
        size_t size = strcspn(line, "\n") + 1;
        if (strncmp(line, "node", 4) == 0)
            buffer_append(&nodes, line, size);
        line += size;
    }
    buffer_append_byte(&nodes, '\0');
    assert_string_equal((const char *)nodes.data, expected);
    buffer_fini(&nodes);
    buffer_fini(&lines);
}

/* --- entries --- */

static struct value
four_entries(void)
{
    struct value value = value_new(TYPE_STREAM);
    assert_true(add(&value, 1, 1, "temp 20 hum 55"));
    assert_true(add(&value, 1, 2, "temp -21 hum high"));
    assert_true(add(&value, 300, 0, "temp 1"));
    assert_true(add(&value, 300, 1, "hum 1 temp 2"));
    return value;
}

static void
test_adding(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_STREAM);
    add(&value, 1, 1, "temp 20 hum 55");
    assert_nodes(&value, "node 1-1 size 38 count 12\n");
    add(&value, 1, 2, "temp -21 hum high");
    assert_nodes(&value, "node 1-1 size 55 count 18\n");
    add(&value, 300, 0, "temp 1");
    assert_nodes(&value, "node 1-1 size 75 count 25\n");
    add(&value, 300, 1, "hum 1 temp 2");
    assert_walk(&store, &value,
                "count 1\n"
                "node 1-1 size 101 count 34\n"
                "entry 1-1 of 2\ntemp=20\nhum=55\n"
                "entry 1-2 of 2\ntemp=-21\nhum=high\n"
                "entry 300-0 of 1\ntemp=1\n"
                "entry 300-1 of 2\nhum=1\ntemp=2\n"
                "stream length 4 last 300-1 first 1-1 deleted 0-0 added 4\n");
    assert_false(add(&value, 300, 1, "f v"));
    assert_false(add(&value, 299, 9, "f v"));
    assert_int_equal(value_stream_state(&value)->length, 4);
    value_fini(&store, &value);
}

static void
test_full_nodes(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_STREAM);
    add_numbers(&value, 1, 250);
    assert_nodes(&value, "node 1-0 size 1018 count 505\n"
                         "node 101-0 size 1091 count 505\n"
                         "node 201-0 size 568 count 255\n");
    value_fini(&store, &value);

    char text[2003] = "f ";
    memset(text + 2, 'x', 2000);
    value = value_new(TYPE_STREAM);
    for (uint64_t ms = 1; ms <= 3; ms++)
        assert_true(add(&value, ms, 0, text));
    assert_nodes(&value, "node 1-0 size 4042 count 15\n"
                         "node 3-0 size 2030 count 10\n");
    value_fini(&store, &value);
}

/* The nodes that a log leads to with limits of 60 bytes and 3 entries. */
static void
assert_rules(struct stream_rules rules, const char *expected)
{
    struct value value = value_new(TYPE_STREAM);
    store.limits.settings.stream = (struct stream_limits){ 60, 3 };
    store.limits.stream_rules = rules;
    add_numbers(&value, 1, 2);
    assert_true(value_stream_remove(&store, &value, id_of(1, 0)));
    add_numbers(&value, 3, 5);
    assert_true(add(&value, 6, 0, "f 123456789012345678901234567890"));
    assert_nodes(&value, expected);
    value_fini(&store, &value);
}

/* What releases did that no server of today does: by hand, from the source of
 * Redis 5.0.5, 5.0.7, 6.0.20 and 6.2.5 (t_stream.c streamAppendItem). */
static void
test_old_rules(void **state)
{
    (void)state;
    assert_rules((struct stream_rules){ .allows_one_more = true,
                                        .ignores_new = true,
                                        .ignores_deleted = true },
                 "node 1-0 size 68 count 30\n"
                 "node 6-0 size 58 count 10\n");
    assert_rules((struct stream_rules){ .ignores_new = true,
                                        .ignores_deleted = true },
                 "node 1-0 size 58 count 25\n"
                 "node 5-0 size 68 count 15\n");
    assert_rules((struct stream_rules){ .ignores_deleted = true },
                 "node 1-0 size 58 count 25\n"
                 "node 5-0 size 68 count 15\n");
    assert_rules((struct stream_rules){ .ignores_new = true },
                 "node 1-0 size 48 count 20\n"
                 "node 4-0 size 78 count 20\n");
    assert_rules((struct stream_rules){ .ignores_new = false },
                 "node 1-0 size 48 count 20\n"
                 "node 4-0 size 38 count 15\n"
                 "node 6-0 size 58 count 10\n");
}

static void
test_removing(void **state)
{
    (void)state;
    struct value value = four_entries();
    struct stream_state *stream = value_stream_state(&value);
    struct stream_id newest;
    assert_true(value_stream_remove(&store, &value, id_of(1, 2)));
    assert_false(value_stream_remove(&store, &value, id_of(1, 2)));
    assert_false(value_stream_has(&value, id_of(1, 2)));
    assert_nodes(&value, "node 1-1 size 101 count 34\n");
    assert_id(stream->first_id, 1, 1);
    assert_id(stream->max_deleted_id, 1, 2);
    assert_true(value_stream_remove(&store, &value, id_of(1, 1)));
    assert_id(stream->first_id, 300, 0);
    assert_id(stream->max_deleted_id, 1, 2);
    assert_true(value_stream_newest(&value, &newest));
    assert_id(newest, 300, 1);
    assert_true(value_stream_remove(&store, &value, id_of(300, 0)));
    assert_true(value_stream_remove(&store, &value, id_of(300, 1)));
    assert_walk(&store, &value,
                "count 0\n"
                "stream length 0 last 300-1 first 0-0 deleted 300-1 "
                "added 4\n");
    assert_false(value_stream_newest(&value, &newest));
    assert_false(value_is_empty(&value));
    value_fini(&store, &value);
}

static void
test_trimming(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_STREAM);
    struct stream_state *stream = value_stream_state(&value);
    add_numbers(&value, 1, 250);
    struct stream_trim trim = { .approximate = true, .most = 120 };
    assert_int_equal(value_stream_trim(&store, &value, &trim), 100);
    assert_nodes(&value, "node 101-0 size 1091 count 505\n"
                         "node 201-0 size 568 count 255\n");
    trim.approximate = false;
    assert_int_equal(value_stream_trim(&store, &value, &trim), 30);
    assert_int_equal(value_stream_trim(&store, &value, &trim), 0);
    assert_nodes(&value, "node 101-0 size 1091 count 505\n"
                         "node 201-0 size 568 count 255\n");
    assert_id(stream->first_id, 131, 0);
    assert_id(stream->max_deleted_id, 0, 0);
    trim = (struct stream_trim){ .by_id = true, .minimum = id_of(205, 0),
                                 .approximate = true };
    assert_int_equal(value_stream_trim(&store, &value, &trim), 70);
    assert_nodes(&value, "node 201-0 size 568 count 255\n");
    trim.approximate = false;
    assert_int_equal(value_stream_trim(&store, &value, &trim), 4);
    assert_int_equal(stream->length, 46);
    value_fini(&store, &value);
}

static void
test_cursor(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_STREAM);
    struct value_stream_cursor cursor;
    struct stream_id id;
    value_stream_seek(&cursor, &value, id_of(0, 0));
    assert_false(value_stream_next(&cursor, &id));
    add_numbers(&value, 5, 250);
    value_stream_remove(&store, &value, id_of(104, 0));
    value_stream_seek(&cursor, &value, id_of(103, 1));
    assert_true(value_stream_next(&cursor, &id));
    assert_id(id, 105, 0);
    value_stream_seek(&cursor, &value, id_of(0, 0));
    uint64_t count = 0;
    while (value_stream_next(&cursor, &id))
        count++;
    assert_int_equal(count, 245);
    assert_id(id, 250, 0);
    value_fini(&store, &value);
}

/* --- groups --- */

static struct stream_group *
add_group(struct value *value, const char *name, struct stream_id last_id)
{
    struct stream_group *group = value_stream_add_group(
        &store, value, bytes_of_text(name), last_id, 1);
    assert_non_null(group);
    return group;
}

static void
give(struct stream_group *group, const char *name, uint64_t ms)
{
    struct stream_consumer *consumer =
        stream_group_consumer(group, bytes_of_text(name));
    if (consumer == NULL)
        consumer = stream_group_add_consumer(&store, group,
                                             bytes_of_text(name), 5);
    struct stream_pending *pending =
        stream_group_add_pending(&store, group, id_of(ms, 0));
    stream_pending_assign(pending, consumer);
    pending->delivered_ms = 1000;
    pending->deliveries = ms;
}

static void
test_groups(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_STREAM);
    struct value copy;
    uint64_t pending;
    struct stream_group *group = add_group(&value, "g", id_of(3, 0));
    add_group(&value, "", id_of(0, 0));
    assert_null(value_stream_add_group(&store, &value, bytes_of_text("g"),
                                       id_of(0, 0), 0));
    give(group, "b", 3);
    give(group, "a", 2);
    give(group, "b", 1);
    static const char walked[] =
        "count 0\nstream length 0 last 0-0 first 0-0 deleted 0-0 added 0\n"
        "group  at 0-0 read 1 pending 0\n"
        "group g at 3-0 read 1 pending 3\n"
        "pending 1-0 since 1000 times 1\n"
        "pending 2-0 since 1000 times 2\n"
        "pending 3-0 since 1000 times 3\n"
        "consumer a of 1\nowns 2-0\n"
        "consumer b of 2\nowns 1-0\nowns 3-0\n";
    assert_walk(&store, &value, walked);
    assert_true(value_copy(&store, &copy, &value));
    give(group, "a", 1);
    assert_true(stream_group_remove_pending(&store, group, id_of(2, 0)));
    assert_true(stream_group_remove_consumer(&store, group,
                                             bytes_of_text("b"), &pending));
    assert_int_equal(pending, 1);
    assert_non_null(stream_group_pending(group, id_of(1, 0)));
    assert_null(stream_group_pending(group, id_of(3, 0)));
    assert_true(
        value_stream_remove_group(&store, &value, bytes_of_text("g")));
    assert_walk(&store, &copy, walked);
    value_fini(&store, &value);
    value_fini(&store, &copy);
}

static void
test_references(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_STREAM);
    add_numbers(&value, 1, 4);
    assert_false(value_stream_is_referenced(&value, id_of(1, 0)));
    struct stream_group *group = add_group(&value, "g", id_of(3, 0));
    give(group, "a", 2);
    assert_false(value_stream_is_referenced(&value, id_of(1, 0)));
    assert_true(value_stream_is_referenced(&value, id_of(2, 0)));
    assert_true(value_stream_is_referenced(&value, id_of(4, 0)));
    struct stream_trim trim = { .references = REFERENCES_ACKED };
    assert_int_equal(value_stream_trim(&store, &value, &trim), 2);
    assert_true(value_stream_has(&value, id_of(2, 0)));
    assert_true(value_stream_has(&value, id_of(4, 0)));
    trim.references = REFERENCES_DROP;
    assert_int_equal(value_stream_trim(&store, &value, &trim), 2);
    assert_null(stream_group_pending(group, id_of(2, 0)));
    assert_nodes(&value, "");
    value_fini(&store, &value);
}

static void
test_nacks(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_STREAM);
    struct stream_group *group = add_group(&value, "g", id_of(3, 0));
    give(group, "a", 2);
    give(group, "a", 7);
    assert_int_equal(value_type_byte(&value), 21);
    stream_pending_assign(stream_group_pending(group, id_of(2, 0)), NULL);
    assert_int_equal(value_type_byte(&value), 27);
    assert_walk(&store, &value,
                "count 0\n"
                "stream length 0 last 0-0 first 0-0 deleted 0-0 added 0\n"
                "group g at 3-0 read 1 pending 2\n"
                "pending 2-0 since 1000 times 2\n"
                "pending 7-0 since 1000 times 7\n"
                "consumer a of 1\nowns 7-0\nnobody owns 2-0\n"
                "idmp 100 s, 100\niids 0 duplicates 0\n");
    value_fini(&store, &value);
}

/* --- idempotent producers --- */

static void
test_producers(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_STREAM);
    struct value copy;
    struct stream_id id;
    static const char names[] = "abc";
    struct bytes p = bytes_of_text("p");
    value_stream_state(&value)->idmp_entries = 2;
    for (uint64_t i = 0; i < 3; i++)
        assert_true(value_stream_add_iid(&store, &value, p,
                                         bytes_of(names + i, 1),
                                         id_of(i, 7)));
    assert_int_equal(value_type_byte(&value), 26);
    assert_false(value_stream_find_iid(&store, &value, p,
                                       bytes_of_text("a"), &id));
    assert_true(value_stream_find_iid(&store, &value, p, bytes_of_text("c"),
                                      &id));
    assert_id(id, 2, 7);
    assert_true(value_copy(&store, &copy, &value));
    value_stream_clear_iids(&store, &value);
    value_fini(&store, &value);
    assert_walk(&store, &copy,
                "count 0\n"
                "stream length 0 last 0-0 first 0-0 deleted 0-0 added 0\n"
                "idmp 100 s, 2\nproducer p of 2\niid b is 1-7\n"
                "iid c is 2-7\niids 3 duplicates 0\n");
    value_fini(&store, &copy);
}

/* --- loading --- */

/* Some of the four entries, as a dump of them is walked. */
static bool
load(struct value *value, uint64_t ms, uint64_t seq, bool is_deleted,
     uint64_t fields)
{
    const struct bytes texts[] = { bytes_of_text("temp"), bytes_of_text("20"),
                                   bytes_of_text("hum"), bytes_of_text("55") };
    const struct stream_draft entry = { .id = id_of(ms, seq),
                                        .is_deleted = is_deleted,
                                        .texts = texts,
                                        .fields = fields };
    return value_stream_load_entry(&store, value, &entry);
}

static void
test_loading(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_STREAM);
    assert_false(load(&value, 1, 1, false, 2));
    value_stream_load_node(&store, &value, id_of(1, 1));
    assert_true(load(&value, 1, 1, true, 2));
    assert_true(load(&value, 1, 2, false, 2));
    assert_true(load(&value, 300, 0, false, 1));
    assert_nodes(&value, "node 1-1 size 70 count 25\n");
    value_stream_load_node(&store, &value, id_of(1, 1));
    assert_false(load(&value, 1, 1, false, 2));
    assert_false(value_stream_has(&value, id_of(1, 1)));
    assert_int_equal(value_stream_state(&value)->length, 0);
    value_stream_state(&value)->length = 1;
    assert_true(value_stream_remove(&store, &value, id_of(1, 2)));
    assert_nodes(&value, "node 1-1 size 70 count 25\n");
    assert_true(value_stream_remove(&store, &value, id_of(300, 0)));
    assert_nodes(&value, "");
    value_fini(&store, &value);
}

static void
test_limit(void **state)
{
    (void)state;
    struct value value = value_new(TYPE_STREAM);
    struct value copy;
    add_numbers(&value, 1, 3);
    store.pool.limit = pool_bytes(&store.pool);
    assert_false(value_copy(&store, &copy, &value));
    assert_false(add(&value, 9, 9, "f v"));
    assert_null(value_stream_add_group(&store, &value, bytes_of_text("g"),
                                       id_of(0, 0), 0));
    assert_int_equal(value_stream_state(&value)->length, 3);
    value_fini(&store, &value);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_adding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_nodes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_old_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_removing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_trimming, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cursor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_groups, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_references, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nacks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_producers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_loading, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limit, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
