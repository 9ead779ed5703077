/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which release wrote a log, by reading all of it in advance: its commands
 * begin to tell late, but how they are replayed hangs on it from the first one
 * on.
 */
#ifndef KEYWEIGH_AOF_AOF_ERA_READ_H
#define KEYWEIGH_AOF_AOF_ERA_READ_H

#include "aof/aof-era.h"
#include "aof/aof-state.h"

/* Reads the log beside `log`, which stays where it is, up to where the options
 * end it or its first trouble.  What the caller polls for is not counted on
 * meanwhile.  False when it can be read only once, from a pipe: then the era
 * knows nothing. */
bool aof_era_read(const struct aof_log *log,
                  const struct aof_state_options *options,
                  struct aof_era *era);

#endif
