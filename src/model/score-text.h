/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The text of a score as a server puts it into a packed sorted set.
 */
#ifndef KEYWEIGH_MODEL_SCORE_TEXT_H
#define KEYWEIGH_MODEL_SCORE_TEXT_H

#include "data/item.h"
#include "model/servers.h"

enum { SCORE_TEXT_MAX = 40 };

/* util.c d2string of a release: an integer where it is one, else digits.  The
 * text lies in room, or is TEXT_INTEGER. */
struct text score_text(enum score_rule rule, double score,
                       char room[SCORE_TEXT_MAX]);

#endif
