/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/run.h"

#include <malloc.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/machine.h"
#include "base/xalloc.h"
#include "cli/input-files.h"
#include "cli/message.h"
#include "cli/progress.h"
#include "cli/run-log.h"
#include "cli/run-trouble.h"
#include "scan/workers.h"

/* One input in the hands of a worker. */
struct job {
    struct run *run;
    struct run_input *result;
    struct input *input;
    struct analysis **analyses; /* its own, merged into the run's */
};

/* ---- what the command line asked for ---- */

static bool
add_filters(struct run *run)
{
    const struct arguments *arguments = run->arguments;
    struct error error = { .kind = ERROR_NONE };
    run->filter = filter_new();
    for (size_t i = 0; i < arguments->filter_count; i++) {
        const struct option_use *use = &arguments->filters[i];
        if (filter_add(run->filter, use->name, use->value, &error) !=
            STATUS_OK) {
            message_error_of(NULL, &error);
            return false;
        }
    }
    return true;
}

static void
add_request(struct run *run, const char *server)
{
    const struct arguments *arguments = run->arguments;
    run->requests = xreallocarray(run->requests, run->request_count + 1,
                                  sizeof *run->requests);
    run->requests[run->request_count++] = (struct profile_request){
        .server = server,
        .allocator = arguments->allocator,
        .bits = (int)arguments->bits,
        .settings = arguments->sets.items,
        .setting_count = arguments->sets.count,
    };
}

/* What the first request says of its allocator. */
static const char *
first_allocator(const struct run *run)
{
    const struct profile_request *first = &run->requests[0];
    const char *slash = first->server != NULL ? strchr(first->server, '/')
                                              : NULL;
    if (slash != NULL)
        return slash + 1;
    return first->allocator != NULL ? first->allocator : "jemalloc";
}

/* The first profile with one and the other jemalloc: it may have one itself
 * (also with /BITS behind it, which is priced twice then). */
static void
add_jemallocs(struct run *run)
{
    static const char *const names[RUN_JEMALLOCS] = { "jemalloc",
                                                      "jemalloc-system" };
    for (size_t i = 0; i < RUN_JEMALLOCS; i++) {
        if (strcmp(first_allocator(run), names[i]) == 0)
            continue;
        add_request(run, run->requests[0].server);
        run->jemallocs[i] = run->request_count - 1;
        run->requests[run->jemallocs[i]].only_allocator = names[i];
    }
}

/* Each has columns of its name. */
static bool
is_repeated(const struct option_list *servers, size_t number)
{
    for (size_t i = 0; i < number; i++)
        if (strcmp(servers->items[i], servers->items[number]) == 0)
            return true;
    return false;
}

static bool
add_requests(struct run *run)
{
    const struct option_list *servers = &run->arguments->servers;
    struct error error = { .kind = ERROR_NONE };
    if (run->plan->one_server && servers->count > 1) {
        message_error("--server %s: %s takes one server, and has %s",
                      servers->items[1], run->arguments->command,
                      servers->items[0]);
        return false;
    }
    for (size_t i = 0; i < servers->count; i++) {
        if (is_repeated(servers, i)) {
            message_error("--server %s: given twice", servers->items[i]);
            return false;
        }
        add_request(run, servers->items[i]);
    }
    if (servers->count == 0)
        add_request(run, NULL);
    run->profile_count = run->request_count;
    for (size_t i = 0; i < run->request_count; i++) {
        if (profile_request_check(&run->requests[i], &error) != STATUS_OK) {
            message_error_of(NULL, &error);
            return false;
        }
    }
    if (run->plan->with_instance && filter_is_empty(run->filter))
        add_jemallocs(run);
    return true;
}

bool
run_init(struct run *run, const struct arguments *arguments,
         const struct run_plan *plan)
{
    *run = (struct run){ .arguments = arguments, .plan = plan };
    run->clock_ms = machine_nanoseconds(CLOCK_REALTIME) / 1000000;
    run->analyses = xcalloc(plan->analysis_count + 1, sizeof *run->analyses);
    return repair_until_parse(arguments->until, &run->until) &&
           add_filters(run) && add_requests(run);
}

static void
free_analyses(struct analysis **analyses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (analyses[i] != NULL)
            analyses[i]->ops->free(analyses[i]);
    }
    free(analyses);
}

void
run_fini(struct run *run)
{
    for (size_t i = 0; i < run->input_count; i++) {
        scan_fini(&run->inputs[i].scan);
        run_log_free(run->inputs[i].log);
    }
    free(run->inputs);
    operands_fini(&run->operands);
    filter_free(run->filter);
    free(run->requests);
    free_analyses(run->analyses, run->plan->analysis_count);
}

/* ---- one input ---- */

static uint64_t
add(_Atomic uint64_t *sum, uint64_t number)
{
    return atomic_fetch_add(sum, number) + number;
}

void
run_poll(struct run *run, struct run_input *input)
{
    const struct run_meter *now = &input->read;
    const struct run_meter *told = &input->told;
    const struct progress_state state = {
        .bytes = add(&run->bytes_read, now->bytes - told->bytes),
        .total = run->total,
        .counts = true,
        .keys = add(&run->keys_read, now->keys - told->keys),
        .commands = add(&run->commands_read, now->commands - told->commands),
        .again = add(&run->again_read, now->again - told->again),
    };
    input->told = *now;
    enum signals_news due = progress_due();
    if (due != SIGNALS_NONE)
        progress_show(&state, due);
}

int64_t
run_now_at(const struct run *run, int64_t moment_ms, enum scan_now *from)
{
    *from = run->arguments->now.given ? SCAN_NOW_GIVEN
            : moment_ms >= 0          ? SCAN_NOW_FILE
                                      : SCAN_NOW_CLOCK;
    return *from == SCAN_NOW_GIVEN  ? run->arguments->now.ms
           : *from == SCAN_NOW_FILE ? moment_ms
                                    : run->clock_ms;
}

int64_t
run_now(const struct run *run, const struct rdb_facts *facts,
        enum scan_now *from)
{
    return run_now_at(run, facts->ctime_ms, from);
}

static void
on_row(void *context, const struct record *record)
{
    struct job *job = context;
    const struct run_plan *plan = job->run->plan;
    plan->row(plan->context, job->result, record);
}

void
run_note_damaged(struct run_input *input, const struct error *error)
{
    uint64_t before = input->scan.damaged - 1;
    if (before < RUN_DAMAGED_SHOWN)
        input->damaged[before] = *error;
}

static void
on_damaged(void *context, const struct error *error)
{
    struct job *job = context;
    run_note_damaged(job->result, error);
}

static bool
on_poll(void *context, uint64_t offset)
{
    struct job *job = context;
    struct run_input *result = job->result;
    const struct output *rows = job->run->plan->rows;
    (void)offset;
    if (result->log == NULL) /* else all of it has been read before */
        result->read.bytes = input_consumed(job->input);
    result->read.keys = result->scan.keys;
    run_poll(job->run, result);
    return rows == NULL || rows->error.kind == ERROR_NONE;
}

/* While nothing comes. */
static void
on_waiting(void *context)
{
    struct job *job = context;
    struct run_input *result = job->result;
    uint64_t scanned = result->scan.keys; /* 0 in a read of one's own */
    result->read.bytes = input_consumed(job->input);
    if (scanned > result->read.keys)
        result->read.keys = scanned;
    run_poll(job->run, result);
}

void
run_prepare_scan(const struct run *run, struct scan *scan)
{
    scan->filter = run->filter;
    scan->requests = run->requests;
    scan->request_count = run->request_count;
    scan->now_is_given = run->arguments->now.given;
    scan->now_ms = run->arguments->now.ms;
    scan->clock_ms = run->clock_ms;
}

/* A log that was cut short is scanned as far as it goes. */
static void
scan_log(struct job *job, struct input *input)
{
    struct scan *scan = &job->result->scan;
    struct aof_state state;
    run_log_replay(job->run, job->result, input, &state);
    struct error cut = scan->error;
    const struct scan_source keys = {
        .source = keyspace_source(state.keyspace),
        .facts = &state.facts,
        .databases = state.databases,
        .database_count = state.database_count,
        .moment_ms = state.moment_ms,
    };
    error_clear(&scan->error);
    (void)scan_run_source(scan, &keys);
    if (cut.kind != ERROR_NONE)
        scan->error = cut;
    aof_state_fini(&state);
}

static void
scan_input(struct job *job, struct input *input)
{
    struct run *run = job->run;
    const struct scan_callbacks callbacks = {
        .row = run->plan->row != NULL ? on_row : NULL,
        .damaged = on_damaged,
        .poll = on_poll,
    };
    struct scan *scan = &job->result->scan;
    struct filter *filter = filter_copy(run->filter);
    run_prepare_scan(run, scan);
    scan->filter = filter;
    scan->wants = run->plan->wants;
    scan->beside = run->plan->beside;
    scan->tallies_slots =
        run->plan->with_instance && filter_is_empty(run->filter);
    scan->analyses = job->analyses;
    scan->analysis_count = run->plan->analysis_count;
    scan->callbacks = &callbacks;
    scan->context = job;
    if (run->plan->row == NULL)
        scan->make_analyses = run->plan->make_analyses;
    scan->make_context = run->plan->context;
    scan->threads = run->threads_each;
    scan->input = (uint64_t)(job->result - run->inputs);
    if (run_log_is_one(run, job->result, input))
        scan_log(job, input);
    else
        (void)scan_run(scan, &input->reader);
    scan->filter = NULL;
    scan->callbacks = NULL;
    filter_free(filter);
}

/* A directory's manifest is one even when its content no longer says so. */
static void
learn_kind(const struct job *job, struct input *input)
{
    const struct run *run = job->run;
    size_t index = (size_t)(job->result - run->inputs);
    if (run->operands.items[index].kind == INPUT_MANIFEST)
        input->kind = INPUT_MANIFEST;
    job->result->kind = input->kind;
}

/* A dump holds one moment, and that may be any. */
static bool
is_until_for(const struct run *run, struct run_input *result,
             struct input *input)
{
    if (run->until.until.kind == AOF_REPAIR_ALL ||
        run_log_is_one(run, result, input))
        return true;
    error_set(&result->error, ERROR_USAGE,
              "--until is for logs, and this is an RDB");
    return false;
}

static void
read_input(struct job *job, struct input *input)
{
    const struct run_plan *plan = job->run->plan;
    struct run_input *result = job->result;
    learn_kind(job, input);
    result->stored = input->size;
    result->layer = input->layer_count > 0 ? input->layers[0] : NULL;
    if (!run_trouble_check_kind(result) ||
        !is_until_for(job->run, result, input))
        return;
    result->was_read = true;
    if (plan->begin != NULL && !job->run->begun) {
        job->run->begun = true;
        plan->begin(plan->context);
    }
    if (plan->read != NULL)
        (void)plan->read(plan->context, job->run, result, input);
    else
        scan_input(job, input);
    run_trouble_after(result, input);
    result->bytes = result->log != NULL ? result->log->bytes
                                        : reader_offset(&input->reader);
    if (result->scan.error.kind != ERROR_NONE && result->scan.end != 0)
        result->bytes = result->scan.end;
}

static void *
work(void *context, size_t index)
{
    struct run *run = context;
    struct job *job = xcalloc(1, sizeof *job);
    job->run = run;
    job->result = &run->inputs[index];
    job->analyses = xcalloc(run->plan->analysis_count + 1,
                            sizeof *job->analyses);
    if (run->plan->make_analyses != NULL)
        run->plan->make_analyses(run->plan->context, job->analyses);

    struct input *input = xcalloc(1, sizeof *input);
    struct input_options options = { .stop_at_size = true,
                                     .waiting = on_waiting,
                                     .context = job };
    job->input = input;
    job->result->name = run->operands.items[index].name;
    if (input_open(input, run->operands.items[index].path, &options,
                   &job->result->error) == STATUS_OK) {
        read_input(job, input);
        input_close(input);
    }
    free(input);
    return job;
}

/* ---- all of them ---- */

static void
join(void *context, size_t index, void *result)
{
    struct run *run = context;
    struct job *job = result;
    size_t count = run->plan->analysis_count;
    run->read_count += job->result->was_read;
    for (size_t i = 0; i < count; i++) {
        if (run->analyses[i] == NULL) {
            run->analyses[i] = job->analyses[i];
            job->analyses[i] = NULL;
        } else {
            run->analyses[i]->ops->merge(run->analyses[i], job->analyses[i]);
        }
    }
    free_analyses(job->analyses, count);
    free(job);
    run_trouble_tell(run, index);
}

/* 0 when nobody knows. */
static uint64_t
total_bytes(const struct operands *operands)
{
    uint64_t total = 0;
    for (size_t i = 0; i < operands->count; i++) {
        uint64_t size;
        if (!input_files_size(&operands->items[i], &size))
            return 0;
        total += size;
    }
    return total;
}

static size_t
processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return (size_t)CPU_COUNT(&set);
}

/* Renaming the output would put it over the input. */
static bool
output_is_input(const struct run *run)
{
    const char *output = run->arguments->output;
    const struct operand *operand =
        output != NULL ? input_files_find(&run->operands, output) : NULL;
    if (operand == NULL)
        return false;
    message_error("%s: is the input %s too; an input is never changed", output,
                  operand->name);
    return true;
}

static void
add_operands(struct run *run)
{
    const struct option_list *inputs = &run->arguments->inputs;
    for (size_t i = 0; i < inputs->count; i++)
        operands_add(&run->operands, inputs->items[i], NULL);
    if (!run->plan->files_apart)
        operands_note_sums(&run->operands);
    run_trouble_tell_operands(&run->operands);
    run->input_count = output_is_input(run) ? 0 : run->operands.count;
    run->inputs = xcalloc(run->input_count + 1, sizeof *run->inputs);
    run->total = total_bytes(&run->operands);
}

/* Of those that each input being read may have: they share its memory. */
static size_t
threads_each(const struct run *run, size_t threads, size_t at_once)
{
    enum { MEMORY_OF_A_THREAD = 16 << 20 };
    size_t each = at_once > 0 ? threads / at_once : 1;
    uint64_t most = run->arguments->mem_limit / MEMORY_OF_A_THREAD;
    return each <= most ? each : (size_t)most;
}

/* The keys of logs take what they take: so much of all memory, unless another
 * limit is given. */
static uint64_t
replay_limit(const struct run *run, size_t at_once)
{
    uint64_t memory = machine_memory();
    return run->arguments->replay_limit != 0 ? run->arguments->replay_limit
           : (memory - memory / 4) / (at_once != 0 ? at_once : 1);
}

void
run_inputs(struct run *run)
{
    bool rows = run->plan->row != NULL || run->plan->read != NULL;
    size_t threads = run->arguments->jobs > 0 ? (size_t)run->arguments->jobs
                                              : processors();
    struct workers_jobs jobs = { 0, run, work, join };
#ifdef M_ARENA_MAX
    /* Threads allocate seldom; with a heap of its own each would keep what it
     * freed from the others. */
    (void)mallopt(M_ARENA_MAX, 1);
#endif
    add_operands(run);
    jobs.count = run->input_count;
    size_t at_once = threads < jobs.count ? threads : jobs.count;
    run->threads_each = threads_each(run, threads, at_once);
    run->replay_limit = replay_limit(run, rows ? 1 : at_once);
    progress_start(run->arguments);
    workers_run(&jobs, rows ? 1 : threads);
    progress_stop();
    run_trouble_tell_together(run);
    if (run->input_count == 0 && run->plan->make_analyses != NULL)
        run->plan->make_analyses(run->plan->context, run->analyses);
}
