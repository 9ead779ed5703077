/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "input/stream-file.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "input/pagecache.h"

enum { WAIT_MS = 200 };

struct stream_file {
    struct stream stream;
    struct stream_file_options options;
    int fd;
    uint64_t position;
    uint64_t stop;   /* no byte is read from here on */
    bool is_regular; /* pages is in use */
    struct pagecache pages;
};

/* Comes back now and then for who wants to be called meanwhile: whichever
 * thread a signal interrupts, news of it do not wait for the next byte. */
static void
wait_for_bytes(const struct stream_file *self)
{
    struct pollfd wanted = { .fd = self->fd, .events = POLLIN };
    if (self->is_regular || self->options.waiting == NULL)
        return;
    for (;;) {
        int ready = poll(&wanted, 1, WAIT_MS);
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return;
        self->options.waiting(self->options.context);
    }
}

/* A descriptor that somebody else set to non-blocking is waited for. */
static ssize_t
read_patiently(const struct stream_file *self, unsigned char *into,
               size_t size)
{
    for (;;) {
        wait_for_bytes(self);
        ssize_t count = read(self->fd, into, size);
        if (count >= 0)
            return count;
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd wanted = { .fd = self->fd, .events = POLLIN };
            (void)poll(&wanted, 1, -1);
        } else if (errno != EINTR) {
            return -1;
        }
    }
}

static size_t
smaller(size_t size, uint64_t limit)
{
    return size > limit ? (size_t)limit : size;
}

static void
advance(struct stream_file *self, uint64_t n)
{
    self->position += n;
    if (self->options.read != NULL)
        atomic_fetch_add_explicit(self->options.read, n, memory_order_relaxed);
}

static enum status
file_read(struct stream *stream, unsigned char *into, size_t capacity,
          size_t *got, struct error *error)
{
    struct stream_file *self = (struct stream_file *)stream;
    size_t size = smaller(capacity, self->stop - self->position);
    if (self->options.block_limit != 0)
        size = smaller(size, self->options.block_limit);
    if (size == 0)
        return STATUS_END;
    if (self->is_regular)
        pagecache_advance(&self->pages, self->position);
    ssize_t count = read_patiently(self, into, size);
    if (count < 0) {
        error_set_unreadable(error, errno);
        return STATUS_FAIL;
    }
    if (count == 0)
        return STATUS_END;
    *got = (size_t)count;
    advance(self, *got);
    return STATUS_OK;
}

/* Not beyond the end of the file, which is where reading would have ended. */
static uint64_t
file_skip(struct stream *stream, uint64_t n)
{
    struct stream_file *self = (struct stream_file *)stream;
    struct stat status;
    if (!self->is_regular || fstat(self->fd, &status) != 0)
        return 0;
    uint64_t end = (uint64_t)status.st_size;
    if (end > self->stop)
        end = self->stop;
    if (end <= self->position)
        return 0;
    if (n > end - self->position)
        n = end - self->position;
    if (lseek(self->fd, (off_t)n, SEEK_CUR) < 0)
        return 0;
    advance(self, n);
    return n;
}

static void
file_close(struct stream *stream)
{
    struct stream_file *self = (struct stream_file *)stream;
    if (self->is_regular)
        pagecache_fini(&self->pages);
    (void)close(self->fd);
    free(self);
}

static const struct stream_ops file_ops = {
    .read = file_read,
    .skip = file_skip,
    .close = file_close,
};

struct stream *
stream_file_new(int fd, const struct stream_file_options *options)
{
    struct stream_file *self = xcalloc(1, sizeof(*self));
    self->stream.ops = &file_ops;
    self->options = *options;
    self->fd = fd;
    self->stop = UINT64_MAX;

    struct stat status;
    off_t position = lseek(fd, 0, SEEK_CUR);
    if (position < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return &self->stream;
    self->is_regular = true;
    self->position = (uint64_t)position;
    if (options->stop_at_size)
        self->stop = status.st_size > position ? (uint64_t)status.st_size
                                               : self->position;
    pagecache_init(&self->pages, fd, self->position,
                   (uint64_t)status.st_size);
    return &self->stream;
}
