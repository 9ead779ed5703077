/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/message.h"
#include "cli/option-groups.h"
#include "config.h"

enum { HELP_COLUMN = 28, HELP_WIDTH = 79 };

/* Appends text from the help column on, broken between words. */
static void
append_wrapped(struct buffer *out, const char *text)
{
    size_t column = HELP_COLUMN;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (column > HELP_COLUMN && column + 1 + word > HELP_WIDTH) {
            buffer_append_format(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        } else if (column > HELP_COLUMN) {
            buffer_append_byte(out, ' ');
            column++;
        }
        buffer_append(out, text, word);
        column += word;
        text += word + strspn(text + word, " ");
    }
    buffer_append_byte(out, '\n');
}

static void
append_choices(struct buffer *out, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        buffer_append_format(out, i > 0 ? ", %s" : "%s (default)", words[i]);
}

static void
append_option(struct buffer *out, const struct option *option,
              const struct command *command)
{
    size_t begin = out->size;
    if (option->letter != 0)
        buffer_append_format(out, "  -%c, --%s", option->letter, option->name);
    else
        buffer_append_format(out, "      --%s", option->name);
    if (option->argument != NULL)
        buffer_append_format(out, " %s", option->argument);
    if (out->size - begin + 2 > HELP_COLUMN)
        buffer_append_format(out, "\n%*s", HELP_COLUMN, "");
    else
        buffer_append_format(out, "%*s",
                             HELP_COLUMN - (int)(out->size - begin), "");

    struct buffer help = { 0 };
    buffer_append_text(&help, option->help);
    if (command != NULL && command->formats != NULL &&
        strcmp(option->name, "format") == 0) {
        buffer_append_text(&help, ": ");
        append_choices(&help, command->formats);
    }
    buffer_append_byte(&help, '\0');
    append_wrapped(out, (const char *)help.data);
    buffer_fini(&help);
}

/* A short form of a --format that the command does not write. */
static bool
is_other_format(const struct option *option, const struct command *command)
{
    bool is_short = strcmp(option->name, "csv") == 0 ||
                    strcmp(option->name, "json") == 0;
    if (!is_short || command == NULL || command->formats == NULL)
        return false;
    for (size_t i = 0; command->formats[i] != NULL; i++)
        if (strcmp(command->formats[i], option->name) == 0)
            return false;
    return true;
}

static void
append_group(struct buffer *out, const struct option_group *group,
             const struct command *command)
{
    buffer_append_format(out, "\n%s:\n", group->title);
    for (const struct option *row = group->options; row->name != NULL; row++)
        if (!is_other_format(row, command))
            append_option(out, row, command);
}

static void
append_commands(struct buffer *out)
{
    buffer_append_text(out, "usage: keyweigh [COMMAND] [OPTIONS] INPUT...\n"
                            "Tells what is in a Redis or Valkey dump or log "
                            "and where the memory goes.\n\nCommands:\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        buffer_append_format(out, "  %-10s%s\n", commands[i]->name,
                             commands[i]->summary);
    buffer_append_text(out,
                       "\nWithout a command: report.  An INPUT is an RDB or "
                       "append-only file (gzip, zstd\nand LZ4 too), a "
                       "directory of them, an appendonlydir, or - for standard "
                       "input.\n"
                       "'keyweigh COMMAND --help' tells a command's "
                       "options.\n");
}

static void
append_help(struct buffer *out, const struct command *command)
{
    if (command == NULL) {
        append_commands(out);
        append_group(out, &option_groups_general, NULL);
        return;
    }
    buffer_append_format(out, "usage: keyweigh %s [OPTIONS] INPUT%s\n%s\n",
                         command->name, command->one_input ? "" : "...",
                         command->summary);
    for (size_t g = 0; command->groups[g] != NULL; g++)
        append_group(out, command->groups[g], command);
}

void
help_show(bool help, const struct command *command)
{
    struct buffer out = { 0 };
    if (help)
        append_help(&out, command);
    else
        buffer_append_text(&out, "keyweigh " PACKAGE_VERSION "\n");
    fwrite(out.data, 1, out.size, stdout);
    if (fflush(stdout) != 0 || ferror(stdout))
        message_error("standard output: cannot be written");
    buffer_fini(&out);
}

void
help_show_short(void)
{
    struct buffer out = { 0 };
    append_commands(&out);
    message_error_text(buffer_bytes(&out));
    buffer_fini(&out);
}
