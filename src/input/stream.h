/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A stream hands out bytes in order, once: a file, a pipe, or what a
 * decompressor makes of a reader.  Only a reader talks to streams.
 *
 * read puts between 1 and capacity bytes into the caller's memory and returns
 * STATUS_OK; STATUS_END when there are none left; STATUS_FAIL with error set.
 * After END or FAIL it is not called again.  skip, which may be NULL, passes
 * over at most n bytes that nobody wants without reading them, and returns how
 * many: 0 when they have to be read.  close frees the stream and all
 * that it owns, the reader it decompresses included.
 */
#ifndef KEYWEIGH_INPUT_STREAM_H
#define KEYWEIGH_INPUT_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct stream;

struct stream_ops {
    enum status (*read)(struct stream *self, unsigned char *into,
                        size_t capacity, size_t *got, struct error *error);
    uint64_t (*skip)(struct stream *self, uint64_t n);
    void (*close)(struct stream *self);
};

/* Implementations put this first into their own struct. */
struct stream {
    const struct stream_ops *ops;
};

#endif
