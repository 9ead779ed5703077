/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sort-values < FILE.jsonl: the lines of `keyweigh convert --to jsonl
 * --bytes hex`, with the members of each set, sorted set and hash in the order
 * of their bytes, so that equal values are equal lines.  Strings in hexadecimal
 * hold no bracket, comma or quote.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct member {
    const char *text;
    size_t size;
};

struct members {
    struct member *list;
    size_t count, room;
};

static void
fail(const char *what)
{
    perror(what);
    exit(2);
}

static void
add(struct members *members, const char *text, size_t size)
{
    if (members->count == members->room) {
        members->room = members->room ? 2 * members->room : 64;
        members->list =
            realloc(members->list, members->room * sizeof(*members->list));
        if (members->list == NULL)
            fail("realloc");
    }
    members->list[members->count++] = (struct member){text, size};
}

static int
compare(const void *x, const void *y)
{
    const struct member *a = x, *b = y;
    int order = memcmp(a->text, b->text, a->size < b->size ? a->size : b->size);

    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

/* The members between the brackets that open at at; returns the closing one. */
static const char *
split(const char *at, struct members *members)
{
    const char *begin = at + 1;
    unsigned depth = 0;

    for (;; at++) {
        if (*at == '[') {
            depth++;
        } else if (*at == ']' && --depth == 0) {
            if (at > begin)
                add(members, begin, (size_t)(at - begin));
            return at;
        } else if (*at == ',' && depth == 1) {
            add(members, begin, (size_t)(at - begin));
            begin = at + 2;
        } else if (*at == '\0') {
            fprintf(stderr, "sort-values: a line without end\n");
            exit(2);
        }
    }
}

static int
is_unordered(const char *line)
{
    return strstr(line, "\"type\": \"set\"") != NULL ||
           strstr(line, "\"type\": \"zset\"") != NULL ||
           strstr(line, "\"type\": \"hash\"") != NULL;
}

static void
put_sorted(const char *line, struct members *members)
{
    static const char label[] = "\"value\": ";
    const char *value = strstr(line, label), *end;

    if (value == NULL) {
        fputs(line, stdout);
        return;
    }
    value += sizeof(label) - 1;
    members->count = 0;
    end = split(value, members);
    qsort(members->list, members->count, sizeof(*members->list), compare);
    fwrite(line, 1, (size_t)(value + 1 - line), stdout);
    for (size_t i = 0; i < members->count; i++)
        printf("%s%.*s", i > 0 ? ", " : "", (int)members->list[i].size,
               members->list[i].text);
    fputs(end, stdout);
}

int
main(void)
{
    struct members members = {NULL, 0, 0};
    char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, stdin) > 0) {
        if (is_unordered(line))
            put_sorted(line, &members);
        else
            fputs(line, stdout);
    }
    free(line);
    free(members.list);
    if (ferror(stdin) || fflush(stdout) != 0)
        fail("sort-values");
    return 0;
}
