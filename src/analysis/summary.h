/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Totals of all keys, and the same by type and encoding: sections "totals"
 * (an object) and "types" (a table, biggest memory first).
 */
#ifndef KEYWEIGH_ANALYSIS_SUMMARY_H
#define KEYWEIGH_ANALYSIS_SUMMARY_H

#include "analysis/analysis.h"

struct summary_totals {
    uint64_t keys;
    uint64_t expires;    /* keys that have an expiry */
    uint64_t expired;    /* those of them that had expired at "now" */
    uint64_t elements;
    uint64_t memory;     /* of the main profile, as requested is */
    uint64_t requested;
    uint64_t payload;    /* 0 when it was not asked for */
    uint64_t serialized;
    uint64_t expected;   /* keys priced by expectation */
    uint64_t lower;      /* keys of which memory is a lower bound */
    uint64_t unpriced;   /* keys that the target cannot hold */
};

/* Of one profile. */
struct summary_sums {
    uint64_t memory;
    uint64_t requested;
};

/* One type in one encoding (the main profile's). */
struct summary_type {
    struct bytes type;   /* borrowed from the analysis */
    enum type type_kind; /* TYPE_MODULE of all modules' types */
    enum encoding encoding;
    uint64_t keys;
    uint64_t elements;
    uint64_t memory;
    const struct summary_sums *by_profile;
    uint64_t lower;    /* keys of which memory is a lower bound */
    uint64_t unpriced; /* keys that the target cannot hold */
};

/* profile_count is that of the records to come, at least 1.  The payload takes
 * opening every packed value, so it is left out unless asked for. */
struct analysis *summary_new(size_t profile_count, bool payload);

/* Borrowed until the next call, as summary_by_profile's are. */
const struct summary_totals *summary_totals(const struct analysis *analysis);

/* All keys by profile: profile_count sums. */
const struct summary_sums *
summary_by_profile(const struct analysis *analysis);

/* The rows in their order; xmalloc'ed, the caller frees. */
struct summary_type *summary_types(const struct analysis *analysis,
                                   size_t *count);

#endif
