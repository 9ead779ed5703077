/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Looks ahead in a log at the keys of the next commands, so that their memory
 * is on its way when their turn comes: where keys are millions, waiting for it
 * is most of a replay.
 *
 *     record   n          n+2       n+4       n+6       n+8
 *              replayed   value     block     index     slot
 *
 * What it finds changes nothing but time: a key is taken to be a command's
 * first argument, its database the current one.
 */
#ifndef KEYWEIGH_AOF_SCOUT_H
#define KEYWEIGH_AOF_SCOUT_H

#include "input/reader.h"
#include "keyspace/keyspace.h"

enum { SCOUT_STRIDE = 2, SCOUT_AHEAD = KEYSPACE_STEPS * SCOUT_STRIDE };

struct scout {
    struct keyspace *keyspace;
    uint64_t offset; /* of the next command to look at */
    uint64_t hashes[SCOUT_AHEAD]; /* a ring; by number of the command */
    uint64_t next;   /* number of that command */
    uint64_t at;     /* of the one that is replayed next */
};

void scout_init(struct scout *scout, struct keyspace *keyspace);

/* To be called when the reader stands behind a record that is replayed in
 * database db next. */
void scout_look(struct scout *scout, const struct reader *reader, uint64_t db);

#endif
