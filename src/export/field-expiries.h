/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The expiries of a hash's fields as RDB type 24 has them: one in front of each
 * field, counted from the smallest of all, which is known only behind the last.
 * So they are gathered apart, and woven between the fields when it is known.
 * Private to export/.
 */
#ifndef KEYWEIGH_EXPORT_FIELD_EXPIRIES_H
#define KEYWEIGH_EXPORT_FIELD_EXPIRIES_H

#include "export/spool.h"

struct field_expiries {
    struct spool records;
};

void field_expiries_init(struct field_expiries *expiries, struct error *error);
void field_expiries_fini(struct field_expiries *expiries);
void field_expiries_clear(struct field_expiries *expiries);

/* Of the field that begins at an offset of the fields, behind the one before:
 * Unix time, or 0 when it has none. */
void field_expiries_add(struct field_expiries *expiries, uint64_t at,
                        int64_t ms);

/* Hands out the fields, with the expiry of each in front of it; minimum is the
 * smallest that is not 0. */
void field_expiries_weave(const struct field_expiries *expiries,
                          const struct spool *fields, int64_t minimum,
                          spool_function *take, void *context);

#endif
