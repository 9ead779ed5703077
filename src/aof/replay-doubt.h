/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Keys of which a log does not tell all: marked where a command that cannot be
 * replayed may change them, and where one takes what it reads of such a key.
 */
#ifndef KEYWEIGH_AOF_REPLAY_DOUBT_H
#define KEYWEIGH_AOF_REPLAY_DOUBT_H

#include "aof/aof-commands.h"
#include "aof/replay.h"

/* A command and where it stands. */
struct replay_call {
    const struct aof_command *command; /* NULL: unknown */
    const struct bytes *argv;
    size_t argc;
    uint64_t offset;
};

/* In a zeroed one but for the pointers, which are the owner's, no key is
 * marked. */
struct replay_doubt {
    struct keyspace *keyspace;
    struct replay_facts *facts; /* uncertain_names counts what is not there */
    bool is_some;               /* some key was marked */
};

/* Whether the command takes from a doubtful key of database db more than its
 * room. */
bool replay_doubt_taints(struct replay_doubt *doubt, uint64_t db,
                         const struct replay_call *call);

/* Marks the keys that the command may change.  False: it names none. */
bool replay_doubt_spread(struct replay_doubt *doubt, uint64_t db,
                         const struct replay_call *call);

#endif
