/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Patterns as KEYS and SCAN MATCH take them, on bytes: * ? [a-z] [^a-z] and
 * a backslash before what shall stand for itself.  Case matters.
 *
 * A match is found or not in at most pattern length times name length steps,
 * whatever the pattern.
 */
#ifndef KEYWEIGH_SCAN_GLOB_H
#define KEYWEIGH_SCAN_GLOB_H

#include <stdbool.h>

#include "base/bytes.h"

struct glob;

/* Copies what it needs of the pattern.  Every pattern is valid. */
struct glob *glob_new(struct bytes pattern);
void glob_free(struct glob *glob);

bool glob_match(const struct glob *glob, struct bytes name);

#endif
