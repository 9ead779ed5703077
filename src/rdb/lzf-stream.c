/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   000nnnnn byte ...             n + 1 bytes as they are
 *   lllddddd [l'] dddddddd        l + 2 bytes (l = 7: 7 + l' + 2) from
 *                                 distance d + 1, which may overlap themselves
 *
 * Tokens are decoded whole into a window, from which reads are served:
 *
 *   window   history | given | not yet given | free ... | match | slack
 *                          given         decoded     limit
 *
 * and when the limit is reached, the last LZF_HISTORY bytes move to the front.
 * Copies go 8 to 32 bytes at a time and may write behind the end of their
 * token: what is there is either overwritten by the next token or never seen.
 */
#include "rdb/lzf-stream.h"

#include <inttypes.h>
#include <string.h>

enum {
    LITERAL_MAX = 32,
    TOKEN_INPUT = 1 + LITERAL_MAX, /* longest token */
    LENGTH_MORE = 7,
    WINDOW_LIMIT = LZF_HISTORY + LZF_CHUNK,
    FIRST_CHUNK = 512,
};

enum fault { FAULT_NONE, FAULT_DISTANCE, FAULT_CUT, FAULT_OVERRUN };

/* Bytes of input that a token takes, by its first. */
static inline size_t
token_input(unsigned char first)
{
    if (first < LITERAL_MAX)
        return first + 2u;
    return first >> 5 == LENGTH_MORE ? 3 : 2;
}

struct match {
    size_t length;
    size_t distance;
};

/* Reads a back-reference and moves behind it. */
static inline struct match
take_match(const unsigned char **in)
{
    const unsigned char *p = *in;
    size_t high = p[0] & 0x1f;
    size_t length = p[0] >> 5;
    if (length == LENGTH_MORE)
        length += *++p;
    *in = p + 2;
    return (struct match){ length + 2, (high << 8 | p[1]) + 1 };
}

/* Copies a match whose distance is less than 8, so that it repeats a pattern:
 * once eight bytes of it stand there, copies go in eights from the nearest
 * multiple of the distance that is no less. */
static void
copy_pattern(unsigned char *out, struct match match)
{
    static const unsigned char steps[8] = { 0, 8, 8, 9, 8, 10, 12, 14 };
    const unsigned char *from = out - match.distance;
    for (size_t i = 0; i < 8; i++)
        out[i] = from[i];
    size_t step = steps[match.distance];
    for (size_t i = 8; i < match.length; i += 8)
        memcpy(out + i, out + i - step, 8);
}

static inline void
copy_match(unsigned char *out, struct match match)
{
    const unsigned char *from = out - match.distance;
    if (match.distance < 8) {
        copy_pattern(out, match);
        return;
    }
    if (match.distance >= 16) {
        for (size_t i = 0; i < match.length; i += 16)
            memcpy(out + i, from + i, 16);
        return;
    }
    for (size_t i = 0; i < match.length; i += 8)
        memcpy(out + i, from + i, 8);
}

/* A stretch of input that lies in one piece, and what goes with it. */
struct stretch {
    const unsigned char *in;
    const unsigned char *end;
    bool last; /* no input behind it */
};

/* Decodes the token at *in, of which have bytes are there, to *out, where left
 * bytes and LZF_SLACK more have room; start is where the output begins. */
static inline enum fault
decode_token(const unsigned char *start, const unsigned char **in, size_t have,
             unsigned char **out, uint64_t left)
{
    const unsigned char *next = *in;
    size_t size = *next + 1u;
    bool roomy = have >= TOKEN_INPUT;
    if (!roomy && token_input(*next) > have)
        return FAULT_CUT;
    if (*next < LITERAL_MAX) {
        if (size > left)
            return FAULT_OVERRUN;
        if (roomy)
            memcpy(*out, next + 1, LITERAL_MAX);
        else
            memcpy(*out, next + 1, size);
        next += 1 + size;
    } else {
        struct match match = take_match(&next);
        size = match.length;
        if (match.distance > (size_t)(*out - start))
            return FAULT_DISTANCE;
        if (size > left)
            return FAULT_OVERRUN;
        copy_match(*out, match);
    }
    *in = next;
    *out += size;
    return FAULT_NONE;
}

/* Decodes tokens until the window holds `until` bytes or the rest of the
 * stretch may hold no whole token; in is left at the first one not done. */
static enum fault
decode_tokens(struct lzf_stream *s, struct stretch *stretch, size_t until)
{
    const unsigned char *in = stretch->in;
    unsigned char *out = s->window + s->decoded;
    unsigned char *const start = out;
    unsigned char *const stop = s->window + until;
    enum fault fault = FAULT_NONE;
    while (out < stop && fault == FAULT_NONE) {
        size_t have = (size_t)(stretch->end - in);
        if (have < TOKEN_INPUT && (have == 0 || !stretch->last))
            break;
        uint64_t left = s->output_left - (uint64_t)(out - start);
        fault = decode_token(s->window, &in, have, &out, left);
    }
    stretch->in = in;
    s->decoded = (size_t)(out - s->window);
    s->output_left -= (uint64_t)(out - start);
    return fault;
}

static enum status
fail(struct lzf_stream *s, enum fault fault, struct error *error)
{
    uint64_t offset = reader_offset(s->parent);
    if (fault == FAULT_DISTANCE)
        error_set_at(error, ERROR_DAMAGED, offset,
                     "LZF: distance leads before the start");
    else if (fault == FAULT_CUT)
        error_set_at(error, ERROR_DAMAGED, offset,
                     "LZF: input ends inside a token");
    else
        error_set_at(error, ERROR_DAMAGED, offset,
                     "LZF: output exceeds %" PRIu64 " bytes", s->size);
    return STATUS_FAIL;
}

/* The input is used up. */
static enum status
finish(struct lzf_stream *s, struct error *error)
{
    if (s->output_left == 0)
        return STATUS_END;
    error_set_at(error, ERROR_DAMAGED, reader_offset(s->parent),
                 "LZF: output ends at %" PRIu64 " of %" PRIu64 " bytes",
                 s->size - s->output_left, s->size);
    return STATUS_FAIL;
}

/* Brings the parent's next bytes: enough for a token, or all there are. */
static bool
fetch(struct lzf_stream *s, struct stretch *stretch)
{
    struct reader *parent = s->parent;
    uint64_t left = s->input_left;
    if (!reader_need(parent, left < TOKEN_INPUT ? (size_t)left : TOKEN_INPUT))
        return false;
    size_t have = reader_available(parent);
    stretch->last = have >= left;
    stretch->in = parent->pos;
    stretch->end = parent->pos + (stretch->last ? (size_t)left : have);
    return true;
}

/* Decodes another chunk into the window. */
static enum status
decode_chunk(struct lzf_stream *s, struct error *error)
{
    if (s->decoded + s->chunk > WINDOW_LIMIT) {
        memmove(s->window, s->window + s->decoded - LZF_HISTORY, LZF_HISTORY);
        s->decoded = s->given = LZF_HISTORY;
    }
    size_t until = s->decoded + s->chunk;
    s->chunk = s->chunk < LZF_CHUNK ? s->chunk * 2 : LZF_CHUNK;
    while (s->decoded < until && s->input_left > 0) {
        struct stretch stretch;
        if (!fetch(s, &stretch)) {
            *error = s->parent->error;
            return STATUS_FAIL;
        }
        enum fault fault = decode_tokens(s, &stretch, until);
        s->input_left -= (uint64_t)(stretch.in - s->parent->pos);
        s->parent->pos = stretch.in;
        if (fault != FAULT_NONE)
            return fail(s, fault, error);
    }
    return STATUS_OK;
}

static enum status
lzf_stream_read(struct stream *self, unsigned char *into, size_t capacity,
                size_t *got, struct error *error)
{
    struct lzf_stream *s = (struct lzf_stream *)self;
    if (s->given == s->decoded) {
        if (s->input_left == 0)
            return finish(s, error);
        if (decode_chunk(s, error) != STATUS_OK)
            return STATUS_FAIL;
    }
    size_t size = s->decoded - s->given;
    if (size > capacity)
        size = capacity;
    memcpy(into, s->window + s->given, size);
    s->given += size;
    *got = size;
    return STATUS_OK;
}

static void
lzf_stream_close(struct stream *self)
{
    (void)self;
}

void
lzf_stream_init(struct lzf_stream *s, struct reader *parent, uint64_t clen,
                uint64_t ulen)
{
    static const struct stream_ops ops = {
        .read = lzf_stream_read,
        .close = lzf_stream_close,
    };
    s->stream.ops = &ops;
    s->parent = parent;
    s->size = ulen;
    s->input_left = clen;
    s->output_left = ulen;
    s->chunk = FIRST_CHUNK;
    s->decoded = 0;
    s->given = 0;
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

bool
lzf_decode(struct bytes compressed, unsigned char *into, size_t size)
{
    const unsigned char *in = compressed.data;
    const unsigned char *end = in + compressed.size;
    unsigned char *out = into;
    enum fault fault = FAULT_NONE;
    while (in < end && fault == FAULT_NONE)
        fault = decode_token(into, &in, (size_t)(end - in), &out,
                             size - (size_t)(out - into));
    return fault == FAULT_NONE && (size_t)(out - into) == size;
}

bool
lzf_head(struct bytes compressed, unsigned char *into, size_t want,
         size_t *got)
{
    const unsigned char *in = compressed.data;
    size_t left = compressed.size;
    size_t done = 0;
    *got = 0;
    while (done < want && left > 0) {
        size_t taken = smaller(token_input(*in), left);
        if (*in < LITERAL_MAX) {
            size_t size = smaller(taken - 1, want - done);
            memcpy(into + done, in + 1, size);
            done += size;
            in += taken;
        } else if (taken == token_input(*in)) {
            struct match match = take_match(&in);
            if (match.distance > done)
                return false;
            size_t stop = done + smaller(match.length, want - done);
            for (; done < stop; done++)
                into[done] = into[done - match.distance];
        }
        left -= taken;
        *got = done;
    }
    return true;
}
