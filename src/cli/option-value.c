/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/option-value.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/xalloc.h"
#include "cli/message.h"

void
option_value_add(struct option_list *list, const char *item)
{
    list->items = xreallocarray(list->items, list->count + 1,
                                sizeof *list->items);
    list->items[list->count++] = item;
}

static void
filter_add(struct arguments *arguments, const char *name, const char *value)
{
    arguments->filters =
        xreallocarray(arguments->filters, arguments->filter_count + 1,
                      sizeof *arguments->filters);
    arguments->filters[arguments->filter_count++] =
        (struct option_use){ name, value };
}

static bool
set_choice(const struct option *option, const char *value, int *choice)
{
    struct buffer allowed = { 0 };
    for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], value) == 0) {
            *choice = i;
            buffer_fini(&allowed);
            return true;
        }
        if (i > 0)
            buffer_append_text(&allowed,
                               option->choices[i + 1] ? ", " : " or ");
        buffer_append_text(&allowed, option->choices[i]);
    }
    bool size = strcmp(option->name, "bytes") == 0 && value[0] >= '0' &&
                value[0] <= '9';
    message_error("--%s takes %.*s, not \"%s\"%s", option->name,
                  (int)allowed.size, (const char *)allowed.data, value,
                  size ? "; to choose keys by size: --memory N.." : "");
    buffer_fini(&allowed);
    return false;
}

static void
out_of_range(const struct option *option, const char *spelled,
             const char *value, bool big)
{
    struct buffer limit = { 0 };
    uint64_t number = big ? option->max : option->min;
    if (option->kind == OPTION_SIZE)
        number_append_size(&limit, number);
    else
        number_append_grouped(&limit, number);
    message_error("%s %s: %s %.*s", spelled, value,
                  big ? "too big; at most" : "too small; at least",
                  (int)limit.size, (const char *)limit.data);
    buffer_fini(&limit);
}

/* Digits that are a number of the kind but for there being too many. */
static bool
has_too_many_digits(const char *value, number_parser *parse)
{
    size_t digits = strspn(value, "0123456789");
    struct buffer one = { 0 };
    uint64_t ignored;
    if (digits == 0)
        return false;
    buffer_append_byte(&one, '1');
    buffer_append_text(&one, value + digits);
    bool fine = parse(buffer_bytes(&one), &ignored);
    buffer_fini(&one);
    return fine;
}

static bool
wrong_value(const char *spelled, const char *value,
            const char *what)
{
    message_error("%s takes %s, not \"%s\"", spelled, what, value);
    return false;
}

static bool
set_number(const struct option *option, const char *spelled,
           const char *value, uint64_t *number)
{
    bool size = option->kind == OPTION_SIZE;
    number_parser *parse = size ? number_parse_size : number_parse_uint64;
    if (!parse(bytes_of_text(value), number)) {
        if (!has_too_many_digits(value, parse))
            return wrong_value(spelled, value,
                               size ? "a size such as 64M" : "a number");
        *number = UINT64_MAX;
    }
    if (*number >= option->min && *number <= option->max)
        return true;
    out_of_range(option, spelled, value, *number > option->max);
    return false;
}

static bool
set_bits(const char *spelled, const char *value, uint64_t *bits)
{
    if (strcmp(value, "32") != 0 && strcmp(value, "64") != 0) {
        message_error("%s %s: must be 32 or 64", spelled, value);
        return false;
    }
    *bits = value[0] == '3' ? 32 : 64;
    return true;
}

/* A percentage of 0 to 100 with an optional fraction and "%". */
static bool
parse_share(const char *text, uint64_t *per_million)
{
    size_t digits = strspn(text, "0123456789.");
    char *end;
    double percent = strtod(text, &end);
    if (digits == 0 || end != text + digits || percent > 100)
        return false;
    *per_million = (uint64_t)(percent * 10000 + 0.5);
    return *end == '\0' || strcmp(end, "%") == 0;
}

static bool
set_text(const struct option *option, const char *spelled,
         const char *value, const char **text)
{
    *text = value;
    if (value[0] != '\0')
        return true;
    message_error("%s needs a value: %s", spelled, option->argument);
    return false;
}

bool
option_value_set(struct arguments *arguments, const struct option *option,
                 const char *spelled, const char *value)
{
    struct bytes text = bytes_of_text(value);
    void *at = (char *)arguments + option->offset;
    struct option_time *time = at;
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)at = true;
        return true;
    case OPTION_TEXT:
        return set_text(option, spelled, value, at);
    case OPTION_LIST:
        option_value_add(at, value);
        return true;
    case OPTION_FILTER:
        filter_add(arguments, option->name, value);
        return true;
    case OPTION_CHOICE:
        return set_choice(option, value, at);
    case OPTION_COUNT:
    case OPTION_SIZE:
        return set_number(option, spelled, value, at);
    case OPTION_BITS:
        return set_bits(spelled, value, at);
    case OPTION_SHARE:
        return parse_share(value, at) ||
               wrong_value(spelled, value, "a percentage such as 0.5%");
    case OPTION_TIME:
        time->given = true;
        return number_parse_time(text, &time->ms) ||
               wrong_value(spelled, value,
                           "a time such as 2026-11-20T07:46:09Z");
    }
    return false;
}
