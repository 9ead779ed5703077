/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/log-timeline.h"

#include <stdlib.h>

#include "analysis/log-effect.h"
#include "base/xalloc.h"

enum { FIRST_BYTES = 4096 };

void
log_timeline_init(struct log_timeline *timeline, enum log_timeline_of of)
{
    *timeline = (struct log_timeline){
        .of = of,
        .length = of == LOG_TIMELINE_SECONDS ? 1 : FIRST_BYTES,
    };
}

void
log_timeline_fini(struct log_timeline *timeline)
{
    for (size_t i = 0; i < timeline->count; i++)
        free(timeline->slices[i].by_row);
}

static int64_t
start_of(const struct log_timeline *timeline, int64_t at)
{
    int64_t rest = at % timeline->length;
    if (rest < 0)
        rest += timeline->length;
    return at < INT64_MIN + rest ? INT64_MIN : at - rest;
}

static int64_t
longer(const struct log_timeline *timeline)
{
    static const int64_t seconds[] = {
        5,    10,    30,    60,    300,       600,        1800,
        3600, 10800, 21600, 43200, 86400, 7 * 86400, 28 * 86400,
    };
    if (timeline->of == LOG_TIMELINE_SECONDS)
        for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
            if (seconds[i] > timeline->length)
                return seconds[i];
    return timeline->length * 2;
}

static uint64_t *
count_of_row(struct log_slice *slice, uint32_t row)
{
    if (row >= slice->row_count) {
        size_t count = (size_t)row + 8;
        slice->by_row = xreallocarray(slice->by_row, count,
                                      sizeof(*slice->by_row));
        memset(slice->by_row + slice->row_count, 0,
               (count - slice->row_count) * sizeof(*slice->by_row));
        slice->row_count = count;
    }
    return &slice->by_row[row];
}

static void
join(struct log_slice *into, struct log_slice *from)
{
    into->commands += from->commands;
    into->bytes += from->bytes;
    into->writes += from->writes;
    into->deletes += from->deletes;
    for (size_t i = 0; i < from->row_count; i++)
        *count_of_row(into, (uint32_t)i) += from->by_row[i];
    free(from->by_row);
}

static void
lengthen(struct log_timeline *timeline)
{
    size_t count = 0;
    timeline->length = longer(timeline);
    for (size_t i = 0; i < timeline->count; i++) {
        struct log_slice *slice = &timeline->slices[i];
        slice->start = start_of(timeline, slice->start);
        if (count > 0 && timeline->slices[count - 1].start == slice->start)
            join(&timeline->slices[count - 1], slice);
        else
            timeline->slices[count++] = *slice;
    }
    timeline->count = count;
    timeline->latest = 0;
}

void
log_timeline_shorten(struct log_timeline *timeline, size_t most)
{
    while (timeline->count > most)
        lengthen(timeline);
}

/* The slice that begins there, which is made when there is none. */
static struct log_slice *
find(struct log_timeline *timeline, int64_t start)
{
    size_t at = timeline->count;
    while (at > 0 && timeline->slices[at - 1].start > start)
        at--;
    if (at > 0 && timeline->slices[at - 1].start == start) {
        timeline->latest = at - 1;
        return &timeline->slices[at - 1];
    }
    memmove(&timeline->slices[at + 1], &timeline->slices[at],
            (timeline->count - at) * sizeof(timeline->slices[0]));
    timeline->slices[at] = (struct log_slice){ .start = start };
    timeline->count++;
    timeline->latest = at;
    return &timeline->slices[at];
}

static struct log_slice *
slice_at(struct log_timeline *timeline, int64_t at)
{
    struct log_slice *slice = &timeline->slices[timeline->latest];
    if (timeline->count > 0 && at >= slice->start &&
        (uint64_t)at - (uint64_t)slice->start < (uint64_t)timeline->length)
        return slice;
    slice = find(timeline, start_of(timeline, at));
    while (timeline->count > LOG_TIMELINE_MOST) {
        lengthen(timeline);
        slice = find(timeline, start_of(timeline, at));
    }
    return slice;
}

void
log_timeline_add(struct log_timeline *timeline, int64_t at,
                 const struct log_entry *entry)
{
    struct log_slice *slice = slice_at(timeline, at);
    slice->commands++;
    slice->bytes += entry->bytes;
    slice->writes += log_effect_is_write(entry->effect);
    slice->deletes += log_effect_is_delete(entry->effect);
    ++*count_of_row(slice, entry->row);
}
