/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the loader of each server release makes of an append-only file: by what
 * is used in it that not every server knows, and by each thing a careful
 * reading found.  Servers with default settings and without modules; sets of
 * servers are those of rdb/acceptance.h.
 *
 * Here a server "loses" what it does not load although it starts: the cut end
 * of a file, the commands of a transaction that never ended.
 */
#ifndef KEYWEIGH_AOF_AOF_ACCEPTANCE_H
#define KEYWEIGH_AOF_AOF_ACCEPTANCE_H

#include "aof/aof-commands.h"
#include "rdb/acceptance.h"

/* Where something was found. */
struct aof_place {
    bool in_commands; /* else in an RDB or a manifest */
    bool is_last;     /* in the file whose truncated end servers forgive */
    bool in_transaction;
    bool is_first;  /* it is about the first command behind an RDB */
    bool wants_rdb; /* the file's name says that it begins with an RDB */
};

/* Of the codes of append-only files and their manifests; of others, what
 * acceptance_of_finding says. */
struct acceptance aof_acceptance_of_finding(const struct finding *finding,
                                            const struct aof_place *place);

/* What else is to be known of a finding at its place: what servers leave
 * behind on disk, say.  NULL when there is nothing. */
const char *aof_acceptance_remark(const struct finding *finding,
                                  const struct aof_place *place);

/* Servers that know a command. */
uint32_t aof_acceptance_knowing(const struct aof_command *command);

/* What a log uses. */
struct aof_features {
    bool is_set;          /* a manifest */
    bool has_preamble;    /* an RDB before the commands of a lone file */
    bool has_annotations;
    const bool *commands; /* by number of the row: which occur; or NULL */
};

enum { AOF_FEATURES_MAX = 32 };

/* Writes those that not every server knows, commands that the same servers
 * know as one, and returns how many. */
size_t aof_acceptance_features(const struct aof_features *used,
                               struct acceptance_feature
                                   features[AOF_FEATURES_MAX]);

#endif
