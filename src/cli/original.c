/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/original.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

void
original_open(struct original *original, const struct input *input,
              const char *path)
{
    struct stat status;
    *original = ORIGINAL_NONE;
    original->reader = &input->reader;
    if (!input->is_seekable)
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &status) == 0 &&
        status.st_dev == input->device && status.st_ino == input->inode)
        original->fd = fd;
    else if (fd >= 0)
        (void)close(fd);
}

void
original_close(struct original *original)
{
    if (original->fd >= 0)
        (void)close(original->fd);
    *original = ORIGINAL_NONE;
}

void
original_begin(struct original *original)
{
    if (original->fd >= 0)
        original->begin = reader_offset(original->reader);
}

bool
original_copy(const struct original *original, spool_function *take,
              void *context, struct error *error)
{
    unsigned char piece[PIECE];
    if (original->fd < 0)
        return false;
    uint64_t at = original->begin;
    uint64_t end = reader_offset(original->reader);
    while (at < end) {
        size_t want = end - at < PIECE ? (size_t)(end - at) : PIECE;
        ssize_t got = pread(original->fd, piece, want, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            error_set_at(error, ERROR_IO, at, "cannot read again: %s",
                         got < 0 ? strerror(errno) : "the file has shrunk");
            break;
        }
        take(context, bytes_of(piece, (size_t)got));
        at += (uint64_t)got;
    }
    return true;
}
