/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Rows to text.  A caller names sections, columns and cells once; the writer
 * chosen by --format decides how that looks.  Rows stream: nothing is kept
 * but what alignment needs (the table writer buffers one section).
 *
 * A document is one or more sections.  A writer made with single = true holds
 * exactly one section and writes it bare: CSV with its header row, JSON as one
 * array (one object for an object section), JSONL one object a line.
 * Otherwise JSON is one object whose members are the sections in order, JSONL
 * rows begin with a member "section", and a blank line parts CSV sections.
 *
 * Where a name is not its own notation, JSON and JSONL add a member NAME_base64
 * behind NAME: of a name of which only the beginning is shown, that beginning.
 * They write numbers beyond 2^53 - 1 as null.
 */
#ifndef KEYWEIGH_REPORT_WRITER_H
#define KEYWEIGH_REPORT_WRITER_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/escape.h"
#include "report/output.h"

enum column_kind {
    COLUMN_TEXT,     /* words of ours */
    COLUMN_NAME,     /* a key, element or prefix: bytes, escaped as asked */
    COLUMN_COUNT,
    COLUMN_BYTES,    /* human units in tables for people, plain elsewhere */
    COLUMN_SHARE,    /* number is per mille; a percentage in tables */
    COLUMN_TIME_MS,  /* Unix milliseconds; ISO 8601 in tables */
    COLUMN_SECONDS,  /* a duration */
};

struct column {
    const char *name;  /* in CSV headers and JSON members */
    const char *title; /* in tables; "" for none */
    enum column_kind kind;
};

enum cell_kind {
    CELL_EMPTY, /* an empty CSV field, null in JSON; in tables its bytes, "-"
                   when there are none */
    CELL_NUMBER,
    CELL_BYTES, /* text or name, by the column */
    CELL_LOWER, /* a number that is a lower bound: shown with "≥" in tables */
};

/* A name of which bytes is only the beginning is shown as its first 64 KiB,
 * length and hash. */
struct cell {
    enum cell_kind kind;
    int64_t number;
    struct bytes bytes;
    uint64_t whole_size; /* of a name of which bytes is only the beginning,
                            else 0 */
    uint64_t whole_hash;
};

struct writer;

struct writer_ops {
    const char *name; /* of --format */
    void (*begin)(struct writer *self);
    /* columns are borrowed until table_end; so is title. */
    void (*table_begin)(struct writer *self, const char *id,
                        const char *title, const struct column *columns,
                        size_t count);
    void (*row)(struct writer *self, const struct cell *cells);
    void (*table_end)(struct writer *self);
    /* A section that is one object: fields of one row.  cells NULL says that
     * there is none (null in JSON, nothing elsewhere). */
    void (*object)(struct writer *self, const char *id,
                   const struct column *columns, const struct cell *cells,
                   size_t count);
    void (*end)(struct writer *self);
    void (*free)(struct writer *self);
};

struct writer {
    const struct writer_ops *ops;
    struct output *output;
    enum escape_bytes bytes; /* the notation of names */
    bool single;
    bool for_terminal; /* bars and colours are welcome, lines too long are not:
                          tables cut names */
    const char *incomplete; /* set before table_end of a single section: why
                               rows are missing, which then follows the last
                               one (not in CSV); else NULL */
    size_t name_cells; /* tables cut names to so many cells; 0: not */

    /* The profiles of a run with several, for tables that have figures of
     * each in columns NAME@PROFILE (report/wide.h); the caller sets them, they
     * are borrowed.  With nests_profiles JSON has such figures in a member
     * by_profile instead: [{"profile": PROFILE, NAME: ...}, ...]. */
    const char *const *profiles;
    size_t profile_count;
    bool nests_profiles;
};

/* NULL when no writer has that name.  output is borrowed.  for_terminal is
 * false and incomplete NULL until the caller sets them. */
struct writer *writer_new(const char *format, struct output *output,
                          enum escape_bytes bytes, bool single);
void writer_free(struct writer *writer);

/* The writers that writer_new chooses from; each with its ops set and the rest
 * zeroed. */
struct writer *write_csv_new(void);
struct writer *write_json_new(void);
struct writer *write_jsonl_new(void);
struct writer *write_table_new(void);

enum { WRITER_NAME_SHOWN = 64 * 1024 };

/* Appends a name of which only the beginning is shown: 64 KiB of it in the
 * notation, then " ... (LENGTH bytes, xxh3 HEX)". */
void writer_append_cut_name(struct buffer *out, const struct cell *cell,
                            enum escape_bytes notation);

/* What is shown of such a name. */
static inline struct bytes
writer_shown(struct bytes name)
{
    return bytes_of(name.data, name.size < WRITER_NAME_SHOWN
                                   ? name.size
                                   : WRITER_NAME_SHOWN);
}

static inline struct cell
cell_empty(void)
{
    return (struct cell){ .kind = CELL_EMPTY };
}

/* Nothing, for which tables have a word of ours. */
static inline struct cell
cell_none(struct bytes word)
{
    return (struct cell){ .kind = CELL_EMPTY, .bytes = word };
}

static inline struct cell
cell_number(uint64_t number)
{
    return (struct cell){ .kind = CELL_NUMBER, .number = (int64_t)number };
}

/* lower: it is a lower bound. */
static inline struct cell
cell_bound(uint64_t number, bool lower)
{
    struct cell cell = cell_number(number);
    if (lower)
        cell.kind = CELL_LOWER;
    return cell;
}

static inline struct cell
cell_bytes(struct bytes bytes)
{
    return (struct cell){ .kind = CELL_BYTES, .bytes = bytes };
}

/* A name of `size` bytes of which `held` is at least the beginning. */
static inline struct cell
cell_name(struct bytes held, uint64_t size, uint64_t hash)
{
    bool is_whole = size <= held.size;
    return (struct cell){ .kind = CELL_BYTES,
                          .bytes = held,
                          .whole_size = is_whole ? 0 : size,
                          .whole_hash = is_whole ? 0 : hash };
}

static inline struct cell
cell_text(const char *text)
{
    return cell_bytes(bytes_of_text(text));
}

#endif
