/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/command.h"

#include <string.h>

const struct command *const commands[] = {
    &cmd_report, &cmd_keys,    &cmd_top, &cmd_prefix,
    &cmd_explain, &cmd_check,  &cmd_repair, &cmd_convert,
    &cmd_aof,     NULL,
};

const struct command *
commands_find(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}
