/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   dump.rdb: RDB 11, written by redis 7.2.6, checksum mismatch
 *   damaged: offset 0x1a2f, 212 bytes: db 0 key "user:9": REASON; goes on at
 *     0x1b03, confirmed by 32 records
 *   note: ...
 *   1,998 keys kept, 2 keys lost, 212 bytes removed
 *   something is lost; written: out.rdb, 123,456 bytes, read again and sound
 */
#include "cli/repair.h"

#include <inttypes.h>

#include "base/number.h"
#include "config.h"

enum { NAMES_TOLD = 8 };

static struct buffer *
buffer_of(struct repair_report *report)
{
    return &report->output->buffer;
}

static void
member_text(struct jsonl *line, const char *name, const char *text)
{
    jsonl_member(line, name);
    jsonl_string(line, bytes_of_text(text), BYTES_ESCAPE);
}

static void
member_flag(struct jsonl *line, const char *name, bool flag)
{
    jsonl_member(line, name);
    jsonl_literal(line, flag ? "true" : "false");
}

void
repair_report_begin(struct repair_report *report, struct output *output,
                    const struct repair *repair, const char *kind,
                    const char *heading)
{
    *report = (struct repair_report){
        .output = output,
        .is_json = strcmp(repair->arguments->format, "json") == 0,
        .bytes = (enum escape_bytes)repair->arguments->bytes,
    };
    report->line =
        (struct jsonl){ .output = output, .bytes = report->bytes };
    if (!report->is_json) {
        escape_append(buffer_of(report), bytes_of_text(repair->name),
                      BYTES_ESCAPE);
        buffer_append_format(buffer_of(report), ": %s\n", heading);
        return;
    }
    struct jsonl *line = &report->line;
    jsonl_begin(line);
    jsonl_member_open(line, "keyweigh", '{');
    member_text(line, "version", PACKAGE_VERSION);
    jsonl_member(line, "schema");
    jsonl_number(line, 1);
    jsonl_close_to(line, 1);
    member_text(line, "path", repair->name);
    member_text(line, "kind", kind);
    member_text(line, "heading", heading);
    jsonl_member_open(line, "losses", '[');
}

/* --- losses --- */

static void
text_of_names(struct repair_report *report, const struct repair_loss *loss)
{
    struct buffer *out = buffer_of(report);
    uint32_t count = loss->names != NULL ? loss->names->count : 0;
    for (uint32_t i = 0; i < count && i < NAMES_TOLD; i++) {
        buffer_append_text(out, i > 0 ? ", \"" : count > 1 ? "; keys \""
                                                          : "; key \"");
        escape_append(out, map_name(loss->names, i), report->bytes);
        buffer_append_byte(out, '"');
    }
    if (count > NAMES_TOLD)
        buffer_append_format(out, " and %s%" PRIu32 " more",
                             loss->names_whole ? "" : "at least ",
                             count - NAMES_TOLD);
}

static void
text_of_what_follows(struct buffer *out, const struct repair_loss *loss)
{
    uint64_t at = loss->offset + loss->size;
    if (loss->confirmed == 0 && loss->reaches_end)
        buffer_append_format(out, "; the end follows at 0x%" PRIx64, at);
    if (loss->confirmed == 0)
        return;
    buffer_append_format(out, "; goes on at 0x%" PRIx64 ", confirmed by ", at);
    number_append_counted(out, loss->confirmed, loss->unit);
    if (loss->reaches_end)
        buffer_append_text(out, " and the end");
}

static void
text_of_loss(struct repair_report *report, const struct repair_loss *loss)
{
    struct buffer *out = buffer_of(report);
    buffer_append_format(out, "%s: ", loss->what);
    if (loss->part != NULL) {
        escape_append(out, bytes_of_text(loss->part), BYTES_ESCAPE);
        buffer_append_text(out, ": ");
    }
    buffer_append_format(out, "offset 0x%" PRIx64 ", ", loss->offset);
    number_append_counted(out, loss->size, "byte");
    buffer_append_text(out, ": ");
    if (loss->has_key) {
        buffer_append_format(out, "db %" PRIu64 " key \"", loss->db);
        escape_append(out, loss->name, report->bytes);
        buffer_append_text(
            out, loss->name.size < loss->name_size ? "...\": " : "\": ");
    }
    escape_append(out, bytes_of_text(loss->reason), BYTES_TEXT);
    text_of_names(report, loss);
    text_of_what_follows(out, loss);
    if (loss->doubt != NULL)
        buffer_append_format(out, "; %s", loss->doubt);
    buffer_append_byte(out, '\n');
}

static void
json_of_commands(struct repair_report *report, const struct repair_loss *loss)
{
    struct jsonl *line = &report->line;
    jsonl_member_count(line, "commands", loss->commands);
    unsigned depth = line->depth;
    jsonl_member_open(line, "keys", '[');
    for (uint32_t i = 0; i < loss->names->count; i++)
        jsonl_string(line, map_name(loss->names, i), report->bytes);
    jsonl_close_to(line, depth);
    member_flag(line, "keys_complete", loss->names_whole);
}

static void
json_of_loss(struct repair_report *report, const struct repair_loss *loss)
{
    struct jsonl *line = &report->line;
    unsigned depth = line->depth;
    jsonl_open(line, '{');
    member_text(line, "what", loss->what);
    if (loss->part != NULL)
        member_text(line, "part", loss->part);
    jsonl_member_count(line, "offset", loss->offset);
    jsonl_member_count(line, "bytes", loss->size);
    if (!loss->stays)
        jsonl_member_count(line, "quarantine_offset", report->quarantined);
    member_text(line, "reason", loss->reason);
    if (loss->has_key) {
        jsonl_member_count(line, "db", loss->db);
        jsonl_key(line, loss->name, loss->name_size);
    }
    if (loss->has_commands)
        json_of_commands(report, loss);
    jsonl_member_count(line, "confirmed_by", loss->confirmed);
    member_flag(line, "reaches_end", loss->reaches_end);
    if (loss->doubt != NULL)
        member_text(line, "doubt", loss->doubt);
    jsonl_close_to(line, depth);
}

void
repair_report_loss(struct repair_report *report,
                   const struct repair_loss *loss)
{
    if (report->is_json)
        json_of_loss(report, loss);
    else
        text_of_loss(report, loss);
    if (!loss->stays)
        report->quarantined += loss->size;
    output_flush_if_full(report->output);
}

/* --- the rest --- */

void
repair_report_notes(struct repair_report *report)
{
    if (!report->is_json)
        return;
    jsonl_close_to(&report->line, 1);
    jsonl_member_open(&report->line, "notes", '[');
}

void
repair_report_note(struct repair_report *report, const char *text)
{
    if (report->is_json)
        jsonl_string(&report->line, bytes_of_text(text), BYTES_ESCAPE);
    else
        buffer_append_format(buffer_of(report), "note: %s\n", text);
}

void
repair_report_counts(struct repair_report *report)
{
    if (!report->is_json)
        return;
    jsonl_close_to(&report->line, 1);
    jsonl_member_open(&report->line, "counts", '{');
}

static void
count(struct repair_report *report, const char *member, const char *least,
      const char *noun, const char *words, uint64_t number)
{
    if (report->is_json) {
        jsonl_member_count(&report->line, member, number);
        return;
    }
    struct buffer *out = buffer_of(report);
    buffer_append_text(out, report->counted ? ", " : "");
    buffer_append_text(out, least);
    number_append_counted(out, number, noun);
    buffer_append_format(out, " %s", words);
    report->counted = true;
}

void
repair_report_count(struct repair_report *report, const char *member,
                    const char *noun, const char *words, uint64_t number)
{
    count(report, member, "", noun, words, number);
}

void
repair_report_count_least(struct repair_report *report, const char *member,
                          const char *noun, const char *words,
                          uint64_t number)
{
    count(report, member, "at least ", noun, words, number);
}

static void
text_of_end(struct repair_report *report, const struct repair *repair,
            const struct repair_end *end)
{
    struct buffer *out = buffer_of(report);
    if (report->counted)
        buffer_append_byte(out, '\n');
    buffer_append_text(out, end->lost ? "something is lost; "
                            : end->unverified
                                ? "nothing is known to be lost, but values may "
                                  "have changed; "
                                : "nothing is lost; ");
    if (repair->arguments->dry_run) {
        buffer_append_text(out, "dry run: nothing was written\n");
        return;
    }
    buffer_append_text(out, "written: ");
    escape_append(out, bytes_of_text(repair->arguments->output),
                  BYTES_ESCAPE);
    buffer_append_text(out, ", ");
    number_append_counted(out, end->written, "byte");
    buffer_append_text(out, ", read again and sound\n");
}

void
repair_report_end(struct repair_report *report, const struct repair *repair,
                  const struct repair_end *end)
{
    struct jsonl *line = &report->line;
    if (!report->is_json) {
        text_of_end(report, repair, end);
        return;
    }
    jsonl_close_to(line, 1);
    member_flag(line, "lost", end->lost);
    member_flag(line, "unverified", end->unverified);
    member_flag(line, "dry_run", repair->arguments->dry_run);
    if (!repair->arguments->dry_run) {
        member_text(line, "output", repair->arguments->output);
        jsonl_member_count(line, "output_bytes", end->written);
    }
    jsonl_end(line);
}
