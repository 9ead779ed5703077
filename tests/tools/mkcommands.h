/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Parts of mkcommands: templates of commands, what their placeholders draw,
 * and RESTORE's payloads.
 */
#ifndef KEYWEIGH_TESTS_MKCOMMANDS_H
#define KEYWEIGH_TESTS_MKCOMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A command, or several with " ; " between, in this grammar:
 *
 *   word             as it stands
 *   'words'          one argument; no quote inside
 *   {name}           what the placeholder of that name draws
 *   (x | y | z)      one of them
 *   [x | y | z]      one of them, or nothing
 *   {..}+ (..)+      one to four times, drawn anew each time
 *   {..}* (..)*      one to some hundred times, mostly few
 *   @TAG before a row or an alternative: only for servers that have it.
 *                    @6.2 Redis since 6.2 and every Valkey; @7.4/9.0 Redis
 *                    since 7.4, Valkey since 9.0; a minus sign means never
 */
struct template {
    unsigned weight; /* how often, against the other rows */
    const char *text;
};

extern const struct template templates[];
extern const size_t template_count;

/* Key names of a class mostly hold one type; a class is not a type, because
 * a counter and a bitmap want different commands. */
enum key_class {
    KEY_STRING,
    KEY_COUNTER,
    KEY_FLOAT,
    KEY_BITS,
    KEY_HLL,
    KEY_LIST,
    KEY_SET,
    KEY_INTS,
    KEY_ZSET,
    KEY_LEXSET,
    KEY_GEO,
    KEY_HASH,
    KEY_STREAM,
    KEY_LOG,
    KEY_CLASSES
};

/* WORDS: w0 to w47 are elements and values again and again. */
enum { KEY_NAMES_MAX = 200, WORDS = 48 };

struct out {
    unsigned char *data;
    size_t size, room;
};

/* One run: the state of chance, and what placeholders refer back to. */
struct maker {
    uint64_t random;
    bool valkey;
    unsigned release; /* 7.2 is 702 */
    struct out out;   /* commands, done */
    struct out body;  /* arguments of the one being made */
    struct out scratch;
    unsigned arguments;
    enum key_class key_class; /* of the key drawn last */
    unsigned key_index;
    unsigned listed; /* keys that the last list of them had */
    unsigned field;  /* the hash field drawn last */
    unsigned group;  /* the consumer group drawn last */
    unsigned entries[KEY_NAMES_MAX]; /* IDs given out, by stream name */
};

/* mkcommands.c */
void die(const char *message, const char *what);
void put(struct out *out, const void *data, size_t size);
void free_out(struct out *out);
void put_argument(struct maker *maker, const void *data, size_t size);
void put_word(struct maker *maker, const char *word);
void put_number(struct maker *maker, uint64_t n);
__attribute__((format(printf, 2, 3))) void
put_format(struct maker *maker, const char *format, ...);

/* A number below limit, which is not 0; true once in n times.  At most one of
 * these among the arguments of a call: compilers choose their order. */
uint64_t below(struct maker *maker, uint64_t limit);
bool one_in(struct maker *maker, unsigned n);

/* mkcommands-grammar.c: appends the command or commands of a template, unless
 * its tag is for other servers; says whether it did. */
bool expand_template(struct maker *maker, const char *text);

/* mkcommands-draw.c: the placeholder whose name is these bytes. */
void draw(struct maker *maker, const char *name, size_t size);

/* mkcommands-values.c: values, numbers and times; ends with a NULL. */
struct placeholder {
    const char *name;
    void (*draw)(struct maker *maker);
};
extern const struct placeholder value_placeholders[];

/* A value of any look, put at the end of out; the same as an argument. */
void draw_value(struct maker *maker, struct out *out);
void put_value(struct maker *maker);

/* mkcommands-payload.c: as arguments, what DUMP says of a key of the class
 * drawn last, and what FUNCTION DUMP says of a library. */
void put_payload(struct maker *maker);
void put_library(struct maker *maker, const char *text);

#endif
