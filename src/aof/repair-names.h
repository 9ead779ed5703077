/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which keys the commands name in a part of a log that is taken out of it.
 */
#ifndef KEYWEIGH_AOF_REPAIR_NAMES_H
#define KEYWEIGH_AOF_REPAIR_NAMES_H

#include "aof/repair-plan.h"
#include "base/map.h"
#include "input/stream-range.h"

enum {
    REPAIR_NAMES_MAX = 10000, /* different names that are told apart */
    REPAIR_NAME_HELD = 256,   /* bytes of each */
};

struct repair_names {
    struct map names; /* in the order of their first mention */
    bool is_whole;    /* there are no more */
    char command[RESYNC_NAME_HELD + 1]; /* of the first command, if it can be
                                           read; else empty */

    /* Private to repair-names.c. */
    struct window scan;
    struct window probe;
    struct stream_range range;
    struct reader reader;
    struct aof_records records;
    uint64_t to;
};

/* fd is a regular file, and stays the caller's. */
void repair_names_init(struct repair_names *names, int fd, uint64_t size);

/* Finds the names in [from, to), as far as commands in it can be read; those
 * found before are forgotten. */
void repair_names_find(struct repair_names *names, uint64_t from, uint64_t to);

void repair_names_fini(struct repair_names *names);

#endif
