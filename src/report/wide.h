/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A table whose figures of the model are there once for each profile of the
 * run: behind a column c of the first profile stand c@PROFILE for all of them.
 * With one profile, or a writer that was told of none, it is just a table.
 */
#ifndef KEYWEIGH_REPORT_WIDE_H
#define KEYWEIGH_REPORT_WIDE_H

#include "report/writer.h"

struct wide_column {
    struct column column;
    bool of_model;
};

struct wide {
    struct writer *writer;
    const struct wide_column *base;
    size_t base_count;
    struct column *columns;
    struct cell *cells;
    size_t count;
};

/* columns are borrowed until wide_fini. */
void wide_init(struct wide *wide, struct writer *writer,
               const struct wide_column *columns, size_t count);
void wide_fini(struct wide *wide);

/* The cells of one row, wide->count of them, valid until the next call: cells
 * has one for each base column; by_profile those of the model of one profile
 * after the other, the first one's too.  It is not looked at when there is one
 * profile. */
const struct cell *wide_cells(struct wide *wide, const struct cell *cells,
                              const struct cell *by_profile);

/* The number of profiles that by_profile needs; 0 when it is not looked at. */
static inline size_t
wide_profiles(const struct writer *writer)
{
    return writer->profile_count > 1 ? writer->profile_count : 0;
}

#endif
