/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The forms of the commands that take elements away, which are the same for
 * several types.  Private to aof/replay*.
 */
#ifndef KEYWEIGH_AOF_REPLAY_POP_H
#define KEYWEIGH_AOF_REPLAY_POP_H

#include "aof/replay-command.h"

/* How one of the two types does it: takes up to count elements off the value
 * of a key, from its beginning or its end. */
struct replay_pop {
    enum type type;
    const char *first; /* what the commands call either side: LEFT, MIN */
    const char *last;
    void (*take)(struct replay *replay, struct entry *entry, bool last,
                 int64_t count);
};

/* Command key [count] */
enum replay_outcome replay_pop(struct replay *replay,
                               const struct replay_pop *pop, bool last,
                               const struct bytes *argv, size_t argc);

/* Command key ... timeout: one off the first key that is there. */
enum replay_outcome replay_pop_waiting(struct replay *replay,
                                       const struct replay_pop *pop, bool last,
                                       const struct bytes *argv, size_t argc);

/* numkeys key ... side [COUNT n]: off the first key that is there. */
enum replay_outcome replay_pop_many(struct replay *replay,
                                    const struct replay_pop *pop,
                                    const struct bytes *argv, size_t argc);

/* timeout numkeys key ... side [COUNT n] */
enum replay_outcome
replay_pop_many_waiting(struct replay *replay, const struct replay_pop *pop,
                        const struct bytes *argv, size_t argc);

/* Command key element ...: these, where they are, with the operation of the
 * value's type. */
enum replay_outcome
replay_pop_named(struct replay *replay, enum type type,
                 bool (*remove)(struct store *store, struct value *value,
                                struct bytes element),
                 const struct bytes *argv, size_t argc);

#endif
