/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Templates of commands: see mkcommands.h for their grammar.
 */
#include "mkcommands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
after_blanks(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

static const char *
end_of_quotes(const char *at)
{
    const char *end = strchr(at + 1, '\'');

    if (end == NULL)
        die("a quote without end", at);
    return end + 1;
}

/* Behind the bracket that closes the one at at. */
static const char *
end_of_group(const char *at)
{
    unsigned depth = 0;

    do {
        if (*at == '\'') {
            at = end_of_quotes(at);
            continue;
        }
        if (*at == '(' || *at == '[' || *at == '{')
            depth++;
        else if (*at == ')' || *at == ']' || *at == '}')
            depth--;
        else if (*at == '\0')
            die("a bracket without end", at);
        at++;
    } while (depth > 0);
    return at;
}

/* "8.4" is 804; a minus sign is never. */
static unsigned
parse_release(const char **at)
{
    char *end;
    unsigned long major, minor;

    if (**at == '-') {
        (*at)++;
        return UINT32_MAX;
    }
    major = strtoul(*at, &end, 10);
    if (*end != '.')
        die("a release is two numbers", *at);
    minor = strtoul(end + 1, &end, 10);
    *at = end;
    return (unsigned)(major * 100 + minor);
}

/* Takes the tag, if there is one: whether this server has what follows. */
static bool
take_tag(struct maker *maker, const char **at)
{
    unsigned redis, valkey = 0;

    *at = after_blanks(*at);
    if (**at != '@')
        return true;
    (*at)++;
    redis = parse_release(at);
    if (**at == '/') {
        (*at)++;
        valkey = parse_release(at);
    }
    return maker->release >= (maker->valkey ? valkey : redis);
}

/* The next alternative after the one at at, or NULL. */
static const char *
next_alternative(const char *at)
{
    while (*at != '\0' && *at != ')' && *at != ']') {
        if (*at == '|')
            return at + 1;
        if (*at == '\'')
            at = end_of_quotes(at);
        else if (*at == '(' || *at == '[' || *at == '{')
            at = end_of_group(at);
        else
            at++;
    }
    return NULL;
}

static void expand_sequence(struct maker *maker, const char *at);

/* One of those this server has, each as likely. */
static void
expand_alternatives(struct maker *maker, const char *first)
{
    const char *chosen = NULL;
    unsigned seen = 0;

    for (const char *at = first; at != NULL; at = next_alternative(at)) {
        const char *text = at;

        if (take_tag(maker, &text) && one_in(maker, ++seen))
            chosen = text;
    }
    if (chosen != NULL)
        expand_sequence(maker, chosen);
}

static void
expand_once(struct maker *maker, const char *at)
{
    if (*at == '{')
        draw(maker, at + 1, (size_t)(end_of_group(at) - at) - 2);
    else if (*at == '(' || !one_in(maker, 2))
        expand_alternatives(maker, at + 1);
}

/* Mostly few; sometimes more than what fits into the compact encodings. */
static unsigned
draw_times(struct maker *maker, char suffix)
{
    uint64_t most = 3;

    if (suffix != '+' && suffix != '*')
        return 1;
    if (suffix == '*' && one_in(maker, 8))
        most = one_in(maker, 4) ? 700 : one_in(maker, 2) ? 150 : 40;
    return 1 + (unsigned)below(maker, most);
}

static const char *
expand_group(struct maker *maker, const char *at)
{
    const char *end = end_of_group(at);
    unsigned times = draw_times(maker, *end);

    while (times-- > 0)
        expand_once(maker, at);
    return *end == '+' || *end == '*' ? end + 1 : end;
}

static void
end_command(struct maker *maker)
{
    char head[16];
    int size = snprintf(head, sizeof(head), "*%u\r\n", maker->arguments);

    put(&maker->out, head, (size_t)size);
    put(&maker->out, maker->body.data, maker->body.size);
    maker->body.size = 0;
    maker->arguments = 0;
}

static const char *
expand_word(struct maker *maker, const char *at)
{
    size_t size = strcspn(at, " )]|{(");

    if (at[size] == '{' || at[size] == '(')
        die("a bracket within a word", at);
    put_argument(maker, at, size);
    return at + size;
}

static void
expand_sequence(struct maker *maker, const char *at)
{
    while (*(at = after_blanks(at)) != '\0' && strchr(")]|", *at) == NULL) {
        if (*at == '{' || *at == '(' || *at == '[') {
            at = expand_group(maker, at);
        } else if (*at == '\'') {
            const char *end = end_of_quotes(at);

            put_argument(maker, at + 1, (size_t)(end - at) - 2);
            at = end;
        } else if (*at == ';') {
            end_command(maker);
            at++;
        } else {
            at = expand_word(maker, at);
        }
    }
}

bool
expand_template(struct maker *maker, const char *text)
{
    if (!take_tag(maker, &text))
        return false;
    expand_sequence(maker, text);
    end_command(maker);
    return true;
}
