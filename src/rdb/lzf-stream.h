/* SPDX-License-Identifier: BSD-3-Clause
 *
 * LZF of any length as a stream: reads compressed bytes from a reader and
 * keeps no more of the output than back-references can reach.
 *
 * The struct is embedded and used again for every string: closing it does
 * nothing, the parent stays the caller's, and nothing is allocated or zeroed.
 * The first reads decode little, so a look at the first bytes is cheap.
 */
#ifndef KEYWEIGH_RDB_LZF_STREAM_H
#define KEYWEIGH_RDB_LZF_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "input/reader.h"
#include "input/stream.h"

enum {
    LZF_HISTORY = 8192, /* the longest distance */
    LZF_CHUNK = 32768,  /* decoded at a time, at most */
    LZF_MATCH = 264,    /* the longest output of one token */
    LZF_SLACK = 32,     /* copies may write this much behind their end */
};

struct lzf_stream {
    struct stream stream; /* first: what a reader is opened over */
    struct reader *parent;
    uint64_t size;        /* of the whole output, as promised */
    uint64_t input_left;  /* compressed bytes not yet taken */
    uint64_t output_left; /* promised bytes not yet decoded */
    size_t chunk;         /* to decode in the next round */
    size_t decoded;       /* bytes in window */
    size_t given;         /* of these, handed out */
    unsigned char window[LZF_HISTORY + LZF_CHUNK + LZF_MATCH + LZF_SLACK];
};

/* Begins a string: the parent's next clen bytes, which are to give exactly
 * ulen.  All that is wrong (a distance to before the start, input that ends
 * inside a token, more or less output than ulen) is an ERROR_DAMAGED at the
 * parent's offset; when the parent fails itself, its error is passed on, and
 * reader_ok(parent) tells the two apart.
 *
 * Input behind the last output byte is noticed by reading on to the end
 * (reader_at_end).  ulen 0 with any input is such a case, though servers take
 * it for the empty string. */
void lzf_stream_init(struct lzf_stream *s, struct reader *parent,
                     uint64_t clen, uint64_t ulen);

/* Compressed bytes not yet taken from the parent: to be skipped by whoever
 * stops before the end. */
static inline uint64_t
lzf_stream_remaining(const struct lzf_stream *s)
{
    return s->input_left;
}

/* Decodes a whole string that lies in memory; into has room for size and
 * LZF_SLACK more bytes.  False when it does not give exactly size. */
bool lzf_decode(struct bytes compressed, unsigned char *into, size_t size);

/* Decodes the first bytes of a compressed string: up to want of them.  The
 * input may be cut off anywhere; got is less than want when it ends (2 * want
 * + 1 bytes of input are always enough).  False, with got set, when a
 * distance leads before the start. */
bool lzf_head(struct bytes compressed, unsigned char *into, size_t want,
              size_t *got);

#endif
