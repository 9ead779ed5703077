/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "input/stream-range.h"

#include <errno.h>
#include <unistd.h>

static enum status
range_read(struct stream *stream, unsigned char *into, size_t capacity,
           size_t *got, struct error *error)
{
    struct stream_range *self = (struct stream_range *)stream;
    ssize_t count;
    if (self->position >= self->until)
        return STATUS_END;
    if (capacity > self->until - self->position)
        capacity = (size_t)(self->until - self->position);
    do
        count = pread(self->fd, into, capacity, (off_t)self->position);
    while (count < 0 && errno == EINTR);
    if (count < 0) {
        error_set_unreadable_at(error, errno, self->position);
        return STATUS_FAIL;
    }
    if (count == 0)
        return STATUS_END;
    *got = (size_t)count;
    self->position += *got;
    return STATUS_OK;
}

static void
range_close(struct stream *stream)
{
    (void)stream; /* embedded */
}

static const struct stream_ops range_ops = {
    .read = range_read,
    .close = range_close,
};

void
stream_range_init(struct stream_range *range, int fd, uint64_t from,
                  uint64_t until)
{
    *range = (struct stream_range){ { &range_ops }, fd, from, until };
}
