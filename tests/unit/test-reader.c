/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "input/crc64.h"

enum { DATA_SIZE = 700 * 1024 };

/* A stream of counted bytes in blocks of a given size. */
struct counter_stream {
    struct stream stream;
    size_t size;
    size_t block;
    size_t position;
    bool fails; /* instead of ending */
    bool skips;
};

static int streams_open;

static unsigned char
byte_at(uint64_t offset)
{
    return (unsigned char)(offset * 167 + (offset >> 8) * 13 + (offset >> 16));
}

static enum status
counter_read(struct stream *stream, unsigned char *into, size_t capacity,
             size_t *got, struct error *error)
{
    struct counter_stream *self = (struct counter_stream *)stream;
    assert_true(capacity > 0);
    if (self->position == self->size) {
        if (!self->fails)
            return STATUS_END;
        error_set(error, ERROR_IO, "the disk is on fire");
        return STATUS_FAIL;
    }
    size_t count = self->size - self->position;
    count = count < self->block ? count : self->block;
    count = count < capacity ? count : capacity;
    for (size_t i = 0; i < count; i++)
        into[i] = byte_at(self->position + i);
    self->position += count;
    *got = count;
    return STATUS_OK;
}

static void
counter_close(struct stream *stream)
{
    streams_open--;
    free(stream);
}

static uint64_t
counter_skip(struct stream *stream, uint64_t n)
{
    struct counter_stream *self = (struct counter_stream *)stream;
    size_t rest = self->size - self->position;
    size_t skipped = !self->skips ? 0 : n < rest ? (size_t)n : rest;
    self->position += skipped;
    return skipped;
}

static const struct stream_ops counter_ops = {
    .read = counter_read,
    .skip = counter_skip,
    .close = counter_close,
};

static struct stream *
counter_new(size_t size, size_t block, bool fails)
{
    struct counter_stream *self = xcalloc(1, sizeof(*self));
    *self = (struct counter_stream){ { &counter_ops }, size,  block,
                                     0,                fails, false };
    streams_open++;
    return &self->stream;
}

static void
assert_bytes_at(const unsigned char *bytes, uint64_t offset, size_t size)
{
    for (size_t i = 0; i < size; i++)
        assert_int_equal(bytes[i], byte_at(offset + i));
}

static uint64_t
expected_crc(uint64_t from, uint64_t to)
{
    uint64_t crc = 0;
    for (; from < to; from++) {
        unsigned char byte = byte_at(from);
        crc = crc64(crc, &byte, 1);
    }
    return crc;
}

static const size_t blocks[] = { 1, 7, 4096, 65537, DATA_SIZE };

enum { BLOCK_COUNT = sizeof(blocks) / sizeof(blocks[0]) };

static void
test_take_gives_bytes_in_order(void **state)
{
    (void)state;
    for (size_t b = 0; b < BLOCK_COUNT; b++) {
        struct reader r;
        reader_init(&r, counter_new(DATA_SIZE, blocks[b], false), 0);
        uint64_t offset = 0;
        for (size_t n = 1; offset + n <= DATA_SIZE; n = n * 3 % 65521 + 1) {
            assert_int_equal(reader_offset(&r), offset);
            const unsigned char *taken = reader_take(&r, n);
            assert_non_null(taken);
            assert_bytes_at(taken, offset, n);
            offset += n;
        }
        reader_fini(&r);
    }
    assert_int_equal(streams_open, 0);
}

static void
test_peek_moves_nothing(void **state)
{
    (void)state;
    struct reader r;
    reader_init(&r, counter_new(DATA_SIZE, 10, false), 0);
    assert_true(reader_skip(&r, 5));
    assert_true(reader_peek(&r, READER_CONTIGUOUS));
    assert_bytes_at(r.pos, 5, READER_CONTIGUOUS);
    assert_int_equal(reader_offset(&r), 5);
    assert_non_null(reader_take(&r, 1));
    assert_int_equal(reader_offset(&r), 6);
    reader_fini(&r);
}

static void
test_an_end_is_an_error_only_when_bytes_are_needed(void **state)
{
    (void)state;
    struct reader r;
    reader_init(&r, counter_new(10, 3, false), 0);
    assert_false(reader_peek(&r, 11));
    assert_true(reader_ok(&r));
    assert_true(reader_peek(&r, 10));
    assert_non_null(reader_take(&r, 4));
    assert_false(reader_at_end(&r));
    assert_null(reader_take(&r, 7));
    assert_int_equal(r.error.kind, ERROR_TRUNCATED);
    assert_true(r.error.has_offset);
    assert_int_equal(r.error.offset, 10);
    assert_false(reader_at_end(&r));
    reader_fini(&r);
}

static void
test_end_is_found(void **state)
{
    (void)state;
    struct reader r;
    reader_init(&r, counter_new(10, 3, false), 0);
    assert_true(reader_skip(&r, 10));
    assert_true(reader_at_end(&r));
    assert_true(reader_ok(&r));
    reader_fini(&r);
}

static void
test_failure_is_kept_with_its_place(void **state)
{
    (void)state;
    struct reader r;
    unsigned char byte;
    reader_init(&r, counter_new(100, 30, true), 0);
    assert_true(reader_skip(&r, 95));
    assert_false(reader_skip(&r, 6));
    assert_int_equal(r.error.kind, ERROR_IO);
    assert_string_equal(r.error.text, "the disk is on fire");
    assert_true(r.error.has_offset);
    assert_int_equal(r.error.offset, 100);
    assert_false(reader_u8(&r, &byte));
    assert_false(reader_at_end(&r));
    assert_int_equal(r.error.kind, ERROR_IO);
    reader_fini(&r);
}

static void
test_huge_lengths_end_with_the_input(void **state)
{
    (void)state;
    struct reader r;
    struct buffer buffer = { 0 };
    reader_init(&r, counter_new(1000, 100, false), 0);
    assert_false(reader_append_to(&r, UINT64_MAX, &buffer));
    assert_int_equal(buffer.size, 1000);
    assert_true(buffer.capacity < 4096);
    assert_bytes_at(buffer.data, 0, 1000);
    assert_int_equal(r.error.kind, ERROR_TRUNCATED);
    buffer_fini(&buffer);
    reader_fini(&r);

    reader_init(&r, counter_new(1000, 100, false), 0);
    assert_false(reader_skip(&r, UINT64_MAX));
    assert_int_equal(r.error.offset, 1000);
    reader_fini(&r);
}

static void
test_parts_cover_everything(void **state)
{
    (void)state;
    struct reader r;
    struct bytes part;
    uint64_t offset = 0;
    reader_init(&r, counter_new(DATA_SIZE, 50000, false), 0);
    while (offset < DATA_SIZE) {
        assert_true(reader_part(&r, 70001, &part));
        assert_in_range(part.size, 1, 70001);
        assert_bytes_at(part.data, offset, part.size);
        offset += part.size;
    }
    assert_false(reader_part(&r, 1, &part));
    assert_int_equal(r.error.kind, ERROR_TRUNCATED);
    reader_fini(&r);
}

/* Long things go past the buffer; what is behind them is the same. */
static void
test_skipping_unread(void **state)
{
    (void)state;
    for (size_t b = 0; b < BLOCK_COUNT; b++) {
        struct reader r;
        struct stream *stream = counter_new(DATA_SIZE, blocks[b], false);
        ((struct counter_stream *)stream)->skips = true;
        reader_init(&r, stream, 0);
        assert_bytes_at(reader_take(&r, 10), 0, 10);
        assert_true(reader_skip(&r, 500000));
        assert_int_equal(reader_offset(&r), 500010);
        assert_bytes_at(reader_take(&r, 60000), 500010, 60000);
        assert_false(reader_skip(&r, 1000000));
        assert_int_equal(r.error.kind, ERROR_TRUNCATED);
        assert_int_equal(r.error.offset, DATA_SIZE);
        reader_fini(&r);
    }
}

static void
test_what_is_hashed_is_not_skipped(void **state)
{
    (void)state;
    struct reader r;
    struct stream *stream = counter_new(DATA_SIZE, 65537, false);
    ((struct counter_stream *)stream)->skips = true;
    reader_init(&r, stream, 0);
    reader_start_crc(&r);
    assert_true(reader_skip(&r, 500000));
    assert_true(reader_crc(&r) == expected_crc(0, 500000));
    reader_end_crc(&r);
    assert_true(reader_skip(&r, DATA_SIZE - 500000));
    assert_true(reader_at_end(&r));
    reader_fini(&r);
}

static void
test_taking_into_memory(void **state)
{
    (void)state;
    static unsigned char into[DATA_SIZE];
    for (size_t b = 0; b < BLOCK_COUNT; b++) {
        struct reader r;
        size_t got = 0;
        reader_init(&r, counter_new(DATA_SIZE, blocks[b], false), 0);
        assert_bytes_at(reader_take(&r, 10), 0, 10);
        assert_true(reader_take_into(&r, 300000, into, &got));
        assert_int_equal(got, 300000);
        assert_bytes_at(into, 10, 300000);
        assert_int_equal(reader_offset(&r), 300010);
        assert_bytes_at(reader_take(&r, 10), 300010, 10);
        assert_false(reader_take_into(&r, DATA_SIZE, into, &got));
        assert_int_equal(got, DATA_SIZE - 20);
        assert_bytes_at(into, 300020, DATA_SIZE - 300020);
        assert_int_equal(r.error.kind, ERROR_TRUNCATED);
        assert_int_equal(r.error.offset, DATA_SIZE);
        reader_fini(&r);
    }
}

static void
test_crc_covers_what_was_taken(void **state)
{
    (void)state;
    for (size_t b = 0; b < BLOCK_COUNT; b++) {
        struct reader r;
        reader_init(&r, counter_new(DATA_SIZE, blocks[b], false), 0);
        assert_true(reader_skip(&r, 3));
        reader_start_crc(&r);
        assert_int_equal(reader_crc(&r), 0);
        assert_non_null(reader_take(&r, 1000));
        assert_true(reader_peek(&r, 500));
        assert_int_equal(reader_crc(&r), expected_crc(3, 1003));
        assert_true(reader_skip(&r, 600000));
        assert_true(reader_peek(&r, READER_CONTIGUOUS));
        assert_int_equal(reader_crc(&r), expected_crc(3, 601003));
        reader_start_crc(&r);
        assert_true(reader_skip(&r, 9));
        assert_int_equal(reader_crc(&r), expected_crc(601003, 601012));
        reader_fini(&r);
    }
}

static void
test_numbers(void **state)
{
    (void)state;
    static const unsigned char data[] = {
        0x01,                                           /* u8 */
        0x02, 0x03,                                     /* u16le */
        0x04, 0x05, 0x06, 0x07,                         /* u32le */
        0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0xff, /* u64le */
        0x17, 0x18, 0x19, 0x1a,                         /* u32be */
        0xfb, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, /* u64be */
    };
    struct reader r;
    unsigned char u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    reader_init_memory(&r, bytes_of(data, sizeof(data)), 100);
    assert_true(reader_u8(&r, &u8));
    assert_int_equal(u8, 1);
    assert_true(reader_u16le(&r, &u16));
    assert_int_equal(u16, 0x0302);
    assert_true(reader_u32le(&r, &u32));
    assert_int_equal(u32, 0x07060504);
    assert_true(reader_u64le(&r, &u64));
    assert_int_equal(u64, UINT64_C(0xff0e0d0c0b0a0908));
    assert_true(reader_u32be(&r, &u32));
    assert_int_equal(u32, 0x1718191a);
    assert_true(reader_u64be(&r, &u64));
    assert_int_equal(u64, UINT64_C(0xfb1c1d1e1f202122));
    assert_int_equal(reader_offset(&r), 127);
    assert_true(reader_at_end(&r));
    assert_false(reader_u16le(&r, &u16));
    assert_int_equal(r.error.offset, 127);
    reader_fini(&r);
}

static void
test_memory_is_not_copied(void **state)
{
    (void)state;
    static const char text[] = "0123456789";
    struct reader r;
    reader_init_memory(&r, bytes_of(text, 10), 40);
    assert_int_equal(reader_offset(&r), 40);
    reader_start_crc(&r);
    assert_ptr_equal(reader_take(&r, 4), text);
    assert_int_equal(reader_offset(&r), 44);
    assert_int_equal(reader_crc(&r),
                     crc64(0, (const unsigned char *)text, 4));
    assert_null(reader_take(&r, 7));
    assert_int_equal(r.error.kind, ERROR_TRUNCATED);
    assert_int_equal(r.error.offset, 50);
    reader_fini(&r);
}

static void
test_no_memory_is_an_empty_input(void **state)
{
    (void)state;
    struct reader r;
    reader_init_memory(&r, bytes_of(NULL, 0), 7);
    assert_true(reader_at_end(&r));
    assert_int_equal(reader_offset(&r), 7);
    assert_null(reader_take(&r, 1));
    reader_fini(&r);
}

static void
test_reset_begins_anew(void **state)
{
    (void)state;
    struct reader r;
    reader_init(&r, counter_new(10, 4, false), 0);
    assert_null(reader_take(&r, 11));
    reader_reset(&r, counter_new(20, 4, false), 1000);
    assert_int_equal(streams_open, 1);
    assert_true(reader_ok(&r));
    assert_int_equal(reader_offset(&r), 1000);
    const unsigned char *taken = reader_take(&r, 20);
    assert_non_null(taken);
    assert_bytes_at(taken, 0, 20);
    assert_true(reader_at_end(&r));
    reader_fini(&r);
    assert_int_equal(streams_open, 0);
}

/* A hold of 200 KiB in a buffer of 300, read twice, in one buffer and in two:
 * bytes, offsets and the CRC are as if it had been read once. */
static void
test_held_bytes_come_again(void **state)
{
    (void)state;
    enum { BEFORE = 1000, HELD = 200 * 1024, CAPACITY = 300 * 1024 };
    for (size_t b = 0; b < BLOCK_COUNT; b++) {
        struct reader r;
        reader_init(&r, counter_new(DATA_SIZE, blocks[b], false), CAPACITY);
        reader_start_crc(&r);
        assert_true(reader_skip(&r, BEFORE));
        reader_hold(&r);
        assert_true(reader_skip(&r, HELD));
        reader_rewind(&r);
        assert_int_equal(reader_offset(&r), BEFORE);
        assert_bytes_at(reader_take(&r, 50), BEFORE, 50);
        reader_hold(&r);
        assert_true(reader_skip(&r, HELD - 50));
        reader_release(&r);
        unsigned char *held = reader_exchange(&r, xmalloc(CAPACITY), CAPACITY);
        assert_bytes_at(held, BEFORE + 50, HELD - 50);
        free(held);
        assert_int_equal(reader_offset(&r), BEFORE + HELD);
        assert_bytes_at(reader_take(&r, 50), BEFORE + HELD, 50);
        assert_true(reader_skip(&r, DATA_SIZE - BEFORE - HELD - 50));
        assert_true(reader_at_end(&r));
        assert_int_equal(reader_crc(&r), expected_crc(0, DATA_SIZE));
        reader_fini(&r);
    }
}

/* What a hold cannot have, and what the stream cannot, is forgotten by a
 * rewind; the latter comes again. */
static void
test_errors_of_a_hold(void **state)
{
    (void)state;
    enum { SIZE = 200 * 1024, CAPACITY = 128 * 1024 };
    struct reader r;
    reader_init(&r, counter_new(SIZE, 4096, true), CAPACITY);
    reader_hold(&r);
    assert_false(reader_skip(&r, CAPACITY + 1));
    reader_rewind(&r);
    assert_true(reader_skip(&r, SIZE - 100));
    reader_hold(&r);
    assert_null(reader_take(&r, 101));
    assert_int_equal(r.error.kind, ERROR_IO);
    reader_rewind(&r);
    assert_true(reader_ok(&r));
    assert_bytes_at(reader_take(&r, 100), SIZE - 100, 100);
    assert_null(reader_take(&r, 1));
    assert_int_equal(r.error.kind, ERROR_IO);
    assert_int_equal(r.error.offset, SIZE);
    reader_fini(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take_gives_bytes_in_order),
        cmocka_unit_test(test_peek_moves_nothing),
        cmocka_unit_test(test_an_end_is_an_error_only_when_bytes_are_needed),
        cmocka_unit_test(test_end_is_found),
        cmocka_unit_test(test_failure_is_kept_with_its_place),
        cmocka_unit_test(test_huge_lengths_end_with_the_input),
        cmocka_unit_test(test_parts_cover_everything),
        cmocka_unit_test(test_skipping_unread),
        cmocka_unit_test(test_what_is_hashed_is_not_skipped),
        cmocka_unit_test(test_taking_into_memory),
        cmocka_unit_test(test_crc_covers_what_was_taken),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_memory_is_not_copied),
        cmocka_unit_test(test_no_memory_is_an_empty_input),
        cmocka_unit_test(test_reset_begins_anew),
        cmocka_unit_test(test_held_bytes_come_again),
        cmocka_unit_test(test_errors_of_a_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
