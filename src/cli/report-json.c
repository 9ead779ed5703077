/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The object of report --format json.  Its sections are written by their
 * analyses; the members before them hold lists within objects, which rows
 * cannot, so they are written here, the opening brace included.
 */
#include "analysis/summary.h"
#include "base/escape.h"
#include "base/number.h"
#include "cli/report.h"
#include "config.h"

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

static const char *
checksum_word(const struct rdb_facts *facts)
{
    switch (facts->crc) {
    case RDB_CRC_OK:
        return "ok";
    case RDB_CRC_ABSENT:
        return "absent";
    case RDB_CRC_MISMATCH:
        return "mismatch";
    case RDB_CRC_UNKNOWN:
        break;
    }
    return NULL;
}

static void
append_facts(struct buffer *out, const struct run_input *input)
{
    const struct rdb_facts *facts = &input->scan.facts;
    bool read = input->was_read;
    struct buffer server = { 0 };
    buffer_append_format(&server, "%s %s", facts->server,
                         facts->server_version);
    buffer_append_byte(&server, '\0');
    append_number(out, "format_version", read && facts->version > 0,
                  facts->version);
    buffer_append_text(out, ", ");
    append_text(out, "server", read && facts->server[0] != '\0'
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
    append_text(out, "checksum", read ? checksum_word(facts) : NULL);
    buffer_append_text(out, ", ");
    append_number(out, "now_ms", read, input->scan.now);
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

/* memory is that of all keys under it. */
static void
append_profile(struct buffer *out, const struct profile *profile,
               uint64_t memory)
{
    buffer_append_byte(out, '{');
    append_text(out, "server", profile->server->name);
    buffer_append_text(out, ", ");
    append_text(out, "allocator", profile->allocator->name);
    buffer_append_text(out, ", ");
    append_number(out, "bits", true, profile->bits);
    buffer_append_text(out, ", ");
    append_number(out, "memory", true, (int64_t)memory);
    buffer_append_text(out, ", \"assumed\": [");
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
    const uint64_t *memory = summary_memory(run->analyses[REPORT_SUMMARY]);
    buffer_append_text(out, "  \"profile\": ");
    append_profile(out, &profiles[0], memory[0]);
    if (run->request_count > 1) {
        buffer_append_text(out, ",\n  \"profiles\": [");
        for (size_t i = 0; i < run->request_count; i++) {
            buffer_append_text(out, i > 0 ? ",\n    " : "\n    ");
            append_profile(out, &profiles[i], memory[i]);
        }
        buffer_append_text(out, "\n  ]");
    }
    buffer_append_text(out, ",\n");
}

/* What the tables of databases take is not known yet, and so is the sum. */
static void
append_instance(struct buffer *out, const struct report *report)
{
    buffer_append_text(out, "  \"instance\": ");
    if (!filter_is_empty(report->run.filter)) {
        buffer_append_text(out, "null,\n");
        return;
    }
    const struct summary_totals *totals =
        summary_totals(report->run.analyses[REPORT_SUMMARY]);
    buffer_append_byte(out, '{');
    append_number(out, "keys", true, (int64_t)totals->memory);
    buffer_append_text(out, ", \"tables\": null, \"other\": null, "
                            "\"growth\": null, ");
    append_number(out, "used_mem_in_file", report->used_mem >= 0,
                  report->used_mem);
    buffer_append_text(out, "},\n");
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
    append_instance(out, report);
    /* The first section begins with a line break of its own. */
    out->size--;
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
    append_head(&writer->output->buffer, report);
    for (size_t i = 0; i < REPORT_COUNT; i++) {
        struct analysis *analysis = report->run.analyses[i];
        analysis->ops->emit(analysis, writer);
        output_flush_if_full(writer->output);
    }
    write_warnings(report, writer);
    writer->ops->end(writer);
}
