/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Histogram and size classes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/histogram.h"
#include "analysis/size-classes.h"
#include "sample-record.h"

static void
test_buckets(void **state)
{
    (void)state;
    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        uint64_t bound = histogram_bound(bucket);
        assert_int_equal(histogram_bucket(bound), bucket);
        if (bound != UINT64_MAX)
            assert_int_equal(histogram_bucket(bound + 1), bucket + 1);
    }
    assert_int_equal(histogram_bound(0), 0);
    assert_int_equal(histogram_bound(1), 1);
    assert_int_equal(histogram_bound(2), 2);
    assert_int_equal(histogram_bound(11), 1024);
    assert_int_equal(histogram_bucket(3), 3);
    assert_int_equal(histogram_bucket(1023), 11);
}

/* Takes rows as text: "string/memory 64 3,". */
struct text_writer {
    struct writer writer;
    char text[1024];
};

static void
take_begin(struct writer *self, const char *id, const char *title,
           const struct column *columns, size_t count)
{
    (void)self;
    (void)title;
    assert_string_equal(id, "histogram");
    assert_int_equal(count, 4);
    assert_string_equal(columns[2].name, "le");
}

static void
take_row(struct writer *self, const struct cell *cells)
{
    struct text_writer *writer = (struct text_writer *)self;
    size_t used = strlen(writer->text);
    snprintf(writer->text + used, sizeof(writer->text) - used,
             "%.*s/%.*s %d %d,", (int)cells[0].bytes.size,
             (const char *)cells[0].bytes.data, (int)cells[1].bytes.size,
             (const char *)cells[1].bytes.data,
             cells[2].kind == CELL_EMPTY ? -1 : (int)cells[2].number,
             (int)cells[3].number);
}

static void
take_end(struct writer *self)
{
    (void)self;
}

static void
test_rows(void **state)
{
    (void)state;
    static const struct writer_ops ops = {
        .table_begin = take_begin, .row = take_row, .table_end = take_end,
    };
    struct text_writer writer = { .writer = { .ops = &ops } };
    struct analysis *a = histogram_new(1);
    struct analysis *b = histogram_new(1);
    struct sample sample;
    sample_init(&sample, "a", 64);
    a->ops->add(a, &sample.record);
    b->ops->add(b, &sample.record);
    sample.price.memory = 65;
    b->ops->add(b, &sample.record);
    sample.price.basis = BASIS_NONE;
    sample.record.elements = 0;
    b->ops->add(b, &sample.record);
    sample.record.type = sample.key.type = TYPE_MODULE;
    sample.key.module_name = BYTES_LITERAL("ReJSON-RL");
    sample.record.elements = UINT64_MAX;
    b->ops->add(b, &sample.record);
    a->ops->merge(a, b);
    a->ops->emit(a, &writer.writer);
    assert_string_equal(writer.text,
                        "string/memory 64 2,string/memory 128 1,"
                        "string/elements 0 1,string/elements 1 3,"
                        "ReJSON-RL/elements -1 1,");
    uint64_t keys[HISTOGRAM_BUCKETS];
    histogram_memory(a, keys);
    assert_int_equal(keys[7], 2);
    assert_int_equal(keys[8], 1);
    a->ops->free(a);
    b->ops->free(b);
}

static void
add_table(struct analysis *histogram, enum type type, enum encoding encoding,
          uint64_t elements, unsigned char type_byte)
{
    struct sample sample;
    sample_init(&sample, "a", 1000 + elements);
    sample.record.type = sample.key.type = type;
    sample.key.type_byte = type_byte;
    sample.price.encoding = encoding;
    sample.record.elements = elements;
    histogram->ops->add(histogram, &sample.record);
}

/* Packed ones, big ones and hashes whose fields may expire (type bytes 22 to
 * 25) do not count. */
static void
test_small_tables(void **state)
{
    (void)state;
    struct analysis *a = histogram_new(1);
    struct analysis *b = histogram_new(1);
    add_table(a, TYPE_HASH, ENCODING_HASHTABLE, 3, 4);
    add_table(a, TYPE_HASH, ENCODING_LISTPACK, 3, 4);
    add_table(a, TYPE_SET, ENCODING_HASHTABLE, 3, 2);
    add_table(b, TYPE_HASH, ENCODING_HASHTABLE, 512, 4);
    add_table(b, TYPE_HASH, ENCODING_HASHTABLE, 513, 4);
    add_table(b, TYPE_HASH, ENCODING_HASHTABLE, 3, 22);
    add_table(b, TYPE_HASH, ENCODING_HASHTABLE, 3, 25);
    add_table(b, TYPE_ZSET, ENCODING_SKIPLIST, 128, 5);
    a->ops->merge(a, b);
    uint64_t most = 512;
    struct histogram_sums sums =
        histogram_small_tables(a, TYPE_HASH, &most);
    assert_int_equal(most, 512);
    assert_int_equal(sums.keys, 2);
    assert_int_equal(sums.memory, 1003 + 1512);
    most = 511;
    sums = histogram_small_tables(a, TYPE_HASH, &most);
    assert_int_equal(most, 256);
    assert_int_equal(sums.keys, 1);
    most = 128;
    assert_int_equal(histogram_small_tables(a, TYPE_ZSET, &most).keys, 1);
    most = UINT64_MAX;
    assert_int_equal(histogram_small_tables(a, TYPE_HASH, &most).keys, 3);
    a->ops->free(a);
    b->ops->free(b);
}

static void
add_blocks(struct analysis *classes, uint64_t usable, uint64_t blocks,
           uint64_t requested)
{
    struct block_sum sum = { usable, blocks * BLOCK_FRACTION,
                             requested * BLOCK_FRACTION };
    struct block_list list = { &sum, 1 };
    struct sample sample;
    sample_init(&sample, "a", 1);
    sample.record.blocks = &list;
    classes->ops->add(classes, &sample.record);
}

static void
test_size_classes(void **state)
{
    (void)state;
    struct analysis *a = size_classes_new(1);
    struct analysis *b = size_classes_new(1);
    add_blocks(a, 320, 3, 800);
    add_blocks(b, 320, 1, 300);
    add_blocks(b, 8, 1, 5);
    add_blocks(b, 1048576, 2, 2000000);
    add_blocks(a, 1048576, 1, 1000000);
    add_blocks(a, 13, 1, 13);
    a->ops->merge(a, b);
    size_t count;
    struct size_classes_row *rows = size_classes_rows(a, 0, &count);
    static const struct size_classes_row expected[] = {
        { 8, 1, 5, 8 },
        { 13, 1, 13, 13 },
        { 320, 4, 1100, 1280 },
        { 1048576, 3, 3000000, 3145728 },
    };
    assert_int_equal(count, 4);
    assert_memory_equal(rows, expected, sizeof(expected));
    free(rows);
    a->ops->free(a);
    b->ops->free(b);
}

/* Takes rows of size classes: "8 1/1/2," is one block on the first of two
 * profiles and two on the second. */
static void
take_sizes_begin(struct writer *self, const char *id, const char *title,
                 const struct column *columns, size_t count)
{
    (void)self;
    (void)title;
    assert_string_equal(id, "size_classes");
    assert_int_equal(count, 1 + 3 * 3);
    assert_string_equal(columns[3].name, "blocks@b");
}

static void
take_sizes(struct writer *self, const struct cell *cells)
{
    struct text_writer *writer = (struct text_writer *)self;
    size_t used = strlen(writer->text);
    snprintf(writer->text + used, sizeof(writer->text) - used,
             "%d %d/%d/%d,",
             cells[0].kind == CELL_EMPTY ? -1 : (int)cells[0].number,
             (int)cells[1].number, (int)cells[2].number,
             (int)cells[3].number);
}

/* Sizes of either profile make a row. */
static void
test_two_profiles(void **state)
{
    (void)state;
    static const struct writer_ops ops = { .table_begin = take_sizes_begin,
                                           .row = take_sizes,
                                           .table_end = take_end };
    const char *const profiles[] = { "a", "b" };
    struct text_writer writer = { .writer = { .ops = &ops,
                                              .profiles = profiles,
                                              .profile_count = 2 } };
    static const struct block_sum first[] = {
        { 16, 2 * BLOCK_FRACTION, 20 * BLOCK_FRACTION },
        { 48, BLOCK_FRACTION, 40 * BLOCK_FRACTION },
    };
    static const struct block_sum second[] = {
        { 8, BLOCK_FRACTION, 8 * BLOCK_FRACTION },
        { 16, BLOCK_FRACTION, 9 * BLOCK_FRACTION },
        { 56, BLOCK_FRACTION / 4, 50 * BLOCK_FRACTION / 4 },
    };
    const struct block_list lists[] = { { first, 2 }, { second, 3 } };
    struct analysis *classes = size_classes_new(2);
    struct sample sample;
    sample_init(&sample, "a", 1);
    sample.record.blocks = lists;
    classes->ops->add(classes, &sample.record);
    classes->ops->emit(classes, &writer.writer);
    assert_string_equal(writer.text, "8 0/0/1,16 2/2/1,48 1/1/0,");
    classes->ops->free(classes);
}

/* An allocator that rounds nothing: the sums stay whole. */
static void
test_too_many_sizes(void **state)
{
    (void)state;
    struct analysis *classes = size_classes_new(1);
    enum { SIZES = 20000 };
    for (uint64_t size = 1; size <= SIZES; size++)
        add_blocks(classes, size, 1, size);
    size_t count;
    struct size_classes_row *rows = size_classes_rows(classes, 0, &count);
    assert_in_range(count, 2, SIZE_CLASSES_MAX + 1);
    assert_int_equal(rows[count - 1].size, 0);
    uint64_t blocks = 0;
    uint64_t usable = 0;
    for (size_t i = 0; i < count; i++) {
        blocks += rows[i].blocks;
        usable += rows[i].usable;
        assert_int_equal(rows[i].usable, rows[i].requested);
    }
    assert_int_equal(blocks, SIZES);
    assert_int_equal(usable, (uint64_t)SIZES * (SIZES + 1) / 2);
    free(rows);
    classes->ops->free(classes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buckets),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_small_tables),
        cmocka_unit_test(test_size_classes),
        cmocka_unit_test(test_two_profiles),
        cmocka_unit_test(test_too_many_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
