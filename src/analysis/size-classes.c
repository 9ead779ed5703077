/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Nearly all blocks are small and of a size that is a multiple of 8: these
 * have a place each.  All other sizes share an open-addressing table.
 */
#include "analysis/size-classes.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "model/pricer.h"
#include "report/wide.h"

enum {
    SMALL_STEP_LOG = 3,
    SMALL_STEP = 1 << SMALL_STEP_LOG,
    SMALL_COUNT = 2048,
    TABLE_SLOTS = 8192, /* a power of two */
    TABLE_MAX = SIZE_CLASSES_MAX - SMALL_COUNT,
};

/* All numbers in 1 / BLOCK_FRACTION until the rows are made. */
struct sums {
    uint64_t blocks;
    uint64_t requested;
};

/* Of one profile. */
struct classes {
    struct sums small[SMALL_COUNT];      /* by size / SMALL_STEP */
    struct block_sum slots[TABLE_SLOTS]; /* blocks 0: empty */
    uint16_t in_use[TABLE_MAX]; /* slots, in the order they were taken */
    size_t used;
    struct sums rest;
    uint64_t rest_usable;
};

struct size_classes {
    struct analysis analysis;
    size_t profile_count;
    struct classes *by_profile;
};

static struct block_sum *
find_slot(struct classes *classes, uint64_t size)
{
    size_t at = (size * UINT64_C(0x9e3779b97f4a7c15)) >> 51;
    while (classes->slots[at].blocks != 0 && classes->slots[at].usable != size)
        at = (at + 1) % TABLE_SLOTS;
    if (classes->slots[at].blocks != 0)
        return &classes->slots[at];
    if (classes->used == TABLE_MAX)
        return NULL;
    classes->in_use[classes->used++] = (uint16_t)at;
    classes->slots[at].usable = size;
    return &classes->slots[at];
}

static void
add_to_slot(struct classes *classes, const struct block_sum *sum)
{
    if (sum->blocks == 0)
        return;
    struct block_sum *slot = find_slot(classes, sum->usable);
    if (slot == NULL) {
        classes->rest.blocks += sum->blocks;
        classes->rest.requested += sum->requested;
        classes->rest_usable += sum->usable * sum->blocks;
        return;
    }
    slot->blocks += sum->blocks;
    slot->requested += sum->requested;
}

/* A quotient that takes the remainder's bits on top is small only without a
 * remainder. */
static inline void
add_blocks(struct classes *classes, const struct block_sum *sum)
{
    uint64_t small = sum->usable / SMALL_STEP |
                     sum->usable << (64 - SMALL_STEP_LOG);
    if (small < SMALL_COUNT) {
        struct sums *sums = &classes->small[small];
        sums->blocks += sum->blocks;
        sums->requested += sum->requested;
    } else {
        add_to_slot(classes, sum);
    }
}

static void
size_classes_add(struct analysis *self, const struct record *record)
{
    struct size_classes *classes = (struct size_classes *)self;
    for (size_t p = 0; p < classes->profile_count; p++) {
        const struct block_list *list = &record->blocks[p];
        const struct block_sum *end = list->sums + list->count;
        for (const struct block_sum *sum = list->sums; sum < end; sum++)
            add_blocks(&classes->by_profile[p], sum);
    }
}

static void
merge_profile(struct classes *into, const struct classes *from)
{
    for (size_t i = 0; i < SMALL_COUNT; i++) {
        into->small[i].blocks += from->small[i].blocks;
        into->small[i].requested += from->small[i].requested;
    }
    for (size_t i = 0; i < from->used; i++)
        add_blocks(into, &from->slots[from->in_use[i]]);
    into->rest.blocks += from->rest.blocks;
    into->rest.requested += from->rest.requested;
    into->rest_usable += from->rest_usable;
}

static void
size_classes_merge(struct analysis *self, const struct analysis *other)
{
    struct size_classes *into = (struct size_classes *)self;
    const struct size_classes *from = (const struct size_classes *)other;
    for (size_t p = 0; p < into->profile_count; p++)
        merge_profile(&into->by_profile[p], &from->by_profile[p]);
}

static void
clear_profile(struct classes *classes)
{
    memset(classes->small, 0, sizeof(classes->small));
    for (size_t i = 0; i < classes->used; i++)
        classes->slots[classes->in_use[i]] = (struct block_sum){ .blocks = 0 };
    classes->used = 0;
    classes->rest = (struct sums){ .blocks = 0 };
    classes->rest_usable = 0;
}

static void
size_classes_clear(struct analysis *self, const struct analysis *sum)
{
    struct size_classes *classes = (struct size_classes *)self;
    (void)sum;
    for (size_t p = 0; p < classes->profile_count; p++)
        clear_profile(&classes->by_profile[p]);
}

static int
order_rows(const void *a, const void *b)
{
    const struct size_classes_row *x = a;
    const struct size_classes_row *y = b;
    return (x->size > y->size) - (x->size < y->size);
}

static uint64_t
rounded(uint64_t fractions)
{
    return (fractions + BLOCK_FRACTION / 2) / BLOCK_FRACTION;
}

static struct size_classes_row
row_of(uint64_t size, uint64_t blocks, uint64_t requested, uint64_t usable)
{
    return (struct size_classes_row){ size, rounded(blocks),
                                      rounded(requested), rounded(usable) };
}

struct size_classes_row *
size_classes_rows(const struct analysis *analysis, size_t profile,
                  size_t *count)
{
    const struct classes *classes =
        &((const struct size_classes *)analysis)->by_profile[profile];
    struct size_classes_row *rows =
        xreallocarray(NULL, SIZE_CLASSES_MAX + 1, sizeof(*rows));
    size_t used = 0;
    for (size_t i = 0; i < SMALL_COUNT; i++) {
        const struct sums *sums = &classes->small[i];
        if (sums->blocks != 0)
            rows[used++] = row_of(i * SMALL_STEP, sums->blocks,
                                  sums->requested,
                                  i * SMALL_STEP * sums->blocks);
    }
    for (size_t i = 0; i < TABLE_SLOTS; i++) {
        const struct block_sum *slot = &classes->slots[i];
        if (slot->blocks != 0)
            rows[used++] = row_of(slot->usable, slot->blocks, slot->requested,
                                  slot->usable * slot->blocks);
    }
    qsort(rows, used, sizeof(*rows), order_rows);
    if (classes->rest.blocks != 0)
        rows[used++] = row_of(0, classes->rest.blocks,
                              classes->rest.requested, classes->rest_usable);
    *count = used;
    return rows;
}

/* The rows of all profiles, and how many of each were written. */
struct merged {
    struct {
        struct size_classes_row *rows;
        size_t count;
        size_t at;
    } *by_profile;
    size_t count;
};

/* The next size that any profile has, the row without one last; false when
 * there is none. */
static bool
next_size(const struct merged *merged, uint64_t *size)
{
    bool any = false;
    for (size_t p = 0; p < merged->count; p++) {
        if (merged->by_profile[p].at == merged->by_profile[p].count)
            continue;
        uint64_t next =
            merged->by_profile[p].rows[merged->by_profile[p].at].size;
        if (!any || (next != 0 && (*size == 0 || next < *size)))
            *size = next;
        any = true;
    }
    return any;
}

static struct size_classes_row
take_row(struct merged *merged, size_t p, uint64_t size)
{
    size_t at = merged->by_profile[p].at;
    if (at == merged->by_profile[p].count ||
        merged->by_profile[p].rows[at].size != size)
        return (struct size_classes_row){ .size = size };
    merged->by_profile[p].at++;
    return merged->by_profile[p].rows[at];
}

enum { MODEL_COLUMNS = 3 };

static void
fill_cells(struct cell *cells, const struct size_classes_row *row)
{
    cells[0] = cell_number(row->blocks);
    cells[1] = cell_number(row->requested);
    cells[2] = cell_number(row->usable);
}

/* A row of less than half a block in all profiles is none. */
static void
emit_size(struct wide *wide, struct merged *merged, uint64_t size,
          struct cell *others)
{
    struct cell cells[1 + MODEL_COLUMNS] = {
        size != 0 ? cell_number(size) : cell_empty()
    };
    bool any = false;
    for (size_t p = 0; p < merged->count; p++) {
        struct size_classes_row row = take_row(merged, p, size);
        any |= row.blocks != 0;
        fill_cells(&others[p * MODEL_COLUMNS], &row);
    }
    memcpy(&cells[1], others, MODEL_COLUMNS * sizeof(*others));
    if (any)
        wide->writer->ops->row(wide->writer, wide_cells(wide, cells, others));
}

static void
emit_rows(struct wide *wide, struct merged *merged)
{
    struct cell *others =
        xcalloc(merged->count * MODEL_COLUMNS, sizeof(*others));
    uint64_t size = 0;
    while (next_size(merged, &size))
        emit_size(wide, merged, size, others);
    free(others);
}

static void
size_classes_emit(struct analysis *self, struct writer *writer)
{
    static const struct wide_column columns[] = {
        { { "size", "block", COLUMN_BYTES }, false },
        { { "blocks", "blocks", COLUMN_COUNT }, true },
        { { "requested", "requested", COLUMN_BYTES }, true },
        { { "usable", "usable", COLUMN_BYTES }, true },
    };
    struct merged merged = {
        .count = ((struct size_classes *)self)->profile_count
    };
    struct wide wide;
    merged.by_profile = xcalloc(merged.count, sizeof(*merged.by_profile));
    for (size_t p = 0; p < merged.count; p++)
        merged.by_profile[p].rows =
            size_classes_rows(self, p, &merged.by_profile[p].count);
    wide_init(&wide, writer, columns, sizeof(columns) / sizeof(columns[0]));
    writer->ops->table_begin(writer, "size_classes", "SIZE CLASSES",
                             wide.columns, wide.count);
    emit_rows(&wide, &merged);
    writer->ops->table_end(writer);
    wide_fini(&wide);
    for (size_t p = 0; p < merged.count; p++)
        free(merged.by_profile[p].rows);
    free(merged.by_profile);
}

static void
size_classes_free(struct analysis *self)
{
    free(((struct size_classes *)self)->by_profile);
    free(self);
}

static const struct analysis_ops size_classes_ops = {
    size_classes_add, size_classes_merge, size_classes_clear,
    size_classes_emit,
    size_classes_free,
};

struct analysis *
size_classes_new(size_t profile_count)
{
    struct size_classes *classes = xcalloc(1, sizeof(*classes));
    classes->analysis.ops = &size_classes_ops;
    classes->analysis.wants =
        PRICE_MEMORY | (profile_count > 1 ? PRICE_ALL_BLOCKS : PRICE_BLOCKS);
    classes->profile_count = profile_count;
    classes->by_profile =
        xcalloc(profile_count, sizeof(*classes->by_profile));
    return &classes->analysis;
}
