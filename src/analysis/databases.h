/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Keys, keys with expiry and memory of each database: section "databases".
 *
 * What the tables of a database take is no key's memory, so no record tells
 * it: who knows it hands it in.  Database numbers come from the input; beyond
 * DATABASES_MAX of them the rest shares one row without a number, which the
 * section does not show.
 */
#ifndef KEYWEIGH_ANALYSIS_DATABASES_H
#define KEYWEIGH_ANALYSIS_DATABASES_H

#include "analysis/analysis.h"

enum { DATABASES_MAX = 16384 };

struct databases_sums {
    uint64_t memory;
    uint64_t tables;
};

struct databases_row {
    uint64_t db;
    bool is_rest; /* of databases that have no row: db means nothing */
    bool has_tables;
    uint64_t keys;
    uint64_t expires;
    uint64_t memory;
    uint64_t tables;
    struct databases_sums *by_profile; /* NULL with one profile */
};

/* profile_count is that of the records to come, at least 1. */
struct analysis *databases_new(size_t profile_count);

/* Adds to what the tables of a database take, profile by profile; its row is
 * made if it has none yet. */
void databases_add_tables(struct analysis *analysis, uint64_t db,
                          const uint64_t *tables);

/* By rising number, the rest last; borrowed until the next add. */
const struct databases_row *databases_rows(const struct analysis *analysis,
                                           size_t *count);

#endif
