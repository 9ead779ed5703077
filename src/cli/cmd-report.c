/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/databases.h"
#include "analysis/expiry.h"
#include "analysis/histogram.h"
#include "analysis/prefix.h"
#include "analysis/size-classes.h"
#include "analysis/summary.h"
#include "analysis/top.h"
#include "cli/command.h"
#include "cli/option-groups.h"
#include "cli/report.h"
#include "cli/separators.h"
#include "cli/sink.h"

enum {
    TOP_KEYS = 20,
    TOP_KEYS_BY_TYPE = 10,
    PREFIX_ROWS = 100,
    TREE_OF_NAMES = 12 * 1024 * 1024, /* at most */
};

/* Of a name, in the report for people. */
enum { NAME_CELLS = 100 };

struct context {
    struct report report;
    struct separators separators;
};

/* What prefixes may take: in cluster mode old servers' trees of names are built
 * beside them (model/slot-tally.h), one a profile. */
static uint64_t
prefix_memory(const struct context *context)
{
    const struct arguments *arguments = context->report.arguments;
    uint64_t trees = context->report.run.request_count * TREE_OF_NAMES;
    uint64_t half = arguments->mem_limit / 2;
    for (size_t i = 0; i < arguments->sets.count; i++)
        if (strncmp(arguments->sets.items[i], "cluster", 7) == 0)
            return arguments->mem_limit - (trees < half ? trees : half);
    return arguments->mem_limit;
}

static void
make_analyses(void *context, struct analysis **analyses)
{
    const struct context *c = context;
    struct top_options top = { TOP_BY_MEMORY, TOP_KEYS, false };
    struct top_options by_type = { TOP_BY_MEMORY, TOP_KEYS_BY_TYPE, true };
    struct prefix_options prefix = {
        .separators = c->separators.items,
        .separator_count = c->separators.count,
        .depth = 1,
        .rows = PREFIX_ROWS,
        .profiles = c->report.run.profile_count,
    };
    prefix.capacity = prefix_capacity(prefix_memory(c), prefix.profiles);
    const char *format = c->report.arguments->format;
    bool payload = format != NULL && strcmp(format, "json") == 0;
    analyses[REPORT_SUMMARY] =
        summary_new(c->report.run.request_count, payload);
    analyses[REPORT_DATABASES] = databases_new(c->report.run.profile_count);
    analyses[REPORT_TOP] = top_new(&top);
    analyses[REPORT_TOP_BY_TYPE] = top_new(&by_type);
    analyses[REPORT_PREFIX] = prefix_new(&prefix);
    analyses[REPORT_EXPIRY] = expiry_new(c->report.run.profile_count);
    analyses[REPORT_HISTOGRAM] = histogram_new(c->report.run.profile_count);
    analyses[REPORT_SIZE_CLASSES] =
        size_classes_new(c->report.run.profile_count);
}

/* --color, else NO_COLOR, else whether a terminal that knows them reads it. */
static bool
wants_colors(const struct arguments *arguments, bool terminal)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (arguments->color != WHEN_AUTO)
        return arguments->color == WHEN_ALWAYS;
    return terminal && (no_color == NULL || no_color[0] == '\0') &&
           term != NULL && strcmp(term, "dumb") != 0;
}

static void
write_text(struct report *report, struct output *output)
{
    struct writer *writer =
        writer_new("table", output,
                   (enum escape_bytes)report->arguments->bytes, false);
    writer->for_terminal = output->path == NULL && isatty(output->fd) == 1;
    writer->name_cells = NAME_CELLS;
    report->colors = wants_colors(report->arguments, writer->for_terminal);
    report_text_write(report, writer);
    writer_free(writer);
}

static void
write_report(struct report *report, struct sink *sink)
{
    const struct run *run = &report->run;
    report_judge(report);
    instance_init(&report->instance, run, run->analyses[REPORT_SUMMARY],
                  run->analyses[REPORT_DATABASES]);
    if (sink->writer != NULL)
        report_json_write(report, sink->writer);
    else
        write_text(report, &sink->output);
    instance_fini(&report->instance);
    report_judge_fini(report);
}

static void
run_with(struct context *context, const struct arguments *arguments)
{
    struct report *report = &context->report;
    struct run *run = &report->run;
    struct run_plan plan = { .analysis_count = REPORT_COUNT,
                             .with_instance = true,
                             .make_analyses = make_analyses,
                             .context = context };
    struct sink sink;
    report->arguments = arguments;
    if (run_init(run, arguments, &plan) &&
        sink_open(&sink, arguments, false)) {
        run_inputs(run);
        if (run->read_count > 0)
            write_report(report, &sink);
        sink_close(&sink, run->read_count > 0);
    }
    run_fini(run);
}

static enum exit_code
run_report(const struct arguments *arguments)
{
    struct context context = { .separators = { NULL, 0 } };
    if (separators_read(&context.separators, arguments))
        run_with(&context, arguments);
    separators_fini(&context.separators);
    return EXIT_DONE;
}

static const struct option_group own_options = {
    "Sections",
    (const struct option[]){ SEPARATORS_OPTION, { .name = NULL } },
};

const struct command cmd_report = {
    .name = "report",
    .summary = "what is in here and where does the memory go",
    .formats = (const char *const[]){ "text", "json", NULL },
    .groups =
        (const struct option_group *const[]){
            &option_groups_format, &option_groups_output,
            &option_groups_bytes, &own_options, &option_groups_filter,
            &option_groups_model, &option_groups_now, &option_groups_log,
            &option_groups_input,
            &option_groups_general, NULL },
    .run = run_report,
};
