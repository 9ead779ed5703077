/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/replay-doubt.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* A look at the keys of one command. */
struct look {
    struct replay_doubt *doubt;
    uint64_t db;
    bool found; /* what the look is for */
};

static struct entry *
find(const struct look *look, const struct aof_argument *name)
{
    return keyspace_find(look->doubt->keyspace, look->db,
                         aof_argument_bytes(name));
}

static void
look_for_doubt(void *context, const struct aof_argument *name,
               enum aof_key_use use)
{
    struct look *look = context;
    const struct entry *entry = find(look, name);
    if (use != AOF_KEY_REMOVE && entry != NULL && entry_is_uncertain(entry))
        look->found = true;
}

static void
mark(void *context, const struct aof_argument *name, enum aof_key_use use)
{
    struct look *look = context;
    struct replay_doubt *doubt = look->doubt;
    struct entry *entry = find(look, name);
    if (use == AOF_KEY_READ)
        return;
    /* Made by the command that then had no room. */
    if (entry != NULL &&
        keyspace_delete_if_empty(doubt->keyspace, look->db, entry))
        entry = NULL;
    look->found = true;
    if (entry == NULL) {
        doubt->facts->uncertain_names++;
    } else {
        entry_set_uncertain(entry);
        doubt->is_some = true;
    }
}

/* Whether the look found what it is for. */
static bool
visit_keys(struct replay_doubt *doubt, uint64_t db,
           const struct replay_call *call,
           void (*visit)(void *context, const struct aof_argument *name,
                         enum aof_key_use use))
{
    struct aof_key_state state = { { 0, 0 }, { 0, 0 } };
    struct look look = { .doubt = doubt, .db = db };
    if (call->command == NULL || call->command->keys == NULL)
        return false;
    struct aof_argument *args = xcalloc(call->argc, sizeof(*args));
    for (size_t i = 0; i < call->argc; i++)
        args[i] = (struct aof_argument){ call->argv[i].data,
                                         call->argv[i].size,
                                         call->argv[i].size };
    struct aof_record record = {
        .kind = AOF_RECORD_COMMAND,
        .argc = call->argc,
        .count = call->argc,
        .args = args,
    };
    aof_commands_keys(call->command, &record, &state, visit, &look);
    free(args);
    return look.found;
}

bool
replay_doubt_taints(struct replay_doubt *doubt, uint64_t db,
                    const struct replay_call *call)
{
    return doubt->is_some && visit_keys(doubt, db, call, look_for_doubt);
}

bool
replay_doubt_spread(struct replay_doubt *doubt, uint64_t db,
                    const struct replay_call *call)
{
    return visit_keys(doubt, db, call, mark);
}
