/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the files of the RDB decoder share: the state of one file, the reading
 * of lengths, strings and packed blobs, and how a walk reports trouble.
 *
 * Every function here that returns false or STATUS_FAIL has set the reader's
 * error.  Damage inside a string or blob whose end is known goes to
 * rdb_value_bad instead: the visitor is told and left out from then on, and
 * the walk goes on over the rest of the value only to find its end.
 */
#ifndef KEYWEIGH_RDB_DECODE_H
#define KEYWEIGH_RDB_DECODE_H

#include "base/map.h"
#include "packed/packed.h"
#include "rdb/lzf-stream.h"
#include "rdb/rdb-types.h"
#include "rdb/rdb.h"

enum {
    RDB_LZF_WHOLE = 1024 * 1024,  /* longer LZF strings are streamed */
    RDB_DATABASES_TRACKED = 16384, /* hints of further ones go unchecked */
    RDB_TEXT_WHOLE = 64 * 1024 - 16, /* longer texts go in parts */
    RDB_TYPE_VERSION_KNOWN = 16,  /* newest REDIS version of which every byte
                                     is known */
    RDB_VALKEY_VERSION_KNOWN = 81,
};

struct rdb_templates;
struct validator;

/* Length encoding of RDB: §3 of the format notes in the man page. */
struct rdb_length {
    uint64_t value;
    bool encoded; /* 11xxxxxx: value is the number of a string encoding */
};

/* A STR whose head is read; stored bytes of payload are next. */
struct rdb_string {
    enum { RDB_STRING_RAW, RDB_STRING_INTEGER, RDB_STRING_LZF } form;
    uint64_t offset; /* of its head */
    uint64_t size;   /* of the text */
    uint64_t stored; /* bytes of payload in the file */
    int64_t number;  /* RDB_STRING_INTEGER */
};

/* Part of the main reader as a stream of its own. */
struct rdb_slice {
    struct stream stream;
    struct reader *parent;
    uint64_t left;
};

struct rdb {
    struct source source; /* first: the caller's handle */
    struct reader *reader;
    struct findings *findings;
    bool deep;

    struct rdb_facts facts;
    struct rdb_database *databases;
    struct rdb_database *database; /* the current one */
    struct map database_numbers; /* the 8 bytes of a number -> index */
    struct rdb_database untracked; /* all beyond RDB_DATABASES_TRACKED */

    struct key key;
    struct buffer name;
    bool pending;         /* the current key's value is not read yet */
    uint64_t value_start; /* offset */
    bool started;         /* the header was read */
    bool ended;           /* EOF was read, or nothing more can be */
    bool in_key;          /* key is the one being read */
    bool has_attribute;   /* an opcode of the next key was read */
    bool meta_open;       /* KEY_META was read, its type byte is to follow */
    const struct rdb_type *type;
    const struct rdb_type *types[256]; /* of the file's dialect, by byte */
    struct item string;   /* of a string value: all but its text stays zero */
    uint64_t module_id;
    char module_name[16];
    struct rdb_templates *templates;
    uint64_t slot_number; /* SLOT_INFO's, and what it announced */
    uint64_t slot_keys;
    uint64_t slot_expires;
    uint64_t slot_found_keys;
    uint64_t slot_found_expires;
    bool slot_open;
    char eof_mark[40];
    void (*function)(void *context, struct bytes code); /* or NULL */
    void *function_context;
    void (*slot_import)(void *context,
                        const struct rdb_slot_import *slot_import);
    void *slot_import_context;

    struct visitor *visitor; /* NULL: the value is only skipped */
    struct error bad;        /* the first damage of the current value */
    struct validator *validator; /* with deep */

    unsigned char *scratch; /* RDB_LZF_WHOLE bytes for LZF, or NULL yet */
    struct buffer held[2];  /* texts that must outlive the next read */
    struct reader *blob;    /* a packed blob's bytes: one of the next two */
    struct reader blob_memory;
    struct reader blob_stream; /* keeps its buffer from blob to blob */
    bool blob_in_memory;
    char digits[TEXT_DIGITS];  /* a blob that is stored as an integer */
    uint64_t blob_end;      /* main offset behind the blob */
    struct rdb_string blob_string;
    struct rdb_slice slice;
    struct lzf_stream *lzf; /* or NULL yet */
};

/* --- lengths and strings: rdb-string.c --- */

/* LEN where a string encoding is no answer. */
bool rdb_length_long(struct rdb *rdb, uint64_t *value);

/* The head of a STR. */
bool rdb_string_open_long(struct rdb *rdb, struct rdb_string *string);

/* The first byte at hand, when it is a length by itself: nearly every length
 * in nearly every file is below 64. */
static inline bool
rdb_length_is_short(const struct rdb *rdb)
{
    return reader_available(rdb->reader) > 0 && *rdb->reader->pos < 64;
}

static inline bool
rdb_length(struct rdb *rdb, uint64_t *value)
{
    if (!rdb_length_is_short(rdb))
        return rdb_length_long(rdb, value);
    *value = *rdb->reader->pos++;
    return true;
}

static inline bool
rdb_string_open(struct rdb *rdb, struct rdb_string *string)
{
    string->offset = reader_offset(rdb->reader);
    if (!rdb_length_is_short(rdb))
        return rdb_string_open_long(rdb, string);
    string->form = RDB_STRING_RAW;
    string->size = string->stored = *rdb->reader->pos++;
    return true;
}

/* Skips the payload; with deep, decompresses it to see that it can be. */
bool rdb_string_skip(struct rdb *rdb, const struct rdb_string *string);

/* Takes the payload as text number which (0 or 1) of item, as far as the
 * visitor wants it.  The bytes stay valid until the same number is taken
 * again. */
bool rdb_string_text(struct rdb *rdb, const struct rdb_string *string,
                     struct item *item, int which);

/* rdb_string_open and rdb_string_text. */
bool rdb_text(struct rdb *rdb, struct item *item, int which);

/* The same for the last text of an item: its bytes are valid only until
 * anything else is read, so a short one need not be copied. */
bool rdb_text_last(struct rdb *rdb, struct item *item, int which);

/* False, with the value reported bad, when so few stored bytes cannot hold a
 * text of the stated size. */
bool rdb_string_plausible(struct rdb *rdb, const struct rdb_string *string);

/* Appends a STR's text to a buffer, at most `most` bytes of it; size is its
 * whole length. */
bool rdb_string_append(struct rdb *rdb, struct buffer *buffer, uint64_t most,
                       uint64_t *size);

/* Makes scratch and lzf when the first compressed string comes. */
void rdb_lzf_prepare(struct rdb *rdb);

/* Short enough to be decompressed in one piece, into scratch. */
bool rdb_lzf_is_whole(const struct rdb_string *string);

/* Decompresses such a string; *good tells whether it could be (if not, the
 * value is reported bad).  Moves behind the string either way. */
bool rdb_lzf_whole(struct rdb *rdb, const struct rdb_string *string,
                   bool *good);

/* Opens a STR's text as *rdb->blob; rdb_blob_close moves behind it. */
bool rdb_blob_open(struct rdb *rdb, const struct rdb_string *string);
bool rdb_blob_close(struct rdb *rdb);

/* The first bytes of a STR's text without taking any; false when it cannot be
 * decompressed or the input ends. */
bool rdb_string_head(struct rdb *rdb, const struct rdb_string *string,
                     unsigned char *into, size_t want, size_t *got);

/* Numbers: rdb-number.c. */

/* Doubles of type 3 (text) and of types 5 and later (8 bytes). */
bool rdb_double_text(struct rdb *rdb, double *value);
bool rdb_double(struct rdb *rdb, double *value);

/* Times: 8 bytes little-endian, signed. */
bool rdb_ms(struct rdb *rdb, int64_t *ms);

/* --- packed blobs: rdb-packed.c --- */

/* How the entries of a packed blob group into items. */
enum rdb_shape {
    RDB_SHAPE_LIST,   /* element */
    RDB_SHAPE_SET,    /* member */
    RDB_SHAPE_ZSET,   /* member, score */
    RDB_SHAPE_HASH,   /* field, value */
    RDB_SHAPE_HASH_EX /* field, value, expiry */
};

/* Reads a STR that is a packed blob and hands its items out. */
bool rdb_packed(struct rdb *rdb, enum node_kind kind, enum rdb_shape shape);

/* Reads the header of a packed STR without taking anything: completes node,
 * whose kind is set.  A header that cannot be is reported as code, and the
 * value bad. */
bool rdb_packed_header(struct rdb *rdb, const struct rdb_string *string,
                       enum finding_code code, struct node *node);

/* Announces a node; true when the visitor wants its items. */
bool rdb_node(struct rdb *rdb, const struct node *node);

/* Takes the next entry of an open blob as text number which of item.
 * STATUS_END behind the last; BAD and FAIL as packed_next. */
enum status rdb_packed_text(struct rdb *rdb, struct packed *packed,
                            struct item *item, int which);

/* What packed->faults says, as findings. */
void rdb_packed_faults(struct rdb *rdb, const struct packed *packed);

/* Which finding a fault of such a blob is: what every loader sees at once, or
 * only a deep check. */
enum finding_code rdb_packed_code(enum node_kind kind, bool deep);

/* A score's text as a number; false when it is none. */
bool rdb_text_to_double(const struct text *text, double *value);

/* --- trouble: rdb-trouble.c --- */

/* Reports to the findings, when somebody listens. */
void rdb_finding(struct rdb *rdb, enum finding_code code, uint64_t offset,
                 const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The input is wrong at offset in a way that leaves no next position: sets
 * the error and reports the finding.  Returns false. */
bool rdb_fail(struct rdb *rdb, enum finding_code code, uint64_t offset,
              const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The value is damaged, its end is known: reports, remembers, and drops the
 * visitor. */
void rdb_value_bad(struct rdb *rdb, enum finding_code code, uint64_t offset,
                   const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The blob's reader failed softly: its error becomes the value's.  opened says
 * whether packed_open had succeeded. */
void rdb_blob_bad(struct rdb *rdb, struct packed *packed, bool opened);

/* Says what was being read when the reader failed; returns false. */
bool rdb_doing(struct rdb *rdb, const char *what, uint64_t number);

/* The reader failed: its error becomes a finding and gets its key; nothing
 * more is read.  Returns STATUS_FAIL. */
enum status rdb_end_in_failure(struct rdb *rdb);

/* --- items --- */

static inline bool
rdb_wants(const struct rdb *rdb, unsigned wants)
{
    return rdb->visitor != NULL && (rdb->visitor->wants & wants) != 0;
}

static inline void
rdb_item(struct rdb *rdb, const struct item *item)
{
    if (rdb->visitor != NULL)
        rdb->visitor->ops->item(rdb->visitor, item);
}

static inline void
rdb_count(struct rdb *rdb, uint64_t count)
{
    if (rdb->visitor != NULL)
        rdb->visitor->ops->count(rdb->visitor, count);
}

/* --- other files' parts of next() --- */

/* What each byte means: rdb.c. */
void rdb_choose_types(struct rdb *rdb, enum rdb_dialect dialect);

/* What stands around the records: rdb-frame.c.  False when the input ends
 * within, or does not begin so. */
bool rdb_read_header(struct rdb *rdb);
bool rdb_read_crc(struct rdb *rdb);
void rdb_take_eof_mark(struct rdb *rdb); /* if there is one */

/* An opcode that says nothing of the next key, whose byte at offset `at` is
 * read: rdb-opcodes.c. */
bool rdb_opcode(struct rdb *rdb, uint64_t at, unsigned char byte);
void rdb_select_database(struct rdb *rdb, uint64_t number);

/* Cluster slot information begins: what it announces is compared with what
 * follows. */
void rdb_slot_begin(struct rdb *rdb, uint64_t at, uint64_t slot,
                    uint64_t keys, uint64_t expires);
void rdb_slot_end(struct rdb *rdb, uint64_t at);

bool rdb_aux(struct rdb *rdb);           /* AUX: rdb-aux.c */
bool rdb_function(struct rdb *rdb);      /* FUNCTION2: rdb-function.c */
bool rdb_function_pre_ga(struct rdb *rdb);
bool rdb_module_aux(struct rdb *rdb);    /* rdb-module.c */
bool rdb_module_id(struct rdb *rdb);     /* reads id, sets module_name */
bool rdb_key_meta(struct rdb *rdb);
bool rdb_template(struct rdb *rdb);      /* HASH_TEMPLATE: rdb-template.c */
void rdb_templates_free(struct rdb_templates *templates);

#endif
