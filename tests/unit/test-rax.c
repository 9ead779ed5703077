/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Node sizes below are derived by hand from the layout of Redis 7.2 rax.h
 * (header 4, bytes, padding to 8, 8 a pointer); the last test is against
 * memory measured on a running Redis 7.4.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "model/rax.h"

struct nodes {
    uint64_t count;
    uint64_t bytes;
    uint64_t usable;
};

/* Size classes of jemalloc with quantum 8: multiples of 8 up to 64, then four
 * in each doubling. */
static uint64_t
jemalloc_class(uint64_t size)
{
    uint64_t step = 8;
    while (step * 8 < size)
        step *= 2;
    return (size + step - 1) / step * step;
}

static void
take_node(void *context, const struct rax_node *node)
{
    struct nodes *nodes = context;
    nodes->count++;
    nodes->bytes += node->size;
    nodes->usable += jemalloc_class(node->size);
}

static const struct rax_form wide = { .pointer = 8, .has_values = true };

static struct rax tree;

static struct nodes
nodes_of(const char *const *keys)
{
    struct nodes nodes = { 0, 0, 0 };
    rax_begin(&tree, wide, take_node, &nodes);
    for (; *keys; keys++)
        rax_add(&tree, bytes_of_text(*keys), strlen(*keys));
    rax_end(&tree);
    return nodes;
}

#define NODES(...) nodes_of((const char *const[]){ __VA_ARGS__, NULL })

static void
assert_nodes(struct nodes nodes, uint64_t count, uint64_t bytes)
{
    assert_int_equal(nodes.count, count);
    assert_int_equal(nodes.bytes, bytes);
    assert_false(tree.inexact);
}

static void
test_empty(void **state)
{
    (void)state;
    const char *const none[] = { NULL };
    assert_nodes(nodes_of(none), 1, 8);
}

static void
test_one_id(void **state)
{
    (void)state;
    /* 16 bytes in one compressed node (24 + 8), a leaf with a value (16). */
    assert_nodes(NODES("0123456789abcdef"), 2, 32 + 16);
}

static void
test_two_ids(void **state)
{
    (void)state;
    /* 15 bytes (24 + 8), a parting of two (8 + 16), two leaves. */
    assert_nodes(NODES("0123456789abcde1", "0123456789abcde2"), 4,
                 32 + 24 + 2 * 16);
}

static void
test_partings(void **state)
{
    (void)state;
    /* "ROM" 16; A E U 32; leaf, leaf; "LUS" 16, leaf. */
    assert_nodes(NODES("ROMA", "ROME", "ROMULUS"), 6,
                 16 + 32 + 16 + 16 + 16 + 16);
    /* A B 24; leaf; "C" 16, leaf. */
    assert_nodes(NODES("A", "BC"), 4, 24 + 16 + 16 + 16);
}

static void
test_key_on_the_way(void **state)
{
    (void)state;
    /* "AN" 16; key with one way on 24; leaf. */
    assert_nodes(NODES("AN", "ANT"), 3, 16 + 24 + 16);
    /* The empty key: a root with a value 24; leaf. */
    assert_nodes(NODES("", "A"), 2, 24 + 16);
    assert_nodes(NODES(""), 1, 16);
    /* "A" 16; key where B and C part 8 + 16 + 8; two leaves. */
    assert_nodes(NODES("A", "AB", "AC"), 4, 16 + 32 + 2 * 16);
}

static void
test_long_keys(void **state)
{
    (void)state;
    unsigned char head[RAX_HELD];
    memset(head, 'x', sizeof(head));
    struct nodes nodes = { 0, 0, 0 };
    rax_begin(&tree, wide, take_node, &nodes);
    rax_add(&tree, bytes_of(head, sizeof(head)), 5000);
    rax_end(&tree);
    /* 4 + 5000 rounded to 5008, + 8; leaf. */
    assert_nodes(nodes, 2, 5016 + 16);

    /* Two that part at their last held byte: 1023 bytes (1032 + 8), parting
     * (24), then twice 3976 bytes (3984 + 8) and a leaf. */
    nodes = (struct nodes){ 0, 0, 0 };
    rax_begin(&tree, wide, take_node, &nodes);
    rax_add(&tree, bytes_of(head, sizeof(head)), 5000);
    head[RAX_HELD - 1] = 'y';
    rax_add(&tree, bytes_of(head, sizeof(head)), 5000);
    rax_end(&tree);
    assert_nodes(nodes, 6, 1040 + 24 + 2 * (3992 + 16));

    /* Where they part is not known. */
    rax_begin(&tree, wide, take_node, &nodes);
    rax_add(&tree, bytes_of(head, sizeof(head)), 5000);
    rax_add(&tree, bytes_of(head, sizeof(head)), 6000);
    rax_end(&tree);
    assert_true(tree.inexact);
}

/* 32 bits: "ROM" 4 + 3 + 1 and a pointer; A E U 4 + 3 + 1 and three; "LUS";
 * leaves of 4 and a value. */
static void
test_narrow(void **state)
{
    (void)state;
    const struct rax_form narrow = { .pointer = 4, .has_values = true };
    const struct rax_form keys_only = { .pointer = 8, .has_values = false };
    struct nodes nodes = { 0, 0, 0 };
    rax_begin(&tree, narrow, take_node, &nodes);
    rax_add(&tree, BYTES_LITERAL("ROMA"), 4);
    rax_add(&tree, BYTES_LITERAL("ROME"), 4);
    rax_add(&tree, BYTES_LITERAL("ROMULUS"), 7);
    rax_end(&tree);
    assert_nodes(nodes, 6, 12 + 20 + 8 + 8 + 12 + 8);
    assert_int_equal(rax_node_size(narrow, 3, false), 20);

    /* "A" 8 + 8; a key on the way 8 + 8; leaf of a header. */
    nodes = (struct nodes){ 0, 0, 0 };
    rax_begin(&tree, keys_only, take_node, &nodes);
    rax_add(&tree, BYTES_LITERAL("A"), 1);
    rax_add(&tree, BYTES_LITERAL("AB"), 2);
    rax_end(&tree);
    assert_nodes(nodes, 3, 16 + 16 + 8);
}

static void
test_out_of_order(void **state)
{
    (void)state;
    struct nodes nodes = NODES("B", "A");
    assert_true(tree.inexact);
    assert_true(nodes.bytes <= 24 + 2 * 16);
    NODES("A", "A");
    assert_true(tree.inexact);
}

/* XREADGROUP of N entries with ids 1700000000000-1 and on, by one consumer:
 * used_memory of Redis 7.4 grew by 24 a pending entry (streamNACK) and by two
 * such trees, that of the group and that of the consumer. */
static uint64_t
pending_growth(unsigned entries)
{
    struct nodes nodes = { 0, 0, 0 };
    unsigned char id[16] = { 0, 0, 0x01, 0x8b, 0xcf, 0xe5, 0x68, 0x00 };
    rax_begin(&tree, wide, take_node, &nodes);
    for (unsigned i = 1; i <= entries; i++) {
        id[14] = (unsigned char)(i >> 8);
        id[15] = (unsigned char)i;
        rax_add(&tree, bytes_of(id, sizeof(id)), sizeof(id));
    }
    rax_end(&tree);
    return 24 * entries + 2 * (nodes.usable - 8);
}

static void
test_measured(void **state)
{
    (void)state;
    const uint64_t none = 13552;
    assert_int_equal(pending_growth(1), 13656 - none);
    assert_int_equal(pending_growth(2), 13760 - none);
    assert_int_equal(pending_growth(3), 13832 - none);
    assert_int_equal(pending_growth(10), 14352 - none);
    assert_int_equal(pending_growth(100), 21248 - none);
    assert_int_equal(pending_growth(1000), 90160 - none);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_one_id),
        cmocka_unit_test(test_two_ids),
        cmocka_unit_test(test_partings),
        cmocka_unit_test(test_key_on_the_way),
        cmocka_unit_test(test_long_keys),
        cmocka_unit_test(test_narrow),
        cmocka_unit_test(test_out_of_order),
        cmocka_unit_test(test_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
