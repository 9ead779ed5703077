/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The source over an RDB file: header, opcodes, and one key after the other.
 *
 * Reads from a reader that stays the caller's; holds no more of the input
 * than the reader's buffer, a decompression buffer of 1 MiB, and the name of
 * the current key.
 */
#ifndef KEYWEIGH_RDB_RDB_H
#define KEYWEIGH_RDB_RDB_H

#include "data/finding.h"
#include "data/source.h"
#include "input/reader.h"

/* Which meaning a type or opcode byte has: the magic decides. */
enum rdb_dialect { RDB_REDIS, RDB_VALKEY };

/* What a file says of itself.  Texts are NUL-terminated, control characters
 * and all else unprintable replaced by '?', cut to fit; "" when absent. */
struct rdb_facts {
    enum rdb_dialect dialect;
    int version;            /* 1 to 9999 */
    char server[16];        /* "redis", "valkey", "keydb"; "" unknown */
    char server_version[32];
    char server_by[64];     /* what tells of the server, "its manifest", when
                               the file itself does not name it */
    int bits;               /* 32 or 64; 0 unknown */
    int64_t ctime_ms;       /* -1 unknown */
    int64_t used_mem;       /* -1 unknown */
    char repl_id[48];
    int64_t repl_offset;    /* -1 unknown */
    bool aof_preamble;      /* aof-preamble or aof-base is 1 */
    bool aof_base;          /* the latter: commands are in files beside */
    bool has_idle;          /* some key so far had IDLE */
    bool has_freq;
    bool has_slot_info;     /* SLOT_INFO, slot-info or cluster AUX: cluster */
    uint64_t functions;     /* libraries */
    uint64_t functions_pre_ga; /* of these, as no release wrote them */
    uint64_t function_bytes;
    uint64_t function_calls; /* in their code, of register_function */
    uint64_t function_code;  /* bytes of it that are no comments; both of the
                                first 64 KiB of each library */
    uint64_t scripts;       /* lua AUX */
    uint64_t script_bytes;
    uint64_t module_aux;
    uint64_t key_metas;     /* keys with metadata of modules */
    uint64_t templates;
    uint64_t keydb_subexpires; /* members with an expiry of their own */
    uint64_t aux;           /* AUX fields */
    bool eof_prefix;        /* "$EOF:" of diskless replication */
    uint64_t end_offset;    /* behind EOF and CRC, once complete */
    enum { RDB_CRC_UNKNOWN, RDB_CRC_OK, RDB_CRC_ABSENT, RDB_CRC_MISMATCH } crc;
};

/* What to call facts->crc: "ok", "absent", "mismatch"; NULL when unknown. */
const char *rdb_checksum_word(const struct rdb_facts *facts);

/* RESIZEDB and what was really found, for each database seen. */
struct rdb_database {
    uint64_t db;
    bool has_hint;
    uint64_t hint_keys;
    uint64_t hint_expires;
    uint64_t keys;
    uint64_t expires;
};

struct rdb;

/* The input must be an RDB (rdb_recognise); findings may be NULL: then only
 * what cannot be decoded is noticed.  With deep, walking checks every packed
 * structure, and all of it (check). */
struct rdb *rdb_new(struct reader *reader, struct findings *findings,
                    bool deep);
void rdb_free(struct rdb *rdb);

/* True when the reader's next bytes begin an RDB.  Takes nothing. */
bool rdb_recognise(struct reader *reader);

struct source *rdb_source(struct rdb *rdb);

/* Has every function library's code, held whole for that, handed out as it is
 * read: before the first next. */
void rdb_hear_functions(struct rdb *rdb,
                        void (*function)(void *context, struct bytes code),
                        void *context);

/* One range of an import of cluster slots that was under way (Valkey 9). */
struct rdb_slot_import {
    struct bytes job;
    uint64_t offset; /* of the opcode */
    uint64_t first;
    uint64_t last;
};

/* The same of imports, each range by itself, as they stand in the file. */
void rdb_hear_slot_imports(struct rdb *rdb,
                           void (*slot_import)(
                               void *context,
                               const struct rdb_slot_import *slot_import),
                           void *context);

/* The file in smaller steps than source->next takes: the header, then one
 * record after the other. */
struct rdb_record {
    bool is_header;
    bool is_key;     /* with the opcodes that belong to it, up to its name; the
                        value may then be walked */
    uint64_t offset;
    unsigned char byte;     /* the opcode, or the type of a key */
    const struct key *key;  /* valid until the next record; NULL without */
};

/* As source->next.  With END the record is EOF. */
enum status rdb_next_record(struct rdb *rdb, struct rdb_record *record);

/* All that matters of what came before a place between two keys.  A zeroed
 * struct is a place to save into; the fini makes it one again. */
struct rdb_place {
    struct rdb_facts facts;
    struct rdb_database *databases;
    size_t count;
    size_t room;
    uint64_t db; /* the current one */
};

void rdb_place_save(struct rdb_place *place, const struct rdb *rdb);
void rdb_place_fini(struct rdb_place *place);

/* Goes on at such a place: the same rdb after its reader was rewound, or
 * another one whose reader begins there (its first next then gives the key
 * behind it). */
void rdb_go_on(struct rdb *rdb, const struct rdb_place *place);

/* Passes up to at_most keys, from one place between two of them to another: to
 * the first at or behind offset limit, or to right before EOF.  *keys is how
 * many there were.  False when only reading them can tell more (trouble, hash
 * templates, or nothing to pass): the place reached is then none. */
bool rdb_pass(struct rdb *rdb, uint64_t limit, uint64_t at_most,
              uint64_t *keys);

/* Valid as long as the rdb; grows while it is read.  Whatever stands before
 * the first key is known when the first next returns. */
const struct rdb_facts *rdb_facts(const struct rdb *rdb);
const struct rdb_database *rdb_databases(const struct rdb *rdb, size_t *count);

#endif
