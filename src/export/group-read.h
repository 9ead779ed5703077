/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How many entries the groups of a stream have read, of which the type that
 * Redis 5.0 to 6.2 wrote says nothing: neither does a log that begins with such
 * a stream.  Private to export/.
 */
#ifndef KEYWEIGH_EXPORT_GROUP_READ_H
#define KEYWEIGH_EXPORT_GROUP_READ_H

#include "data/item.h"
#include "data/key.h"

/* Whether a stream says which entry is its first, and its groups how many they
 * have read. */
bool group_read_is_told(const struct key *key,
                        const struct stream_totals *totals);

/* What a server has of a group after loading it when that is not told, -1 when
 * it does not know.  totals have the number of entries and the first one's
 * id. */
int64_t group_read_guess(const struct stream_totals *totals,
                         const struct item *group);

#endif
