/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The parts that costs are made of, against values worked out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/cost-dict.h"
#include "model/packed-image.h"
#include "packed/packed.h"

static struct text
text_of(const char *words)
{
    return text_of_bytes((const unsigned char *)words, strlen(words));
}

/* sds.h: headers of 1, 3, 5, 9 and 17 bytes, the smallest not for an empty
 * string (sds.c sdsnewlen); since Valkey 8.0 a string and its header together
 * must be what the header can count; up to 3.0 8 bytes. */
static void
sds_headers(void **state)
{
    (void)state;
    static const uint64_t sizes[][4] = {
        /* length, 3.0, 7.2, Valkey 8.0 */
        { 0, 9, 4, 4 },
        { 1, 10, 3, 3 },
        { 31, 40, 33, 33 },
        { 32, 41, 36, 36 },
        { 252, 261, 256, 256 },
        { 253, 262, 257, 259 },
        { 255, 264, 259, 261 },
        { 256, 265, 262, 262 },
        { 65530, 65539, 65536, 65536 },
        { 65531, 65540, 65537, 65541 },
        { 65535, 65544, 65541, 65545 },
        { 65536, 65545, 65546, 65546 },
        { 4294967295, 4294967304, 4294967305, 4294967313 },
        { 4294967296, 4294967305, 4294967314, 4294967314 },
    };
    static const char *const servers[] = { "redis-3.0", "redis-7.2",
                                           "valkey-8.0" };
    for (size_t server = 0; server < 3; server++) {
        struct cost cost = { .server = servers_find(
                                 bytes_of_text(servers[server])) };
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
            assert_int_equal(cost_sds(&cost, sizes[i][0]),
                             sizes[i][server + 1]);
    }
}

static void
only_canonical_text_is_an_integer(void **state)
{
    (void)state;
    static const char *const no[] = {
        "",    "-",     "-0",   "00",  "01",   "+1",
        " 1",  "1 ",    "1.0",  "1e3", "0x10", "9223372036854775808",
        "--1", "-9223372036854775809", "99999999999999999999", "a",
    };
    static const struct {
        const char *text;
        int64_t value;
    } yes[] = {
        { "0", 0 },
        { "-1", -1 },
        { "10000", 10000 },
        { "9223372036854775807", INT64_MAX },
        { "-9223372036854775808", INT64_MIN },
    };
    int64_t value;
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        struct text text = text_of(no[i]);
        assert_false(cost_integer(&text, &value));
    }
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        struct text text = text_of(yes[i].text);
        assert_true(cost_integer(&text, &value));
        assert_int_equal(value, yes[i].value);
    }
    struct text head = { .kind = TEXT_HEAD, .size = 70 };
    assert_false(cost_integer(&head, &value));
}

static void
tables_are_powers_of_two_of_at_least_four(void **state)
{
    (void)state;
    static const uint64_t of[][2] = { { 0, 4 },  { 4, 4 },    { 5, 8 },
                                      { 8, 8 },  { 9, 16 },   { 512, 512 },
                                      { 513, 1024 } };
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
        assert_int_equal(cost_dict_slots(of[i][0]), of[i][1]);
    assert_true(cost_dict_slots(UINT64_MAX) >= (uint64_t)1 << 40);
}

/* Two in four slots meet with probability 1/4.  The third of three finds its
 * slot taken with 1/4 * 1/4 + 3/4 * 2/4 = 7/16 more. */
static void
expected_collisions(void **state)
{
    (void)state;
    assert_true(cost_dict_collisions(0, 4) == 0);
    assert_true(cost_dict_collisions(1, 4) == 0);
    assert_float_equal(cost_dict_collisions(2, 4), 0.25, 1e-12);
    assert_float_equal(cost_dict_collisions(3, 4), 0.6875, 1e-12);
}

/* Four in four slots: 24 of 256 ways take four slots, 144 three. */
static void
chance_that_more_slots_are_taken(void **state)
{
    (void)state;
    assert_float_equal(cost_dict_occupied_above(4, 4, 0), 1, 1e-12);
    assert_float_equal(cost_dict_occupied_above(4, 4, 1), 252.0 / 256, 1e-12);
    assert_float_equal(cost_dict_occupied_above(4, 4, 2), 168.0 / 256, 1e-12);
    assert_float_equal(cost_dict_occupied_above(4, 4, 3), 24.0 / 256, 1e-12);
    assert_float_equal(cost_dict_occupied_above(4, 4, 4), 0, 1e-12);
    assert_float_equal(cost_dict_occupied_above(2, 4, 1), 0.75, 1e-12);
}

/* With many slots the number taken is close to normally distributed: mean
 * n (1 - 1/e), so half of the chance lies above it. */
static void
chance_in_large_tables(void **state)
{
    (void)state;
    uint64_t n = 1 << 20;
    uint64_t mean = 662826; /* 1048576 * (1 - 1/e) */
    assert_float_equal(cost_dict_occupied_above(n, n, mean), 0.5, 0.01);
    assert_float_equal(cost_dict_occupied_above(n, n, mean + 5000), 0, 1e-6);
    assert_float_equal(cost_dict_occupied_above(n, n, mean - 5000), 1, 1e-6);
}

/* The fifth entry needs eight slots; each later one moves a slot of the old
 * table, which is gone after four moves at the latest, and most likely after
 * three: four entries took all four slots in 24 of 256 cases. */
static void
a_dict_that_outgrows_its_table(void **state)
{
    (void)state;
    struct cost_dict dict = { .slots = 0 };
    for (int i = 0; i < 4; i++)
        cost_dict_add(&dict);
    assert_int_equal(dict.slots, 4);
    assert_int_equal(dict.next_slots, 0);
    cost_dict_add(&dict);
    assert_int_equal(dict.next_slots, 8);
    assert_int_equal(dict.steps, 0);
    for (int i = 0; i < 3; i++)
        cost_dict_add(&dict);
    assert_int_equal(dict.next_slots, 8);
    assert_int_equal(dict.steps, 3);
    struct cost_dict done = dict;
    done.rule = DICT_3_0; /* 2.8 notices one move later */
    assert_false(cost_dict_finish(&done));
    assert_int_equal(done.slots, 8);
    assert_int_equal(done.next_slots, 0);
    cost_dict_add(&dict); /* the ninth: the move ends, and eight is full */
    assert_int_equal(dict.slots, 8);
    assert_int_equal(dict.next_slots, 16);
}

static void
a_dict_that_is_told_its_size(void **state)
{
    (void)state;
    struct cost_dict dict = { .slots = 0 };
    cost_dict_expand(&dict, 0);
    assert_int_equal(dict.slots, 4);
    cost_dict_expand(&dict, 600);
    assert_int_equal(dict.next_slots, 1024);
    cost_dict_add(&dict); /* nothing to move */
    assert_int_equal(dict.slots, 1024);
    assert_int_equal(dict.next_slots, 0);
    cost_dict_expand(&dict, 0); /* smaller than what is in it */
    assert_int_equal(dict.next_slots, 0);
}

/* By the format: 5 is one byte, 4096 an int16, -1 thirteen bits, "ab" a short
 * string; 200 bytes have a two-byte head and a two-byte back length. */
static void
the_image_of_a_listpack(void **state)
{
    (void)state;
    static const unsigned char expected[] = {
        0x18, 0,    0, 0, 5, 0,                    /* 24 bytes, 5 entries */
        0x05, 0x01,                                /* 5 */
        0xF1, 0x00, 0x10, 0x03,                    /* 4096 */
        0xDF, 0xFF, 0x02,                          /* -1 */
        0x82, 'a',  'b',  0x03,                    /* "ab" */
        0x82, '0',  '1',  0x03,                    /* "01" */
        0xFF,
    };
    static const char *const words[] = { "5", "4096", "-1", "ab", "01" };
    struct packed_image image = { .ops = NULL };
    packed_image_begin(&image, &packed_image_listpack);
    for (size_t i = 0; i < 5; i++) {
        struct text text = text_of(words[i]);
        packed_image_add(&image, &text);
    }
    packed_image_end(&image, 5);
    assert_int_equal(image.bytes.size, sizeof(expected));
    assert_memory_equal(image.bytes.data, expected, sizeof(expected));

    unsigned char filler[200] = { 0 };
    struct text text = text_of_bytes(filler, sizeof(filler));
    packed_image_begin(&image, &packed_image_listpack);
    packed_image_add(&image, &text);
    assert_int_equal(image.bytes.size, 6 + 2 + 200 + 2);
    assert_int_equal(image.bytes.data[6], 0xE0);
    assert_int_equal(image.bytes.data[7], 200);
    assert_int_equal(image.bytes.data[208], 1);  /* 202 = 1 * 128 + 74 */
    assert_int_equal(image.bytes.data[209], 128 + 74);
    buffer_fini(&image.bytes);
}

/* The same five, by ziplist.c: each begins with the size of the one before;
 * 5 is in its encoding byte, 4096 has two bytes, -1 one.  Behind 253 bytes and
 * more that size takes five. */
static void
the_image_of_a_ziplist(void **state)
{
    (void)state;
    static const unsigned char expected[] = {
        0x1C, 0, 0, 0, 0x17, 0, 0, 0, 5, 0, /* 28 bytes, last at 23 */
        0x00, 0xF6,                         /* 5 */
        0x02, 0xC0, 0x00, 0x10,             /* 4096 */
        0x04, 0xFE, 0xFF,                   /* -1 */
        0x03, 0x02, 'a',  'b',              /* "ab" */
        0x04, 0x02, '0',  '1',              /* "01" */
        0xFF,
    };
    static const char *const words[] = { "5", "4096", "-1", "ab", "01" };
    struct packed_image image = { .ops = NULL };
    uint64_t size = ZIPLIST_EMPTY;
    uint64_t latest = 0;
    packed_image_begin(&image, &packed_image_ziplist);
    for (size_t i = 0; i < 5; i++) {
        struct text text = text_of(words[i]);
        packed_image_add(&image, &text);
        latest = ziplist_entry_size(&text, latest);
        size += latest;
    }
    packed_image_end(&image, 5);
    assert_int_equal(image.bytes.size, sizeof(expected));
    assert_int_equal(size, sizeof(expected));
    assert_memory_equal(image.bytes.data, expected, sizeof(expected));

    unsigned char filler[300] = { 0 };
    struct text text = text_of_bytes(filler, sizeof(filler));
    packed_image_begin(&image, &packed_image_ziplist);
    packed_image_add(&image, &text);
    packed_image_add(&image, &text);
    assert_int_equal(image.bytes.size, 10 + (1 + 2 + 300) + (5 + 2 + 300));
    assert_int_equal(ziplist_entry_size(&text, 303), 307);
    assert_int_equal(image.bytes.data[11], 0x41); /* 300 = 0x12C */
    assert_int_equal(image.bytes.data[12], 0x2C);
    assert_int_equal(image.bytes.data[313], 0xFE);
    assert_int_equal(image.bytes.data[314], 303 - 256);
    buffer_fini(&image.bytes);
}

/* Sizes with a place, without one (no multiple of 8), and beyond the places:
 * each twice, far more of them than are just listed. */
static void
add_twice(struct block_sums *sums, uint64_t sizes)
{
    for (uint64_t i = 0; i < 2 * sizes; i++) {
        uint64_t size = 5 * (i % sizes) + 1;
        block_sums_add(sums, BLOCK_STRING, size * size, size, BLOCK_FRACTION);
    }
}

static void
check_sums(const struct block_sums *sums, uint64_t sizes)
{
    uint64_t usable = 0;
    uint64_t requested = 0;
    uint64_t expected_usable = 0;
    uint64_t expected_requested = 0;
    for (size_t i = 0; i < sums->count; i++) {
        usable += sums->list[i].usable * sums->list[i].blocks;
        requested += sums->list[i].requested;
    }
    for (uint64_t i = 0; i < sizes; i++) {
        expected_usable += 2 * (5 * i + 1) * (5 * i + 1) * BLOCK_FRACTION;
        expected_requested += 2 * (5 * i + 1) * BLOCK_FRACTION;
    }
    assert_int_equal(usable, expected_usable);
    assert_int_equal(requested, expected_requested);
}

static void
many_blocks_are_added_up_by_size(void **state)
{
    (void)state;
    struct block_sums *sums = block_sums_new();
    for (int round = 0; round < 2; round++) {
        add_twice(sums, 300);
        check_sums(sums, 300);
        assert_in_range(sums->count, 300, 300 + BLOCK_SUMS_LISTED);
        block_sums_clear(sums);
        assert_int_equal(sums->count, 0);
    }
    add_twice(sums, 3);
    check_sums(sums, 3);
    sums->kept = 1;
    block_sums_clear(sums);
    assert_int_equal(sums->count, 1);
    assert_int_equal(sums->list[0].usable, 1);
    block_sums_free(sums);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sds_headers),
        cmocka_unit_test(only_canonical_text_is_an_integer),
        cmocka_unit_test(tables_are_powers_of_two_of_at_least_four),
        cmocka_unit_test(expected_collisions),
        cmocka_unit_test(chance_that_more_slots_are_taken),
        cmocka_unit_test(chance_in_large_tables),
        cmocka_unit_test(a_dict_that_outgrows_its_table),
        cmocka_unit_test(a_dict_that_is_told_its_size),
        cmocka_unit_test(the_image_of_a_listpack),
        cmocka_unit_test(the_image_of_a_ziplist),
        cmocka_unit_test(many_blocks_are_added_up_by_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
