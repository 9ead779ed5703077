/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The object of report --format json.  Its sections are written by their
 * analyses; the members before them hold lists within objects, which rows
 * cannot, so they are written here, the opening brace included.
 */
#include <stdlib.h>

#include "base/escape.h"
#include "base/number.h"
#include "base/xalloc.h"
#include "cli/report.h"
#include "cli/run-log.h"
#include "config.h"
#include "report/wide.h"

enum { SCHEMA = 1 };

#define JSON_NUMBER_MAX ((INT64_C(1) << 53) - 1)

static void
append_number(struct buffer *out, const char *name, bool known, int64_t number)
{
    buffer_append_format(out, "\"%s\": ", name);
    if (known && number <= JSON_NUMBER_MAX && number >= -JSON_NUMBER_MAX)
        number_append_int64(out, number);
    else
        buffer_append_text(out, "null");
}

/* A text of ours, or NULL for null. */
static void
append_text(struct buffer *out, const char *name, const char *text)
{
    buffer_append_format(out, "\"%s\": ", name);
    if (text == NULL)
        buffer_append_text(out, "null");
    else
        escape_append_json(out, bytes_of_text(text), BYTES_TEXT);
}

/* What only a log has. */
static void
append_log(struct buffer *out, const struct run_log *log)
{
    if (log == NULL)
        return;
    buffer_append_text(out, ", ");
    append_number(out, "parts", true, (int64_t)log->parts);
    buffer_append_text(out, ", ");
    append_number(out, "base_version", log->base.version > 0,
                  log->base.version);
    buffer_append_text(out, ", ");
    append_number(out, "commands", true, (int64_t)log->replayed.commands);
    buffer_append_format(out, ", \"in_progress\": %s, \"stopped\": %s",
                         log->in_progress ? "true" : "false",
                         log->stopped ? "true" : "false");
}

static void
append_facts(struct buffer *out, const struct run_input *input)
{
    const struct rdb_facts *facts = &input->scan.facts;
    const struct rdb_facts *told = input->log != NULL ? &input->log->base
                                                      : facts;
    bool read = input->was_read;
    struct buffer server = { 0 };
    buffer_append_format(&server, "%s %s", told->server,
                         told->server_version);
    buffer_append_byte(&server, '\0');
    append_number(out, "format_version",
                  read && input->log == NULL && facts->version > 0,
                  facts->version);
    buffer_append_text(out, ", ");
    append_text(out, "server", read && told->server[0] != '\0'
                                   ? (const char *)server.data : NULL);
    buffer_append_text(out, ", ");
    append_number(out, "ctime_ms", read && facts->ctime_ms >= 0,
                  facts->ctime_ms);
    buffer_append_text(out, ", ");
    append_text(out, "repl_id",
                read && facts->repl_id[0] != '\0' ? facts->repl_id : NULL);
    buffer_append_text(out, ", ");
    append_number(out, "bytes", read, (int64_t)input->bytes);
    buffer_append_text(out, ", ");
    append_text(out, "checksum", read ? rdb_checksum_word(facts) : NULL);
    buffer_append_text(out, ", ");
    append_number(out, "now_ms", read, input->scan.now);
    append_log(out, input->log);
    buffer_fini(&server);
}

static void
append_inputs(struct buffer *out, const struct report *report)
{
    const struct run *run = &report->run;
    buffer_append_text(out, "  \"inputs\": [");
    for (size_t i = 0; i < run->input_count; i++) {
        const struct run_input *input = &run->inputs[i];
        buffer_append_text(out, i > 0 ? ",\n    {\"path\": "
                                      : "\n    {\"path\": ");
        escape_append_json(out, bytes_of_text(input->name),
                           (enum escape_bytes)report->arguments->bytes);
        buffer_append_text(out, ", ");
        append_text(out, "kind",
                    input->kind == INPUT_RDB ? "rdb"
                    : input->kind == INPUT_AOF ||
                            input->kind == INPUT_MANIFEST
                        ? "aof"
                        : NULL);
        buffer_append_text(out, ", ");
        append_facts(out, input);
        buffer_append_byte(out, '}');
    }
    buffer_append_text(out, "\n  ],\n");
}

/* name is what the command line said, or NULL. */
static void
append_profile(struct buffer *out, const struct profile *profile,
               const char *name)
{
    buffer_append_byte(out, '{');
    if (name != NULL) {
        append_text(out, "profile", name);
        buffer_append_text(out, ", ");
    }
    append_text(out, "server", profile->server->name);
    buffer_append_text(out, ", ");
    append_text(out, "allocator", profile->allocator->name);
    buffer_append_text(out, ", ");
    append_number(out, "bits", true, profile->bits);
    buffer_append_format(out, ", \"cluster\": %s, \"assumed\": [",
                         profile->cluster ? "true" : "false");
    for (size_t i = 0; i < profile->note_count; i++) {
        if (i > 0)
            buffer_append_text(out, ", ");
        escape_append_json(out, bytes_of_text(profile->notes[i]), BYTES_TEXT);
    }
    buffer_append_text(out, "]}");
}

static void
append_profiles(struct buffer *out, const struct report *report)
{
    const struct run *run = &report->run;
    const struct profile *profiles = report->main->scan.profiles;
    buffer_append_text(out, "  \"profile\": ");
    append_profile(out, &profiles[0], NULL);
    if (run->profile_count > 1) {
        buffer_append_text(out, ",\n  \"profiles\": [");
        for (size_t i = 0; i < run->profile_count; i++) {
            buffer_append_text(out, i > 0 ? ",\n    " : "\n    ");
            append_profile(out, &profiles[i], run->requests[i].server);
        }
        buffer_append_text(out, "\n  ]");
    }
    buffer_append_text(out, ",\n");
}

static void
append_head(struct buffer *out, const struct report *report)
{
    buffer_append_format(out, "{\n  \"keyweigh\": {\"version\": \"%s\", "
                              "\"schema\": %d},\n", PACKAGE_VERSION, SCHEMA);
    buffer_append_format(out, "  \"complete\": %s,\n  ",
                         report->complete ? "true" : "false");
    append_text(out, "error", report->error);
    buffer_append_text(out, ",\n  ");
    append_number(out, "now_ms", report->has_now, report->now);
    buffer_append_text(out, ",\n");
    append_inputs(out, report);
    append_profiles(out, report);
    /* The first section begins with a line break of its own. */
    out->size--;
}

enum { SUMS = 5 };

static void
put_sums(struct cell cells[SUMS], const struct instance_sums *sums)
{
    cells[0] = cell_number(sums->keys);
    cells[1] = cell_number(sums->tables);
    cells[2] = cell_number(sums->other);
    cells[3] = cell_number(sums->growth);
    cells[4] = cell_number(sums->unsettled);
}

static void
write_instance(const struct report *report, struct writer *writer)
{
    static const struct wide_column columns[] = {
        { { "keys", "", COLUMN_BYTES }, true },
        { { "tables", "", COLUMN_BYTES }, true },
        { { "other", "", COLUMN_BYTES }, true },
        { { "growth", "", COLUMN_BYTES }, true },
        { { "unsettled", "", COLUMN_BYTES }, true },
        { { "used_mem_in_file", "", COLUMN_BYTES }, false },
    };
    const struct instance_sums *sums = report->instance.sums;
    if (!report->instance.known) {
        writer->ops->object(writer, "instance", NULL, NULL, 0);
        return;
    }
    struct wide wide;
    struct cell cells[SUMS + 1];
    size_t profiles = wide_profiles(writer);
    struct cell *others = xcalloc(SUMS * profiles + 1, sizeof *others);
    wide_init(&wide, writer, columns, sizeof columns / sizeof *columns);
    put_sums(cells, &sums[0]);
    cells[SUMS] = report->used_mem >= 0
                   ? cell_number((uint64_t)report->used_mem) : cell_empty();
    for (size_t p = 0; p < profiles; p++)
        put_sums(&others[SUMS * p], &sums[p]);
    writer->ops->object(writer, "instance", wide.columns,
                        wide_cells(&wide, cells, others), wide.count);
    free(others);
    wide_fini(&wide);
}

/* The same server with both builds of jemalloc. */
static void
write_reconciliation(const struct report *report, struct writer *writer)
{
    static const struct column columns[] = {
        { "allocator", "", COLUMN_TEXT }, { "keys", "", COLUMN_BYTES },
        { "tables", "", COLUMN_BYTES },   { "other", "", COLUMN_BYTES },
        { "growth", "", COLUMN_BYTES },   { "unsettled", "", COLUMN_BYTES },
        { "server", "", COLUMN_BYTES },   { "closer", "", COLUMN_COUNT },
    };
    const struct run *run = &report->run;
    if (!report->instance.known)
        return;
    writer->ops->table_begin(writer, "reconciliation", NULL, columns, 8);
    for (size_t i = 0; i < RUN_JEMALLOCS; i++) {
        size_t number = run->jemallocs[i];
        const struct instance_sums *sums = &report->instance.sums[number];
        const struct profile *profile = &report->main->scan.profiles[number];
        struct cell cells[SUMS + 3];
        cells[0] = cell_text(profile->allocator->name);
        put_sums(&cells[1], sums);
        cells[6] = cell_number(sums->server);
        cells[7] = report->used_mem < 0
                       ? cell_empty()
                       : cell_number(i == report_closer(report));
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
}

static void
write_warnings(const struct report *report, struct writer *writer)
{
    static const struct column columns[] = {
        { "code", "", COLUMN_TEXT },
        { "count", "", COLUMN_COUNT },
        { "text", "", COLUMN_TEXT },
    };
    writer->ops->table_begin(writer, "warnings", NULL, columns, 3);
    for (size_t i = 0; i < report->warning_count; i++) {
        const struct report_warning *warning = &report->warnings[i];
        struct cell cells[] = { cell_text(warning->code),
                                cell_number(warning->count),
                                cell_text(warning->text) };
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
}

void
report_json_write(struct report *report, struct writer *writer)
{
    writer->profiles = report->arguments->servers.items;
    writer->profile_count = report->arguments->servers.count;
    writer->nests_profiles = true;
    append_head(&writer->output->buffer, report);
    write_instance(report, writer);
    write_reconciliation(report, writer);
    for (size_t i = 0; i < REPORT_COUNT; i++) {
        struct analysis *analysis = report->run.analyses[i];
        analysis->ops->emit(analysis, writer);
        output_flush_if_full(writer->output);
    }
    write_warnings(report, writer);
    writer->ops->end(writer);
}
