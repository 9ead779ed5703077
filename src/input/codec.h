/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A codec undoes one kind of compression.  Each is a row in a file of its own,
 * stream-NAME.c; stream_codec_new makes a stream of a row and a reader over
 * the compressed bytes, and does for all of them what does not differ:
 *
 *      frame | frame ... | zero bytes
 *
 * Frames ("members" in gzip) follow each other; skippable frames of the LZ4
 * and zstd families may stand before, between and behind them; zero padding
 * behind the last is no damage, anything else is.
 */
#ifndef KEYWEIGH_INPUT_CODEC_H
#define KEYWEIGH_INPUT_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "input/reader.h"
#include "input/stream.h"

enum { CODEC_MAGIC_MAX = 4 };

/* What decode works on; it advances both pairs. */
struct codec_buffers {
    const unsigned char *in;
    size_t in_size;
    unsigned char *out;
    size_t out_size;
};

struct codec {
    const char *name;    /* leads every message: "gzip: ..." */
    const char *needs; /* what a build needs for it */
    const char *magic;
    size_t magic_size; /* at most CODEC_MAGIC_MAX */

    /* NULL, all three, when this build lacks the library. */
    void *(*begin)(void);
    /* Turns input into output until one of them is used up: STATUS_OK; or
     * until the end of a frame, all output of which is out: STATUS_END, after
     * which further input is the next frame's.  Is called without input when
     * there is none left, to get at output held back.  STATUS_FAIL with error
     * set; output made before counts. */
    enum status (*decode)(void *state, struct codec_buffers *buffers,
                          struct error *error);
    void (*end)(void *state);
};

extern const struct codec stream_gzip;
extern const struct codec stream_zstd;
extern const struct codec stream_lz4;
extern const struct codec stream_vkcs;

/* True when the codec's magic is next. */
bool codec_is_next(const struct codec *codec, struct reader *compressed);

/* Steps over skippable frames: 184D2A50 to 184D2A5F (u32le), the size (u32le),
 * and so many bytes.  Returns whether there was one; on an early end the
 * reader's error is set. */
bool codec_skip_skippable(struct reader *compressed);

/* Moves *compressed into the stream; the caller must not use it any more (but
 * may initialise it anew).  codec->begin is not NULL. */
struct stream *stream_codec_new(const struct codec *codec,
                                struct reader *compressed);

#endif
