/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The visitor of a deep check: looks at values as the strictest loader does,
 * and at what no loader looks at, and reports findings.  The structure of the
 * bytes themselves is checked by the walk that feeds it.
 */
#ifndef KEYWEIGH_RDB_VALIDATOR_H
#define KEYWEIGH_RDB_VALIDATOR_H

#include "rdb/decode.h"

struct validator *validator_new(struct rdb *rdb);
void validator_free(struct validator *validator);
struct visitor *validator_visitor(struct validator *validator);

#endif
