/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "input/codec.h"

#ifdef HAVE_LZ4

#include <lz4frame.h>

/* NULL for lack of memory alone, which lz4_decode reports. */
static void *
lz4_begin(void)
{
    LZ4F_dctx *context = NULL;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
        return NULL;
    return context;
}

static enum status
lz4_decode(void *state, struct codec_buffers *buffers, struct error *error)
{
    if (state == NULL) {
        error_set(error, ERROR_IO, "not enough memory");
        return STATUS_FAIL;
    }
    size_t in_size = buffers->in_size;
    size_t out_size = buffers->out_size;
    size_t result = LZ4F_decompress(state, buffers->out, &out_size,
                                    buffers->in, &in_size, NULL);
    if (LZ4F_isError(result)) {
        error_set(error, ERROR_DAMAGED, "%s", LZ4F_getErrorName(result));
        return STATUS_FAIL;
    }
    buffers->in += in_size;
    buffers->in_size -= in_size;
    buffers->out += out_size;
    buffers->out_size -= out_size;
    return result == 0 ? STATUS_END : STATUS_OK;
}

static void
lz4_end(void *state)
{
    (void)LZ4F_freeDecompressionContext(state);
}

#else
#define lz4_begin NULL
#define lz4_decode NULL
#define lz4_end NULL
#endif

const struct codec stream_lz4 = {
    .name = "lz4",
    .needs = "lz4",
    .magic = "\x04\x22\x4d\x18",
    .magic_size = 4,
    .begin = lz4_begin,
    .decode = lz4_decode,
    .end = lz4_end,
};
