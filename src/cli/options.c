/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One pass over argv: every option is looked up among the rows of all
 * commands (so that options may stand before the command), every operand that
 * names a command is the command, and once that is known, each option must be
 * one of its own.
 */
#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/message.h"
#include "cli/option-value.h"

#define DEFAULT_MEM_LIMIT (UINT64_C(64) * 1024 * 1024)

struct parser {
    char **argv; /* what is left to read */
    struct arguments *arguments;
    const struct command *command;
    bool asks_help;   /* "help" stood where a command does */
    bool no_command;  /* nothing was a command that should have been */
    const struct option **used;
    size_t used_count;
};

const struct option *
options_each(const struct command *command,
             bool (*visit)(const struct option *option, void *context),
             void *context)
{
    for (size_t c = 0; commands[c] != NULL; c++) {
        if (command != NULL && command != commands[c])
            continue;
        for (size_t g = 0; commands[c]->groups[g] != NULL; g++) {
            const struct option *row = commands[c]->groups[g]->options;
            for (; row->name != NULL; row++) {
                if (visit(row, context))
                    return row;
            }
        }
    }
    return NULL;
}

/* A name as it stands in argv: up to its end or a "=". */
struct wanted {
    const char *name;
    size_t size;
    char letter;
};

static bool
is_wanted(const struct option *option, void *context)
{
    const struct wanted *wanted = context;
    if (wanted->letter != 0)
        return option->letter == wanted->letter;
    return strlen(option->name) == wanted->size &&
           memcmp(option->name, wanted->name, wanted->size) == 0;
}

/* The number of single-character changes between two words. */
static unsigned
word_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    enum { WORD_MAX = 32 };
    unsigned row[WORD_MAX + 1];
    if (a_size > WORD_MAX || b_size > WORD_MAX)
        return WORD_MAX;
    for (unsigned j = 0; j <= b_size; j++)
        row[j] = j;
    for (unsigned i = 1; i <= a_size; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b_size; j++) {
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b_size];
}

struct nearest {
    const struct wanted *wanted;
    const char *name;
    unsigned distance;
};

static bool
is_nearer(const struct option *option, void *context)
{
    struct nearest *nearest = context;
    const struct wanted *wanted = nearest->wanted;
    size_t size = strlen(option->name);
    unsigned distance =
        wanted->size >= 2 && size > wanted->size &&
                memcmp(option->name, wanted->name, wanted->size) == 0
            ? 1
            : word_distance(wanted->name, wanted->size, option->name, size);
    if (distance < nearest->distance) {
        nearest->distance = distance;
        nearest->name = option->name;
    }
    return false;
}

static void
unknown_option(const struct wanted *wanted)
{
    if (wanted->letter != 0) {
        message_error("unknown option -%c", wanted->letter);
        return;
    }
    struct nearest nearest = { wanted, NULL, 3 };
    options_each(NULL, is_nearer, &nearest);
    if (nearest.name != NULL)
        message_error("unknown option --%.*s; did you mean --%s?",
                      (int)wanted->size, wanted->name, nearest.name);
    else
        message_error("unknown option --%.*s", (int)wanted->size,
                      wanted->name);
}

/* Notes the use of an option, spelled like that, and stores its value: what
 * stands behind "=" or in the rest of a bundle (attached), or the next
 * argument. */
static bool
use_option(struct parser *p, const struct option *option,
           const char *spelled, const char *attached)
{
    p->used = xreallocarray(p->used, p->used_count + 1, sizeof *p->used);
    p->used[p->used_count++] = option;
    if (option->argument == NULL) {
        if (attached == NULL)
            return option_value_set(p->arguments, option, spelled, "");
        message_error("%s takes no value", spelled);
        return false;
    }
    if (attached == NULL)
        attached = *p->argv != NULL ? *p->argv++ : NULL;
    if (attached == NULL) {
        message_error("%s needs a value: %s", spelled,
                      option->argument);
        return false;
    }
    return option_value_set(p->arguments, option, spelled, attached);
}

static bool
take_long(struct parser *p, const char *text)
{
    struct wanted wanted = { text, strcspn(text, "="), 0 };
    const struct option *option = options_each(NULL, is_wanted, &wanted);
    if (option == NULL) {
        unknown_option(&wanted);
        return false;
    }
    const char *value = text[wanted.size] == '=' ? text + wanted.size + 1
                                                 : NULL;
    char spelled[32];
    (void)snprintf(spelled, sizeof spelled, "--%s", option->name);
    return use_option(p, option, spelled, value);
}

/* "-qo FILE", "-n20": flags in a row, the last may take the rest. */
static bool
take_short(struct parser *p, const char *letters)
{
    while (*letters != '\0') {
        struct wanted wanted = { .letter = *letters++ };
        const struct option *option = options_each(NULL, is_wanted, &wanted);
        if (option == NULL) {
            unknown_option(&wanted);
            return false;
        }
        char spelled[] = { '-', option->letter, '\0' };
        if (option->argument != NULL)
            return use_option(p, option, spelled, *letters ? letters : NULL);
        if (!use_option(p, option, spelled, NULL))
            return false;
    }
    return true;
}

static bool
take_operand(struct parser *p, const char *text)
{
    const struct command *command = commands_find(text);
    if (command != NULL && p->command != NULL) {
        message_error("two commands, %s and %s: write ./%s for a file of that "
                      "name", p->command->name, command->name, command->name);
        return false;
    }
    if (command != NULL) {
        p->command = command;
        return true;
    }
    if (strcmp(text, "help") == 0 && p->command == NULL &&
        p->arguments->inputs.count == 0) {
        p->asks_help = true;
        p->arguments->help = true;
        return true;
    }
    option_value_add(&p->arguments->inputs, text);
    return true;
}

static bool
read_arguments(struct parser *p)
{
    bool only_inputs = false;
    while (*p->argv != NULL) {
        const char *text = *p->argv++;
        bool fine = true;
        if (only_inputs) {
            option_value_add(&p->arguments->inputs, text);
        } else if (strcmp(text, "--") == 0) {
            only_inputs = true;
        } else if (text[0] == '-' && text[1] == '-') {
            fine = take_long(p, text + 2);
        } else if (text[0] == '-' && text[1] != '\0') {
            fine = take_short(p, text + 1);
        } else {
            fine = take_operand(p, text);
        }
        if (!fine)
            return false;
    }
    return true;
}

/* Options are looked up among all commands; here each must be one of the
 * command that was named. */
static bool
check_used(const struct parser *p)
{
    for (size_t i = 0; i < p->used_count; i++) {
        const struct option *option = p->used[i];
        struct wanted wanted = { option->name, strlen(option->name), 0 };
        if (options_each(p->command, is_wanted, &wanted) != NULL)
            continue;
        if (option->letter == 'n')
            message_error("-n is a count and belongs to top; to choose a "
                          "database: --db N");
        else
            message_error("%s has no option --%s", p->command->name,
                          option->name);
        return false;
    }
    return true;
}

static void
wrong_format(const struct command *command, const char *format)
{
    struct buffer allowed = { 0 };
    for (size_t i = 0; command->formats[i] != NULL; i++) {
        if (i > 0)
            buffer_append_text(&allowed,
                               command->formats[i + 1] ? ", " : " or ");
        buffer_append_text(&allowed, command->formats[i]);
    }
    message_error("--format %s: %s writes %.*s", format, command->name,
                  (int)allowed.size, (const char *)allowed.data);
    buffer_fini(&allowed);
}

static bool
check_format(const struct command *command, struct arguments *arguments)
{
    if (command->formats == NULL)
        return true;
    const char *asked = arguments->format;
    const char *flag = arguments->json ? "json" : arguments->csv ? "csv" : NULL;
    if ((arguments->json && arguments->csv) ||
        (flag != NULL && asked != NULL && strcmp(flag, asked) != 0)) {
        message_error("--format, --json and --csv name different formats");
        return false;
    }
    if (asked == NULL)
        asked = flag != NULL ? flag : command->formats[0];
    for (size_t i = 0; command->formats[i] != NULL; i++) {
        if (strcmp(command->formats[i], asked) == 0) {
            arguments->format = asked;
            return true;
        }
    }
    wrong_format(command, asked);
    return false;
}

/* The command that a word may have been meant as: at most two letters are
 * wrong, and no more than are right.  NULL when there is none. */
static const char *
nearest_command(const char *word)
{
    const char *nearest = NULL;
    size_t size = strlen(word);
    unsigned least = size < 4 ? 2 : 3;
    for (size_t i = 0; commands[i] != NULL; i++) {
        const char *name = commands[i]->name;
        unsigned distance = word_distance(word, size, name, strlen(name));
        if (distance > 0 && distance < least) {
            least = distance;
            nearest = name;
        }
    }
    return nearest;
}

static void
no_such_command(struct parser *p, const char *what)
{
    const char *word = p->arguments->inputs.items[0];
    const char *nearest = nearest_command(word);
    p->no_command = true;
    message_error("%s: %s%s%s%s", word, what,
                  nearest != NULL ? "; did you mean " : "",
                  nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
}

/* A word that is neither a command nor a file is most likely a mistyped
 * command: better said at once than after a report of the other inputs. */
static bool
check_first_word(struct parser *p)
{
    const char *word = p->arguments->inputs.items[0];
    if (word[strspn(word, "abcdefghijklmnopqrstuvwxyz-")] != '\0' ||
        strcmp(word, "-") == 0 || access(word, F_OK) == 0)
        return true;
    no_such_command(p, "no such file, and no such command");
    return false;
}

static bool
check_arguments(struct parser *p, bool command_named)
{
    struct arguments *arguments = p->arguments;
    if (!check_used(p) || !check_format(p->command, arguments))
        return false;
    if (arguments->inputs.count == 0) {
        message_error("no input: give a file, a directory, or - for standard "
                      "input");
        return false;
    }
    if (p->command->one_input && arguments->inputs.count > 1) {
        message_error("%s takes one input", p->command->name);
        return false;
    }
    return command_named || check_first_word(p);
}

/* Behind an error that ended reading, there may be a command yet. */
static const char *
command_for_help(const struct parser *p)
{
    for (char **rest = p->argv; p->command == NULL && *rest != NULL; rest++)
        if (commands_find(*rest) != NULL)
            return *rest;
    return (p->command != NULL ? p->command : commands[0])->name;
}

static enum options_result
show_help(struct parser *p)
{
    if (p->asks_help && p->arguments->inputs.count > 0) {
        no_such_command(p, "no such command");
        message_note("see 'keyweigh --help'");
        return OPTIONS_WRONG;
    }
    help_show(p->arguments->help, p->command);
    return OPTIONS_DONE;
}

static enum options_result
run_parser(struct parser *p)
{
    if (*p->argv == NULL) {
        help_show_short();
        return OPTIONS_WRONG;
    }
    bool fine = read_arguments(p);
    message_be_quiet(p->arguments->quiet);
    if (fine && (p->arguments->help || p->arguments->version))
        return show_help(p);
    const char *help = command_for_help(p);
    bool named = p->command != NULL;
    if (!named)
        p->command = commands[0];
    if (fine && check_arguments(p, named))
        return OPTIONS_RUN;
    if (p->no_command)
        message_note("see 'keyweigh --help'");
    else
        message_note("see 'keyweigh %s --help'", help);
    return OPTIONS_WRONG;
}

enum options_result
options_parse(int argc, char **argv, const struct command **command,
              struct arguments *arguments)
{
    struct parser parser = { .argv = argv + (argc > 0),
                             .arguments = arguments };
    arguments->count = 20;
    arguments->depth = 1;
    arguments->min_share = UINT64_MAX;
    arguments->to = -1;
    enum options_result result = run_parser(&parser);
    arguments->replay_limit = arguments->mem_limit;
    if (arguments->mem_limit == 0)
        arguments->mem_limit = DEFAULT_MEM_LIMIT;
    *command = parser.command;
    arguments->command = parser.command != NULL ? parser.command->name : NULL;
    free(parser.used);
    return result;
}

void
options_fini(struct arguments *arguments)
{
    free(arguments->servers.items);
    free(arguments->sets.items);
    free(arguments->separators.items);
    free(arguments->inputs.items);
    free(arguments->filters);
}
