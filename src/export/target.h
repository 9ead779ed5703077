/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Whom an export is for: an RDB version, or the server whose commands are
 * written; and what such a target cannot hold.
 */
#ifndef KEYWEIGH_EXPORT_TARGET_H
#define KEYWEIGH_EXPORT_TARGET_H

#include "data/key.h"
#include "model/servers.h"
#include "rdb/rdb.h"

struct export_target {
    enum rdb_dialect dialect;
    int version; /* of RDB: 1 to 16, with RDB_VALKEY 80 */
    const struct server *server; /* who reads it; NULL: whoever reads RDB
                                    files of that version */
};

/* What not all targets can hold. */
enum target_feature {
    TARGET_MS_EXPIRY,
    TARGET_LONG_TEXTS, /* 4 GiB or more */
    TARGET_MODULES,
    TARGET_STREAMS,
    TARGET_FUNCTIONS,
    TARGET_FIELD_EXPIRY,
    TARGET_VECTORSETS,
    TARGET_IDMP, /* ids of a stream's idempotent producers */
    TARGET_NACKS,
    TARGET_ARRAYS,
    TARGET_CRON,
    TARGET_FEATURE_COUNT,
};

/* False when there is no such version, or it cannot be written. */
bool target_of_version(int version, struct export_target *target);

/* What a file of that dialect and version is written as: the version itself,
 * or the nearest that can be. */
struct export_target target_of_file(enum rdb_dialect dialect, int version);

/* The server, and the newest RDB version that it reads. */
struct export_target target_of_server(const struct server *server);

/* Whether the server reads files of the target's version. */
bool target_is_read_by(const struct export_target *target,
                       const struct server *server);

bool target_has(const struct export_target *target,
                enum target_feature feature);

/* Static words: "field expiry needs RDB 12 or 80", "field expiry needs
 * redis-7.4 or valkey-9.0". */
const char *target_refusal(const struct export_target *target,
                           enum target_feature feature);

/* Why it cannot hold a key, whatever its value is: static words, or NULL. */
const char *target_key_refusal(const struct export_target *target,
                               const struct key *key);

/* Whether it may be unable to hold the key's value: who wants to know has to
 * walk it. */
bool target_may_refuse(const struct export_target *target,
                       const struct key *key);

#endif
