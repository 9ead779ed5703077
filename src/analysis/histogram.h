/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How many keys of each type have how much memory and how many elements, by
 * powers of two: section "histogram".  A row counts the keys above the bound
 * before and up to its own; keys without a price have no memory to count.
 */
#ifndef KEYWEIGH_ANALYSIS_HISTOGRAM_H
#define KEYWEIGH_ANALYSIS_HISTOGRAM_H

#include "analysis/analysis.h"

enum { HISTOGRAM_BUCKETS = 66 };

/* Bucket 0 holds the zeros, bucket n the values up to 2^(n-1). */
static inline unsigned
histogram_bucket(uint64_t value)
{
    if (value <= 1)
        return (unsigned)value;
    return 2 + (63 ^ (unsigned)__builtin_clzll(value - 1));
}

/* The greatest value of a bucket. */
static inline uint64_t
histogram_bound(unsigned bucket)
{
    if (bucket == 0)
        return 0;
    return bucket > 64 ? UINT64_MAX : UINT64_C(1) << (bucket - 1);
}

/* By memory on each of the first profiles of a record. */
struct analysis *histogram_new(size_t profile_count);

/* Keys by memory on the main profile over all types: HISTOGRAM_BUCKETS
 * numbers. */
void histogram_memory(const struct analysis *analysis,
                      uint64_t keys[HISTOGRAM_BUCKETS]);

/* Keys that are tables although they have few elements: hashes and sorted
 * sets in their unpacked encoding, without hashes whose fields may expire,
 * which have other reasons.  *most is the number of elements to ask for, and
 * becomes the greatest bound of a bucket that is no more; the sums are of keys
 * with at most that many. */
struct histogram_sums {
    uint64_t keys;
    uint64_t memory;
};
struct histogram_sums histogram_small_tables(const struct analysis *analysis,
                                             enum type type, uint64_t *most);

#endif
