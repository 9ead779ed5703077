/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mkcommands SEED COUNT SERVER > FILE: about COUNT random client commands that
 * write, in the protocol, for `redis-cli --pipe`.  The same arguments give the
 * same bytes.  SERVER is a release whose commands are used: 7.0,
 * redis-8.6, valkey-9.1.
 *
 * What the commands are is written in mkcommands-templates.c.
 */
#include "mkcommands.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATABASES = 5, BLOCK_MAX = 12 };

void
die(const char *message, const char *what)
{
    fprintf(stderr, "mkcommands: %s: %s\n", message, what);
    exit(2);
}

void
put(struct out *out, const void *data, size_t size)
{
    if (size == 0)
        return;
    if (out->room - out->size < size) {
        out->room = 2 * (out->size + size);
        out->data = realloc(out->data, out->room);
        if (out->data == NULL)
            die("no memory", "");
    }
    memcpy(out->data + out->size, data, size);
    out->size += size;
}

void
free_out(struct out *out)
{
    free(out->data);
    *out = (struct out){NULL, 0, 0};
}

void
put_argument(struct maker *maker, const void *data, size_t size)
{
    char head[32];
    int length = snprintf(head, sizeof(head), "$%zu\r\n", size);

    put(&maker->body, head, (size_t)length);
    put(&maker->body, data, size);
    put(&maker->body, "\r\n", 2);
    maker->arguments++;
}

void
put_word(struct maker *maker, const char *word)
{
    put_argument(maker, word, strlen(word));
}

void
put_number(struct maker *maker, uint64_t n)
{
    put_format(maker, "%" PRIu64, n);
}

void
put_format(struct maker *maker, const char *format, ...)
{
    char text[512];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    put_word(maker, text);
}

/* SplitMix64 (Steele, Lea and Flood, 2014). */
static uint64_t
next_random(struct maker *maker)
{
    uint64_t z = maker->random += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint64_t
below(struct maker *maker, uint64_t limit)
{
    return next_random(maker) % limit;
}

bool
one_in(struct maker *maker, unsigned n)
{
    return below(maker, n) == 0;
}

static void
make_select(struct maker *maker)
{
    char text[32];
    unsigned db = one_in(maker, 2) ? 0 : (unsigned)below(maker, DATABASES);

    snprintf(text, sizeof(text), "SELECT %u", db);
    expand_template(maker, text);
}

/* A row by its weight; again, when the server has not got it. */
static void
make_command(struct maker *maker)
{
    static uint64_t sum;
    uint64_t at;
    size_t row;

    if (sum == 0)
        for (row = 0; row < template_count; row++)
            sum += templates[row].weight;
    do {
        at = below(maker, sum);
        for (row = 0; at >= templates[row].weight; row++)
            at -= templates[row].weight;
    } while (!expand_template(maker, templates[row].text));
}

static unsigned
make_block(struct maker *maker)
{
    unsigned size = (unsigned)below(maker, BLOCK_MAX);

    expand_template(maker, "MULTI");
    for (unsigned i = 0; i < size; i++) {
        if (one_in(maker, 10))
            make_select(maker);
        make_command(maker);
    }
    expand_template(maker, one_in(maker, 20) ? "DISCARD" : "EXEC");
    return size;
}

static void
flush(struct maker *maker)
{
    if (fwrite(maker->out.data, 1, maker->out.size, stdout) != maker->out.size)
        die("cannot write", "standard output");
    maker->out.size = 0;
}

static void
make_commands(struct maker *maker, uint64_t count)
{
    for (uint64_t made = 0; made < count; made++) {
        if (one_in(maker, 40))
            make_select(maker);
        if (one_in(maker, 60))
            made += make_block(maker);
        else
            make_command(maker);
        flush(maker);
    }
}

static void
parse_server(struct maker *maker, const char *text)
{
    unsigned major, minor;

    maker->valkey = strncmp(text, "valkey-", 7) == 0;
    if (maker->valkey || strncmp(text, "redis-", 6) == 0)
        text = strchr(text, '-') + 1;
    if (sscanf(text, "%u.%u", &major, &minor) != 2)
        die("not a release", text);
    maker->release = major * 100 + minor;
}

int
main(int argc, char **argv)
{
    static struct maker maker;

    if (argc != 4)
        die("usage", "mkcommands SEED COUNT SERVER > FILE");
    maker.random = strtoull(argv[1], NULL, 10);
    parse_server(&maker, argv[3]);
    make_commands(&maker, strtoull(argv[2], NULL, 10));
    free_out(&maker.out);
    free_out(&maker.body);
    free_out(&maker.scratch);
    if (fflush(stdout) != 0)
        die("cannot write", "standard output");
    return 0;
}
