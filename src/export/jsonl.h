/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One line of JSON, written as it comes: a stack of what is open, commas where
 * they belong, and strings that may arrive in parts.  Closing to a level from
 * any state leaves well-formed JSON, as long as no string is open.
 *
 * Numbers beyond 2^53 - 1 are written as null.
 */
#ifndef KEYWEIGH_EXPORT_JSONL_H
#define KEYWEIGH_EXPORT_JSONL_H

#include "base/escape.h"
#include "data/item.h"
#include "report/output.h"

enum { JSONL_DEPTH_MAX = 12 };

struct jsonl {
    struct output *output;      /* borrowed */
    enum escape_bytes bytes;    /* the notation of strings */
    struct escape_state escape; /* of the string that comes in parts */
    unsigned depth;
    char closers[JSONL_DEPTH_MAX];
    bool comma[JSONL_DEPTH_MAX + 1]; /* something stands at this level */
};

/* Begins a line, whatever happened before. */
void jsonl_begin(struct jsonl *line);

/* Closes all that is open, and the line. */
void jsonl_end(struct jsonl *line);

/* bracket is '[' or '{'; at most JSONL_DEPTH_MAX may be open. */
void jsonl_open(struct jsonl *line, char bracket);
void jsonl_close_to(struct jsonl *line, unsigned depth);

/* A member's name, which is plain text; its value comes next. */
void jsonl_member(struct jsonl *line, const char *name);
void jsonl_member_open(struct jsonl *line, const char *name, char bracket);
void jsonl_member_count(struct jsonl *line, const char *name, uint64_t count);
void jsonl_member_id(struct jsonl *line, const char *name, struct stream_id id);

void jsonl_number(struct jsonl *line, int64_t number);
void jsonl_count(struct jsonl *line, uint64_t count);

/* null, true: a word without quotes. */
void jsonl_literal(struct jsonl *line, const char *literal);

/* Plain text in quotes. */
void jsonl_word(struct jsonl *line, const char *word);

/* Numbers that may need all their bits, as strings. */
void jsonl_quoted(struct jsonl *line, uint64_t number);
void jsonl_quoted_signed(struct jsonl *line, int64_t number);
void jsonl_double(struct jsonl *line, double number);
void jsonl_id(struct jsonl *line, struct stream_id id);

/* Bytes in a notation; those of a text in the line's own. */
void jsonl_string(struct jsonl *line, struct bytes string,
                  enum escape_bytes notation);
void jsonl_text(struct jsonl *line, const struct text *text);

/* The members "key", "key_base64" when the notation changes the name, and
 * "key_length" when name is only the beginning of size bytes. */
void jsonl_key(struct jsonl *line, struct bytes name, uint64_t size);

/* A string in parts, in the line's notation. */
void jsonl_string_begin(struct jsonl *line);
void jsonl_string_part(struct jsonl *line, struct bytes part);
void jsonl_string_end(struct jsonl *line);

#endif
