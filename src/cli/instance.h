/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What loading the inputs adds to used_memory, one server an input: the keys,
 * the tables of their databases, and what comes once (functions, ...).
 */
#ifndef KEYWEIGH_CLI_INSTANCE_H
#define KEYWEIGH_CLI_INSTANCE_H

#include "analysis/analysis.h"
#include "cli/run.h"

struct instance_sums {
    uint64_t keys;      /* their memory, less what they share */
    uint64_t shared;    /* what each was said to take, but have in common */
    uint64_t tables;
    uint64_t other;
    uint64_t growth;    /* all three */
    uint64_t server;    /* used_memory of the empty servers, about */
    uint64_t unsettled; /* growth right after loading, while tables are still
                           being moved */
};

struct instance {
    bool known;                 /* false with a filter: some keys were left
                                   out */
    struct instance_sums *sums; /* by request of the run */
};

/* Adds up what was read.  summary has the keys; databases gets the tables of
 * each. */
void instance_init(struct instance *instance, const struct run *run,
                   const struct analysis *summary,
                   struct analysis *databases);
void instance_fini(struct instance *instance);

/* How far growth and empty servers together are from a used_memory. */
uint64_t instance_distance(const struct instance_sums *sums, uint64_t used);

#endif
