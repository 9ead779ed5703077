/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/top.h"

#include <stdlib.h>

#include <xxhash.h>

#include "analysis/type-table.h"
#include "base/heap.h"
#include "base/xalloc.h"
#include "model/pricer.h"
#include "report/wide.h"

/* In the heap: a record that is kept, or, while it is asked about, one that
 * goes by. */
struct ranked {
    uint64_t figure;
    const struct record *record;
};

/* A record and all it points to, in one block: prices, then bytes of names. */
struct kept {
    struct record record;
    struct key key;
    struct price prices[];
};

struct top {
    struct analysis analysis;
    struct top_options options;
    size_t name_held; /* bytes of a name that are kept, at most */
    struct type_table types;
    struct heap rankings[TYPE_TABLE_MAX]; /* the first one only, unless per
                                             type */
    /* What is less cannot get in: 0 until the ranking is full, and for
     * modules, which have several. */
    uint64_t floors[TYPE_COUNT];
    /* After a clear: the least of the sum's full ranking, without which a part
     * would rank many that the sum then turns away. */
    struct ranked bars[TYPE_COUNT];
};

static struct bytes
held_of(const struct top *top, struct bytes name)
{
    return bytes_of(name.data, name.size < top->name_held ? name.size
                                                          : top->name_held);
}

static uint64_t
whole_hash(const struct key *key)
{
    if (key->name.size == key->name_size)
        return XXH3_64bits(key->name.data, key->name.size);
    return key->name_hash;
}

static int
compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int
compare_names(const struct top *top, const struct key *a, const struct key *b)
{
    int order = bytes_compare(held_of(top, a->name), held_of(top, b->name));
    if (order == 0)
        order = compare_numbers(a->name_size, b->name_size);
    if (order == 0 && a->name_size > top->name_held)
        order = compare_numbers(whole_hash(a), whole_hash(b));
    return order;
}

/* Less is what ranks behind. */
static int
order_ranked(const void *a, const void *b, void *context)
{
    const struct ranked *x = a;
    const struct ranked *y = b;
    if (x->figure != y->figure)
        return x->figure < y->figure ? -1 : 1;
    const struct key *x_key = x->record->key;
    const struct key *y_key = y->record->key;
    int order = compare_names(context, x_key, y_key);
    if (order == 0)
        order = compare_numbers(x_key->db, y_key->db);
    if (order == 0)
        order = compare_numbers(x->record->input, y->record->input);
    if (order == 0)
        order = compare_numbers(x_key->offset, y_key->offset);
    return -order;
}

static unsigned char *
put_bytes(unsigned char *at, struct bytes *bytes)
{
    if (bytes->size != 0)
        memcpy(at, bytes->data, bytes->size);
    bytes->data = at;
    return at + bytes->size;
}

static struct record *
keep(const struct top *top, const struct record *record)
{
    const struct key *key = record->key;
    struct bytes name = held_of(top, key->name);
    struct bytes largest = held_of(top, record->largest_name);
    size_t prices = record->price_count * sizeof(struct price);
    struct kept *kept = xmalloc(sizeof(*kept) + prices + name.size +
                                key->module_name.size +
                                largest.size);
    kept->record = *record;
    kept->key = *key;
    memcpy(kept->prices, record->prices, prices);
    kept->record.key = &kept->key;
    kept->record.prices = kept->prices;
    kept->record.blocks = NULL;
    if (name.size < key->name.size)
        kept->key.name_hash = whole_hash(key);
    kept->key.name = name;
    kept->record.largest_name = largest;
    unsigned char *at = (unsigned char *)kept->prices + prices;
    at = put_bytes(at, &kept->key.name);
    at = put_bytes(at, &kept->key.module_name);
    (void)put_bytes(at, &kept->record.largest_name);
    return &kept->record;
}

/* False when the record has no such figure. */
static inline bool
figure_of(const struct record *record, enum top_by by, uint64_t *figure)
{
    const struct key *key = record->key;
    if (by == TOP_BY_MEMORY) { /* as nearly always */
        *figure = record->prices[0].memory;
        return record->prices[0].basis != BASIS_NONE;
    }
    switch (by) {
    case TOP_BY_MEMORY:
        return false;
    case TOP_BY_ELEMENTS:
        *figure = record->elements;
        return true;
    case TOP_BY_LARGEST:
        *figure = record->largest;
        return true;
    case TOP_BY_SERIALIZED:
        *figure = record->serialized;
        return record->serialized > 0;
    case TOP_BY_FREQ:
        *figure = (uint64_t)key->freq;
        return key->freq >= 0;
    case TOP_BY_IDLE:
        *figure = (uint64_t)key->idle_s;
        return key->idle_s >= 0;
    }
    return false;
}

static bool
is_barred(struct top *top, size_t number, const struct ranked *ranked)
{
    return number < TYPE_COUNT && top->bars[number].record != NULL &&
           order_ranked(ranked, &top->bars[number], top) < 0;
}

/* Apart from top_add, which turns most records away at once and is not to pay
 * for the room that this needs. */
static __attribute__((noinline)) void
rank(struct top *top, uint64_t figure, const struct record *record)
{
    size_t number =
        top->options.per_type ? type_table_number(&top->types, record) : 0;
    struct heap *heap = &top->rankings[number];
    struct ranked ranked = { figure, record };
    if (is_barred(top, number, &ranked) || !heap_accepts(heap, &ranked))
        return;
    ranked.record = keep(top, ranked.record);
    struct ranked dropped;
    if (heap_push(heap, &ranked, &dropped)) {
        /* A record is the first member of the block that holds it. */
        free((void *)(uintptr_t)dropped.record);
    }
    uint64_t least = ((const struct ranked *)heap->elements)->figure;
    if (heap->count == heap->capacity && number < TYPE_COUNT &&
        number != TYPE_MODULE && least > top->floors[number])
        top->floors[number] = least;
}

static void
top_add(struct analysis *self, const struct record *record)
{
    struct top *top = (struct top *)self;
    uint64_t figure;
    if (!figure_of(record, top->options.by, &figure))
        return;
    size_t floor = top->options.per_type ? (size_t)record->type : 0;
    if (figure >= top->floors[floor])
        rank(top, figure, record);
}

static void
top_merge(struct analysis *self, const struct analysis *other)
{
    const struct top *from = (const struct top *)other;
    for (size_t i = 0; i < type_table_end(&from->types); i++) {
        const struct heap *heap = &from->rankings[i];
        for (size_t j = 0; j < heap->count; j++) {
            const struct ranked *ranked = heap_at(heap, j);
            top_add(self, ranked->record);
        }
    }
}

static void
drop_records(struct heap *heap)
{
    for (size_t i = 0; i < heap->count; i++) {
        const struct ranked *ranked = heap_at(heap, i);
        free((void *)(uintptr_t)ranked->record);
    }
    heap->count = 0;
}

static void
drop_bar(struct ranked *bar)
{
    free((void *)(uintptr_t)bar->record);
    bar->record = NULL;
}

/* Modules share a ranking only when there are too many of them, so theirs has
 * no bar. */
static void
take_bars(struct top *top, const struct top *sum)
{
    memcpy(top->floors, sum->floors, sizeof(top->floors));
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        const struct heap *heap = &sum->rankings[i];
        drop_bar(&top->bars[i]);
        if (i == TYPE_MODULE || heap->count == 0 ||
            heap->count < heap->capacity)
            continue;
        top->bars[i] = *(const struct ranked *)heap->elements;
        top->bars[i].record = keep(top, top->bars[i].record);
    }
}

static void
top_clear(struct analysis *self, const struct analysis *sum)
{
    struct top *top = (struct top *)self;
    size_t end = type_table_end(&top->types);
    for (size_t i = 0; i < end; i++)
        drop_records(&top->rankings[i]);
    top->types.module_count = 0;
    take_bars(top, (const struct top *)sum);
}

const struct record **
top_records(struct analysis *analysis, size_t *count)
{
    struct top *top = (struct top *)analysis;
    size_t order[TYPE_TABLE_MAX];
    size_t end = type_table_order(&top->types, order);
    size_t all = 0;
    for (size_t i = 0; i < end; i++)
        all += top->rankings[i].count;
    const struct record **records =
        xreallocarray(NULL, all, sizeof(*records));
    *count = 0;
    for (size_t i = 0; i < end; i++) {
        struct heap *heap = &top->rankings[order[i]];
        heap_sort(heap);
        for (size_t j = 0; j < heap->count; j++)
            records[(*count)++] =
                ((const struct ranked *)heap_at(heap, j))->record;
    }
    return records;
}

static struct cell
memory_cell(const struct price *price)
{
    return price->basis == BASIS_NONE
               ? cell_empty()
               : cell_bound(price->memory, price->basis == BASIS_LOWER);
}

static struct cell
encoding_cell(const struct price *price)
{
    return cell_text(encoding_name(price->encoding));
}

static void
emit_record(const struct record *record, struct wide *wide)
{
    struct writer *writer = wide->writer;
    const struct key *key = record->key;
    const struct price *price = &record->prices[0];
    struct cell cells[] = {
        cell_number(key->db),
        cell_name(key->name, key->name_size, key->name_hash),
        record->type == TYPE_MODULE ? cell_bytes(key->module_name)
                                    : cell_text(type_name(record->type)),
        encoding_cell(price),
        cell_number(record->elements),
        memory_cell(price),
        key->has_expiry ? cell_number((uint64_t)key->expire_ms)
                        : cell_empty(),
    };
    size_t profiles = wide_profiles(writer);
    struct cell *others = xcalloc(2 * profiles + 1, sizeof(*others));
    for (size_t p = 0; p < profiles; p++) {
        others[2 * p] = encoding_cell(&record->prices[p]);
        others[2 * p + 1] = memory_cell(&record->prices[p]);
    }
    writer->ops->row(writer, wide_cells(wide, cells, others));
    free(others);
}

static void
top_emit(struct analysis *self, struct writer *writer)
{
    static const struct wide_column columns[] = {
        { { "db", "db", COLUMN_COUNT }, false },
        { { "key", "key", COLUMN_NAME }, false },
        { { "type", "type", COLUMN_TEXT }, false },
        { { "encoding", "encoding", COLUMN_TEXT }, true },
        { { "elements", "elements", COLUMN_COUNT }, false },
        { { "memory", "memory", COLUMN_BYTES }, true },
        { { "expire_ms", "expires", COLUMN_TIME_MS }, false },
    };
    const struct top *top = (const struct top *)self;
    bool per_type = top->options.per_type;
    size_t count;
    const struct record **records = top_records(self, &count);
    struct wide wide;
    wide_init(&wide, writer, columns, sizeof(columns) / sizeof(columns[0]));
    writer->ops->table_begin(
        writer, per_type ? "top_by_type" : "top",
        per_type ? "BIGGEST KEYS BY TYPE" : "BIGGEST KEYS", wide.columns,
        wide.count);
    for (size_t i = 0; i < count; i++)
        emit_record(records[i], &wide);
    writer->ops->table_end(writer);
    wide_fini(&wide);
    free(records);
}

static void
top_free(struct analysis *self)
{
    struct top *top = (struct top *)self;
    for (size_t i = 0; i < TYPE_TABLE_MAX; i++) {
        drop_records(&top->rankings[i]);
        heap_fini(&top->rankings[i]);
    }
    for (size_t i = 0; i < TYPE_COUNT; i++)
        drop_bar(&top->bars[i]);
    free(top);
}

static const struct analysis_ops top_ops = {
    top_add, top_merge, top_clear, top_emit, top_free,
};

/* With the name of the largest element a record has two. */
static size_t
name_held(const struct top_options *options)
{
    size_t rankings = options->per_type ? TYPE_TABLE_MAX : 1;
    size_t names = options->by == TOP_BY_LARGEST ? 2 : 1;
    size_t share = TOP_NAMES_HELD / rankings / names;
    if (options->count > 0)
        share /= options->count;
    return share < TOP_NAME_LEAST  ? TOP_NAME_LEAST
           : share > TOP_NAME_HELD ? TOP_NAME_HELD
                                   : share;
}

struct analysis *
top_new(const struct top_options *options)
{
    struct top *top = xcalloc(1, sizeof(*top));
    top->analysis.ops = &top_ops;
    top->analysis.wants = PRICE_ELEMENTS | PRICE_ENCODING | PRICE_MEMORY;
    if (options->by == TOP_BY_LARGEST)
        top->analysis.wants |= PRICE_LARGEST;
    top->options = *options;
    top->name_held = name_held(options);
    for (size_t i = 0; i < TYPE_TABLE_MAX; i++)
        heap_init(&top->rankings[i], options->count,
                  sizeof(struct ranked), order_ranked, top);
    return &top->analysis;
}
