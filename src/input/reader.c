/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   buffer        hashed    pos           end            buffer + capacity
 *     |  in crc     |  taken  |  at hand    |   free         |
 *
 * The CRC is not fed byte by byte: taken bytes are left unhashed until the
 * buffer is refilled, so that the checksum runs over long stretches that are
 * still in the cache.
 *
 * What goes past the buffer, skipped or read to where it is wanted, is so long
 * that it is not worth while to read far ahead behind it: there may be more.
 * The next read is short.
 */
#include "input/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "base/xalloc.h"
#include "input/crc64.h"

enum {
    PAST_LEAST = 128 * 1024, /* goes past the buffer */
    AHEAD_LEAST = READER_CONTIGUOUS,
};

void
reader_init(struct reader *r, struct stream *stream, size_t capacity)
{
    *r = (struct reader){ .stream = stream };
    r->capacity = capacity ? capacity : READER_CAPACITY;
    r->ahead = READER_CAPACITY;
    r->buffer = xmalloc(r->capacity);
    r->base = r->pos = r->end = r->hashed = r->buffer;
}

void
reader_init_memory(struct reader *r, struct bytes bytes, uint64_t origin)
{
    static const unsigned char nothing[1];
    const unsigned char *data = bytes.size != 0 ? bytes.data : nothing;
    *r = (struct reader){ .origin = origin, .at_end = true };
    r->base = r->pos = r->hashed = data;
    r->end = data + bytes.size;
}

void
reader_fini(struct reader *r)
{
    if (r->stream != NULL)
        r->stream->ops->close(r->stream);
    free(r->buffer);
    *r = (struct reader){ .at_end = true };
}

void
reader_reset(struct reader *r, struct stream *stream, uint64_t origin)
{
    if (r->stream != NULL)
        r->stream->ops->close(r->stream);
    r->stream = stream;
    r->ahead = READER_CAPACITY;
    r->base = r->pos = r->end = r->hashed = r->buffer;
    r->origin = origin;
    r->crc = 0;
    r->wants_crc = false;
    r->at_end = false;
    r->holding = false;
    error_clear(&r->error);
    error_clear(&r->stream_error);
}

static void
hash_taken(struct reader *r)
{
    /* After a rewind what is taken has been hashed before. */
    if (r->pos <= r->hashed)
        return;
    if (r->wants_crc)
        r->crc = crc64(r->crc, r->hashed, (size_t)(r->pos - r->hashed));
    r->hashed = r->pos;
}

/* Moves what is at hand to the front of a buffer. */
static void
move_rest(struct reader *r, unsigned char *to)
{
    hash_taken(r);
    if (r->pos == to)
        return;
    size_t rest = reader_available(r);
    size_t hashed = (size_t)(r->hashed - r->pos);
    r->origin += (uint64_t)(r->pos - r->base);
    memmove(to, r->pos, rest);
    r->base = r->pos = to;
    r->hashed = to + hashed;
    r->end = to + rest;
}

/* Where the stream may write; false when a hold has filled the buffer. */
static bool
make_room(struct reader *r, size_t *room)
{
    if (r->holding)
        hash_taken(r);
    else
        move_rest(r, r->buffer);
    *room = r->capacity - (size_t)(r->end - r->buffer);
    /* More at a time would leave the cache, and what is read beyond the end of
     * a hold has to be moved. */
    if (*room > r->ahead)
        *room = r->ahead;
    return *room > 0;
}

/* Where a stream failed is where its bytes ended. */
static void
locate_error(struct reader *r)
{
    if (r->error.kind == ERROR_NONE || r->error.has_offset)
        return;
    r->error.has_offset = true;
    r->error.offset = reader_offset(r) + reader_available(r);
}

/* Reads once; false at the end of the stream. */
static bool
read_once(struct reader *r, unsigned char *into, size_t room, size_t *got)
{
    enum status status =
        r->stream->ops->read(r->stream, into, room, got, &r->error);
    if (status == STATUS_END)
        r->at_end = true;
    if (status == STATUS_FAIL) {
        locate_error(r);
        r->stream_error = r->error;
    }
    return status == STATUS_OK;
}

/* The same into the buffer; false at the end of a hold, too. */
static bool
read_more(struct reader *r)
{
    size_t room;
    size_t got = 0;
    if (!make_room(r, &room) ||
        !read_once(r, r->buffer + (r->end - r->buffer), room, &got))
        return false;
    r->end += got;
    if (r->ahead < READER_CAPACITY)
        r->ahead *= 2;
    return true;
}

bool
reader_fill(struct reader *r, size_t n)
{
    if (!reader_ok(r))
        return false;
    while (reader_available(r) < n) {
        if (r->stream_error.kind != ERROR_NONE)
            r->error = r->stream_error;
        if (r->at_end || !reader_ok(r) || !read_more(r))
            return false;
    }
    return true;
}

static void
fail_truncated(struct reader *r)
{
    error_set_at(&r->error, ERROR_TRUNCATED,
                 reader_offset(r) + reader_available(r),
                 "unexpected end of input");
}

bool
reader_need_more(struct reader *r, size_t n)
{
    if (reader_fill(r, n))
        return true;
    fail_truncated(r);
    return false;
}

bool
reader_part(struct reader *r, uint64_t at_most, struct bytes *part)
{
    if (!reader_need(r, 1))
        return false;
    size_t size = reader_available(r);
    if (size > at_most)
        size = (size_t)at_most;
    *part = bytes_of(r->pos, size);
    r->pos += size;
    return true;
}

/* --- past the buffer --- */

/* Whether n bytes behind those at hand may go past it. */
static bool
may_go_past(const struct reader *r, uint64_t n)
{
    return n >= PAST_LEAST && r->pos == r->end && r->stream != NULL &&
           !r->wants_crc && !r->holding && !r->at_end && reader_ok(r) &&
           !reader_stream_failed(r);
}

static void
go_past(struct reader *r, uint64_t n)
{
    r->origin = reader_offset(r) + n;
    r->base = r->pos = r->end = r->hashed = r->buffer;
    r->ahead = AHEAD_LEAST;
}

static uint64_t
skip_past(struct reader *r, uint64_t n)
{
    if (r->stream == NULL || r->stream->ops->skip == NULL ||
        !may_go_past(r, n))
        return 0;
    uint64_t skipped = r->stream->ops->skip(r->stream, n);
    if (skipped > 0)
        go_past(r, skipped);
    return skipped;
}

/* False when they must come through the buffer. */
static bool
read_past(struct reader *r, size_t n, unsigned char *into, size_t *got)
{
    size_t count = 0;
    if (!may_go_past(r, n) || !read_once(r, into, n, &count))
        return false;
    go_past(r, count);
    *got += count;
    return true;
}

bool
reader_skip_more(struct reader *r, uint64_t n)
{
    struct bytes part;
    while (n > 0) {
        uint64_t skipped = skip_past(r, n);
        if (skipped == 0) {
            if (!reader_part(r, n, &part))
                return false;
            skipped = part.size;
        }
        n -= skipped;
    }
    return true;
}

bool
reader_take_into(struct reader *r, size_t n, unsigned char *into, size_t *got)
{
    size_t done = 0;
    struct bytes part = { .size = 0 };
    while (done < n) {
        if (read_past(r, n - done, into + done, &done))
            continue;
        if (!reader_part(r, n - done, &part))
            break;
        memcpy(into + done, part.data, part.size);
        done += part.size;
    }
    *got += done;
    return done == n;
}

bool
reader_append_to(struct reader *r, uint64_t n, struct buffer *buffer)
{
    struct bytes part;
    for (; n > 0; n -= part.size) {
        if (!reader_part(r, n, &part))
            return false;
        buffer_append(buffer, part.data, part.size);
    }
    return true;
}

bool
reader_at_end(struct reader *r)
{
    return !reader_peek(r, 1) && reader_ok(r);
}

void
reader_hold(struct reader *r)
{
    move_rest(r, r->buffer);
    r->holding = true;
}

void
reader_release(struct reader *r)
{
    r->holding = false;
}

void
reader_rewind(struct reader *r)
{
    hash_taken(r);
    r->pos = r->base;
    r->holding = false;
    error_clear(&r->error);
}

unsigned char *
reader_exchange(struct reader *r, unsigned char *buffer, size_t capacity)
{
    unsigned char *old = r->buffer;
    move_rest(r, buffer);
    r->buffer = buffer;
    r->capacity = capacity;
    return old;
}

void
reader_start_crc(struct reader *r)
{
    r->wants_crc = true;
    r->crc = 0;
    r->hashed = r->pos;
}

void
reader_end_crc(struct reader *r)
{
    r->wants_crc = false;
}

uint64_t
reader_crc(struct reader *r)
{
    hash_taken(r);
    return r->crc;
}

bool
reader_u16le(struct reader *r, uint16_t *value)
{
    const unsigned char *p = reader_take(r, 2);
    if (p != NULL)
        *value = load_u16le(p);
    return p != NULL;
}

bool
reader_u32le(struct reader *r, uint32_t *value)
{
    const unsigned char *p = reader_take(r, 4);
    if (p != NULL)
        *value = load_u32le(p);
    return p != NULL;
}

bool
reader_u64le(struct reader *r, uint64_t *value)
{
    const unsigned char *p = reader_take(r, 8);
    if (p != NULL)
        *value = load_u64le(p);
    return p != NULL;
}

bool
reader_u32be(struct reader *r, uint32_t *value)
{
    const unsigned char *p = reader_take(r, 4);
    if (p != NULL)
        *value = load_u32be(p);
    return p != NULL;
}

bool
reader_u64be(struct reader *r, uint64_t *value)
{
    const unsigned char *p = reader_take(r, 8);
    if (p != NULL)
        *value = load_u64be(p);
    return p != NULL;
}
