/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An analysis folds records into a small result: add, merge, emit.  The order
 * of records never matters (ties are broken by key bytes, then database, then
 * input), and merging the results of two halves gives the result of the whole
 * (exactly below an analysis' capacity, within its stated bound above).
 *
 * Implementations put struct analysis first; each has its own _new with its
 * options, and functions of its own to read its result.
 */
#ifndef KEYWEIGH_ANALYSIS_ANALYSIS_H
#define KEYWEIGH_ANALYSIS_ANALYSIS_H

#include "model/record.h"
#include "report/writer.h"

struct analysis;

struct analysis_ops {
    void (*add)(struct analysis *self, const struct record *record);
    /* other is of the same kind and options; it is left as it was. */
    void (*merge)(struct analysis *self, const struct analysis *other);
    /* Forgets all records, to be merged into sum (of the same kind) again:
     * what cannot change that may be left out from now on. */
    void (*clear)(struct analysis *self, const struct analysis *sum);
    /* Writes its section(s). */
    void (*emit)(struct analysis *self, struct writer *writer);
    void (*free)(struct analysis *self);
};

struct analysis {
    const struct analysis_ops *ops;
    unsigned wants; /* enum pricer_wants it needs */
};

#endif
