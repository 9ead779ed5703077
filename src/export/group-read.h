/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How many entries the groups of a stream have read, of which the type that
 * Redis 5.0 to 6.2 wrote says nothing.  Private to export/.
 */
#ifndef KEYWEIGH_EXPORT_GROUP_READ_H
#define KEYWEIGH_EXPORT_GROUP_READ_H

#include "data/item.h"
#include "data/key.h"

enum { GROUP_READ_UNTOLD = 15 }; /* the type of streams that does not tell */

/* What a server has of a group after loading it, -1 when it does not know.
 * The totals of a stream of that type are to have the number of its entries
 * and the first one's id. */
int64_t group_read(const struct key *key, const struct stream_totals *totals,
                   const struct item *group);

#endif
