/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Every notation goes through one loop that copies runs of bytes which stand
 * for themselves.  A table says which bytes those are for the quoting at hand;
 * names of plain ASCII, nearly all there are, are one run.
 */
#include "base/escape.h"

#include <stdint.h>

/* What is written around a notation, and thus what else must be escaped. */
enum quoting {
    QUOTING_NONE = 1,
    QUOTING_JSON = 2,
    QUOTING_CSV = 4, /* inside quotes */
    QUOTING_BARE = 8 /* a CSV field without quotes */
};

/* The quotings in which a byte cannot simply be copied. */
enum {
    STOP_ALL = QUOTING_NONE | QUOTING_JSON | QUOTING_CSV | QUOTING_BARE,
    STOP_QUOTE = QUOTING_JSON | QUOTING_CSV | QUOTING_BARE,
    STOP_COMMA = QUOTING_BARE,
};

static const unsigned char stops[256] = {
    [0x00 ... 0x1F] = STOP_ALL, ['"'] = STOP_QUOTE, [','] = STOP_COMMA,
    ['\\'] = STOP_ALL,          [0x7F ... 0xFF] = STOP_ALL,
};

static const char hex_digits[] = "0123456789abcdef";

bool
escape_bytes_parse(const char *name, enum escape_bytes *notation)
{
    static const char *const names[] = { "escape", "hex", "base64" };
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            *notation = (enum escape_bytes)i;
            return true;
        }
    }
    return false;
}

/* ---- UTF-8 ---- */

/* Well-formed beginnings by Unicode's table 3-7: what the second byte may be
 * excludes overlong forms, surrogates and what lies beyond U+10FFFF. */
struct sequence {
    unsigned char size; /* 0: no sequence begins so */
    unsigned char low;
    unsigned char high;
};

static struct sequence
sequence_of(unsigned char first)
{
    if (first < 0xC2 || first > 0xF4)
        return (struct sequence){ 0, 0, 0 };
    if (first < 0xE0)
        return (struct sequence){ 2, 0x80, 0xBF };
    if (first < 0xF0)
        return (struct sequence){ 3, first == 0xE0 ? 0xA0 : 0x80,
                                  first == 0xED ? 0x9F : 0xBF };
    return (struct sequence){ 4, first == 0xF0 ? 0x90 : 0x80,
                              first == 0xF4 ? 0x8F : 0xBF };
}

struct interval {
    uint32_t first;
    uint32_t last;
};

/* No glyph of their own, or one that would reorder or hide its neighbours. */
static bool
is_shown(uint32_t code)
{
    static const struct interval hidden[] = {
        { 0x0080, 0x009F }, { 0x00AD, 0x00AD },   { 0x061C, 0x061C },
        { 0x200B, 0x200F }, { 0x2028, 0x202E },   { 0x2060, 0x206F },
        { 0xFDD0, 0xFDEF }, { 0xFEFF, 0xFEFF },   { 0xFFF9, 0xFFFB },
        { 0xE0000, 0xE0FFF },
    };
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        if (code <= hidden[i].last)
            return code < hidden[i].first && (code & 0xFFFE) != 0xFFFE;
    }
    return (code & 0xFFFE) != 0xFFFE;
}

enum { CUT_SHORT = -1 };

/* How many bytes at p stand as they are, 0 when p[0] must be escaped.
 * CUT_SHORT when what is there could become a sequence with more bytes. */
static int
utf8_shown(const unsigned char *p, size_t size)
{
    struct sequence sequence = sequence_of(p[0]);
    if (sequence.size == 0)
        return 0;
    uint32_t code = p[0] & (0xFFu >> (sequence.size + 1));
    for (size_t i = 1; i < sequence.size; i++) {
        if (i == size)
            return CUT_SHORT;
        unsigned char low = i == 1 ? sequence.low : 0x80;
        unsigned char high = i == 1 ? sequence.high : 0xBF;
        if (p[i] < low || p[i] > high)
            return 0;
        code = code << 6 | (p[i] & 0x3Fu);
    }
    return is_shown(code) ? sequence.size : 0;
}

bool
escape_is_plain(struct bytes name)
{
    size_t i = 0;
    while (i < name.size) {
        if ((stops[name.data[i]] & QUOTING_NONE) == 0) {
            i++;
            continue;
        }
        int shown = utf8_shown(name.data + i, name.size - i);
        if (shown <= 0)
            return false;
        i += (size_t)shown;
    }
    return true;
}

/* ---- the escape notation ---- */

static void
append_hex_byte(struct buffer *out, unsigned char byte)
{
    unsigned char *room = buffer_reserve(out, 2);
    room[0] = (unsigned char)hex_digits[byte >> 4];
    room[1] = (unsigned char)hex_digits[byte & 15];
    out->size += 2;
}

static void
append_backslash(struct buffer *out, enum quoting quoting)
{
    buffer_append(out, "\\\\", quoting == QUOTING_JSON ? 2 : 1);
}

static void
append_special(struct buffer *out, unsigned char byte,
               enum escape_bytes notation, enum quoting quoting)
{
    if (byte == '"') {
        buffer_append_byte(out, quoting == QUOTING_JSON ? '\\' : '"');
        buffer_append_byte(out, '"');
    } else if (byte == '\\') {
        append_backslash(out, quoting);
        if (notation == BYTES_ESCAPE)
            append_backslash(out, quoting);
    } else {
        append_backslash(out, quoting);
        buffer_append_byte(out, 'x');
        append_hex_byte(out, byte);
    }
}

/* Appends what can be said of name without knowing what follows it.  Returns
 * the bytes left at its end: an unfinished sequence, at most three. */
static size_t
append_escaped(struct buffer *out, struct bytes name,
               enum escape_bytes notation, enum quoting quoting)
{
    if (name.size == 0)
        return 0;
    const unsigned char *run = name.data;
    const unsigned char *p = run;
    const unsigned char *end = p + name.size;
    while (p < end) {
        if ((stops[*p] & quoting) == 0) {
            p++;
            continue;
        }
        int shown = utf8_shown(p, (size_t)(end - p));
        if (shown > 0) {
            p += shown;
            continue;
        }
        buffer_append(out, run, (size_t)(p - run));
        if (shown == CUT_SHORT)
            return (size_t)(end - p);
        append_special(out, *p++, notation, quoting);
        run = p;
    }
    buffer_append(out, run, (size_t)(p - run));
    return 0;
}

/* Escapes bytes that turned out to be no sequence. */
static void
append_specials(struct buffer *out, struct bytes bytes,
                enum escape_bytes notation, enum quoting quoting)
{
    for (size_t i = 0; i < bytes.size; i++)
        append_special(out, bytes.data[i], notation, quoting);
}

/* ---- hex and base64 ---- */

static void
append_hex(struct buffer *out, struct bytes name)
{
    if (name.size == 0)
        return;
    unsigned char *room = buffer_reserve(out, name.size * 2);
    for (size_t i = 0; i < name.size; i++) {
        *room++ = (unsigned char)hex_digits[name.data[i] >> 4];
        *room++ = (unsigned char)hex_digits[name.data[i] & 15];
    }
    out->size += name.size * 2;
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* Whole triples only.  Returns the bytes left. */
static size_t
append_triples(struct buffer *out, struct bytes name)
{
    size_t triples = name.size / 3;
    if (triples == 0)
        return name.size;
    const unsigned char *p = name.data;
    unsigned char *room = buffer_reserve(out, triples * 4);
    for (size_t i = 0; i < triples; i++, p += 3, room += 4) {
        uint32_t bits = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
        room[0] = (unsigned char)base64_digits[bits >> 18];
        room[1] = (unsigned char)base64_digits[bits >> 12 & 63];
        room[2] = (unsigned char)base64_digits[bits >> 6 & 63];
        room[3] = (unsigned char)base64_digits[bits & 63];
    }
    out->size += triples * 4;
    return name.size % 3;
}

/* The last one or two bytes, padded. */
static void
append_padded(struct buffer *out, const unsigned char *p, size_t size)
{
    if (size == 0)
        return;
    unsigned char triple[3] = { p[0], size > 1 ? p[1] : 0, 0 };
    (void)append_triples(out, bytes_of(triple, 3));
    memset(out->data + out->size - (3 - size), '=', 3 - size);
}

/* ---- a whole name ---- */

static void
append_whole(struct buffer *out, struct bytes name,
             enum escape_bytes notation, enum quoting quoting)
{
    size_t left;
    switch (notation) {
    case BYTES_HEX:
        append_hex(out, name);
        break;
    case BYTES_BASE64:
        left = append_triples(out, name);
        if (left != 0)
            append_padded(out, name.data + name.size - left, left);
        break;
    case BYTES_ESCAPE:
    case BYTES_TEXT:
        left = append_escaped(out, name, notation, quoting);
        if (left != 0)
            append_specials(out,
                            bytes_of(name.data + name.size - left, left),
                            notation, quoting);
        break;
    }
}

void
escape_append(struct buffer *out, struct bytes name,
              enum escape_bytes notation)
{
    append_whole(out, name, notation, QUOTING_NONE);
}

void
escape_append_json(struct buffer *out, struct bytes name,
                   enum escape_bytes notation)
{
    buffer_append_byte(out, '"');
    append_whole(out, name, notation, QUOTING_JSON);
    buffer_append_byte(out, '"');
}

static bool
has_comma_or_quote(struct bytes name)
{
    return memchr(name.data, ',', name.size) != NULL ||
           memchr(name.data, '"', name.size) != NULL;
}

void
escape_append_csv(struct buffer *out, struct bytes name,
                  enum escape_bytes notation)
{
    size_t plain = 0;
    if (notation == BYTES_ESCAPE || notation == BYTES_TEXT) {
        while (plain < name.size &&
               (stops[name.data[plain]] & QUOTING_BARE) == 0)
            plain++;
        if (plain != name.size && has_comma_or_quote(name)) {
            buffer_append_byte(out, '"');
            append_whole(out, name, notation, QUOTING_CSV);
            buffer_append_byte(out, '"');
            return;
        }
    }
    if (name.size == 0)
        buffer_append(out, "\"\"", 2);
    else if (plain == name.size)
        buffer_append(out, name.data, name.size);
    else
        append_whole(out, name, notation, QUOTING_NONE);
}

/* ---- a name in parts ---- */

/* Finishes the held sequence with the beginning of *part, which loses what was
 * used.  False when part ended first. */
static bool
finish_sequence(struct buffer *out, struct escape_state *state,
                struct bytes *part, enum escape_bytes notation,
                enum quoting quoting)
{
    unsigned char joined[sizeof(state->held)];
    size_t count = state->count;
    size_t more = sizeof(joined) - count;
    if (more > part->size)
        more = part->size;
    memcpy(joined, state->held, count);
    memcpy(joined + count, part->data, more);
    int shown = utf8_shown(joined, count + more);
    if (shown == CUT_SHORT) {
        memcpy(state->held, joined, count + more);
        state->count = (unsigned char)(count + more);
        return false;
    }
    state->count = 0;
    if (shown == 0) {
        /* Behind its first byte only continuation bytes were held, and none
         * of them begins anything. */
        append_specials(out, bytes_of(joined, count), notation, quoting);
        return true;
    }
    buffer_append(out, joined, (size_t)shown);
    size_t used = (size_t)shown - count;
    *part = bytes_of(part->data + used, part->size - used);
    return true;
}

static void
hold(struct escape_state *state, struct bytes part, size_t left)
{
    if (left == 0)
        return;
    memcpy(state->held, part.data + part.size - left, left);
    state->count = (unsigned char)left;
}

static void
append_escaped_part(struct buffer *out, struct escape_state *state,
                    struct bytes part, enum escape_bytes notation,
                    enum quoting quoting)
{
    if (part.size == 0 ||
        (state->count != 0 &&
         !finish_sequence(out, state, &part, notation, quoting)))
        return;
    hold(state, part, append_escaped(out, part, notation, quoting));
}

static void
append_base64_part(struct buffer *out, struct escape_state *state,
                   struct bytes part)
{
    while (state->count != 0 && state->count < 3 && part.size != 0) {
        state->held[state->count++] = part.data[0];
        part = bytes_of(part.data + 1, part.size - 1);
    }
    if (state->count == 3) {
        (void)append_triples(out, bytes_of(state->held, 3));
        state->count = 0;
    }
    if (state->count == 0)
        hold(state, part, append_triples(out, part));
}

static void
append_part(struct buffer *out, struct escape_state *state, struct bytes part,
            enum escape_bytes notation, enum quoting quoting, bool last)
{
    if (notation == BYTES_HEX) {
        append_hex(out, part);
    } else if (notation == BYTES_BASE64) {
        append_base64_part(out, state, part);
        if (last)
            append_padded(out, state->held, state->count);
    } else {
        append_escaped_part(out, state, part, notation, quoting);
        if (last)
            append_specials(out, bytes_of(state->held, state->count),
                            notation, quoting);
    }
    if (last)
        state->count = 0;
}

void
escape_append_json_part(struct buffer *out, struct escape_state *state,
                        struct bytes part, enum escape_bytes notation,
                        bool last)
{
    append_part(out, state, part, notation, QUOTING_JSON, last);
}

void
escape_append_csv_part(struct buffer *out, struct escape_state *state,
                       struct bytes part, enum escape_bytes notation,
                       bool last)
{
    append_part(out, state, part, notation, QUOTING_CSV, last);
}

/* ---- reading ---- */

static int
hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* -1 when p is not two digits. */
static int
hex_byte(const unsigned char *p)
{
    int high = hex_value(p[0]);
    int low = hex_value(p[1]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static bool
read_hex(struct bytes text, struct buffer *out)
{
    if (text.size % 2 != 0)
        return false;
    for (size_t i = 0; i < text.size; i += 2) {
        int byte = hex_byte(text.data + i);
        if (byte < 0)
            return false;
        buffer_append_byte(out, (unsigned char)byte);
    }
    return true;
}

static bool
read_escape(struct bytes text, struct buffer *out)
{
    size_t i = 0;
    while (i < text.size) {
        unsigned char c = text.data[i++];
        if (c == '\\') {
            size_t left = text.size - i;
            if (left >= 1 && text.data[i] == '\\') {
                i += 1;
            } else {
                int byte = left >= 3 && text.data[i] == 'x'
                               ? hex_byte(text.data + i + 1)
                               : -1;
                if (byte < 0)
                    return false;
                c = (unsigned char)byte;
                i += 3;
            }
        }
        buffer_append_byte(out, c);
    }
    return true;
}

/* One group of four digits, the last padding of them '='.  Bits that belong
 * to no byte must be 0: each name has one form only. */
static bool
read_group(const unsigned char *p, size_t padding, struct buffer *out)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        const char *digit = base64_digits;
        if (i < 4 - padding)
            digit = memchr(base64_digits, p[i], sizeof(base64_digits) - 1);
        if (digit == NULL)
            return false;
        bits = bits << 6 | (uint32_t)(digit - base64_digits);
    }
    if ((bits & ((1u << 8 * padding) - 1)) != 0)
        return false;
    unsigned char triple[3] = { (unsigned char)(bits >> 16),
                                (unsigned char)(bits >> 8),
                                (unsigned char)bits };
    buffer_append(out, triple, 3 - padding);
    return true;
}

static bool
read_base64(struct bytes text, struct buffer *out)
{
    if (text.size % 4 != 0)
        return false;
    for (size_t i = 0; i < text.size; i += 4) {
        const unsigned char *p = text.data + i;
        size_t padding = 0;
        if (i + 4 == text.size && p[3] == '=')
            padding = p[2] == '=' ? 2 : 1;
        if (!read_group(p, padding, out))
            return false;
    }
    return true;
}

bool
escape_read(struct bytes text, enum escape_bytes notation, struct buffer *out)
{
    switch (notation) {
    case BYTES_ESCAPE:
        return read_escape(text, out);
    case BYTES_HEX:
        return read_hex(text, out);
    case BYTES_BASE64:
        return read_base64(text, out);
    case BYTES_TEXT:
        buffer_append(out, text.data, text.size);
        return true;
    }
    return false;
}
