/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Where reading a log's state ends, if not at its end.
 */
#ifndef KEYWEIGH_AOF_AOF_UNTIL_H
#define KEYWEIGH_AOF_AOF_UNTIL_H

#include "aof/aof-log.h"
#include "aof/aof-repair.h"

/* Whether the log's current part is the one of that name, which an offset
 * counts in; an empty name is any part's. */
bool aof_until_is_part(struct bytes name, const struct aof_log *log);

/* Whether the log's current record, or the first slice of one, is the first
 * that is not read any more. */
bool aof_until_is_behind(const struct aof_repair_until *until,
                         struct bytes part, const struct aof_log *log);

#endif
