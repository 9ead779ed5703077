/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Bytes are written out by the format's definition (Redis 7.2 listpack.c); the
 * iterator of packed/, which believes nothing, judges the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "input/reader.h"
#include "keyspace/pack.h"
#include "packed/packed.h"

static struct pool pool;

static int
set_up(void **state)
{
    (void)state;
    pool_init(&pool, 0);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    pool_fini(&pool);
    return 0;
}

static void
assert_bytes(const struct pack *pack, struct bytes expected)
{
    assert_int_equal(pack->size, expected.size);
    assert_memory_equal(pack->bytes, expected.data, expected.size);
}

static void
test_bytes(void **state)
{
    (void)state;
    struct pack pack;
    pack_init(&pool, &pack);
    assert_bytes(&pack, BYTES_LITERAL("\x07\0\0\0\0\0\xff"));
    pack_append(&pool, &pack, BYTES_LITERAL("ab"));
    pack_append(&pool, &pack, BYTES_LITERAL("127"));
    pack_append_number(&pool, &pack, -1);
    pack_append(&pool, &pack, BYTES_LITERAL("1000000"));
    assert_bytes(&pack, BYTES_LITERAL("\x15\0\0\0\x04\0\x82"
                                      "ab\x03\x7f\x01\xdf\xff\x02"
                                      "\xf2\x40\x42\x0f\x04\xff"));
    pack_replace(&pool, &pack, pack_first(), BYTES_LITERAL("5"));
    assert_bytes(&pack, BYTES_LITERAL("\x13\0\0\0\x04\0\x05\x01"
                                      "\x7f\x01\xdf\xff\x02"
                                      "\xf2\x40\x42\x0f\x04\xff"));
    pack_remove(&pool, &pack, pack_first(), pack_seek(&pack, 2), 2);
    assert_bytes(&pack, BYTES_LITERAL("\x0f\0\0\0\x02\0\xdf\xff\x02"
                                      "\xf2\x40\x42\x0f\x04\xff"));
    pack_fini(&pool, &pack);
}

enum { TEXTS = 40 };

/* Texts around every limit of the format. */
static struct bytes
text_number(unsigned i, char *room)
{
    static const char *const numbers[] = {
        "0", "127", "128", "-1", "-4096", "4095", "4096", "-4097",
        "32767", "32768", "-32768", "-32769", "8388607", "8388608",
        "-8388608", "-8388609", "2147483647", "2147483648", "-2147483648",
        "-2147483649", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "-0", "01", "", "x",
    };
    static const size_t sizes[] = {
        63, 64, 125, 126, 127, 4095, 4096, 16376, 16377, 16378, 16379, 70000,
        300000,
    };
    enum { NUMBERS = sizeof(numbers) / sizeof(*numbers) };
    if (i < NUMBERS)
        return bytes_of_text(numbers[i]);
    size_t size = sizes[i - NUMBERS];
    memset(room, 'a' + (int)(i % 26), size);
    return bytes_of(room, size);
}

static void
assert_reads_back(const struct pack *pack, const unsigned *texts)
{
    static char room[300000];
    char digits[TEXT_DIGITS];
    uint32_t offset = pack_first();
    for (uint32_t i = 0; i < pack->count; i++) {
        struct bytes text = text_number(texts[i], room);
        assert_int_equal(pack_seek(pack, i), offset);
        assert_true(bytes_equal(pack_get(pack, offset, digits), text));
        assert_true(pack_find(pack, pack_first(), text, 1) <= offset);
        uint32_t next = pack_next(pack, offset);
        assert_int_equal(pack_previous(pack, next), offset);
        offset = next;
    }
    assert_int_equal(offset, pack_end(pack));
}

/* The decoder finds every text, and no fault. */
static void
assert_sound(const struct pack *pack)
{
    struct reader reader;
    struct packed packed;
    struct packed_entry entry;
    uint64_t entries = 0;
    reader_init_memory(&reader, bytes_of(pack->bytes, pack->size), 0);
    assert_int_equal(
        packed_open(&packed, NODE_LISTPACK, &reader, pack->size), STATUS_OK);
    assert_int_equal(packed.count, pack->count);
    enum status status;
    while ((status = packed_next(&packed, &entry)) == STATUS_OK) {
        entries++;
        if (entry.text.kind == TEXT_PARTS)
            assert_true(reader_skip(&reader, entry.text.size));
    }
    assert_int_equal(status, STATUS_END);
    assert_int_equal(entries, pack->count);
    assert_int_equal(packed.faults, 0);
    reader_fini(&reader);
}

static void
test_random_changes(void **state)
{
    (void)state;
    enum { MOST = 60, STEPS = 4000 };
    static char room[300000];
    static unsigned texts[MOST + 1];
    struct pack pack;
    uint32_t random = 5;
    pack_init(&pool, &pack);
    for (int step = 0; step < STEPS; step++) {
        random = random * 1664525u + 1013904223u;
        unsigned text = (random >> 8) % TEXTS;
        uint32_t at = (random >> 14) % (pack.count + 1);
        unsigned what = random >> 30;
        struct bytes bytes = text_number(text, room);
        uint32_t offset = pack_seek(&pack, at);
        if (what < 2 && pack.count < MOST) {
            memmove(texts + at + 1, texts + at,
                    (pack.count - at) * sizeof(*texts));
            texts[at] = text;
            uint32_t behind = pack_insert(&pool, &pack, offset, bytes);
            assert_int_equal(behind, pack_next(&pack, offset));
        } else if (at < pack.count && what == 2) {
            texts[at] = text;
            pack_replace(&pool, &pack, offset, bytes);
        } else if (at < pack.count) {
            pack_remove(&pool, &pack, offset, pack_next(&pack, offset), 1);
            memmove(texts + at, texts + at + 1,
                    (pack.count - at) * sizeof(*texts));
        }
        if (step % 100 == 0) {
            assert_reads_back(&pack, texts);
            assert_sound(&pack);
        }
    }
    struct pack copy = pack_copy(&pool, &pack);
    pack_fini(&pool, &pack);
    assert_reads_back(&copy, texts);
    pack_fini(&pool, &copy);
}

static void
test_find_by_stride(void **state)
{
    (void)state;
    struct pack pack;
    pack_init(&pool, &pack);
    static const char *const texts[] = { "a", "b", "b", "a", "7", "c" };
    for (size_t i = 0; i < 6; i++)
        pack_append(&pool, &pack, bytes_of_text(texts[i]));
    uint32_t first = pack_first();
    assert_int_equal(pack_find(&pack, first, BYTES_LITERAL("b"), 2),
                     pack_seek(&pack, 2));
    assert_int_equal(pack_find(&pack, first, BYTES_LITERAL("7"), 2),
                     pack_seek(&pack, 4));
    assert_int_equal(pack_find(&pack, first, BYTES_LITERAL("c"), 2),
                     pack_end(&pack));
    assert_int_equal(pack_find(&pack, first, BYTES_LITERAL("7.0"), 1),
                     pack_end(&pack));
    pack_fini(&pool, &pack);
}

/* From 65535 entries on the header does not know their number. */
static void
test_many_entries(void **state)
{
    (void)state;
    struct pack pack;
    pack_init(&pool, &pack);
    for (int i = 0; i < 65536; i++)
        pack_append_number(&pool, &pack, i % 100);
    assert_int_equal(pack.bytes[4] | pack.bytes[5] << 8, 0xffff);
    assert_int_equal(pack_of(pack.bytes, pack.size).count, 65536);
    pack_remove(&pool, &pack, pack_first(), pack_seek(&pack, 2), 2);
    assert_int_equal(pack.bytes[4] | pack.bytes[5] << 8, 65534);
    pack_fini(&pool, &pack);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_bytes),
        TEST(test_random_changes),
        TEST(test_find_by_stride),
        TEST(test_many_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
