/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <unistd.h>

#include "cli/aof-report.h"
#include "cli/aof-tables.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/option-groups.h"
#include "cli/separators.h"
#include "cli/sink.h"
#include "config.h"

enum {
    ROWS = 20,
    ROWS_OF_TEXT = 10,
    NAME_CELLS = 100, /* of a name, in the text */
    SCHEMA = 1,
};

/* Only commands that write a key which passes the filters count. */
static bool
passes(void *context, const struct log_key *key)
{
    struct aof_report *report = context;
    const struct key asked = { .name = key->name,
                               .name_size = key->name_size,
                               .db = key->db };
    return filter_key(report->run.filter, &asked, 0, &report->filter_error) ==
           FILTER_PASS;
}

static struct log *
make_log(struct aof_report *report, const struct separators *separators)
{
    const struct arguments *arguments = report->arguments;
    struct log_options options = {
        .separators = separators->items,
        .separator_count = separators->count,
        .depth = arguments->depth,
        .hot = report->rows,
        .prefixes = report->rows,
        .memory = arguments->mem_limit,
        .context = report,
    };
    if (!filter_is_empty(report->run.filter))
        options.passes = passes;
    return log_new(&options);
}

static void
write_text(struct aof_report *report, struct output *output)
{
    struct writer *writer =
        writer_new("table", output,
                   (enum escape_bytes)report->arguments->bytes, false);
    writer->for_terminal = output->path == NULL && isatty(output->fd) == 1;
    writer->name_cells = NAME_CELLS;
    aof_text_write(report, writer);
    writer_free(writer);
}

/* The members that are no sections, and the brace before them. */
static void
append_json_head(struct buffer *out, const struct aof_report *report)
{
    struct buffer error = { 0 };
    aof_report_append_error(&error, report);
    buffer_append_format(out, "{\n  \"keyweigh\": {\"version\": \"%s\", "
                              "\"schema\": %d},\n  \"complete\": %s,\n"
                              "  \"error\": ",
                         PACKAGE_VERSION, SCHEMA,
                         aof_report_is_complete(report) ? "true" : "false");
    if (error.size > 0)
        escape_append_json(out, buffer_bytes(&error), BYTES_TEXT);
    else
        buffer_append_text(out, "null");
    buffer_append_byte(out, ',');
    buffer_fini(&error);
}

static void
write_incomplete(const struct aof_report *report, struct buffer *out)
{
    if (aof_report_is_complete(report))
        return;
    buffer_append_text(out, "(incomplete: ");
    aof_report_append_error(out, report);
    buffer_append_text(out, ")\n");
}

static void
write_report(struct aof_report *report, struct sink *sink)
{
    struct writer *writer = sink->writer;
    const char *format = report->arguments->format;
    if (writer == NULL) {
        write_text(report, &sink->output);
        return;
    }
    if (strcmp(format, "json") == 0)
        append_json_head(&writer->output->buffer, report);
    else
        writer->ops->begin(writer);
    aof_tables_write(report, writer);
    if (strcmp(format, "table") == 0)
        write_incomplete(report, &writer->output->buffer);
    writer->ops->end(writer);
}

static void
run_with(struct aof_report *report, const struct separators *separators)
{
    struct run_plan plan = { .one_server = true,
                             .files_apart = true,
                             .read = aof_read,
                             .context = report };
    struct run *run = &report->run;
    struct sink sink;
    if (run_init(run, report->arguments, &plan) &&
        sink_open(&sink, report->arguments, false)) {
        report->log = make_log(report, separators);
        run_inputs(run);
        if (run->read_count > 0)
            write_report(report, &sink);
        sink_close(&sink, run->read_count > 0);
        log_free(report->log);
    }
    for (size_t i = 0; i < report->part_count; i++) {
        free(report->parts[i].name);
        free(report->parts[i].error);
    }
    free(report->parts);
    free(report->rewrite.reason);
    run_fini(run);
}

static enum exit_code
run_aof(const struct arguments *arguments)
{
    struct aof_report report = {
        .arguments = arguments,
        .rewrite = { .is_counted = true, .has_rdb = true,
                     .has_commands = true },
    };
    struct separators separators;
    report.rows = (size_t)arguments->rows;
    if (arguments->rows == 0)
        report.rows = strcmp(arguments->format, "text") == 0 ? ROWS_OF_TEXT
                                                             : ROWS;
    if (separators_read(&separators, arguments))
        run_with(&report, &separators);
    separators_fini(&separators);
    return EXIT_DONE;
}

#define AT(member) .offset = offsetof(struct arguments, member)

static const struct option_group own_options = {
    "Sections",
    (const struct option[]){
        { "no-replay", 0, OPTION_FLAG, NULL,
          "leave out what a rewrite would leave, which takes a replay of the "
          "log", AT(no_replay) },
        { "server", 0, OPTION_LIST, "SERVER",
          "whose rewrite, such as redis-7.2 (default: the one that wrote the "
          "log)", AT(servers) },
        { "rows", 0, OPTION_COUNT, "N",
          "how many keys, prefixes and commands to name (default 20, in the "
          "text 10; at most 1,000)", AT(rows), .min = 1,
          .max = LOG_HOT_COUNT_MAX },
        SEPARATORS_OPTION,
        { "depth", 0, OPTION_COUNT, "N",
          "parts of a name that make a prefix, at most (default 1; 0: no "
          "limit)", AT(depth), .min = 0, .max = PREFIX_DEPTH_MAX },
        { .name = NULL },
    },
};

/* Those of all filters that a name and its database decide. */
static const struct option_group filter_options = {
    "Which keys (an option several times: any of them; several options: all)",
    (const struct option[]){
        { "db", 0, OPTION_FILTER, "N[,N...]", "databases", AT(filters) },
        { "not-db", 0, OPTION_FILTER, "N[,N...]", "all databases but these",
          AT(filters) },
        { "match", 0, OPTION_FILTER, "GLOB",
          "names that match a pattern as in KEYS", AT(filters) },
        { "not-match", 0, OPTION_FILTER, "GLOB", "names that do not",
          AT(filters) },
        { "regex", 0, OPTION_FILTER, "RE",
          "names in which a regular expression (PCRE2) is found",
          AT(filters) },
        { "not-regex", 0, OPTION_FILTER, "RE", "names in which it is not",
          AT(filters) },
        { "slot", 0, OPTION_FILTER, "A..B", "cluster hash slots",
          AT(filters) },
        { .name = NULL },
    },
};

const struct command cmd_aof = {
    .name = "aof",
    .summary = "what a log is made of, and what a rewrite would save",
    .formats = (const char *const[]){ "text", "table", "csv", "json", NULL },
    .groups =
        (const struct option_group *const[]){
            &own_options, &option_groups_format, &option_groups_output,
            &option_groups_bytes, &filter_options, &option_groups_input,
            &option_groups_general, NULL },
    .run = run_aof,
};
