/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Bytes by hand, from the description of the format.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rdb/rdb-write.h"

static void
take(void *context, struct bytes bytes)
{
    buffer_append(context, bytes.data, bytes.size);
}

struct written {
    struct rdb_writer writer;
    struct buffer out;
};

static void
begin(struct written *w)
{
    *w = (struct written){ .out = { NULL, 0, 0 } };
    rdb_write_init(&w->writer, take, &w->out);
    w->writer.version = 4; /* no checksum behind EOF */
}

/* Ends, and compares with what should stand before EOF. */
static void
is_written(struct written *w, const char *bytes, size_t size)
{
    rdb_write_end(&w->writer);
    assert_int_equal(w->out.size, size + 1);
    assert_memory_equal(w->out.data, bytes, size);
    assert_int_equal(w->out.data[size], 0xff);
    assert_int_equal(w->writer.size, size + 1);
    rdb_write_fini(&w->writer);
    buffer_fini(&w->out);
}

#define IS_WRITTEN(w, literal) is_written(w, literal, sizeof(literal) - 1)

static void
lengths(void **state)
{
    struct written w;
    (void)state;
    begin(&w);
    rdb_write_length(&w.writer, 0);
    rdb_write_length(&w.writer, 63);
    rdb_write_length(&w.writer, 64);
    rdb_write_length(&w.writer, 16383);
    rdb_write_length(&w.writer, 16384);
    rdb_write_length(&w.writer, UINT32_MAX);
    rdb_write_length(&w.writer, UINT64_C(1) << 32);
    IS_WRITTEN(&w, "\x00\x3f\x40\x40\x7f\xff\x80\x00\x00\x40\x00"
                   "\x80\xff\xff\xff\xff\x81\x00\x00\x00\x01\x00\x00\x00\x00");
}

static void
strings(void **state)
{
    struct written w;
    (void)state;
    begin(&w);
    rdb_write_string(&w.writer, BYTES_LITERAL(""));
    rdb_write_string(&w.writer, BYTES_LITERAL("key"));
    rdb_write_string(&w.writer, BYTES_LITERAL("-128"));
    rdb_write_string(&w.writer, BYTES_LITERAL("128"));
    rdb_write_string(&w.writer, BYTES_LITERAL("-32769"));
    rdb_write_string(&w.writer, BYTES_LITERAL("2147483647"));
    IS_WRITTEN(&w, "\x00\x03key\xc0\x80\xc1\x80\x00\xc2\xff\x7f\xff\xff"
                   "\xc2\xff\xff\xff\x7f");
}

/* What only looks like an integer, or has more than 32 bits, is text. */
static void
no_integers(void **state)
{
    struct written w;
    (void)state;
    begin(&w);
    rdb_write_string(&w.writer, BYTES_LITERAL("007"));
    rdb_write_string(&w.writer, BYTES_LITERAL("+1"));
    rdb_write_string(&w.writer, BYTES_LITERAL("-0"));
    rdb_write_string(&w.writer, BYTES_LITERAL("2147483648"));
    rdb_write_integer(&w.writer, INT64_C(-2147483649));
    IS_WRITTEN(&w, "\x03" "007\x02+1\x02-0\x0a" "2147483648\x0b-2147483649");
}

static void
doubles(void **state)
{
    struct written w;
    (void)state;
    begin(&w);
    rdb_write_double(&w.writer, 1.5);
    rdb_write_double_text(&w.writer, 1.5);
    rdb_write_double_text(&w.writer, 3);
    rdb_write_double_text(&w.writer, HUGE_VAL);
    rdb_write_double_text(&w.writer, -HUGE_VAL);
    rdb_write_double_text(&w.writer, NAN);
    IS_WRITTEN(&w, "\x00\x00\x00\x00\x00\x00\xf8\x3f\x03" "1.5\x01" "3"
                   "\xfe\xff\xfd");
}

static void
opcodes(void **state)
{
    struct written w;
    (void)state;
    begin(&w);
    rdb_write_aux(&w.writer, "redis-bits", BYTES_LITERAL("64"));
    rdb_write_database(&w.writer, 3);
    rdb_write_sizes(&w.writer, 2, 1);
    rdb_write_expiry(&w.writer, 0x0102030405);
    rdb_write_idle(&w.writer, 100);
    rdb_write_freq(&w.writer, 5);
    IS_WRITTEN(&w, "\xfa\x0aredis-bits\xc0\x40\xfe\x03\xfb\x02\x01"
                   "\xfc\x05\x04\x03\x02\x01\x00\x00\x00\xf8\x40\x64\xf9\x05");
}

static void
old_expiry(void **state)
{
    struct written w;
    (void)state;
    begin(&w);
    w.writer.version = 2;
    rdb_write_expiry(&w.writer, INT64_C(0x01020304) * 1000 + 999);
    IS_WRITTEN(&w, "\xfd\x04\x03\x02\x01");
}

static void
is_empty_file(enum rdb_dialect dialect, int version, const char bytes[18])
{
    struct written w;
    begin(&w);
    rdb_write_header(&w.writer, dialect, version);
    rdb_write_end(&w.writer);
    assert_int_equal(w.out.size, 18);
    assert_memory_equal(w.out.data, bytes, 18);
    rdb_write_fini(&w.writer);
    buffer_fini(&w.out);
}

/* Their checksums by the definition of CRC64, bit by bit. */
static void
empty_files(void **state)
{
    (void)state;
    is_empty_file(RDB_REDIS, 6,
                  "REDIS0006\xff\xdc\xb3\x43\xf0\x5a\xdc\xf2\x56");
    is_empty_file(RDB_VALKEY, 80,
                  "VALKEY080\xff\x43\x9d\xa4\x8f\xc1\x80\x6c\x23");
}

/* Read back: LZF of liblzf is not the server's bit by bit. */
static void
compressed(void **state)
{
    unsigned char text[2000];
    struct written w;
    struct reader reader;
    struct key key;
    (void)state;
    memset(text, 'a', sizeof(text));
    begin(&w);
    w.writer.compresses = true;
    rdb_write_header(&w.writer, RDB_REDIS, 11);
    rdb_write_byte(&w.writer, 0);
    rdb_write_string(&w.writer, bytes_of(text, sizeof(text)));
    rdb_write_string(&w.writer, BYTES_LITERAL("Fourscore and seven?"));
    rdb_write_end(&w.writer);
    assert_true(w.out.size < 150);

    reader_init_memory(&reader, buffer_bytes(&w.out), 0);
    struct rdb *rdb = rdb_new(&reader, NULL, true);
    struct source *source = rdb_source(rdb);
    assert_int_equal(source->ops->next(source, &key), STATUS_OK);
    assert_true(bytes_equal(key.name, bytes_of(text, sizeof(text))));
    assert_int_equal(source->ops->walk(source, NULL), STATUS_OK);
    assert_int_equal(source->ops->next(source, &key), STATUS_END);
    assert_int_equal(rdb_facts(rdb)->crc, RDB_CRC_OK);
    rdb_free(rdb);
    rdb_write_fini(&w.writer);
    buffer_fini(&w.out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths),    cmocka_unit_test(strings),
        cmocka_unit_test(no_integers), cmocka_unit_test(doubles),
        cmocka_unit_test(opcodes),    cmocka_unit_test(old_expiry),
        cmocka_unit_test(empty_files), cmocka_unit_test(compressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
