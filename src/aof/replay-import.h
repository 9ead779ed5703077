/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Imports of cluster slots, which Valkey 9 logs where they begin and end:
 *
 *     CLUSTER SYNCSLOTS ESTABLISH SOURCE node NAME job SLOTSRANGE first last
 *     CLUSTER SYNCSLOTS FINISH STATE SUCCESS|FAILED NAME job [MESSAGE text]
 *
 * What an import brought stands between them, and what a failed one has to take
 * back stands before its FINISH.  Of one without FINISH a primary that has
 * loaded the log deletes the keys of all slots that are not its own, which the
 * log does not tell; a replica keeps them.
 */
#ifndef KEYWEIGH_AOF_REPLAY_IMPORT_H
#define KEYWEIGH_AOF_REPLAY_IMPORT_H

#include "aof/replay-gaps.h"
#include "keyspace/keyspace.h"
#include "rdb/rdb.h"

enum { REPLAY_IMPORT_NAME = 40 };

struct replay_import {
    unsigned char name[REPLAY_IMPORT_NAME];
    uint64_t part;   /* as in struct replay_gap */
    uint64_t offset; /* where it begins */
    bool is_open;
};

/* A zeroed struct has none. */
struct replay_imports {
    struct replay_import *imports;
    size_t count;
    size_t open;   /* of them */
    uint64_t part; /* in which another would begin */
    uint16_t *by_slot; /* 1 + the number of the open import of each slot, or 0;
                          NULL before the first */
};

void replay_imports_fini(struct replay_imports *imports);

/* A range of one that was under way when an RDB was written: for
 * rdb_hear_slot_imports. */
void replay_imports_hear(void *imports, const struct rdb_slot_import *range);

/* As servers do when a database is emptied. */
void replay_imports_end_all(struct replay_imports *imports);

/* Counts those that are open as gaps, and marks the keys of their slots as
 * uncertain. */
void replay_imports_doubt(const struct replay_imports *imports,
                          struct keyspace *keyspace,
                          struct replay_gaps *gaps);

#endif
