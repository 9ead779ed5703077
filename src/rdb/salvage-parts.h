/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the files of the salvage share: reading one record at any place and
 * saying whether it is sound, and looking for the place where sound records
 * go on.
 */
#ifndef KEYWEIGH_RDB_SALVAGE_PARTS_H
#define KEYWEIGH_RDB_SALVAGE_PARTS_H

#include "input/stream-range.h"
#include "input/window.h"
#include "rdb/decode.h"
#include "rdb/salvage.h"

enum {
    SALVAGE_RECENT = 32, /* sound records remembered behind the latest */

    /* Weights are bits: how unlikely it is that other bytes look like this.
     * Next to a gap a lighter record than this is not trusted ... */
    SALVAGE_EDGE = 12,
    /* ... but of many light ones in a row no more are given up than these. */
    SALVAGE_EDGE_SUM = 32,

    SALVAGE_WINDOW = 512 * 1024, /* bytes at hand without another read */
    SALVAGE_PATH = 4096,
    SALVAGE_BEGINNINGS = 65536, /* hashes of how names begin */
};

/* One record that was read. */
struct salvage_step {
    uint64_t offset;
    uint64_t end;
    bool is_header;
    bool is_key;
    bool has_attribute; /* a key with expiry, idle time or frequency */
    bool is_unguarded;  /* a string as it is: any other bytes would do */
    bool is_plain;      /* a string without attributes: 0, STR, STR */
    bool is_packed;     /* a value whose bytes hold each other together */
    unsigned char byte; /* type or opcode */
    uint64_t db;        /* the current database behind it */
    unsigned weight;
    uint64_t name_hash; /* of a key: its name and database */
    uint16_t beginning; /* hash of how its name begins */
};

/* --- reading: salvage-read.c --- */

/* Reads records from any place.  unsound and what follows are of the latest
 * record: the first thing found that makes a loader refuse or drop it. */
struct salvage_cursor {
    struct findings findings; /* first: the decoder's handle */
    struct rdb *rdb;
    struct reader stream; /* the reader in use is one of these two */
    struct reader memory;
    struct stream_range range;
    bool unsound;
    bool odd; /* something was found that some server minds */
    bool header_odd; /* its version is not all digits */
    enum finding_code code; /* of the latest finding */
    uint64_t finding_count; /* of all records */
    char reason[256];
    bool has_key;
    struct buffer name; /* as far as SALVAGE_NAME_HELD */
    uint64_t name_size;
};

void salvage_cursor_init(struct salvage_cursor *cursor, int fd, uint64_t from,
                         uint64_t until, bool deep);
void salvage_cursor_fini(struct salvage_cursor *cursor);

/* Goes on at another place, with the decoder's state as in place. */
void salvage_cursor_seek(struct salvage_cursor *cursor, int fd, uint64_t from,
                         uint64_t until, const struct rdb_place *place);

/* The same over bytes in memory, whose first is at offset from. */
void salvage_cursor_over(struct salvage_cursor *cursor, struct bytes bytes,
                         uint64_t from, const struct rdb_place *place);

/* Reads a record and, of a key, its value.  OK: sound.  BAD: not, but its end
 * is known.  END: step is EOF, rdb->facts.end_offset known.  FAIL: the error
 * is the reader's. */
enum status salvage_cursor_read(struct salvage_cursor *cursor,
                                struct salvage_step *step);

/* Says why the latest record is not kept; key may be NULL. */
void salvage_cursor_blame(struct salvage_cursor *cursor, const char *reason,
                          const struct key *key);

static inline const struct error *
salvage_cursor_error(const struct salvage_cursor *cursor)
{
    return &cursor->rdb->reader->error;
}

/* --- looking for a place: salvage-scan.c --- */

/* A place where sound records go on. */
struct salvage_chain {
    uint64_t start;
    uint64_t end;     /* as far as it was followed */
    size_t records;
    unsigned weight;
    bool reaches_end; /* EOF at the right place, or the log */
    bool is_log;      /* the RDB has no end; a log begins at start */
};

/* Where reading from before went: a chain that comes there leads to where that
 * failed. */
struct salvage_trail {
    uint64_t offsets[SALVAGE_RECENT + 1];
    size_t count;
};

/* Where records of chains begin, ascending, as many as there is room for. */
struct salvage_path {
    uint64_t offsets[SALVAGE_PATH];
    size_t count;
};

struct salvage_scan {
    const struct salvage_options *options;
    struct salvage_cursor cursor;
    struct window window; /* around the place that is looked at */
    struct rdb_place place;        /* facts, and the current database */
    struct rdb_database database;
    struct rdb_templates *templates; /* borrowed from the main cursor */
    unsigned char beginnings[SALVAGE_BEGINNINGS / 8]; /* of kept keys' names,
                              a bit each */
    bool plain_doubted;    /* what reads as a plain string may be a field of
                              a hash, which looks the same */
    bool attributes_usual; /* many keys of this file have one */
    struct salvage_path path; /* of chains that led far enough: what comes
                                 there need not be followed once more */
    struct salvage_path tried; /* of the chain being followed */
    int64_t credit; /* bytes that may be decoded to look for a place */
    struct error error;
};

void salvage_scan_init(struct salvage_scan *scan,
                       const struct salvage_options *options);
void salvage_scan_fini(struct salvage_scan *scan);

/* Takes the state that a chain would go on with. */
void salvage_scan_take(struct salvage_scan *scan, const struct rdb *rdb);

/* Follows the chain at start.  False when it is too short to say that records
 * go on there. */
bool salvage_scan_follow(struct salvage_scan *scan, uint64_t start,
                         struct salvage_chain *chain);

/* The place from which records go on behind `failed`, where reading from
 * before had failed, or between `from` and there and leading beyond it.  trail
 * is where reading from before has been, failed included.  False when there is
 * none, or with scan->error set. */
bool salvage_scan_find(struct salvage_scan *scan, uint64_t from,
                       uint64_t failed, const struct salvage_trail *trail,
                       struct salvage_chain *chain);

/* A chain that begins inside of a record, sound by itself, and leads on behind
 * it, and that is more likely than the record: a damaged length has made that
 * of several.  False when there is none, or with scan->error set. */
bool salvage_scan_inside(struct salvage_scan *scan,
                         const struct salvage_step *step,
                         struct salvage_chain *chain);

/* Notes how the name of a kept key begins; whether a kept one began so. */
static inline void
salvage_note_name(struct salvage_scan *scan, const struct salvage_step *step)
{
    scan->beginnings[step->beginning / 8] |=
        (unsigned char)(1 << step->beginning % 8);
}

static inline bool
salvage_knows_name(const struct salvage_scan *scan,
                   const struct salvage_step *step)
{
    return (scan->beginnings[step->beginning / 8] >> step->beginning % 8 & 1) !=
           0;
}

/* --- first bytes: salvage-head.c --- */

/* The bytes from offset on that are at hand: empty at the end, and when
 * scan->error is set. */
struct bytes salvage_scan_look(struct salvage_scan *scan, uint64_t offset);

/* True when a record may begin with these bytes, which stand at offset. */
bool salvage_scan_is_head(const struct salvage_scan *scan, uint64_t offset,
                          struct bytes head);

/* True when an RDB begins with these bytes: inside of a value, since its
 * records are none of the file's own. */
bool salvage_scan_is_magic(struct bytes head);

/* True when an RDB that ends at that offset ends where it should. */
bool salvage_scan_ends_at(const struct salvage_scan *scan, uint64_t offset);

/* --- what is kept: salvage-keep.c --- */

/* Reads what is between the gaps once more: counts, finds names that come
 * twice, and RESIZEDB. */
enum status salvage_survey(struct salvage *salvage, struct error *error);

/* Appends a gap, whose texts become the salvage's; joins it with the last one
 * when nothing lies between them or there are too many. */
void salvage_add_gap(struct salvage *salvage, struct salvage_gap gap);

#endif
