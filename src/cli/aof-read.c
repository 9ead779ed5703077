/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "aof/aof-log.h"
#include "base/xalloc.h"
#include "cli/aof-report.h"
#include "cli/run-trouble.h"
#include "rdb/rdb.h"

enum { POLL_EVERY = 1024 }; /* commands or keys */

/* One input while it is read. */
struct reading {
    struct aof_report *report;
    struct run *run;
    struct run_input *result;
    size_t input;
    struct aof_log log;
    struct aof_report_part *part;
    bool has_commands;
    bool has_preamble_mark;
};

static struct aof_report_part *
add_part(struct reading *reading)
{
    struct aof_report *report = reading->report;
    const struct aof_part *part = &reading->log.part;
    report->parts = xreallocarray(report->parts, report->part_count + 1,
                                  sizeof(*report->parts));
    struct aof_report_part *added = &report->parts[report->part_count++];
    *added = (struct aof_report_part){ .input = reading->input,
                                       .name = xstrdup(part->name) };
    if (part->in_set)
        added->type = part->file->type == MANIFEST_BASE ? "base" : "incr";
    return added;
}

/* Keeps the first error of the part, and of the input. */
static void
keep_error(struct reading *reading, const struct error *error)
{
    struct aof_report_part *part = reading->part;
    if (part->error == NULL) {
        part->error = xstrdup(error->text);
        part->error_has_offset = error->has_offset;
        part->error_offset = error->offset;
    }
    aof_log_keep_error(&reading->log, error, &reading->result->error);
}

static void
poll(struct reading *reading)
{
    reading->result->read.bytes = aof_log_consumed(&reading->log);
    run_poll(reading->run, reading->result);
}

/* False when what follows the RDB cannot be found. */
static bool
read_preamble(struct reading *reading)
{
    struct aof_report_part *part = reading->part;
    struct rdb *rdb = rdb_new(reading->log.reader, NULL, false);
    struct source *source = rdb_source(rdb);
    struct key key;
    enum status status;
    while ((status = source->ops->next(source, &key)) == STATUS_OK) {
        reading->result->read.keys++;
        if (++part->preamble_keys % POLL_EVERY == 0)
            poll(reading);
    }
    if (status == STATUS_FAIL) {
        keep_error(reading, source->ops->error(source));
    } else if (rdb_facts(rdb)->crc == RDB_CRC_MISMATCH) {
        struct error error = { .kind = ERROR_NONE };
        error_set_at(&error, ERROR_DAMAGED, reader_offset(reading->log.reader),
                     "wrong checksum of the RDB at the beginning");
        keep_error(reading, &error);
    }
    reading->has_preamble_mark |= rdb_facts(rdb)->aof_preamble;
    rdb_free(rdb);
    part->preamble_bytes = reader_offset(reading->log.reader);
    return status == STATUS_END;
}

static void
read_records(struct reading *reading)
{
    struct aof_report_part *part = reading->part;
    struct aof_log *log = &reading->log;
    const struct aof_record *record = &log->records.record;
    struct log *fold = reading->report->log;
    enum status status;
    while ((status = aof_log_next(log)) == STATUS_OK) {
        log_record(fold, record);
        if (record->end == 0 || record->kind != AOF_RECORD_COMMAND)
            continue;
        reading->result->read.commands++;
        if (++part->commands % POLL_EVERY == 0)
            poll(reading);
    }
    reading->has_commands |= part->commands > 0;
    part->in_progress = status == STATUS_FAIL &&
                        log->error.kind == ERROR_TRUNCATED &&
                        aof_log_has_grown(log);
    part->is_complete = status == STATUS_END || part->in_progress;
    if (!part->is_complete)
        keep_error(reading, &log->error);
}

static void
read_part(struct reading *reading)
{
    struct aof_report *report = reading->report;
    struct aof_log *log = &reading->log;
    log_begin_part(report->log, reading->input, report->part_count - 1);
    if (!log->part.has_preamble || read_preamble(reading))
        read_records(reading);
    reading->part->bytes = reader_offset(log->reader);
    log_end_part(report->log, reading->part->bytes);
    poll(reading);
}

/* A dump says nothing of how it came to be. */
static void
refuse_plain_rdb(struct reading *reading, const struct input *input)
{
    if (input->kind != INPUT_RDB || reading->has_commands ||
        reading->has_preamble_mark)
        return;
    reading->result->was_read = false;
    error_set(&reading->result->error, ERROR_UNSUPPORTED,
              "an RDB without commands behind it: keyweigh report tells what "
              "is in it");
}

enum status
aof_read(void *context, struct run *run, struct run_input *result,
         struct input *input)
{
    struct aof_report *report = context;
    struct reading reading = { .report = report, .run = run,
                               .result = result };
    const struct input_options options = { .stop_at_size = true };
    reading.input = (size_t)(result - run->inputs);
    const char *path = run->operands.items[reading.input].path;
    struct aof_log *log = &reading.log;
    if (aof_log_open(log, input, path, result->name, &options, NULL,
                     AOF_RECORD_HELD) != STATUS_OK) {
        result->error = log->error;
        result->was_read = false;
    }
    enum status status = result->error.kind != ERROR_NONE ? STATUS_END
                                                          : aof_log_part(log);
    for (; status != STATUS_END; status = aof_log_part(log)) {
        reading.part = add_part(&reading);
        if (status == STATUS_OK)
            read_part(&reading);
        else
            keep_error(&reading, &log->error);
    }
    refuse_plain_rdb(&reading, input);
    aof_log_find_unread(log, &result->error);
    if (result->error.kind == ERROR_NONE)
        result->error = report->filter_error;
    aof_log_close(log);
    if (result->was_read)
        aof_rewrite_add(report, result, input);
    return STATUS_OK;
}

bool
aof_report_is_complete(const struct aof_report *report)
{
    const struct run *run = &report->run;
    if (operands_first_error(&run->operands) != NULL)
        return false;
    for (size_t i = 0; i < run->input_count; i++)
        if (run->inputs[i].error.kind != ERROR_NONE)
            return false;
    return true;
}

void
aof_report_append_error(struct buffer *out, const struct aof_report *report)
{
    const struct run *run = &report->run;
    if (run_trouble_append_operand(out, &run->operands))
        return;
    for (size_t i = 0; i < run->input_count; i++) {
        if (run->inputs[i].error.kind == ERROR_NONE)
            continue;
        run_trouble_append_error(out, run->inputs[i].name,
                                 &run->inputs[i].error);
        return;
    }
}
