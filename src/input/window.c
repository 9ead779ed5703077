/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "input/window.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/xalloc.h"

void
window_init(struct window *window, int fd, uint64_t size)
{
    *window = (struct window){ .size = size,
                               .fd = fd,
                               .least = WINDOW_LEAP,
                               .most = WINDOW_MOST,
                               .buffer = xmalloc(WINDOW_MOST) };
}

void
window_init_wide(struct window *window, int fd, uint64_t size, size_t reach)
{
    *window = (struct window){ .size = size,
                               .fd = fd,
                               .least = reach,
                               .most = reach,
                               .buffer = xmalloc(reach) };
}

void
window_fini(struct window *window)
{
    free(window->buffer);
    window->buffer = NULL;
}

static ssize_t
read_at(const struct window *window, unsigned char *into, size_t size,
        uint64_t at)
{
    ssize_t count;
    do
        count = pread(window->fd, into, size, (off_t)at);
    while (count < 0 && errno == EINTR);
    return count;
}

/* Reads more the longer it goes on from one place to the next. */
static size_t
reach_from(const struct window *window, uint64_t at)
{
    uint64_t end = window->begin + window->held;
    if (window->held == 0 || at > end || at < window->begin)
        return window->least;
    return window->reach * 2 < window->most ? window->reach * 2
                                            : window->most;
}

/* Reads until the buffer holds `wanted` bytes, or `need` at least. */
static void
fill(struct window *window, size_t need, size_t wanted)
{
    while (window->held < need) {
        uint64_t at = window->begin + window->held;
        ssize_t count = read_at(window, window->buffer + window->held,
                                wanted - window->held, at);
        if (count > 0) {
            window->held += (size_t)count;
            continue;
        }
        window->held = 0;
        if (count == 0)
            error_set_at(&window->error, ERROR_IO, at,
                         "the file became shorter while it was read");
        else
            error_set_unreadable_at(&window->error, errno, at);
        return;
    }
}

struct bytes
window_fetch(struct window *window, uint64_t at, size_t need)
{
    uint64_t left = at < window->size ? window->size - at : 0;
    if (need > left)
        need = (size_t)left;
    if (window->error.kind != ERROR_NONE || left == 0)
        return bytes_of(window->buffer, 0);
    uint64_t skip = at - window->begin;
    if (at < window->begin || skip > window->held ||
        window->held - skip < need) {
        window->reach = reach_from(window, at);
        bool reads_on = at >= window->begin && skip < window->held;
        window->held = reads_on ? window->held - (size_t)skip : 0;
        if (reads_on)
            memmove(window->buffer, window->buffer + skip, window->held);
        window->begin = at;
        size_t wanted = window->reach < need ? need : window->reach;
        fill(window, need, wanted < left ? wanted : (size_t)left);
        skip = 0;
    }
    if (window->error.kind != ERROR_NONE)
        return bytes_of(window->buffer, 0);
    return bytes_of(window->buffer + skip, window->held - (size_t)skip);
}
