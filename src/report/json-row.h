/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One row as one JSON object on one line: what write-json and write-jsonl have
 * in common.  Numbers beyond 2^53 - 1 are null.
 */
#ifndef KEYWEIGH_REPORT_JSON_ROW_H
#define KEYWEIGH_REPORT_JSON_ROW_H

#include "report/writer.h"

/* Appends {"NAME": VALUE, ...} to the writer's output; with a section that is
 * not NULL a member of that name comes first. */
void json_row_append(struct writer *writer, const char *section,
                     const struct column *columns, const struct cell *cells,
                     size_t count);

/* Appends {"incomplete": true, "error": "..."}: the writer's incomplete. */
void json_row_append_incomplete(struct writer *writer);

#endif
