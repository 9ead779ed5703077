/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a repair takes out of a log, and why: an ordered list of ranges, made
 * of records and holes as they come.  Here is what is known of transactions
 * and databases; finding the records is aof-repair.h.
 *
 * Transactions stay whole or go.  The rules, where B is a block from MULTI on:
 *
 * - a hole in B: all of B goes, through its EXEC.  When a MULTI or "#TS:"
 *   comes first, or the file ends, B's EXEC was in the hole: B goes to the end
 *   of the hole, and what follows stays.
 * - EXEC without MULTI behind a hole, no "#TS:" between: its MULTI was in the
 *   hole, all from there through EXEC goes.  Without a hole: EXEC goes.
 * - MULTI in B, or the file ends in B, and B has in it what a server writes
 *   after a restart ("#TS:", or SELECT of the database that is selected; or
 *   any SELECT, with that MULTI or with more commands behind it than any block
 *   so far had, and 8): a server cut B off and left its MULTI.  B goes up to
 *   there, and what follows stays.
 * - any other MULTI in B goes; B that the file's end cuts off goes.
 */
#ifndef KEYWEIGH_AOF_REPAIR_PLAN_H
#define KEYWEIGH_AOF_REPAIR_PLAN_H

#include "aof/resync.h"

#define REPAIR_NOWHERE UINT64_MAX

/* More damaged places than a log has: 2^18. */
enum { REPAIR_RANGES_MAX = 262144 };

enum repair_reason {
    REPAIR_DAMAGED,    /* not well-formed */
    REPAIR_CUT,        /* the file ends inside of it */
    REPAIR_UNKNOWN,    /* no server takes such a command */
    REPAIR_ANNOTATION, /* one that no server takes, or without line end */
    REPAIR_OPEN,       /* a transaction without EXEC where the file ends */
    REPAIR_DANGLING,   /* half a transaction that a server left */
    REPAIR_NESTED,     /* MULTI in a transaction */
    REPAIR_EXEC_ALONE,
    REPAIR_CONTROL,    /* DISCARD or WATCH in a transaction */
    REPAIR_DEADLY,     /* SHUTDOWN, DEBUG */
    REPAIR_UNTIL,      /* behind where it was asked to end */
    REPAIR_REWRITTEN,  /* not taken out: written anew as servers write it */
};

/* A place between two records, and how many sound commands are before it. */
struct repair_place {
    uint64_t at;
    uint64_t commands;
};

struct repair_range {
    struct repair_place from;
    struct repair_place to;
    enum repair_reason reason;
    bool with_block;   /* it goes with the transaction that it is part of */
    bool db_unsure;    /* SELECT may have been in it: from its end on to the
                          next SELECT commands may be another database's */
    int64_t db;        /* that they will get; -1: none was selected yet */
    uint64_t db_until; /* the next SELECT, or the end */
};

/* What the records so far mean for the next one.  Copied to come back to. */
struct repair_state {
    size_t range_count;
    uint64_t commands; /* sound ones, in ranges or not */
    struct repair_place end; /* of the latest record or hole */
    struct repair_place block;   /* MULTI; NOWHERE outside */
    struct repair_place hole;    /* the latest hole in the block, or since the
                                    last block or "#TS:"; NOWHERE: none */
    struct repair_place hole_end;
    struct repair_place restart; /* what proves one in this block */
    struct repair_place turn;    /* SELECT in it that may do so */
    uint64_t longest;  /* commands of a block that is not long here */
    int64_t db;        /* -1: none was selected yet */
    int64_t first_db;
    bool several_dbs;
    size_t unsure;     /* number + 1 of the range whose db_until is open */
};

struct repair_plan {
    struct repair_range *ranges;
    size_t room;
    struct repair_state state;
    bool overflow; /* there are more than REPAIR_RANGES_MAX */

    /* Once it is ended: ranges are in order and do not touch. */
    size_t count;
    uint64_t kept; /* commands */
    uint64_t lost; /* commands that were well-formed, but for REPAIR_UNTIL */
};

/* Begins with records at `at`. */
void repair_plan_init(struct repair_plan *plan, uint64_t at);
void repair_plan_fini(struct repair_plan *plan);

/* The next record; rewrite: it is to be written anew. */
void repair_plan_record(struct repair_plan *plan,
                        const struct resync_record *record, bool rewrite);

/* Bytes that are taken out. */
void repair_plan_hole(struct repair_plan *plan, uint64_t to,
                      enum repair_reason reason);

/* Back to an earlier state of this plan: what came since does not count. */
void repair_plan_restore(struct repair_plan *plan,
                         const struct repair_state *state);

/* The log ends behind the latest record or hole; what follows, up to size, is
 * cut off on purpose. */
void repair_plan_end(struct repair_plan *plan, uint64_t size);

/* Whether a record that begins now would be in a transaction. */
static inline bool
repair_plan_in_block(const struct repair_plan *plan)
{
    return plan->state.block.at != REPAIR_NOWHERE;
}

/* A few words for each. */
const char *repair_reason_text(enum repair_reason reason);

/* And one for scripts: "damaged". */
const char *repair_reason_name(enum repair_reason reason);

#endif
