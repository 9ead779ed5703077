/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Why a value has its encoding: the threshold that decides, with its name.
 */
#ifndef KEYWEIGH_CLI_EXPLAIN_WHY_H
#define KEYWEIGH_CLI_EXPLAIN_WHY_H

#include "base/buffer.h"
#include "cli/elements.h"
#include "model/profile.h"
#include "model/record.h"

/* Appends one sentence without a full stop. */
void explain_why(struct buffer *out, const struct record *record,
                 const struct profile *profile,
                 const struct elements *elements);

#endif
