/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which release wrote a log, by reading all of it in advance: the command that
 * tells may be the last one, but how to replay hangs on it from the first on.
 */
#ifndef KEYWEIGH_AOF_AOF_ERA_READ_H
#define KEYWEIGH_AOF_AOF_ERA_READ_H

#include "aof/aof-era.h"
#include "aof/aof-state.h"

/* Opens the log again, beside `log`, which stays where it is, and reads it up
 * to where the options end it or its first trouble, which options->ahead
 * hears.  False when it can be read only once, from a pipe: then the era knows
 * nothing but whether it is a set. */
bool aof_era_read(const struct aof_log *log,
                  const struct aof_state_options *options,
                  struct aof_era *era);

#endif
