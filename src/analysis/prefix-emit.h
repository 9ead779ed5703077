/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The section "prefixes", from the rows of the analysis.
 */
#ifndef KEYWEIGH_ANALYSIS_PREFIX_EMIT_H
#define KEYWEIGH_ANALYSIS_PREFIX_EMIT_H

#include "analysis/analysis.h"

/* The emit of struct analysis_ops. */
void prefix_emit(struct analysis *self, struct writer *writer);

#endif
