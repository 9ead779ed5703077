/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/xalloc.h"

char *
path_join(const char *directory, const char *name)
{
    struct buffer path = { .data = NULL };
    buffer_append_text(&path, directory);
    if (path.size > 0 && path.data[path.size - 1] != '/')
        buffer_append_byte(&path, '/');
    buffer_append(&path, name, strlen(name) + 1);
    return (char *)path.data;
}

char *
path_directory(const char *path)
{
    return xmemdup(path, (size_t)(path_name(path) - path));
}

char *
path_beside(const char *path, const char *name)
{
    char *directory = path_directory(path);
    char *beside = path_join(directory, name);
    free(directory);
    return beside;
}

char *
path_temporary(const char *path, unsigned number)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "temp-keyweigh-%ld-%u.tmp",
                   (long)getpid(), number);
    return path_beside(path, name);
}

const char *
path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}
