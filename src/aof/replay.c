/* SPDX-License-Identifier: BSD-3-Clause
 *
 *     record -> annotation: the time
 *            -> command -> MULTI ... : into the queue, until EXEC
 *                       -> a row's function, by the number of the command in
 *                          the table of all commands
 *
 * A command without a row that writes nothing is passed over, any other is a
 * gap.  Source: aof.c loadSingleAppendOnlyFile, multi.c, Redis 7.2.
 */
#include "aof/replay.h"

#include <stdlib.h>

#include "aof/aof-commands.h"
#include "aof/replay-command.h"
#include "aof/replay-doubt.h"
#include "aof/replay-gaps.h"
#include "aof/replay-import.h"
#include "aof/replay-library.h"
#include "aof/replay-queue.h"
#include "base/number.h"
#include "base/xalloc.h"
#include "keyspace/keyspace-load.h"
#include "rdb/rdb-payload.h"

enum { ARGV_KEPT = 64 * 1024 /* arguments */ };

struct replay {
    struct keyspace *keyspace;
    uint64_t db;
    int64_t start_ms;
    int64_t assumed_ms; /* now, where nothing tells */
    bool is_valkey;
    uint32_t version; /* of the server, 0 unknown */
    struct replay_facts facts;
    replay_command **runs; /* by number of the command, NULL without a row */

    struct bytes *argv; /* of the current record */
    size_t argv_room;
    uint64_t offset; /* of the current record */
    struct aof_blocks *blocks; /* of it, or NULL */
    bool in_multi;
    uint64_t multi;  /* offset of MULTI */
    bool in_exec;
    struct replay_queue queue;
    uint64_t part; /* parts that were begun before this one */
    struct replay_gaps gaps;
    struct replay_gaps refused;
    struct replay_doubt doubt;
    struct replay_imports imports;

    struct libraries *libraries;
    struct keyspace_load *load;   /* or NULL yet */
    struct rdb_payload *payload;  /* or NULL yet */
};

/* --- control --- */

static enum replay_outcome
run_select(struct replay *replay, const struct bytes *argv, size_t argc)
{
    int64_t number;
    (void)argc;
    if (!replay_number(replay, argv[1], &number) || number < 0 ||
        number > INT32_MAX)
        return REPLAY_ERROR;
    replay->db = (uint64_t)number;
    return REPLAY_DONE;
}

static enum replay_outcome
run_multi(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)argv;
    (void)argc;
    if (replay->in_exec)
        return REPLAY_ERROR;
    replay->in_multi = true;
    replay->multi = replay->offset;
    return REPLAY_DONE;
}

/* An EXEC that has its MULTI never comes here, nor does a DISCARD: servers
 * queue it. */
static enum replay_outcome
refuse(struct replay *replay, const struct bytes *argv, size_t argc)
{
    (void)replay;
    (void)argv;
    (void)argc;
    return REPLAY_ERROR;
}

static const struct replay_row control_rows[] = {
    { "DISCARD", refuse },
    { "EXEC", refuse },
    { "MULTI", run_multi },
    { "SELECT", run_select },
    { NULL, NULL },
};

/* --- rows --- */

static const struct replay_row *const tables[] = {
    control_rows,   replay_generic,      replay_import,     replay_expire,
    replay_restore,
    replay_sort,    replay_library,      replay_string,     replay_counter,
    replay_bits,    replay_hll,          replay_list,       replay_set,
    replay_zset,    replay_zset_store,   replay_geo,        replay_hash,
    replay_hash_ttl, replay_stream,      replay_stream_group, replay_array,
    replay_vectorset,
};

static const struct aof_command *
find_row_command(const char *name)
{
    const char *bar = strchr(name, '|');
    if (bar == NULL)
        return aof_commands_find(bytes_of_text(name), NULL);
    struct bytes sub = bytes_of_text(bar + 1);
    return aof_commands_find(bytes_of(name, (size_t)(bar - name)), &sub);
}

static replay_command **
index_rows(void)
{
    size_t count;
    const struct aof_command *all = aof_commands_all(&count);
    replay_command **runs = xcalloc(count, sizeof(replay_command *));
    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
        for (const struct replay_row *row = tables[t]; row->name != NULL;
             row++) {
            const struct aof_command *command = find_row_command(row->name);
            if (command != NULL)
                runs[command - all] = row->run;
        }
    return runs;
}

static replay_command *
run_of(const struct replay *replay, const struct aof_command *command)
{
    size_t count;
    return replay->runs[command - aof_commands_all(&count)];
}

/* --- doubt --- */

static struct bytes
name_of(const struct replay_call *call)
{
    return call->command != NULL ? bytes_of_text(call->command->name)
                                 : call->argv[0];
}

/* Counts what cannot be replayed, and marks what it may have changed. */
static void
add_gap(struct replay *replay, const struct replay_call *call)
{
    if (!replay_doubt_spread(&replay->doubt, replay->db, call))
        replay->facts.all_uncertain = true;
    replay_gaps_add(&replay->gaps, name_of(call), replay->part, call->offset);
    replay->facts.gap_count = replay->gaps.count;
}

static void
add_error(struct replay *replay, const struct replay_call *call)
{
    replay->facts.errors++;
    replay_gaps_add(&replay->refused, name_of(call), replay->part,
                    call->offset);
    replay->facts.refused_count = replay->refused.count;
}

/* --- commands --- */

static void
run_row(struct replay *replay, const struct replay_call *call,
        replay_command *run)
{
    bool tainted = replay_doubt_taints(&replay->doubt, replay->db, call);
    enum replay_outcome outcome = run(replay, call->argv, call->argc);
    if (outcome == REPLAY_ERROR)
        add_error(replay, call);
    if (outcome == REPLAY_UNKNOWN)
        add_gap(replay, call);
    else if (tainted) /* an error, too, as it may be none in truth */
        (void)replay_doubt_spread(&replay->doubt, replay->db, call);
}

/* Servers before Valkey 8.1 do not count the arguments of what they load: what
 * is too much they do not look at. */
static bool
has_enough_arguments(const struct replay *replay,
                     const struct replay_call *call)
{
    int arity = call->command->arity;
    return aof_commands_arity_fits(call->command, call->argc) ||
           (arity > 0 && call->argc > (uint64_t)arity &&
            !replay_is_since(replay, AOF_NEVER, AOF_VERSION(8, 1, 0)));
}

static void
run_call(struct replay *replay, const struct replay_call *call)
{
    replay->facts.commands++;
    if (call->command == NULL) {
        add_gap(replay, call);
        return;
    }
    if (!has_enough_arguments(replay, call)) {
        add_error(replay, call);
        return;
    }
    aof_era_add(&replay->facts.era, call->command, call->argv, call->argc);
    replay_command *run = run_of(replay, call->command);
    if (run != NULL)
        run_row(replay, call, run);
    else if (call->command->is_write)
        add_gap(replay, call);
}

static struct replay_call
make_call(const struct bytes *argv, size_t argc, uint64_t offset)
{
    const struct aof_command *command =
        aof_commands_find(argv[0], argc > 1 ? &argv[1] : NULL);
    return (struct replay_call){ command, argv, argc, offset };
}

static void
drop_queue(struct replay *replay)
{
    struct pool *pool = &keyspace_store(replay->keyspace)->pool;
    pool_count_beside(pool, replay->queue.bytes.size, 0);
    replay_queue_clear(&replay->queue);
}

static void
run_queue(struct replay *replay)
{
    struct replay_queued queued = { .at = 0 };
    replay->in_multi = false;
    replay->in_exec = true;
    while (!keyspace_is_full(replay->keyspace) &&
           replay_queue_next(&replay->queue, &queued)) {
        struct replay_call call =
            make_call(queued.argv, queued.argc, queued.offset);
        run_call(replay, &call);
    }
    replay->in_exec = false;
    replay_queued_fini(&queued);
    drop_queue(replay);
}

static void
exec(struct replay *replay)
{
    replay->facts.commands++;
    replay->facts.transactions++;
    run_queue(replay);
}

/* The queue lies beside the keyspace, and may take what that has left. */
static void
queue_command(struct replay *replay, const struct aof_record *record)
{
    struct pool *pool = &keyspace_store(replay->keyspace)->pool;
    uint64_t before = replay->queue.bytes.size;
    replay_queue_add(&replay->queue, replay->argv, record->count,
                     record->offset);
    pool_count_beside(pool, before, replay->queue.bytes.size);
}

/* The room that a very long command has needed goes behind it. */
static void
make_argv(struct replay *replay, size_t count)
{
    if (count <= replay->argv_room &&
        (count > ARGV_KEPT || replay->argv_room <= ARGV_KEPT))
        return;
    replay->argv_room = count > ARGV_KEPT / 2 ? count : 2 * count;
    replay->argv = xreallocarray(replay->argv, replay->argv_room,
                                 sizeof(*replay->argv));
}

static void
take_command(struct replay *replay, const struct aof_record *record)
{
    make_argv(replay, record->count);
    replay->offset = record->offset;
    replay->blocks = record->blocks;
    for (size_t i = 0; i < record->count; i++)
        replay->argv[i] = aof_argument_bytes(&record->args[i]);
    if (replay->in_multi && replay_is(replay->argv[0], "EXEC")) {
        exec(replay);
    } else if (replay->in_multi) {
        queue_command(replay, record);
    } else {
        struct replay_call call = make_call(replay->argv, record->count,
                                     record->offset);
        run_call(replay, &call);
    }
}

bool
replay_annotation_time(struct bytes line, int64_t *time_ms)
{
    const struct bytes mark = BYTES_LITERAL("#TS:");
    uint64_t seconds;
    if (!bytes_starts_with(line, mark))
        return false;
    struct bytes digits = bytes_of(line.data + mark.size,
                                   line.size - mark.size);
    if (!number_parse_uint64(digits, &seconds) || seconds > INT64_MAX / 1000)
        return false;
    *time_ms = (int64_t)seconds * 1000;
    return true;
}

static void
take_annotation(struct replay *replay, struct bytes line)
{
    if (replay_annotation_time(line, &replay->facts.time_ms))
        replay->facts.era.has_times = true;
}

void
replay_record(struct replay *replay, const struct aof_record *record)
{
    if (record->kind == AOF_RECORD_ANNOTATION)
        take_annotation(replay, record->line);
    else if (record->count > 0)
        take_command(replay, record);
}

void
replay_note_rewritten(struct replay *replay, const struct aof_record *record)
{
    aof_era_add_rewritten(&replay->facts.era, record);
}

/* --- the whole --- */

struct replay *
replay_new(struct keyspace *keyspace, int64_t start_ms)
{
    struct replay *replay = xcalloc(1, sizeof(*replay));
    replay->keyspace = keyspace;
    replay->start_ms = start_ms;
    replay->facts.time_ms = -1;
    replay->facts.gaps = replay->gaps.gaps;
    replay->facts.refused = replay->refused.gaps;
    replay->doubt.keyspace = keyspace;
    replay->doubt.facts = &replay->facts;
    replay->runs = index_rows();
    replay->libraries = libraries_new(
        &replay->facts, &keyspace_store(keyspace)->pool);
    return replay;
}

void
replay_free(struct replay *replay)
{
    if (replay == NULL)
        return;
    if (replay->load != NULL)
        keyspace_load_free(replay->load);
    rdb_payload_free(replay->payload);
    libraries_free(replay->libraries);
    replay_gaps_fini(&replay->gaps);
    replay_gaps_fini(&replay->refused);
    replay_imports_fini(&replay->imports);
    replay_queue_fini(&replay->queue);
    free(replay->argv);
    free(replay->runs);
    free(replay);
}

void
replay_assume_now(struct replay *replay, int64_t now_ms)
{
    replay->assumed_ms = now_ms;
}

void
replay_set_server(struct replay *replay, bool is_valkey, uint32_t version)
{
    replay->is_valkey = is_valkey;
    replay->version = version;
}

void
replay_set_era(struct replay *replay, const struct aof_era *era)
{
    replay->facts.era = *era;
}

void
replay_begin_part(struct replay *replay)
{
    replay_end_part(replay);
    replay->part++;
    replay->imports.part = replay->part;
    replay->db = 0;
}

bool
replay_in_transaction(const struct replay *replay, uint64_t *begin)
{
    *begin = replay->multi;
    return replay->in_multi;
}

void
replay_apply_open(struct replay *replay)
{
    run_queue(replay);
}

void
replay_end_part(struct replay *replay)
{
    replay->facts.dropped += replay->queue.count;
    drop_queue(replay);
    replay->in_multi = false;
}

void
replay_end(struct replay *replay)
{
    replay_imports_doubt(&replay->imports, replay->keyspace, &replay->gaps);
    replay->facts.gap_count = replay->gaps.count;
}

const struct replay_facts *
replay_facts(const struct replay *replay)
{
    return &replay->facts;
}

void
replay_add_function(struct replay *replay, struct bytes code)
{
    (void)libraries_load(replay->libraries, code, true);
}

void
replay_take_imports(struct replay *replay, struct replay_imports *imports)
{
    replay_imports_fini(&replay->imports);
    replay->imports = *imports;
    replay->imports.part = replay->part;
    for (size_t i = 0; i < imports->count; i++)
        replay->imports.imports[i].part = replay->part;
    *imports = (struct replay_imports){ .imports = NULL };
}

bool
replay_function(const struct replay *replay, size_t number, struct bytes *code)
{
    return libraries_code(replay->libraries, number, code);
}

/* --- what commands are written with --- */

struct keyspace *
replay_keyspace(const struct replay *replay)
{
    return replay->keyspace;
}

struct store *
replay_store(const struct replay *replay)
{
    return keyspace_store(replay->keyspace);
}

uint64_t
replay_db(const struct replay *replay)
{
    return replay->db;
}

uint64_t
replay_offset(const struct replay *replay)
{
    return replay->offset;
}

struct replay_imports *
replay_imports(struct replay *replay)
{
    return &replay->imports;
}

bool
replay_is_since(const struct replay *replay, uint32_t redis, uint32_t valkey)
{
    bool is_valkey = replay->is_valkey;
    uint32_t version = replay->version;
    if (version == 0)
        version = aof_era_newest(&replay->facts.era, &is_valkey);
    return version >= (is_valkey ? valkey : redis);
}

bool
replay_now(struct replay *replay, int64_t *now_ms)
{
    int64_t time_ms = replay->facts.time_ms;
    *now_ms = time_ms >= 0 ? time_ms : replay->start_ms;
    if (*now_ms >= 0)
        return true;
    *now_ms = replay->assumed_ms;
    replay->facts.relative_expiries++;
    return false;
}

void
replay_settle(struct replay *replay)
{
    replay->doubt.is_some = false;
    replay->facts.all_uncertain = false;
    replay->facts.uncertain_names = 0;
}

enum replay_outcome
replay_find(struct replay *replay, struct bytes name, enum type type,
            struct entry **entry)
{
    *entry = keyspace_find(replay->keyspace, replay->db, name);
    if (*entry == NULL || entry_type(*entry) == type)
        return REPLAY_DONE;
    *entry = NULL;
    return REPLAY_ERROR;
}

enum replay_outcome
replay_find_or_add(struct replay *replay, struct bytes name, enum type type,
                   struct entry **entry)
{
    *entry = keyspace_find_or_add(replay->keyspace, replay->db, name, type);
    if (*entry == NULL)
        return REPLAY_UNKNOWN;
    return entry_type(*entry) == type ? REPLAY_DONE : REPLAY_ERROR;
}

enum replay_outcome
replay_put(struct replay *replay, struct bytes name, struct value *value,
           bool keep_expiry)
{
    return replay_kept(keyspace_set(replay->keyspace, replay->db, name, value,
                                    keep_expiry) != NULL);
}

bool
replay_delete(struct replay *replay, struct bytes name)
{
    return keyspace_delete(replay->keyspace, replay->db, name);
}

void
replay_drop_if_empty(struct replay *replay, struct entry *entry)
{
    (void)keyspace_delete_if_empty(replay->keyspace, replay->db, entry);
}

unsigned char *
replay_take_block(struct replay *replay, struct bytes argument)
{
    return replay->blocks != NULL ? aof_blocks_take(replay->blocks, argument)
                                  : NULL;
}

struct keyspace_load *
replay_load(struct replay *replay)
{
    if (replay->load == NULL)
        replay->load = keyspace_load_new(replay->keyspace);
    return replay->load;
}

struct rdb_payload *
replay_payload(struct replay *replay)
{
    if (replay->payload == NULL)
        replay->payload = rdb_payload_new();
    return replay->payload;
}

struct libraries *
replay_libraries(const struct replay *replay)
{
    return replay->libraries;
}
