/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A quick look at commands that are whole at hand and as writers write them:
 * for those who look ahead, or pass over most of them.  What is otherwise is
 * for aof-record.
 */
#ifndef KEYWEIGH_AOF_GLANCE_H
#define KEYWEIGH_AOF_GLANCE_H

#include <stdbool.h>

#include "base/bytes.h"

enum { GLANCE_DIGITS = 6 }; /* what is at hand is no longer */

struct glance {
    const unsigned char *at;
    const unsigned char *end;
};

/* "*3" or "$12" and the line's end. */
static inline bool
glance_number(struct glance *glance, unsigned char mark, size_t *number)
{
    const unsigned char *p = glance->at;
    size_t digits = 0;
    *number = 0;
    if (p == glance->end || *p != mark)
        return false;
    for (p++; p < glance->end; p++, digits++) {
        unsigned digit = *p - (unsigned)'0';
        if (digit > 9 || digits == GLANCE_DIGITS)
            break;
        *number = *number * 10 + digit;
    }
    if (digits == 0 || glance->end - p < 2 || p[0] != '\r' || p[1] != '\n')
        return false;
    glance->at = p + 2;
    return true;
}

static inline bool
glance_argument(struct glance *glance, struct bytes *argument)
{
    size_t size;
    if (!glance_number(glance, '$', &size) ||
        (size_t)(glance->end - glance->at) < size + 2)
        return false;
    *argument = bytes_of(glance->at, size);
    glance->at += size + 2;
    return true;
}

#endif
