/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The table of all commands of all servers: who knows which since when, how
 * many arguments it takes, where its keys stand, and what it means to meet it
 * in an append-only file.
 *
 * Subcommands have rows of their own behind their container's ("XGROUP" and
 * "XGROUP|CREATE").
 */
#ifndef KEYWEIGH_AOF_AOF_COMMANDS_H
#define KEYWEIGH_AOF_AOF_COMMANDS_H

#include "aof/aof-record.h"

/* How a command comes into a file. */
enum aof_class {
    AOF_CLASS_VERBATIM,  /* as the client sent it */
    AOF_CLASS_REWRITTEN, /* normally another stands for it; older servers and
                            other writers may have written it */
    AOF_CLASS_INTERNAL,  /* only rewriting or the server itself writes it */
    AOF_CLASS_CONTROL,   /* SELECT, MULTI, EXEC ... */
    AOF_CLASS_MAYBE,     /* may replicate: EVAL, PUBLISH */
    AOF_CLASS_LEGACY,    /* only servers of long ago */
    AOF_CLASS_NEVER,     /* no server writes it */
    AOF_CLASS_UNCERTAIN,
};

enum aof_key_use {
    AOF_KEY_READ,   /* only looked at */
    AOF_KEY_WRITE,  /* changed or created */
    AOF_KEY_REMOVE, /* deleted or overwritten whole */
};

/* MAJOR << 16 | MINOR << 8 | PATCH; AOF_NEVER when a product has none. */
#define AOF_VERSION(major, minor, patch) \
    ((uint32_t)(major) << 16 | (uint32_t)(minor) << 8 | (uint32_t)(patch))
#define AOF_NEVER UINT32_MAX

/* For the patch: of a release line as it is today. */
#define AOF_PATCH_LATEST 0xff

struct aof_key_spec;

struct aof_command {
    const char *name;       /* upper case; "XGROUP|CREATE" */
    int arity;              /* as the servers count: with the name, negative:
                               at least so many */
    enum aof_class class;
    bool is_write;          /* changes keys, by the servers' flag */
    bool has_subcommands;   /* rows of them follow */
    uint32_t redis_since;   /* AOF_VERSION or AOF_NEVER */
    uint32_t valkey_since;
    const struct aof_key_spec *keys; /* NULL: none */
};

/* Finds a command by its first two arguments, in any case: the subcommand's
 * row when there is one (NULL when a container has no such subcommand), else
 * the command's.  sub is NULL when there is no second argument. */
const struct aof_command *aof_commands_find(struct bytes name,
                                            const struct bytes *sub);

/* All rows, sorted by name. */
const struct aof_command *aof_commands_all(size_t *count);

/* True when the arity allows argc arguments, the name counted. */
bool aof_commands_arity_fits(const struct aof_command *command, uint64_t argc);

/* Tells the keys of a command or of a slice of one, in their order.
 * state is the caller's, zeroed before the first slice of each command. */
struct aof_key_state {
    uint64_t begin[2]; /* of counted keys, once known */
    uint64_t end[2];
};

void aof_commands_keys(const struct aof_command *command,
                       const struct aof_record *slice,
                       struct aof_key_state *state,
                       void (*key)(void *context,
                                   const struct aof_argument *name,
                                   enum aof_key_use use),
                       void *context);

#endif
