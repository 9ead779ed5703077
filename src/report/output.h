/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Where data goes: standard output or -o FILE, through one buffer.  A regular
 * file is written under a temporary name in the same folder and renamed when
 * complete, so a reader never sees half of one.  The first write error is
 * kept; later writes do nothing.
 */
#ifndef KEYWEIGH_REPORT_OUTPUT_H
#define KEYWEIGH_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct output {
    struct buffer buffer; /* append here, then call output_flush_if_full */
    int fd;
    char *path;      /* final name, symlinks resolved; NULL for stdout */
    char *temporary; /* name being written, NULL when written directly */
    struct error error;
    bool only_counts; /* nothing is written */
    uint64_t counted; /* bytes that would have been, by output_flush */
};

/* path NULL or "-": standard output.  FAIL with the error set. */
enum status output_open(struct output *output, const char *path);

/* An output that goes nowhere: counts what is flushed. */
void output_open_counter(struct output *output);

/* Writes out what is buffered once that is 64 KiB or more. */
void output_flush_if_full(struct output *output);

/* Writes out what is buffered. */
void output_flush(struct output *output);

/* Flushes; with keep, makes the file appear under its name (mode and owner of
 * an existing one are kept), else removes it.  FAIL with the error set. */
enum status output_close(struct output *output, bool keep);

/* Removes the temporary file of an unfinished output: async-signal-safe. */
void output_abandon(const struct output *output);

#endif
