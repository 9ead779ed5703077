/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Prices of Redis 7.2 on 64 bits, added up by hand from its structs and the
 * size classes 8 16 24 32 40 48 56 64 80 96 112 128 160 ...
 *
 * Every key is "k": 8 (sds of 3) + 24 (dictEntry) = 32, and 16 for the object
 * where it has one of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <liblzf/lzf.h>

#include "model/pricer.h"

enum { KEY = 32, OBJECT = 16, EVERYTHING = 127 | PRICE_ALL_BLOCKS };

static struct profile profiles[2];
static struct pricer *pricer;
static struct key key;

static void
open_for(const char *server, const char *const *settings, size_t count)
{
    struct rdb_facts facts = { .version = 11 };
    struct profile_request request = { .server = server,
                                       .settings = settings,
                                       .setting_count = count };
    pricer_free(pricer);
    profile_resolve(&profiles[0], &request, &facts);
    pricer = pricer_new(profiles, 1, EVERYTHING);
}

static int
redis_7_2(void **state)
{
    (void)state;
    open_for("redis-7.2", NULL, 0);
    return 0;
}

static int
done(void **state)
{
    (void)state;
    pricer_free(pricer);
    pricer = NULL;
    return 0;
}

static void
begin(enum type type, unsigned char type_byte)
{
    key = (struct key){ .name = BYTES_LITERAL("k"),
                        .name_size = 1,
                        .idle_s = -1,
                        .freq = -1,
                        .type = type,
                        .type_byte = type_byte };
    struct visitor *visitor = pricer_visitor(pricer);
    visitor->ops->begin(visitor, &key);
}

static struct text
text_of(const char *words)
{
    return text_of_bytes((const unsigned char *)words, strlen(words));
}

/* Of a long text only the length. */
static struct text
long_text(uint64_t size)
{
    return (struct text){ .kind = TEXT_HEAD, .size = size };
}

static void
item(enum item_kind kind, struct text text, struct text value)
{
    struct visitor *visitor = pricer_visitor(pricer);
    struct item it = { .kind = kind, .text = text, .value = value };
    visitor->ops->item(visitor, &it);
}

static void
member(const char *text, double score)
{
    struct visitor *visitor = pricer_visitor(pricer);
    struct item it = { .kind = ITEM_MEMBER,
                       .text = text_of(text),
                       .score = score };
    visitor->ops->item(visitor, &it);
}

static void
field(const char *text, const char *value)
{
    item(ITEM_FIELD, text_of(text), text_of(value));
}

static void
count(uint64_t number)
{
    struct visitor *visitor = pricer_visitor(pricer);
    visitor->ops->count(visitor, number);
}

static bool
node(enum node_kind kind, uint64_t size, uint64_t entries)
{
    struct visitor *visitor = pricer_visitor(pricer);
    struct node it = { .kind = kind, .size = size, .count = entries };
    return visitor->ops->node(visitor, &it);
}

static const struct record *
end(void)
{
    struct visitor *visitor = pricer_visitor(pricer);
    visitor->ops->end(visitor, 77);
    return pricer_record(pricer);
}

/* The blocks of a profile add up to its price. */
static void
check_blocks(const struct record *record, size_t profile)
{
    const struct block_list *list = &record->blocks[profile];
    const struct price *price = &record->prices[profile];
    uint64_t sum = 0;
    uint64_t requested = 0;
    for (size_t i = 0; i < list->count; i++) {
        sum += list->sums[i].usable * list->sums[i].blocks;
        requested += list->sums[i].requested;
    }
    assert_int_equal(sum, price->memory * BLOCK_FRACTION);
    assert_int_equal(requested, price->requested * BLOCK_FRACTION);
}

static void
check(enum encoding encoding, uint64_t memory, enum basis basis)
{
    const struct record *record = end();
    assert_string_equal(encoding_name(record->prices[0].encoding),
                        encoding_name(encoding));
    assert_int_equal(record->prices[0].memory, memory);
    assert_int_equal(record->prices[0].basis, basis);
    assert_int_equal(record->serialized, 77);
    if (basis != BASIS_EXACT)
        return;
    check_blocks(record, 0);
}

static void
string(struct text text)
{
    begin(TYPE_STRING, 0);
    item(ITEM_VALUE, text, (struct text){ .size = 0 });
}

static void
strings(void **state)
{
    (void)state;
    string(text_of("9999")); /* shared */
    check(ENCODING_INT, KEY, BASIS_EXACT);
    string(text_of_integer(10000));
    check(ENCODING_INT, KEY + OBJECT, BASIS_EXACT);
    string(text_of("-1"));
    check(ENCODING_INT, KEY + OBJECT, BASIS_EXACT);
    string(text_of("")); /* 16 + 3 + 0 + 1 */
    check(ENCODING_EMBSTR, KEY + 24, BASIS_EXACT);
    string(long_text(44)); /* 16 + 3 + 44 + 1 */
    check(ENCODING_EMBSTR, KEY + 64, BASIS_EXACT);
    string(long_text(45)); /* 3 + 45 + 1 = 49 */
    check(ENCODING_RAW, KEY + OBJECT + 56, BASIS_EXACT);
    string(long_text(100000)); /* 9 + 100000 + 1 */
    check(ENCODING_RAW, KEY + OBJECT + 114688, BASIS_EXACT);
    assert_int_equal(pricer_record(pricer)->elements, 100000);
    assert_int_equal(pricer_record(pricer)->payload, 100001);
}

/* A key of 36 bytes (sds of 40) with 30 bytes embedded (50) and an expiry. */
static void
expiry_and_name(void **state)
{
    (void)state;
    struct visitor *visitor = pricer_visitor(pricer);
    string(long_text(30));
    key.name_size = 36;
    key.has_expiry = true;
    visitor->ops->begin(visitor, &key);
    item(ITEM_VALUE, long_text(30), long_text(0));
    check(ENCODING_EMBSTR, 40 + 24 + 24 + 56, BASIS_EXACT);
}

static void
integers_with_a_clock_and_slots_in_cluster_mode(void **state)
{
    (void)state;
    static const char *const settings[] = { "maxmemory-policy=allkeys-lru",
                                            "cluster-enabled=yes" };
    open_for("redis-7.2", settings, 2);
    string(text_of("7"));
    check(ENCODING_INT, KEY + 16 + OBJECT, BASIS_EXACT);
}

static void
packed_values_cost_their_blob(void **state)
{
    (void)state;
    begin(TYPE_HASH, 16);
    node(NODE_LISTPACK, 100, 20);
    check(ENCODING_LISTPACK, KEY + OBJECT + 112, BASIS_EXACT);
    assert_int_equal(pricer_record(pricer)->elements, 10);
    begin(TYPE_ZSET, 17);
    node(NODE_LISTPACK, 41, 8);
    check(ENCODING_LISTPACK, KEY + OBJECT + 48, BASIS_EXACT);
    begin(TYPE_SET, 20);
    node(NODE_LISTPACK, 500, 128);
    check(ENCODING_LISTPACK, KEY + OBJECT + 512, BASIS_EXACT);
    begin(TYPE_SET, 11);
    node(NODE_INTSET, 8 + 3 * 2, 3);
    check(ENCODING_INTSET, KEY + OBJECT + 16, BASIS_EXACT);
    assert_int_equal(pricer_record(pricer)->elements, 3);
    begin(TYPE_LIST, 18);
    count(1);
    node(NODE_LISTPACK, 8192, 3);
    check(ENCODING_LISTPACK, KEY + OBJECT + 8192, BASIS_EXACT);
    begin(TYPE_LIST, 18);
    count(1);
    node(NODE_LISTPACK, 8193, 3);
    check(ENCODING_QUICKLIST, KEY + OBJECT + 40 + 40 + 10240, BASIS_EXACT);
}

/* Dict of 56 and 8 slots of 8; entries of 24; every string in 8 but one of
 * 65 bytes (69 -> 80).  Loading began with four in a table of four, which the
 * fifth made outgrow it; two more moved two of its slots.  The old 32 bytes
 * are there unless the four took no more than two, which is 88 of 256 cases. */
static void
a_hash_that_becomes_a_table_while_loading(void **state)
{
    (void)state;
    char value[66];
    memset(value, 'v', 65);
    value[65] = '\0';
    begin(TYPE_HASH, 4);
    count(7);
    field("f1", "v");
    field("f2", "v");
    field("f3", "v");
    field("f4", "v");
    field("f5", value);
    field("f6", "v");
    field("f7", "v");
    check(ENCODING_HASHTABLE,
          KEY + OBJECT + 56 + 32 + 64 + 7 * 24 + 7 * 8 + 6 * 8 + 80,
          BASIS_EXPECTED);
    const struct record *record = pricer_record(pricer);
    assert_int_equal(record->elements, 7);
    assert_int_equal(record->payload, 1 + 7 * 2 + 6 + 65);
    assert_int_equal(record->largest, 65);
    assert_memory_equal(record->largest_name.data, "f5", 2);
}

static void
a_hash_of_few_fields_is_packed(void **state)
{
    (void)state;
    begin(TYPE_HASH, 4);
    count(2);
    field("a", "1");    /* 3 + 2 */
    field("bcd", "xy"); /* 5 + 4 */
    check(ENCODING_LISTPACK, KEY + OBJECT + 24, BASIS_EXACT); /* 7 + 14 */
    assert_int_equal(pricer_record(pricer)->prices[0].requested,
                     3 + 24 + 16 + 21);
}

/* Two integers are in an intset when "abc" comes: the listpack is made for two
 * of the longer, 7 + 2 * 10, and the 22 bytes it then has do not shrink it. */
static void
a_set_goes_from_intset_to_listpack(void **state)
{
    (void)state;
    begin(TYPE_SET, 2);
    count(3);
    member("1", 0);
    member("1000000000000", 0);
    member("a", 0);
    check(ENCODING_LISTPACK, KEY + OBJECT + 32, BASIS_EXACT);
    begin(TYPE_SET, 2);
    count(2);
    member("1", 0);
    member("70000", 0); /* 4 bytes each */
    check(ENCODING_INTSET, KEY + OBJECT + 16, BASIS_EXACT);
}

/* 65 bytes are too many for a listpack: a table of four, the members in 80 and
 * 8 and 8; 11/16 of an entry of 16 is expected. */
static void
a_set_goes_to_a_table(void **state)
{
    (void)state;
    begin(TYPE_SET, 2);
    count(3);
    member("1", 0);
    item(ITEM_MEMBER, long_text(65), long_text(0));
    member("a", 0);
    check(ENCODING_HASHTABLE, KEY + OBJECT + 56 + 32 + 80 + 8 + 8 + 11,
          BASIS_EXPECTED);
}

/* Nodes of 24 + 16 * level in 40, 56, 80, 96, 112, 128, 160, 160 ... by
 * 3/4, 3/16, ...: 45.83646 on average. */
static void
a_skiplist_by_expectation(void **state)
{
    (void)state;
    char name[6] = "m0000";
    begin(TYPE_ZSET, 5);
    count(200);
    for (int i = 0; i < 200; i++) {
        name[3] = (char)('0' + i / 10 % 10);
        name[4] = (char)('0' + i % 10);
        name[2] = (char)('0' + i / 100);
        member(name, i);
    }
    uint64_t nodes = 9167; /* 200 * 45.83646 = 9167.29 */
    check(ENCODING_SKIPLIST,
          KEY + OBJECT + 16 + 56 + 256 * 8 + 200 * 24 + 32 + 640 + 200 * 8 +
              nodes,
          BASIS_EXPECTED);
    assert_int_equal(pricer_record(pricer)->payload, 1 + 200 * (5 + 8));
}

static void
a_small_zset_is_packed_with_scores_as_text(void **state)
{
    (void)state;
    begin(TYPE_ZSET, 5);
    count(2);
    member("a", 1);    /* 3 + 2 */
    member("b", -0.5); /* 3 + 6 */
    check(ENCODING_LISTPACK, KEY + OBJECT + 24, BASIS_EXACT);
}

/* Elements of 5000 bytes (5007 each) do not share a node of 8 kB. */
static void
a_list_is_cut_into_nodes(void **state)
{
    (void)state;
    begin(TYPE_LIST, 1);
    count(3);
    for (int i = 0; i < 3; i++)
        item(ITEM_ELEMENT, long_text(5000), long_text(0));
    check(ENCODING_QUICKLIST, KEY + OBJECT + 40 + 3 * (40 + 5120),
          BASIS_EXACT);
    begin(TYPE_LIST, 1);
    count(2);
    item(ITEM_ELEMENT, text_of("one"), long_text(0));
    item(ITEM_ELEMENT, text_of("2"), long_text(0));
    check(ENCODING_LISTPACK, KEY + OBJECT + 16, BASIS_EXACT);
}

/* A ziplist of 2.x stays a quicklist, though it is but one node. */
static void
an_old_list_stays_a_quicklist(void **state)
{
    (void)state;
    begin(TYPE_LIST, 10);
    assert_true(node(NODE_ZIPLIST, 30, 2));
    item(ITEM_ELEMENT, text_of("one"), long_text(0));
    item(ITEM_ELEMENT, text_of("2"), long_text(0));
    check(ENCODING_QUICKLIST, KEY + OBJECT + 40 + 40 + 16, BASIS_EXACT);
}

/* Three nodes of one element of 200 bytes; the inner one is compressed. */
static void
inner_nodes_are_compressed(void **state)
{
    (void)state;
    static const char *const settings[] = { "list-max-listpack-size=1",
                                            "list-compress-depth=1" };
    unsigned char listpack[211] = { 211, 0, 0, 0, 1, 0, 0xE0, 200 };
    unsigned char compressed[211];
    memset(listpack + 8, 'a', 200);
    listpack[208] = 1;
    listpack[209] = 128 + 74;
    listpack[210] = 0xFF;
    unsigned size = lzf_compress(listpack, 211, compressed, 211);
    assert_in_range(size, 10, 56); /* so the block is in 64 at most */
    unsigned block = size + 8 <= 24   ? 24
                     : size + 8 <= 32 ? 32
                     : size + 8 <= 40 ? 40
                     : size + 8 <= 48 ? 48
                     : size + 8 <= 56 ? 56
                                      : 64;
    open_for("redis-7.2", settings, 2);
    for (int parts = 0; parts < 2; parts++) {
        begin(TYPE_LIST, 1);
        count(3);
        for (int i = 0; i < 3; i++) {
            struct visitor *visitor = pricer_visitor(pricer);
            struct item it = { .kind = ITEM_ELEMENT,
                               .text = text_of_bytes(listpack + 8, 200) };
            if (parts) {
                it.text.kind = TEXT_PARTS;
                visitor->ops->text(visitor, &it, 0,
                                   bytes_of(listpack + 8, 77));
                visitor->ops->text(visitor, &it, 0,
                                   bytes_of(listpack + 85, 123));
            }
            visitor->ops->item(visitor, &it);
        }
        check(ENCODING_QUICKLIST,
              KEY + OBJECT + 40 + 3 * 40 + 224 + block + 224, BASIS_EXACT);
    }
}

static void
encoding_is(enum encoding encoding)
{
    assert_string_equal(encoding_name(end()->prices[0].encoding),
                        encoding_name(encoding));
}

static void
aggregates_of_other_servers(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        enum encoding list, set, hash, ttl;
    } servers[] = {
        { "redis-2.8", ENCODING_ZIPLIST, ENCODING_HASHTABLE, ENCODING_ZIPLIST,
          ENCODING_UNKNOWN },
        { "redis-6.2", ENCODING_QUICKLIST, ENCODING_HASHTABLE,
          ENCODING_ZIPLIST, ENCODING_UNKNOWN },
        { "redis-7.0", ENCODING_QUICKLIST, ENCODING_HASHTABLE,
          ENCODING_LISTPACK, ENCODING_UNKNOWN },
        { "redis-7.2", ENCODING_LISTPACK, ENCODING_LISTPACK,
          ENCODING_LISTPACK, ENCODING_UNKNOWN },
        { "redis-7.4", ENCODING_LISTPACK, ENCODING_LISTPACK,
          ENCODING_LISTPACK, ENCODING_LISTPACKEX },
        { "valkey-9.0", ENCODING_LISTPACK, ENCODING_LISTPACK,
          ENCODING_LISTPACK, ENCODING_HASHTABLE },
    };
    for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
        open_for(servers[i].server, NULL, 0);
        begin(TYPE_LIST, 1);
        count(1);
        item(ITEM_ELEMENT, text_of("a"), long_text(0));
        encoding_is(servers[i].list);
        begin(TYPE_SET, 2);
        count(1);
        member("a", 0);
        encoding_is(servers[i].set);
        begin(TYPE_HASH, 4);
        count(1);
        field("a", "b");
        encoding_is(servers[i].hash);
        begin(TYPE_HASH, 24);
        count(1);
        field("a", "b");
        encoding_is(servers[i].ttl);
    }
}

static void
what_a_server_cannot_hold_has_no_price(void **state)
{
    (void)state;
    begin(TYPE_LIST, 1);
    count(0);
    check(ENCODING_UNKNOWN, 0, BASIS_NONE);
    assert_int_equal(pricer_record(pricer)->blocks[0].count, 0);
    begin(TYPE_VECTORSET, 7);
    check(ENCODING_UNKNOWN, 0, BASIS_NONE);
    begin(TYPE_ARRAY, 28);
    check(ENCODING_UNKNOWN, 0, BASIS_NONE);
    open_for("redis-6.0", NULL, 0);
    begin(TYPE_LIST, 1);
    count(0);
    encoding_is(ENCODING_QUICKLIST);
}

/* A module's two strings of 10 and 100 bytes, one number, and the header. */
static void
a_module_costs_at_least_what_it_saved(void **state)
{
    (void)state;
    begin(TYPE_MODULE, 7);
    item(ITEM_MODULE, long_text(0), long_text(0));
    item(ITEM_MODULE_UINT, long_text(0), long_text(0));
    item(ITEM_MODULE_STRING, long_text(10), long_text(0));
    item(ITEM_MODULE_STRING, long_text(100), long_text(0));
    check(ENCODING_RAW, KEY + OBJECT + 16 + 8 + 16 + 112, BASIS_LOWER);
    assert_int_equal(pricer_record(pricer)->payload, 1 + 8 + 110);
}

static void
two_profiles_in_one_walk(void **state)
{
    (void)state;
    struct rdb_facts facts = { .version = 11 };
    struct profile_request old = { .server = "redis-3.0" };
    struct profile_request new = { .server = "redis-7.2/none" };
    pricer_free(pricer);
    profile_resolve(&profiles[0], &old, &facts);
    profile_resolve(&profiles[1], &new, &facts);
    pricer = pricer_new(profiles, 2, EVERYTHING);
    string(long_text(44));
    const struct record *record = end();
    assert_int_equal(record->price_count, 2);
    assert_int_equal(record->prices[0].encoding, ENCODING_RAW);
    assert_int_equal(record->prices[1].encoding, ENCODING_EMBSTR);
    /* name 10, entry 24, object 16, text 53, on jemalloc 3 */
    assert_int_equal(record->prices[0].memory, 16 + 32 + 16 + 64);
    assert_int_equal(record->prices[1].memory, 3 + 24 + 64);
    check_blocks(record, 0);
    check_blocks(record, 1);
}

/* Only what was asked for is looked into. */
static void
wants_follow_the_question(void **state)
{
    (void)state;
    pricer_free(pricer);
    pricer = pricer_new(profiles, 1,
                        PRICE_ELEMENTS | PRICE_ENCODING | PRICE_MEMORY);
    begin(TYPE_HASH, 16);
    assert_int_equal(pricer_visitor(pricer)->wants, 0);
    assert_false(node(NODE_LISTPACK, 100, 1024));
    begin(TYPE_HASH, 16);
    assert_true(node(NODE_LISTPACK, 100, 1026)); /* becomes a table */
    begin(TYPE_HASH, 13);
    assert_true(node(NODE_ZIPLIST, 100, 4)); /* is rewritten */
    begin(TYPE_HASH, 16);
    assert_true(node(NODE_LISTPACK, 70000, NODE_COUNT_UNKNOWN));
    pricer_visitor(pricer)->ops->abort(pricer_visitor(pricer));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, redis_7_2, done)
    const struct CMUnitTest tests[] = {
        TEST(strings),
        TEST(expiry_and_name),
        TEST(integers_with_a_clock_and_slots_in_cluster_mode),
        TEST(packed_values_cost_their_blob),
        TEST(a_hash_that_becomes_a_table_while_loading),
        TEST(a_hash_of_few_fields_is_packed),
        TEST(a_set_goes_from_intset_to_listpack),
        TEST(a_set_goes_to_a_table),
        TEST(a_skiplist_by_expectation),
        TEST(a_small_zset_is_packed_with_scores_as_text),
        TEST(a_list_is_cut_into_nodes),
        TEST(an_old_list_stays_a_quicklist),
        TEST(inner_nodes_are_compressed),
        TEST(aggregates_of_other_servers),
        TEST(what_a_server_cannot_hold_has_no_price),
        TEST(a_module_costs_at_least_what_it_saved),
        TEST(two_profiles_in_one_walk), TEST(wants_follow_the_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
