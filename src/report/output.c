/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "base/path.h"
#include "base/xalloc.h"
#include "report/folder.h"

enum {
    FLUSH_SIZE = 64 * 1024,
    ROOM_KEPT = 1024 * 1024, /* more room than this is given back */
    LINKS_FOLLOWED = 40,     /* as many as Linux follows */
    NAMES_TRIED = 1000,
};

static enum status
fail(struct output *output, const char *what)
{
    error_set(&output->error, ERROR_IO, "%s: %s: %s",
              output->path != NULL ? output->path : "standard output", what,
              strerror(errno));
    return STATUS_FAIL;
}

/* The name at the end of the symbolic links, which need not exist: realpath
 * would want it to. */
static char *
follow_links(const char *path)
{
    char *name = xstrdup(path);
    for (int i = 0; i < LINKS_FOLLOWED; i++) {
        char target[PATH_MAX];
        ssize_t length = readlink(name, target, sizeof(target) - 1);
        if (length < 0)
            break;
        target[length] = '\0';
        char *next = target[0] == '/' ? xstrdup(target)
                                      : path_beside(name, target);
        free(name);
        name = next;
    }
    return name;
}

static enum status
open_directly(struct output *output)
{
    output->fd = open(output->path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    return output->fd < 0 ? fail(output, "open") : STATUS_OK;
}

/* A new file gets its mode from the umask; one that will replace another is
 * closed to everybody else until it has the other's owner and mode. */
static enum status
open_temporary(struct output *output, mode_t mode)
{
    for (unsigned i = 0; i < NAMES_TRIED; i++) {
        char *temporary = path_temporary(output->path, i);
        output->fd =
            open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (output->fd >= 0) {
            output->temporary = temporary;
            return STATUS_OK;
        }
        free(temporary);
        if (errno != EEXIST)
            break;
    }
    return fail(output, "create a temporary file beside it");
}

/* The owner first: changing it takes the set-user-ID bits away. */
static enum status
keep_owner_and_mode(struct output *output, const struct stat *old)
{
    struct stat now;
    if (fstat(output->fd, &now) != 0)
        return fail(output, "stat");
    if ((now.st_uid != old->st_uid || now.st_gid != old->st_gid) &&
        fchown(output->fd, old->st_uid, old->st_gid) != 0)
        return fail(output, "keep its owner");
    if (fchmod(output->fd, old->st_mode & 07777) != 0)
        return fail(output, "keep its mode");
    return STATUS_OK;
}

/* Renaming would put a new file over one that may not be written. */
static enum status
replace_existing(struct output *output, const struct stat *old)
{
    if (faccessat(AT_FDCWD, output->path, W_OK, AT_EACCESS) != 0)
        return fail(output, "open");
    if (open_temporary(output, S_IRUSR | S_IWUSR) != STATUS_OK)
        return STATUS_FAIL;
    return keep_owner_and_mode(output, old);
}

/* A name that stands for an open descriptor; -1 for any other name. */
static int
descriptor_named(const char *path)
{
    static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
    if (strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        size_t length = strlen(folders[i]);
        int64_t number;
        if (strncmp(path, folders[i], length) == 0 &&
            number_parse_int64(bytes_of_text(path + length), &number) &&
            number >= 0 && number <= INT_MAX)
            return (int)number;
    }
    return -1;
}

/* Not by its name: that would lead to the file behind it, and replace what the
 * shell has opened for appending. */
static enum status
open_descriptor(struct output *output, const char *path, int descriptor)
{
    output->path = xstrdup(path);
    output->fd = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return output->fd < 0 ? fail(output, "open") : STATUS_OK;
}

static enum status
open_path(struct output *output, const char *path)
{
    struct stat old;
    int descriptor = descriptor_named(path);
    if (descriptor >= 0)
        return open_descriptor(output, path, descriptor);
    bool exists = stat(path, &old) == 0;
    /* Asked of the name as given: /dev/stdout leads to names like "pipe:[7]"
     * that only the kernel can follow. */
    if (exists && !S_ISREG(old.st_mode)) {
        output->path = xstrdup(path);
        return open_directly(output);
    }
    if (!exists && errno != ENOENT) {
        output->path = xstrdup(path);
        return fail(output, "open");
    }
    output->path = follow_links(path);
    if (!exists)
        return open_temporary(output, 0666);
    struct stat end;
    if (stat(output->path, &end) != 0 || end.st_ino != old.st_ino ||
        end.st_dev != old.st_dev) {
        errno = ESTALE; /* an open file whose name is gone */
        return fail(output, "open");
    }
    return replace_existing(output, &old);
}

static void
forget_temporary(struct output *output)
{
    char *temporary = output->temporary;
    output->temporary = NULL;
    /* A signal handler must not find a freed name. */
    atomic_signal_fence(memory_order_seq_cst);
    free(temporary);
}

static void
fini(struct output *output)
{
    output_abandon(output);
    forget_temporary(output);
    buffer_fini(&output->buffer);
    free(output->path);
    output->path = NULL;
    if (output->fd > STDERR_FILENO)
        (void)close(output->fd);
    output->fd = -1;
}

enum status
output_open(struct output *output, const char *path)
{
    *output = (struct output){ .fd = STDOUT_FILENO };
    if (path == NULL || strcmp(path, "-") == 0)
        return STATUS_OK;
    output->fd = -1;
    enum status status = open_path(output, path);
    if (status != STATUS_OK)
        fini(output);
    return status;
}

void
output_open_counter(struct output *output)
{
    *output = (struct output){ .fd = -1, .only_counts = true };
}

/* False when writing makes no sense any more. */
static bool
may_try_again(const struct output *output)
{
    if (errno == EINTR)
        return true;
    if (errno != EAGAIN)
        return false;
    /* Somebody who shares our terminal or pipe made it non-blocking. */
    struct pollfd wait = { .fd = output->fd, .events = POLLOUT };
    return poll(&wait, 1, -1) >= 0 || errno == EINTR;
}

void
output_flush(struct output *output)
{
    struct buffer *buffer = &output->buffer;
    size_t done = output->only_counts ? buffer->size : 0;
    output->counted += done;
    while (done < buffer->size && output->error.kind == ERROR_NONE) {
        ssize_t written =
            write(output->fd, buffer->data + done, buffer->size - done);
        if (written >= 0)
            done += (size_t)written;
        else if (!may_try_again(output))
            (void)fail(output, "write");
    }
    buffer_clear_to(buffer, ROOM_KEPT);
}

void
output_flush_if_full(struct output *output)
{
    if (output->buffer.size >= FLUSH_SIZE)
        output_flush(output);
}

static void
put_in_place(struct output *output)
{
    if (fsync(output->fd) != 0 && errno != EINVAL) {
        (void)fail(output, "sync");
        return;
    }
    int fd = output->fd;
    output->fd = -1;
    if (close(fd) != 0) {
        (void)fail(output, "close");
        return;
    }
    if (rename(output->temporary, output->path) != 0) {
        (void)fail(output, "rename");
        return;
    }
    forget_temporary(output);
    folder_sync_above(output->path);
}

/* Some file systems tell of a full disk only on closing; what others still
 * use stays open, a duplicate is closed. */
static void
close_directly(struct output *output)
{
    int fd = output->fd;
    if (fd > STDERR_FILENO)
        output->fd = -1;
    else
        fd = dup(fd);
    if (fd >= 0 && close(fd) != 0 && errno != EINTR)
        (void)fail(output, "close");
}

enum status
output_close(struct output *output, bool keep)
{
    if (keep)
        output_flush(output);
    if (output->error.kind == ERROR_NONE && output->fd >= 0) {
        if (output->temporary == NULL)
            close_directly(output);
        else if (keep)
            put_in_place(output);
    }
    fini(output);
    return output->error.kind == ERROR_NONE ? STATUS_OK : STATUS_FAIL;
}

void
output_abandon(const struct output *output)
{
    const char *temporary = output->temporary;
    if (temporary != NULL)
        (void)unlink(temporary);
}
