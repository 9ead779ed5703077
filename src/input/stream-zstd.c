/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "input/codec.h"

#ifdef HAVE_ZSTD

#include <zstd.h>
#include <zstd_errors.h>

enum { WINDOW_LOG_MAX = 27 }; /* 128 MiB, what zstd --ultra --long gives */

/* NULL for lack of memory alone, which zstd_decode reports. */
static void *
zstd_begin(void)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (context != NULL)
        (void)ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax,
                                     WINDOW_LOG_MAX);
    return context;
}

static enum status
fail(size_t result, struct error *error)
{
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge)
        error_set(error, ERROR_UNSUPPORTED,
                  "the window is larger than 128 MiB");
    else
        error_set(error, ERROR_DAMAGED, "%s", ZSTD_getErrorName(result));
    return STATUS_FAIL;
}

static enum status
zstd_decode(void *state, struct codec_buffers *buffers, struct error *error)
{
    if (state == NULL) {
        error_set(error, ERROR_IO, "not enough memory");
        return STATUS_FAIL;
    }
    ZSTD_inBuffer in = { buffers->in, buffers->in_size, 0 };
    ZSTD_outBuffer out = { buffers->out, buffers->out_size, 0 };
    size_t result = ZSTD_decompressStream(state, &out, &in);
    buffers->in += in.pos;
    buffers->in_size -= in.pos;
    buffers->out += out.pos;
    buffers->out_size -= out.pos;
    if (ZSTD_isError(result))
        return fail(result, error);
    return result == 0 ? STATUS_END : STATUS_OK;
}

static void
zstd_end(void *state)
{
    (void)ZSTD_freeDCtx(state);
}

#else
#define zstd_begin NULL
#define zstd_decode NULL
#define zstd_end NULL
#endif

const struct codec stream_zstd = {
    .name = "zstd",
    .needs = "zstd",
    .magic = "\x28\xb5\x2f\xfd",
    .magic_size = 4,
    .begin = zstd_begin,
    .decode = zstd_decode,
    .end = zstd_end,
};
