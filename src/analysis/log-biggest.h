/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The N biggest single commands of a log.  Of two of the same size the earlier
 * one comes first.
 */
#ifndef KEYWEIGH_ANALYSIS_LOG_BIGGEST_H
#define KEYWEIGH_ANALYSIS_LOG_BIGGEST_H

#include <stdbool.h>

#include "analysis/log-entry.h"
#include "base/heap.h"

enum { LOG_BIGGEST_NAME_HELD = 1024 }; /* bytes of a key's name */

struct log_big_command {
    struct log_entry entry; /* its key is key below, or NULL */
    struct log_key key;
    unsigned char *name;
};

struct log_biggest {
    struct heap heap;
    uint64_t floor; /* what is less is not among them */
};

void log_biggest_init(struct log_biggest *biggest, size_t count);
void log_biggest_fini(struct log_biggest *biggest);

void log_biggest_keep(struct log_biggest *biggest,
                      const struct log_entry *entry);

static inline void
log_biggest_add(struct log_biggest *biggest, const struct log_entry *entry)
{
    if (entry->bytes > biggest->floor)
        log_biggest_keep(biggest, entry);
}

/* How many there are; by rank until the next add. */
size_t log_biggest_rank(struct log_biggest *biggest);
const struct log_big_command *log_biggest_at(const struct log_biggest *biggest,
                                             size_t rank);

#endif
