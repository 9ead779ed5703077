/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is left of a damaged RDB: finds the records that a loader would take,
 * steps over the rest, and writes a sound file of what was found.
 *
 *   header  record record  ~~gap~~  record record record  ~~gap~~  record EOF
 *                          ^        ^
 *                          offset   a record that further sound records
 *                                   confirm
 *
 * A record is sound when it decodes under the deep check and the server that
 * wrote the file would load all of it.  Where one is not, the file goes on at
 * the next place from which a chain of sound records leads on: see salvage.c
 * for how sure that is made.
 *
 * Works on a regular file in several passes; memory is bounded by
 * SALVAGE_GAPS_MAX gaps and a set of hashes, whatever the file.
 */
#ifndef KEYWEIGH_RDB_SALVAGE_H
#define KEYWEIGH_RDB_SALVAGE_H

#include "rdb/rdb-write.h"
#include "rdb/rdb.h"

enum {
    SALVAGE_GAPS_MAX = 32768, /* further ones are joined with the last */
    SALVAGE_NAME_HELD = 256,
    SALVAGE_CONFIRMED_MAX = 32, /* records looked at to confirm a place */
};

enum salvage_cause {
    SALVAGE_DAMAGED,   /* not to be decoded, or no server loads it */
    SALVAGE_TRUNCATED, /* the input ends inside a record */
    SALVAGE_DUPLICATE, /* a key of this name came before: loaders end there */
    SALVAGE_BEHIND,    /* bytes behind the end */
};

/* Bytes that are left out. */
struct salvage_gap {
    uint64_t offset;
    uint64_t size;
    enum salvage_cause cause;
    char *reason;       /* a sentence, without position */
    uint64_t db;        /* that was current where it begins */
    bool has_key;       /* in whose record it begins, name as far as held: */
    struct bytes name;
    uint64_t name_size;
    uint64_t confirmed; /* sound records that were seen right behind it, up to
                           SALVAGE_CONFIRMED_MAX; 0 when nothing follows */
    bool reaches_end;   /* and those led to the end of the RDB */
    bool db_unsure;     /* keys behind it may be of another database: its
                           SELECTDB may have been in here */
};

/* RESIZEDB in the input: it is written anew. */
struct salvage_sizes {
    uint64_t offset;
    uint64_t size;
    uint64_t db;
};

struct salvage_options {
    int fd;         /* a regular file; stays the caller's */
    uint64_t begin; /* offset of the RDB */
    uint64_t limit; /* nothing is read from here on: the file's size */

    /* An RDB in front of a log (AOF): how many commands, from offset on, say
     * that the log begins there; 0 none.  NULL: there is no log. */
    uint64_t (*log_begins)(void *context, uint64_t offset);

    /* Called now and then with how much of the work is done, in bytes read;
     * may be NULL. */
    void (*poll)(void *context, uint64_t done);
    void *context;
};

struct salvage {
    struct salvage_options options;
    struct rdb_facts facts;
    bool header_guessed; /* it is wrong: facts has what was assumed instead */
    int settled_version; /* private: of such a file, known from its contents */
    int newer_version;   /* by the header, of which nothing is known; else 0 */
    bool crc_wrong;      /* of a file that was read without a gap */
    bool had_end;        /* EOF was found */
    uint64_t records;    /* offset of the first one ... */
    uint64_t records_end; /* ... and where no more come: EOF, if there is one */
    uint64_t end;        /* behind the RDB: where a log begins, or limit */

    struct salvage_gap *gaps; /* in order, not touching */
    size_t gap_count;
    struct salvage_sizes *sizes;
    size_t sizes_count;

    struct rdb_database *databases; /* hints as found, keys as kept */
    size_t database_count;
    uint64_t keys;          /* kept */
    uint64_t expires;
    uint64_t kept_records;  /* keys included */
    uint64_t lost_bytes;    /* of all gaps */
    uint64_t lost_keys;     /* that RESIZEDB announced and that did not come,
                               if anything is wrong; they are hints only */
    bool counts_lost;       /* false: nothing says how many there were */
    bool lost_is_least;     /* keys of further databases may be lost, too */
    unsigned halvings;      /* names compared with each other: 1/2^halvings */
};

/* Finds what can be kept.  OK, or FAIL with the error set: the file cannot be
 * read, is of a version that is not known, or nothing in it is an RDB.
 * salvage_fini is due in any case. */
enum status salvage_find(struct salvage *salvage,
                         const struct salvage_options *options,
                         struct error *error);
void salvage_fini(struct salvage *salvage);

/* True when the input is what a loader wants. */
bool salvage_is_intact(const struct salvage *salvage);

/* Writes what was found, from header to checksum. */
enum status salvage_write(const struct salvage *salvage,
                          struct rdb_writer *writer, struct error *error);

#endif
