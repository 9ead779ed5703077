/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Values that no command of a log changes here: a module's, and KeyDB's cron
 * jobs.  They come by a dump (preamble, RESTORE), and their pieces are kept as
 * they came, to be handed out again; so are those of a vector set, as long as
 * no command changes it (keyspace/value-vectorset.h):
 *
 *     module -> name, encoding version, pieces: (kind, number or text) ...
 */
#ifndef KEYWEIGH_KEYSPACE_VALUE_MODULE_H
#define KEYWEIGH_KEYSPACE_VALUE_MODULE_H

#include "keyspace/value.h"

/* Whose it is; before any piece.  The name is cut to nine bytes. */
void value_module_set_origin(struct store *store, struct value *value,
                             struct bytes name, unsigned char type_byte);

/* "ReJSON-RL", "vectorset"; valid as long as the value. */
struct bytes value_module_name(const struct value *value);

/* The next piece, one of ITEM_MODULE ...; its text is TEXT_BYTES or
 * TEXT_INTEGER. */
bool value_module_add(struct store *store, struct value *value,
                      const struct item *item);

/* The piece at *at, which moves behind it; false at the end.  Start with 0;
 * texts are valid as long as the value is not changed. */
bool value_module_get(const struct value *value, size_t *at,
                      struct item *item);

#endif
