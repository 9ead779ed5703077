/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/xalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
xalloc_failed(void)
{
    static const char words[] = "keyweigh: out of memory\n";
    ssize_t written = write(STDERR_FILENO, words, sizeof(words) - 1);
    (void)written;
    _exit(2);
}

void *
xmalloc(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (memory == NULL)
        xalloc_failed();
    return memory;
}

void *
xcalloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (memory == NULL)
        xalloc_failed();
    return memory;
}

void *
xreallocarray(void *old, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        xalloc_failed();
    size_t total = count * size;
    void *memory = realloc(old, total != 0 ? total : 1);
    if (memory == NULL)
        xalloc_failed();
    return memory;
}

char *
xstrdup(const char *text)
{
    return xmemdup(text, strlen(text));
}

char *
xmemdup(const void *data, size_t size)
{
    char *copy = xmalloc(size + 1);
    if (size != 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}
