/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lists against a plain array that the same is done to, with limits so small
 * that nodes fill, split and join all the time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keyspace/list-place.h"
#include "value-store.h"

enum { MODEL_MOST = 400, STEPS = 2000, TEXT_MOST = 40 };

struct model {
    char texts[MODEL_MOST][TEXT_MOST];
    size_t count;
};

/* Numbers, texts, and now and then a large one. */
static void
draw_text(char text[TEXT_MOST])
{
    uint32_t number = draw(12);
    if (number < 6)
        (void)snprintf(text, TEXT_MOST, "%d", (int)number - 3);
    else if (number < 11)
        (void)snprintf(text, TEXT_MOST, "element-%u", number);
    else
        (void)snprintf(text, TEXT_MOST, "a large one of many bytes: %u",
                       draw(3));
}

static void
model_insert(struct model *model, size_t at, const char *text)
{
    memmove(model->texts[at + 1], model->texts[at],
            (model->count - at) * TEXT_MOST);
    (void)snprintf(model->texts[at], TEXT_MOST, "%s", text);
    model->count++;
}

static void
model_remove(struct model *model, size_t at)
{
    model->count--;
    memmove(model->texts[at], model->texts[at + 1],
            (model->count - at) * TEXT_MOST);
}

static void
assert_same(const struct value *value, const struct model *model)
{
    char room[TEXT_DIGITS];
    struct bytes element;
    struct value_list_cursor cursor;
    assert_int_equal(value_list_count(value), model->count);
    value_list_begin(&cursor, value);
    for (size_t i = 0; i < model->count; i++) {
        assert_true(value_list_next(&cursor, room, &element));
        assert_true(bytes_equal(element, bytes_of_text(model->texts[i])));
    }
    assert_false(value_list_next(&cursor, room, &element));
    for (int i = 0; i < 2 && model->count > 0; i++) {
        size_t at = draw((uint32_t)model->count);
        int64_t index =
            i == 0 ? (int64_t)at : (int64_t)at - (int64_t)model->count;
        assert_true(value_list_get(value, index, room, &element));
        assert_true(bytes_equal(element, bytes_of_text(model->texts[at])));
    }
}

static void
do_push(struct value *value, struct model *model)
{
    char text[TEXT_MOST];
    bool head = draw(2) == 0;
    draw_text(text);
    assert_true(value_list_push(&store, value, head ? LIST_HEAD : LIST_TAIL,
                                bytes_of_text(text)));
    model_insert(model, head ? 0 : model->count, text);
}

static void
do_pop(struct value *value, struct model *model)
{
    bool head = draw(2) == 0;
    assert_int_equal(
        value_list_pop(&store, value, head ? LIST_HEAD : LIST_TAIL),
        model->count > 0);
    if (model->count > 0)
        model_remove(model, head ? 0 : model->count - 1);
}

static void
do_insert(struct value *value, struct model *model)
{
    char pivot[TEXT_MOST];
    char text[TEXT_MOST];
    bool before = draw(2) == 0;
    size_t at = 0;
    draw_text(pivot);
    draw_text(text);
    while (at < model->count && strcmp(model->texts[at], pivot) != 0)
        at++;
    assert_int_equal(value_list_insert(&store, value, before,
                                       bytes_of_text(pivot),
                                       bytes_of_text(text)),
                     at < model->count);
    if (at < model->count)
        model_insert(model, before ? at : at + 1, text);
}

static void
do_set(struct value *value, struct model *model)
{
    char text[TEXT_MOST];
    size_t at = draw((uint32_t)model->count + 1);
    draw_text(text);
    assert_int_equal(
        value_list_set(&store, value, (int64_t)at, bytes_of_text(text)),
        at < model->count);
    if (at < model->count)
        (void)snprintf(model->texts[at], TEXT_MOST, "%s", text);
}

static void
do_remove(struct value *value, struct model *model)
{
    char text[TEXT_MOST];
    int64_t count = (int64_t)draw(7) - 3;
    uint64_t left = count == 0 ? UINT64_MAX
                               : (uint64_t)(count < 0 ? -count : count);
    uint64_t removed = 0;
    size_t at = count < 0 ? model->count : 0;
    draw_text(text);
    while (left > removed && (count < 0 ? at > 0 : at < model->count)) {
        at -= count < 0;
        if (strcmp(model->texts[at], text) == 0) {
            model_remove(model, at);
            removed++;
        } else {
            at += count >= 0;
        }
    }
    assert_int_equal(
        value_list_remove(&store, value, count, bytes_of_text(text)),
        removed);
}

/* Takes few elements away, so that lists grow in between. */
static void
do_trim(struct value *value, struct model *model)
{
    int64_t start = (int64_t)draw(4);
    int64_t stop = -1 - (int64_t)draw(4);
    value_list_trim(&store, value, start, stop);
    for (; stop < -1 && model->count > 0; stop++)
        model_remove(model, model->count - 1);
    for (; start > 0 && model->count > 0; start--)
        model_remove(model, 0);
}

typedef void step(struct value *value, struct model *model);

static void
run_steps(uint64_t first_seed)
{
    static step *const often[] = { do_push,   do_push, do_push, do_insert,
                                   do_insert, do_set,  do_pop,  do_remove,
                                   do_trim };
    struct model *model = calloc(1, sizeof(*model));
    struct value value;
    seed = first_seed;
    value_init(&store, &value, TYPE_LIST);
    for (int i = 0; i < STEPS; i++) {
        if (model->count > MODEL_MOST - 10)
            while (model->count > 10)
                do_pop(&value, model);
        often[draw(sizeof(often) / sizeof(*often))](&value, model);
        assert_same(&value, model);
    }
    struct value copy;
    assert_true(value_copy(&store, &copy, &value));
    value_fini(&store, &value);
    assert_same(&copy, model);
    value_fini(&store, &copy);
    free(model);
}

static void
test_against_an_array(void **state)
{
    (void)state;
    static const int64_t fills[] = { 1, 2, 5, -1, -2 };
    for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++) {
        pool_init(&store.pool, 0);
        store.limits = store_limits_default;
        store.limits.settings.list_fill = fills[i];
        store.limits.list_large = i % 2 == 0 ? 20 : UINT64_MAX;
        run_steps(i + 1);
        pool_fini(&store.pool);
    }
}

static void
assert_same_nodes(const struct value *value, const struct value *other)
{
    assert_int_equal(value->form, other->form);
    assert_int_equal(list_place_nodes(value), list_place_nodes(other));
    for (uint32_t i = 0; i < list_place_nodes(value); i++) {
        struct pack node = list_place_node(value, i);
        struct pack twin = list_place_node(other, i);
        assert_int_equal(node.count, twin.count);
        assert_true(bytes_equal(bytes_of(node.bytes, node.size),
                                bytes_of(twin.bytes, twin.size)));
    }
}

/* Elements that are pushed at once lie as if they had come one by one, but in a
 * list of one listpack (test_push_by_one_command). */
static void
push_both_ways(enum list_end end)
{
    enum { ELEMENTS = 100 };
    static char texts[ELEMENTS][TEXT_MOST];
    struct bytes elements[ELEMENTS];
    struct value at_once = value_new(TYPE_LIST);
    struct value one_by_one = value_new(TYPE_LIST);
    if (!store.limits.list_estimates) {
        int64_t fill = store.limits.settings.list_fill;
        value_list_open_chain(&store, &at_once, fill);
        value_list_open_chain(&store, &one_by_one, fill);
    }
    for (int round = 0; round < 20; round++) {
        size_t count = draw(ELEMENTS + 1);
        for (size_t i = 0; i < count; i++) {
            draw_text(texts[i]);
            elements[i] = bytes_of_text(texts[i]);
            assert_true(
                value_list_push(&store, &one_by_one, end, elements[i]));
        }
        assert_true(
            value_list_push_all(&store, &at_once, end, elements, count));
        assert_same_nodes(&at_once, &one_by_one);
    }
    value_fini(&store, &at_once);
    value_fini(&store, &one_by_one);
}

static void
test_push_of_many(void **state)
{
    (void)state;
    static const int64_t fills[] = { 1, 3, 20, -1 };
    pool_init(&store.pool, 0);
    for (unsigned i = 0; i < 64; i++) {
        store.limits = store_limits_default;
        store.limits.settings.list_fill = fills[i % 4];
        store.limits.list_large = i / 4 % 2 == 0 ? 20 : UINT64_MAX;
        store.limits.list_estimates = i / 8 % 2 == 0;
        push_both_ways(i / 16 % 2 == 0 ? LIST_HEAD : LIST_TAIL);
    }
    pool_fini(&store.pool);
}

/* Nodes as DEBUG LISTPACK and the RDB of Redis 7.2 show them: 8 KiB of
 * elements of 1000 bytes are 8 to a node (1004 bytes each and 7 of frame). */
struct counter {
    struct visitor visitor;
    uint64_t nodes;
    uint64_t sizes[4];
};

static void
counter_count(struct visitor *visitor, uint64_t count)
{
    ((struct counter *)visitor)->nodes = count;
}

static bool
counter_node(struct visitor *visitor, const struct node *node)
{
    struct counter *counter = (struct counter *)visitor;
    size_t at = 0;
    while (counter->sizes[at] != 0)
        at++;
    counter->sizes[at] = node->size;
    assert_int_equal(node->kind, NODE_LISTPACK);
    return false;
}

static void
test_nodes(void **state)
{
    (void)state;
    static const struct visitor_ops ops = { .count = counter_count,
                                            .node = counter_node };
    struct counter counter = { .visitor = { .ops = &ops } };
    struct value value;
    char element[1000];
    memset(element, 'x', sizeof(element));
    pool_init(&store.pool, 0);
    store.limits = store_limits_default;
    value_init(&store, &value, TYPE_LIST);
    for (int i = 0; i < 20; i++)
        assert_true(value_list_push(&store, &value, LIST_TAIL,
                                    bytes_of(element, sizeof(element))));
    value_walk(&store, &value, &counter.visitor);
    assert_int_equal(counter.nodes, 3);
    assert_int_equal(counter.sizes[0], 7 + 8 * 1004);
    assert_int_equal(counter.sizes[1], 7 + 8 * 1004);
    assert_int_equal(counter.sizes[2], 7 + 4 * 1004);
    value_fini(&store, &value);
    pool_fini(&store.pool);
}

/* Elements of 6 bytes take 8.  One listpack of 8192 bytes holds 1023 and its
 * 7; with 8 bytes more to an element, as quicklist.c estimates, the last one
 * begins another node.  So the servers do, 7.2 and 7.0. */
static void
test_one_node_by_release(void **state)
{
    (void)state;
    enum { ELEMENTS = 1023 };
    static const struct visitor_ops ops = { .count = counter_count,
                                            .node = counter_node };
    struct value value;
    pool_init(&store.pool, 0);
    store.limits = store_limits_default;
    for (unsigned estimates = 0; estimates < 2; estimates++) {
        struct counter counter = { .visitor = { .ops = &ops } };
        store.limits.list_estimates = estimates == 1;
        value_init(&store, &value, TYPE_LIST);
        for (int i = 0; i < ELEMENTS; i++)
            assert_true(value_list_push(&store, &value, LIST_TAIL,
                                        BYTES_LITERAL("xxxxxx")));
        value_walk(&store, &value, &counter.visitor);
        assert_int_equal(counter.nodes, 1 + estimates);
        assert_int_equal(counter.sizes[0], 7 + 8 * (ELEMENTS - estimates));
        value_fini(&store, &value);
    }
    pool_fini(&store.pool);
}

/* 81 elements of 100 bytes, which take 103 each: together no more than 8192
 * bytes of their own, so one command makes one listpack of them; one by one 79
 * have room.  As DEBUG OBJECT of Redis 7.2.6 says, and 7.0 of either. */
static void
test_push_by_one_command(void **state)
{
    (void)state;
    enum { ELEMENTS = 81, SIZE = 100, ENTRY = 103 };
    static const struct visitor_ops ops = { .count = counter_count,
                                            .node = counter_node };
    static const struct {
        bool estimates;
        size_t at_once;
        unsigned in_first;
    } cases[] = { { false, ELEMENTS, ELEMENTS },
                  { false, 1, 79 },
                  { true, ELEMENTS, 79 } };
    static const unsigned char text[SIZE] = "x";
    struct bytes elements[ELEMENTS];
    for (size_t i = 0; i < ELEMENTS; i++)
        elements[i] = bytes_of(text, SIZE);
    pool_init(&store.pool, 0);
    store.limits = store_limits_default;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct counter counter = { .visitor = { .ops = &ops } };
        struct value value;
        store.limits.list_estimates = cases[i].estimates;
        value_init(&store, &value, TYPE_LIST);
        for (size_t at = 0; at < ELEMENTS; at += cases[i].at_once)
            assert_true(value_list_push_all(&store, &value, LIST_TAIL,
                                            elements + at, cases[i].at_once));
        value_walk(&store, &value, &counter.visitor);
        assert_int_equal(counter.sizes[0], 7 + ENTRY * cases[i].in_first);
        assert_int_equal(value_list_count(&value), ELEMENTS);
        value_fini(&store, &value);
    }
    pool_fini(&store.pool);
}

/* As OBJECT ENCODING of Redis 7.2.6 and 8.6.3 says: a listpack of 8188 bytes
 * gets an integer of 8 digits that comes off a quicklist, and becomes a
 * quicklist for one off a listpack. */
static void
test_moved_integers(void **state)
{
    (void)state;
    enum { LONG = 100, LONGS = 79, SHORT = 42 };
    static const unsigned char text[LONG] = "x";
    pool_init(&store.pool, 0);
    store.limits = store_limits_default;
    for (int chain = 0; chain < 2; chain++) {
        struct value from = value_new(TYPE_LIST);
        struct value to = value_new(TYPE_LIST);
        for (int i = 0; i < LONGS; i++)
            assert_true(value_list_push(&store, &to, LIST_TAIL,
                                        bytes_of(text, LONG)));
        assert_true(value_list_push(&store, &to, LIST_TAIL,
                                    bytes_of(text, SHORT)));
        if (chain == 1)
            value_list_open_chain(&store, &from, -2);
        assert_true(value_list_push(&store, &from, LIST_TAIL,
                                    BYTES_LITERAL("12345678")));
        assert_true(
            value_list_move(&store, &from, LIST_TAIL, &to, LIST_HEAD));
        assert_int_equal(value_list_count(&from), 0);
        assert_int_equal(value_list_count(&to), LONGS + 2);
        assert_int_equal(to.form, chain == 1 ? LIST_PACKED : LIST_CHAIN);
        value_fini(&store, &from);
        value_fini(&store, &to);
    }
    pool_fini(&store.pool);
}

/* Nodes behind each LSET of a list, as DEBUG OBJECT of Redis 8.6.3 says; L is
 * an element of 9000 bytes, which has a node of its own there, M one of 4000
 * bytes. */
static void
test_replaced_elements(void **state)
{
    (void)state;
    enum { LARGE = 9000, MIDDLE = 4000 };
    static const unsigned char bytes[LARGE] = "x";
    static const struct {
        const char *elements; /* a letter each; NULL: go on */
        int64_t index;
        char by;
        unsigned nodes;
    } cases[] = {
        { "La", 0, 'b', 1 },   { "abcd", 1, 'L', 3 }, { NULL, 1, 'b', 2 },
        { "abc", 0, 'L', 2 },  { "abL", 2, 'c', 2 },  { "LL", 0, 'a', 2 },
        { NULL, 1, 'L', 2 },   { "MMaM", 2, 'L', 3 }, { "abcLd", 1, 'L', 5 },
        { NULL, 1, 'b', 4 },   { NULL, 3, 'b', 3 },
    };
    struct value value = { .type = TYPE_LIST };
    pool_init(&store.pool, 0);
    store.limits = store_limits_default;
    value_init(&store, &value, TYPE_LIST);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *p = cases[i].elements;
        if (p != NULL)
            value_list_trim(&store, &value, 1, 0);
        for (; p != NULL && *p != '\0'; p++)
            assert_true(value_list_push(&store, &value, LIST_TAIL,
                                        bytes_of(bytes, *p == 'L'   ? LARGE
                                                        : *p == 'M' ? MIDDLE
                                                                    : 1)));
        assert_true(value_list_set(&store, &value, cases[i].index,
                                   bytes_of(bytes,
                                            cases[i].by == 'L' ? LARGE : 1)));
        assert_int_equal(list_place_nodes(&value), cases[i].nodes);
    }
    value_fini(&store, &value);
    pool_fini(&store.pool);
}

/* What Redis 7.0 and 7.2 make of list-max-listpack-size 2, SORT ... STORE of
 * three elements and two RPUSH: one node by the default size, as DEBUG OBJECT
 * says; with a limit of 4 a listpack in 7.2, which the second one is too much
 * for. */
static void
test_chain_with_a_fill_of_its_own(void **state)
{
    (void)state;
    static const struct visitor_ops ops = { .count = counter_count,
                                            .node = counter_node };
    static const struct {
        bool list_estimates;
        int64_t list_fill;
        uint64_t nodes;
    } cases[] = { { true, 2, 1 }, { false, 2, 1 }, { true, 4, 1 },
                  { false, 4, 2 } };
    pool_init(&store.pool, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct counter counter = { .visitor = { .ops = &ops } };
        struct value value;
        store.limits = store_limits_default;
        store.limits.list_estimates = cases[i].list_estimates;
        store.limits.settings.list_fill = cases[i].list_fill;
        value_init(&store, &value, TYPE_LIST);
        value_list_open_chain(&store, &value, -2);
        for (int pushed = 0; pushed < 5; pushed++) {
            if (pushed == 3)
                value_list_close_chain(&store, &value);
            assert_true(value_list_push(&store, &value, LIST_TAIL,
                                        BYTES_LITERAL("x")));
        }
        value_walk(&store, &value, &counter.visitor);
        assert_int_equal(counter.nodes, cases[i].nodes);
        value_fini(&store, &value);
    }
    pool_fini(&store.pool);
}

/* Nodes that go, from either end or the midst, leave little behind. */
static void
test_rows_of_nodes_shrink(void **state)
{
    (void)state;
    enum { NODES = 40000, LEFT = 20, LITTLE = 2 * 1024 };
    char element[16];
    pool_init(&store.pool, 0);
    store.limits = store_limits_default;
    store.limits.settings.list_fill = 1;
    for (int way = 0; way < 3; way++) {
        struct value value;
        char room[TEXT_DIGITS];
        struct bytes found;
        value_init(&store, &value, TYPE_LIST);
        for (int i = 0; i < NODES; i++) {
            (void)snprintf(element, sizeof(element), "e%d", i);
            assert_true(value_list_push(&store, &value, LIST_TAIL,
                                        bytes_of_text(element)));
        }
        uint64_t most = pool_used(&store.pool);
        assert_true(most > NODES * (8 + sizeof(struct pack)));
        int first = way == 0 ? 0 : way == 1 ? NODES - LEFT : NODES / 2;
        value_list_trim(&store, &value, first, first + LEFT - 1);
        assert_int_equal(value_list_count(&value), LEFT);
        assert_true(value_list_get(&value, -1, room, &found));
        (void)snprintf(element, sizeof(element), "e%d", first + LEFT - 1);
        assert_true(bytes_equal(found, bytes_of_text(element)));
        assert_true(pool_used(&store.pool) < LITTLE);
        value_fini(&store, &value);
    }
    pool_fini(&store.pool);
}

/* A node that is loaded holds what the dump says.  By itself it is a list of
 * one listpack up to the limit (rdb.c rdbLoadObject, t_list.c
 * listTypeTryConvertQuicklist of Redis 7.2); above that it can have more
 * elements than a listpack's header counts. */
static void
test_load_of_one_node(void **state)
{
    (void)state;
    enum {
        ELEMENTS = 100000,
        WITHIN = (8192 - 7) / 2, /* elements of two bytes */
        HALF = (4096 - 7) / 2,
    };
    struct value value;
    struct text one = text_of_integer(1);
    char room[TEXT_DIGITS];
    pool_init(&store.pool, 0);
    store.limits = store_limits_default;
    value_init(&store, &value, TYPE_LIST);
    for (uint64_t i = 0; i < ELEMENTS; i++) {
        assert_true(value_list_load(&store, &value, i == 0, false,
                                    text_bytes(&one, room)));
        assert_int_equal(value.form, i < WITHIN ? LIST_PACKED : LIST_CHAIN);
    }
    assert_int_equal(value_list_count(&value), ELEMENTS);
    assert_true(value_list_pop(&store, &value, LIST_TAIL));
    assert_int_equal(value_list_count(&value), ELEMENTS - 1);
    value_list_trim(&store, &value, 0, HALF);
    assert_int_equal(value.form, LIST_CHAIN);
    value_list_trim(&store, &value, 0, HALF - 1);
    assert_int_equal(value.form, LIST_PACKED);
    value_fini(&store, &value);
    pool_fini(&store.pool);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_an_array),
        cmocka_unit_test(test_push_of_many),
        cmocka_unit_test(test_nodes),
        cmocka_unit_test(test_one_node_by_release),
        cmocka_unit_test(test_push_by_one_command),
        cmocka_unit_test(test_moved_integers),
        cmocka_unit_test(test_replaced_elements),
        cmocka_unit_test(test_chain_with_a_fill_of_its_own),
        cmocka_unit_test(test_rows_of_nodes_shrink),
        cmocka_unit_test(test_load_of_one_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
