/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-state.h"

#include <stdlib.h>
#include <strings.h>

#include "aof/scout.h"
#include "base/number.h"
#include "base/xalloc.h"
#include "keyspace/keyspace-load.h"
#include "keyspace/value-stream.h"

/* A poll costs a call, so it waits for some keys or commands. */
enum { POLL_EVERY = 1024 };

/* Of a log without a dump in front. */
static const struct rdb_facts no_facts = { .ctime_ms = -1,
                                           .used_mem = -1,
                                           .repl_offset = -1 };

struct reading {
    struct aof_state *state;
    struct aof_log *log;
    const struct aof_state_options *options;
    uint64_t before; /* bytes of the parts behind us */
    uint64_t steps;
    bool found_part; /* that until names */
};

static void
poll_now_and_then(struct reading *reading)
{
    const struct aof_state_options *options = reading->options;
    if (++reading->steps % POLL_EVERY == 0 && options->poll != NULL)
        options->poll(options->context, aof_log_consumed(reading->log));
}

/* Sets the error when the keyspace has outgrown its limit. */
static bool
is_within_limit(struct reading *reading, uint64_t offset)
{
    struct aof_state *state = reading->state;
    struct buffer size = { .data = NULL };
    if (!keyspace_is_full(state->keyspace))
        return true;
    number_append_size(&size, reading->options->memory_limit);
    buffer_append_byte(&size, '\0');
    error_set_at(&state->error, ERROR_UNSUPPORTED, offset,
                 "the keys need more than the %s of memory that a replay may "
                 "take (--mem-limit gives it more)",
                 (const char *)size.data);
    buffer_fini(&size);
    return false;
}

/* ---- the keyspace ---- */

/* Whether a patch of each of the release lines 5.0, 6.0 and 6.2 has come. */
static bool
is_patched(uint32_t version, unsigned patch_5_0, unsigned patch_6_0,
           unsigned patch_6_2)
{
    if (version >= AOF_VERSION(6, 2, 0))
        return version >= AOF_VERSION(6, 2, patch_6_2);
    return version >= AOF_VERSION(6, 0, 0)
               ? version >= AOF_VERSION(6, 0, patch_6_0)
               : version >= AOF_VERSION(5, 0, patch_5_0);
}

static struct stream_rules
stream_rules_of(uint32_t version)
{
    return (struct stream_rules){
        .allows_one_more = !is_patched(version, 7, 0, 0),
        .ignores_new = !is_patched(version, 14, 16, 6),
        .ignores_deleted = version < AOF_VERSION(6, 2, 0),
    };
}

/* What its own server's dump of the state would look like, the newest one's
 * when version is 0.  Sources: config.c, util.c d2string, quicklist.c
 * isLargeElement and t_stream.c of these releases. */
static struct store_limits
limits_of(uint32_t version, bool is_valkey,
          const struct store_settings *settings)
{
    const uint32_t redis_7_0 = AOF_VERSION(7, 0, 0);
    const uint32_t redis_7_2 = AOF_VERSION(7, 2, 0);
    const uint32_t large_lists =
        is_valkey ? AOF_VERSION(8, 0, 0) : AOF_VERSION(7, 4, 0);
    struct store_limits limits = store_limits_default;
    limits.settings = *settings;
    limits.list_large = store_list_bytes(settings->list_fill);
    if (version == 0)
        return limits;
    limits.hash_tables_expire = is_valkey;
    limits.stream_rules = stream_rules_of(version);
    if (version < redis_7_2) {
        limits.settings.set_entries = 0;
        limits.list_estimates = true;
        limits.score = version < redis_7_0 ? SCORE_EXACT_17 : SCORE_17;
    }
    if (!is_valkey && version >= AOF_VERSION(8, 6, 0)) {
        limits.idmp_duration_s = 100;
        limits.idmp_entries = 100;
    }
    if (version < large_lists)
        limits.list_large = version < redis_7_0 ? UINT64_MAX : 1 << 30;
    return limits;
}

/* Once what the first part says of itself is known. */
static void
begin_keyspace(struct reading *reading, const struct rdb_facts *facts)
{
    struct aof_state *state = reading->state;
    const struct aof_state_server *server = reading->options->server;
    const struct store_settings *settings = &store_settings_default;
    bool is_valkey;
    if (state->keyspace != NULL)
        return;
    uint32_t version = aof_era_version(facts, &is_valkey);
    if (version == 0 && server != NULL) {
        version = server->version;
        is_valkey = server->is_valkey;
    }
    if (server != NULL)
        settings = &server->settings;
    struct store_limits limits = limits_of(version, is_valkey, settings);
    state->base = *facts;
    state->keyspace = keyspace_new(&limits, reading->options->memory_limit);
    state->replay = replay_new(state->keyspace, facts->ctime_ms);
    if (reading->options->now_ms >= 0)
        replay_assume_now(state->replay, reading->options->now_ms);
    if (version != 0)
        replay_set_server(state->replay, is_valkey, version);
}

/* ---- an RDB ---- */

/* Libraries stand in front of the keys, and before it is known of what. */
struct functions {
    struct buffer codes; /* size (8), code, ... */
};

static void
keep_function(void *context, struct bytes code)
{
    struct functions *functions = context;
    uint64_t size = code.size;
    buffer_append(&functions->codes, &size, sizeof(size));
    buffer_append(&functions->codes, code.data, code.size);
}

static void
add_functions(struct replay *replay, struct functions *functions)
{
    struct bytes rest = buffer_bytes(&functions->codes);
    uint64_t size;
    while (rest.size > 0) {
        memcpy(&size, rest.data, sizeof(size));
        rest = bytes_of(rest.data + sizeof(size), rest.size - sizeof(size));
        replay_add_function(replay, bytes_of(rest.data, (size_t)size));
        rest = bytes_of(rest.data + size, rest.size - (size_t)size);
    }
    buffer_fini(&functions->codes);
}

static void
note_damaged(struct reading *reading, const struct error *error)
{
    reading->state->damaged++;
    if (reading->options->damaged != NULL)
        reading->options->damaged(reading->options->context, error);
}

static void
note_result(struct reading *reading, const struct key *key,
            enum load_result result)
{
    struct error error = { .kind = ERROR_NONE };
    if (result == LOAD_EMPTY) {
        reading->state->empty++;
    } else if (result == LOAD_DUPLICATE) {
        error_set_at(&error, ERROR_DAMAGED, key->offset,
                     "a value with an element twice, which servers refuse");
        note_damaged(reading, &error);
    } else if (result == LOAD_NAN) {
        error_set_at(&error, ERROR_DAMAGED, key->offset,
                     "a sorted set with a score that is not a number (NaN)");
        note_damaged(reading, &error);
    } else if (result == LOAD_REFUSED &&
               !keyspace_is_full(reading->state->keyspace)) {
        error_set_at(&error, ERROR_UNSUPPORTED, key->offset,
                     "a value too long for a replay");
        note_damaged(reading, &error);
    }
}

static enum status
load_key(struct reading *reading, struct source *source,
         const struct key *key, struct keyspace_load *load)
{
    enum status status =
        source->ops->walk(source, keyspace_load_visitor(load));
    if (status == STATUS_BAD)
        note_damaged(reading, source->ops->error(source));
    else if (status == STATUS_OK)
        note_result(reading, key, keyspace_load_result(load));
    poll_now_and_then(reading);
    if (status == STATUS_FAIL || !is_within_limit(reading, key->offset))
        return STATUS_FAIL;
    return STATUS_OK;
}

static enum status
load_keys(struct reading *reading, struct rdb *rdb)
{
    struct source *source = rdb_source(rdb);
    struct functions functions = { .codes = { .data = NULL } };
    struct key key;
    rdb_hear_functions(rdb, keep_function, &functions);
    enum status status = source->ops->next(source, &key);
    begin_keyspace(reading, rdb_facts(rdb));
    struct keyspace_load *load =
        keyspace_load_new(reading->state->keyspace);
    while (status == STATUS_OK) {
        status = load_key(reading, source, &key, load);
        if (status == STATUS_OK)
            status = source->ops->next(source, &key);
    }
    keyspace_load_free(load);
    add_functions(reading->state->replay, &functions);
    if (status == STATUS_FAIL &&
        reading->state->error.kind == ERROR_NONE)
        reading->state->error = *source->ops->error(source);
    return status;
}

static enum status
load_rdb(struct reading *reading)
{
    struct rdb *rdb = rdb_new(reading->log->reader, NULL, false);
    enum status status = load_keys(reading, rdb);
    if (reading->state->parts == 0)
        reading->state->base = *rdb_facts(rdb);
    rdb_free(rdb);
    return status == STATUS_END ? STATUS_OK : STATUS_FAIL;
}

/* ---- commands ---- */

static bool
is_flush(const struct aof_record *record)
{
    static const char *const names[] = { "FLUSHALL", "FLUSHDB" };
    if (record->kind != AOF_RECORD_COMMAND)
        return false;
    struct bytes name = aof_argument_bytes(&record->args[0]);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (name.size == strlen(names[i]) &&
            strncasecmp((const char *)name.data, names[i], name.size) == 0)
            return true;
    return false;
}

static bool
is_later(const struct aof_record *record, int64_t ms)
{
    int64_t time_ms;
    return record->kind == AOF_RECORD_ANNOTATION &&
           replay_annotation_time(record->line, &time_ms) && time_ms > ms;
}

static bool
is_of_part(const struct reading *reading)
{
    struct bytes part = reading->options->until_part;
    return part.size == 0 ||
           bytes_equal(part, bytes_of_text(reading->log->part.name));
}

static bool
is_behind_until(const struct reading *reading,
                const struct aof_record *record)
{
    const struct aof_repair_until *until = &reading->options->until;
    switch (until->kind) {
    case AOF_REPAIR_ALL:
        break;
    case AOF_REPAIR_TIME:
        return is_later(record, until->ms);
    case AOF_REPAIR_OFFSET:
        return record->end > until->offset && is_of_part(reading);
    case AOF_REPAIR_FLUSH:
        return is_flush(record);
    }
    return false;
}

/* The end of a part: of one that is being written it is only the end so
 * far. */
static enum status
end_records(struct reading *reading, enum status status)
{
    struct aof_state *state = reading->state;
    uint64_t begin;
    if (state->stopped)
        return STATUS_OK;
    if (status == STATUS_FAIL)
        state->error = reading->log->error;
    else if (replay_in_transaction(state->replay, &begin))
        error_set_at(&state->error, ERROR_TRUNCATED, begin,
                     "the file ends inside of the transaction that begins "
                     "here");
    if (state->error.kind == ERROR_TRUNCATED &&
        aof_log_has_grown(reading->log)) {
        state->in_progress = true;
        error_clear(&state->error);
    }
    return state->error.kind == ERROR_NONE ? STATUS_OK : STATUS_FAIL;
}

/* False when the keyspace has outgrown its limit; an argument may then be cut,
 * so this is no command to replay. */
static bool
replay_command_of(struct reading *reading, const struct aof_record *record)
{
    if (!is_within_limit(reading, record->offset))
        return false;
    replay_record(reading->state->replay, record);
    poll_now_and_then(reading);
    return is_within_limit(reading, record->offset);
}

static enum status
replay_records(struct reading *reading)
{
    struct aof_state *state = reading->state;
    struct aof_log *log = reading->log;
    const struct aof_record *record = &log->records.record;
    struct scout scout;
    enum status status;
    scout_init(&scout, state->keyspace);
    while ((status = aof_log_next(log)) == STATUS_OK) {
        scout_look(&scout, log->reader, replay_db(state->replay));
        if (is_behind_until(reading, record)) {
            state->stopped = true;
            break;
        }
        if (!replay_command_of(reading, record))
            return STATUS_FAIL;
    }
    return end_records(reading, status);
}

/* Long arguments are read into the keyspace's memory. */
static enum status
replay_part(struct reading *reading)
{
    struct aof_records *records = &reading->log->records;
    struct store *store = keyspace_store(reading->state->keyspace);
    aof_records_use_pool(records, &store->pool);
    enum status status = replay_records(reading);
    aof_records_use_pool(records, NULL);
    return status;
}

/* ---- parts ---- */

static enum status
read_part(struct reading *reading)
{
    struct aof_state *state = reading->state;
    struct aof_log *log = reading->log;
    enum status status = STATUS_OK;
    if (state->replay != NULL)
        replay_begin_part(state->replay);
    if (log->part.has_preamble)
        status = load_rdb(reading);
    else
        begin_keyspace(reading, &no_facts);
    if (status == STATUS_OK)
        status = replay_part(reading);
    replay_end_part(state->replay);
    if (reading->options->until_part.size > 0 && is_of_part(reading))
        reading->found_part = state->stopped = true;
    reading->before += reader_offset(log->reader);
    state->parts++;
    if (log->is_set)
        error_context(&state->error, "%s", log->part.name);
    return status;
}

static enum status
read_parts(struct reading *reading)
{
    struct aof_state *state = reading->state;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && !state->stopped) {
        status = aof_log_part(reading->log);
        if (status == STATUS_BAD || status == STATUS_FAIL) {
            state->error = reading->log->error;
            error_context(&state->error, "%s", reading->log->part.name);
        } else if (status == STATUS_OK) {
            status = read_part(reading);
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* What was asked for and is not there: then no keys are an answer. */
static void
check_until(const struct reading *reading)
{
    const struct aof_repair_until *until = &reading->options->until;
    struct bytes part = reading->options->until_part;
    struct aof_state *state = reading->state;
    bool has_times = replay_facts(state->replay)->time_ms >= 0;
    if (state->error.kind != ERROR_NONE)
        return;
    if (part.size > 0 && !reading->found_part)
        error_set(&state->error, ERROR_USAGE,
                  "--until: no file of it is called %.*s",
                  (int)part.size, (const char *)part.data);
    else if (until->kind == AOF_REPAIR_OFFSET && part.size == 0 &&
             reading->log->is_set)
        error_set(&state->error, ERROR_USAGE,
                  "--until: an offset in which file? NAME:OFFSET");
    else if (until->kind == AOF_REPAIR_TIME && !has_times && !state->stopped)
        error_set(&state->error, ERROR_USAGE,
                  "--until: there is no #TS: line that tells a time");
    if (state->error.kind != ERROR_NONE)
        keyspace_flush_all(state->keyspace);
}

/* ---- the whole ---- */

static struct rdb_database *
database_of(struct aof_state *state, uint64_t db)
{
    size_t count = state->database_count;
    if (count > 0 && state->databases[count - 1].db == db)
        return &state->databases[count - 1];
    state->databases = xreallocarray(state->databases, count + 1,
                                     sizeof(*state->databases));
    state->database_count++;
    state->databases[count] =
        (struct rdb_database){ .db = db, .has_hint = true };
    return &state->databases[count];
}

/* A keyspace hands its databases out one behind the other. */
static void
count_databases(struct aof_state *state)
{
    struct source *source = keyspace_source(state->keyspace);
    struct key key;
    keyspace_rewind(state->keyspace);
    while (source->ops->next(source, &key) == STATUS_OK) {
        struct rdb_database *database = database_of(state, key.db);
        database->hint_keys = ++database->keys;
        database->hint_expires = database->expires += key.has_expiry;
    }
    keyspace_rewind(state->keyspace);
}

/* Streams that were made before the log told of Redis 8.6 have its settings,
 * too. */
static void
complete_streams(struct aof_state *state)
{
    struct source *source = keyspace_source(state->keyspace);
    struct key key;
    bool is_valkey;
    uint32_t version = aof_era_version(&state->facts, &is_valkey);
    struct store_limits limits =
        limits_of(version, is_valkey, &store_settings_default);
    if (limits.idmp_entries == 0)
        return;
    keyspace_rewind(state->keyspace);
    while (source->ops->next(source, &key) == STATUS_OK) {
        const struct entry *entry = keyspace_current(state->keyspace);
        if (key.type == TYPE_STREAM)
            value_stream_assume_idmp(&entry->value, limits.idmp_duration_s,
                                     limits.idmp_entries);
    }
}

static void
complete_facts(struct aof_state *state, bool is_set)
{
    const struct replay_facts *replayed = replay_facts(state->replay);
    struct aof_era era = replayed->era;
    struct rdb_facts *facts = &state->facts;
    era.has_manifest = is_set;
    *facts = state->base;
    facts->used_mem = -1;
    facts->functions = replayed->functions;
    facts->function_bytes = replayed->function_bytes;
    aof_era_complete(&era, facts);
    state->moment_ms = replayed->time_ms > facts->ctime_ms
                           ? replayed->time_ms
                           : facts->ctime_ms;
}

enum status
aof_state_read(struct aof_state *state, struct aof_log *log,
               const struct aof_state_options *options)
{
    struct reading reading = { .state = state,
                               .log = log,
                               .options = options };
    *state = (struct aof_state){ .moment_ms = -1 };
    (void)read_parts(&reading);
    begin_keyspace(&reading, &no_facts);
    check_until(&reading);
    state->bytes = reading.before;
    complete_facts(state, log->is_set);
    complete_streams(state);
    count_databases(state);
    return state->error.kind == ERROR_NONE ? STATUS_OK : STATUS_FAIL;
}

void
aof_state_fail(struct aof_state *state, const struct error *error)
{
    const struct aof_state_options options = { .now_ms = -1 };
    struct reading reading = { .state = state, .options = &options };
    *state = (struct aof_state){ .error = *error };
    begin_keyspace(&reading, &no_facts);
    complete_facts(state, false);
}

void
aof_state_fini(struct aof_state *state)
{
    replay_free(state->replay);
    keyspace_free(state->keyspace);
    free(state->databases);
    *state = (struct aof_state){ .moment_ms = -1 };
}
