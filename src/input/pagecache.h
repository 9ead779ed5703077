/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Leaves the page cache as it was: a regular file that is read through once
 * must not push out what others use, and what others brought in must stay.
 *
 *      | read from now | read ahead by the kernel ...  | not looked at yet
 *      window           + 1                            + PAGECACHE_AHEAD
 *
 * The file is taken in windows.  Each is looked at long before it is reached,
 * so that the kernel's read-ahead is not mistaken for the interest of others;
 * when no page of it was cached then, it is dropped after it was read.  In
 * doubt nothing is dropped.
 */
#ifndef KEYWEIGH_INPUT_PAGECACHE_H
#define KEYWEIGH_INPUT_PAGECACHE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PAGECACHE_WINDOW = 2 * 1024 * 1024, /* no page is larger, mostly */
    PAGECACHE_AHEAD = 16, /* windows: twice a read-ahead of 16 MiB */
};

struct pagecache {
    int fd;
    bool must_probe;  /* cachestat(2) is not to be had */
    bool reads_ahead; /* from the second read on the kernel may */
    uint64_t start;
    uint64_t size;    /* bytes behind it belong to whoever appends */
    uint64_t window;  /* where the window being read starts */
    /* No page was cached when looked at; the window at offset o has the
     * element o / PAGECACHE_WINDOW % PAGECACHE_AHEAD. */
    bool was_absent[PAGECACHE_AHEAD];
};

/* Begins for a regular file of size bytes that will be read from position on.
 * The descriptor stays the caller's. */
void pagecache_init(struct pagecache *cache, int fd, uint64_t position,
                    uint64_t size);

/* To be told of each new position before the next bytes are read. */
void pagecache_advance(struct pagecache *cache, uint64_t position);

/* Drops what is left; the descriptor is still open. */
void pagecache_fini(struct pagecache *cache);

#endif
