/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Commands that did nothing, counted by name.  A zeroed struct has none.
 */
#ifndef KEYWEIGH_AOF_REPLAY_GAPS_H
#define KEYWEIGH_AOF_REPLAY_GAPS_H

#include "aof/replay.h"

struct replay_gaps {
    struct replay_gap gaps[REPLAY_GAPS_MAX];
    char *names[REPLAY_GAPS_MAX]; /* the same as theirs, to be freed */
    size_t count;
};

void replay_gaps_fini(struct replay_gaps *gaps);

/* Counts one at an offset of a part.  When there are too many names, the last
 * gap is "(others)". */
void replay_gaps_add(struct replay_gaps *gaps, struct bytes name,
                     uint64_t part, uint64_t offset);

#endif
