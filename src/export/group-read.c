/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Source: t_stream.c streamEstimateDistanceFromFirstEverEntry, Redis 7.2.
 */
#include "export/group-read.h"

enum { TYPE_UNTOLD = 15 };

static int
compare_ids(struct stream_id a, struct stream_id b)
{
    if (a.ms != b.ms)
        return a.ms < b.ms ? -1 : 1;
    return (a.seq > b.seq) - (a.seq < b.seq);
}

static bool
is_zero(struct stream_id id)
{
    return id.ms == 0 && id.seq == 0;
}

bool
group_read_is_told(const struct key *key, const struct stream_totals *totals)
{
    return key->type_byte != TYPE_UNTOLD &&
           (totals->length == 0 || !is_zero(totals->first_id));
}

/* All that were added, up to the first one, or unknown. */
static int64_t
count_before(const struct stream_totals *totals, struct stream_id id)
{
    int64_t added = (int64_t)totals->entries_added;
    int64_t gone = added - (int64_t)totals->length;
    int last = compare_ids(id, totals->last_id);
    int first = compare_ids(id, totals->first_id);
    if (added == 0 || last == 0 || (totals->length == 0 && last < 0))
        return added;
    if (last > 0 || first > 0)
        return -1;
    bool has_gaps = !is_zero(totals->max_deleted_id) &&
                    compare_ids(totals->max_deleted_id, totals->first_id) >= 0;
    return has_gaps ? -1 : first < 0 ? gone : gone + 1;
}

int64_t
group_read_guess(const struct stream_totals *totals, const struct item *group)
{
    return group->number >= 0 ? group->number
                              : count_before(totals, group->id);
}
