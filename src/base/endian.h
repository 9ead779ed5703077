/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fixed-width integers at any address, of either byte order.
 */
#ifndef KEYWEIGH_BASE_ENDIAN_H
#define KEYWEIGH_BASE_ENDIAN_H

#include <stdint.h>

static inline uint16_t
load_u16le(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
load_u24le(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

static inline uint32_t
load_u32le(const unsigned char *p)
{
    return load_u24le(p) | (uint32_t)p[3] << 24;
}

static inline uint64_t
load_u64le(const unsigned char *p)
{
    return load_u32le(p) | (uint64_t)load_u32le(p + 4) << 32;
}

static inline uint32_t
load_u32be(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           (uint32_t)p[3];
}

static inline uint64_t
load_u64be(const unsigned char *p)
{
    return (uint64_t)load_u32be(p) << 32 | load_u32be(p + 4);
}

static inline void
store_u16le(unsigned char *to, uint16_t value)
{
    to[0] = (unsigned char)value;
    to[1] = (unsigned char)(value >> 8);
}

static inline void
store_u32le(unsigned char *to, uint32_t value)
{
    store_u16le(to, (uint16_t)value);
    store_u16le(to + 2, (uint16_t)(value >> 16));
}

static inline void
store_u64le(unsigned char *to, uint64_t value)
{
    store_u32le(to, (uint32_t)value);
    store_u32le(to + 4, (uint32_t)(value >> 32));
}

/* The low bytes of a value, the least significant first. */
static inline void
store_le(unsigned char *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (unsigned char)(value >> (8 * i));
}

#endif
