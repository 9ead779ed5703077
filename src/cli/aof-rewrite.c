/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a rewrite of a log would leave: the log is replayed, and the state that
 * it leads to is exported twice, as an RDB and as commands, to outputs that
 * only count.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/xalloc.h"
#include "cli/aof-report.h"
#include "cli/run-log.h"
#include "cli/run-trouble.h"
#include "export/exporter.h"
#include "model/profile.h"

enum { MS = 1000, ANNOTATION_SIZE = 6 }; /* "#TS:", CR, LF */

/* One input while it is replayed. */
struct rewriting {
    struct run *run;
    struct run_input *result;
    struct aof_rewrite *sum;
    const struct aof_state *state;
    struct rdb_facts facts;      /* that the rewritten RDB says of itself */
    const struct server *server; /* that rewrites */
    struct error refusal;        /* of a value, by the current export */
};

/* The first reason of all inputs is kept, and goes to it. */
static void
give_reason(struct aof_rewrite *sum, const char *reason)
{
    if (sum->reason == NULL)
        sum->reason = xstrdup(reason);
}

static void
give_up(struct aof_rewrite *sum, const char *reason)
{
    sum->is_counted = false;
    give_reason(sum, reason);
}

static void
give_up_at(struct aof_rewrite *sum, const struct error *error)
{
    struct buffer why = { 0 };
    run_trouble_append_reason(&why, error);
    buffer_append_byte(&why, '\0');
    give_up(sum, (const char *)why.data);
    buffer_fini(&why);
}

/* ---- whether it can be replayed ---- */

static const char *
path_of(const struct run *run, const struct run_input *result)
{
    return run->operands.items[result - run->inputs].path;
}

static const char *
obstacle(const struct aof_report *report, const struct run_input *result,
         const struct input *input)
{
    if (report->arguments->no_replay)
        return "the log was not replayed (--no-replay)";
    if (!filter_is_empty(report->run.filter))
        return "a rewrite writes the keys that do not pass the filter, too";
    if (result->error.kind != ERROR_NONE)
        return "the log could not be read to its end";
    if (!input->is_seekable ||
        strcmp(path_of(&report->run, result), "-") == 0)
        return "what is no plain file cannot be read again to replay it";
    return NULL;
}

/* ---- the counting ---- */

static bool
sizes(void *context, uint64_t db, uint64_t *keys, uint64_t *expires)
{
    const struct rewriting *rewriting = context;
    const struct aof_state *state = rewriting->state;
    for (size_t i = 0; i < state->database_count; i++) {
        *keys = state->databases[i].keys;
        *expires = state->databases[i].expires;
        if (state->databases[i].db == db)
            return true;
    }
    return false;
}

static void
refused(void *context, const struct key *key, const char *why)
{
    struct rewriting *rewriting = context;
    rewriting->sum->is_uncertain |= key->type == TYPE_VECTORSET;
    if (rewriting->refusal.kind != ERROR_NONE)
        return;
    error_set(&rewriting->refusal, ERROR_UNSUPPORTED, "%s", why);
    key_add_to_error(key, &rewriting->refusal);
}

static void
write_state(const struct rewriting *rewriting, struct exporter *exporter,
            struct output *output)
{
    struct keyspace *keyspace = rewriting->state->keyspace;
    struct source *source = keyspace_source(keyspace);
    struct bytes code;
    struct key key;
    exporter->ops->begin(exporter, &rewriting->facts);
    for (size_t i = 0; replay_function(rewriting->state->replay, i, &code);
         i++)
        exporter->ops->function(exporter, code);
    keyspace_rewind(keyspace);
    while (source->ops->next(source, &key) == STATUS_OK) {
        (void)source->ops->walk(source, exporter->visitor);
        output_flush_if_full(output);
        run_poll(rewriting->run, rewriting->result);
    }
    exporter->ops->end(exporter);
}

/* False when some value has no such form. */
static bool
count_as(struct rewriting *rewriting, bool as_rdb, uint64_t *bytes)
{
    struct output output;
    struct error error = { .kind = ERROR_NONE };
    struct exporter_options options = {
        .target = target_of_server(rewriting->server),
        .is_aof_base = true,
        .is_rewrite = true,
        .calls = { .sizes = sizes,
                   .refused = refused,
                   .context = rewriting },
        .output = &output,
        .error = &error,
    };
    error_clear(&rewriting->refusal);
    output_open_counter(&output);
    struct exporter *exporter = as_rdb ? export_rdb_new(&options)
                                       : export_resp_new(&options);
    exporter->visitor->wants &= ~(unsigned)WANT_LINKS; /* nobody searches */
    write_state(rewriting, exporter, &output);
    exporter->ops->free(exporter);
    output_flush(&output);
    *bytes += output.counted;
    (void)output_close(&output, false);
    if (error.kind == ERROR_NONE)
        error = rewriting->refusal;
    if (error.kind != ERROR_NONE)
        give_reason(rewriting->sum, error.text);
    return error.kind == ERROR_NONE;
}

/* A log with annotations goes on with one at its beginning. */
static uint64_t
annotation_bytes(const struct aof_state *state)
{
    char digits[NUMBER_INTEGER_SIZE];
    int64_t time_ms = replay_facts(state->replay)->time_ms;
    return time_ms < 0 ? 0
                       : ANNOTATION_SIZE +
                             number_format_int64(time_ms / MS, digits);
}

/* What a server says of itself in an RDB depends on moments that nobody knows,
 * but its size does not: times have 32 bits, memory has up to 2 GiB. */
static void
learn_server(struct rewriting *rewriting)
{
    const struct run *run = rewriting->run;
    const struct aof_state *state = rewriting->state;
    struct rdb_facts *facts = &rewriting->facts;
    struct profile profile;
    profile_resolve(&profile, &run->requests[0], &state->facts);
    rewriting->server = profile.server;
    *facts = state->facts;
    facts->bits = profile.bits;
    facts->ctime_ms = run->clock_ms;
    rewriting->sum->is_guessed |= run->arguments->servers.count == 0 &&
                                  facts->server_by[0] != '\0';
    facts->used_mem = (int64_t)keyspace_memory(state->keyspace);
    if (run->arguments->servers.count == 0)
        return;
    bool valkey = profile.server->product == SERVER_VALKEY;
    (void)snprintf(facts->server, sizeof(facts->server), "%s",
                   valkey ? "valkey" : "redis");
    (void)snprintf(facts->server_version, sizeof(facts->server_version),
                   "%d.%d.0", profile.server->major, profile.server->minor);
}

/* Since Redis 4.0 (aof-use-rdb-preamble). */
static bool
writes_rdb(const struct rewriting *rewriting)
{
    struct error error = { .kind = ERROR_NONE };
    if (server_since(rewriting->server, 4, 0))
        return true;
    error_set(&error, ERROR_UNSUPPORTED,
              "%s rewrites logs as commands (--server names another)",
              rewriting->server->name);
    give_reason(rewriting->sum, error.text);
    return false;
}

static void
count(struct rewriting *rewriting)
{
    struct aof_rewrite *sum = rewriting->sum;
    const struct aof_state *state = rewriting->state;
    learn_server(rewriting);
    sum->is_mixed |= sum->server[0] != '\0' &&
                     strcmp(sum->server, rewriting->server->name) != 0;
    (void)snprintf(sum->server, sizeof(sum->server), "%s",
                   sum->is_mixed ? "several servers"
                                 : rewriting->server->name);
    sum->keys += keyspace_count_all(state->keyspace);
    sum->log_bytes += state->bytes;
    sum->has_commands &= count_as(rewriting, false, &sum->command_bytes);
    sum->command_bytes += annotation_bytes(state);
    sum->has_rdb &= writes_rdb(rewriting) &&
                    count_as(rewriting, true, &sum->rdb_bytes);
}

/* ---- the replay ---- */

static void
doubt_state(struct aof_rewrite *sum, const struct aof_state *state)
{
    struct buffer why = { NULL, 0, 0 };
    const struct replay_facts *facts = replay_facts(state->replay);
    run_log_append_gaps(&why, facts->gaps, facts->gap_count);
    if (why.size > 0)
        buffer_append_text(&why, " could not be replayed");
    else if (state->damaged > 0)
        buffer_append_format(&why, "damaged values of the base: %" PRIu64,
                             state->damaged);
    buffer_append_byte(&why, '\0');
    if (why.size > 1) {
        sum->is_uncertain = true;
        give_reason(sum, (const char *)why.data);
    }
    buffer_fini(&why);
}

static void
on_poll(void *context, uint64_t bytes)
{
    const struct rewriting *rewriting = context;
    rewriting->result->read.again = bytes;
    run_poll(rewriting->run, rewriting->result);
}

static void
read_state(struct rewriting *rewriting, struct aof_state *state,
           struct input *input, const char *path)
{
    const struct run *run = rewriting->run;
    const struct input_options input_options = { .stop_at_size = true };
    const struct aof_state_server server = run_log_server(run);
    const struct aof_state_options options = {
        .server = &server,
        .memory_limit = run->replay_limit,
        .now_ms = run->clock_ms,
        .poll = on_poll,
        .ahead = on_poll,
        .context = rewriting,
    };
    struct aof_log log;
    input->kind = rewriting->result->kind;
    if (aof_log_open(&log, input, path, rewriting->result->name,
                     &input_options, NULL, UINT64_MAX) == STATUS_OK)
        (void)aof_state_read(state, &log, &options);
    else
        aof_state_fail(state, &log.error);
    rewriting->result->read.again = 0;
    aof_log_close(&log);
}

static void
replay(struct rewriting *rewriting, struct input *input, const char *path)
{
    struct aof_rewrite *sum = rewriting->sum;
    struct aof_state state;
    read_state(rewriting, &state, input, path);
    rewriting->state = &state;
    if (state.error.kind != ERROR_NONE) {
        give_up_at(sum, &state.error);
    } else {
        doubt_state(sum, &state);
        count(rewriting);
    }
    aof_state_fini(&state);
}

/* Opens the input once more; returns why that cannot be done, or NULL. */
static const char *
open_again(const struct aof_report *report, const struct run_input *result,
           const struct input *input, struct input *again,
           struct error *error)
{
    const struct input_options options = { .stop_at_size = true };
    const char *why = obstacle(report, result, input);
    if (why == NULL && input_open(again, path_of(&report->run, result),
                                  &options, error) != STATUS_OK)
        why = error->text;
    return why;
}

void
aof_rewrite_add(struct aof_report *report, struct run_input *result,
                const struct input *input)
{
    struct aof_rewrite *sum = &report->rewrite;
    struct rewriting rewriting = { .run = &report->run,
                                   .result = result,
                                   .sum = sum };
    struct error error = { .kind = ERROR_NONE };
    struct input *again = xcalloc(1, sizeof(*again));
    const char *why = open_again(report, result, input, again, &error);
    if (why != NULL) {
        give_up(sum, why);
    } else {
        if (sum->is_counted)
            replay(&rewriting, again, path_of(&report->run, result));
        input_close(again);
    }
    free(again);
}
