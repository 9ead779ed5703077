/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The names of the N keys with the greatest figures, where figures only grow
 * and each growth is offered.  No table of all names is needed: a key that is
 * among the N in the end was so when its figure last grew, and then its name
 * was at hand.
 *
 * Of two equal figures the key with the lesser name comes first, then by
 * database, then by input.  Of names the first bytes are kept, at most
 * LOG_HOT_NAME_HELD of each, less when N is great, so that all together take
 * no more than about LOG_HOT_NAMES.
 */
#ifndef KEYWEIGH_ANALYSIS_LOG_HOT_H
#define KEYWEIGH_ANALYSIS_LOG_HOT_H

#include <stddef.h>

#include "analysis/log-entry.h"

enum {
    LOG_HOT_NAME_HELD = 8 * 1024,
    LOG_HOT_NAME_LEAST = 128,
    LOG_HOT_NAMES = 2 * 1024 * 1024,
    LOG_HOT_COUNT_MAX = 1000,
};

struct log_hot_figures {
    uint64_t commands;
    uint64_t bytes;
};

struct log_hot_key {
    uint64_t figure; /* that it is ranked by */
    struct log_hot_figures figures;
    struct log_key key; /* its name is owned, and may be its beginning */
    unsigned char *name;
};

struct log_hot {
    size_t count;     /* N */
    size_t name_held;
    struct log_hot_key *keys;
    size_t used;
    size_t room;
    uint32_t *slots;  /* by hash: number in keys + 1 */
    size_t mask;
    uint64_t floor;   /* a lesser figure is not among the N */
    const struct log_hot_key *last; /* the N-th, when floor was found */
};

void log_hot_init(struct log_hot *hot, size_t count);
void log_hot_fini(struct log_hot *hot);

void log_hot_add(struct log_hot *hot, uint64_t figure,
                 const struct log_hot_figures *figures,
                 const struct log_key *key);

/* The figure of a key has grown to this. */
static inline void
log_hot_offer(struct log_hot *hot, uint64_t figure,
              const struct log_hot_figures *figures,
              const struct log_key *key)
{
    if (figure >= hot->floor)
        log_hot_add(hot, figure, figures, key);
}

/* The keys by rank; they stay the hot ones', valid until the next offer. */
const struct log_hot_key *log_hot_ranked(struct log_hot *hot, size_t *count);

#endif
