/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/expiry.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "model/pricer.h"
#include "report/wide.h"

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
    size_t profile_count;
    uint64_t keys[EXPIRY_COUNT];
    uint64_t *memory; /* of a step by profile, then of the next */
};

static inline uint64_t *
memory_of(const struct expiry *expiry, size_t step)
{
    return expiry->memory + step * expiry->profile_count;
}

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
    uint64_t *memory = memory_of(expiry, (size_t)step);
    expiry->keys[step]++;
    for (size_t i = 0; i < expiry->profile_count; i++)
        memory[i] += record->prices[i].memory;
}

static void
expiry_merge(struct analysis *self, const struct analysis *other)
{
    struct expiry *into = (struct expiry *)self;
    const struct expiry *from = (const struct expiry *)other;
    for (size_t i = 0; i < EXPIRY_COUNT; i++)
        into->keys[i] += from->keys[i];
    for (size_t i = 0; i < EXPIRY_COUNT * into->profile_count; i++)
        into->memory[i] += from->memory[i];
}

static void
expiry_clear(struct analysis *self, const struct analysis *sum)
{
    struct expiry *expiry = (struct expiry *)self;
    (void)sum;
    memset(expiry->keys, 0, sizeof(expiry->keys));
    memset(expiry->memory, 0,
           EXPIRY_COUNT * expiry->profile_count * sizeof(uint64_t));
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
            .keys = expiry->keys[i],
            .memory = memory_of(expiry, i)[0],
            .by_profile = memory_of(expiry, i),
        };
}

static void
expiry_emit(struct analysis *self, struct writer *writer)
{
    static const struct wide_column columns[] = {
        { { "expires", "expires", COLUMN_TEXT }, false },
        { { "within_s", "", COLUMN_SECONDS }, false },
        { { "keys", "keys", COLUMN_COUNT }, false },
        { { "memory", "memory", COLUMN_BYTES }, true },
    };
    struct expiry_row rows[EXPIRY_COUNT];
    size_t profiles = wide_profiles(writer);
    struct cell *others = xcalloc(profiles + 1, sizeof(*others));
    struct wide wide;
    expiry_rows(self, rows);
    wide_init(&wide, writer, columns, sizeof(columns) / sizeof(columns[0]));
    writer->ops->table_begin(writer, "expiry", "EXPIRY", wide.columns,
                             wide.count);
    for (size_t i = 0; i < EXPIRY_COUNT; i++) {
        struct cell cells[] = {
            cell_text(rows[i].name),
            rows[i].within_s < 0 ? cell_empty()
                                 : cell_number((uint64_t)rows[i].within_s),
            cell_number(rows[i].keys),
            cell_number(rows[i].memory),
        };
        for (size_t p = 0; p < profiles; p++)
            others[p] = cell_number(rows[i].by_profile[p]);
        writer->ops->row(writer, wide_cells(&wide, cells, others));
    }
    writer->ops->table_end(writer);
    wide_fini(&wide);
    free(others);
}

static void
expiry_free(struct analysis *self)
{
    free(((struct expiry *)self)->memory);
    free(self);
}

static const struct analysis_ops expiry_ops = {
    expiry_add, expiry_merge, expiry_clear,
    expiry_emit, expiry_free,
};

struct analysis *
expiry_new(size_t profile_count)
{
    struct expiry *expiry = xcalloc(1, sizeof(*expiry));
    expiry->analysis.ops = &expiry_ops;
    expiry->analysis.wants = PRICE_MEMORY;
    expiry->profile_count = profile_count;
    expiry->memory = xcalloc(EXPIRY_COUNT * profile_count, sizeof(uint64_t));
    return &expiry->analysis;
}
