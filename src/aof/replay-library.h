/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The libraries of functions that a log has loaded, by name, in any order (in a
 * server it is that of a hash table).  Their text is kept, nothing of it is run
 * or understood but the first line,
 *
 *     #!lua name=mylib
 */
#ifndef KEYWEIGH_AOF_REPLAY_LIBRARY_H
#define KEYWEIGH_AOF_REPLAY_LIBRARY_H

#include "aof/replay.h"
#include "keyspace/pool.h"

struct libraries;

/* What there is, is counted in facts, and its text beside the pool; both are
 * borrowed. */
struct libraries *libraries_new(struct replay_facts *facts,
                                struct pool *pool);
void libraries_free(struct libraries *libraries);

/* False: no first line as above, or one of that name is there and may not be
 * replaced. */
bool libraries_load(struct libraries *libraries, struct bytes code,
                    bool replace);

/* False when there is none of that name. */
bool libraries_delete(struct libraries *libraries, struct bytes name);
void libraries_flush(struct libraries *libraries);

/* The text of one by number; false behind the last. */
bool libraries_code(const struct libraries *libraries, size_t number,
                    struct bytes *code);

#endif
