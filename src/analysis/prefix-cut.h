/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Where prefixes of a name end: behind its separators.
 */
#ifndef KEYWEIGH_ANALYSIS_PREFIX_CUT_H
#define KEYWEIGH_ANALYSIS_PREFIX_CUT_H

#include "analysis/prefix.h"
#include "base/arena.h"

struct prefix_cut {
    struct arena arena; /* bytes of separators */
    struct bytes *separators;
    size_t separator_count;
    bool ends[256]; /* last bytes of separators */
    int only_byte;  /* the only separator when that is one byte, else -1 */
    unsigned depth;
};

void prefix_cut_init(struct prefix_cut *cut,
                     const struct prefix_options *options);
void prefix_cut_fini(struct prefix_cut *cut);

/* The part of name that is its prefix; *whole when that has all the levels it
 * may have. */
struct bytes prefix_cut_start(const struct prefix_cut *cut, struct bytes name,
                              bool *whole);

/* A prefix without its last level. */
struct bytes prefix_cut_parent(const struct prefix_cut *cut,
                               struct bytes prefix);

#endif
