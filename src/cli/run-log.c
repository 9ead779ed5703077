/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/run-log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/xalloc.h"

/* AUX fields come first in an RDB, and are few. */
enum { HEAD_SIZE = 4096 };

struct replaying {
    struct run *run;
    struct run_input *result;
    const struct aof_state *state;
};

static const char *
path_of(const struct run *run, const struct run_input *result)
{
    return run->operands.items[result - run->inputs].path;
}

/* ---- which inputs are logs ---- */

/* What an RDB says of itself in front of its keys. */
static struct rdb_facts
peek_facts(struct reader *reader)
{
    struct reader head;
    struct key key;
    (void)reader_peek(reader, HEAD_SIZE);
    reader_init_memory(&head, bytes_of(reader->pos, reader_available(reader)),
                       0);
    struct rdb *rdb = rdb_new(&head, NULL, false);
    struct source *source = rdb_source(rdb);
    (void)source->ops->next(source, &key);
    struct rdb_facts facts = *rdb_facts(rdb);
    rdb_free(rdb);
    reader_fini(&head);
    return facts;
}

/* A checksum ends so one time in 65536; a replay of its RDB does no harm. */
static bool
ends_as_commands(const char *path, uint64_t size)
{
    unsigned char end[2] = { 0, 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = size >= sizeof(end)
                      ? pread(fd, end, sizeof(end), (off_t)(size - 2))
                      : 0;
    (void)close(fd);
    return got == sizeof(end) && end[0] == '\r' && end[1] == '\n';
}

bool
run_log_is_one(const struct run *run, const struct run_input *result,
               struct input *input)
{
    if (input->kind == INPUT_AOF || input->kind == INPUT_MANIFEST)
        return true;
    if (input->kind != INPUT_RDB)
        return false;
    struct rdb_facts facts = peek_facts(&input->reader);
    return (facts.aof_preamble && !facts.aof_base) ||
           (input->is_seekable &&
            ends_as_commands(path_of(run, result), input->size));
}

/* ---- the replay ---- */

static void
on_damaged(void *context, const struct error *error)
{
    const struct replaying *replaying = context;
    replaying->result->scan.damaged++;
    run_note_damaged(replaying->result, error);
}

static void
on_poll(void *context, uint64_t bytes)
{
    const struct replaying *replaying = context;
    struct run_meter *read = &replaying->result->read;
    read->bytes = bytes;
    read->again = 0;
    if (replaying->state->replay != NULL)
        read->commands = replay_facts(replaying->state->replay)->commands;
    run_poll(replaying->run, replaying->result);
}

static void
on_ahead(void *context, uint64_t bytes)
{
    const struct replaying *replaying = context;
    replaying->result->read.again = bytes;
    run_poll(replaying->run, replaying->result);
}

void
run_log_append_gaps(struct buffer *out, const struct replay_gap *gaps,
                    size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_append_format(out, "%s%s %llu", i > 0 ? ", " : "",
                             gaps[i].name, (unsigned long long)gaps[i].count);
}

/* Gaps are in the order of the log. */
static void
append_first(struct buffer *out, const struct replay_gap *first,
             const struct aof_log *log)
{
    buffer_append_text(out, "; the first ");
    if (log->is_set) {
        buffer_append_text(out, "in ");
        escape_append(out, aof_log_part_name(log, first->part), BYTES_ESCAPE);
        buffer_append_byte(out, ' ');
    }
    buffer_append_format(out, "at offset 0x%llx",
                         (unsigned long long)first->offset);
}

static struct run_log_gaps
keep_gaps(const struct replay_gap *gaps, size_t count,
          const struct aof_log *log)
{
    struct run_log_gaps kept = { .commands = 0 };
    struct buffer text = { .data = NULL };
    if (count == 0)
        return kept;
    for (size_t i = 0; i < count; i++)
        kept.commands += gaps[i].count;
    run_log_append_gaps(&text, gaps, count);
    append_first(&text, &gaps[0], log);
    kept.text = xmemdup(text.data, text.size);
    buffer_fini(&text);
    return kept;
}

static struct run_log *
keep_results(const struct aof_state *state, const struct aof_log *source)
{
    const struct replay_facts *facts = replay_facts(state->replay);
    struct run_log *log = xcalloc(1, sizeof(*log));
    log->base = state->base;
    log->replayed = *facts;
    log->replayed.gaps = NULL;
    log->replayed.refused = NULL;
    log->parts = state->parts;
    log->bytes = state->bytes;
    log->empty = state->empty;
    log->in_progress = state->in_progress;
    log->stopped = state->stopped;
    log->not_replayed = keep_gaps(facts->gaps, facts->gap_count, source);
    log->refused = keep_gaps(facts->refused, facts->refused_count, source);
    if (log->not_replayed.commands > 0)
        log->uncertain = keyspace_count_uncertain(state->keyspace) +
                         facts->uncertain_names;
    return log;
}

static struct store_settings
settings_of(const struct settings *settings)
{
    return (struct store_settings){
        .hash_entries = (uint64_t)settings->hash_max_listpack_entries,
        .hash_value = (uint64_t)settings->hash_max_listpack_value,
        .set_integers = (uint64_t)settings->set_max_intset_entries,
        .set_entries = (uint64_t)settings->set_max_listpack_entries,
        .set_value = (uint64_t)settings->set_max_listpack_value,
        .zset_entries = (uint64_t)settings->zset_max_listpack_entries,
        .zset_value = (uint64_t)settings->zset_max_listpack_value,
        .list_fill = settings->list_max_listpack_size,
        .stream = { (uint64_t)settings->stream_node_max_bytes,
                    (uint64_t)settings->stream_node_max_entries },
    };
}

struct aof_state_server
run_log_server(const struct run *run)
{
    const struct profile_request *request = &run->requests[0];
    const struct rdb_facts nothing = { .version = 0 };
    struct profile profile;
    profile_resolve(&profile, request, &nothing);
    const struct server *server = profile.server;
    struct aof_state_server named = {
        .settings = settings_of(&profile.settings),
    };
    if (request->server != NULL) {
        named.is_valkey = server->product == SERVER_VALKEY;
        named.version = AOF_VERSION(server->major, server->minor,
                                    AOF_PATCH_LATEST);
    }
    return named;
}

void
run_log_replay(struct run *run, struct run_input *result, struct input *input,
               struct aof_state *state)
{
    struct replaying replaying = { run, result, state };
    const struct aof_state_server server = run_log_server(run);
    const struct aof_state_options options = {
        .until = run->until.until,
        .until_part = run->until.part,
        .memory_limit = run->replay_limit,
        .now_ms = run->arguments->now.given ? run->arguments->now.ms
                                            : run->clock_ms,
        .server = &server,
        .damaged = on_damaged,
        .poll = on_poll,
        .ahead = on_ahead,
        .context = &replaying,
    };
    const struct input_options input_options = { .stop_at_size = true };
    struct aof_log log;
    if (aof_log_open(&log, input, path_of(run, result), result->name,
                     &input_options, NULL, UINT64_MAX) == STATUS_OK)
        (void)aof_state_read(state, &log, &options);
    else
        aof_state_fail(state, &log.error);
    aof_log_find_unread(&log, &state->error);
    on_poll(&replaying, aof_log_consumed(&log));
    result->log = keep_results(state, &log);
    aof_log_close(&log);
    if (result->kind == INPUT_RDB)
        result->kind = INPUT_AOF;
    if (state->error.kind == ERROR_USAGE)
        result->was_read = false; /* --until asks for what is not there */
    result->scan.error = state->error;
}

void
run_log_free(struct run_log *log)
{
    if (log == NULL)
        return;
    free(log->not_replayed.text);
    free(log->refused.text);
    free(log);
}
