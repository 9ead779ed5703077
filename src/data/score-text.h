/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The text of a score as a server puts it into a packed sorted set.
 */
#ifndef KEYWEIGH_DATA_SCORE_TEXT_H
#define KEYWEIGH_DATA_SCORE_TEXT_H

#include "data/item.h"

enum { SCORE_TEXT_MAX = 48 };

enum score_rule {
    SCORE_EXACT_17, /* integers up to 52 bits, else 17 digits */
    SCORE_17,       /* 7.0: integers up to 62 bits */
    SCORE_FPCONV,   /* 7.2: else those of base/grisu.h, mostly the fewest */
};

/* util.c d2string of a release: an integer where it is one, else digits.  The
 * text lies in room, or is TEXT_INTEGER. */
struct text score_text(enum score_rule rule, double score,
                       char room[SCORE_TEXT_MAX]);

/* The same of a score in a rewritten log (rio.c rioWriteBulkDouble): always
 * digits, of which 10000000000 is 1e+10 since 7.2. */
struct text score_text_digits(enum score_rule rule, double score,
                              char room[SCORE_TEXT_MAX]);

#endif
