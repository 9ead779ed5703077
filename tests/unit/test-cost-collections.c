/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What sets, sorted sets and hashes are made of, release by release: tables
 * while they grow, elements, and the order in which fields expire.  Sizes are
 * added up by hand from the structs of the release, without rounding
 * (allocator "none"); what was measured on real servers says so.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/cost-table.h"
#include "model/ebuckets.h"
#include "model/hash-field.h"
#include "model/packed-size.h"
#include "model/vset.h"

static struct profile profile;
static struct cost cost;

/* An empty account under the rules of a server. */
static void
open_for(const char *server)
{
    struct rdb_facts facts = { .version = 11 };
    struct profile_request request = { .server = server,
                                       .allocator = "none" };
    profile_resolve(&profile, &request, &facts);
    cost = (struct cost){ .profile = &profile,
                          .server = profile.server,
                          .prices = profile.prices,
                          .allocator = profile.allocator,
                          .memory = true };
}

static struct text
text_of(const char *words)
{
    return text_of_bytes((const unsigned char *)words, strlen(words));
}

/* ---- dicts ---- */

static void
fill(struct cost_dict *dict, int count)
{
    for (; count > 0; count--)
        cost_dict_add(dict);
}

/* With three entries of eight slots asked for as many as fit: 2.8 moves them
 * to a table of the same size, later releases do nothing. */
static void
a_dict_asked_for_what_it_has(void **state)
{
    (void)state;
    static const uint64_t next[] = { [DICT_2_8] = 8, [DICT_3_0] = 0,
                                     [DICT_6_2] = 0, [DICT_7_4] = 0 };
    for (enum dict_rule rule = DICT_2_8; rule <= DICT_7_4; rule++) {
        struct cost_dict dict = { .rule = rule };
        cost_dict_expand(&dict, 8);
        fill(&dict, 3);
        cost_dict_expand(&dict, 6);
        assert_int_equal(dict.slots, 8);
        assert_int_equal(dict.next_slots, next[rule]);
    }
}

/* Five entries of eight slots asked for three: refused by all.  Four of 16:
 * only 7.4 and later keep the larger table. */
static void
a_dict_asked_for_less(void **state)
{
    (void)state;
    static const uint64_t next[] = { [DICT_2_8] = 4, [DICT_3_0] = 4,
                                     [DICT_6_2] = 4, [DICT_7_4] = 0 };
    for (enum dict_rule rule = DICT_2_8; rule <= DICT_7_4; rule++) {
        struct cost_dict dict = { .rule = rule };
        cost_dict_expand(&dict, 8);
        fill(&dict, 5);
        cost_dict_expand(&dict, 3);
        assert_int_equal(dict.next_slots, 0);
        dict = (struct cost_dict){ .rule = rule };
        cost_dict_expand(&dict, 16);
        fill(&dict, 4);
        cost_dict_expand(&dict, 4);
        assert_int_equal(dict.next_slots, next[rule]);
    }
}

/* A table with more entries than slots (it was asked for exactly nine, then
 * more came while the old ones moved) asks for twice as many until 6.0. */
static void
how_far_a_dict_grows(void **state)
{
    (void)state;
    static const uint64_t grown[] = { [DICT_2_8] = 64, [DICT_3_0] = 64,
                                      [DICT_6_2] = 32, [DICT_7_4] = 32 };
    for (enum dict_rule rule = DICT_2_8; rule <= DICT_7_4; rule++) {
        struct cost_dict dict = { .rule = rule, .slots = 16, .used = 17 };
        cost_dict_add(&dict);
        assert_int_equal(dict.next_slots, grown[rule]);
    }
}

/* 3000 insertions simulated with random hashes by the rules of Redis 7.4 end
 * while 2048 slots move to 4096, with 960 entries that share a slot, on
 * average.  Two in four slots meet with probability 1/4. */
static void
entries_of_a_dict_that_moves(void **state)
{
    (void)state;
    struct cost_dict dict = { .rule = DICT_7_4 };
    fill(&dict, 3000);
    assert_int_equal(dict.slots, 2048);
    assert_int_equal(dict.next_slots, 4096);
    assert_true(fabs(cost_dict_chained(&dict) - 960) < 5);
    dict = (struct cost_dict){ .rule = DICT_7_4 };
    cost_dict_expand(&dict, 4);
    fill(&dict, 2);
    assert_true(fabs(cost_dict_chained(&dict) - 0.25) < 1e-12);
}

/* ---- hashtables ---- */

/* Measured: 6 keys have one bucket, 7 two, 13 four, 26 eight; 26214 have 4096
 * buckets, 26215 have 8192. */
static void
buckets_of_a_hashtable(void **state)
{
    (void)state;
    static const uint64_t of[][2] = { { 0, 1 },        { 1, 1 },
                                      { 6, 1 },        { 7, 2 },
                                      { 12, 2 },       { 13, 4 },
                                      { 26, 8 },       { 26214, 4096 },
                                      { 26215, 8192 } };
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
        assert_int_equal(cost_hashtable_buckets(of[i][0], false), of[i][1]);
    assert_int_equal(cost_hashtable_buckets(10, true), 1);
    assert_int_equal(cost_hashtable_buckets(11, true), 2);
}

/* Eight of eight fall into a given one of two buckets in one of 256 ways.
 * Measured with DEBUG HTSTATS: 13 children among 256 buckets for 1000 keys,
 * 888 among 16384 for 65536, 9013 among 32768 for 200000. */
static void
children_of_buckets(void **state)
{
    (void)state;
    assert_true(cost_hashtable_children(7, 1, false) == 0);
    assert_true(cost_hashtable_children(8, 1, false) == 1);
    assert_true(cost_hashtable_children(13, 1, false) == 1);
    assert_true(cost_hashtable_children(14, 1, false) == 2);
    assert_true(cost_hashtable_children(7, 2, false) == 0);
    assert_true(
        fabs(cost_hashtable_children(8, 2, false) - 1.0 / 256) < 1e-12);
    static const double measured[][4] = { { 1000, 256, 13, 4 },
                                          { 65536, 16384, 888, 60 },
                                          { 200000, 32768, 9013, 200 } };
    for (size_t i = 0; i < 3; i++) {
        const double *it = measured[i];
        double children = it[1] * cost_hashtable_children(
                                      (uint64_t)it[0], (uint64_t)it[1], false);
        assert_true(fabs(children - it[2]) < it[3]);
    }
}

/* Seven fit into one bucket; the eighth asks for two, and the ninth moves the
 * only bucket there was. */
static void
a_hashtable_that_grows(void **state)
{
    (void)state;
    struct cost_hashtable table = { .ends_early = false };
    for (int i = 0; i < 7; i++)
        cost_hashtable_add(&table);
    assert_int_equal(table.buckets, 1);
    cost_hashtable_add(&table);
    assert_int_equal(table.next_buckets, 2);
    assert_int_equal(table.next_used, 1);
    cost_hashtable_add(&table);
    assert_int_equal(table.next_buckets, 0);
    assert_int_equal(table.buckets, 2);
    assert_int_equal(table.used, 9);
    cost_hashtable_expand(&table, 8); /* fewer than there are */
    assert_int_equal(table.buckets, 2);
    assert_int_equal(table.next_buckets, 0);
}

static void
an_empty_hashtable_is_replaced(void **state)
{
    (void)state;
    struct cost_hashtable table = { .ends_early = false };
    cost_hashtable_expand(&table, 0);
    assert_int_equal(table.buckets, 1);
    cost_hashtable_expand(&table, 600);
    assert_int_equal(table.buckets, 128);
    assert_int_equal(table.next_buckets, 0);
}

/* ---- elements ---- */

static uint64_t
element_bytes(const char *words, enum text_kind kind, bool was_packed)
{
    struct text text = text_of(words);
    if (kind == TEXT_INTEGER)
        text = text_of_integer(atoll(words));
    uint64_t before = cost.usable;
    cost_element_book(&cost, BLOCK_MEMBER,
                      cost_element_of(&cost, &text, was_packed));
    return cost.usable - before;
}

/* robj 16, sds header 8: an embedded text since 3.0 has them in one block, and
 * a number that the file holds as text stays in it. */
static void
elements_that_are_objects(void **state)
{
    (void)state;
    open_for("redis-2.8");
    assert_int_equal(element_bytes("abc", TEXT_BYTES, false), 16 + 8 + 4);
    assert_int_equal(element_bytes("9999", TEXT_INTEGER, false), 0);
    assert_int_equal(element_bytes("10000", TEXT_INTEGER, false), 16);
    assert_int_equal(element_bytes("9876543210", TEXT_BYTES, false), 16);
    open_for("redis-3.0");
    assert_int_equal(element_bytes("abc", TEXT_BYTES, false), 16 + 8 + 4);
    assert_int_equal(element_bytes("9876543210", TEXT_BYTES, false),
                     16 + 8 + 11);
    assert_int_equal(element_bytes("9876543210", TEXT_BYTES, true), 16);
    open_for("redis-3.2");
    assert_int_equal(element_bytes("abc", TEXT_BYTES, false), 16 + 3 + 4);
    open_for("redis-4.0");
    assert_int_equal(element_bytes("abc", TEXT_BYTES, false), 1 + 4);
    assert_int_equal(element_bytes("9999", TEXT_INTEGER, false), 1 + 5);
}

static uint64_t
field_bytes(uint64_t field, uint64_t value, bool expires)
{
    struct hash_field it = { .field = { field, ELEMENT_TEXT },
                             .value = { value, ELEMENT_TEXT },
                             .expires = expires };
    uint64_t before = cost.usable;
    hash_field_book(&cost, &it);
    return cost.usable - before;
}

/* mstr has no header of 5 bytes; an expiry is 16 bytes and 2 of flags. */
static void
fields_of_redis_7_4(void **state)
{
    (void)state;
    open_for("redis-7.4");
    assert_int_equal(field_bytes(3, 5, false), (1 + 4) + (1 + 6));
    assert_int_equal(field_bytes(300, 5, false), (3 + 301) + (1 + 6));
    assert_int_equal(field_bytes(65536, 5, false), (9 + 65537) + (1 + 6));
    assert_int_equal(field_bytes(3, 5, true), (16 + 2 + 1 + 4) + (1 + 6));
}

/* One block up to 128 bytes; its field has a header of 3 as soon as it must
 * say more than its length. */
static void
fields_that_are_entries(void **state)
{
    (void)state;
    open_for("redis-8.6");
    assert_int_equal(field_bytes(10, 112, false), 12 + 116);
    assert_int_equal(field_bytes(10, 113, false), (8 + 14) + (3 + 114));
    assert_int_equal(field_bytes(10, 20, true), 16 + 14 + 24);
    assert_int_equal(field_bytes(10, 94, true), 16 + 14 + 98);
    assert_int_equal(field_bytes(10, 95, true), (16 + 8 + 14) + (3 + 96));
    open_for("valkey-9.1");
    assert_int_equal(field_bytes(10, 102, true), 8 + 14 + 106);
    assert_int_equal(field_bytes(10, 103, true), (8 + 8 + 14) + (3 + 104));
}

/* ---- fields by expiry ---- */

static uint64_t
ebuckets_bytes(const struct ebuckets *ebuckets)
{
    uint64_t before = cost.usable;
    ebuckets_book(&cost, ebuckets);
    return cost.usable - before;
}

/* Seventeen moments split sixteen of them into eight and eight: the tree's
 * keys are 1 and 9 in six bytes, which part in the last one.  rax 24 + 8;
 * five common bytes: 4 + 5, padded to 16, and a pointer; two children: 4 + 2,
 * padded to 8, and two pointers; two leaves of 8 and a pointer to the segment
 * of 16. */
static void
many_moments(void **state)
{
    (void)state;
    struct ebuckets ebuckets = { .buckets = NULL };
    open_for("redis-7.4");
    for (uint64_t ms = 16; ms > 0; ms--)
        ebuckets_add(&ebuckets, ms);
    assert_int_equal(ebuckets_bytes(&ebuckets), 0);
    ebuckets_add(&ebuckets, 17);
    assert_int_equal(ebuckets_bytes(&ebuckets),
                     32 + 24 + 24 + 2 * (16 + 16));
    ebuckets_clear(&ebuckets);
    assert_int_equal(ebuckets_bytes(&ebuckets), 0);
    ebuckets_fini(&ebuckets);
}

/* Of one moment, 33 fields take three segments of one bucket: rax 32; six
 * bytes in one node: 4 + 6, padded to 16, and a pointer; a leaf of 8 and a
 * pointer; segments of 16, 24, 24. */
static void
one_moment(void **state)
{
    (void)state;
    struct ebuckets ebuckets = { .buckets = NULL };
    open_for("redis-7.4");
    for (int i = 0; i < 33; i++)
        ebuckets_add(&ebuckets, 1700000000000);
    assert_int_equal(ebuckets_bytes(&ebuckets), 32 + 24 + 16 + 16 + 24 + 24);
    ebuckets_fini(&ebuckets);
}

static uint64_t
vset_bytes(struct vset *vset)
{
    uint64_t before = cost.usable;
    vset_book(&cost, vset);
    return cost.usable - before;
}

/* One field is itself; up to 127 are a vector of 8 and 8 for each. */
static void
a_few_fields(void **state)
{
    (void)state;
    struct vset vset = { .buckets = NULL };
    open_for("valkey-9.1");
    vset_add(&vset, 5);
    assert_int_equal(vset_bytes(&vset), 0);
    for (uint64_t ms = 1; ms < 127; ms++)
        vset_add(&vset, 1000 * ms);
    assert_int_equal(vset_bytes(&vset), 8 + 127 * 8);
    vset_clear(&vset, false);
    vset_fini(&vset);
}

/* 128 fields within 8 seconds: the vector goes into the tree as it is, for the
 * window that ends at 8192, and is full; all of it lies before 2032 (126 * 16
 * and the window that this one begins), where it moves to; the 128th lies
 * behind and is alone.  Tree 32; two keys of eight bytes, 2032 and 8192, part
 * in the seventh: six common bytes: 4 + 6, padded to 16, and a pointer; two
 * children: 8 and two pointers; below each the last byte in a node of 4 + 1,
 * padded to 8, with a pointer, and a leaf of 8 and a pointer; the vector. */
static void
a_vector_moves_in_the_tree(void **state)
{
    (void)state;
    struct vset vset = { .buckets = NULL };
    open_for("valkey-9.1");
    for (uint64_t i = 0; i < 127; i++)
        vset_add(&vset, 16 * i);
    vset_add(&vset, 4000);
    assert_int_equal(vset.count, 2);
    assert_int_equal(vset_bytes(&vset),
                     32 + 24 + 24 + 2 * (16 + 16) + (8 + 127 * 8));
    vset_fini(&vset);
}

/* Within one window of 16 ms there is nothing to split. */
static void
too_many_in_a_window(void **state)
{
    (void)state;
    struct vset vset = { .buckets = NULL };
    open_for("valkey-9.1");
    for (int i = 0; i < 200; i++)
        vset_add(&vset, 8191);
    assert_int_equal(vset.count, 1);
    uint64_t bytes = vset_bytes(&vset);
    assert_int_equal(bytes % 64, (32 + 24 + 16 + 80) % 64);
    vset_fini(&vset);
}

/* ---- packed values ---- */

static uint64_t
packed_bytes(const char *server, const char *const *words, size_t count)
{
    struct packed_size packed;
    open_for(server);
    packed_size_begin(&packed, &cost);
    for (size_t i = 0; i < count; i++) {
        struct text text = text_of(words[i]);
        packed_size_add(&packed, &text);
    }
    return packed_size_block(&packed);
}

/* Ziplist: 11; "ab" 1 + 1 + 2; 12 in its encoding 1 + 1; 4096 1 + 1 + 2.
 * Listpack: 7; 1 + 2 + 1; 1 + 1; 3 + 1. */
static void
packed_by_release(void **state)
{
    (void)state;
    static const char *const words[] = { "ab", "12", "4096" };
    assert_int_equal(packed_bytes("redis-6.2", words, 3), 11 + 4 + 2 + 4);
    assert_int_equal(packed_bytes("redis-7.0", words, 3), 7 + 4 + 2 + 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dict_asked_for_what_it_has),
        cmocka_unit_test(a_dict_asked_for_less),
        cmocka_unit_test(how_far_a_dict_grows),
        cmocka_unit_test(entries_of_a_dict_that_moves),
        cmocka_unit_test(buckets_of_a_hashtable),
        cmocka_unit_test(children_of_buckets),
        cmocka_unit_test(a_hashtable_that_grows),
        cmocka_unit_test(an_empty_hashtable_is_replaced),
        cmocka_unit_test(elements_that_are_objects),
        cmocka_unit_test(fields_of_redis_7_4),
        cmocka_unit_test(fields_that_are_entries),
        cmocka_unit_test(many_moments),
        cmocka_unit_test(one_moment),
        cmocka_unit_test(a_few_fields),
        cmocka_unit_test(a_vector_moves_in_the_tree),
        cmocka_unit_test(too_many_in_a_window),
        cmocka_unit_test(packed_by_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
