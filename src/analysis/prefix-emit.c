/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/prefix-emit.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/prefix.h"
#include "base/number.h"
#include "base/xalloc.h"
#include "report/wide.h"

/* The cells of the model by profile: memory, no_expiry_memory. */
static void
fill_others(struct cell *cells, const struct prefix_row *row, size_t profiles)
{
    for (size_t p = 0; p < profiles; p++) {
        struct cell *at = &cells[2 * p];
        at[0] = cell_number(p == 0 ? row->sums.memory
                                   : row->others[2 * p - 2]);
        at[1] = cell_number(p == 0 ? row->sums.no_expiry_memory
                                   : row->others[2 * p - 1]);
    }
}

void
prefix_emit(struct analysis *self, struct writer *writer)
{
    static const struct wide_column columns[] = {
        { { "prefix", "prefix", COLUMN_NAME }, false },
        { { "keys", "keys", COLUMN_COUNT }, false },
        { { "memory", "memory", COLUMN_BYTES }, true },
        { { "share", "share", COLUMN_SHARE }, false },
        { { "no_expiry_keys", "no expiry", COLUMN_COUNT }, false },
        { { "no_expiry_memory", "their memory", COLUMN_BYTES }, true },
        { { "missing_keys", "keys missing", COLUMN_COUNT }, false },
        { { "missing_memory", "memory missing", COLUMN_BYTES }, false },
    };
    /* Data always have the same columns; people need the last two only when
     * not all is exact. */
    size_t width = sizeof(columns) / sizeof(columns[0]);
    if (prefix_is_exact(self) && strcmp(writer->ops->name, "table") == 0)
        width -= 2;
    size_t count;
    struct prefix_row *rows = prefix_rows(self, &count);
    uint64_t whole = prefix_memory_of(rows, count);
    size_t profiles = wide_profiles(writer);
    struct cell *others = xcalloc(2 * profiles + 1, sizeof(*others));
    struct wide wide;
    wide_init(&wide, writer, columns, width);
    writer->ops->table_begin(writer, "prefixes", "BY PREFIX", wide.columns,
                             wide.count);
    for (size_t i = 0; i < count; i++) {
        const struct prefix_row *row = &rows[i];
        struct cell cells[] = {
            row->is_other ? cell_none(row->prefix) : cell_bytes(row->prefix),
            cell_number(row->sums.keys),
            cell_number(row->sums.memory),
            cell_number(number_per_mille(row->sums.memory, whole)),
            cell_number(row->sums.no_expiry_keys),
            cell_number(row->sums.no_expiry_memory),
            cell_number(row->missing_keys),
            cell_number(row->missing_memory),
        };
        fill_others(others, row, profiles);
        writer->ops->row(writer, wide_cells(&wide, cells, others));
    }
    writer->ops->table_end(writer);
    wide_fini(&wide);
    free(others);
    free(rows);
}
