/* SPDX-License-Identifier: BSD-3-Clause
 *
 * NX, XX, GT and LT of commands that set the time of a key or a field.
 */
#ifndef KEYWEIGH_AOF_REPLAY_CONDITION_H
#define KEYWEIGH_AOF_REPLAY_CONDITION_H

#include <stdint.h>

#include "base/bytes.h"

enum replay_condition {
    REPLAY_IF_NONE = 1,    /* NX: it has no time */
    REPLAY_IF_SOME = 2,    /* XX: it has one */
    REPLAY_IF_GREATER = 4, /* GT: than the one it has */
    REPLAY_IF_LESS = 8,    /* LT: the same */
};

/* The condition of that word; 0 when it is none. */
unsigned replay_condition_of(struct bytes word);

/* Whether a command may have all of a set of them: NX stands alone, and GT and
 * LT not together. */
bool replay_conditions_agree(unsigned conditions);

/* Whether all of a set of conditions allow a new time.  Who has none is later
 * than any. */
bool replay_condition_holds(unsigned conditions, bool has_time,
                            int64_t old_ms, int64_t new_ms);

#endif
