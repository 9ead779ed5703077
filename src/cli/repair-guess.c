/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a file is whose first bytes are damaged: by the commands in it.
 */
#include "aof/resync.h"
#include "cli/repair.h"

/* What shows that an RDB ends at `at`, or begins before it: EOF and checksum,
 * or the field that says which server wrote it. */
static bool
is_behind_rdb(struct window *window, uint64_t at)
{
    enum { END_SIZE = 9, HEAD = 512 };
    struct bytes end = window_at(window, at < END_SIZE ? at : at - END_SIZE, 1);
    if (at >= END_SIZE && end.size > 0 && end.data[0] == 0xff)
        return true;
    struct bytes head = window_at(window, 0, HEAD);
    return memmem(head.data, head.size, "redis-ver", 9) != NULL ||
           memmem(head.data, head.size, "valkey-ver", 10) != NULL;
}

/* Looks from `from` on, before `until`, for a place at which `most` sound
 * commands follow each other, or all there are: true when accept says so. */
static bool
find_commands(const struct repair *repair, uint64_t from, uint64_t until,
              uint64_t most,
              bool (*accept)(struct window *window, uint64_t at))
{
    enum { PLACES_MAX = 256 };
    struct window scan;
    struct window probe;
    bool found = false;
    window_init(&scan, repair->fd, repair->size);
    window_init(&probe, repair->fd, repair->size);
    for (size_t i = 0; i < PLACES_MAX && !found &&
                       resync_find(&scan, &probe, from, until, &from);
         i++, from++)
        found = resync_confirm(&probe, from, most) > 0 &&
                accept(&probe, from);
    window_fini(&probe);
    window_fini(&scan);
    return found;
}

static bool
is_alone(struct window *window, uint64_t at)
{
    return !is_behind_rdb(window, at);
}

bool
repair_guess_log(const struct repair *repair)
{
    enum { LOOKED_INTO = 64 * 1024, COMMANDS = 8 };
    return find_commands(repair, 0, LOOKED_INTO, COMMANDS, is_alone);
}

static bool
is_any(struct window *window, uint64_t at)
{
    (void)window;
    (void)at;
    return true;
}

bool
repair_guess_log_end(const struct repair *repair)
{
    enum { LOOKED_INTO = 64 * 1024 };
    uint64_t from =
        repair->size > LOOKED_INTO ? repair->size - LOOKED_INTO : 0;
    return find_commands(repair, from, repair->size, UINT64_MAX, is_any);
}
