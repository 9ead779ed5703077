/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The blocks of all keys by their usable size, and how much of them rounding
 * wastes: section "size_classes", by rising size.  A size that any profile has
 * makes a row.
 *
 * An allocator without classes has very many sizes; beyond
 * SIZE_CLASSES_MAX different ones the rest shares one row without a size.
 */
#ifndef KEYWEIGH_ANALYSIS_SIZE_CLASSES_H
#define KEYWEIGH_ANALYSIS_SIZE_CLASSES_H

#include "analysis/analysis.h"

enum { SIZE_CLASSES_MAX = 6144 };

struct size_classes_row {
    uint64_t size; /* usable bytes of a block; 0: of sizes without a row */
    uint64_t blocks;
    uint64_t requested; /* of all blocks together */
    uint64_t usable;
};

/* Of the first profiles of each record. */
struct analysis *size_classes_new(size_t profile_count);

/* Those of one profile by rising size, the row without one last; xmalloc'ed,
 * the caller frees. */
struct size_classes_row *size_classes_rows(const struct analysis *analysis,
                                           size_t profile, size_t *count);

#endif
