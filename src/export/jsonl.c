/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/jsonl.h"

#include <inttypes.h>

#include "base/number.h"

/* JavaScript's largest exact integer, the contract's limit for numbers. */
static const int64_t number_max = (INT64_C(1) << 53) - 1;

/* Bytes of a long string between two looks at the output, which must not
 * grow with it. */
enum { PIECE = 64 * 1024 };

static struct buffer *
buffer_of(struct jsonl *line)
{
    return &line->output->buffer;
}

static void
separate(struct jsonl *line)
{
    if (line->comma[line->depth])
        buffer_append_text(buffer_of(line), ", ");
    line->comma[line->depth] = true;
}

void
jsonl_begin(struct jsonl *line)
{
    line->depth = 0;
    line->comma[0] = false;
    jsonl_open(line, '{');
}

void
jsonl_end(struct jsonl *line)
{
    jsonl_close_to(line, 0);
    buffer_append_byte(buffer_of(line), '\n');
    output_flush_if_full(line->output);
}

void
jsonl_open(struct jsonl *line, char bracket)
{
    separate(line);
    buffer_append_byte(buffer_of(line), (unsigned char)bracket);
    line->closers[line->depth++] = bracket == '[' ? ']' : '}';
    line->comma[line->depth] = false;
}

void
jsonl_close_to(struct jsonl *line, unsigned depth)
{
    while (line->depth > depth)
        buffer_append_byte(buffer_of(line),
                           (unsigned char)line->closers[--line->depth]);
}

void
jsonl_member(struct jsonl *line, const char *name)
{
    separate(line);
    buffer_append_byte(buffer_of(line), '"');
    buffer_append_text(buffer_of(line), name);
    buffer_append_text(buffer_of(line), "\": ");
    line->comma[line->depth] = false;
}

void
jsonl_member_open(struct jsonl *line, const char *name, char bracket)
{
    jsonl_member(line, name);
    jsonl_open(line, bracket);
}

void
jsonl_member_count(struct jsonl *line, const char *name, uint64_t count)
{
    jsonl_member(line, name);
    jsonl_count(line, count);
}

void
jsonl_member_id(struct jsonl *line, const char *name, struct stream_id id)
{
    jsonl_member(line, name);
    jsonl_id(line, id);
}

void
jsonl_number(struct jsonl *line, int64_t number)
{
    if (number > number_max || number < -number_max) {
        jsonl_literal(line, "null");
        return;
    }
    separate(line);
    buffer_append_format(buffer_of(line), "%" PRId64, number);
}

void
jsonl_count(struct jsonl *line, uint64_t count)
{
    jsonl_number(line, count > INT64_MAX ? INT64_MAX : (int64_t)count);
}

void
jsonl_literal(struct jsonl *line, const char *literal)
{
    separate(line);
    buffer_append_text(buffer_of(line), literal);
}

void
jsonl_word(struct jsonl *line, const char *word)
{
    separate(line);
    buffer_append_byte(buffer_of(line), '"');
    buffer_append_text(buffer_of(line), word);
    buffer_append_byte(buffer_of(line), '"');
}

void
jsonl_quoted(struct jsonl *line, uint64_t number)
{
    separate(line);
    buffer_append_format(buffer_of(line), "\"%" PRIu64 "\"", number);
}

void
jsonl_quoted_signed(struct jsonl *line, int64_t number)
{
    separate(line);
    buffer_append_format(buffer_of(line), "\"%" PRId64 "\"", number);
}

void
jsonl_double(struct jsonl *line, double number)
{
    char text[NUMBER_DOUBLE_SIZE];
    number_format_double(number, text);
    jsonl_word(line, text);
}

void
jsonl_id(struct jsonl *line, struct stream_id id)
{
    separate(line);
    buffer_append_format(buffer_of(line), "\"%" PRIu64 "-%" PRIu64 "\"", id.ms,
                         id.seq);
}

static void
append_part(struct jsonl *line, struct bytes part, enum escape_bytes notation,
            bool last)
{
    escape_append_json_part(buffer_of(line), &line->escape, part, notation,
                            last);
    output_flush_if_full(line->output);
}

void
jsonl_string(struct jsonl *line, struct bytes string,
             enum escape_bytes notation)
{
    if (string.size <= PIECE) {
        separate(line);
        escape_append_json(buffer_of(line), string, notation);
        return;
    }
    jsonl_string_begin(line);
    while (string.size > PIECE) {
        append_part(line, bytes_of(string.data, PIECE), notation, false);
        string = bytes_of(string.data + PIECE, string.size - PIECE);
    }
    append_part(line, string, notation, true);
    buffer_append_byte(buffer_of(line), '"');
}

void
jsonl_text(struct jsonl *line, const struct text *text)
{
    char room[TEXT_DIGITS];
    jsonl_string(line, text_bytes(text, room), line->bytes);
}

void
jsonl_key(struct jsonl *line, struct bytes name, uint64_t size)
{
    bool changed =
        line->bytes == BYTES_ESCAPE ? !escape_is_plain(name) : name.size > 0;
    jsonl_member(line, "key");
    jsonl_string(line, name, line->bytes);
    if (changed) {
        jsonl_member(line, "key_base64");
        jsonl_string(line, name, BYTES_BASE64);
    }
    if (size > name.size)
        jsonl_member_count(line, "key_length", size);
}

void
jsonl_string_begin(struct jsonl *line)
{
    separate(line);
    buffer_append_byte(buffer_of(line), '"');
    line->escape = (struct escape_state) { .count = 0 };
}

void
jsonl_string_part(struct jsonl *line, struct bytes part)
{
    append_part(line, part, line->bytes, false);
}

void
jsonl_string_end(struct jsonl *line)
{
    append_part(line, bytes_of("", 0), line->bytes, true);
    buffer_append_byte(buffer_of(line), '"');
}
