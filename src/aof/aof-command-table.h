/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The rows behind aof/aof-commands.h, and how they say where keys stand.
 */
#ifndef KEYWEIGH_AOF_AOF_COMMAND_TABLE_H
#define KEYWEIGH_AOF_AOF_COMMAND_TABLE_H

#include "aof/aof-commands.h"

/* A row's keys are one to three of these and one with ends set. */
struct aof_key_spec {
    enum {
        AOF_KEYS_AT,    /* from argument at on */
        AOF_KEYS_COUNT, /* argument at is how many follow it */
        AOF_KEYS_WORD,  /* behind that word, at argument at or later */
        AOF_KEYS_HALF,  /* the same, and the first half of the rest */
    } form;
    unsigned at;
    int last; /* AT, WORD: so many more arguments; negative: to the one that
                 counts so from the command's end */
    unsigned step;
    enum aof_key_use use;
    const char *word; /* upper case */
    bool ends;
};

/* Sorted by name, a command's subcommands right behind it ('|' comes before
 * all else). */
extern const struct aof_command aof_command_table[];
extern const size_t aof_command_count;

#endif
