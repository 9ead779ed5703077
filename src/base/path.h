/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The two halves of a file's name.  What is returned as char * is the
 * caller's to free.
 */
#ifndef KEYWEIGH_BASE_PATH_H
#define KEYWEIGH_BASE_PATH_H

/* DIRECTORY/NAME; NAME alone when the directory is empty.  No second slash is
 * put behind one. */
char *path_join(const char *directory, const char *name);

/* Up to and with the last slash: empty for a name in the working directory. */
char *path_directory(const char *path);

/* The file NAME in the directory of path. */
char *path_beside(const char *path, const char *name);

/* A name beside path that this process may use for what is to be path one day,
 * with one more number when another has it.  It begins with "temp-", as the
 * servers' own do: whoever lists a folder for dumps, this program included,
 * passes such names over. */
char *path_temporary(const char *path, unsigned number);

/* What is behind the last slash, or all of it; borrowed from path. */
const char *path_name(const char *path);

#endif
