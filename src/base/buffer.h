/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Bytes that grow.  A zeroed struct is an empty buffer; buffer_fini frees it.
 * Views of its bytes are valid until the next append.
 */
#ifndef KEYWEIGH_BASE_BUFFER_H
#define KEYWEIGH_BASE_BUFFER_H

#include <stddef.h>

#include "base/bytes.h"

struct buffer {
    unsigned char *data;
    size_t size;     /* bytes in use */
    size_t capacity; /* bytes allocated */
};

void buffer_fini(struct buffer *buffer);

void buffer_grow(struct buffer *buffer, size_t more);

/* Makes room for more bytes behind the used ones and returns where they go;
 * the caller adds to buffer->size what it really wrote there. */
static inline unsigned char *
buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->capacity - buffer->size < more)
        buffer_grow(buffer, more);
    return buffer->data + buffer->size;
}

static inline void
buffer_append(struct buffer *buffer, const void *data, size_t size)
{
    if (size == 0)
        return;
    memcpy(buffer_reserve(buffer, size), data, size);
    buffer->size += size;
}

static inline void
buffer_append_byte(struct buffer *buffer, unsigned char byte)
{
    *buffer_reserve(buffer, 1) = byte;
    buffer->size++;
}

void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_append_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Forgets the bytes but keeps the room. */
static inline void
buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
}

/* And gives back room of more than so many bytes. */
static inline void
buffer_clear_to(struct buffer *buffer, size_t most)
{
    if (buffer->capacity > most)
        buffer_fini(buffer);
    buffer->size = 0;
}

static inline struct bytes
buffer_bytes(const struct buffer *buffer)
{
    return bytes_of(buffer->data, buffer->size);
}

#endif
