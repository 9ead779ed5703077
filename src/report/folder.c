/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "report/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/xalloc.h"

enum { NAMES_TRIED = 1000 };

static enum status
fail(struct folder *folder, const char *what, const char *why)
{
    error_set(&folder->error, ERROR_IO, "%s: %s: %s", folder->path, what, why);
    return STATUS_FAIL;
}

/* True when the name is free, or an empty directory's. */
static bool
is_free(struct folder *folder)
{
    struct stat status;
    if (lstat(folder->path, &status) != 0)
        return errno == ENOENT ||
               fail(folder, "stat", strerror(errno)) == STATUS_OK;
    DIR *stream = S_ISDIR(status.st_mode) ? opendir(folder->path) : NULL;
    size_t entries = 0;
    while (stream != NULL && readdir(stream) != NULL)
        entries++;
    if (stream != NULL)
        (void)closedir(stream);
    if (entries != 2) /* "." and ".." */
        (void)fail(folder, "create", "exists, and is no empty directory");
    return entries == 2;
}

static enum status
make_temporary(struct folder *folder)
{
    for (unsigned i = 0; i < NAMES_TRIED; i++) {
        char *name = path_temporary(folder->path, i);
        if (mkdir(name, 0777) == 0) {
            folder->temporary = name;
            return STATUS_OK;
        }
        free(name);
        if (errno != EEXIST)
            break;
    }
    return fail(folder, "create a temporary directory beside it",
                strerror(errno));
}

static void
fini(struct folder *folder)
{
    char *temporary = folder->temporary;
    folder_abandon(folder);
    folder->temporary = NULL;
    /* A signal handler must not find freed names. */
    atomic_signal_fence(memory_order_seq_cst);
    free(temporary);
    for (size_t i = 0; i < folder->count; i++)
        free(folder->files[i]);
    free(folder->files);
    free(folder->path);
    folder->files = NULL;
    folder->path = NULL;
    folder->count = 0;
}

enum status
folder_open(struct folder *folder, const char *path)
{
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/')
        size--;
    *folder = (struct folder){ .path = xmemdup(path, size) };
    if (is_free(folder) && make_temporary(folder) == STATUS_OK)
        return STATUS_OK;
    fini(folder);
    return STATUS_FAIL;
}

const char *
folder_add(struct folder *folder, const char *name)
{
    char *path = path_join(folder->temporary, name);
    char **old = folder->files;
    char **files = xreallocarray(NULL, folder->count + 2, sizeof(*files));
    for (size_t i = 0; i < folder->count; i++)
        files[i] = old[i];
    files[folder->count] = path;
    files[folder->count + 1] = NULL;
    folder->files = files;
    folder->count++;
    atomic_signal_fence(memory_order_seq_cst);
    free(old);
    return path;
}

/* File systems that cannot are left alone. */
static void
sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    (void)close(fd);
}

void
folder_sync_above(const char *path)
{
    char *above = path_directory(path);
    sync_directory(above[0] != '\0' ? above : ".");
    free(above);
}

static enum status
put_in_place(struct folder *folder)
{
    sync_directory(folder->temporary);
    if (rename(folder->temporary, folder->path) != 0)
        return fail(folder, "rename", strerror(errno));
    char *temporary = folder->temporary;
    folder->temporary = NULL;
    atomic_signal_fence(memory_order_seq_cst);
    free(temporary);
    folder_sync_above(folder->path);
    return STATUS_OK;
}

enum status
folder_close(struct folder *folder, bool keep)
{
    enum status status = keep ? put_in_place(folder) : STATUS_OK;
    fini(folder);
    return status;
}

void
folder_abandon(const struct folder *folder)
{
    const char *temporary = folder->temporary;
    char *const *files = folder->files;
    if (temporary == NULL)
        return;
    for (size_t i = 0; files != NULL && files[i] != NULL; i++)
        (void)unlink(files[i]);
    (void)rmdir(temporary);
}
