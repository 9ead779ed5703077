/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Pieces of a command as writers write them, from memory: each gives what
 * stands behind it, or NULL when it is written otherwise or goes on beyond the
 * end.
 */
#ifndef KEYWEIGH_AOF_AOF_PLAIN_H
#define KEYWEIGH_AOF_AOF_PLAIN_H

#include <stdint.h>

#include "base/bytes.h"

enum {
    AOF_PLAIN_DIGITS = 18, /* that fit 64 bits whatever they are */
    AOF_PLAIN_LINE_END = 2,
};

static inline bool
aof_plain_is_line_end(const unsigned char *p)
{
    return p[0] == '\r' && p[1] == '\n';
}

/* A number with its line end. */
static inline const unsigned char *
aof_plain_number(const unsigned char *p, const unsigned char *end,
                 uint64_t *value)
{
    const unsigned char *first = p;
    uint64_t number = 0;
    while (p < end && (unsigned)(*p - '0') < 10)
        number = number * 10 + (uint64_t)(*p++ - '0');
    if (p == first || p - first > AOF_PLAIN_DIGITS ||
        end - p < AOF_PLAIN_LINE_END || !aof_plain_is_line_end(p) ||
        (*first == '0' && p - first > 1))
        return NULL;
    *value = number;
    return p + AOF_PLAIN_LINE_END;
}

/* "*" or "$" in front of a number. */
static inline const unsigned char *
aof_plain_count(const unsigned char *p, const unsigned char *end,
                unsigned char mark, uint64_t *value)
{
    return p < end && *p == mark ? aof_plain_number(p + 1, end, value) : NULL;
}

/* An argument with its size. */
static inline const unsigned char *
aof_plain_argument(const unsigned char *p, const unsigned char *end,
                   struct bytes *argument)
{
    uint64_t size = 0;
    p = aof_plain_count(p, end, '$', &size);
    if (p == NULL || (uint64_t)(end - p) < size + AOF_PLAIN_LINE_END ||
        !aof_plain_is_line_end(p + size))
        return NULL;
    *argument = bytes_of(p, (size_t)size);
    return p + size + AOF_PLAIN_LINE_END;
}

#endif
