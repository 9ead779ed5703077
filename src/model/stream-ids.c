/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/stream-ids.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/xalloc.h"

enum { FIRST_CAPACITY = 256 };

static int
compare(const void *left, const void *right)
{
    const struct stream_id *a = left;
    const struct stream_id *b = right;
    if (a->ms != b->ms)
        return a->ms < b->ms ? -1 : 1;
    return (a->seq > b->seq) - (a->seq < b->seq);
}

void
stream_ids_clear(struct stream_ids *set)
{
    set->count = 0;
    set->incomplete = false;
}

void
stream_ids_add(struct stream_ids *set, struct stream_id id)
{
    if (set->count == STREAM_IDS_MOST)
        stream_ids_sort(set);
    if (set->count == STREAM_IDS_MOST) {
        set->incomplete = true;
        return;
    }
    if (set->count == set->capacity) {
        set->capacity = set->capacity ? set->capacity * 2 : FIRST_CAPACITY;
        set->ids =
            xreallocarray(set->ids, set->capacity, sizeof(set->ids[0]));
    }
    set->ids[set->count++] = id;
}

/* Most often they are sorted, because one group hands them out in order. */
static bool
ascends(const struct stream_ids *set)
{
    for (size_t i = 1; i < set->count; i++)
        if (compare(&set->ids[i - 1], &set->ids[i]) >= 0)
            return false;
    return true;
}

void
stream_ids_sort(struct stream_ids *set)
{
    if (ascends(set))
        return;
    qsort(set->ids, set->count, sizeof(set->ids[0]), compare);
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++)
        if (kept == 0 || compare(&set->ids[kept - 1], &set->ids[i]) != 0)
            set->ids[kept++] = set->ids[i];
    set->count = kept;
}

void
stream_ids_fini(struct stream_ids *set)
{
    free(set->ids);
}
