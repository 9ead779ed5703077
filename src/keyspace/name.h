/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How a block carries its name: the size in one byte up to 254, else a byte
 * of 255 and four more, then the bytes.
 */
#ifndef KEYWEIGH_KEYSPACE_NAME_H
#define KEYWEIGH_KEYSPACE_NAME_H

#include <stdint.h>

#include "base/bytes.h"

enum { NAME_SHORT_MOST = 254, NAME_LONG = 255, NAME_LONG_HEAD = 5 };

/* Bytes that a name of that size takes. */
static inline size_t
name_room(size_t size)
{
    return size + (size <= NAME_SHORT_MOST ? 1 : NAME_LONG_HEAD);
}

static inline void
name_put(unsigned char *at, struct bytes name)
{
    uint32_t size = (uint32_t)name.size;
    if (name.size <= NAME_SHORT_MOST) {
        *at = (unsigned char)size;
    } else {
        *at = NAME_LONG;
        memcpy(at + 1, &size, sizeof(size));
    }
    if (size > 0)
        memcpy(at + name_room(size) - size, name.data, size);
}

static inline struct bytes
name_get(const unsigned char *at)
{
    if (*at <= NAME_SHORT_MOST)
        return bytes_of(at + 1, *at);
    uint32_t size;
    memcpy(&size, at + 1, sizeof(size));
    return bytes_of(at + NAME_LONG_HEAD, size);
}

#endif
