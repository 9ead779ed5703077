/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/group-read.h"

static int
compare_ids(struct stream_id a, struct stream_id b)
{
    if (a.ms != b.ms)
        return a.ms < b.ms ? -1 : 1;
    return (a.seq > b.seq) - (a.seq < b.seq);
}

/* Such a stream knows of no deleted entry: all, none, the first, or unknown.
 * (t_stream.c streamEstimateDistanceFromFirstEverEntry, Redis 7.2) */
static int64_t
estimate(const struct stream_totals *totals, struct stream_id id)
{
    int64_t length = (int64_t)totals->length;
    int last = compare_ids(id, totals->last_id);
    if (length == 0 || last == 0)
        return length;
    if (last > 0)
        return -1;
    int first = compare_ids(id, totals->first_id);
    return first < 0 ? 0 : first == 0 ? 1 : -1;
}

int64_t
group_read(const struct key *key, const struct stream_totals *totals,
           const struct item *group)
{
    return key->type_byte == GROUP_READ_UNTOLD ? estimate(totals, group->id)
                                               : group->number;
}
