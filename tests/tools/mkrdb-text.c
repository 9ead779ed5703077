/* SPDX-License-Identifier: BSD-3-Clause */
#include "mkrdb.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void
die(const struct text *text, const char *what, const char *which)
{
    fprintf(stderr, "mkrdb: %s:%u: %s%s\n", text->name, text->line, what,
            which);
    exit(2);
}

void
put(struct out *out, const void *data, size_t size)
{
    if (out->size + size + 1 > out->room) {
        out->room = (out->size + size + 1) * 2;
        out->data = realloc(out->data, out->room);
        if (out->data == NULL)
            abort();
    }
    if (size > 0)
        memcpy(out->data + out->size, data, size);
    out->size += size;
    out->data[out->size] = 0;
}

void
put_byte(struct out *out, unsigned byte)
{
    unsigned char c = (unsigned char)byte;

    put(out, &c, 1);
}

void
put_le(struct out *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        put_byte(out, (unsigned)(value >> (8 * i)) & 0xff);
}

void
put_be(struct out *out, uint64_t value, unsigned bytes)
{
    while (bytes-- > 0)
        put_byte(out, (unsigned)(value >> (8 * bytes)) & 0xff);
}

static void
read_escape(struct text *text, struct token *token)
{
    static const char from[] = "nrt\\\"", to[] = "\n\r\t\\\"";
    const char *known = strchr(from, *text->at);
    unsigned byte;
    char number[24];

    if (*text->at == 'x' && sscanf(text->at + 1, "%2x", &byte) == 1) {
        put_byte(&token->bytes, byte);
        text->at += 3;
    } else if (*text->at == '#') {
        snprintf(number, sizeof(number), "%" PRIu64, text->round);
        put(&token->bytes, number, strlen(number));
        text->at++;
    } else if (known != NULL && *text->at != 0) {
        put(&token->bytes, &to[known - from], 1);
        text->at++;
    } else {
        die(text, "unknown escape", "");
    }
}

static void
read_text(struct text *text, struct token *token)
{
    token->kind = TOKEN_TEXT;
    for (text->at++; *text->at != '"';) {
        if (text->at >= text->end || *text->at == '\n')
            die(text, "a text does not end", "");
        if (*text->at == '\\') {
            text->at++;
            read_escape(text, token);
        } else {
            put(&token->bytes, text->at++, 1);
        }
    }
    text->at++;
}

void
skip_space(struct text *text)
{
    for (; text->at < text->end; text->at++) {
        if (*text->at == '#')
            while (text->at < text->end && *text->at != '\n')
                text->at++;
        if (*text->at == '\n')
            text->line++;
        else if (!isspace((unsigned char)*text->at))
            return;
    }
}

/* The token stays valid until the caller frees its bytes. */
struct token
next_token(struct text *text)
{
    struct token token = { TOKEN_END, { NULL, 0, 0 } };

    skip_space(text);
    put(&token.bytes, "", 0);
    if (text->at >= text->end)
        return token;
    if (*text->at == '"') {
        read_text(text, &token);
    } else if (*text->at == '{' || *text->at == '}') {
        token.kind = *text->at == '{' ? TOKEN_OPEN : TOKEN_CLOSE;
        put(&token.bytes, text->at++, 1);
    } else {
        token.kind = TOKEN_WORD;
        while (text->at < text->end && !isspace((unsigned char)*text->at) &&
               strchr("{}\"#", *text->at) == NULL)
            put(&token.bytes, text->at++, 1);
    }
    return token;
}

enum token_kind
peek_kind(struct text *text)
{
    struct text ahead = *text;
    struct token token = next_token(&ahead);

    free(token.bytes.data);
    return token.kind;
}

void
expect(struct text *text, enum token_kind kind, const char *what)
{
    struct token token = next_token(text);

    if (token.kind != kind)
        die(text, "expected ", what);
    free(token.bytes.data);
}

const char *
word_of(const struct token *token)
{
    return (const char *)token->bytes.data;
}

bool
parse_number(const char *word, uint64_t *value)
{
    char *end;

    errno = 0;
    if (*word == '-')
        *value = (uint64_t)strtoll(word, &end, 0);
    else
        *value = strtoull(word, &end, strncmp(word, "0x", 2) == 0 ? 16 : 10);
    return end != word && *end == 0 && errno == 0;
}

uint64_t
number(struct text *text)
{
    struct token token = next_token(text);
    uint64_t value;

    if (token.kind != TOKEN_WORD || !parse_number(word_of(&token), &value))
        die(text, "expected a number, not ", word_of(&token));
    free(token.bytes.data);
    return value;
}

double
real(struct text *text)
{
    struct token token = next_token(text);
    char *end;
    double value = strtod(word_of(&token), &end);

    if (token.kind != TOKEN_WORD || *end != 0)
        die(text, "expected a number, not ", word_of(&token));
    free(token.bytes.data);
    return value;
}

/* A text's bytes; the caller frees. */
struct out
string(struct text *text)
{
    struct token token = next_token(text);

    if (token.kind != TOKEN_TEXT)
        die(text, "expected a \"text\", not ", word_of(&token));
    return token.bytes;
}
