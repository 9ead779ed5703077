/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Nearly all blocks are small and of a size that is a multiple of 8: these
 * have a place each.  All other sizes share an open-addressing table.
 */
#include "analysis/size-classes.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "model/pricer.h"

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

struct size_classes {
    struct analysis analysis;
    struct sums small[SMALL_COUNT];      /* by size / SMALL_STEP */
    struct block_sum slots[TABLE_SLOTS]; /* blocks 0: empty */
    uint16_t in_use[TABLE_MAX]; /* slots, in the order they were taken */
    size_t used;
    struct sums rest;
    uint64_t rest_usable;
};

static struct block_sum *
find_slot(struct size_classes *classes, uint64_t size)
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
add_to_slot(struct size_classes *classes, const struct block_sum *sum)
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
add_blocks(struct size_classes *classes, const struct block_sum *sum)
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
    const struct block_sum *end = record->blocks + record->block_count;
    for (const struct block_sum *sum = record->blocks; sum < end; sum++)
        add_blocks(classes, sum);
}

static void
size_classes_merge(struct analysis *self, const struct analysis *other)
{
    struct size_classes *into = (struct size_classes *)self;
    const struct size_classes *from = (const struct size_classes *)other;
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
size_classes_clear(struct analysis *self, const struct analysis *sum)
{
    struct size_classes *classes = (struct size_classes *)self;
    (void)sum;
    memset(classes->small, 0, sizeof(classes->small));
    for (size_t i = 0; i < classes->used; i++)
        classes->slots[classes->in_use[i]] = (struct block_sum){ .blocks = 0 };
    classes->used = 0;
    classes->rest = (struct sums){ .blocks = 0 };
    classes->rest_usable = 0;
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
size_classes_rows(const struct analysis *analysis, size_t *count)
{
    const struct size_classes *classes = (const struct size_classes *)analysis;
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

static void
size_classes_emit(struct analysis *self, struct writer *writer)
{
    static const struct column columns[] = {
        { "size", "block", COLUMN_BYTES },
        { "blocks", "blocks", COLUMN_COUNT },
        { "requested", "requested", COLUMN_BYTES },
        { "usable", "usable", COLUMN_BYTES },
    };
    size_t count;
    struct size_classes_row *rows = size_classes_rows(self, &count);
    writer->ops->table_begin(writer, "size_classes", "SIZE CLASSES", columns,
                             sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < count; i++) {
        struct cell cells[] = {
            rows[i].size ? cell_number(rows[i].size) : cell_empty(),
            cell_number(rows[i].blocks),
            cell_number(rows[i].requested),
            cell_number(rows[i].usable),
        };
        if (rows[i].blocks != 0) /* less than half a block is expected */
            writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
    free(rows);
}

static void
size_classes_free(struct analysis *self)
{
    free(self);
}

static const struct analysis_ops size_classes_ops = {
    size_classes_add, size_classes_merge, size_classes_clear,
    size_classes_emit,
    size_classes_free,
};

struct analysis *
size_classes_new(void)
{
    struct size_classes *classes = xcalloc(1, sizeof(*classes));
    classes->analysis.ops = &size_classes_ops;
    classes->analysis.wants = PRICE_MEMORY | PRICE_BLOCKS;
    return &classes->analysis;
}
