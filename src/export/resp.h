/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Commands as servers take and log them, added to a spool piece by piece:
 * resp_begin says of how many words one is, the first of which it writes; who
 * calls adds the others.
 */
#ifndef KEYWEIGH_EXPORT_RESP_H
#define KEYWEIGH_EXPORT_RESP_H

#include "export/texts.h"

/* Words of a command, the first included. */
void resp_begin(struct spool *spool, uint64_t words, const char *first);

void resp_bytes(struct spool *spool, struct bytes bytes);
void resp_word(struct spool *spool, const char *word);
void resp_number(struct spool *spool, int64_t number);
void resp_count(struct spool *spool, uint64_t number);
void resp_double(struct spool *spool, double number);
void resp_id(struct spool *spool, struct stream_id id);

/* An item's text, of any size. */
void resp_text(struct spool *spool, struct texts *texts,
               const struct text *text, int which);

/* All the bytes of another spool. */
void resp_spool(struct spool *spool, const struct spool *bytes);

#endif
