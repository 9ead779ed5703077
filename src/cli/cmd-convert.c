/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Values go from the walk straight to the output, so a filter must decide
 * before a value is read.  Filters that look at the value (--memory,
 * --elements) take two passes: the first scans and notes which keys pass, a
 * bit each, the second writes them.
 */
#include <stdlib.h>

#include "base/xalloc.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/option-groups.h"
#include "cli/run.h"
#include "cli/sink.h"
#include "export/export-json.h"

/* What --to takes. */
static const char *const to_words[] = { "jsonl", NULL };

struct convert {
    struct sink sink;
    struct export_json *json;
};

/* ---- the first pass ---- */

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

/* What goes wrong here goes wrong in the second pass again, and is told
 * then. */
static void
mark_keys(const struct run *run, const char *path, struct marks *marks)
{
    static const struct scan_callbacks callbacks = { .row = mark_key };
    struct error error = { .kind = ERROR_NONE };
    struct scan scan = { .callbacks = &callbacks, .context = marks };
    struct input *input = xcalloc(1, sizeof *input);
    marks->scan = &scan;
    if (input_open(input, path, NULL, &error) == STATUS_OK) {
        run_prepare_scan(run, &scan);
        (void)scan_run(&scan, &input->reader);
        input_close(input);
    }
    scan_fini(&scan);
    free(input);
}

/* ---- the second pass, or the only one ---- */

struct pass {
    struct convert *convert;
    struct run *run;
    struct run_input *result;
    const struct marks *marks; /* or NULL: the early filter decides */
    struct source *source;
};

static enum filter_verdict
judge(const struct pass *pass, const struct key *key)
{
    struct scan *scan = &pass->result->scan;
    if (pass->marks == NULL)
        return filter_key(pass->run->filter, key, scan->now, &scan->error);
    return is_marked(pass->marks, scan->keys - 1) ? FILTER_PASS : FILTER_DROP;
}

static enum status
convert_key(const struct pass *pass, const struct key *key)
{
    struct scan *scan = &pass->result->scan;
    struct source *source = pass->source;
    enum filter_verdict verdict = judge(pass, key);
    if (verdict == FILTER_FAIL)
        return STATUS_FAIL;
    if (verdict == FILTER_DROP)
        return STATUS_OK;
    enum status status = source->ops->walk(
        source, export_json_visitor(pass->convert->json));
    output_flush_if_full(&pass->convert->sink.output);
    if (status == STATUS_BAD) {
        scan->damaged++;
        run_note_damaged(pass->result, source->ops->error(source));
        return STATUS_OK;
    }
    scan->passed += status == STATUS_OK;
    return status;
}

static enum status
convert_keys(const struct pass *pass, const struct rdb *rdb,
             const struct input *input)
{
    struct scan *scan = &pass->result->scan;
    struct source *source = pass->source;
    struct key key;
    enum status status = source->ops->next(source, &key);
    scan->now = run_now(pass->run, rdb_facts(rdb), &scan->now_from);
    while (status == STATUS_OK) {
        scan->keys++;
        status = convert_key(pass, &key);
        if (scan->keys % 128 == 0)
            run_poll(pass->run, pass->result,
                     (struct run_meter){ input_consumed(input), scan->keys });
        if (status == STATUS_OK)
            status = source->ops->next(source, &key);
    }
    if (status == STATUS_FAIL && scan->error.kind == ERROR_NONE)
        scan->error = *source->ops->error(source);
    return status;
}

static enum status
convert_input(struct pass *pass, struct input *input)
{
    struct scan *scan = &pass->result->scan;
    struct rdb *rdb = rdb_new(&input->reader, NULL, false);
    pass->source = rdb_source(rdb);
    enum status status = convert_keys(pass, rdb, input);
    scan->facts = *rdb_facts(rdb);
    rdb_free(rdb);
    if (status != STATUS_END)
        return STATUS_FAIL;
    scan->end = reader_offset(&input->reader);
    scan->trailing = !reader_at_end(&input->reader);
    return STATUS_OK;
}

static enum status
read_input(void *context, struct run *run, struct run_input *result,
           struct input *input)
{
    struct pass pass = { .convert = context, .run = run, .result = result };
    struct marks marks = { .scan = NULL };
    if (filter_wants(run->filter) != 0) {
        if (input->size == 0) {
            error_set(&result->scan.error, ERROR_USAGE,
                      "--memory and --elements make two passes, which takes a "
                      "file");
            return STATUS_FAIL;
        }
        size_t index = (size_t)(result - run->inputs);
        mark_keys(run, run->operands.items[index].path, &marks);
        pass.marks = &marks;
    }
    enum status status = convert_input(&pass, input);
    buffer_fini(&marks.bits);
    return status;
}

/* ---- the command ---- */

static void
run_with_sink(struct run *run, struct convert *convert)
{
    convert->json =
        export_json_new(&convert->sink.output,
                        (enum escape_bytes)run->arguments->bytes);
    run_inputs(run);
    export_json_free(convert->json);
    sink_close(&convert->sink, run->read_count > 0);
}

static enum exit_code
run_convert(const struct arguments *arguments)
{
    struct convert convert;
    struct run_plan plan = { .read = read_input, .context = &convert };
    struct run run;
    if (arguments->to < 0) {
        message_error("convert needs --to jsonl");
        return EXIT_DONE;
    }
    if (run_init(&run, arguments, &plan) &&
        sink_open(&convert.sink, arguments, true))
        run_with_sink(&run, &convert);
    run_fini(&run);
    return EXIT_DONE;
}

static const struct option_group own_options = {
    "Target",
    (const struct option[]){
        { "to", 0, OPTION_CHOICE, "FORMAT",
          "jsonl: one JSON object a line for each key",
          .offset = offsetof(struct arguments, to), .choices = to_words },
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
            &option_groups_input, &option_groups_general, NULL },
    .run = run_convert,
};
