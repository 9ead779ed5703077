/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the halves of repair share: one input that may be read anywhere, where
 * its sound copy goes, and the account of what was lost.
 */
#ifndef KEYWEIGH_CLI_REPAIR_H
#define KEYWEIGH_CLI_REPAIR_H

#include "base/map.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "export/jsonl.h"
#include "input/input.h"

struct repair {
    const struct arguments *arguments;
    const char *path; /* of the input; "-" is standard input */
    const char *name; /* as people are shown it */
    enum input_kind kind;
    int fd;        /* the input: a regular file, nothing around it */
    uint64_t size; /* of it */
};

/* One file: repair-file.c.  is_rdb: it is an RDB, perhaps with a log behind
 * it, or may have been one before its first bytes were damaged; else a log.
 * EXIT_NO when something is lost; trouble is told. */
enum exit_code repair_file(const struct repair *repair, bool is_rdb);

/* A multi-part log: path is its manifest, or a directory with parts of one;
 * fd is not used.  repair-parts.c. */
enum exit_code repair_parts(const struct repair *repair);

/* Whether a file that cannot be told to be an RDB or a log is a log whose
 * first bytes are damaged: repair-guess.c. */
bool repair_guess_log(const struct repair *repair);

/* Whether the end of a file is a log's. */
bool repair_guess_log_end(const struct repair *repair);

/* --- the account: repair-report.c --- */

/* Bytes that are left out. */
struct repair_loss {
    const char *part; /* the file of a set, or NULL */
    uint64_t offset;
    uint64_t size;
    const char *what;   /* a word: "damaged", "truncated" ... */
    const char *reason; /* a sentence */
    bool has_key;       /* in which it begins: */
    uint64_t db;
    struct bytes name;
    uint64_t name_size;
    uint64_t confirmed; /* what shows that it goes on behind: so many ... */
    const char *unit;   /* ... of these: "record" */
    bool reaches_end;   /* and they lead to the end */
    const char *doubt;  /* what is not sure of what follows, or NULL */
    bool stays;         /* not left out, but written anew */
    bool has_commands;  /* part of a log: */
    uint64_t commands;  /* well-formed ones in it */
    const struct map *names; /* keys that they name, REPAIR_NAME_HELD bytes of
                                each at most */
    bool names_whole;   /* there are no more of them */
};

struct repair_report {
    struct output *output;
    bool is_json;
    enum escape_bytes bytes;
    struct jsonl line;
    uint64_t quarantined; /* bytes of the losses so far */
    bool counted;         /* a count stands in the current line of text */
};

/* kind is a word, "rdb"; heading is for people: "RDB 11, written by ...". */
void repair_report_begin(struct repair_report *report, struct output *output,
                         const struct repair *repair, const char *kind,
                         const char *heading);

/* The losses in their order, then the notes, then the counts. */
void repair_report_loss(struct repair_report *report,
                        const struct repair_loss *loss);
void repair_report_notes(struct repair_report *report);
void repair_report_note(struct repair_report *report, const char *text);
void repair_report_counts(struct repair_report *report);

/* "2 keys lost": noun "key", words "lost". */
void repair_report_count(struct repair_report *report, const char *member,
                         const char *noun, const char *words, uint64_t count);

/* The same of a number that may be higher: "at least 2 keys lost". */
void repair_report_count_least(struct repair_report *report,
                               const char *member, const char *noun,
                               const char *words, uint64_t count);

struct repair_end {
    bool lost;       /* something is */
    bool unverified; /* by a checksum that was wrong or missing */
    uint64_t written; /* the output's size; not looked at in a dry run */
};

void repair_report_end(struct repair_report *report,
                       const struct repair *repair,
                       const struct repair_end *end);

#endif
