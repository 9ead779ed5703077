/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One stream for every codec: feeds it from the reader below, looks at what
 * stands between frames, and tells an end from a truncation.
 */
#include "input/codec.h"

#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "base/xalloc.h"

enum {
    SKIPPABLE_MAGIC = 0x184d2a50,
    SKIPPABLE_MASK = 0x0f, /* the bits of the magic that are free */
    SKIPPABLE_HEADER = 8,
};

struct stream_codec {
    struct stream stream;
    const struct codec *codec;
    void *state;
    struct reader compressed;
    bool is_between_frames;
    struct error error; /* found behind bytes that were handed out first */
};

bool
codec_is_next(const struct codec *codec, struct reader *compressed)
{
    return reader_peek(compressed, codec->magic_size) &&
           memcmp(compressed->pos, codec->magic, codec->magic_size) == 0;
}

static bool
is_skippable_next(struct reader *compressed)
{
    return reader_peek(compressed, 4) &&
           (load_u32le(compressed->pos) & ~(uint32_t)SKIPPABLE_MASK) ==
               SKIPPABLE_MAGIC;
}

bool
codec_skip_skippable(struct reader *compressed)
{
    bool was_any = false;
    while (is_skippable_next(compressed)) {
        was_any = true;
        if (!reader_need(compressed, SKIPPABLE_HEADER))
            break;
        uint32_t size = load_u32le(compressed->pos + 4);
        if (!reader_skip(compressed, SKIPPABLE_HEADER + (uint64_t)size))
            break;
    }
    return was_any;
}

static bool
is_all_zeros(struct reader *compressed)
{
    struct bytes part;
    while (reader_peek(compressed, 1) &&
           reader_part(compressed, UINT64_MAX, &part))
        for (size_t i = 0; i < part.size; i++)
            if (part.data[i] != 0)
                return false;
    return reader_ok(compressed);
}

/* The trouble below comes up under its own words.  Its offset counts other
 * bytes than ours. */
static enum status
fail_below(const struct stream_codec *self, struct error *error)
{
    *error = self->compressed.error;
    error->has_offset = false;
    return STATUS_FAIL;
}

static enum status
fail(const struct stream_codec *self, struct error *error,
     enum error_kind kind, const char *words)
{
    error_set(error, kind, "%s: %s", self->codec->name, words);
    return STATUS_FAIL;
}

/* STATUS_OK when another frame is next. */
static enum status
go_to_next_frame(struct stream_codec *self, struct error *error)
{
    struct reader *compressed = &self->compressed;
    bool is_padding = false;
    (void)codec_skip_skippable(compressed);
    if (codec_is_next(self->codec, compressed)) {
        self->is_between_frames = false;
        return STATUS_OK;
    }
    if (reader_ok(compressed))
        is_padding = is_all_zeros(compressed);
    if (!reader_ok(compressed))
        return fail_below(self, error);
    if (is_padding)
        return STATUS_END;
    return fail(self, error, ERROR_DAMAGED, "garbage behind the last frame");
}

/* One call of the codec; *got may be 0. */
static enum status
decode_some(struct stream_codec *self, unsigned char *into, size_t capacity,
            size_t *got, struct error *error)
{
    struct reader *compressed = &self->compressed;
    bool has_input = reader_peek(compressed, 1);
    if (!reader_ok(compressed))
        return fail_below(self, error);
    struct codec_buffers buffers = {
        compressed->pos, reader_available(compressed), into, capacity
    };
    enum status status =
        self->codec->decode(self->state, &buffers, &self->error);
    compressed->pos = buffers.in;
    *got = capacity - buffers.out_size;
    if (status == STATUS_FAIL)
        error_context(&self->error, "%s", self->codec->name);
    if (status == STATUS_END)
        self->is_between_frames = true;
    if (status == STATUS_OK && !has_input && *got == 0)
        return fail(self, error, ERROR_TRUNCATED,
                    "unexpected end of the compressed data");
    return STATUS_OK;
}

static enum status
codec_read(struct stream *stream, unsigned char *into, size_t capacity,
           size_t *got, struct error *error)
{
    struct stream_codec *self = (struct stream_codec *)stream;
    for (*got = 0; *got == 0;) {
        enum status status = STATUS_OK;
        if (self->error.kind != ERROR_NONE) {
            *error = self->error;
            return STATUS_FAIL;
        }
        if (self->is_between_frames)
            status = go_to_next_frame(self, error);
        if (status == STATUS_OK)
            status = decode_some(self, into, capacity, got, error);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static void
codec_close(struct stream *stream)
{
    struct stream_codec *self = (struct stream_codec *)stream;
    self->codec->end(self->state);
    reader_fini(&self->compressed);
    free(self);
}

static const struct stream_ops codec_ops = {
    .read = codec_read,
    .close = codec_close,
};

struct stream *
stream_codec_new(const struct codec *codec, struct reader *compressed)
{
    struct stream_codec *self = xcalloc(1, sizeof(*self));
    self->stream.ops = &codec_ops;
    self->codec = codec;
    self->state = codec->begin();
    self->compressed = *compressed;
    return &self->stream;
}
