/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"

enum { FIRST_CAPACITY = 256 };

void
buffer_fini(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){ NULL, 0, 0 };
}

void
buffer_grow(struct buffer *buffer, size_t more)
{
    size_t wanted = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
    while (wanted - buffer->size < more)
        wanted = wanted <= SIZE_MAX / 2 ? wanted * 2 : buffer->size + more;
    buffer->data = xreallocarray(buffer->data, wanted, 1);
    buffer->capacity = wanted;
}

void
buffer_append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void
buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    char *room = (char *)buffer_reserve(buffer, (size_t)length + 1);
    va_start(arguments, format);
    (void)vsnprintf(room, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)length;
}
