/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "analysis/top.h"
#include "base/number.h"
#include "cli/columns.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/option-groups.h"
#include "cli/run.h"
#include "cli/sink.h"

/* In the order of enum top_by, then what else means memory. */
static const char *const by_words[] = {
    "memory", "elements", "largest", "serialized", "freq", "idle", "size",
    NULL,
};

enum { BY_SIZE = TOP_BY_IDLE + 1 };

struct top_command {
    struct top_options options;
    struct columns columns;
    struct sink sink;
};

#define IN_FILE "file,"
#define COLUMNS IN_FILE "db,key,type,encoding,elements,memory,"

/* What is ranked by stands in a row too. */
static const char *
columns_of(enum top_by by)
{
    switch (by) {
    case TOP_BY_MEMORY:
    case TOP_BY_ELEMENTS:
        break;
    case TOP_BY_LARGEST:
        return COLUMNS "largest,largest_element,expire_ms";
    case TOP_BY_SERIALIZED:
        return COLUMNS "serialized,expire_ms";
    case TOP_BY_FREQ:
        return COLUMNS "freq,expire_ms";
    case TOP_BY_IDLE:
        return COLUMNS "idle_s,expire_ms";
    }
    return COLUMNS "expire_ms";
}

static void
choose_columns(struct top_command *top, const struct arguments *arguments,
               bool with_file)
{
    const char *list = columns_of(top->options.by);
    struct error error = { .kind = ERROR_NONE };
    if (!with_file)
        list += sizeof(IN_FILE) - 1;
    columns_fini(&top->columns);
    (void)columns_choose(&top->columns, list, &arguments->servers, &error);
}

/* People want to know whose the keys are; other formats have the same columns
 * however many inputs there are. */
static bool
tells_files(const struct run *run)
{
    return run->input_count > 1 && strcmp(run->arguments->format, "table") == 0;
}

/* Why no key is ranked although there are keys. */
static void
note_missing(enum top_by by)
{
    if (by == TOP_BY_FREQ)
        message_note("no key has an access frequency: servers write them only "
                     "when their maxmemory-policy is an LFU one");
    if (by == TOP_BY_IDLE)
        message_note("no key has an idle time: servers write them only when "
                     "their maxmemory-policy is an LRU one");
    if (by == TOP_BY_SERIALIZED)
        message_note("no key has a serialized size: those of a log do not "
                     "stand in it as they are");
}

static void
make_analyses(void *context, struct analysis **analyses)
{
    const struct top_command *top = context;
    analyses[0] = top_new(&top->options);
}

static void
write_rows(struct run *run, struct top_command *top)
{
    struct writer *writer = top->sink.writer;
    size_t count;
    const struct record **records = top_records(run->analyses[0], &count);
    if (tells_files(run))
        choose_columns(top, run->arguments, true);
    if (count == 0)
        note_missing(top->options.by);
    sink_mark(&top->sink, run);
    writer->ops->begin(writer);
    writer->ops->table_begin(writer, top->options.per_type ? "top_by_type"
                                                           : "top",
                             NULL, top->columns.columns, top->columns.count);
    for (size_t i = 0; i < count; i++) {
        const char *file = run->inputs[records[i]->input].name;
        writer->ops->row(writer, columns_fill(&top->columns, records[i],
                                              bytes_of_text(file)));
        output_flush_if_full(&top->sink.output);
    }
    writer->ops->table_end(writer);
    writer->ops->end(writer);
    free(records);
}

static bool
check_count(const struct arguments *arguments)
{
    if (!arguments->per_type || arguments->count <= TOP_COUNT_PER_TYPE_MAX)
        return true;
    struct buffer most = { 0 };
    number_append_grouped(&most, TOP_COUNT_PER_TYPE_MAX);
    message_error("-n %llu: too big; at most %.*s with --per-type",
                  (unsigned long long)arguments->count, (int)most.size,
                  (const char *)most.data);
    buffer_fini(&most);
    return false;
}

static enum exit_code
run_top(const struct arguments *arguments)
{
    struct top_command top = { .options = { TOP_BY_MEMORY, 0, false } };
    if (!check_count(arguments))
        return EXIT_TROUBLE;
    top.options.by = arguments->by == BY_SIZE ? TOP_BY_MEMORY
                                              : (enum top_by)arguments->by;
    top.options.count = (size_t)arguments->count;
    top.options.per_type = arguments->per_type;
    choose_columns(&top, arguments, false);

    struct run_plan plan = { .wants = top.columns.wants,
                             .note_prices = true,
                             .analysis_count = 1,
                             .make_analyses = make_analyses,
                             .context = &top };
    struct run run;
    if (run_init(&run, arguments, &plan) &&
        sink_open(&top.sink, arguments, true)) {
        run_inputs(&run);
        if (run.read_count > 0)
            write_rows(&run, &top);
        sink_close(&top.sink, run.read_count > 0);
    }
    run_fini(&run);
    columns_fini(&top.columns);
    return EXIT_DONE;
}

static const struct option_group own_options = {
    "Ranking",
    (const struct option[]){
        { "count", 'n', OPTION_COUNT, "N",
          "how many (default 20; at most 50,000, with --per-type 1,000)",
          .offset = offsetof(struct arguments, count), .min = 1,
          .max = TOP_COUNT_MAX },
        { "by", 0, OPTION_CHOICE, "WHAT",
          "memory (default), elements, largest, serialized, freq or idle",
          .offset = offsetof(struct arguments, by), .choices = by_words },
        { "per-type", 0, OPTION_FLAG, NULL, "so many of each type",
          .offset = offsetof(struct arguments, per_type) },
        { .name = NULL },
    },
};

const struct command cmd_top = {
    .name = "top",
    .summary = "the biggest keys",
    .formats = (const char *const[]){ "table", "csv", "json", "jsonl", NULL },
    .groups =
        (const struct option_group *const[]){
            &own_options, OPTION_GROUPS_ROWS, NULL },
    .run = run_top,
};
