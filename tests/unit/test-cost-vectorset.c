/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Vector sets, against memory that a running Redis 8.6.3 gave back, and parts
 * of them added up by hand from modules/vector-sets vset.c and hnsw.h.
 */
#include "price-value.h"

static void
begin(const char *server, const char *name)
{
    struct item head = { .kind = ITEM_MODULE };
    value_begin(server, name, TYPE_VECTORSET, 7);
    value_item(&head);
}

static void
number(uint64_t count)
{
    struct item item = { .kind = ITEM_MODULE_UINT, .count = count };
    value_item(&item);
}

static void
string(const char *text, size_t size)
{
    value_text(ITEM_MODULE_STRING, text, size);
}

/* Of dimension 3 and M = 16. */
static void
head(uint64_t elements, uint64_t quantisation, uint64_t flags)
{
    number(3);
    number(elements);
    number(quantisation | 16 << 8);
    number(flags);
}

/* An element of one layer without links. */
static void
lone_element(const char *name, const char *attributes, size_t vector)
{
    string(name, strlen(name));
    if (attributes != NULL)
        string(attributes, strlen(attributes));
    string("\0\0\0\0\0\0\0\0\0\0\0", vector);
    number(6);
    number(1);
    number(1 << 24);
    number(0);
    number(32);
    number(0);
    number(UINT64_C(4570941863779028130));
}

/* VADD vset:67dc:1434 ... elem:0 SETATTR {"n":0}, quantised to 8 bits. */
static void
measured(void **state)
{
    (void)state;
    begin("redis-8.6", "vset:67dc:1434");
    head(1, 1, 2);
    lone_element("elem:0", "{\"n\":0}", 3);
    assert_int_equal(value_end(BASIS_EXACT), 2768);
}

static uint64_t
one(const char *server, const char *name, const char *attributes)
{
    begin(server, "k");
    head(1, 1, attributes != NULL ? 2 : 0);
    lone_element(name, attributes, 3);
    return value_end(BASIS_EXACT);
}

static void
strings_are_objects(void **state)
{
    (void)state;
    const char *server = "redis-8.0/none";
    char text[46] = { 0 };
    memset(text, 'x', 45);
    uint64_t none = one(server, "e", NULL);
    /* Nothing is kept of empty attributes: robj 16, header 3, NUL. */
    assert_int_equal(one(server, "e", ""), none);
    assert_int_equal(one(server, "e", "123"), none + 16 + 3 + 3 + 1);
    assert_int_equal(one(server, "e", text), none + 16 + 3 + 45 + 1);
    assert_int_equal(one("redis-8.0", "e", text),
                     one("redis-8.0", "e", NULL) + 16 + 56);
}

/* A second layer has 24 bytes of the node and M links. */
static void
layers(void **state)
{
    (void)state;
    uint64_t flat = one("redis-8.0/none", "e", NULL);
    begin("redis-8.0/none", "k");
    head(1, 1, 0);
    string("e", 1);
    string("\0\0", 3);
    number(10);
    number(1);
    number(1 << 24 | 1);
    number(1); /* layer 0: a link, room for 40 */
    number(40);
    number(7);
    number(0);
    number(0); /* layer 1 */
    number(16);
    number(0);
    number(0);
    assert_int_equal(value_end(BASIS_EXACT), flat + 8 * 8 + 24 + 16 * 8);
}

/* A matrix is a block of its own; the dimension of what it takes is not. */
static void
projection(void **state)
{
    (void)state;
    uint64_t plain = one("redis-8.0/none", "e", NULL);
    begin("redis-8.0/none", "k");
    head(1, 1, 1);
    number(300);
    string(NULL, 3600);
    lone_element("e", NULL, 3);
    assert_int_equal(value_end(BASIS_EXACT), plain + 3600);
}

/* The tree of names does not depend on their order: [a b] is a node of 24
 * bytes with two leaves of 16. */
static void
names(void **state)
{
    (void)state;
    const char *const orders[] = { "ab", "ba" };
    uint64_t first = one("redis-8.0/none", "a", NULL);
    /* name, vsetNodeVal, hnswNode with a layer, links, vector */
    uint64_t element = 16 + 5 + 16 + 312 + 24 + 32 * 8 + 3;
    for (size_t i = 0; i < 2; i++) {
        char name[2] = { 0 };
        begin("redis-8.0/none", "k");
        head(2, 1, 0);
        for (size_t j = 0; j < 2; j++) {
            name[0] = orders[i][j];
            lone_element(name, NULL, 3);
        }
        assert_int_equal(value_end(BASIS_EXACT), first + element + 8 + 16);
    }
}

/* Any level may be the one that a server draws: 1/4 + 1/16 + ... = 1/3 layers
 * more than the lowest, each 24 bytes of the node and 16 links, whatever the
 * item says. */
static void
drawn_level(void **state)
{
    (void)state;
    uint64_t flat = one("redis-8.0/none", "e", NULL);
    for (uint64_t level = 0; level < 3; level++) {
        struct item item = { .kind = ITEM_MODULE_UINT,
                             .count = level,
                             .is_drawn = true };
        begin("redis-8.0/none", "k");
        head(1, 1, 0);
        string("e", 1);
        string("\0\0", 3);
        number(3 + 2 * (level + 1));
        number(1);
        value_item(&item);
        for (uint64_t layer = 0; layer <= level; layer++) {
            number(0);
            number(layer == 0 ? 32 : 16);
        }
        number(0);
        assert_int_equal(value_end(BASIS_EXPECTED),
                         flat + (24 + 16 * 8) / 3 + 1);
    }
}

static void
strange_data(void **state)
{
    (void)state;
    begin("redis-8.6", "k");
    head(1, 1, 0);
    number(5);
    assert_true(value_end(BASIS_LOWER) > 1792);
    begin("redis-8.6", "k");
    head(1, 1, 0);
    string("e", 1);
    string("\0\0", 3);
    number(4);
    number(1);
    number(UINT64_MAX);
    number(UINT64_MAX);
    number(UINT64_MAX);
    value_end(BASIS_LOWER);
    begin("redis-7.4", "k");
    head(1, 1, 0);
    assert_int_equal(value_end(BASIS_NONE), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measured),      cmocka_unit_test(strings_are_objects),
        cmocka_unit_test(layers),        cmocka_unit_test(projection),
        cmocka_unit_test(names),         cmocka_unit_test(drawn_level),
        cmocka_unit_test(strange_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
