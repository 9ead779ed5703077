/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Keys and memory by the beginning of their names: section "prefixes".
 *
 * A prefix ends behind a separator (the earliest end first, when separators
 * overlap) and has as many levels as it has separators.  Each key is counted
 * in exactly one row: that of its longest prefix of at most `depth` levels,
 * "a:b:" for "a:b:c:d" at depth 2, "a:" for "a:x".  Keys without a separator
 * are in the row (other), which in data has no prefix.  So all rows together
 * are all keys, at any depth.
 *
 * A row with less than min_share of all memory is not shown but added to the
 * prefix one level up, which is shown when that makes it big enough, and so
 * on; what is too small at level one goes to (other).  With depth 0 (no limit)
 * and a share, rows thus go as deep as there is something to see.
 *
 * Up to `capacity` prefixes (and capacity * PREFIX_NAME_BYTES bytes of their
 * names) all sums are exact; memory is at most about 290 bytes for each, and
 * is taken as they turn up.  Beyond that the smaller half of the rows is given
 * up, its sums going to (other); a row that is made later may miss what was
 * given up under its name.  Such a row is a lower bound, and missing_* says
 * how much it can be short of at most; the sum of all rows stays exact.
 */
#ifndef KEYWEIGH_ANALYSIS_PREFIX_H
#define KEYWEIGH_ANALYSIS_PREFIX_H

#include "analysis/analysis.h"

enum {
    PREFIX_ROWS_MAX = 200000,
    PREFIX_DEPTH_MAX = 64,             /* deeper is counted with this */
    PREFIX_LENGTH_MAX = 64 * 1024,     /* names are not looked at beyond */
    PREFIX_NAME_BYTES = 64,            /* room for names, on the average */
};

struct prefix_options {
    const struct bytes *separators; /* none: ":"; empty ones are ignored */
    size_t separator_count;
    uint64_t depth;     /* 0: no limit but PREFIX_DEPTH_MAX */
    uint64_t min_share; /* parts per million of all memory */
    size_t rows;        /* show so many, the rest in (other); 0: all */
    size_t capacity;    /* 0: PREFIX_ROWS_MAX */
    size_t profiles;    /* of the records to come; 0 is 1 */
};

struct prefix_sums {
    uint64_t keys;
    uint64_t memory;
    uint64_t no_expiry_keys;
    uint64_t no_expiry_memory;
};

struct prefix_row {
    struct bytes prefix; /* borrowed; "(other)" when is_other */
    bool is_other;
    struct prefix_sums sums;
    uint64_t *others; /* memory and no_expiry_memory of the second profile,
                         then of the third ...; NULL with one profile */
    uint64_t missing_keys; /* 0 where the sums are exact */
    uint64_t missing_memory;
};

/* The capacity that keeps a program that does nothing else under that many
 * bytes: PREFIX_ROWS_MAX at 64 MiB with one profile. */
size_t prefix_capacity(uint64_t memory, size_t profiles);

/* options, separators included, are copied. */
struct analysis *prefix_new(const struct prefix_options *options);

/* The rows, biggest memory first, (other) last (always there); xmalloc'ed, the
 * caller frees (others are in that block); names are borrowed until the next
 * add. */
struct prefix_row *prefix_rows(const struct analysis *analysis, size_t *count);

/* What those rows hold together. */
uint64_t prefix_memory_of(const struct prefix_row *rows, size_t count);

/* True while no row was ever given up. */
bool prefix_is_exact(const struct analysis *analysis);

#endif
