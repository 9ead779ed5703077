/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "input/codec.h"

#ifdef HAVE_ZLIB

#define ZLIB_CONST
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/xalloc.h"

enum { GZIP_ONLY = 16, WINDOW_BITS = 15 };

static void *
gzip_begin(void)
{
    z_stream *z = xcalloc(1, sizeof(*z));
    /* It can fail for lack of memory alone; then z->state stays NULL, and
     * inflate says so. */
    (void)inflateInit2(z, GZIP_ONLY + WINDOW_BITS);
    return z;
}

static uInt
clamp(size_t size)
{
    return size > UINT_MAX ? UINT_MAX : (uInt)size;
}

static enum status
gzip_decode(void *state, struct codec_buffers *buffers, struct error *error)
{
    z_stream *z = state;
    z->next_in = buffers->in;
    z->avail_in = clamp(buffers->in_size);
    z->next_out = buffers->out;
    z->avail_out = clamp(buffers->out_size);
    int result = inflate(z, Z_NO_FLUSH);
    buffers->in_size -= (size_t)(z->next_in - buffers->in);
    buffers->in = z->next_in;
    buffers->out_size -= (size_t)(z->next_out - buffers->out);
    buffers->out = z->next_out;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* no progress without more input */
        return STATUS_OK;
    case Z_STREAM_END:
        (void)inflateReset(z);
        return STATUS_END;
    default:
        error_set(error, ERROR_DAMAGED, "%s",
                  z->msg != NULL ? z->msg : zError(result));
        return STATUS_FAIL;
    }
}

static void
gzip_end(void *state)
{
    z_stream *z = state;
    (void)inflateEnd(z);
    free(z);
}

#else
#define gzip_begin NULL
#define gzip_decode NULL
#define gzip_end NULL
#endif

const struct codec stream_gzip = {
    .name = "gzip",
    .needs = "zlib",
    .magic = "\x1f\x8b\x08",
    .magic_size = 3,
    .begin = gzip_begin,
    .decode = gzip_decode,
    .end = gzip_end,
};
