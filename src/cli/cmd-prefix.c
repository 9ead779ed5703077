/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "analysis/prefix.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/option-groups.h"
#include "cli/run.h"
#include "cli/separators.h"
#include "cli/sink.h"

/* What tables would show as 0.0 % of all memory, in parts per million. */
enum { TABLE_MIN_SHARE = 500 };

static void
make_analyses(void *context, struct analysis **analyses)
{
    analyses[0] = prefix_new(context);
}

static void
write_rows(struct run *run, struct sink *sink)
{
    struct analysis *prefix = run->analyses[0];
    struct writer *writer = sink->writer;
    writer->profiles = run->arguments->servers.items;
    writer->profile_count = run->arguments->servers.count;
    sink_mark(sink, run);
    writer->ops->begin(writer);
    prefix->ops->emit(prefix, writer);
    writer->ops->end(writer);
    if (!prefix_is_exact(prefix))
        message_warning("more prefixes than are counted exactly: sums are "
                        "lower bounds");
}

/* Tables are for people, who look for what is big; data are whole. */
static uint64_t
min_share(const struct arguments *arguments)
{
    if (arguments->min_share != UINT64_MAX)
        return arguments->min_share;
    return strcmp(arguments->format, "table") == 0 ? TABLE_MIN_SHARE : 0;
}

static void
run_with(const struct arguments *arguments,
         const struct separators *separators)
{
    struct prefix_options options = {
        .separators = separators->items,
        .separator_count = separators->count,
        .depth = arguments->depth,
        .min_share = min_share(arguments),
        .profiles = arguments->servers.count,
    };
    options.capacity = prefix_capacity(arguments->mem_limit,
                                       options.profiles);
    struct run_plan plan = { .note_prices = true,
                             .analysis_count = 1,
                             .make_analyses = make_analyses,
                             .context = &options };
    struct run run;
    struct sink sink;
    if (run_init(&run, arguments, &plan) &&
        sink_open(&sink, arguments, true)) {
        run_inputs(&run);
        if (run.read_count > 0)
            write_rows(&run, &sink);
        sink_close(&sink, run.read_count > 0);
    }
    run_fini(&run);
}

static enum exit_code
run_prefix(const struct arguments *arguments)
{
    struct separators separators;
    if (separators_read(&separators, arguments))
        run_with(arguments, &separators);
    separators_fini(&separators);
    return EXIT_DONE;
}

static const struct option_group own_options = {
    "Prefixes",
    (const struct option[]){
        SEPARATORS_OPTION,
        { "depth", 0, OPTION_COUNT, "N",
          "parts of a name that make a prefix, at most (default 1; 0: no "
          "limit)", .offset = offsetof(struct arguments, depth), .min = 0,
          .max = PREFIX_DEPTH_MAX },
        { "min-share", 0, OPTION_SHARE, "PERCENT",
          "rows with less of all memory go to the prefix above them, in the "
          "end to (other) (default 0.05 in tables, else 0)",
          .offset = offsetof(struct arguments, min_share) },
        { .name = NULL },
    },
};

const struct command cmd_prefix = {
    .name = "prefix",
    .summary = "memory by name prefix",
    .formats = (const char *const[]){ "table", "csv", "json", "jsonl", NULL },
    .groups =
        (const struct option_group *const[]){
            &own_options, OPTION_GROUPS_ROWS, NULL },
    .run = run_prefix,
};
