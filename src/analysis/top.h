/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The N biggest keys by one figure, over all or of each type: section "top" or
 * "top_by_type".  Of two equal ones the one with the lesser key bytes comes
 * first, then by database, then by input.
 *
 * What is kept owns copies of all it shows.  Of long names the first bytes are
 * kept, and length and hash of the whole; these (the shorter first, then by
 * hash) then stand for the rest of the bytes in comparisons.  How many bytes
 * depends on how many records may be kept, so that no input makes all names
 * together longer than TOP_NAMES_HELD: TOP_NAME_HELD bytes of each at most,
 * TOP_NAME_LEAST at least.
 */
#ifndef KEYWEIGH_ANALYSIS_TOP_H
#define KEYWEIGH_ANALYSIS_TOP_H

#include "analysis/analysis.h"

enum {
    TOP_NAME_HELD = 64 * 1024,
    TOP_NAME_LEAST = 128,
    TOP_NAMES_HELD = 16 * 1024 * 1024,
    /* The greatest counts for which memory stays bounded like that. */
    TOP_COUNT_MAX = 50000,
    TOP_COUNT_PER_TYPE_MAX = 1000,
};

/* In the order of the words memory, elements, largest, serialized, freq,
 * idle.  Keys that lack the figure (no price, no FREQ or IDLE in the file)
 * are not ranked. */
enum top_by {
    TOP_BY_MEMORY,
    TOP_BY_ELEMENTS,
    TOP_BY_LARGEST,
    TOP_BY_SERIALIZED,
    TOP_BY_FREQ,
    TOP_BY_IDLE,
};

struct top_options {
    enum top_by by;
    size_t count;  /* N, of each type when per_type */
    bool per_type;
};

struct analysis *top_new(const struct top_options *options);

/* The records by rank; per type one type after the other, in the order of
 * type_table_order.  They have everything but blocks.  The array is
 * xmalloc'ed, the caller frees it; the records are borrowed until the next
 * add. */
const struct record **top_records(struct analysis *analysis, size_t *count);

#endif
