/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A reader looks ahead over a stream: peek, take, skip.  It knows the offset
 * of its next byte and the CRC64 of all bytes taken so far, and it keeps the
 * first error (sticky): after one, every call fails.
 *
 * Pointers it hands out are valid until the next call on the same reader.
 * Whatever needs no more than READER_CONTIGUOUS bytes at a time gets them in
 * one piece; longer things are skipped or taken in parts, so the memory of a
 * reader never depends on what its input claims.  What is skipped need not be
 * read, and what goes into memory of the caller is read to there.
 *
 * The same type serves the whole input, a slice of it, the output of LZF, and
 * plain memory: whatever walks a packed blob sees no difference.
 */
#ifndef KEYWEIGH_INPUT_READER_H
#define KEYWEIGH_INPUT_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "input/stream.h"

enum {
    READER_CAPACITY = 256 * 1024,  /* measured: read(2) of 256 KiB is best */
    READER_CONTIGUOUS = 64 * 1024, /* what peek and take can always give */
};

struct reader {
    /* The bytes at hand: the inline functions below work on these two. */
    const unsigned char *pos;
    const unsigned char *end;

    struct error error; /* the first error; kind ERROR_NONE while all is well */

    /* Private to reader.c. */
    struct stream *stream;       /* NULL over memory */
    unsigned char *buffer;       /* NULL over memory */
    size_t capacity;
    size_t ahead;                /* bytes that the next read may bring */
    const unsigned char *base;   /* what origin is the offset of */
    const unsigned char *hashed; /* bytes before this are in crc */
    uint64_t origin;
    uint64_t crc;
    bool wants_crc;
    bool at_end; /* the stream has no more */
    bool holding;
    struct error stream_error; /* of the stream, kept over a rewind */
};

/* Opens over a stream, which the reader then owns.  capacity is at least
 * 2 * READER_CONTIGUOUS, or 0 for READER_CAPACITY. */
void reader_init(struct reader *r, struct stream *stream, size_t capacity);

/* Opens over bytes that stay where they are; offsets count from origin. */
void reader_init_memory(struct reader *r, struct bytes bytes, uint64_t origin);

/* Closes the stream and frees the buffer. */
void reader_fini(struct reader *r);

/* Re-opens over another stream, keeping the buffer.  The old one is closed. */
void reader_reset(struct reader *r, struct stream *stream, uint64_t origin);

/* Fetches until n bytes are at hand (n <= READER_CONTIGUOUS).  False when the
 * input ends before, or has failed; no error is set for an end. */
bool reader_fill(struct reader *r, size_t n);

static inline size_t
reader_available(const struct reader *r)
{
    return (size_t)(r->end - r->pos);
}

/* n bytes are at hand at r->pos; an end is no error. */
static inline bool
reader_peek(struct reader *r, size_t n)
{
    return reader_available(r) >= n || reader_fill(r, n);
}

/* As reader_peek, but an early end is an ERROR_TRUNCATED at that place. */
bool reader_need_more(struct reader *r, size_t n);

static inline bool
reader_need(struct reader *r, size_t n)
{
    return reader_available(r) >= n || reader_need_more(r, n);
}

/* The next n bytes, taken; NULL with the error set when there are fewer. */
static inline const unsigned char *
reader_take(struct reader *r, size_t n)
{
    if (!reader_need(r, n))
        return NULL;
    const unsigned char *taken = r->pos;
    r->pos += n;
    return taken;
}

/* Takes what is at hand, 1 to at_most bytes (at_most > 0): how a thing of any
 * length is consumed in pieces.  An end is an ERROR_TRUNCATED. */
bool reader_part(struct reader *r, uint64_t at_most, struct bytes *part);

bool reader_skip_more(struct reader *r, uint64_t n);

static inline bool
reader_skip(struct reader *r, uint64_t n)
{
    if (reader_available(r) >= n) {
        r->pos += n;
        return true;
    }
    return reader_skip_more(r, n);
}

/* Puts the next n bytes into memory; how many really came is added to *got. */
bool reader_take_into(struct reader *r, size_t n, unsigned char *into,
                      size_t *got);

/* Appends the next n bytes to a buffer, which grows as they arrive. */
bool reader_append_to(struct reader *r, uint64_t n, struct buffer *buffer);

/* True when the input has no further byte (and no error happened). */
bool reader_at_end(struct reader *r);

static inline bool
reader_ok(const struct reader *r)
{
    return r->error.kind == ERROR_NONE;
}

/* True when the stream has failed, rather than ended, behind what is at
 * hand. */
static inline bool
reader_stream_failed(const struct reader *r)
{
    return r->stream_error.kind != ERROR_NONE;
}

/* Offset of the next byte. */
static inline uint64_t
reader_offset(const struct reader *r)
{
    return r->origin + (uint64_t)(r->pos - r->base);
}

/* Starts the CRC64 anew (value 0) at the next byte. */
void reader_start_crc(struct reader *r);

/* The CRC64 of all bytes taken since reader_start_crc. */
uint64_t reader_crc(struct reader *r);

/* It is not needed any more. */
void reader_end_crc(struct reader *r);

/* Bytes that may be read twice.  From reader_hold on nothing that is taken is
 * given up; when the buffer is full, the reader seems to be at its end.
 * reader_release goes on as if nothing had
 * happened; reader_rewind goes back to where the hold began, and forgets any
 * error since then: it comes again when its place does. */
void reader_hold(struct reader *r);
void reader_release(struct reader *r);
void reader_rewind(struct reader *r);

/* Goes on in another buffer, which is from xmalloc and becomes the reader's:
 * what is at hand moves there (capacity is no less).  The old one, with all
 * that lies before the next byte, becomes the caller's. */
unsigned char *reader_exchange(struct reader *r, unsigned char *buffer,
                               size_t capacity);

/* Fixed-width numbers; false with the error set when the input ends. */
static inline bool
reader_u8(struct reader *r, unsigned char *value)
{
    if (!reader_need(r, 1))
        return false;
    *value = *r->pos++;
    return true;
}

bool reader_u16le(struct reader *r, uint16_t *value);
bool reader_u32le(struct reader *r, uint32_t *value);
bool reader_u64le(struct reader *r, uint64_t *value);
bool reader_u32be(struct reader *r, uint32_t *value);
bool reader_u64be(struct reader *r, uint64_t *value);

#endif
