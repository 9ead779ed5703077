/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Binary names as text and back: the notations of --bytes, and the quoting of
 * CSV and JSON.
 *
 * escape: as is stand 0x20-0x7E but the backslash, and well-formed UTF-8 from
 * U+00A0 on except U+00AD, U+061C, U+200B-200F, U+2028-202E, U+2060-206F,
 * U+FEFF, U+FFF9-FFFB, U+E0000-E0FFF and noncharacters; the backslash is
 * doubled, every other byte is \xhh.
 */
#ifndef KEYWEIGH_BASE_ESCAPE_H
#define KEYWEIGH_BASE_ESCAPE_H

#include "base/buffer.h"

enum escape_bytes {
    BYTES_ESCAPE,
    BYTES_HEX,
    BYTES_BASE64,
    BYTES_TEXT, /* no --bytes notation but for words of ours, which may quote
                   names already escaped: as escape, the backslash as is */
};

/* False when there is no notation of that name. */
bool escape_bytes_parse(const char *name, enum escape_bytes *notation);

/* Appends name in the notation. */
void escape_append(struct buffer *out, struct bytes name,
                   enum escape_bytes notation);

/* True when BYTES_ESCAPE leaves name exactly as it is. */
bool escape_is_plain(struct bytes name);

/* Reads text in the notation into out (appending).  False when it is not well
 * formed (an odd hex digit, a bad escape). */
bool escape_read(struct bytes text, enum escape_bytes notation,
                 struct buffer *out);

/* Appends a JSON string, quotes included, of name in the notation. */
void escape_append_json(struct buffer *out, struct bytes name,
                        enum escape_bytes notation);

/* The inside of such a string, in pieces of one long name: begin with a zeroed
 * state, call for each piece, and end with last = true.  Pieces may cut a
 * UTF-8 sequence or a base64 triple anywhere. */
struct escape_state {
    unsigned char held[4]; /* bytes of an unfinished sequence or triple */
    unsigned char count;
};
void escape_append_json_part(struct buffer *out, struct escape_state *state,
                             struct bytes part, enum escape_bytes notation,
                             bool last);

/* Appends a CSV field (RFC 4180) of name in the notation, quoted when it must
 * be and when it is empty (a row of one empty field would be a blank line). */
void escape_append_csv(struct buffer *out, struct bytes name,
                       enum escape_bytes notation);

/* The inside of a quoted CSV field in pieces, as escape_append_json_part. */
void escape_append_csv_part(struct buffer *out, struct escape_state *state,
                            struct bytes part, enum escape_bytes notation,
                            bool last);

#endif
