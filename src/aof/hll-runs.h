/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The runs that sparse HyperLogLogs are made of (hyperloglog.h), and the way to
 * that of one register: most of the time of a PFADD.
 */
#ifndef KEYWEIGH_AOF_HLL_RUNS_H
#define KEYWEIGH_AOF_HLL_RUNS_H

#include <stdbool.h>

#include "base/bytes.h"

enum { HLL_RUNS_AT = 16 }; /* where they begin, behind the header */

struct hll_run {
    unsigned length; /* registers */
    unsigned count;  /* of each, 0 of zeros */
    unsigned size;   /* bytes */
};

/* Where a register's run is, and the one before, which is itself when there is
 * none. */
struct hll_place {
    size_t at;
    size_t previous;
    unsigned first; /* register of the run */
    unsigned previous_first;
    struct hll_run run;
};

/* The run at an offset before the end; false when it is cut off. */
static inline bool
hll_run_read(struct bytes text, size_t at, struct hll_run *run)
{
    unsigned byte = text.data[at];
    run->size = 1;
    run->count = 0;
    if (byte & 0x80) {
        run->count = (byte >> 2 & 0x1f) + 1;
        run->length = (byte & 3) + 1;
    } else if (byte & 0x40) {
        if (text.size - at < 2)
            return false;
        run->size = 2;
        run->length = ((byte & 0x3f) << 8 | text.data[at + 1]) + 1;
    } else {
        run->length = byte + 1;
    }
    return true;
}

/* The run of a register, which is what a walk from the first run on finds;
 * false when they end before. */
bool hll_runs_find(struct bytes text, unsigned number,
                   struct hll_place *place);

/* The same quickly, when place is that of a register before, and nothing has
 * changed since then in front of its previous run. */
bool hll_runs_find_on(struct bytes text, unsigned number,
                      struct hll_place *place);

#endif
