/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Measured: damaged files given to Redis 2.8.24, 4.0.14, 5.0.14, 6.0.20,
 * 6.2.16, 7.0.15, 7.2.6, 7.4.1, 8.0.6, 8.6.3 and Valkey 7.2.7, 8.0.1, 8.1.1,
 * 9.1.2.  Releases between two of those stand with the older one where their
 * aof.c agrees with it; Redis 8.8 and 8.10 stand with 8.6, Valkey 9.0 with
 * 9.1, KeyDB with the Redis 6.2 it was made from.
 */
#include "aof/aof-acceptance.h"

#include <stdio.h>

/* ---- sets of servers ---- */

/* A product's releases from one on; KeyDB counts as the Redis it is. */
static uint32_t
since(const char *product, int major, int minor)
{
    uint32_t servers = 0;
    for (size_t i = 0; i < ACCEPTANCE_SERVERS; i++) {
        const struct acceptance_server *server = &acceptance_servers[i];
        bool keydb = strcmp(server->product, "keydb") == 0;
        const char *as = keydb ? "redis" : server->product;
        int is_major = keydb ? 6 : server->major;
        int is_minor = keydb ? 2 : server->minor;
        if (strcmp(as, product) == 0 &&
            (is_major > major || (is_major == major && is_minor >= minor)))
            servers |= UINT32_C(1) << i;
    }
    return servers;
}

static uint32_t
all_valkeys(void)
{
    return since("valkey", 0, 0);
}

/* With multi-part sets, #TS annotations and functions. */
static uint32_t
since_seven(void)
{
    return since("redis", 7, 0) | all_valkeys();
}

static uint32_t
but(uint32_t servers)
{
    return ACCEPTANCE_ALL & ~servers;
}

/* ---- findings ---- */

static struct acceptance
refused(uint32_t servers)
{
    return (struct acceptance) { .refuses = servers };
}

static struct acceptance
lost(uint32_t servers)
{
    return (struct acceptance) { .loses = servers };
}

/* Those of a set refuse it, the others too. */
static struct acceptance
crashed(uint32_t servers)
{
    return (struct acceptance) { .crashes = servers,
                                 .refuses = but(servers) };
}

/* Up to 4.0 an argument of a negative size is read without room for it, which
 * the system refuses; later sds.c asserts. */
static struct acceptance
of_negative_size(void)
{
    return crashed(since("redis", 5, 0) | all_valkeys());
}

/* The argument count is looked at only from Valkey 8.1 on; before, what is not
 * there is read, and what is too much is not. */
static struct acceptance
of_arity(bool too_few)
{
    uint32_t counting = since("valkey", 8, 1);
    return too_few ? crashed(but(counting)) : refused(counting);
}

/* Carried out by EXEC, they free the transaction that EXEC is at: DISCARD
 * wherever transactions are queued, WATCH when its key changes behind it
 * (multi.c touchWatchedKey). */
static struct acceptance
of_queued_discard(void)
{
    return (struct acceptance) { .crashes =
                                     since("redis", 4, 0) | all_valkeys() };
}

static struct acceptance
of_queued_watch(void)
{
    return (struct acceptance) { .crashes = since("valkey", 8, 0) };
}

/* The client of the log, too, then waits for the thread that looks for
 * neighbours, which aof.c takes for a fault of its own. */
static struct acceptance
of_vadd_cas(void)
{
    return (struct acceptance) { .crashes = since("redis", 8, 0) };
}

/* In the last file it is cut off; before it, servers refuse after they cut.  Of
 * a transaction without EXEC Redis before 4.0.12 loads what has come: it is not
 * whole there either. */
static struct acceptance
of_truncation(const struct aof_place *place)
{
    return place->is_last ? lost(ACCEPTANCE_ALL) : refused(ACCEPTANCE_ALL);
}

static struct acceptance
of_empty_manifest(const struct finding *finding)
{
    return finding->offset == 0 ? refused(ACCEPTANCE_ALL)
                                : lost(ACCEPTANCE_ALL);
}

/* An increment may be empty, and so may a base of commands: there was nothing
 * to rewrite.  An RDB is not. */
static struct acceptance
of_empty_part(const struct aof_place *place)
{
    return lost(place->wants_rdb ? ACCEPTANCE_ALL : 0);
}

static bool
is_of_aofs(const struct finding *finding, const struct aof_place *place)
{
    return (finding->code >= FINDING_AOF_BYTE &&
            finding->code < FINDING_COUNT) ||
           (finding->code == FINDING_DB_NUMBER && place->in_commands);
}

struct acceptance
aof_acceptance_of_finding(const struct finding *finding,
                          const struct aof_place *place)
{
    if (!is_of_aofs(finding, place))
        return acceptance_of_finding(finding->code, finding->key);
    switch ((int)finding->code) {
    case FINDING_AOF_BYTE:
    case FINDING_AOF_NULS:
    case FINDING_AOF_INLINE:
    case FINDING_AOF_ARGC:
    case FINDING_AOF_BULK:
    case FINDING_AOF_LINE:
    case FINDING_AOF_ANNOTATION_LONG:
    case FINDING_AOF_PREAMBLE:
    case FINDING_AOF_UNKNOWN_COMMAND:
    case FINDING_MANIFEST_LINE:
    case FINDING_MANIFEST_LINE_LONG:
    case FINDING_MANIFEST_LINE_OPEN:
    case FINDING_MANIFEST_NAME:
    case FINDING_MANIFEST_SEQ:
    case FINDING_MANIFEST_TYPE:
    case FINDING_MANIFEST_TWO_BASES:
    case FINDING_MANIFEST_ORDER:
    case FINDING_PART_MISSING:
    case FINDING_PART_COMPRESSED:
        return refused(ACCEPTANCE_ALL);
    case FINDING_AOF_SIZE_NEGATIVE:
        return of_negative_size();
    case FINDING_AOF_SHUTDOWN: /* 7.0 lets no fake client wait for it */
        return refused(but(since_seven()));
    case FINDING_AOF_FATAL:
    case FINDING_AOF_SIZE_HUGE:
        return crashed(ACCEPTANCE_ALL);
    case FINDING_AOF_ARITY:
        return of_arity(true);
    case FINDING_AOF_ARITY_OVER:
        return of_arity(false);
    case FINDING_AOF_QUEUED_DISCARD:
        return of_queued_discard();
    case FINDING_AOF_QUEUED_WATCH:
        return of_queued_watch();
    case FINDING_AOF_VADD_CAS:
        return of_vadd_cas();
    case FINDING_AOF_TRUNCATED:
    case FINDING_AOF_MULTI_OPEN:
        return of_truncation(place);
    /* A SELECT that fails is not noticed: what follows goes to the database
     * before it. */
    case FINDING_AOF_DB:
    case FINDING_DB_NUMBER:
        return lost(ACCEPTANCE_ALL);
    case FINDING_MANIFEST_EMPTY:
        return of_empty_manifest(finding);
    case FINDING_PART_EMPTY:
        return of_empty_part(place);
    default:
        return lost(0);
    }
}

static const char *
remark_on_truncation(const struct aof_place *place)
{
    if (!place->is_last)
        return "not the last file: servers cut it before they refuse, so that "
               "the second start goes well without its end";
    if (place->is_first)
        return "the first command behind the RDB: Redis cuts the file to 0 "
               "bytes, the RDB with it; Valkey 9 behind the RDB";
    if (place->in_transaction)
        return "inside of MULTI: servers before Valkey 9 leave the MULTI in "
               "the file, and the next start throws away what was written "
               "behind it (Redis before 4.0.12 applies all of it)";
    return NULL;
}

const char *
aof_acceptance_remark(const struct finding *finding,
                      const struct aof_place *place)
{
    switch ((int)finding->code) {
    case FINDING_AOF_TRUNCATED:
        return remark_on_truncation(place);
    case FINDING_AOF_MULTI_OPEN:
        return place->is_last ? "cut off at its MULTI; Redis before 4.0.12 "
                                "applies it as far as it goes"
                              : NULL;
    case FINDING_AOF_ARITY:
        return "servers that do not count read what is not there, and crash "
               "unless by chance";
    case FINDING_AOF_VADD_CAS:
        return "harmless only where the vector set was deleted before";
    case FINDING_AOF_MULTI_DANGLING:
        return "the next EXEC applies the half transaction too; redis-check-aof"
               " --fix removes everything from that MULTI on";
    case FINDING_MANIFEST_EMPTY:
        return finding->offset == 0
                   ? NULL
                   : "servers start empty and overwrite the base";
    default:
        return NULL;
    }
}

/* ---- features ---- */

uint32_t
aof_acceptance_knowing(const struct aof_command *command)
{
    if (command->redis_since == AOF_NEVER && command->valkey_since == AOF_NEVER)
        return UINT32_C(1) << acceptance_find("keydb", 0, 0);
    uint32_t servers = 0;
    if (command->redis_since != AOF_NEVER)
        servers |= since("redis", (int)(command->redis_since >> 16),
                         (int)(command->redis_since >> 8 & 0xff));
    if (command->valkey_since != AOF_NEVER)
        servers |= since("valkey", (int)(command->valkey_since >> 16),
                         (int)(command->valkey_since >> 8 & 0xff));
    return servers;
}

static size_t
add_feature(struct acceptance_feature *features, size_t count,
            const char *text, uint32_t refusing)
{
    if (refusing == 0 || count == AOF_FEATURES_MAX)
        return count;
    struct acceptance_feature *feature = &features[count];
    (void)snprintf(feature->text, sizeof(feature->text), "%s", text);
    feature->acceptance = refused(refusing);
    return count + 1;
}

/* "XGROUP SETID" */
static void
write_name(char *text, size_t room, const char *name)
{
    (void)snprintf(text, room, "%s", name);
    char *bar = strchr(text, '|');
    if (bar != NULL)
        *bar = ' ';
}

/* Appends a command's name, or only counts it when there is no more room. */
static void
name_command(struct acceptance_feature *feature, const char *name)
{
    static const char more[] = " ...";
    size_t size = strlen(feature->text);
    bool full = size >= sizeof(more) &&
                strcmp(feature->text + size - strlen(more), more) == 0;
    if (full)
        return;
    bool fits = size + 2 + strlen(name) + sizeof(more) <=
                sizeof(feature->text);
    (void)snprintf(feature->text + size, sizeof(feature->text) - size, "%s",
                   fits ? ", " : more);
    if (fits)
        write_name(feature->text + size + 2, sizeof(feature->text) - size - 2,
                   name);
}

static size_t
add_command(struct acceptance_feature *features, size_t first, size_t count,
            const struct aof_command *command)
{
    uint32_t refusing = but(aof_acceptance_knowing(command));
    char text[64];
    for (size_t i = first; i < count; i++) {
        if (features[i].acceptance.refuses == refusing) {
            name_command(&features[i], command->name);
            return count;
        }
    }
    static const char what[] = "commands: ";
    (void)snprintf(text, sizeof(text), "%s", what);
    write_name(text + strlen(what), sizeof(text) - strlen(what),
               command->name);
    return add_feature(features, count, text, refusing);
}

size_t
aof_acceptance_features(const struct aof_features *used,
                        struct acceptance_feature features[AOF_FEATURES_MAX])
{
    size_t row_count;
    const struct aof_command *rows = aof_commands_all(&row_count);
    size_t count = 0;
    if (used->is_set)
        count = add_feature(features, count, "multi-part set",
                            but(since_seven()));
    if (used->has_preamble)
        count = add_feature(features, count, "RDB before the commands",
                            but(since("redis", 4, 0) | all_valkeys()));
    if (used->has_annotations)
        count = add_feature(features, count, "annotations (#)",
                            but(since_seven()));
    size_t first = count;
    for (size_t i = 0; used->commands != NULL && i < row_count; i++)
        if (used->commands[i])
            count = add_command(features, first, count, &rows[i]);
    return count;
}
