/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which release wrote a log that does not say so: the oldest that has all of
 * its commands, in the forms that they have (aof-forms.h).
 */
#ifndef KEYWEIGH_AOF_AOF_ERA_H
#define KEYWEIGH_AOF_AOF_ERA_H

#include "aof/aof-commands.h"
#include "aof/aof-record.h"
#include "rdb/rdb.h"

/* A zeroed struct knows nothing. */
struct aof_era {
    const struct aof_command *redis;  /* the newest of each product's, */
    const struct aof_command *valkey; /* or NULL yet */
    bool is_not_redis; /* some command is none of its */
    bool is_not_valkey;
    bool has_manifest; /* these three since 7.0 */
    bool has_part_name; /* the log's only file is called like a part of a set */
    bool has_times;
    bool has_short_scores; /* in what was rewritten: since 7.2 */
};

/* A command that stands in the log; argv are its arguments, or the first
 * AOF_FORMS_SIGHT of them. */
void aof_era_add(struct aof_era *era, const struct aof_command *command,
                 const struct bytes *argv, uint64_t argc);

/* The same of one that a rewrite wrote, beside aof_era_add: it tells more than
 * that it is there.  Scores have as few digits as read back since 7.2, before
 * they had 17; and fields that expire are HSETEX of Valkey, HPEXPIREAT of
 * Redis. */
void aof_era_add_rewritten(struct aof_era *era,
                           const struct aof_record *record);

/* The newest release that anything so far needs, as AOF_VERSION with its latest
 * patch: commands tell of no more than a line of releases; 0: nothing tells. */
uint32_t aof_era_newest(const struct aof_era *era, bool *is_valkey);

/* The release that a dump names, as AOF_VERSION; 0 when it names none of
 * Redis or Valkey. */
uint32_t aof_era_version(const struct rdb_facts *facts, bool *is_valkey);

/* Completes what the dump in front of the log says (all zeros when there is
 * none) of its server: names one when it names none, and a newer release when
 * the log goes on with commands that its own did not have.  facts->server_by
 * says by what, and the version is that of its dumps. */
void aof_era_complete(const struct aof_era *era, struct rdb_facts *facts);

#endif
