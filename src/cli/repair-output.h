/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The files that repair writes: a signal removes what is unfinished, and
 * trouble is told here.
 */
#ifndef KEYWEIGH_CLI_REPAIR_OUTPUT_H
#define KEYWEIGH_CLI_REPAIR_OUTPUT_H

#include "base/bytes.h"
#include "report/output.h"

/* path NULL: standard output.  A file that is new is no more open to others
 * than the input like, a descriptor or -1. */
bool repair_output_open(struct output *output, const char *path, int like);

/* True when it was to be kept, and is. */
bool repair_output_close(struct output *output, bool keep);

/* Appends to the struct output that context is. */
void repair_output_put(void *context, struct bytes bytes);

#endif
