/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Any place of a regular file, through one buffer: for who looks here and
 * there.  Reading on from where the last look ended is fast; a leap costs one
 * short read, of a wide window a long one.
 */
#ifndef KEYWEIGH_INPUT_WINDOW_H
#define KEYWEIGH_INPUT_WINDOW_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

enum {
    WINDOW_MOST = 256 * 1024, /* bytes of the buffer */
    WINDOW_LEAP = 4 * 1024,   /* bytes read at a place not read on to */
};

struct window {
    uint64_t size;      /* nothing from there on is looked at */
    struct error error; /* the first; from then on all is empty */

    /* Private to window.c. */
    int fd;
    size_t least; /* bytes of a read: after a leap, */
    size_t most;  /* and the longer it goes on; of the buffer, too */
    unsigned char *buffer;
    uint64_t begin; /* offset of its first byte */
    size_t held;
    size_t reach; /* bytes of the latest read */
};

/* fd stays the caller's; where it stands is neither used nor changed. */
void window_init(struct window *window, int fd, uint64_t size);

/* A wide one: any look that needs a read is given `reach` bytes. */
void window_init_wide(struct window *window, int fd, uint64_t size,
                      size_t reach);
void window_fini(struct window *window);

struct bytes window_fetch(struct window *window, uint64_t at, size_t need);

/* The bytes from `at` on: at least `need` of them (<= WINDOW_LEAP, or the
 * reach), fewer only where the file ends or cannot be read.  Valid until the
 * next call. */
static inline struct bytes
window_at(struct window *window, uint64_t at, size_t need)
{
    uint64_t skip = at - window->begin;
    if (at >= window->begin && skip <= window->held &&
        window->held - skip >= need)
        return bytes_of(window->buffer + skip, window->held - (size_t)skip);
    return window_fetch(window, at, need);
}

#endif
