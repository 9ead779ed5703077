/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the parts of mkrdb share.  Whatever is wrong ends the program with a
 * message.
 */
#ifndef MKRDB_H
#define MKRDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that grow; data has a NUL behind size. Zeroed is empty; the owner
 * frees data. */
struct out {
    unsigned char *data;
    size_t size;
    size_t room;
};

/* A fixture being read. */
struct text {
    const char *name;
    const char *at;
    const char *end;
    unsigned line;
    uint64_t round; /* of the innermost repeat */
    size_t magic;   /* where it stands in what was written */
};

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_TEXT, TOKEN_OPEN, TOKEN_CLOSE };

/* The caller frees bytes.data. */
struct token {
    enum token_kind kind;
    struct out bytes;
};

/* mkrdb-text.c: bytes out, tokens in */
_Noreturn void die(const struct text *text, const char *what,
                   const char *which);
void put(struct out *out, const void *data, size_t size);
void put_byte(struct out *out, unsigned byte);
void put_le(struct out *out, uint64_t value, unsigned bytes);
void put_be(struct out *out, uint64_t value, unsigned bytes);
void skip_space(struct text *text);
struct token next_token(struct text *text);
enum token_kind peek_kind(struct text *text);
void expect(struct text *text, enum token_kind kind, const char *what);
const char *word_of(const struct token *token);
bool parse_number(const char *word, uint64_t *value);
uint64_t number(struct text *text);
double real(struct text *text);
struct out string(struct text *text);

/* mkrdb-packed.c: strings of packed entries, with the length in front */
void put_listpack(struct text *text, struct out *out);
void put_ziplist(struct text *text, struct out *out);
void put_zipmap(struct text *text, struct out *out);
void put_intset(struct text *text, struct out *out);

/* mkrdb.c */
void put_len(struct out *out, uint64_t n, unsigned bits);
void put_string(struct out *out, struct out bytes);
void directives(struct text *text, struct out *out, bool nested);

#endif
