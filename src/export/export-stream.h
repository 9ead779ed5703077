/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Streams for export-value.c: nodes with all that is in them; then totals,
 * groups and idempotent producers, as far as the type has them.  Private to
 * export/.
 */
#ifndef KEYWEIGH_EXPORT_EXPORT_STREAM_H
#define KEYWEIGH_EXPORT_EXPORT_STREAM_H

#include "export/export-value.h"

/* The form of streams for a target that can hold them. */
const struct value_form *export_stream_form(const struct export_target *target);

struct export_stream *export_stream_new(struct error *error);
void export_stream_free(struct export_stream *stream);

void export_stream_begin(struct export_value *value);
void export_stream_node(struct export_value *value, const struct node *node);

#endif
