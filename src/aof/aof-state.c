/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-state.h"

#include <stdlib.h>

#include "aof/aof-era-read.h"
#include "aof/aof-until.h"
#include "aof/replay-import.h"
#include "aof/scout.h"
#include "base/number.h"
#include "base/xalloc.h"
#include "keyspace/keyspace-load.h"

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

/* That wrote the log. */
struct release {
    bool is_valkey;
    uint32_t version; /* AOF_VERSION; 0: not known */
};

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
limits_of(struct release release, const struct store_settings *settings)
{
    const uint32_t version = release.version;
    const bool is_valkey = release.is_valkey;
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
        limits.idmp_duration_s = STREAM_IDMP_DURATION;
        limits.idmp_entries = STREAM_IDMP_ENTRIES;
    }
    if (version < large_lists)
        limits.list_large = version < redis_7_0 ? UINT64_MAX : 1 << 30;
    return limits;
}

/* What a log that does not name its server is taken for by all of its
 * commands, if it can be read twice. */
static struct release
release_by_commands(const struct reading *reading)
{
    struct release release = { .version = 0 };
    struct aof_era era;
    if (reading->log != NULL &&
        aof_era_read(reading->log, reading->options, &era))
        release.version = aof_era_newest(&era, &release.is_valkey);
    return release;
}

/* As the facts of an RDB in front say, or else the caller. */
static struct release
release_told(const struct reading *reading, const struct rdb_facts *facts)
{
    const struct aof_state_server *server = reading->options->server;
    struct release release;
    release.version = aof_era_version(facts, &release.is_valkey);
    if (release.version == 0 && server != NULL && server->version != 0)
        return (struct release){ server->is_valkey, server->version };
    return release;
}

/* As told; or else, where there is no RDB, as the commands say. */
static struct release
release_of(const struct reading *reading, const struct rdb_facts *facts)
{
    struct release release = release_told(reading, facts);
    return release.version == 0 && facts->version == 0
               ? release_by_commands(reading)
               : release;
}

/* Until Redis 4.0.12 aof.c carries a transaction out as it comes, so that one
 * without its EXEC has effect.  That commands are old tells nothing; that one
 * is newer tells of a server behind the one that was told. */
static bool
applies_open_transactions(const struct reading *reading)
{
    const struct aof_state *state = reading->state;
    struct release release = release_told(reading, &state->base);
    bool is_valkey;
    uint32_t newest = aof_era_newest(&replay_facts(state->replay)->era,
                                     &is_valkey);
    return release.version != 0 && !release.is_valkey &&
           release.version < AOF_VERSION(4, 0, 12) &&
           newest < AOF_VERSION(4, 1, 0);
}

/* Once what the first part says of itself is known.  A log that is neither a
 * set nor called like a part of one is of Redis 6.2 or older, as far as nothing
 * tells. */
static void
begin_keyspace(struct reading *reading, const struct rdb_facts *facts)
{
    struct aof_state *state = reading->state;
    const struct aof_state_server *server = reading->options->server;
    const struct store_settings *settings = &store_settings_default;
    struct aof_era files = { .redis = NULL };
    if (state->keyspace != NULL)
        return;
    if (reading->log != NULL)
        files = aof_era_of_files(reading->log);
    struct release release = release_of(reading, facts);
    if (server != NULL)
        settings = &server->settings;
    struct store_limits limits = limits_of(release, settings);
    if (release.version == 0 && !files.has_manifest && !files.has_part_name)
        limits.score = SCORE_EXACT_17;
    state->base = *facts;
    state->keyspace = keyspace_new(&limits, reading->options->memory_limit);
    state->replay = replay_new(state->keyspace, facts->ctime_ms);
    if (reading->options->now_ms >= 0)
        replay_assume_now(state->replay, reading->options->now_ms);
    if (release.version != 0)
        replay_set_server(state->replay, release.is_valkey, release.version);
    replay_set_era(state->replay, &files);
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
    struct replay_imports imports = { .imports = NULL };
    struct key key;
    rdb_hear_functions(rdb, keep_function, &functions);
    rdb_hear_slot_imports(rdb, replay_imports_hear, &imports);
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
    replay_take_imports(reading->state->replay, &imports);
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

/* The end of a part: of one that is being written it is only the end so far,
 * and the transaction that is open there goes on. */
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
    } else if (state->error.kind == ERROR_TRUNCATED &&
               applies_open_transactions(reading)) {
        replay_apply_open(state->replay);
    }
    return state->error.kind == ERROR_NONE ? STATUS_OK : STATUS_FAIL;
}

/* False when the keyspace has outgrown its limit; an argument, or the command,
 * may then be cut: nothing to replay. */
static bool
replay_command_of(struct reading *reading, const struct aof_record *record)
{
    if (!is_within_limit(reading, record->offset))
        return false;
    replay_record(reading->state->replay, record);
    keyspace_tidy(reading->state->keyspace);
    poll_now_and_then(reading);
    return is_within_limit(reading, record->offset);
}

static enum status
replay_records(struct reading *reading)
{
    struct aof_state *state = reading->state;
    struct aof_log *log = reading->log;
    const struct aof_state_options *options = reading->options;
    const struct aof_record *record = &log->records.record;
    struct scout scout;
    enum status status;
    scout_init(&scout, state->keyspace);
    while ((status = aof_log_next(log)) == STATUS_OK) {
        scout_look(&scout, log->reader, replay_db(state->replay));
        if (aof_until_is_behind(&options->until, options->until_part, log)) {
            state->stopped = true;
            break;
        }
        if (aof_log_is_rewritten(log))
            replay_note_rewritten(state->replay, record);
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
    struct bytes until_part = reading->options->until_part;
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
    if (until_part.size > 0 && aof_until_is_part(until_part, log))
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
count_key(struct aof_state *state, const struct key *key)
{
    struct rdb_database *database = database_of(state, key->db);
    database->hint_keys = ++database->keys;
    database->hint_expires = database->expires += key->has_expiry;
}

static void
count_keys(struct aof_state *state)
{
    struct source *source = keyspace_source(state->keyspace);
    struct key key;
    keyspace_rewind(state->keyspace);
    while (source->ops->next(source, &key) == STATUS_OK)
        count_key(state, &key);
    keyspace_rewind(state->keyspace);
}

static void
complete_facts(struct aof_state *state)
{
    const struct replay_facts *replayed = replay_facts(state->replay);
    struct rdb_facts *facts = &state->facts;
    *facts = state->base;
    facts->used_mem = -1;
    facts->functions = replayed->functions;
    facts->function_bytes = replayed->function_bytes;
    aof_era_complete(&replayed->era, facts);
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
    replay_end(state->replay);
    check_until(&reading);
    state->bytes = reading.before;
    complete_facts(state);
    count_keys(state);
    return state->error.kind == ERROR_NONE ? STATUS_OK : STATUS_FAIL;
}

void
aof_state_fail(struct aof_state *state, const struct error *error)
{
    const struct aof_state_options options = { .now_ms = -1 };
    struct reading reading = { .state = state, .options = &options };
    *state = (struct aof_state){ .error = *error };
    begin_keyspace(&reading, &no_facts);
    complete_facts(state);
}

void
aof_state_fini(struct aof_state *state)
{
    replay_free(state->replay);
    keyspace_free(state->keyspace);
    free(state->databases);
    *state = (struct aof_state){ .moment_ms = -1 };
}
