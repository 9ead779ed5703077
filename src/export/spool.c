/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/xalloc.h"

enum { PIECE = 64 * 1024 };

void
spool_init(struct spool *spool, struct error *error)
{
    *spool = (struct spool){ .fd = -1, .error = error };
}

static void
close_file(struct spool *spool)
{
    if (spool->fd >= 0)
        (void)close(spool->fd);
    spool->fd = -1;
    spool->filed = 0;
}

void
spool_fini(struct spool *spool)
{
    close_file(spool);
    buffer_fini(&spool->held);
}

void
spool_clear(struct spool *spool)
{
    close_file(spool);
    buffer_clear(&spool->held);
}

static void
fail(const struct spool *spool, const char *what)
{
    error_set(spool->error, ERROR_IO, "temporary file: %s: %s", what,
              strerror(errno));
}

static int
open_nameless(const char *folder)
{
    struct buffer name = { NULL, 0, 0 };
    buffer_append_format(&name, "%s/keyweigh-XXXXXX", folder);
    buffer_append_byte(&name, '\0');
    int fd = mkostemp((char *)name.data, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink((char *)name.data);
    buffer_fini(&name);
    return fd;
}

static bool
open_file(struct spool *spool)
{
    const char *folder = getenv("TMPDIR");
    spool->fd = open_nameless(folder != NULL ? folder : "/var/tmp");
    if (spool->fd < 0 && folder == NULL)
        spool->fd = open_nameless("/tmp");
    if (spool->fd < 0)
        fail(spool, "open");
    return spool->fd >= 0;
}

static bool
write_at(struct spool *spool, uint64_t offset, struct bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t done =
            pwrite(spool->fd, bytes.data, bytes.size, (off_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            fail(spool, "write");
            return false;
        }
        bytes.data += done;
        bytes.size -= (size_t)done;
        offset += (uint64_t)done;
    }
    return true;
}

/* Makes room in memory; what cannot be filed is lost, and the error said. */
static void
file_held(struct spool *spool)
{
    if ((spool->fd >= 0 || open_file(spool)) &&
        write_at(spool, spool->filed, buffer_bytes(&spool->held)))
        spool->filed += spool->held.size;
    buffer_clear(&spool->held);
}

void
spool_append(struct spool *spool, struct bytes bytes)
{
    while (spool->held.size + bytes.size > SPOOL_HELD) {
        size_t fits = SPOOL_HELD - spool->held.size;
        buffer_append(&spool->held, bytes.data, fits);
        bytes = bytes_of(bytes.data + fits, bytes.size - fits);
        file_held(spool);
    }
    buffer_append(&spool->held, bytes.data, bytes.size);
}

void
spool_patch(struct spool *spool, uint64_t offset, struct bytes bytes)
{
    size_t filed = 0;
    if (offset < spool->filed) {
        uint64_t left = spool->filed - offset;
        filed = left < bytes.size ? (size_t)left : bytes.size;
        (void)write_at(spool, offset, bytes_of(bytes.data, filed));
    }
    uint64_t at = offset + filed - spool->filed;
    size_t rest = bytes.size - filed;
    if (rest > 0 && at + rest <= spool->held.size)
        memcpy(spool->held.data + at, bytes.data + filed, rest);
}

static size_t
read_filed(const struct spool *spool, uint64_t offset, unsigned char *to,
           size_t size)
{
    size_t got = 0;
    while (got < size) {
        ssize_t done =
            pread(spool->fd, to + got, size - got, (off_t)(offset + got));
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            fail(spool, "read");
            break;
        }
        got += (size_t)done;
    }
    return got;
}

size_t
spool_read(const struct spool *spool, uint64_t offset, void *to, size_t size)
{
    if (offset < spool->filed) {
        uint64_t left = spool->filed - offset;
        return read_filed(spool, offset, to,
                          size < left ? size : (size_t)left);
    }
    uint64_t at = offset - spool->filed;
    size_t held = spool->held.size;
    size_t fits = at >= held ? 0 : held - (size_t)at;
    if (fits > size)
        fits = size;
    if (fits > 0)
        memcpy(to, spool->held.data + at, fits);
    return fits;
}

void
spool_range(const struct spool *spool, uint64_t offset, uint64_t size,
            spool_function *take, void *context)
{
    unsigned char *room = offset < spool->filed ? xmalloc(PIECE) : NULL;
    while (size > 0 && offset < spool->filed) {
        size_t got = spool_read(spool, offset, room,
                                size < PIECE ? (size_t)size : PIECE);
        if (got == 0)
            break;
        take(context, bytes_of(room, got));
        offset += got;
        size -= got;
    }
    free(room);
    uint64_t at = offset - spool->filed;
    if (size > 0 && offset >= spool->filed && at + size <= spool->held.size)
        take(context, bytes_of(spool->held.data + at, (size_t)size));
}

void
spool_take(void *spool, struct bytes bytes)
{
    spool_append(spool, bytes);
}
