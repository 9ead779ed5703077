/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A view of bytes that somebody else owns: pointer and length, never
 * NUL-terminated.  Redis keys and values are binary, so no text function of
 * libc ever sees them.  A view is borrowed until the next call on its owner.
 */
#ifndef KEYWEIGH_BASE_BYTES_H
#define KEYWEIGH_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct bytes {
    const unsigned char *data;
    size_t size;
};

/* A view of a string literal, without its NUL. */
#define BYTES_LITERAL(s) \
    ((struct bytes){ (const unsigned char *)(s), sizeof(s) - 1 })

static inline struct bytes
bytes_of(const void *data, size_t size)
{
    return (struct bytes){ data, size };
}

static inline struct bytes
bytes_of_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

static inline bool
bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Orders like memcmp, the shorter of two with a common beginning first. */
static inline int
bytes_compare(struct bytes a, struct bytes b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static inline bool
bytes_starts_with(struct bytes a, struct bytes prefix)
{
    return a.size >= prefix.size &&
           (prefix.size == 0 || memcmp(a.data, prefix.data, prefix.size) == 0);
}

#endif
