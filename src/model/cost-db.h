/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a server holds besides its keys after it loaded a file: the tables of
 * its databases, and what loading costs once.
 */
#ifndef KEYWEIGH_MODEL_COST_DB_H
#define KEYWEIGH_MODEL_COST_DB_H

#include "model/profile.h"
#include "model/slot-tally.h"

struct cost_db {
    uint64_t tables;    /* bytes, once all tables have settled */
    uint64_t unsettled; /* the same while those that outgrew their size, or
                           are to be resized, are still being moved; equal
                           when there is nothing to move */
    uint64_t other;     /* functions, scripts: held once */
    uint64_t shared;    /* what the keys were said to take but have in common:
                           together they take that much less */
};

/* One database as the file has it; its settled tables go to tables, which are
 * part of the result's. */
struct cost_db_row {
    const struct rdb_database *database;
    uint64_t tables;
};

/* slots is NULL unless the profile is in cluster mode; without it then, the
 * keys are taken as spread evenly. */
struct cost_db cost_db(const struct profile *profile,
                       const struct rdb_facts *facts,
                       struct cost_db_row *rows, size_t count,
                       struct slot_tally *slots);

#endif
