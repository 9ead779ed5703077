/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The text of a score as a server puts it into a packed sorted set.
 */
#ifndef KEYWEIGH_MODEL_SCORE_TEXT_H
#define KEYWEIGH_MODEL_SCORE_TEXT_H

#include "data/item.h"

enum { SCORE_TEXT_MAX = 40 };

/* Redis 7.2 util.c d2string over double2ll and fpconv: an integer where it is
 * one, else the shortest digits that read back to the same score.  The text
 * lies in room, or is TEXT_INTEGER. */
struct text score_text(double score, char room[SCORE_TEXT_MAX]);

#endif
