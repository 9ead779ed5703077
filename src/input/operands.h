/* SPDX-License-Identifier: BSD-3-Clause
 *
 * From the operands of the command line to the inputs to read, in order:
 * files and "-" stand for themselves, a directory for what it holds.
 *
 * A directory with the manifest of a multi-part AOF is that set alone.  Any
 * other is its regular files that are RDB or AOF by their content (not those
 * named temp-*, not its subdirectories), sorted by the bytes of their names;
 * parts of such a set whose manifest is gone are warned of, and so are
 * subdirectories that hold a set.  Symbolic links lead to no file twice: only
 * those to a subdirectory and those of a manifest's name are followed.
 *
 * What cannot be used is noted and the rest is gone on with: so is a pipe, or
 * standard input, that is named a second time.
 */
#ifndef KEYWEIGH_INPUT_OPERANDS_H
#define KEYWEIGH_INPUT_OPERANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "input/input.h"

struct operand {
    char *path;           /* what input_open takes */
    char *name;           /* what people are shown */
    enum input_kind kind; /* INPUT_UNKNOWN: not looked into yet */
    bool exists;          /* and is the file of the next two */
    bool is_regular;
    uint64_t device;
    uint64_t inode;
};

struct operand_note {
    bool is_error;      /* else a warning */
    bool is_unread_set; /* path would be an operand of its own */
    char *path;         /* what it is about */
    char *text;
};

/* Owns all its strings.  A zeroed struct is empty. */
struct operands {
    struct operand *items;
    size_t count;
    struct operand_note *notes;
    size_t note_count;
};

/* Appends what one operand stands for.  A file is not looked at: opening it is
 * the caller's, and its errors too.  options may be NULL. */
void operands_add(struct operands *operands, const char *operand,
                  const struct input_options *options);

/* Once all are added, for whoever wants keys: notes what will not be counted
 * once.  A part of a multi-part AOF whose manifest lies beside it does not tell
 * alone what the set holds, and with the manifest it is read twice; dump and
 * log in one directory are mostly of one server. */
void operands_note_sums(struct operands *operands);

/* Whether a file is called like a part of a multi-part AOF
 * (NAME.7.base.rdb, NAME.7.incr.aof). */
bool operands_is_part_name(const char *path);

/* The operand that is the regular file at path, by whatever name; NULL when
 * there is none: what must not be written to. */
const struct operand *operands_find_file(const struct operands *operands,
                                         const char *path);

/* The first note that is an error, NULL when there is none. */
const struct operand_note *
operands_first_error(const struct operands *operands);

void operands_fini(struct operands *operands);

#endif
