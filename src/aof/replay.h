/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Replay: the commands of a log applied to a keyspace, as a server that loads
 * the log applies them.  Nothing expires meanwhile, errors are dropped, and a
 * transaction takes effect at its EXEC or not at all, unless the caller knows
 * of a server that it does (replay_apply_open).
 *
 * What cannot be replayed (a script of an old log, a module's command) is
 * counted by its name, and the keys that it names are marked as uncertain; if
 * it names none, all that follows is.
 */
#ifndef KEYWEIGH_AOF_REPLAY_H
#define KEYWEIGH_AOF_REPLAY_H

#include "aof/aof-era.h"
#include "aof/aof-record.h"
#include "keyspace/keyspace.h"

struct replay;
struct replay_imports;

/* Commands of one name that did nothing here: they could not be replayed, or a
 * server answers them with an error. */
struct replay_gap {
    const char *name; /* upper case, control characters replaced */
    uint64_t count;
    uint64_t part;    /* of the first: how many parts were begun before its */
    uint64_t offset;  /* own, and where it is in that */
};

enum { REPLAY_GAPS_MAX = 64 }; /* names that are told apart */

struct replay_facts {
    uint64_t commands;     /* all that took their turn, queued ones at EXEC */
    uint64_t errors;       /* those that a server answers with an error */
    uint64_t transactions;
    uint64_t dropped;      /* commands of a transaction without EXEC */
    uint64_t functions;    /* libraries loaded now, and the bytes of their */
    uint64_t function_bytes; /* text */
    uint64_t relative_expiries; /* without a time they could be relative to */
    int64_t time_ms;       /* of the latest #TS, -1 none */
    struct aof_era era;    /* by the commands and annotations */
    bool all_uncertain;    /* something not replayed may have changed any key */
    uint64_t uncertain_names; /* keys that something not replayed may have
                                 made: named by it, and not there */
    const struct replay_gap *gaps; /* that could not be replayed */
    size_t gap_count;
    const struct replay_gap *refused; /* the errors by name */
    size_t refused_count;
};

/* start_ms is the moment that relative expiries of old logs count from as long
 * as no #TS tells better; -1 unknown.  The keyspace is borrowed. */
struct replay *replay_new(struct keyspace *keyspace, int64_t start_ms);
void replay_free(struct replay *replay);

/* What relative expiries count from where neither start nor #TS tells; 0
 * unless told.  They are counted in the facts. */
void replay_assume_now(struct replay *replay, int64_t now_ms);

/* Whose commands they are, for where servers differ: a release as AOF_VERSION
 * has it.  Unless told, the oldest that has all commands so far. */
void replay_set_server(struct replay *replay, bool is_valkey,
                       uint32_t version);

/* What is known of the log's release before its first command. */
void replay_set_era(struct replay *replay, const struct aof_era *era);

/* A new part of the log begins: database 0, no transaction. */
void replay_begin_part(struct replay *replay);

/* One whole record (hold UINT64_MAX), command or annotation.  A transaction
 * that waits may take what the keyspace has left of its memory: with more it
 * makes that full. */
void replay_record(struct replay *replay, const struct aof_record *record);

/* The next record is a rewrite's: the server's own, it tells more of it. */
void replay_note_rewritten(struct replay *replay,
                           const struct aof_record *record);

/* An open transaction takes effect as far as it goes, without its EXEC. */
void replay_apply_open(struct replay *replay);

/* An open transaction is dropped: the part ends. */
void replay_end_part(struct replay *replay);

/* The log ends: keys are uncertain that its server may delete once it has
 * loaded them (replay-import.h). */
void replay_end(struct replay *replay);

/* The database that commands are for. */
uint64_t replay_db(const struct replay *replay);

/* Whether a transaction waits for its EXEC, and where it began. */
bool replay_in_transaction(const struct replay *replay, uint64_t *begin);

/* The time of a line "#TS:" and Unix seconds; false of any other. */
bool replay_annotation_time(struct bytes line, int64_t *time_ms);

/* Valid until the next call that changes something. */
const struct replay_facts *replay_facts(const struct replay *replay);

/* What stood in the dump in front of the log: a library; all imports of slots,
 * which are moved in. */
void replay_add_function(struct replay *replay, struct bytes code);
void replay_take_imports(struct replay *replay,
                         struct replay_imports *imports);

/* The text of each function library, by number; false behind the last. */
bool replay_function(const struct replay *replay, size_t number,
                     struct bytes *code);

#endif
