/* SPDX-License-Identifier: BSD-3-Clause */
#include "mkrdb.h"

#include <stdlib.h>
#include <string.h>

/* What stood between the name and the brace, and before an entry. */
struct overrides {
    uint64_t count, total, tail, end, backlen, prevlen;
    bool has_count, has_total, has_tail, has_end, has_backlen, has_prevlen;
    bool prev5;
};

static bool
read_override(const char *word, struct overrides *o)
{
    const struct {
        const char *name;
        uint64_t *value;
        bool *has;
    } rows[] = {
        { "count=", &o->count, &o->has_count },
        { "total=", &o->total, &o->has_total },
        { "tail=", &o->tail, &o->has_tail },
        { "end=", &o->end, &o->has_end },
        { "backlen=", &o->backlen, &o->has_backlen },
        { "prevlen=", &o->prevlen, &o->has_prevlen },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t n = strlen(rows[i].name);

        if (strncmp(word, rows[i].name, n) == 0) {
            *rows[i].has = parse_number(word + n, rows[i].value);
            return *rows[i].has;
        }
    }
    o->prev5 = strcmp(word, "prev5") == 0;
    return o->prev5;
}

static struct overrides
read_overrides(struct text *text)
{
    struct overrides o = { 0 };

    while (peek_kind(text) == TOKEN_WORD) {
        struct token token = next_token(text);

        if (!read_override(word_of(&token), &o))
            die(text, "unknown: ", word_of(&token));
        free(token.bytes.data);
    }
    expect(text, TOKEN_OPEN, "{");
    return o;
}

static unsigned
fitting_width(int64_t n)
{
    unsigned width = 8;

    while (width < 64 && (n < -(INT64_C(1) << (width - 1)) ||
                          n >= INT64_C(1) << (width - 1)))
        width += 8;
    return width > 32 ? 64 : width;
}

static void
listpack_integer(struct out *out, int64_t n, unsigned width)
{
    if (width == 0 && n >= 0 && n < 128) {
        put_byte(out, (unsigned)n);
        return;
    }
    if (width == 0 && n >= -4096 && n < 4096) {
        put_be(out, 0xc000 | ((uint64_t)n & 0x1fff), 2);
        return;
    }
    if (width == 0)
        width = fitting_width(n);
    put_byte(out, width <= 16   ? 0xf1
                  : width == 24 ? 0xf2
                  : width == 32 ? 0xf3
                                : 0xf4);
    put_le(out, (uint64_t)n, width <= 16 ? 2 : width / 8);
}

static void
listpack_string(struct out *out, struct out bytes, unsigned form)
{
    if (form == 0)
        form = bytes.size < 64 ? 6 : bytes.size < 4096 ? 12 : 32;
    if (form == 6) {
        put_byte(out, 0x80 | (unsigned)bytes.size);
    } else if (form == 12) {
        put_be(out, 0xe000 | bytes.size, 2);
    } else {
        put_byte(out, 0xf0);
        put_le(out, bytes.size, 4);
    }
    put(out, bytes.data, bytes.size);
    free(bytes.data);
}

static void
ziplist_integer(struct out *out, int64_t n, unsigned width)
{
    if (width == 0 && n >= 0 && n <= 12) {
        put_byte(out, 0xf1 + (unsigned)n);
        return;
    }
    if (width == 0)
        width = fitting_width(n);
    put_byte(out, width == 8    ? 0xfe
                  : width == 16 ? 0xc0
                  : width == 24 ? 0xf0
                  : width == 32 ? 0xd0
                                : 0xe0);
    put_le(out, (uint64_t)n, width / 8);
}

static void
ziplist_string(struct out *out, struct out bytes, unsigned form)
{
    if (form == 0)
        form = bytes.size < 64 ? 6 : bytes.size < 16384 ? 12 : 32;
    if (form == 6) {
        put_byte(out, (unsigned)bytes.size);
    } else if (form == 12) {
        put_be(out, 0x4000 | bytes.size, 2);
    } else {
        put_byte(out, 0x80);
        put_be(out, bytes.size, 4);
    }
    put(out, bytes.data, bytes.size);
    free(bytes.data);
}

struct packed_format {
    void (*integer)(struct out *out, int64_t n, unsigned width);
    void (*string)(struct out *out, struct out bytes, unsigned form);
};

static const struct packed_format listpack = { listpack_integer,
                                               listpack_string };
static const struct packed_format ziplist = { ziplist_integer,
                                              ziplist_string };

/* Encoding and data of the next entry; false when the block ends. */
static bool
read_entry(struct text *text, const struct packed_format *format,
           struct out *out, struct overrides *o)
{
    struct token token = next_token(text);
    const char *word = word_of(&token);
    uint64_t n;

    while (token.kind == TOKEN_WORD && read_override(word, o)) {
        free(token.bytes.data);
        token = next_token(text);
        word = word_of(&token);
    }
    if (token.kind == TOKEN_TEXT) {
        format->string(out, token.bytes, 0);
        return true;
    }
    if (token.kind == TOKEN_WORD && parse_number(word, &n)) {
        format->integer(out, (int64_t)n, 0);
    } else if (strcmp(word, "bytes") == 0) {
        expect(text, TOKEN_OPEN, "{");
        directives(text, out, true);
    } else if (*word == 'w' && parse_number(word + 1, &n)) {
        format->integer(out, (int64_t)number(text), (unsigned)n);
    } else if (*word == 's' && parse_number(word + 1, &n)) {
        format->string(out, string(text), (unsigned)n);
    } else if (token.kind != TOKEN_CLOSE) {
        die(text, "not an entry: ", word);
    }
    free(token.bytes.data);
    return token.kind != TOKEN_CLOSE;
}

/* Groups of seven bits, the most significant first; all but the first have
 * bit 7.  The server moves to more bytes one value early. */
static void
put_backlen(struct out *out, uint64_t n)
{
    unsigned bytes = n <= 127         ? 1
                     : n < 16383      ? 2
                     : n < 2097151    ? 3
                     : n < 268435455  ? 4
                                      : 5;

    for (unsigned i = bytes; i-- > 0;)
        put_byte(out, (unsigned)(n >> (7 * i) & 127) |
                          (i + 1 < bytes ? 128 : 0));
}

/* total u32, count u16, entries, 0xff */
void
put_listpack(struct text *text, struct out *out)
{
    struct overrides o = read_overrides(text), entry = { 0 };
    struct out body = { NULL, 0, 0 }, blob = { NULL, 0, 0 };
    uint64_t count = 0;

    for (size_t start = 0; read_entry(text, &listpack, &body, &entry);
         start = body.size, count++) {
        put_backlen(&body, entry.has_backlen ? entry.backlen
                                             : body.size - start);
        entry = (struct overrides){ 0 };
    }
    put_le(&blob, o.has_total ? o.total : body.size + 7, 4);
    put_le(&blob, o.has_count ? o.count : count, 2);
    put(&blob, body.data, body.size);
    put_byte(&blob, o.has_end ? (unsigned)o.end : 0xff);
    put_string(out, blob);
    free(body.data);
}

/* zlbytes u32, zltail u32, zllen u16, entries (prevlen, encoding, data),
 * 0xff */
void
put_ziplist(struct text *text, struct out *out)
{
    struct overrides o = read_overrides(text), entry = { 0 };
    struct out body = { NULL, 0, 0 }, blob = { NULL, 0, 0 };
    struct out one = { NULL, 0, 0 };
    uint64_t count = 0;
    size_t previous = 0, last = 0;

    for (; read_entry(text, &ziplist, &one, &entry); count++) {
        uint64_t prevlen = entry.has_prevlen ? entry.prevlen : previous;

        last = body.size;
        if (entry.prev5 || prevlen >= 254) {
            put_byte(&body, 0xfe);
            put_le(&body, prevlen, 4);
        } else {
            put_byte(&body, (unsigned)prevlen);
        }
        put(&body, one.data, one.size);
        previous = body.size - last;
        one.size = 0;
        entry = (struct overrides){ 0 };
    }
    put_le(&blob, o.has_total ? o.total : body.size + 11, 4);
    put_le(&blob, o.has_tail ? o.tail : 10 + last, 4);
    put_le(&blob, o.has_count ? o.count : count, 2);
    put(&blob, body.data, body.size);
    put_byte(&blob, o.has_end ? (unsigned)o.end : 0xff);
    put_string(out, blob);
    free(body.data);
    free(one.data);
}

/* count u8, entries (length, bytes; a value's length is followed by the
 * number of free bytes behind it, here 0), 0xff */
void
put_zipmap(struct text *text, struct out *out)
{
    struct overrides o = read_overrides(text);
    struct out body = { NULL, 0, 0 }, blob = { NULL, 0, 0 };
    uint64_t texts = 0;

    for (; peek_kind(text) == TOKEN_TEXT; texts++) {
        struct out bytes = string(text);

        if (bytes.size < 254) {
            put_byte(&body, (unsigned)bytes.size);
        } else {
            put_byte(&body, 254);
            put_le(&body, bytes.size, 4);
        }
        if (texts % 2 == 1)
            put_byte(&body, 0);
        put(&body, bytes.data, bytes.size);
        free(bytes.data);
    }
    expect(text, TOKEN_CLOSE, "}");
    put_byte(&blob, (unsigned)(o.has_count      ? o.count
                               : texts / 2 < 254 ? texts / 2
                                                 : 254));
    put(&blob, body.data, body.size);
    put_byte(&blob, o.has_end ? (unsigned)o.end : 0xff);
    put_string(out, blob);
    free(body.data);
}

/* width u32, count u32, values */
void
put_intset(struct text *text, struct out *out)
{
    unsigned width = (unsigned)number(text);
    struct overrides o = read_overrides(text);
    struct out body = { NULL, 0, 0 }, blob = { NULL, 0, 0 };
    uint64_t count = 0;

    for (; peek_kind(text) == TOKEN_WORD; count++)
        put_le(&body, number(text), width);
    expect(text, TOKEN_CLOSE, "}");
    put_le(&blob, width, 4);
    put_le(&blob, o.has_count ? o.count : count, 4);
    put(&blob, body.data, body.size);
    put_string(out, blob);
    free(body.data);
}
