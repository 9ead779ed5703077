/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/summary.h"

#include <stdlib.h>

#include "analysis/type-table.h"
#include "base/xalloc.h"
#include "model/pricer.h"
#include "report/wide.h"

/* All that is known of one type in one encoding. */
struct cell_sums {
    struct summary_totals totals;
    struct summary_sums *by_profile;
};

struct summary {
    struct analysis analysis;
    size_t profile_count;
    struct type_table types;
    struct cell_sums cells[TYPE_TABLE_MAX][ENCODING_COUNT];
    struct summary_sums *cell_sums; /* where theirs are */

    /* Of all cells; made anew when asked for. */
    struct summary_totals *totals;
    struct summary_sums *by_profile;
};

static void
add_basis(struct summary_totals *totals, enum basis basis)
{
    totals->expected += basis == BASIS_EXPECTED;
    totals->lower += basis == BASIS_LOWER;
    totals->unpriced += basis == BASIS_NONE;
}

static inline void
add_record(struct summary_totals *totals, const struct record *record)
{
    const struct price *price = &record->prices[0];
    totals->keys++;
    totals->expires += record->key->has_expiry;
    totals->expired += record->expired;
    totals->elements += record->elements;
    totals->memory += price->memory;
    totals->requested += price->requested;
    totals->payload += record->payload;
    totals->serialized += record->serialized;
    if (price->basis != BASIS_EXACT)
        add_basis(totals, price->basis);
}

static inline void
add_as(struct summary *summary, size_t type, const struct record *record)
{
    size_t encoding = (size_t)record->prices[0].encoding;
    struct cell_sums *cell = &summary->cells[type][encoding];
    struct summary_sums *sums = cell->by_profile;
    add_record(&cell->totals, record);
    for (size_t i = 0; i < summary->profile_count; i++) {
        sums[i].memory += record->prices[i].memory;
        sums[i].requested += record->prices[i].requested;
    }
}

static __attribute__((noinline)) void
add_module(struct summary *summary, const struct record *record)
{
    add_as(summary, type_table_number(&summary->types, record), record);
}

static void
summary_add(struct analysis *self, const struct record *record)
{
    struct summary *summary = (struct summary *)self;
    if (record->type != TYPE_MODULE)
        add_as(summary, (size_t)record->type, record);
    else
        add_module(summary, record);
}

static void
merge_totals(struct summary_totals *into, const struct summary_totals *from)
{
    into->keys += from->keys;
    into->expires += from->expires;
    into->expired += from->expired;
    into->elements += from->elements;
    into->memory += from->memory;
    into->requested += from->requested;
    into->payload += from->payload;
    into->serialized += from->serialized;
    into->expected += from->expected;
    into->lower += from->lower;
    into->unpriced += from->unpriced;
}

static void
merge_sums(const struct summary *summary, struct summary_sums *into,
           const struct summary_sums *from)
{
    for (size_t i = 0; i < summary->profile_count; i++) {
        into[i].memory += from[i].memory;
        into[i].requested += from[i].requested;
    }
}

static void
summary_merge(struct analysis *self, const struct analysis *other)
{
    struct summary *into = (struct summary *)self;
    const struct summary *from = (const struct summary *)other;
    size_t numbers[TYPE_TABLE_MAX];
    type_table_merge(&into->types, &from->types, numbers);
    for (size_t t = 0; t < type_table_end(&from->types); t++) {
        for (size_t e = 0; e < ENCODING_COUNT; e++) {
            struct cell_sums *cell = &into->cells[numbers[t]][e];
            if (from->cells[t][e].totals.keys == 0)
                continue;
            merge_totals(&cell->totals, &from->cells[t][e].totals);
            merge_sums(into, cell->by_profile,
                       from->cells[t][e].by_profile);
        }
    }
}

static void
summary_clear(struct analysis *self, const struct analysis *sum)
{
    struct summary *summary = (struct summary *)self;
    (void)sum;
    for (size_t t = 0; t < type_table_end(&summary->types); t++) {
        for (size_t e = 0; e < ENCODING_COUNT; e++) {
            struct cell_sums *cell = &summary->cells[t][e];
            if (cell->totals.keys == 0)
                continue;
            cell->totals = (struct summary_totals){ .keys = 0 };
            memset(cell->by_profile, 0,
                   summary->profile_count * sizeof(*cell->by_profile));
        }
    }
    summary->types.module_count = 0;
}

static int
order_types(const void *a, const void *b)
{
    const struct summary_type *x = a;
    const struct summary_type *y = b;
    if (x->memory != y->memory)
        return x->memory < y->memory ? 1 : -1;
    int order = bytes_compare(x->type, y->type);
    return order ? order : (int)x->encoding - (int)y->encoding;
}

struct summary_type *
summary_types(const struct analysis *analysis, size_t *count)
{
    const struct summary *summary = (const struct summary *)analysis;
    size_t end = type_table_end(&summary->types);
    struct summary_type *rows =
        xreallocarray(NULL, end * ENCODING_COUNT, sizeof(*rows));
    *count = 0;
    for (size_t t = 0; t < end; t++) {
        for (size_t e = 0; e < ENCODING_COUNT; e++) {
            const struct cell_sums *cell = &summary->cells[t][e];
            if (cell->totals.keys == 0)
                continue;
            rows[(*count)++] = (struct summary_type){
                .type = type_table_name(&summary->types, t),
                .type_kind = t < TYPE_COUNT ? (enum type)t : TYPE_MODULE,
                .encoding = (enum encoding)e,
                .keys = cell->totals.keys,
                .elements = cell->totals.elements,
                .memory = cell->totals.memory,
                .by_profile = cell->by_profile,
                .lower = cell->totals.lower,
                .unpriced = cell->totals.unpriced,
            };
        }
    }
    qsort(rows, *count, sizeof(*rows), order_types);
    return rows;
}

/* The cells of the model, by profile: memory and, with requested, that. */
static struct cell *
profile_cells(const struct writer *writer, const struct summary_sums *sums,
              bool requested)
{
    size_t count = wide_profiles(writer);
    struct cell *cells = xcalloc(2 * count + 1, sizeof(*cells));
    struct cell *at = cells;
    for (size_t p = 0; p < count; p++) {
        *at++ = cell_number(sums[p].memory);
        if (requested)
            *at++ = cell_number(sums[p].requested);
    }
    return cells;
}

static void
emit_totals(const struct analysis *self, struct writer *writer)
{
    const struct summary_totals *totals = summary_totals(self);
    bool payload = (self->wants & PRICE_PAYLOAD) != 0;
    static const struct wide_column columns[] = {
        { { "keys", "keys", COLUMN_COUNT }, false },
        { { "expires", "with expiry", COLUMN_COUNT }, false },
        { { "expired", "expired", COLUMN_COUNT }, false },
        { { "elements", "elements", COLUMN_COUNT }, false },
        { { "memory", "memory", COLUMN_BYTES }, true },
        { { "requested", "requested", COLUMN_BYTES }, true },
        { { "payload", "payload", COLUMN_BYTES }, false },
        { { "serialized", "serialized", COLUMN_BYTES }, false },
    };
    struct cell cells[] = {
        cell_number(totals->keys),
        cell_number(totals->expires),
        cell_number(totals->expired),
        cell_number(totals->elements),
        cell_bound(totals->memory, totals->lower != 0),
        cell_bound(totals->requested, totals->lower != 0),
        payload ? cell_number(totals->payload) : cell_empty(),
        totals->serialized != 0 || totals->keys == 0
            ? cell_number(totals->serialized)
            : cell_empty(), /* keys of a log are in no file */
    };
    struct wide wide;
    wide_init(&wide, writer, columns, sizeof(columns) / sizeof(columns[0]));
    struct cell *others =
        profile_cells(writer, summary_by_profile(self), true);
    writer->ops->object(writer, "totals", wide.columns,
                        wide_cells(&wide, cells, others), wide.count);
    free(others);
    wide_fini(&wide);
}

static void
emit_types(const struct analysis *self, struct writer *writer)
{
    static const struct wide_column columns[] = {
        { { "type", "type", COLUMN_TEXT }, false },
        { { "encoding", "encoding", COLUMN_TEXT }, false },
        { { "keys", "keys", COLUMN_COUNT }, false },
        { { "elements", "elements", COLUMN_COUNT }, false },
        { { "memory", "memory", COLUMN_BYTES }, true },
    };
    size_t count;
    struct summary_type *rows = summary_types(self, &count);
    struct wide wide;
    wide_init(&wide, writer, columns, sizeof(columns) / sizeof(columns[0]));
    writer->ops->table_begin(writer, "types", "MEMORY BY TYPE", wide.columns,
                             wide.count);
    for (size_t i = 0; i < count; i++) {
        struct cell cells[] = {
            cell_bytes(rows[i].type),
            rows[i].encoding == ENCODING_UNKNOWN
                ? cell_empty()
                : cell_text(encoding_name(rows[i].encoding)),
            cell_number(rows[i].keys),
            cell_number(rows[i].elements),
            rows[i].unpriced == rows[i].keys
                ? cell_empty()
                : cell_bound(rows[i].memory, rows[i].lower != 0),
        };
        struct cell *others =
            profile_cells(writer, rows[i].by_profile, false);
        writer->ops->row(writer, wide_cells(&wide, cells, others));
        free(others);
    }
    writer->ops->table_end(writer);
    wide_fini(&wide);
    free(rows);
}

static void
summary_emit(struct analysis *self, struct writer *writer)
{
    emit_totals(self, writer);
    emit_types(self, writer);
}

static void
summary_free(struct analysis *self)
{
    struct summary *summary = (struct summary *)self;
    free(summary->totals);
    free(summary->by_profile);
    free(summary->cell_sums);
    free(summary);
}

static const struct analysis_ops summary_ops = {
    summary_add, summary_merge, summary_clear, summary_emit, summary_free,
};

struct analysis *
summary_new(size_t profile_count, bool payload)
{
    struct summary *summary = xcalloc(1, sizeof(*summary));
    summary->analysis.ops = &summary_ops;
    summary->analysis.wants = PRICE_ELEMENTS | PRICE_ENCODING | PRICE_MEMORY;
    if (payload)
        summary->analysis.wants |= PRICE_PAYLOAD;
    summary->profile_count = profile_count;
    summary->totals = xcalloc(1, sizeof(*summary->totals));
    summary->by_profile =
        xcalloc(profile_count, sizeof(*summary->by_profile));
    summary->cell_sums =
        xcalloc(TYPE_TABLE_MAX * (size_t)ENCODING_COUNT,
                profile_count * sizeof(*summary->cell_sums));
    struct summary_sums *sums = summary->cell_sums;
    for (size_t t = 0; t < TYPE_TABLE_MAX; t++) {
        for (size_t e = 0; e < ENCODING_COUNT; e++) {
            summary->cells[t][e].by_profile = sums;
            sums += profile_count;
        }
    }
    return &summary->analysis;
}

const struct summary_totals *
summary_totals(const struct analysis *analysis)
{
    const struct summary *summary = (const struct summary *)analysis;
    *summary->totals = (struct summary_totals){ .keys = 0 };
    for (size_t t = 0; t < type_table_end(&summary->types); t++)
        for (size_t e = 0; e < ENCODING_COUNT; e++)
            merge_totals(summary->totals, &summary->cells[t][e].totals);
    return summary->totals;
}

const struct summary_sums *
summary_by_profile(const struct analysis *analysis)
{
    const struct summary *summary = (const struct summary *)analysis;
    memset(summary->by_profile, 0,
           summary->profile_count * sizeof(*summary->by_profile));
    for (size_t t = 0; t < type_table_end(&summary->types); t++)
        for (size_t e = 0; e < ENCODING_COUNT; e++)
            merge_sums(summary, summary->by_profile,
                       summary->cells[t][e].by_profile);
    return summary->by_profile;
}
