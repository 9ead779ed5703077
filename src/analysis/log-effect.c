/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/log-effect.h"

#include <string.h>

/* By the servers' documentation of each command.  Those that store a result
 * replace only what they store into; their sources are keys they read. */
static const struct {
    const char *name;
    enum log_effect effect;
} effects[] = {
    { "SET", LOG_REPLACES },
    { "SETEX", LOG_REPLACES },
    { "PSETEX", LOG_REPLACES },
    { "SETNX", LOG_REPLACES },
    { "GETSET", LOG_REPLACES },
    { "MSET", LOG_REPLACES },
    { "MSETNX", LOG_REPLACES },
    { "MSETEX", LOG_REPLACES },
    { "INCR", LOG_REPLACES },
    { "INCRBY", LOG_REPLACES },
    { "INCRBYFLOAT", LOG_REPLACES },
    { "INCREX", LOG_REPLACES },
    { "DECR", LOG_REPLACES },
    { "DECRBY", LOG_REPLACES },
    { "RESTORE", LOG_REPLACES },
    { "RESTORE-ASKING", LOG_REPLACES },
    { "COPY", LOG_REPLACES },
    { "BITOP", LOG_REPLACES },
    { "SORT", LOG_REPLACES },
    { "GEORADIUS", LOG_REPLACES },
    { "GEORADIUSBYMEMBER", LOG_REPLACES },
    { "GEOSEARCHSTORE", LOG_REPLACES },
    { "SDIFFSTORE", LOG_REPLACES },
    { "SINTERSTORE", LOG_REPLACES },
    { "SUNIONSTORE", LOG_REPLACES },
    { "ZDIFFSTORE", LOG_REPLACES },
    { "ZINTERSTORE", LOG_REPLACES },
    { "ZUNIONSTORE", LOG_REPLACES },
    { "ZRANGESTORE", LOG_REPLACES },
    { "HSETC", LOG_REPLACES },
    { "DEL", LOG_DELETES },
    { "UNLINK", LOG_DELETES },
    { "GETDEL", LOG_DELETES },
    { "DELEX", LOG_DELETES },
    { "DELIFEQ", LOG_DELETES },
    { "RENAME", LOG_MOVES },
    { "RENAMENX", LOG_MOVES },
    { "FLUSHDB", LOG_FLUSHES_DB },
    { "FLUSHALL", LOG_FLUSHES_ALL },
};

enum log_effect
log_effect_of(const struct aof_command *command)
{
    if (command == NULL)
        return LOG_NOTHING;
    for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++)
        if (strcmp(effects[i].name, command->name) == 0)
            return effects[i].effect;
    if (command->class == AOF_CLASS_CONTROL)
        return LOG_CONTROLS;
    return command->is_write ? LOG_CHANGES : LOG_NOTHING;
}

enum log_key_fate
log_effect_on_key(enum log_effect effect, size_t number)
{
    switch (effect) {
    case LOG_REPLACES:
        return LOG_KEY_REPLACED;
    case LOG_DELETES:
        return LOG_KEY_DELETED;
    case LOG_MOVES:
        return number == 0   ? LOG_KEY_MOVED_AWAY
               : number == 1 ? LOG_KEY_MOVED_HERE
                             : LOG_KEY_CHANGED;
    case LOG_NOTHING:
    case LOG_CHANGES:
    case LOG_FLUSHES_DB:
    case LOG_FLUSHES_ALL:
    case LOG_CONTROLS:
        break;
    }
    return LOG_KEY_CHANGED;
}
