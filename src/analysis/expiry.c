/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/expiry.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "model/pricer.h"

static const struct {
    const char *name;
    int64_t within_s;
} steps[EXPIRY_COUNT] = {
    [EXPIRY_EXPIRED] = { "expired", 0 },
    [EXPIRY_HOUR] = { "1 h", 3600 },
    [EXPIRY_DAY] = { "1 d", 86400 },
    [EXPIRY_WEEK] = { "7 d", 7 * 86400 },
    [EXPIRY_MONTH] = { "30 d", 30 * 86400 },
    [EXPIRY_LATER] = { "later", -1 },
    [EXPIRY_NEVER] = { "never", -1 },
};

struct expiry {
    struct analysis analysis;
    struct {
        uint64_t keys;
        uint64_t memory;
    } sums[EXPIRY_COUNT];
};

static enum expiry_step
step_of(const struct record *record)
{
    if (!record->key->has_expiry)
        return EXPIRY_NEVER;
    if (record->expired)
        return EXPIRY_EXPIRED;
    /* Not expired, so the difference is no less than 0 and fits. */
    uint64_t left =
        (uint64_t)record->key->expire_ms - (uint64_t)record->now_ms;
    for (int step = EXPIRY_HOUR; step < EXPIRY_LATER; step++)
        if (left <= (uint64_t)steps[step].within_s * 1000)
            return (enum expiry_step)step;
    return EXPIRY_LATER;
}

static void
expiry_add(struct analysis *self, const struct record *record)
{
    struct expiry *expiry = (struct expiry *)self;
    enum expiry_step step = step_of(record);
    expiry->sums[step].keys++;
    expiry->sums[step].memory += record->prices[0].memory;
}

static void
expiry_merge(struct analysis *self, const struct analysis *other)
{
    struct expiry *into = (struct expiry *)self;
    const struct expiry *from = (const struct expiry *)other;
    for (size_t i = 0; i < EXPIRY_COUNT; i++) {
        into->sums[i].keys += from->sums[i].keys;
        into->sums[i].memory += from->sums[i].memory;
    }
}

static void
expiry_clear(struct analysis *self, const struct analysis *sum)
{
    struct expiry *expiry = (struct expiry *)self;
    (void)sum;
    memset(expiry->sums, 0, sizeof(expiry->sums));
}

void
expiry_rows(const struct analysis *analysis,
            struct expiry_row rows[EXPIRY_COUNT])
{
    const struct expiry *expiry = (const struct expiry *)analysis;
    for (size_t i = 0; i < EXPIRY_COUNT; i++)
        rows[i] = (struct expiry_row){
            .name = steps[i].name,
            .within_s = steps[i].within_s,
            .keys = expiry->sums[i].keys,
            .memory = expiry->sums[i].memory,
        };
}

static void
expiry_emit(struct analysis *self, struct writer *writer)
{
    static const struct column columns[] = {
        { "expires", "expires", COLUMN_TEXT },
        { "within_s", "", COLUMN_SECONDS },
        { "keys", "keys", COLUMN_COUNT },
        { "memory", "memory", COLUMN_BYTES },
    };
    struct expiry_row rows[EXPIRY_COUNT];
    expiry_rows(self, rows);
    writer->ops->table_begin(writer, "expiry", "EXPIRY", columns,
                             sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < EXPIRY_COUNT; i++) {
        struct cell cells[] = {
            cell_text(rows[i].name),
            rows[i].within_s < 0 ? cell_empty()
                                 : cell_number((uint64_t)rows[i].within_s),
            cell_number(rows[i].keys),
            cell_number(rows[i].memory),
        };
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
}

static void
expiry_free(struct analysis *self)
{
    free(self);
}

static const struct analysis_ops expiry_ops = {
    expiry_add, expiry_merge, expiry_clear,
    expiry_emit, expiry_free,
};

struct analysis *
expiry_new(void)
{
    struct expiry *expiry = xcalloc(1, sizeof(*expiry));
    expiry->analysis.ops = &expiry_ops;
    expiry->analysis.wants = PRICE_MEMORY;
    return &expiry->analysis;
}
