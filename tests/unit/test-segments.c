/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/databases.h"
#include "analysis/expiry.h"
#include "analysis/histogram.h"
#include "analysis/prefix.h"
#include "analysis/size-classes.h"
#include "analysis/summary.h"
#include "analysis/top.h"
#include "drip.h"
#include "input/crc64.h"
#include "scan/scan.h"

enum {
    KEYS = 20000,
    SEGMENT = 4096,
    HUGE_VALUE = 1024 * 1024, /* more than any buffer of such segments */
    ANALYSES = 8,
};

/* ---- dumps ---- */

static struct buffer dump;

static void
put(const void *data, size_t size)
{
    buffer_append(&dump, data, size);
}

static void
put_name(const char *type_and_prefix, unsigned number)
{
    char name[40];
    int size = snprintf(name, sizeof name, "%s%u:%u", type_and_prefix + 1,
                        number % 37, number);
    put(type_and_prefix, 1);
    buffer_append_byte(&dump, (unsigned char)size);
    put(name, (size_t)size);
}

static void
begin_dump(void)
{
    buffer_clear(&dump);
    put("REDIS0011\376\0", 11);
}

/* Strings, some with an expiry, lists of two, in two databases. */
static void
put_keys(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        if (i == KEYS / 2)
            put("\376\3", 2);
        if (i % 3 == 0)
            put("\374\1\2\3\4\5\0\0\0", 9);
        if (i % 50 == 0) {
            put_name("\1l", i);
            put("\2\1a\300\7", 5);
        } else {
            put_name("\0s", i);
            buffer_append_byte(&dump, (unsigned char)(i % 60));
            for (unsigned k = 0; k < i % 60; k++)
                buffer_append_byte(&dump, 'x');
        }
    }
}

/* What claims to be LZF and is not. */
static void
put_damaged(unsigned number)
{
    put_name("\0s", number);
    put("\303\2\12\377\377", 5);
}

static void
put_huge(unsigned number)
{
    static unsigned char value[HUGE_VALUE];
    put_name("\0s", number);
    put("\200\0\20\0\0", 5);
    put(value, sizeof value);
}

static void
end_dump(void)
{
    unsigned char stored[8];
    put("\377", 1);
    uint64_t crc = crc64(0, dump.data, dump.size);
    for (size_t i = 0; i < sizeof stored; i++)
        stored[i] = (unsigned char)(crc >> 8 * i);
    put(stored, sizeof stored);
}

/* ---- reading them ---- */

struct reading {
    struct scan scan;
    struct analysis *analyses[ANALYSES];
    struct buffer damaged; /* what was said */
    unsigned polls;
    unsigned stop_at; /* poll; 0: never */
};

static void
make_analyses(void *context, struct analysis **analyses)
{
    static const struct top_options top = { TOP_BY_MEMORY, 9, false };
    static const struct top_options by_type = { TOP_BY_ELEMENTS, 5, true };
    static const struct prefix_options prefix = { .depth = 1,
                                                  .capacity = 1000 };
    (void)context;
    analyses[0] = summary_new(1, true);
    analyses[1] = top_new(&top);
    analyses[2] = prefix_new(&prefix);
    analyses[3] = top_new(&by_type);
    analyses[4] = databases_new(1);
    analyses[5] = expiry_new(1);
    analyses[6] = histogram_new(1);
    analyses[7] = size_classes_new(1);
}

static void
on_damaged(void *context, const struct error *error)
{
    struct reading *reading = context;
    buffer_append(&reading->damaged, error->text, strlen(error->text));
    buffer_append_byte(&reading->damaged, '\n');
}

static bool
on_poll(void *context, uint64_t offset)
{
    struct reading *reading = context;
    (void)offset;
    return ++reading->polls != reading->stop_at;
}

/* In segments, or, with no threads, in one piece. */
static void
read_dump(struct reading *reading, size_t threads)
{
    static const struct profile_request request = { .server = "redis-7.2" };
    static const struct scan_callbacks callbacks = { .damaged = on_damaged,
                                                     .poll = on_poll };
    struct scan *scan = &reading->scan;
    struct drip drip = drip_of(buffer_bytes(&dump), 30000);
    struct reader reader;
    make_analyses(NULL, reading->analyses);
    scan->requests = &request;
    scan->request_count = 1;
    scan->analyses = reading->analyses;
    scan->analysis_count = ANALYSES;
    scan->callbacks = &callbacks;
    scan->context = reading;
    scan->make_analyses = threads > 0 ? make_analyses : NULL;
    scan->threads = threads;
    scan->segment_size = SEGMENT;
    reader_init(&reader, &drip.stream, 0);
    (void)scan_run(scan, &reader);
    reader_fini(&reader);
}

static void
forget(struct reading *reading)
{
    for (size_t i = 0; i < ANALYSES; i++)
        reading->analyses[i]->ops->free(reading->analyses[i]);
    buffer_fini(&reading->damaged);
    scan_fini(&reading->scan);
}

/* ---- what analyses say, as text ---- */

struct text_writer {
    struct writer writer;
    size_t width;
    struct buffer text;
};

static void
take_table(struct writer *self, const char *id, const char *title,
           const struct column *columns, size_t count)
{
    (void)id;
    (void)title;
    (void)columns;
    ((struct text_writer *)self)->width = count;
}

static void
take_row(struct writer *self, const struct cell *cells)
{
    struct text_writer *writer = (struct text_writer *)self;
    for (size_t i = 0; i < writer->width; i++) {
        char number[32];
        snprintf(number, sizeof number, " %llu,",
                 (unsigned long long)cells[i].number);
        buffer_append(&writer->text, cells[i].bytes.data,
                      cells[i].bytes.size);
        buffer_append(&writer->text, number, strlen(number));
    }
    buffer_append_byte(&writer->text, '\n');
}

static void
take_object(struct writer *self, const char *id, const struct column *columns,
            const struct cell *cells, size_t count)
{
    take_table(self, id, NULL, columns, count);
    take_row(self, cells);
}

static void
take_end(struct writer *self)
{
    (void)self;
}

static struct buffer
text_of(struct analysis *analysis)
{
    static const struct writer_ops ops = {
        .name = "test",           .table_begin = take_table,
        .row = take_row,          .table_end = take_end,
        .object = take_object,
    };
    struct text_writer writer = { .writer = { .ops = &ops } };
    analysis->ops->emit(analysis, &writer.writer);
    buffer_append_byte(&writer.text, '\0');
    return writer.text;
}

static void
assert_same_texts(struct analysis *a, struct analysis *b)
{
    struct buffer text = text_of(a);
    struct buffer other = text_of(b);
    assert_true(text.size > 4);
    assert_string_equal((char *)text.data, (char *)other.data);
    buffer_fini(&text);
    buffer_fini(&other);
}

static void
assert_same(struct reading *a, struct reading *b)
{
    const struct scan *x = &a->scan;
    const struct scan *y = &b->scan;
    assert_int_equal(x->keys, y->keys);
    assert_int_equal(x->passed, y->passed);
    assert_int_equal(x->damaged, y->damaged);
    assert_int_equal(x->end, y->end);
    assert_int_equal(x->facts.crc, y->facts.crc);
    assert_int_equal(x->error.kind, y->error.kind);
    assert_int_equal(x->error.offset, y->error.offset);
    assert_string_equal(x->error.text, y->error.text);
    assert_true(bytes_equal(buffer_bytes(&a->damaged),
                            buffer_bytes(&b->damaged)));
    assert_int_equal(x->database_count, y->database_count);
    assert_memory_equal(x->databases, y->databases,
                        x->database_count * sizeof *x->databases);
    for (size_t i = 0; i < ANALYSES; i++)
        assert_same_texts(a->analyses[i], b->analyses[i]);
}

/* The dump in one piece, and in segments by 1 to 4 threads. */
static void
check_dump(uint64_t keys, uint64_t damaged, const char *error)
{
    struct reading whole = { .polls = 0 };
    read_dump(&whole, 0);
    assert_int_equal(whole.scan.keys, keys);
    assert_int_equal(whole.scan.damaged, damaged);
    assert_string_equal(whole.scan.error.text, error);
    for (size_t threads = 1; threads <= 4; threads++) {
        struct reading parts = { .polls = 0 };
        read_dump(&parts, threads);
        assert_same(&whole, &parts);
        forget(&parts);
    }
    forget(&whole);
}

/* ---- tests ---- */

static void
test_many_segments(void **state)
{
    (void)state;
    begin_dump();
    put_keys(0, KEYS);
    end_dump();
    check_dump(KEYS, 0, "");
    struct reading reading = { .polls = 0 };
    read_dump(&reading, 3);
    assert_int_equal(reading.scan.facts.crc, RDB_CRC_OK);
    assert_int_equal(reading.scan.end, dump.size);
    forget(&reading);
}

static void
test_value_beyond_the_buffer(void **state)
{
    (void)state;
    begin_dump();
    put_keys(0, 3000);
    put_huge(1);
    put_huge(2);
    put_keys(3000, 6000);
    end_dump();
    check_dump(6002, 0, "");
}

static void
test_damaged_values(void **state)
{
    (void)state;
    begin_dump();
    for (unsigned i = 0; i < 10; i++) {
        put_keys(i * 1000, i * 1000 + 1000);
        put_damaged(i);
    }
    end_dump();
    check_dump(10010, 10, "");
}

static void
test_cut_off(void **state)
{
    (void)state;
    begin_dump();
    put_keys(0, 5000);
    put_name("\0s", 5000);
    put("\12abc", 4);
    check_dump(5001, 0,
               "db 0 key \"s5:5000\": string value 0: unexpected end of "
               "input");
}

static void
test_unknown_byte(void **state)
{
    (void)state;
    struct reading whole = { .polls = 0 };
    begin_dump();
    put_keys(0, 5000);
    put("\356", 1);
    put_keys(5000, 9000);
    end_dump();
    read_dump(&whole, 0);
    assert_int_equal(whole.scan.error.kind, ERROR_UNSUPPORTED);
    check_dump(5000, 0, whole.scan.error.text);
    forget(&whole);
}

static void
test_stopped_by_poll(void **state)
{
    (void)state;
    begin_dump();
    put_keys(0, KEYS);
    end_dump();
    for (size_t threads = 1; threads <= 4; threads++) {
        /* The first segment polls, too. */
        struct reading reading = { .stop_at = 20 };
        read_dump(&reading, threads);
        assert_true(reading.scan.stopped);
        assert_false(scan_is_complete(&reading.scan));
        assert_in_range(reading.scan.keys, 1000, KEYS - 1);
        assert_int_equal(reading.scan.keys, reading.scan.passed);
        assert_int_equal(reading.polls, 20);
        forget(&reading);
    }
}

static int
forget_dump(void **state)
{
    (void)state;
    buffer_fini(&dump);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_segments),
        cmocka_unit_test(test_value_beyond_the_buffer),
        cmocka_unit_test(test_damaged_values),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_unknown_byte),
        cmocka_unit_test(test_stopped_by_poll),
    };
    return cmocka_run_group_tests(tests, NULL, forget_dump);
}
