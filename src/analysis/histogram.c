/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/histogram.h"

#include <stdlib.h>

#include "analysis/type-table.h"
#include "base/xalloc.h"
#include "model/pricer.h"

/* From here on bounds are beyond what JSON holds; only a file that lies about
 * its counts gets there. */
enum { LARGEST_BUCKET = 54 };

/* Type bytes of hashes whose fields may expire. */
enum { FIELDS_EXPIRE_FIRST = 22, FIELDS_EXPIRE_LAST = 25 };

struct buckets {
    uint64_t memory[HISTOGRAM_BUCKETS];
    uint64_t elements[HISTOGRAM_BUCKETS];
};

struct histogram {
    struct analysis analysis;
    struct type_table types;
    /* Of unpacked hashes and sorted sets, by elements. */
    struct histogram_sums tables[TYPE_COUNT][HISTOGRAM_BUCKETS];
    struct buckets buckets[TYPE_TABLE_MAX];
};

static inline void
add_as(struct histogram *histogram, size_t type, const struct record *record)
{
    struct buckets *buckets = &histogram->buckets[type];
    const struct price *price = &record->prices[0];
    buckets->memory[histogram_bucket(price->memory)] +=
        price->basis != BASIS_NONE;
    buckets->elements[histogram_bucket(record->elements)]++;
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

static void
histogram_merge(struct analysis *self, const struct analysis *other)
{
    struct histogram *into = (struct histogram *)self;
    const struct histogram *from = (const struct histogram *)other;
    size_t numbers[TYPE_TABLE_MAX];
    merge_tables(into, from);
    type_table_merge(&into->types, &from->types, numbers);
    for (size_t t = 0; t < type_table_end(&from->types); t++) {
        struct buckets *buckets = &into->buckets[numbers[t]];
        for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
            buckets->memory[i] += from->buckets[t].memory[i];
            buckets->elements[i] += from->buckets[t].elements[i];
        }
    }
}

static void
histogram_clear(struct analysis *self, const struct analysis *sum)
{
    struct histogram *histogram = (struct histogram *)self;
    (void)sum;
    memset(histogram->buckets, 0,
           type_table_end(&histogram->types) * sizeof(struct buckets));
    histogram->types.module_count = 0;
}

static void
emit_buckets(struct writer *writer, struct bytes type, const char *of,
             const uint64_t keys[HISTOGRAM_BUCKETS])
{
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (keys[i] == 0)
            continue;
        struct cell cells[] = {
            cell_bytes(type),
            cell_text(of),
            i < LARGEST_BUCKET ? cell_number(histogram_bound(i))
                               : cell_empty(),
            cell_number(keys[i]),
        };
        writer->ops->row(writer, cells);
    }
}

static void
histogram_emit(struct analysis *self, struct writer *writer)
{
    static const struct column columns[] = {
        { "type", "type", COLUMN_TEXT },
        { "of", "of", COLUMN_TEXT },
        { "le", "up to", COLUMN_COUNT },
        { "keys", "keys", COLUMN_COUNT },
    };
    struct histogram *histogram = (struct histogram *)self;
    size_t order[TYPE_TABLE_MAX];
    size_t end = type_table_order(&histogram->types, order);
    writer->ops->table_begin(writer, "histogram", "SIZES", columns,
                             sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < end; i++) {
        struct bytes type = type_table_name(&histogram->types, order[i]);
        const struct buckets *buckets = &histogram->buckets[order[i]];
        emit_buckets(writer, type, "memory", buckets->memory);
        emit_buckets(writer, type, "elements", buckets->elements);
    }
    writer->ops->table_end(writer);
}

static void
histogram_free(struct analysis *self)
{
    free(self);
}

static const struct analysis_ops histogram_ops = {
    histogram_add, histogram_merge, histogram_clear,
    histogram_emit, histogram_free,
};

struct analysis *
histogram_new(void)
{
    struct histogram *histogram = xcalloc(1, sizeof(*histogram));
    histogram->analysis.ops = &histogram_ops;
    histogram->analysis.wants =
        PRICE_ELEMENTS | PRICE_ENCODING | PRICE_MEMORY;
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
            keys[i] += histogram->buckets[t].memory[i];
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
