/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mkrdb DIR FILE.txt...: makes DIR/FILE.rdb of each text fixture, DIR/FILE.aof
 * of one whose name begins with "aof-".
 *
 * A fixture is a sequence of directives; line ends mean nothing but the end of
 * a comment, which begins with '#'.  Tokens are bare words, "texts" (with
 * \xhh \n \r \t \\ \" and \# = the number of the innermost repetition) and
 * braces.  Numbers are decimal, or hexadecimal with 0x.
 *
 *   magic WORD WORD          the bytes of both: magic REDIS 0011
 *   hex BYTE...              bytes as they are: hex 0a ff
 *   raw TEXT                 bytes as they are
 *   u8 u16 u32 u64 N         little-endian; u64be N big-endian; f32 f64 X
 *   id MS SEQ                a stream ID, 16 bytes big-endian
 *   len N                    a length, its shortest form; len6 len14 len32
 *                            len64 choose one
 *   str TEXT                 a plain string
 *   int8 int16 int32 N       a string in integer form
 *   lzf { literal TEXT | copy DISTANCE LENGTH ... }
 *   lzf LENGTH { ... }       the same claiming another length
 *   double X                 the old form of a double: double 1.5, double inf
 *   blob { ... }             a string whose bytes are what stands inside
 *   repeat N { ... }         what stands inside, N times
 *   listpack ziplist zipmap intset: strings of packed entries, see below
 *   module NAME VERSION      a module type's ID as a length
 *   aux TEXT TEXT|N, selectdb N, resizedb N N, expire_ms N, expire_s N,
 *   idle N, freq N, slot_info N N N, function TEXT, type N
 *   command { WORD|TEXT... } a command of an AOF
 *   eof                      the end byte; crc the right checksum since magic,
 *                            crc_none eight zero bytes, crc_wrong another
 *
 * Packed: listpack [count=N] [total=N] [end=N] { ENTRY... }, and likewise
 * ziplist (also tail=N), intset WIDTH { N... }, zipmap [count=N] { TEXT
 * TEXT... }.  An ENTRY is a number (its shortest form), a "text" (as a string,
 * whatever it looks like), or one with a form in front:
 *   w8 w16 w24 w32 w64 N     an integer of that width (w8: ziplist)
 *   s12 s32 TEXT             a string with that length form
 *   bytes { ... }            any encoding and data; listpack: backlen added
 *   backlen=N, prevlen=N     for the next entry, instead of the right one
 *   prev5                    ziplist: the next prevlen takes five bytes
 */
#include "mkrdb.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
put_len(struct out *out, uint64_t n, unsigned bits)
{
    if (bits == 0)
        bits = n < 64 ? 6 : n < 16384 ? 14 : n <= UINT32_MAX ? 32 : 64;
    if (bits == 6) {
        put_byte(out, (unsigned)n & 63);
    } else if (bits == 14) {
        put_be(out, 0x4000 | (n & 0x3fff), 2);
    } else {
        put_byte(out, bits == 32 ? 0x80 : 0x81);
        put_be(out, n, bits / 8);
    }
}

void
put_string(struct out *out, struct out bytes)
{
    put_len(out, bytes.size, 0);
    put(out, bytes.data, bytes.size);
    free(bytes.data);
}

static void
put_int_string(struct out *out, int64_t n)
{
    unsigned code = n >= INT8_MIN && n <= INT8_MAX     ? 0
                    : n >= INT16_MIN && n <= INT16_MAX ? 1
                                                       : 2;

    put_byte(out, 0xc0 + code);
    put_le(out, (uint64_t)n, 1U << code);
}

static void
put_double(struct out *out, double value)
{
    char digits[40];

    if (value != value) {
        put_byte(out, 253);
    } else if (value > 1.7e308 || value < -1.7e308) {
        put_byte(out, value > 0 ? 254 : 255);
    } else {
        snprintf(digits, sizeof(digits), "%.17g", value);
        put_byte(out, (unsigned)strlen(digits));
        put(out, digits, strlen(digits));
    }
}

/* Nine letters of six bits, the first the most significant, above ten bits of
 * version. */
static void
put_module_id(struct text *text, struct out *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789-_";
    struct out name = string(text);
    uint64_t id = 0;

    for (size_t i = 0; i < 9; i++) {
        const char *at = i < name.size ? strchr(letters, name.data[i]) : NULL;

        if (at == NULL)
            die(text, "a module type has nine letters", "");
        id = id << 6 | (uint64_t)(at - letters);
    }
    put_len(out, id << 10 | number(text), 64);
    free(name.data);
}

/* LZF: a token below 32 is that many literals less one; else its upper three
 * bits are the length less two (7: another byte follows), the rest and the
 * next byte the distance less one. */
static void
put_lzf_token(struct text *text, const char *word, struct out *out,
              uint64_t *length)
{
    if (strcmp(word, "literal") == 0) {
        struct out bytes = string(text);

        for (size_t at = 0; at < bytes.size; at += 32) {
            size_t run = bytes.size - at < 32 ? bytes.size - at : 32;

            put_byte(out, (unsigned)run - 1);
            put(out, bytes.data + at, run);
        }
        *length += bytes.size;
        free(bytes.data);
    } else if (strcmp(word, "copy") == 0) {
        uint64_t distance = number(text) - 1, run = number(text);

        *length += run;
        run -= 2;
        put_byte(out, (unsigned)((run < 7 ? run : 7) << 5 | distance >> 8));
        if (run >= 7)
            put_byte(out, (unsigned)(run - 7));
        put_byte(out, (unsigned)distance & 0xff);
    } else {
        die(text, "unknown in lzf: ", word);
    }
}

static void
put_lzf(struct text *text, struct out *out)
{
    struct out packed = { NULL, 0, 0 };
    uint64_t length = 0, claimed = UINT64_MAX;

    if (peek_kind(text) == TOKEN_WORD)
        claimed = number(text);
    expect(text, TOKEN_OPEN, "{");
    while (peek_kind(text) == TOKEN_WORD) {
        struct token token = next_token(text);

        put_lzf_token(text, word_of(&token), &packed, &length);
        free(token.bytes.data);
    }
    expect(text, TOKEN_CLOSE, "}");
    put_byte(out, 0xc3);
    put_len(out, packed.size, 0);
    put_len(out, claimed == UINT64_MAX ? length : claimed, 0);
    put(out, packed.data, packed.size);
    free(packed.data);
}

static uint64_t
crc64(const unsigned char *data, size_t size)
{
    uint64_t crc = 0;

    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT64_C(0x95ac9329ac4bc9b5) : 0);
    }
    return crc;
}

static void
put_hex(struct text *text, struct out *out)
{
    unsigned line = text->line;

    for (skip_space(text); text->line == line; skip_space(text)) {
        unsigned byte;
        int used = 0;

        if (!isxdigit((unsigned char)*text->at))
            break;
        if (sscanf(text->at, "%2x%n", &byte, &used) != 1 || used != 2)
            die(text, "bytes have two digits", "");
        put_byte(out, byte);
        text->at += used;
    }
}

static void
put_block_string(struct text *text, struct out *out)
{
    struct out blob = { NULL, 0, 0 };

    expect(text, TOKEN_OPEN, "{");
    directives(text, &blob, true);
    put_string(out, blob);
}

static void
put_repeat(struct text *text, struct out *out)
{
    uint64_t rounds = number(text), outer = text->round;
    struct text start;

    expect(text, TOKEN_OPEN, "{");
    start = *text;
    for (uint64_t i = 0; i < rounds; i++) {
        *text = start;
        text->round = i;
        directives(text, out, true);
    }
    text->round = outer;
}

static void
put_aux(struct text *text, struct out *out)
{
    put_byte(out, 250);
    put_string(out, string(text));
    if (peek_kind(text) == TOKEN_TEXT)
        put_string(out, string(text));
    else
        put_int_string(out, (int64_t)number(text));
}

static void
put_text_number(struct out *out, char mark, size_t number_to_put)
{
    char line[32];

    snprintf(line, sizeof(line), "%c%zu\r\n", mark, number_to_put);
    put(out, line, strlen(line));
}

static void
put_command(struct text *text, struct out *out)
{
    struct out arguments = { NULL, 0, 0 };
    size_t count = 0;

    expect(text, TOKEN_OPEN, "{");
    while (peek_kind(text) != TOKEN_CLOSE) {
        struct token token = next_token(text);

        if (token.kind != TOKEN_WORD && token.kind != TOKEN_TEXT)
            die(text, "a command is of words and texts", "");
        put_text_number(&arguments, '$', token.bytes.size);
        put(&arguments, token.bytes.data, token.bytes.size);
        put(&arguments, "\r\n", 2);
        free(token.bytes.data);
        count++;
    }
    expect(text, TOKEN_CLOSE, "}");
    put_text_number(out, '*', count);
    put(out, arguments.data, arguments.size);
    free(arguments.data);
}

static void
put_magic(struct text *text, struct out *out)
{
    text->magic = out->size;
    for (int i = 0; i < 2; i++) {
        struct token token = next_token(text);

        put(out, token.bytes.data, token.bytes.size);
        free(token.bytes.data);
    }
}

/* Opcodes with lengths behind them. */
static bool
put_opcode(struct text *text, const char *word, struct out *out)
{
    static const struct {
        const char *word;
        unsigned byte;
        unsigned lengths;
    } rows[] = {
        { "selectdb", 254, 1 },  { "resizedb", 251, 2 },
        { "idle", 248, 1 },      { "slot_info", 244, 3 },
        { "eof", 255, 0 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(word, rows[i].word) != 0)
            continue;
        put_byte(out, rows[i].byte);
        for (unsigned n = 0; n < rows[i].lengths; n++)
            put_len(out, number(text), 0);
        return true;
    }
    return false;
}

/* Numbers of a fixed width, some behind an opcode. */
static bool
put_number(struct text *text, const char *word, struct out *out)
{
    static const struct {
        const char *word;
        unsigned opcode;
        unsigned bytes;
    } rows[] = {
        { "u8", 0, 1 },        { "u16", 0, 2 },         { "u32", 0, 4 },
        { "u64", 0, 8 },       { "type", 0, 1 },        { "freq", 249, 1 },
        { "expire_s", 253, 4 }, { "expire_ms", 252, 8 }, { "int8", 0xc0, 1 },
        { "int16", 0xc1, 2 },  { "int32", 0xc2, 4 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(word, rows[i].word) != 0)
            continue;
        if (rows[i].opcode != 0)
            put_byte(out, rows[i].opcode);
        put_le(out, number(text), rows[i].bytes);
        return true;
    }
    return false;
}

static bool
put_floating(struct text *text, const char *word, struct out *out)
{
    if (strcmp(word, "double") == 0) {
        put_double(out, real(text));
    } else if (strcmp(word, "f64") == 0) {
        double value = real(text);
        uint64_t bits;

        memcpy(&bits, &value, sizeof(bits));
        put_le(out, bits, 8);
    } else if (strcmp(word, "f32") == 0) {
        float value = (float)real(text);
        uint32_t bits;

        memcpy(&bits, &value, sizeof(bits));
        put_le(out, bits, 4);
    } else {
        return false;
    }
    return true;
}

static bool
put_checksum(const struct text *text, const char *word, struct out *out)
{
    uint64_t crc;

    if (strncmp(word, "crc", 3) != 0)
        return false;
    crc = crc64(out->data + text->magic, out->size - text->magic);
    if (strcmp(word, "crc") == 0)
        put_le(out, crc, 8);
    else if (strcmp(word, "crc_none") == 0)
        put_le(out, 0, 8);
    else if (strcmp(word, "crc_wrong") == 0)
        put_le(out, crc ^ 1, 8);
    else
        return false;
    return true;
}

static bool
put_bytes(struct text *text, const char *word, struct out *out)
{
    if (strcmp(word, "str") == 0) {
        put_string(out, string(text));
    } else if (strcmp(word, "function") == 0) {
        put_byte(out, 245);
        put_string(out, string(text));
    } else if (strcmp(word, "raw") == 0) {
        struct out bytes = string(text);

        put(out, bytes.data, bytes.size);
        free(bytes.data);
    } else if (strcmp(word, "id") == 0) {
        put_be(out, number(text), 8);
        put_be(out, number(text), 8);
    } else if (strcmp(word, "u64be") == 0) {
        put_be(out, number(text), 8);
    } else if (strncmp(word, "len", 3) == 0) {
        put_len(out, number(text), (unsigned)strtoul(word + 3, NULL, 10));
    } else {
        return false;
    }
    return true;
}

static bool
put_structure(struct text *text, const char *word, struct out *out)
{
    static const struct {
        const char *word;
        void (*put)(struct text *text, struct out *out);
    } rows[] = {
        { "aux", put_aux },           { "blob", put_block_string },
        { "command", put_command },
        { "hex", put_hex },           { "intset", put_intset },
        { "listpack", put_listpack }, { "lzf", put_lzf },
        { "magic", put_magic },       { "module", put_module_id },
        { "repeat", put_repeat },     { "ziplist", put_ziplist },
        { "zipmap", put_zipmap },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(word, rows[i].word) != 0)
            continue;
        rows[i].put(text, out);
        return true;
    }
    return false;
}

/* Until the end, or with nested until the closing brace. */
void
directives(struct text *text, struct out *out, bool nested)
{
    for (;;) {
        struct token token = next_token(text);
        const char *word = word_of(&token);
        enum token_kind kind = token.kind;

        if (kind == TOKEN_WORD && !put_structure(text, word, out) &&
            !put_opcode(text, word, out) && !put_number(text, word, out) &&
            !put_floating(text, word, out) && !put_checksum(text, word, out) &&
            !put_bytes(text, word, out))
            die(text, "unknown directive ", word);
        free(token.bytes.data);
        if (kind == (nested ? TOKEN_CLOSE : TOKEN_END))
            return;
        if (kind != TOKEN_WORD)
            die(text, "expected a directive", "");
    }
}

static struct out
read_file(const char *path)
{
    struct out content = { NULL, 0, 0 };
    unsigned char block[4096];
    size_t got;
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        perror(path);
        exit(2);
    }
    put(&content, "", 0);
    while ((got = fread(block, 1, sizeof(block), file)) > 0)
        put(&content, block, got);
    fclose(file);
    return content;
}

static void
write_file(const char *folder, const char *path, const struct out *out)
{
    const char *base = strrchr(path, '/');
    const char *dot;
    char name[4096];
    FILE *file;

    base = base == NULL ? path : base + 1;
    dot = strrchr(base, '.');
    snprintf(name, sizeof(name), "%s/%.*s.%s", folder,
             dot == NULL ? (int)strlen(base) : (int)(dot - base), base,
             strncmp(base, "aof-", 4) == 0 ? "aof" : "rdb");
    file = fopen(name, "wb");
    if (file == NULL ||
        fwrite(out->data, 1, out->size, file) != out->size ||
        fclose(file) != 0) {
        perror(name);
        exit(2);
    }
}

int
main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: mkrdb DIR FILE.txt...\n", stderr);
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        struct out content = read_file(argv[i]), out = { NULL, 0, 0 };
        const char *at = (const char *)content.data;
        struct text text = { .name = argv[i],
                             .at = at,
                             .end = at + content.size,
                             .line = 1 };

        put(&out, "", 0);
        directives(&text, &out, false);
        write_file(argv[1], argv[i], &out);
        free(content.data);
        free(out.data);
    }
    return 0;
}
