/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The doubles of arrays: which texts a server of 64 bits keeps as one, and how
 * it writes them.  Private to value-array.c.
 *
 * Source: Redis 8.8 sparsearray.c (arTryEncodeFloat, arFormatFloat), 8.6
 * util.c (d2string) and deps/fpconv (emit_digits).
 */
#ifndef KEYWEIGH_KEYSPACE_ARRAY_DOUBLE_H
#define KEYWEIGH_KEYSPACE_ARRAY_DOUBLE_H

#include "keyspace/value-array.h"

/* "1.5", "2.0", "-0.0", "1e+22", with a NUL; returns the length without.  The
 * last of 17 digits may be one below the server's where both are equally near
 * to the number. */
size_t array_double_format(double number, char text[ARRAY_DIGITS]);

/* False when the text is not just what would be written of a double whose two
 * lowest bits are zero: these are the server's to tell kinds apart. */
bool array_double_parse(struct bytes text, double *number);

#endif
