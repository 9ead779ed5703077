/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the loader of each server release makes of an RDB file: by its header,
 * by the types and opcodes in it, and by each thing a careful reading found.
 * Servers with default settings and without modules.
 *
 * Answers are sets of servers, one bit for each row of the table below.
 */
#ifndef KEYWEIGH_RDB_ACCEPTANCE_H
#define KEYWEIGH_RDB_ACCEPTANCE_H

#include "base/buffer.h"
#include "data/finding.h"
#include "rdb/rdb.h"

struct acceptance_server {
    const char *name; /* "redis-7.2" */
    const char *product;
    int major;
    int minor;
    int redis_version;  /* newest RDB version with magic REDIS it reads */
    int valkey_version; /* the same of magic VALKEY; 0 none */
};

enum {
    ACCEPTANCE_SERVERS = 22,
    ACCEPTANCE_ALL = (1 << ACCEPTANCE_SERVERS) - 1, /* the set of all */
};

extern const struct acceptance_server acceptance_servers[ACCEPTANCE_SERVERS];

/* Who does not load everything; each server in at most one of the three. */
struct acceptance {
    uint32_t loses;   /* starts, without the key at hand */
    uint32_t refuses; /* ends with a message */
    uint32_t crashes; /* ends with a signal or a failed assertion */
};

static inline uint32_t
acceptance_against(struct acceptance acceptance)
{
    return acceptance.loses | acceptance.refuses | acceptance.crashes;
}

/* What both together come to: the worse answer of each server. */
struct acceptance acceptance_join(struct acceptance a, struct acceptance b);

/* key is where it was found, or NULL. */
struct acceptance acceptance_of_finding(enum finding_code code,
                                        const struct key *key);

/* True when the answer depends on how the server is set up (databases,
 * modules): whoever wrote the file is set up for it. */
bool acceptance_depends_on_setup(enum finding_code code);

/* Something legal in a file that not every server knows. */
struct acceptance_feature {
    char text[96]; /* "type 16 (HASH_LISTPACK)" */
    struct acceptance acceptance;
};

enum { ACCEPTANCE_FEATURES_MAX = 280 };

/* What a file uses: its version, opcodes and types, each of which at least one
 * server does not know.  types says which type bytes occur, vector_sets
 * whether there is one.  Returns how many were written, the version first. */
size_t acceptance_features(const struct rdb_facts *facts,
                           const struct rdb_database *databases, size_t count,
                           const bool types[256], bool vector_sets,
                           struct acceptance_feature
                               features[ACCEPTANCE_FEATURES_MAX]);

/* The row of a product whose release is the newest not newer; the oldest when
 * all are newer; ACCEPTANCE_SERVERS when there is no such product. */
size_t acceptance_find(const char *product, int major, int minor);

/* Reads MAJOR.MINOR, whatever follows behind another dot or a hyphen; false
 * when text is no such version. */
bool acceptance_read_version(const char *text, int *major, int *minor,
                             int *patch);

/* The same of a release as people name it: a MAJOR alone is its newest, with a
 * minor above all others. */
bool acceptance_read_release(const char *text, int *major, int *minor,
                             int *patch);

/* The row that stands for the server that wrote a file, by what the file says
 * of itself. */
size_t acceptance_writer(const struct rdb_facts *facts);

/* Whether the writer is newer than its row, so that what the row does not know
 * is no evidence against it. */
bool acceptance_writer_is_newer(const struct rdb_facts *facts);

/* Appends the names of a set: "redis-2.8 to redis-6.0, valkey-9.1", "every
 * server", "no server". */
void acceptance_append_servers(struct buffer *out, uint32_t servers);

#endif
