/* SPDX-License-Identifier: BSD-3-Clause
 *
 * For tests: a stream over bytes in memory that gives at most step of them at
 * a time, so that whatever reads from it meets every boundary.
 *
 *     struct drip drip = drip_of(bytes, 1);
 *     reader_init(&reader, &drip.stream, 0);
 */
#ifndef KEYWEIGH_TESTS_DRIP_H
#define KEYWEIGH_TESTS_DRIP_H

#include <string.h>

#include "base/bytes.h"
#include "input/stream.h"

struct drip {
    struct stream stream;
    struct bytes rest;
    size_t step;
};

static enum status
drip_read(struct stream *self, unsigned char *into, size_t capacity,
          size_t *got, struct error *error)
{
    struct drip *drip = (struct drip *)self;
    (void)error;
    size_t size = drip->rest.size < drip->step ? drip->rest.size : drip->step;
    if (size == 0)
        return STATUS_END;
    if (size > capacity)
        size = capacity;
    memcpy(into, drip->rest.data, size);
    drip->rest.data += size;
    drip->rest.size -= size;
    *got = size;
    return STATUS_OK;
}

static void
drip_close(struct stream *self)
{
    (void)self;
}

static inline struct drip
drip_of(struct bytes bytes, size_t step)
{
    static const struct stream_ops ops = {
        .read = drip_read,
        .close = drip_close,
    };
    return (struct drip){ { &ops }, bytes, step };
}

#endif
