/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Values go from the walk straight to the output, so a filter must decide
 * before a value is read.  Filters that look at the value (--memory,
 * --elements) take a pass of their own, which notes which keys pass, a bit
 * each.
 *
 * What stands in front of the keys of an RDB (how many there are) and whether
 * all of them can be written is known behind them.  When it may differ from
 * what the input says, a file is read twice: the first pass counts and judges.
 */
#include <stdlib.h>

#include "base/xalloc.h"
#include "cli/command.h"
#include "cli/conversion.h"
#include "cli/message.h"
#include "cli/option-groups.h"
#include "cli/run-log.h"
#include "cli/run.h"

/* What --to takes, in the order of enum conversion_to. */
static const char *const to_words[] = { "rdb", "aof", "resp", "jsonl", NULL };

/* ---- filters that need values ---- */

struct marks {
    const struct scan *scan;
    struct buffer bits; /* of key number n: bit n % 8 of byte n / 8 */
};

static void
mark_key(void *context, const struct record *record)
{
    struct marks *marks = context;
    uint64_t number = marks->scan->keys - 1;
    (void)record;
    while (marks->bits.size <= number / 8)
        buffer_append_byte(&marks->bits, 0);
    marks->bits.data[number / 8] |= (unsigned char)(1 << number % 8);
}

static bool
is_marked(const struct marks *marks, uint64_t number)
{
    return number / 8 < marks->bits.size &&
           (marks->bits.data[number / 8] >> number % 8 & 1) != 0;
}

/* What goes wrong while keys are read goes wrong in the second pass again, and
 * is told then; FAIL with the error set when the file cannot be opened. */
static enum status
mark_keys(const struct run *run, const char *path, struct marks *marks,
          struct error *error)
{
    static const struct scan_callbacks callbacks = { .row = mark_key };
    struct scan scan = { .callbacks = &callbacks, .context = marks };
    struct input *input = xcalloc(1, sizeof *input);
    enum status status = input_open(input, path, NULL, error);
    marks->scan = &scan;
    if (status == STATUS_OK) {
        run_prepare_scan(run, &scan);
        (void)scan_run(&scan, &input->reader);
        input_close(input);
    }
    scan_fini(&scan);
    free(input);
    return status;
}

/* ---- one pass over the keys of an input ---- */

struct pass {
    struct conversion *conversion;
    struct run *run;
    const struct marks *marks; /* or NULL: the early filter decides */
    struct scan *scan;         /* counts and errors */
    struct source *source;
    const struct rdb_facts *facts; /* of the source */
    const struct aof_state *state; /* of a log, else NULL */
    struct run_input *result;      /* NULL: only count and judge */
    struct input *input;
};

static enum filter_verdict
judge(const struct pass *pass, const struct key *key)
{
    struct scan *scan = pass->scan;
    if (pass->marks == NULL)
        return filter_key(pass->run->filter, key, scan->now, &scan->error);
    return is_marked(pass->marks, scan->keys - 1) ? FILTER_PASS : FILTER_DROP;
}

static enum status
count_key(const struct pass *pass, const struct key *key)
{
    struct visitor *visitor = conversion_count(pass->conversion, key);
    enum status status = STATUS_OK;
    if (visitor != NULL)
        status = pass->source->ops->walk(pass->source, visitor);
    return status == STATUS_BAD ? STATUS_OK : status;
}

static enum status
write_key(const struct pass *pass)
{
    struct source *source = pass->source;
    enum status status = source->ops->walk(
        source, conversion_visitor(pass->conversion));
    output_flush_if_full(&pass->conversion->output);
    if (status == STATUS_BAD) {
        pass->scan->damaged++;
        run_note_damaged(pass->result, source->ops->error(source));
        return STATUS_OK;
    }
    pass->scan->passed += status == STATUS_OK;
    return status;
}

static enum status
take_key(const struct pass *pass, const struct key *key)
{
    enum filter_verdict verdict = judge(pass, key);
    if (verdict == FILTER_FAIL)
        return STATUS_FAIL;
    if (verdict == FILTER_DROP)
        return STATUS_OK;
    return pass->result == NULL ? count_key(pass, key) : write_key(pass);
}

static void
poll(const struct pass *pass)
{
    struct run_input *result = pass->result;
    if (result == NULL || pass->scan->keys % 128 != 0)
        return;
    if (pass->state == NULL) /* else all of the log has been read before */
        result->read.bytes = input_consumed(pass->input);
    result->read.keys = pass->scan->keys;
    run_poll(pass->run, result);
}

static enum status
take_keys(const struct pass *pass)
{
    struct scan *scan = pass->scan;
    struct source *source = pass->source;
    struct key key;
    enum status status = source->ops->next(source, &key);
    int64_t moment_ms = pass->state != NULL ? pass->state->moment_ms
                                            : pass->facts->ctime_ms;
    scan->now = run_now_at(pass->run, moment_ms, &scan->now_from);
    conversion_begin(pass->conversion, pass->facts);
    while (status == STATUS_OK && conversion_can_write(pass->conversion)) {
        scan->keys++;
        status = take_key(pass, &key);
        poll(pass);
        if (status == STATUS_OK)
            status = source->ops->next(source, &key);
    }
    if (status == STATUS_FAIL && scan->error.kind == ERROR_NONE)
        scan->error = *source->ops->error(source);
    return status;
}

static void
hear_function(void *context, struct bytes code)
{
    const struct pass *pass = context;
    conversion_begin(pass->conversion, pass->facts);
    if (pass->result == NULL)
        conversion_count_function(pass->conversion);
    else
        conversion_function(pass->conversion, code);
}

static enum status
read_keys(struct pass *pass)
{
    struct scan *scan = pass->scan;
    struct rdb *rdb = rdb_new(&pass->input->reader, NULL, false);
    pass->facts = rdb_facts(rdb);
    pass->source = rdb_source(rdb);
    pass->conversion->rdb = rdb;
    rdb_hear_functions(rdb, hear_function, pass);
    enum status status = take_keys(pass);
    scan->facts = *rdb_facts(rdb);
    pass->conversion->rdb = NULL;
    rdb_free(rdb);
    if (status != STATUS_END)
        return STATUS_FAIL;
    scan->end = reader_offset(&pass->input->reader);
    scan->trailing = !reader_at_end(&pass->input->reader);
    return STATUS_OK;
}

/* ---- all passes over an input ---- */

/* What goes wrong here goes wrong when writing again, and is told then. */
static void
count_keys(const struct pass *writing, const char *path)
{
    struct error error = { .kind = ERROR_NONE };
    struct scan scan = { .keys = 0 };
    struct pass pass = *writing;
    struct input *input = xcalloc(1, sizeof *input);
    pass.scan = &scan;
    pass.input = input;
    pass.result = NULL;
    if (input_open(input, path, NULL, &error) == STATUS_OK) {
        (void)read_keys(&pass);
        input_close(input);
    }
    conversion_counted(pass.conversion);
    free(input);
}

/* ---- logs: their keys are at hand, to be walked as often as need be ---- */

static void
mark_log(struct pass *pass, struct marks *marks)
{
    static const struct scan_callbacks callbacks = { .row = mark_key };
    struct scan scan = { .callbacks = &callbacks, .context = marks };
    const struct scan_source keys = { .source = pass->source,
                                      .facts = pass->facts,
                                      .moment_ms = pass->state->moment_ms };
    marks->scan = &scan;
    run_prepare_scan(pass->run, &scan);
    (void)scan_run_source(&scan, &keys);
    scan_fini(&scan);
    pass->marks = marks;
}

static void
count_log(const struct pass *writing)
{
    struct scan scan = { .keys = 0 };
    struct pass pass = *writing;
    pass.scan = &scan;
    pass.result = NULL;
    (void)take_keys(&pass);
    conversion_counted(pass.conversion);
}

static void
write_functions(const struct pass *pass)
{
    struct bytes code;
    for (size_t i = 0; replay_function(pass->state->replay, i, &code); i++)
        conversion_function(pass->conversion, code);
}

static enum status
write_log(struct pass *pass)
{
    struct marks marks = { .scan = NULL };
    struct keyspace *keyspace = pass->state->keyspace;
    enum status status = STATUS_FAIL;
    if (filter_wants(pass->run->filter) != 0)
        mark_log(pass, &marks);
    conversion_begin(pass->conversion, pass->facts);
    if (pass->conversion->to != CONVERSION_JSONL) {
        keyspace_rewind(keyspace);
        count_log(pass);
        write_functions(pass);
    }
    keyspace_rewind(keyspace);
    if (!conversion_has_failed(pass->conversion))
        status = take_keys(pass);
    buffer_fini(&marks.bits);
    return status;
}

/* Keys beyond the limit would be missing from a file that looks whole.  Lines
 * of JSON are rows: they come as far as the replay did, like those of keys. */
static bool
is_worth_writing(const struct pass *pass)
{
    return pass->result->was_read &&
           (pass->conversion->to == CONVERSION_JSONL ||
            !keyspace_is_full(pass->state->keyspace));
}

static enum status
convert_log(struct pass *pass)
{
    struct aof_state state;
    struct scan *scan = pass->scan;
    run_log_replay(pass->run, pass->result, pass->input, &state);
    struct error cut = scan->error;
    error_clear(&scan->error);
    scan->facts = state.facts;
    pass->state = &state;
    pass->facts = &scan->facts;
    pass->source = keyspace_source(state.keyspace);
    if (is_worth_writing(pass))
        (void)write_log(pass);
    aof_state_fini(&state);
    if (cut.kind != ERROR_NONE)
        scan->error = cut;
    return scan->error.kind == ERROR_NONE ? STATUS_OK : STATUS_FAIL;
}

/* ---- any input ---- */

/* A descriptor that was handed to us has one position for all who read it. */
static bool
can_be_read_again(const struct input *input, const char *path)
{
    return input->size > 0 && strcmp(path, "-") != 0;
}

static enum status
convert_rdb(struct pass *pass)
{
    const struct run *run = pass->run;
    size_t index = (size_t)(pass->result - run->inputs);
    const char *path = run->operands.items[index].path;
    struct marks marks = { .scan = NULL };
    bool is_file = can_be_read_again(pass->input, path);
    if (filter_wants(run->filter) != 0) {
        if (!is_file) {
            error_set(&pass->scan->error, ERROR_USAGE,
                      "--memory and --elements make two passes, which takes a "
                      "file by its name");
            return STATUS_FAIL;
        }
        if (mark_keys(run, path, &marks, &pass->scan->error) != STATUS_OK)
            return STATUS_FAIL;
        pass->marks = &marks;
    }
    if (is_file && conversion_wants_counts(pass->conversion))
        count_keys(pass, path);
    enum status status = conversion_has_failed(pass->conversion)
                             ? STATUS_FAIL
                             : read_keys(pass);
    buffer_fini(&marks.bits);
    return status;
}

/* Two inputs may hold the same key, which no server would take. */
static bool
takes_input(struct conversion *conversion, const struct run *run,
            const struct run_input *result)
{
    conversion->name = result->name;
    if (conversion->to == CONVERSION_JSONL || run->input_count == 1)
        return true;
    error_set(&conversion->error, ERROR_USAGE,
              "--to %s takes one input: two might hold the same key",
              to_words[conversion->to]);
    return false;
}

static enum status
read_input(void *context, struct run *run, struct run_input *result,
           struct input *input)
{
    struct pass pass = {
        .conversion = context,
        .run = run,
        .scan = &result->scan,
        .result = result,
        .input = input,
    };
    if (!takes_input(context, run, result))
        return STATUS_FAIL;
    return run_log_is_one(run, result, input) ? convert_log(&pass)
                                              : convert_rdb(&pass);
}

/* ---- the command ---- */

/* What no visitor hears of is not written. */
static void
tell_left_out(const struct run_input *input)
{
    const struct rdb_facts *facts = &input->scan.facts;
    if (facts->module_aux > 0)
        message_warning("%s: side data of modules is left out", input->name);
    if (facts->key_metas > 0)
        message_warning("%s: key metadata of modules is left out",
                        input->name);
    if (facts->functions_pre_ga > 0)
        message_warning("%s: functions as release candidates of Redis 7.0 "
                        "wrote them are left out", input->name);
    if (facts->keydb_subexpires > 0)
        message_warning("%s: expiries of %llu members (KeyDB) are left out",
                        input->name,
                        (unsigned long long)facts->keydb_subexpires);
}

static void
convert(struct run *run, struct conversion *conversion)
{
    run_inputs(run);
    for (size_t i = 0; i < run->input_count; i++)
        if (conversion->to != CONVERSION_JSONL)
            tell_left_out(&run->inputs[i]);
}

static enum exit_code
run_convert(const struct arguments *arguments)
{
    struct conversion *conversion;
    struct run run;
    if (arguments->to < 0) {
        message_error("convert needs --to rdb, aof, resp or jsonl");
        return EXIT_DONE;
    }
    conversion = xcalloc(1, sizeof *conversion);
    struct run_plan plan = { .one_server = true,
                             .read = read_input,
                             .context = conversion };
    bool opened = run_init(&run, arguments, &plan) &&
                  conversion_open(conversion, &run);
    if (opened)
        convert(&run, conversion);
    conversion_close(conversion, opened && run.read_count > 0);
    run_fini(&run);
    free(conversion);
    return EXIT_DONE;
}

static const struct option_group own_options = {
    "Target",
    (const struct option[]){
        { "to", 0, OPTION_CHOICE, "FORMAT",
          "rdb: a dump; aof: a log, with -o FOLDER/ one in parts; resp: "
          "commands for redis-cli --pipe; jsonl: one JSON object a line for "
          "each key",
          .offset = offsetof(struct arguments, to), .choices = to_words },
        { "rdb-version", 0, OPTION_COUNT, "N",
          "of --to rdb: 1 to 16, or 80 of Valkey (default: the newest that "
          "--server reads, else the input's own)",
          .offset = offsetof(struct arguments, rdb_version), .min = 1,
          .max = 9999 },
        { .name = NULL },
    },
};

const struct command cmd_convert = {
    .name = "convert",
    .summary = "the keys and their values in another format",
    .groups =
        (const struct option_group *const[]){
            &own_options, &option_groups_output, &option_groups_bytes,
            &option_groups_filter, &option_groups_model, &option_groups_now,
            &option_groups_log,
            &option_groups_input, &option_groups_general, NULL },
    .run = run_convert,
};
