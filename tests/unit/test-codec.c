/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "input/codec.h"

#include <stdint.h>

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LZ4
#include <lz4frame.h>
#endif

#define INPUT_FILE "test-codec.tmp"
#include "input-file.h"

static void
append_skippable(struct buffer *to, unsigned char nibble, size_t size)
{
    const unsigned char header[8] = {
        (unsigned char)(0x50 | nibble), 0x2a, 0x4d, 0x18,
        (unsigned char)size, (unsigned char)(size >> 8), 0, 0,
    };
    buffer_append(to, header, sizeof(header));
    for (size_t i = 0; i < size; i++)
        buffer_append_byte(to, 'x');
}

typedef void compress_way(struct buffer *to, struct bytes from);

#ifdef HAVE_ZLIB
static void
append_gzip(struct buffer *to, struct bytes from)
{
    z_stream z = { 0 };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8,
                                  Z_DEFAULT_STRATEGY), Z_OK);
    uLong bound = deflateBound(&z, from.size);
    unsigned char *in = malloc(from.size + 1);
    memcpy(in, from.data, from.size);
    z.next_in = in;
    z.avail_in = (uInt)from.size;
    z.next_out = buffer_reserve(to, bound);
    z.avail_out = (uInt)bound;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    to->size += z.total_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
    free(in);
}
#endif

#ifdef HAVE_ZSTD
static void
append_zstd(struct buffer *to, struct bytes from)
{
    size_t bound = ZSTD_compressBound(from.size);
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t size = ZSTD_compress2(context, buffer_reserve(to, bound), bound,
                                 from.data, from.size);
    assert_false(ZSTD_isError(size));
    to->size += size;
    ZSTD_freeCCtx(context);
}
#endif

#ifdef HAVE_LZ4
static void
append_lz4(struct buffer *to, struct bytes from)
{
    LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    size_t bound = LZ4F_compressFrameBound(from.size, &preferences);
    size_t size = LZ4F_compressFrame(buffer_reserve(to, bound), bound,
                                     from.data, from.size, &preferences);
    assert_false(LZ4F_isError(size));
    to->size += size;
}

static void
append_vkcs(struct buffer *to, struct bytes from)
{
    buffer_append(to, "VKCS\1\1\1\0", 8);
    append_lz4(to, from);
}
#endif

static const struct {
    const char *name;
    compress_way *compress;
    bool has_frames; /* several make one whole */
} ways[] = {
#ifdef HAVE_ZLIB
    { "gzip", append_gzip, true },
#endif
#ifdef HAVE_ZSTD
    { "zstd", append_zstd, true },
#endif
#ifdef HAVE_LZ4
    { "lz4", append_lz4, true },
    { "vkcs", append_vkcs, false },
#endif
    { NULL, NULL, false },
};

static void
test_compressed(void **state)
{
    (void)state;
    for (size_t i = 0; ways[i].name != NULL; i++) {
        struct buffer packed = { 0 };
        struct error error = { .kind = ERROR_NONE };
        struct input input;
        ways[i].compress(&packed, all_plain());
        assert_reads_as(buffer_bytes(&packed), all_plain());
        assert_int_equal(input_open(&input, path, NULL, &error), STATUS_OK);
        assert_int_equal(input.kind, INPUT_RDB);
        assert_int_equal(input.layer_count, 1);
        assert_string_equal(input.layers[0], ways[i].name);
        assert_int_equal(input.size, packed.size);
        assert_false(input.is_seekable);
        assert_true(reader_skip(&input.reader, PLAIN_SIZE));
        assert_true(reader_at_end(&input.reader));
        assert_int_equal(reader_offset(&input.reader), PLAIN_SIZE);
        assert_int_equal(input_consumed(&input), packed.size);
        input_close(&input);
        buffer_fini(&packed);
    }
}

static void
test_several_frames_and_what_stands_between(void **state)
{
    (void)state;
    static const unsigned char zeros[600];
    for (size_t i = 0; ways[i].name != NULL; i++) {
        if (!ways[i].has_frames)
            continue;
        struct buffer packed = { 0 };
        append_skippable(&packed, 0, 4);
        append_skippable(&packed, 15, 0);
        ways[i].compress(&packed, bytes_of(plain, 1000));
        ways[i].compress(&packed, bytes_of(plain, 0));
        append_skippable(&packed, 7, 300);
        ways[i].compress(&packed, bytes_of(plain + 1000, PLAIN_SIZE - 1000));
        append_skippable(&packed, 1, 5);
        assert_reads_as(buffer_bytes(&packed), all_plain());
        buffer_append(&packed, zeros, sizeof(zeros));
        assert_reads_as(buffer_bytes(&packed), all_plain());
        buffer_fini(&packed);
    }
}

static void
test_garbage_behind_the_last_frame(void **state)
{
    (void)state;
    static const char *const garbage[] = { "x", "\0\0x", "garbage", "(" };
    for (size_t i = 0; ways[i].name != NULL; i++)
        for (size_t g = 0; g < sizeof(garbage) / sizeof(garbage[0]); g++) {
            struct buffer packed = { 0 };
            char text[64];
            snprintf(text, sizeof(text), "%s: garbage behind the last frame",
                     ways[i].name);
            ways[i].compress(&packed, all_plain());
            buffer_append(&packed, garbage[g], g == 1 ? 3 : strlen(garbage[g]));
            assert_fails(buffer_bytes(&packed), ERROR_DAMAGED, text);
            buffer_fini(&packed);
        }
}

static void
test_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; ways[i].name != NULL; i++) {
        struct buffer packed = { 0 };
        char text[64];
        snprintf(text, sizeof(text),
                 "%s: unexpected end of the compressed data", ways[i].name);
        ways[i].compress(&packed, all_plain());
        /* Near both ends, and here and there. */
        for (size_t size = 4; size < packed.size; size++)
            if (size < 24 || size + 10 > packed.size || size % 9973 == 0)
                assert_fails(bytes_of(packed.data, size), ERROR_TRUNCATED,
                             text);
        buffer_fini(&packed);
    }
}

static void
test_flipped_bits_are_noticed(void **state)
{
    (void)state;
    for (size_t i = 0; ways[i].name != NULL; i++) {
        struct buffer packed = { 0 };
        struct buffer got = { 0 };
        struct error error;
        ways[i].compress(&packed, bytes_of(plain, 2000));
        for (size_t at = 4; at < packed.size; at++) {
            packed.data[at] ^= (unsigned char)(1 << at % 8);
            write_file(buffer_bytes(&packed));
            read_all(0, &got, &error);
            /* Some header bits mean nothing (gzip's time, flags); then the
             * content must be whole. */
            if (error.kind == ERROR_NONE)
                assert_true(
                    bytes_equal(buffer_bytes(&got), bytes_of(plain, 2000)));
            else
                assert_memory_equal(error.text, ways[i].name,
                                    strlen(ways[i].name));
            packed.data[at] ^= (unsigned char)(1 << at % 8);
        }
        buffer_fini(&got);
        buffer_fini(&packed);
    }
}

static void
test_layers(void **state)
{
    (void)state;
    if (ways[0].name == NULL)
        skip();
    struct buffer packed[6] = { 0 };
    struct error error = { .kind = ERROR_NONE };
    struct input input;
    size_t way_count = sizeof(ways) / sizeof(ways[0]) - 1;
    struct bytes content = all_plain();
    for (size_t i = 0; i < INPUT_LAYERS_MAX; i++) {
        ways[i % way_count].compress(&packed[i], content);
        content = buffer_bytes(&packed[i]);
        assert_reads_as(content, all_plain());
    }
    assert_int_equal(input_open(&input, path, NULL, &error), STATUS_OK);
    assert_int_equal(input.layer_count, INPUT_LAYERS_MAX);
    for (size_t i = 0; i < INPUT_LAYERS_MAX; i++)
        assert_string_equal(input.layers[INPUT_LAYERS_MAX - 1 - i],
                            ways[i % way_count].name);
    input_close(&input);
    ways[0].compress(&packed[4], content);
    assert_fails(buffer_bytes(&packed[4]), ERROR_UNSUPPORTED,
                 "compressed more than 4 times");
    for (size_t i = 0; i < 6; i++)
        buffer_fini(&packed[i]);
}

static void
test_trouble_below_comes_up(void **state)
{
    (void)state;
    size_t way_count = sizeof(ways) / sizeof(ways[0]) - 1;
    if (way_count < 2)
        skip();
    size_t last = way_count - 1;
    struct buffer inner = { 0 };
    struct buffer outer = { 0 };
    char text[64];
    snprintf(text, sizeof(text), "%s: unexpected end of the compressed data",
             ways[last].name);
    ways[0].compress(&inner, all_plain());
    ways[last].compress(&outer, buffer_bytes(&inner));
    assert_fails(bytes_of(outer.data, outer.size / 2), ERROR_TRUNCATED, text);
    buffer_fini(&inner);
    buffer_fini(&outer);
}

#ifdef HAVE_ZSTD
static void
test_wide_windows(void **state)
{
    (void)state;
    /* Frame headers by RFC 8878: no flags, a window descriptor (exponent - 10
     * in the upper five bits), then one last raw block of one byte. */
    const unsigned char fits[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00,
                                   (27 - 10) << 3, 0x09, 0x00, 0x00, 'R' };
    const unsigned char too_wide[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00,
                                       (28 - 10) << 3, 0x09, 0x00, 0x00, 'R' };
    assert_reads_as(bytes_of(fits, sizeof(fits)), BYTES_LITERAL("R"));
    assert_fails(bytes_of(too_wide, sizeof(too_wide)), ERROR_UNSUPPORTED,
                 "zstd: the window is larger than 128 MiB");
}
#else
static void
test_missing_library(void **state)
{
    (void)state;
    assert_fails(BYTES_LITERAL("\x28\xb5\x2f\xfd rest"), ERROR_UNSUPPORTED,
                 "zstd: this build has no zstd");
}
#endif

#ifdef HAVE_LZ4
static void
test_unknown_envelopes(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        const char *text;
    } cases[] = {
        { "VKCS\2\1\1\0", "vkcs: version 2 is not known" },
        { "VKCS\1\2\1\0", "vkcs: codec 2 is not known" },
        { "VKCS\1\1\3\0", "vkcs: flags 0x03 are not known" },
        { "VKCS\1\1\1\1", "vkcs: stream kind 1 is not an RDB" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_fails(bytes_of(cases[i].header, 8), ERROR_UNSUPPORTED,
                     cases[i].text);
}
#endif

static void
test_truncated_skippable_frame(void **state)
{
    (void)state;
    assert_fails(BYTES_LITERAL("\x50\x2a\x4d\x18\xff\xff\xff\xff rest"),
                 ERROR_TRUNCATED, "unexpected end of input");
    assert_fails(BYTES_LITERAL("\x50\x2a\x4d\x18\xff"), ERROR_TRUNCATED,
                 "unexpected end of input");
}

/* Pages of the open file between two offsets that are cached: asks without
 * bringing any in; false when the system does not tell. */

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_several_frames_and_what_stands_between),
        cmocka_unit_test(test_garbage_behind_the_last_frame),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_flipped_bits_are_noticed),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_trouble_below_comes_up),
#ifdef HAVE_ZSTD
        cmocka_unit_test(test_wide_windows),
#else
        cmocka_unit_test(test_missing_library),
#endif
#ifdef HAVE_LZ4
        cmocka_unit_test(test_unknown_envelopes),
#endif
        cmocka_unit_test(test_truncated_skippable_frame),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
