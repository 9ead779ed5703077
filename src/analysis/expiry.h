/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How long keys have still to live, in a few steps: section "expiry".  A key
 * counts in the first step that it fits; the bound belongs to the step.
 */
#ifndef KEYWEIGH_ANALYSIS_EXPIRY_H
#define KEYWEIGH_ANALYSIS_EXPIRY_H

#include "analysis/analysis.h"

enum expiry_step {
    EXPIRY_EXPIRED,
    EXPIRY_HOUR,
    EXPIRY_DAY,
    EXPIRY_WEEK,
    EXPIRY_MONTH, /* 30 days */
    EXPIRY_LATER,
    EXPIRY_NEVER,
    EXPIRY_COUNT,
};

struct expiry_row {
    const char *name;  /* "expired", "1 h", "1 d", "7 d", "30 d", "later",
                          "never" */
    int64_t within_s;  /* 0 for expired, -1 for later and never */
    uint64_t keys;
    uint64_t memory;
    const uint64_t *by_profile; /* memory */
};

/* profile_count is that of the records to come, at least 1. */
struct analysis *expiry_new(size_t profile_count);

/* EXPIRY_COUNT rows. */
void expiry_rows(const struct analysis *analysis,
                 struct expiry_row rows[EXPIRY_COUNT]);

#endif
