/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/databases.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "model/pricer.h"
#include "report/wide.h"

struct databases {
    struct analysis analysis;
    struct databases_row *rows; /* sorted; room for the rest behind them */
    size_t count;
    size_t room;
    size_t profile_count;
    /* The row that was used last, or NULL: a dump is sorted by database. */
    struct databases_row *last;
};

/* The first row whose number is not less than db. */
static size_t
lower_bound(const struct databases *databases, uint64_t db)
{
    size_t low = 0;
    size_t high = databases->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct databases_row *row = &databases->rows[middle];
        if (!row->is_rest && row->db < db)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct databases_row *
insert_row(struct databases *databases, size_t at, struct databases_row row)
{
    if (databases->count == databases->room) {
        databases->room = databases->room ? databases->room * 2 : 16;
        databases->rows = xreallocarray(databases->rows, databases->room,
                                        sizeof(*databases->rows));
    }
    memmove(&databases->rows[at + 1], &databases->rows[at],
            (databases->count - at) * sizeof(*databases->rows));
    if (databases->profile_count > 1)
        row.by_profile = xcalloc(databases->profile_count,
                                 sizeof(*row.by_profile));
    databases->rows[at] = row;
    databases->count++;
    databases->last = NULL; /* it may have moved */
    return &databases->rows[at];
}

static struct databases_row *
find_rest(struct databases *databases)
{
    if (databases->count != 0 &&
        databases->rows[databases->count - 1].is_rest)
        return &databases->rows[databases->count - 1];
    return insert_row(databases, databases->count,
                      (struct databases_row){ .is_rest = true });
}

static struct databases_row *
find_row(struct databases *databases, uint64_t db)
{
    size_t at = lower_bound(databases, db);
    if (at < databases->count && !databases->rows[at].is_rest &&
        databases->rows[at].db == db)
        return &databases->rows[at];
    return databases->count < DATABASES_MAX
               ? insert_row(databases, at, (struct databases_row){ .db = db })
               : find_rest(databases);
}

static inline void
add_record(const struct databases *databases, struct databases_row *row,
           const struct record *record)
{
    row->keys++;
    row->expires += record->key->has_expiry;
    row->memory += record->prices[0].memory;
    if (row->by_profile != NULL)
        for (size_t i = 0; i < databases->profile_count; i++)
            row->by_profile[i].memory += record->prices[i].memory;
}

static __attribute__((noinline)) void
add_elsewhere(struct databases *databases, const struct record *record)
{
    databases->last = find_row(databases, record->key->db);
    add_record(databases, databases->last, record);
}

static void
databases_add(struct analysis *self, const struct record *record)
{
    struct databases *databases = (struct databases *)self;
    struct databases_row *last = databases->last;
    if (last != NULL && last->db == record->key->db && !last->is_rest)
        add_record(databases, last, record);
    else
        add_elsewhere(databases, record);
}

static void
databases_merge(struct analysis *self, const struct analysis *other)
{
    struct databases *into = (struct databases *)self;
    const struct databases *from = (const struct databases *)other;
    for (size_t i = 0; i < from->count; i++) {
        const struct databases_row *more = &from->rows[i];
        struct databases_row *row = more->is_rest ? find_rest(into)
                                                  : find_row(into, more->db);
        row->keys += more->keys;
        row->expires += more->expires;
        row->memory += more->memory;
        row->tables += more->tables;
        row->has_tables |= more->has_tables;
        for (size_t p = 0; row->by_profile != NULL && p < into->profile_count;
             p++) {
            row->by_profile[p].memory += more->by_profile[p].memory;
            row->by_profile[p].tables += more->by_profile[p].tables;
        }
    }
}

static void
databases_clear(struct analysis *self, const struct analysis *sum)
{
    struct databases *databases = (struct databases *)self;
    (void)sum;
    for (size_t i = 0; i < databases->count; i++)
        free(databases->rows[i].by_profile);
    databases->count = 0;
    databases->last = NULL;
}

void
databases_add_tables(struct analysis *analysis, uint64_t db,
                     const uint64_t *tables)
{
    struct databases *databases = (struct databases *)analysis;
    struct databases_row *row = find_row(databases, db);
    row->tables += tables[0];
    row->has_tables = true;
    if (row->by_profile != NULL)
        for (size_t i = 0; i < databases->profile_count; i++)
            row->by_profile[i].tables += tables[i];
}

static void
emit_row(struct wide *wide, const struct databases_row *row)
{
    size_t profiles = wide_profiles(wide->writer);
    struct cell cells[] = {
        row->is_rest ? cell_empty() : cell_number(row->db),
        cell_number(row->keys),
        cell_number(row->expires),
        cell_number(row->memory),
        row->has_tables ? cell_number(row->tables) : cell_empty(),
    };
    struct cell *others = xcalloc(2 * profiles + 1, sizeof(*others));
    for (size_t p = 0; p < profiles; p++) {
        const struct databases_sums *sums = &row->by_profile[p];
        others[2 * p] = cell_number(sums->memory);
        others[2 * p + 1] =
            row->has_tables ? cell_number(sums->tables) : cell_empty();
    }
    wide->writer->ops->row(wide->writer, wide_cells(wide, cells, others));
    free(others);
}

static void
databases_emit(struct analysis *self, struct writer *writer)
{
    static const struct wide_column columns[] = {
        { { "db", "db", COLUMN_COUNT }, false },
        { { "keys", "keys", COLUMN_COUNT }, false },
        { { "expires", "with expiry", COLUMN_COUNT }, false },
        { { "memory", "memory", COLUMN_BYTES }, true },
        { { "tables", "tables", COLUMN_BYTES }, true },
    };
    size_t count;
    const struct databases_row *rows = databases_rows(self, &count);
    struct wide wide;
    wide_init(&wide, writer, columns, sizeof(columns) / sizeof(columns[0]));
    writer->ops->table_begin(writer, "databases", "DATABASES", wide.columns,
                             wide.count);
    for (size_t i = 0; i < count && !rows[i].is_rest; i++)
        emit_row(&wide, &rows[i]);
    writer->ops->table_end(writer);
    wide_fini(&wide);
}

static void
databases_free(struct analysis *self)
{
    struct databases *databases = (struct databases *)self;
    for (size_t i = 0; i < databases->count; i++)
        free(databases->rows[i].by_profile);
    free(databases->rows);
    free(databases);
}

static const struct analysis_ops databases_ops = {
    databases_add, databases_merge, databases_clear,
    databases_emit, databases_free,
};

struct analysis *
databases_new(size_t profile_count)
{
    struct databases *databases = xcalloc(1, sizeof(*databases));
    databases->analysis.ops = &databases_ops;
    databases->analysis.wants = PRICE_MEMORY;
    databases->profile_count = profile_count;
    return &databases->analysis;
}

const struct databases_row *
databases_rows(const struct analysis *analysis, size_t *count)
{
    const struct databases *databases = (const struct databases *)analysis;
    *count = databases->count;
    return databases->rows;
}
