/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The texts of the item at hand, however they came: with the item, or in parts
 * before it.
 */
#ifndef KEYWEIGH_EXPORT_TEXTS_H
#define KEYWEIGH_EXPORT_TEXTS_H

#include "data/item.h"
#include "export/spool.h"

struct texts {
    struct spool parts[2]; /* of item->text and item->value */
    char digits[TEXT_DIGITS];
};

void texts_init(struct texts *texts, struct error *error);
void texts_fini(struct texts *texts);

/* For visitor text() of a visitor that wants all bytes. */
void texts_part(struct texts *texts, int which, struct bytes part);

/* Forgets the parts: after each item, and when a value is aborted. */
void texts_clear(struct texts *texts);

/* True with the whole text, when it is in memory; valid until the next call. */
bool texts_held(struct texts *texts, const struct text *text, int which,
                struct bytes *bytes);

/* Hands out the text in pieces. */
void texts_each(struct texts *texts, const struct text *text, int which,
                spool_function *take, void *context);

#endif
