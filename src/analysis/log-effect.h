/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a command does to its keys.
 */
#ifndef KEYWEIGH_ANALYSIS_LOG_EFFECT_H
#define KEYWEIGH_ANALYSIS_LOG_EFFECT_H

#include "analysis/log-entry.h"
#include "aof/aof-commands.h"

/* command is NULL for one that the table does not have. */
enum log_effect log_effect_of(const struct aof_command *command);

/* Of the number-th key that it writes, from 0 on. */
enum log_key_fate log_effect_on_key(enum log_effect effect, size_t number);

/* True when a rewrite writes values because of it. */
static inline bool
log_effect_is_write(enum log_effect effect)
{
    return effect == LOG_CHANGES || effect == LOG_REPLACES ||
           effect == LOG_MOVES;
}

static inline bool
log_effect_is_delete(enum log_effect effect)
{
    return effect == LOG_DELETES || effect == LOG_FLUSHES_DB ||
           effect == LOG_FLUSHES_ALL;
}

#endif
