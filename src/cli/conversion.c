/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/conversion.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aof/manifest.h"
#include "cli/message.h"
#include "cli/signals.h"

static const char log_base[] = "appendonly.aof.1.base.rdb";
static const char log_increment[] = "appendonly.aof.1.incr.aof";
static const char log_manifest[] = "appendonly.aof.manifest";

/* ---- the output ---- */

static bool
open_output(struct conversion *conversion, const char *path)
{
    if (output_open(&conversion->output, path) != STATUS_OK) {
        message_error_of(NULL, &conversion->output.error);
        return false;
    }
    signals_set_output(&conversion->output);
    conversion->has_output = true;
    return true;
}

static bool
close_output(struct conversion *conversion, bool keep)
{
    enum status status = output_close(&conversion->output, keep);
    signals_set_output(NULL);
    conversion->has_output = false;
    if (status != STATUS_OK)
        message_error_of(NULL, &conversion->output.error);
    return status == STATUS_OK;
}

static bool
is_folder(const char *path)
{
    struct stat status;
    size_t size = strlen(path);
    return (size > 0 && path[size - 1] == '/') ||
           (stat(path, &status) == 0 && S_ISDIR(status.st_mode));
}

static bool
open_folder(struct conversion *conversion, const char *path)
{
    if (folder_open(&conversion->folder, path) != STATUS_OK) {
        message_error_of(NULL, &conversion->folder.error);
        return false;
    }
    signals_set_folder(&conversion->folder);
    conversion->has_folder = true;
    return open_output(conversion, folder_add(&conversion->folder, log_base));
}

static bool
goes_to_terminal(const struct conversion *conversion)
{
    return conversion->to != CONVERSION_JSONL &&
           conversion->output.path == NULL &&
           isatty(conversion->output.fd) == 1;
}

/* Whether the server that the command line names, if any, reads what
 * --rdb-version asks for. */
static bool
is_read(const struct conversion *conversion, const struct export_target *target)
{
    const struct run *run = conversion->run;
    const struct rdb_facts nothing = { .version = 0 };
    struct profile profile;
    if (run->arguments->servers.count == 0)
        return true;
    profile_resolve(&profile, &run->requests[0], &nothing);
    if (target_is_read_by(target, profile.server))
        return true;
    message_error("--rdb-version %d: %s does not read that", target->version,
                  profile.server->name);
    return false;
}

static bool
is_version_right(const struct conversion *conversion)
{
    struct export_target target;
    uint64_t version = conversion->run->arguments->rdb_version;
    if (version == 0)
        return true;
    if (conversion->to != CONVERSION_RDB) {
        message_error("--rdb-version is for --to rdb");
        return false;
    }
    if (target_of_version((int)version, &target))
        return is_read(conversion, &target);
    message_error("--rdb-version %llu: known are 1 to 16, and 80 of Valkey",
                  (unsigned long long)version);
    return false;
}

bool
conversion_open(struct conversion *conversion, const struct run *run)
{
    const char *path = run->arguments->output;
    conversion->run = run;
    conversion->to = (enum conversion_to)run->arguments->to;
    if (!is_version_right(conversion))
        return false;
    if (conversion->to == CONVERSION_AOF && path != NULL && is_folder(path))
        return open_folder(conversion, path);
    if (!open_output(conversion, path))
        return false;
    if (conversion->to == CONVERSION_JSONL)
        conversion->json =
            export_json_new(&conversion->output,
                            (enum escape_bytes)run->arguments->bytes);
    if (!goes_to_terminal(conversion))
        return true;
    message_error("binary data is not written to a terminal: -o FILE, or a "
                  "pipe");
    return false;
}

/* ---- the target ---- */

static struct export_target
choose_target(const struct conversion *conversion,
              const struct rdb_facts *facts)
{
    const struct run *run = conversion->run;
    int version = (int)run->arguments->rdb_version;
    struct export_target target =
        target_of_file(facts->dialect, facts->version);
    if (conversion->to != CONVERSION_RDB || run->arguments->servers.count > 0) {
        struct profile profile;
        profile_resolve(&profile, &run->requests[0], facts);
        target = target_of_server(profile.server);
    }
    if (version != 0 && version != target.version)
        (void)target_of_version(version, &target);
    return target;
}

static bool
sizes(void *context, uint64_t db, uint64_t *keys, uint64_t *expires)
{
    const struct conversion *conversion = context;
    size_t count = conversion->database_count;
    for (size_t i = 0; conversion->has_counts && i < count; i++) {
        const struct conversion_database *counted = &conversion->databases[i];
        *keys = counted->keys;
        *expires = counted->expires;
        if (counted->db == db)
            return true;
    }
    if (conversion->has_counts || conversion->rdb == NULL ||
        !filter_is_empty(conversion->run->filter))
        return false;
    const struct rdb_database *hints = rdb_databases(conversion->rdb, &count);
    for (size_t i = 0; i < count; i++) {
        *keys = hints[i].hint_keys;
        *expires = hints[i].hint_expires;
        if (hints[i].db == db)
            return hints[i].has_hint;
    }
    return false;
}

/* key is NULL for what belongs to none. */
static void
refuse(void *context, const struct key *key, const char *why)
{
    struct conversion *conversion = context;
    uint64_t number = conversion->refused++;
    if (number >= CONVERSION_REFUSALS_TOLD)
        return;
    struct error *error = &conversion->refusals[number];
    error_set(error, ERROR_UNSUPPORTED, "%s", why);
    if (key != NULL)
        key_add_to_error(key, error);
}

static void
make_exporter(struct conversion *conversion, const struct rdb_facts *facts)
{
    struct exporter_options options = {
        .target = conversion->target,
        .is_aof_base = conversion->has_folder,
        .calls = { .sizes = sizes,
                   .refused = refuse,
                   .context = conversion },
        .output = &conversion->output,
        .error = &conversion->error,
    };
    bool rdb = conversion->to == CONVERSION_RDB || conversion->has_folder;
    conversion->exporter = rdb ? export_rdb_new(&options)
                               : export_resp_new(&options);
    conversion->exporter->ops->begin(conversion->exporter, facts);
}

/* Logs in parts came with Redis 7.0, and with it RDB 10. */
static void
check_folder(struct conversion *conversion)
{
    if (conversion->has_folder &&
        !target_has(&conversion->target, TARGET_FUNCTIONS))
        error_set(&conversion->error, ERROR_USAGE,
                  "a log in parts needs redis-7.0 or later: --server, or "
                  "-o FILE");
}

void
conversion_begin(struct conversion *conversion, const struct rdb_facts *facts)
{
    if (conversion->begun || conversion->json != NULL || facts->version == 0)
        return;
    conversion->begun = true;
    conversion->target = choose_target(conversion, facts);
    check_folder(conversion);
    make_exporter(conversion, facts);
}

/* ---- the first pass ---- */

bool
conversion_wants_counts(const struct conversion *conversion)
{
    const struct arguments *arguments = conversion->run->arguments;
    return conversion->to != CONVERSION_JSONL &&
           (arguments->rdb_version != 0 || arguments->servers.count > 0 ||
            conversion->has_folder ||
            !filter_is_empty(conversion->run->filter));
}

static void
judge_value(void *context, struct export_value *value)
{
    if (value->refusal != NULL)
        refuse(context, value->key, value->refusal);
}

static void
count_key(struct conversion *conversion, const struct key *key)
{
    size_t i = 0;
    while (i < conversion->database_count &&
           conversion->databases[i].db != key->db)
        i++;
    if (i == CONVERSION_DATABASES)
        return;
    if (i == conversion->database_count)
        conversion->databases[conversion->database_count++] =
            (struct conversion_database){ .db = key->db };
    conversion->databases[i].keys++;
    conversion->databases[i].expires += key->has_expiry;
}

struct visitor *
conversion_count(struct conversion *conversion, const struct key *key)
{
    const struct export_target *target = &conversion->target;
    const char *refusal = target_key_refusal(target, key);
    count_key(conversion, key);
    if (refusal != NULL)
        refuse(conversion, key, refusal);
    if (refusal != NULL || !target_may_refuse(target, key))
        return NULL;
    if (!conversion->has_judge) {
        conversion->has_judge = true;
        export_value_init(&conversion->judge, target, &conversion->error);
        conversion->judge.done = judge_value;
        conversion->judge.context = conversion;
    }
    return &conversion->judge.visitor;
}

/* Whether functions are written; refuses all of them together when the target
 * has none. */
static bool
takes_functions(struct conversion *conversion)
{
    const struct export_target *target = &conversion->target;
    if (conversion->exporter == NULL ||
        !filter_is_empty(conversion->run->filter))
        return false;
    if (target_has(target, TARGET_FUNCTIONS))
        return true;
    if (!conversion->has_refused_functions)
        refuse(conversion, NULL, target_refusal(target, TARGET_FUNCTIONS));
    conversion->has_refused_functions = true;
    return false;
}

void
conversion_count_function(struct conversion *conversion)
{
    (void)takes_functions(conversion);
}

void
conversion_counted(struct conversion *conversion)
{
    conversion->has_counts = true;
}

/* ---- writing ---- */

struct visitor *
conversion_visitor(struct conversion *conversion)
{
    return conversion->json != NULL ? export_json_visitor(conversion->json)
                                    : conversion->exporter->visitor;
}

void
conversion_function(struct conversion *conversion, struct bytes code)
{
    if (takes_functions(conversion))
        conversion->exporter->ops->function(conversion->exporter, code);
}

bool
conversion_can_write(const struct conversion *conversion)
{
    return conversion->error.kind == ERROR_NONE &&
           conversion->output.error.kind == ERROR_NONE;
}

bool
conversion_has_failed(const struct conversion *conversion)
{
    return conversion->error.kind != ERROR_NONE || conversion->refused > 0;
}

static void
tell(const struct conversion *conversion)
{
    uint64_t count = conversion->refused;
    if (conversion->error.kind != ERROR_NONE)
        message_error_of(NULL, &conversion->error);
    for (uint64_t i = 0; i < count && i < CONVERSION_REFUSALS_TOLD; i++)
        message_error_of(conversion->name, &conversion->refusals[i]);
    if (count > CONVERSION_REFUSALS_TOLD)
        message_error("%s: %llu more cannot be written", conversion->name,
                      (unsigned long long)(count - CONVERSION_REFUSALS_TOLD));
}

static bool
add_file(struct conversion *conversion, const char *name, struct bytes content)
{
    if (!open_output(conversion, folder_add(&conversion->folder, name)))
        return false;
    buffer_append(&conversion->output.buffer, content.data, content.size);
    return close_output(conversion, true);
}

static bool
add_manifest(struct conversion *conversion)
{
    const struct manifest_file files[] = {
        { .name = bytes_of_text(log_base), .seq = 1, .type = MANIFEST_BASE,
          .start_offset = -1, .end_offset = -1 },
        { .name = bytes_of_text(log_increment), .seq = 1,
          .type = MANIFEST_INCR, .start_offset = -1, .end_offset = -1 },
    };
    struct buffer lines = { NULL, 0, 0 };
    manifest_append_line(&lines, &files[0]);
    manifest_append_line(&lines, &files[1]);
    bool added = add_file(conversion, log_manifest, buffer_bytes(&lines));
    buffer_fini(&lines);
    return added;
}

/* The base stands; what a server's rewrite leaves beside it. */
static void
close_folder(struct conversion *conversion, bool keep)
{
    keep = keep && add_file(conversion, log_increment, bytes_of("", 0)) &&
           add_manifest(conversion);
    enum status status = folder_close(&conversion->folder, keep);
    signals_set_folder(NULL);
    if (status != STATUS_OK)
        message_error_of(NULL, &conversion->folder.error);
}

void
conversion_close(struct conversion *conversion, bool keep)
{
    keep = keep && (conversion->begun || conversion->json != NULL) &&
           !conversion_has_failed(conversion);
    tell(conversion);
    if (conversion->exporter != NULL && keep)
        conversion->exporter->ops->end(conversion->exporter);
    if (conversion->has_output)
        keep = close_output(conversion, keep) && keep;
    if (conversion->has_folder)
        close_folder(conversion, keep);
    if (conversion->exporter != NULL)
        conversion->exporter->ops->free(conversion->exporter);
    if (conversion->has_judge)
        export_value_fini(&conversion->judge);
    export_json_free(conversion->json);
}
