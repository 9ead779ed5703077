/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The manifest of a multi-part append-only file (Redis 7.0 aof.c
 * aofLoadManifestFromFile): one line a file,
 *
 *     file NAME seq N type b|h|i [startoffset N [endoffset N]]
 *
 * Reading finds every fault, not only the first, and keeps the lines that can
 * be understood.
 */
#ifndef KEYWEIGH_AOF_MANIFEST_H
#define KEYWEIGH_AOF_MANIFEST_H

#include "base/arena.h"
#include "data/finding.h"
#include "input/reader.h"

enum manifest_type { MANIFEST_BASE, MANIFEST_INCR, MANIFEST_HISTORY };

enum {
    MANIFEST_LINE = 1023,      /* bytes of a line that servers take */
    MANIFEST_FILES_MAX = 65536, /* more lines than any set has: a fault */
};

struct manifest_file {
    struct bytes name; /* unquoted; in the manifest's arena, NUL behind it */
    uint64_t seq;
    enum manifest_type type;
    int64_t start_offset; /* -1: not there */
    int64_t end_offset;
    uint64_t offset; /* of its line */
    bool is_safe;    /* a plain name: no path, not empty, no NUL */
};

/* A zeroed struct is an empty manifest. */
struct manifest {
    struct arena arena;
    struct manifest_file *files; /* in the manifest's order */
    size_t count;
    size_t room;
    uint64_t lost_lines; /* that do not say which file, or of what type */
    bool is_empty; /* no line but comments: a server starts empty, */
    bool is_void;  /* or, when there is not one byte, not at all */
};

/* Reads to the end of the reader.  OK, with faults as findings of codes
 * FINDING_MANIFEST_...; FAIL when the file cannot be read (reader->error). */
enum status manifest_read(struct manifest *manifest, struct reader *reader,
                          struct findings *findings);
void manifest_fini(struct manifest *manifest);

/* The files a server loads, in its order: the base, then the increments as
 * listed.  Fills numbers of manifest->files, at most count of them, and
 * returns how many. */
size_t manifest_loaded(const struct manifest *manifest, size_t *numbers);

/* One line of a manifest as servers write it, with its LF. */
void manifest_append_line(struct buffer *out,
                          const struct manifest_file *file);

#endif
