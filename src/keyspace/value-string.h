/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Strings: bytes, or a number when they are its canonical decimal.  Which of
 * both is no property of the value: servers look at the text when they load
 * it.
 *
 *     STRING_NUMBER   number
 *     STRING_BYTES    bytes, size
 */
#ifndef KEYWEIGH_KEYSPACE_VALUE_STRING_H
#define KEYWEIGH_KEYSPACE_VALUE_STRING_H

#include "keyspace/value.h"

enum value_string_form { STRING_BYTES, STRING_NUMBER };

/* The text, valid until the next change; digits are written into room. */
struct bytes value_string_bytes(const struct value *value,
                                char room[TEXT_DIGITS]);

uint64_t value_string_size(const struct value *value);

/* The text as a number; false when it is not one's canonical decimal. */
bool value_string_number(const struct value *value, int64_t *number);

/* Another text.  Those that return false refuse a text that is too long or
 * for which there is no room in the store; the value is as it was.  Texts may
 * be the value's own. */
bool value_string_set(struct store *store, struct value *value,
                      struct bytes text);

/* A block of the store's pool that becomes the value's: its bytes are the text,
 * which is no number and not too long. */
void value_string_set_block(struct store *store, struct value *value,
                            unsigned char *block, uint32_t size);
void value_string_set_number(struct store *store, struct value *value,
                             int64_t number);
bool value_string_append(struct store *store, struct value *value,
                         struct bytes text);

/* Bytes at an offset, zeros before it when it is behind the end (SETRANGE).
 * An empty text changes nothing. */
bool value_string_set_range(struct store *store, struct value *value,
                            uint64_t offset, struct bytes text);

/* The text cut or filled with zeros to size bytes. */
bool value_string_resize(struct store *store, struct value *value,
                         uint64_t size);

/* Its bytes for changing in place (bits, registers), value_string_size of
 * them; NULL when there are none. */
unsigned char *value_string_edit(struct store *store, struct value *value);

#endif
