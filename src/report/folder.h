/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A new directory of files that appears under its name when all of it is
 * written, and lasts over a power cut; the counterpart of output.h.  Its name
 * must not be taken, or be an empty directory's.
 */
#ifndef KEYWEIGH_REPORT_FOLDER_H
#define KEYWEIGH_REPORT_FOLDER_H

#include "report/output.h"

struct folder {
    char *path;      /* final name */
    char *temporary; /* name being written; NULL once it is closed */
    char **files;    /* paths in temporary; NULL at the end */
    size_t count;
    struct error error;
};

/* FAIL with the error set. */
enum status folder_open(struct folder *folder, const char *path);

/* The path of a file in it, which is then written with output_open; name is a
 * plain one.  The folder's. */
const char *folder_add(struct folder *folder, const char *name);

/* With keep, makes the folder appear under its name, else removes it.  FAIL
 * with the error set. */
enum status folder_close(struct folder *folder, bool keep);

/* Makes the renaming of path last over a power cut, where the file system
 * can. */
void folder_sync_above(const char *path);

/* Removes an unfinished folder and its files: async-signal-safe. */
void folder_abandon(const struct folder *folder);

#endif
