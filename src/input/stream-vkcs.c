/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The envelope in which Valkey 9.2 puts a compressed RDB:
 *
 *      "VKCS" | version 1 | codec 1 = LZ4 | flags | kind 0 = RDB | LZ4 frame
 *
 * Bit 0 of the flags says that the frame carries checksums, which the frame's
 * own header says too.  Source: valkey pull request 3531.
 */
#include "config.h"

#include "input/codec.h"

#ifdef HAVE_LZ4

#include <stdlib.h>

#include "base/xalloc.h"

enum {
    HEADER_VERSION = 4,
    HEADER_CODEC,
    HEADER_FLAGS,
    HEADER_KIND,
    HEADER_SIZE,

    VERSION_1 = 1,
    CODEC_LZ4 = 1,
    FLAG_CHECKSUM = 1,
    KIND_RDB = 0,
};

struct vkcs {
    void *lz4;
    size_t header_size; /* so much of it has come */
    unsigned char header[HEADER_SIZE];
};

static void *
vkcs_begin(void)
{
    struct vkcs *self = xcalloc(1, sizeof(*self));
    self->lz4 = stream_lz4.begin();
    return self;
}

static enum status
check_header(const unsigned char *header, struct error *error)
{
    if (header[HEADER_VERSION] != VERSION_1)
        error_set(error, ERROR_UNSUPPORTED, "version %u is not known",
                  header[HEADER_VERSION]);
    else if (header[HEADER_CODEC] != CODEC_LZ4)
        error_set(error, ERROR_UNSUPPORTED, "codec %u is not known",
                  header[HEADER_CODEC]);
    else if ((header[HEADER_FLAGS] & ~FLAG_CHECKSUM) != 0)
        error_set(error, ERROR_UNSUPPORTED, "flags 0x%02x are not known",
                  header[HEADER_FLAGS]);
    else if (header[HEADER_KIND] != KIND_RDB)
        error_set(error, ERROR_UNSUPPORTED, "stream kind %u is not an RDB",
                  header[HEADER_KIND]);
    return error->kind == ERROR_NONE ? STATUS_OK : STATUS_FAIL;
}

static enum status
vkcs_decode(void *state, struct codec_buffers *buffers, struct error *error)
{
    struct vkcs *self = state;
    while (self->header_size < HEADER_SIZE && buffers->in_size > 0) {
        self->header[self->header_size++] = *buffers->in++;
        buffers->in_size--;
        if (self->header_size == HEADER_SIZE &&
            check_header(self->header, error) != STATUS_OK)
            return STATUS_FAIL;
    }
    if (self->header_size < HEADER_SIZE)
        return STATUS_OK;
    return stream_lz4.decode(self->lz4, buffers, error);
}

static void
vkcs_end(void *state)
{
    struct vkcs *self = state;
    stream_lz4.end(self->lz4);
    free(self);
}

#else
#define vkcs_begin NULL
#define vkcs_decode NULL
#define vkcs_end NULL
#endif

const struct codec stream_vkcs = {
    .name = "vkcs",
    .needs = "lz4",
    .magic = "VKCS",
    .magic_size = 4,
    .begin = vkcs_begin,
    .decode = vkcs_decode,
    .end = vkcs_end,
};
