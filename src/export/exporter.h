/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What writes keys so that a server takes them:
 *
 *     begin  function*  (walks with visitor)*  end
 *
 * A value that its target cannot hold leaves nothing behind but a call of
 * refused; one whose walk was aborted leaves nothing.
 */
#ifndef KEYWEIGH_EXPORT_EXPORTER_H
#define KEYWEIGH_EXPORT_EXPORTER_H

#include "export/spool.h"
#include "export/target.h"
#include "report/output.h"

struct exporter;

/* Whom an exporter asks and tells. */
struct exporter_calls {
    /* How many keys and how many with an expiry a database will have; false
     * when that is not known. */
    bool (*sizes)(void *context, uint64_t db, uint64_t *keys,
                  uint64_t *expires);

    /* Key is valid during the call; why is static. */
    void (*refused)(void *context, const struct key *key, const char *why);
    void *context;
};

struct exporter_options {
    struct export_target target;
    bool is_aof_base; /* an RDB that is the base of a log in parts */
    bool is_rewrite;  /* what a rewrite by the target's server writes, byte for
                         byte as far as that can be known: with all that it
                         says of itself, and in commands that may lose what
                         they do not say; values that only RESTORE makes are
                         refused then, since servers have other ways */
    struct exporter_calls calls;
    struct output *output; /* borrowed, as is error: what the system refuses */
    struct error *error;   /* beside writing output */
};

struct exporter_ops {
    void (*begin)(struct exporter *exporter, const struct rdb_facts *facts);

    /* A library of functions, of a target that has TARGET_FUNCTIONS. */
    void (*function)(struct exporter *exporter, struct bytes code);
    void (*end)(struct exporter *exporter);
    void (*free)(struct exporter *exporter);
};

struct exporter {
    const struct exporter_ops *ops;
    struct visitor *visitor;
};

/* An RDB file of the target's version.  It says of itself what its source
 * said, as far as that is true of it: who wrote it only in the source's own
 * version, when it was written always. */
struct exporter *export_rdb_new(const struct exporter_options *options);

/* Commands, which rebuild the data in a server that does not have these keys:
 * an append-only file, and what redis-cli --pipe takes.  The target has a
 * server. */
struct exporter *export_resp_new(const struct exporter_options *options);

#endif
