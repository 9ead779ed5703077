/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Streamed LZF: streams built token by token from the format's description,
 * and what liblzf makes of longer texts, read in one piece, through a parent
 * that gives a byte at a time, and in small reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <liblzf/lzf.h>

#include "base/buffer.h"
#include "drip.h"
#include "rdb/lzf-stream.h"

static struct lzf_stream lzf;

/* Reads all of a stream in reads of at most step bytes. */
static enum status
read_all(struct stream *stream, size_t step, struct buffer *out,
         struct error *error)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        size_t got = 0;
        unsigned char *room = buffer_reserve(out, step);
        status = stream->ops->read(stream, room, step, &got, error);
        assert_true(status != STATUS_OK || (got > 0 && got <= step));
        out->size += got;
    }
    stream->ops->close(stream);
    return status;
}

static void
check_good(struct reader *parent, struct bytes compressed,
           struct bytes expected, size_t step)
{
    struct buffer out = { 0 };
    struct error error = { 0 };
    lzf_stream_init(&lzf, parent, compressed.size, expected.size);
    assert_int_equal(read_all(&lzf.stream, step, &out, &error), STATUS_END);
    assert_true(bytes_equal(buffer_bytes(&out), expected));
    assert_int_equal(lzf_stream_remaining(&lzf), 0);
    buffer_fini(&out);
}

/* compressed gives expected, however it is read, and nothing behind it is
 * taken. */
static void
assert_gives(struct bytes compressed, struct bytes expected)
{
    static const size_t steps[] = { 1, 7, 4096, 1 << 20 };
    struct buffer input = { 0 };
    buffer_append(&input, compressed.data, compressed.size);
    buffer_append_text(&input, "behind");
    struct reader parent;
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        reader_init_memory(&parent, buffer_bytes(&input), 0);
        check_good(&parent, compressed, expected, steps[i]);
        assert_int_equal(reader_offset(&parent), compressed.size);
    }
    struct drip drip = drip_of(buffer_bytes(&input), 1);
    reader_init(&parent, &drip.stream, 0);
    check_good(&parent, compressed, expected, 1000);
    assert_int_equal(reader_offset(&parent), compressed.size);
    reader_fini(&parent);
    buffer_fini(&input);
}

static void
test_tokens(void **state)
{
    (void)state;
    assert_gives(BYTES_LITERAL(""), BYTES_LITERAL(""));
    assert_gives(BYTES_LITERAL("\x00"
                               "a"),
                 BYTES_LITERAL("a"));
    assert_gives(BYTES_LITERAL("\x02"
                               "abc\x20\x02"),
                 BYTES_LITERAL("abcabc"));
    assert_gives(BYTES_LITERAL("\x02"
                               "abc\x80\x01"),
                 BYTES_LITERAL("abcbcbcbc"));
    assert_gives(BYTES_LITERAL("\x00"
                               "a\xe0\x00\x00\x00"
                               "z"),
                 BYTES_LITERAL("aaaaaaaaaaz"));
    assert_gives(BYTES_LITERAL("\x1f"
                               "0123456789abcdef0123456789ABCDEF"
                               "\x20\x1f"),
                 BYTES_LITERAL("0123456789abcdef0123456789ABCDEF012"));
}

/* Every distance up to 300 with every length, overlapping or not, against
 * copying byte by byte. */
static void
test_matches(void **state)
{
    (void)state;
    struct buffer in = { 0 };
    struct buffer out = { 0 };
    for (size_t distance = 1; distance <= 300; distance++) {
        for (size_t length = 3; length <= 264; length += 1 + length / 20) {
            buffer_clear(&in);
            buffer_clear(&out);
            for (size_t i = 0; i < distance; i++) {
                buffer_append_byte(&in, 0);
                buffer_append_byte(&in, (unsigned char)(i * 7 + i / 256));
                buffer_append_byte(&out, (unsigned char)(i * 7 + i / 256));
            }
            size_t code = length - 2;
            unsigned high = (unsigned)(distance - 1) >> 8;
            unsigned top = code < 7 ? (unsigned)code : 7;
            buffer_append_byte(&in, (unsigned char)(top << 5 | high));
            if (top == 7)
                buffer_append_byte(&in, (unsigned char)(code - 7));
            buffer_append_byte(&in, (unsigned char)(distance - 1));
            for (size_t i = 0; i < length; i++)
                buffer_append_byte(&out, out.data[out.size - distance]);
            struct reader parent;
            reader_init_memory(&parent, buffer_bytes(&in), 0);
            check_good(&parent, buffer_bytes(&in), buffer_bytes(&out), 5000);
        }
    }
    buffer_fini(&in);
    buffer_fini(&out);
}

/* Text with repetitions near and far, a different one for each seed. */
static void
make_text(struct buffer *text, size_t size, unsigned seed)
{
    buffer_clear(text);
    uint32_t random = seed * 2654435761u + 1;
    while (text->size < size) {
        random = random * 1664525 + 1013904223;
        size_t run = (random >> 24) + 1;
        size_t back = (random >> 8 & 0x3fff) + 1;
        bool repeat = (random & 0xc0) != 0 && back < text->size;
        for (size_t i = 0; i < run && text->size < size; i++) {
            random = random * 1664525 + 1013904223;
            unsigned char fresh = (unsigned char)(random >> 24);
            buffer_append_byte(text, repeat ? text->data[text->size - back]
                                            : fresh);
        }
    }
}

static void
test_against_liblzf(void **state)
{
    (void)state;
    static const size_t sizes[] = { 5,     100,   511,    512,    513,
                                    8192,  8193,  32768,  40960,  41500,
                                    90000, 200000, 1000000 };
    struct buffer text = { 0 };
    struct buffer packed = { 0 };
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        make_text(&text, sizes[i], i);
        buffer_clear(&packed);
        unsigned room = (unsigned)(sizes[i] * 2 + 16);
        packed.size = lzf_compress(text.data, (unsigned)text.size,
                                   buffer_reserve(&packed, room), room);
        assert_true(packed.size > 0);
        assert_gives(buffer_bytes(&packed), buffer_bytes(&text));
    }
    buffer_fini(&text);
    buffer_fini(&packed);
}

static void
assert_fails(struct bytes compressed, uint64_t size, uint64_t offset,
             const char *words)
{
    struct reader parent;
    struct buffer out = { 0 };
    struct error error = { 0 };
    reader_init_memory(&parent, compressed, 100);
    lzf_stream_init(&lzf, &parent, compressed.size, size);
    assert_int_equal(read_all(&lzf.stream, 100, &out, &error), STATUS_FAIL);
    assert_int_equal(error.kind, ERROR_DAMAGED);
    assert_string_equal(error.text, words);
    assert_int_equal(error.offset, 100 + offset);
    assert_true(reader_ok(&parent));
    assert_true(reader_skip(&parent, lzf_stream_remaining(&lzf)));
    assert_int_equal(reader_offset(&parent), 100 + compressed.size);
    buffer_fini(&out);
}

static void
test_damage(void **state)
{
    (void)state;
    assert_fails(BYTES_LITERAL("\x20\x00"), 3, 0,
                 "LZF: distance leads before the start");
    assert_fails(BYTES_LITERAL("\x02"
                               "abc\x20\x03"),
                 6, 4, "LZF: distance leads before the start");
    assert_fails(BYTES_LITERAL("\x03"
                               "abc"),
                 4, 0, "LZF: input ends inside a token");
    assert_fails(BYTES_LITERAL("\x02"
                               "abc\x20"),
                 6, 4, "LZF: input ends inside a token");
    assert_fails(BYTES_LITERAL("\x02"
                               "abc\xe0\x00"),
                 20, 4, "LZF: input ends inside a token");
    assert_fails(BYTES_LITERAL("\x02"
                               "abc"),
                 2, 0, "LZF: output exceeds 2 bytes");
    assert_fails(BYTES_LITERAL("\x02"
                               "abc\x20\x02"),
                 5, 4, "LZF: output exceeds 5 bytes");
    assert_fails(BYTES_LITERAL("\x02"
                               "abc\x20\x02"),
                 3, 4, "LZF: output exceeds 3 bytes");
    assert_fails(BYTES_LITERAL("\x02"
                               "abc"),
                 4, 4, "LZF: output ends at 3 of 4 bytes");
    assert_fails(BYTES_LITERAL(""), 1, 0, "LZF: output ends at 0 of 1 bytes");
    assert_fails(BYTES_LITERAL("x"), 0, 0, "LZF: input ends inside a token");
}

/* The parent ends before clen: its own error, not damage of the string. */
static void
test_parent_ends(void **state)
{
    (void)state;
    struct reader parent;
    struct buffer out = { 0 };
    struct error error = { 0 };
    reader_init_memory(&parent, BYTES_LITERAL("\x02"
                                              "abc"),
                       0);
    lzf_stream_init(&lzf, &parent, 6, 6);
    assert_int_equal(read_all(&lzf.stream, 100, &out, &error), STATUS_FAIL);
    assert_int_equal(error.kind, ERROR_TRUNCATED);
    assert_false(reader_ok(&parent));
    buffer_fini(&out);
}

/* A reader over the stream, as the decoder uses it: the first bytes of a long
 * text cost no more than a little input. */
static void
test_peek_is_cheap(void **state)
{
    (void)state;
    struct buffer text = { 0 };
    struct buffer packed = { 0 };
    make_text(&text, 500000, 3);
    packed.size = lzf_compress(text.data, 500000,
                               buffer_reserve(&packed, 600000), 600000);
    struct reader parent;
    struct reader reader;
    reader_init_memory(&parent, buffer_bytes(&packed), 0);
    lzf_stream_init(&lzf, &parent, packed.size, 500000);
    reader_init(&reader, &lzf.stream, 0);
    assert_true(reader_peek(&reader, 10));
    assert_memory_equal(reader.pos, text.data, 10);
    assert_true(reader_offset(&parent) < 2000);
    assert_true(reader_skip(&reader, 499990));
    assert_memory_equal(reader_take(&reader, 10), text.data + 499990, 10);
    assert_true(reader_at_end(&reader));
    reader_fini(&reader);
    buffer_fini(&text);
    buffer_fini(&packed);
}

static void
check_head(struct bytes compressed, size_t want, bool good, const char *text)
{
    unsigned char into[64];
    size_t got = 99;
    assert_int_equal(lzf_head(compressed, into, want, &got), good);
    assert_int_equal(got, strlen(text));
    assert_memory_equal(into, text, got);
}

static void
test_head(void **state)
{
    (void)state;
    struct bytes whole = BYTES_LITERAL("\x02"
                                       "abc\xe0\x00\x01\x00"
                                       "z");
    check_head(whole, 64, true, "abcbcbcbcbcbz");
    check_head(whole, 13, true, "abcbcbcbcbcbz");
    check_head(whole, 5, true, "abcbc");
    check_head(whole, 2, true, "ab");
    check_head(whole, 0, true, "");
    check_head(bytes_of(whole.data, 6), 64, true, "abc");
    check_head(bytes_of(whole.data, 3), 64, true, "ab");
    check_head(bytes_of(whole.data, 1), 64, true, "");
    check_head(BYTES_LITERAL(""), 64, true, "");
    check_head(BYTES_LITERAL("\x02"
                             "abc\x20\x03"),
               64, false, "abc");
    check_head(BYTES_LITERAL("\x02"
                             "abc\x20\x03"),
               3, true, "abc");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_against_liblzf),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_parent_ends),
        cmocka_unit_test(test_peek_is_cheap),
        cmocka_unit_test(test_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
