/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Records of a log at any place of a file, and the next place where one
 * stands: for logs that are damaged.
 *
 * Reading here is strict: a record is what servers write, byte for byte, of a
 * command that some server knows with so many arguments, or of a module's
 * (whose names have a dot).  Where that is not so, it says how far the record
 * was well-formed; the search for the next one begins there, never inside of
 * arguments that were sound: those are data, and whoever put commands into
 * them must not see them come true by a repair.
 */
#ifndef KEYWEIGH_AOF_RESYNC_H
#define KEYWEIGH_AOF_RESYNC_H

#include "aof/aof-commands.h"
#include "input/window.h"

enum { RESYNC_NAME_HELD = 32 }; /* no server has a command of a longer name */

enum resync_verdict {
    RESYNC_SOUND,
    RESYNC_UNKNOWN, /* well-formed, but no server takes it: not the name, or
                       not so many arguments */
    RESYNC_BROKEN,  /* no record, or one that is damaged */
    RESYNC_CUT,     /* the file ends inside of it */
    RESYNC_END,     /* the file ends here */
};

/* What matters for where a log may be cut. */
enum resync_verb {
    RESYNC_OTHER,
    RESYNC_MULTI,
    RESYNC_EXEC,
    RESYNC_CONTROL, /* DISCARD, WATCH, UNWATCH */
    RESYNC_SELECT,
    RESYNC_FLUSH,   /* FLUSHALL, FLUSHDB */
    RESYNC_DEADLY,  /* SHUTDOWN, DEBUG: servers end of them while they load */
    RESYNC_TIME,    /* "#TS:" and a number */
    RESYNC_COMMENT, /* any other annotation */
};

struct resync_record {
    enum resync_verdict verdict;
    enum resync_verb verb; /* of a sound one */
    uint64_t offset;
    uint64_t end;  /* behind it, unless broken or cut */
    uint64_t argc; /* 0: an annotation */
    uint64_t last; /* where the bytes of its last argument begin that was
                      well-formed; 0: none */
    int64_t number; /* SELECT: the database; TIME: the seconds; else 0 */

    /* Broken or cut: */
    uint64_t search;   /* where to look for the next record */
    uint64_t claimed;  /* where the argument should end at which it broke; 0:
                          it was not at the end of one */
    uint64_t least;    /* with claimed: the least number of as many digits as
                          its size has */
    uint64_t read;     /* arguments that were well-formed */
};

/* Reads the record at `at`. */
void resync_read(struct window *window, uint64_t at,
                 struct resync_record *record);

/* Says of a well-formed command of record->argc arguments whether servers take
 * it, and what it is: sets verdict, verb and number.  name and sub, the first
 * two arguments, may be cut behind RESYNC_NAME_HELD + 1 bytes; sub is empty
 * when there is none. */
void resync_judge(struct resync_record *record, struct bytes name,
                  struct bytes sub);

/* SELECT, MULTI or EXEC whose numbers are damaged, while its words are whole:
 * what comes after it depends on them. */
struct resync_control {
    struct resync_record record; /* as if it were sound */
    uint64_t name_at;
    uint64_t number_at; /* of SELECT; 0 */
    size_t name_size;
    size_t number_size;
};

/* Reads the one at `at`, with a sound record or the end behind it; false when
 * there is none. */
bool resync_mend(struct window *window, uint64_t at,
                 struct resync_control *control);

/* Finds the next sound command from `from` on, before `until`; "#TS:" right in
 * front of it belongs to it.  scan and probe are two windows over one file.
 * False when there is none. */
bool resync_find(struct window *scan, struct window *probe, uint64_t from,
                 uint64_t until, uint64_t *found);

/* Whether a log begins at `at`: how many sound commands stand there one behind
 * the other, at most `most`; 0 when they end before that, and not where the
 * file ends. */
uint64_t resync_confirm(struct window *window, uint64_t at, uint64_t most);

/* The first two arguments of a command, or of the beginning of one, as far as
 * they are well-formed; returns how many.  Of each at most `most` bytes are
 * kept in held, where words point to. */
size_t resync_words(struct window *window, uint64_t at, size_t most,
                    struct buffer *held, struct aof_argument words[2]);

/* How many arguments stand at `at`, one behind the other; behind is where they
 * end. */
uint64_t resync_arguments(struct window *window, uint64_t at,
                          uint64_t *behind);

#endif
