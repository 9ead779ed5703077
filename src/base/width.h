/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How wide text is on a terminal, in cells: UTF-8 whatever the locale says.
 * An approximation by Unicode's East Asian Width and the combining marks of
 * the scripts most in use; bytes that are no UTF-8 count one each.
 */
#ifndef KEYWEIGH_BASE_WIDTH_H
#define KEYWEIGH_BASE_WIDTH_H

#include "base/bytes.h"

size_t width_of(struct bytes text);

/* The longest beginning of text that is at most cells wide. */
struct bytes width_cut(struct bytes text, size_t cells);

/* The longest end of text that is at most cells wide and does not begin with a
 * combining mark. */
struct bytes width_cut_front(struct bytes text, size_t cells);

#endif
