/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the servers' src/commands say of the history of each, for Redis 8.6 and
 * Valkey 9.1; forms that no server writes to a log (SET with GET) are left out.
 */
#include "aof/aof-forms.h"

#include <pthread.h>
#include <strings.h>

#include "aof/aof-command-table.h"

/* A word at that argument, or behind others of the same command there; without
 * a word: as many arguments and one more. */
struct form {
    const char *of;
    unsigned at;
    unsigned size; /* of the word */
    const char *word;
    struct aof_command form;
};

#define FORM(of, at, word, text, redis, valkey)                                \
    {                                                                          \
        of, at, sizeof(word) - 1, word,                                        \
        {                                                                      \
            .name = text, .class = AOF_CLASS_VERBATIM, .redis_since = redis,   \
            .valkey_since = valkey                                             \
        }                                                                      \
    }
#define SINCE(major, minor, patch) AOF_VERSION(major, minor, patch)
#define OPTION(of, at, word, since)                                            \
    FORM(of, at, word, of " with " word, since, since)
#define MORE(of, at, what, since) FORM(of, at, "", of " " what, since, since)
#define REDIS(of, at, word, since)                                             \
    FORM(of, at, word, of " with " word, since, AOF_NEVER)

/* Those of a command stand together, the most usual one first. */
static const struct form forms[] = {
    REDIS("BITOP", 1, "ANDOR", SINCE(8, 2, 0)),
    REDIS("BITOP", 1, "DIFF", SINCE(8, 2, 0)),
    REDIS("BITOP", 1, "DIFF1", SINCE(8, 2, 0)),
    REDIS("BITOP", 1, "ONE", SINCE(8, 2, 0)),
    OPTION("FLUSHALL", 1, "ASYNC", SINCE(4, 0, 0)),
    OPTION("FLUSHALL", 1, "SYNC", SINCE(6, 2, 0)),
    OPTION("FLUSHDB", 1, "ASYNC", SINCE(4, 0, 0)),
    OPTION("FLUSHDB", 1, "SYNC", SINCE(6, 2, 0)),
    MORE("HSET", 4, "of several fields", SINCE(4, 0, 0)),
    MORE("LPOP", 2, "with a count", SINCE(6, 2, 0)),
    MORE("LPUSHX", 3, "of several elements", SINCE(4, 0, 0)),
    MORE("PEXPIREAT", 3, "with a condition", SINCE(7, 0, 0)),
    OPTION("RESTORE", 4, "REPLACE", SINCE(3, 0, 0)),
    OPTION("RESTORE", 4, "ABSTTL", SINCE(5, 0, 0)),
    OPTION("RESTORE", 4, "IDLETIME", SINCE(5, 0, 0)),
    OPTION("RESTORE", 4, "FREQ", SINCE(5, 0, 0)),
    MORE("RPOP", 2, "with a count", SINCE(6, 2, 0)),
    MORE("RPUSHX", 3, "of several elements", SINCE(4, 0, 0)),
    OPTION("SET", 3, "PXAT", SINCE(6, 2, 0)),
    OPTION("SET", 3, "NX", SINCE(2, 6, 12)),
    OPTION("SET", 3, "XX", SINCE(2, 6, 12)),
    OPTION("SET", 3, "EX", SINCE(2, 6, 12)),
    OPTION("SET", 3, "PX", SINCE(2, 6, 12)),
    OPTION("SET", 3, "KEEPTTL", SINCE(6, 0, 0)),
    OPTION("SET", 3, "EXAT", SINCE(6, 2, 0)),
    FORM("SET", 3, "IFEQ", "SET with IFEQ", SINCE(8, 4, 0), SINCE(8, 1, 0)),
    REDIS("SET", 3, "IFNE", SINCE(8, 4, 0)),
    REDIS("SET", 3, "IFDEQ", SINCE(8, 4, 0)),
    REDIS("SET", 3, "IFDNE", SINCE(8, 4, 0)),
    OPTION("XADD", 2, "NOMKSTREAM", SINCE(6, 2, 0)),
    OPTION("XADD", 2, "MINID", SINCE(6, 2, 0)),
    REDIS("XADD", 2, "KEEPREF", SINCE(8, 2, 0)),
    REDIS("XADD", 2, "DELREF", SINCE(8, 2, 0)),
    REDIS("XADD", 2, "ACKED", SINCE(8, 2, 0)),
    REDIS("XADD", 2, "IDMP", SINCE(8, 6, 0)),
    REDIS("XADD", 2, "IDMPAUTO", SINCE(8, 6, 0)),
    OPTION("XGROUP|CREATE", 5, "MKSTREAM", SINCE(5, 0, 0)),
    OPTION("XGROUP|CREATE", 5, "ENTRIESREAD", SINCE(7, 0, 0)),
    OPTION("XGROUP|SETID", 5, "ENTRIESREAD", SINCE(7, 0, 0)),
    OPTION("XSETID", 3, "ENTRIESADDED", SINCE(7, 0, 0)),
    OPTION("XSETID", 3, "MAXDELETEDID", SINCE(7, 0, 0)),
    OPTION("XTRIM", 2, "MINID", SINCE(6, 2, 0)),
    OPTION("ZADD", 2, "NX", SINCE(3, 0, 2)),
    OPTION("ZADD", 2, "XX", SINCE(3, 0, 2)),
    OPTION("ZADD", 2, "CH", SINCE(3, 0, 2)),
    OPTION("ZADD", 2, "INCR", SINCE(3, 0, 2)),
    OPTION("ZADD", 2, "GT", SINCE(6, 2, 0)),
    OPTION("ZADD", 2, "LT", SINCE(6, 2, 0)),
};

enum { FORMS = sizeof(forms) / sizeof(forms[0]), COMMANDS_MOST = 1024 };

/* By number of the command. */
static struct forms_of {
    unsigned char first;
    unsigned char count;
} forms_of[COMMANDS_MOST];

static pthread_once_t forms_found = PTHREAD_ONCE_INIT;

static void
find_forms(void)
{
    for (size_t c = 0; c < aof_command_count && c < COMMANDS_MOST; c++)
        for (size_t i = FORMS; i-- > 0;)
            if (strcmp(forms[i].of, aof_command_table[c].name) == 0) {
                forms_of[c].first = (unsigned char)i;
                forms_of[c].count++;
            }
}

static struct forms_of
look_up(const struct aof_command *command)
{
    (void)pthread_once(&forms_found, find_forms);
    return forms_of[command - aof_command_table];
}

uint64_t
aof_forms_plain(const struct aof_command *command)
{
    struct forms_of found = look_up(command);
    return found.count == 0 ? UINT64_MAX : forms[found.first].at;
}

/* The form that an argument makes, or NULL. */
static const struct form *
find_word(struct forms_of found, struct bytes argument)
{
    const struct form *form = &forms[found.first];
    for (unsigned i = 0; i < found.count; i++, form++)
        if (form->size == 0 ||
            (form->size == argument.size &&
             strncasecmp((const char *)argument.data, form->word,
                         form->size) == 0))
            return form;
    return NULL;
}

const struct aof_command *
aof_forms_find(const struct aof_command *command, const struct bytes *argv,
               uint64_t argc)
{
    struct forms_of found = look_up(command);
    const struct aof_command *newest = NULL;
    if (found.count == 0)
        return NULL;
    for (unsigned i = forms[found.first].at; i < argc && i < AOF_FORMS_SIGHT;
         i++) {
        const struct form *form = find_word(found, argv[i]);
        if (form == NULL)
            break;
        if (newest == NULL || form->form.redis_since > newest->redis_since)
            newest = &form->form;
    }
    return newest;
}
