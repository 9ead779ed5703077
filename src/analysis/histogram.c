/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/histogram.h"

#include <stdlib.h>

#include "analysis/type-table.h"
#include "base/xalloc.h"
#include "model/pricer.h"
#include "report/wide.h"

/* From here on bounds are beyond what JSON holds; only a file that lies about
 * its counts gets there. */
enum { LARGEST_BUCKET = 54 };

/* Type bytes of hashes whose fields may expire. */
enum { FIELDS_EXPIRE_FIRST = 22, FIELDS_EXPIRE_LAST = 25 };

struct buckets {
    uint64_t keys[HISTOGRAM_BUCKETS];
};

struct histogram {
    struct analysis analysis;
    size_t profile_count;
    struct type_table types;
    /* Of unpacked hashes and sorted sets, by elements. */
    struct histogram_sums tables[TYPE_COUNT][HISTOGRAM_BUCKETS];
    struct buckets elements[TYPE_TABLE_MAX];
    struct buckets *memory; /* see memory_of */
};

/* The buckets of all types by memory on one profile. */
static struct buckets *
memory_of(const struct histogram *histogram, size_t profile)
{
    return histogram->memory + profile * TYPE_TABLE_MAX;
}

static inline void
add_as(struct histogram *histogram, size_t type, const struct record *record)
{
    for (size_t p = 0; p < histogram->profile_count; p++) {
        const struct price *price = &record->prices[p];
        struct buckets *buckets = &memory_of(histogram, p)[type];
        buckets->keys[histogram_bucket(price->memory)] +=
            price->basis != BASIS_NONE;
    }
    histogram->elements[type].keys[histogram_bucket(record->elements)]++;
}

static inline bool
is_table(const struct record *record)
{
    enum encoding encoding = record->prices[0].encoding;
    unsigned char type_byte = record->key->type_byte;
    if (record->type == TYPE_HASH)
        return encoding == ENCODING_HASHTABLE &&
               (type_byte < FIELDS_EXPIRE_FIRST ||
                type_byte > FIELDS_EXPIRE_LAST);
    return encoding == ENCODING_SKIPLIST;
}

static void
add_table(struct histogram *histogram, const struct record *record)
{
    unsigned bucket = histogram_bucket(record->elements);
    struct histogram_sums *sums = &histogram->tables[record->type][bucket];
    sums->keys++;
    sums->memory += record->prices[0].memory;
}

static __attribute__((noinline)) void
add_module(struct histogram *histogram, const struct record *record)
{
    add_as(histogram, type_table_number(&histogram->types, record), record);
}

static void
histogram_add(struct analysis *self, const struct record *record)
{
    struct histogram *histogram = (struct histogram *)self;
    if (record->type != TYPE_MODULE)
        add_as(histogram, (size_t)record->type, record);
    else
        add_module(histogram, record);
    if (is_table(record))
        add_table(histogram, record);
}

static void
merge_tables(struct histogram *into, const struct histogram *from)
{
    for (size_t t = 0; t < TYPE_COUNT; t++) {
        for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
            into->tables[t][i].keys += from->tables[t][i].keys;
            into->tables[t][i].memory += from->tables[t][i].memory;
        }
    }
}

/* numbers is indexed by from's types. */
static void
merge_types(struct buckets *into, const struct buckets *more,
            const struct histogram *from, const size_t *numbers)
{
    for (size_t t = 0; t < type_table_end(&from->types); t++)
        for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
            into[numbers[t]].keys[i] += more[t].keys[i];
}

static void
histogram_merge(struct analysis *self, const struct analysis *other)
{
    struct histogram *into = (struct histogram *)self;
    const struct histogram *from = (const struct histogram *)other;
    size_t numbers[TYPE_TABLE_MAX];
    merge_tables(into, from);
    type_table_merge(&into->types, &from->types, numbers);
    merge_types(into->elements, from->elements, from, numbers);
    for (size_t p = 0; p < into->profile_count; p++)
        merge_types(memory_of(into, p), memory_of(from, p), from, numbers);
}

static void
histogram_clear(struct analysis *self, const struct analysis *sum)
{
    struct histogram *histogram = (struct histogram *)self;
    (void)sum;
    size_t used = type_table_end(&histogram->types) * sizeof(struct buckets);
    memset(histogram->elements, 0, used);
    for (size_t p = 0; p < histogram->profile_count; p++)
        memset(memory_of(histogram, p), 0, used);
    histogram->types.module_count = 0;
}

/* step is how far the buckets of the next profile are; 0 when all have the
 * same. */
static void
emit_buckets(struct wide *wide, struct bytes type, const char *of,
             const struct buckets *buckets, size_t step)
{
    size_t profiles = wide_profiles(wide->writer);
    struct cell *others = xcalloc(profiles + 1, sizeof(*others));
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        struct cell cells[] = {
            cell_bytes(type),
            cell_text(of),
            i < LARGEST_BUCKET ? cell_number(histogram_bound(i))
                               : cell_empty(),
            cell_number(buckets->keys[i]),
        };
        bool any = buckets->keys[i] != 0;
        for (size_t p = 0; p < profiles; p++) {
            uint64_t keys = buckets[p * step].keys[i];
            any |= keys != 0;
            others[p] = cell_number(keys);
        }
        if (any)
            wide->writer->ops->row(wide->writer,
                                   wide_cells(wide, cells, others));
    }
    free(others);
}

static void
histogram_emit(struct analysis *self, struct writer *writer)
{
    static const struct wide_column columns[] = {
        { { "type", "type", COLUMN_TEXT }, false },
        { { "of", "of", COLUMN_TEXT }, false },
        { { "le", "up to", COLUMN_COUNT }, false },
        { { "keys", "keys", COLUMN_COUNT }, true },
    };
    struct histogram *histogram = (struct histogram *)self;
    size_t order[TYPE_TABLE_MAX];
    size_t end = type_table_order(&histogram->types, order);
    struct wide wide;
    wide_init(&wide, writer, columns, sizeof(columns) / sizeof(columns[0]));
    writer->ops->table_begin(writer, "histogram", "SIZES", wide.columns,
                             wide.count);
    for (size_t i = 0; i < end; i++) {
        struct bytes type = type_table_name(&histogram->types, order[i]);
        emit_buckets(&wide, type, "memory", &histogram->memory[order[i]],
                     TYPE_TABLE_MAX);
        emit_buckets(&wide, type, "elements", &histogram->elements[order[i]],
                     0);
    }
    writer->ops->table_end(writer);
    wide_fini(&wide);
}

static void
histogram_free(struct analysis *self)
{
    free(((struct histogram *)self)->memory);
    free(self);
}

static const struct analysis_ops histogram_ops = {
    histogram_add, histogram_merge, histogram_clear,
    histogram_emit, histogram_free,
};

struct analysis *
histogram_new(size_t profile_count)
{
    struct histogram *histogram = xcalloc(1, sizeof(*histogram));
    histogram->analysis.ops = &histogram_ops;
    histogram->analysis.wants =
        PRICE_ELEMENTS | PRICE_ENCODING | PRICE_MEMORY;
    histogram->profile_count = profile_count;
    histogram->memory = xcalloc(profile_count * TYPE_TABLE_MAX,
                                sizeof(*histogram->memory));
    return &histogram->analysis;
}

void
histogram_memory(const struct analysis *analysis,
                 uint64_t keys[HISTOGRAM_BUCKETS])
{
    const struct histogram *histogram = (const struct histogram *)analysis;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        keys[i] = 0;
        for (size_t t = 0; t < type_table_end(&histogram->types); t++)
            keys[i] += histogram->memory[t].keys[i];
    }
}

struct histogram_sums
histogram_small_tables(const struct analysis *analysis, enum type type,
                       uint64_t *most)
{
    const struct histogram *histogram = (const struct histogram *)analysis;
    struct histogram_sums sums = { 0, 0 };
    unsigned end = 0;
    while (end < HISTOGRAM_BUCKETS && histogram_bound(end) <= *most) {
        sums.keys += histogram->tables[type][end].keys;
        sums.memory += histogram->tables[type][end].memory;
        end++;
    }
    *most = histogram_bound(end - 1);
    return sums;
}
