/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What was written when, or where: commands, bytes, writes and deletes in
 * slices of equal length.  As more comes in, slices become longer, so that
 * there are never more than LOG_TIMELINE_MOST; each length is a multiple of
 * the one before.
 */
#ifndef KEYWEIGH_ANALYSIS_LOG_TIMELINE_H
#define KEYWEIGH_ANALYSIS_LOG_TIMELINE_H

#include <stddef.h>

#include "analysis/log-entry.h"

enum { LOG_TIMELINE_MOST = 60 };

enum log_timeline_of {
    LOG_TIMELINE_SECONDS, /* 1 s, 5 s, 10 s, 30 s, 1 min ... 1 day, 7 days */
    LOG_TIMELINE_BYTES,   /* 4 KiB, 8 KiB ... */
};

struct log_slice {
    int64_t start; /* a multiple of the length */
    uint64_t commands;
    uint64_t bytes;
    uint64_t writes;
    uint64_t deletes;
    uint64_t *by_row; /* commands by the number of their row */
    size_t row_count;
};

struct log_timeline {
    enum log_timeline_of of;
    int64_t length;
    struct log_slice slices[LOG_TIMELINE_MOST + 1]; /* by start */
    size_t count;
    size_t latest;
};

void log_timeline_init(struct log_timeline *timeline, enum log_timeline_of of);
void log_timeline_fini(struct log_timeline *timeline);

/* Makes slices longer until there are at most that many (1 or more). */
void log_timeline_shorten(struct log_timeline *timeline, size_t most);

void log_timeline_add(struct log_timeline *timeline, int64_t at,
                      const struct log_entry *entry);

#endif
