/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-era-read.h"

#include <stdlib.h>

#include "aof/aof-until.h"
#include "base/xalloc.h"

enum {
    HELD = 64, /* bytes of an argument: names and scores are shorter */
    POLL_EVERY = 4096,
};

struct era_reading {
    const struct aof_log *beside;
    const struct aof_state_options *options;
    struct aof_log log;
    struct aof_era *era;
    uint64_t records;
};

static void
poll_now_and_then(struct era_reading *reading)
{
    const struct aof_state_options *options = reading->options;
    if (++reading->records % POLL_EVERY == 0 && options->poll != NULL)
        options->poll(options->context, aof_log_consumed(reading->beside));
}

static void
add_command(struct era_reading *reading, const struct aof_record *record)
{
    struct bytes name = aof_argument_bytes(&record->args[0]);
    struct bytes second = { NULL, 0 };
    if (record->count > 1)
        second = aof_argument_bytes(&record->args[1]);
    const struct aof_command *command =
        aof_commands_find(name, record->count > 1 ? &second : NULL);
    if (command != NULL && aof_commands_arity_fits(command, record->argc))
        aof_era_add(reading->era, command);
    if (aof_log_is_rewritten(&reading->log))
        aof_era_add_rewritten(reading->era, record);
}

/* The first slice of a command has its name. */
static void
add_record(struct era_reading *reading)
{
    const struct aof_record *record = &reading->log.records.record;
    int64_t time_ms;
    if (record->kind == AOF_RECORD_COMMAND && record->count > 0)
        add_command(reading, record);
    else if (record->kind == AOF_RECORD_ANNOTATION &&
             replay_annotation_time(record->line, &time_ms))
        reading->era->has_times = true;
}

/* STATUS_END: go on with the next part. */
static enum status
read_records(struct era_reading *reading)
{
    const struct aof_state_options *options = reading->options;
    struct aof_log *log = &reading->log;
    enum status status;
    while ((status = aof_log_next(log)) == STATUS_OK) {
        poll_now_and_then(reading);
        if (log->records.record.first > 0)
            continue;
        if (aof_until_is_behind(&options->until, options->until_part, log))
            return STATUS_OK;
        add_record(reading);
    }
    if (options->until_part.size > 0 &&
        aof_until_is_part(options->until_part, log))
        return STATUS_OK;
    return status;
}

static void
read_parts(struct era_reading *reading)
{
    struct aof_log *log = &reading->log;
    enum status status = STATUS_END;
    while (status == STATUS_END && aof_log_part(log) == STATUS_OK) {
        if (log->part.has_preamble &&
            aof_log_skip_preamble(log) != STATUS_OK)
            return;
        status = read_records(reading);
    }
}

bool
aof_era_read(const struct aof_log *log,
             const struct aof_state_options *options, struct aof_era *era)
{
    struct era_reading reading = { .beside = log,
                                   .options = options,
                                   .era = era };
    struct input *input = xcalloc(1, sizeof(*input));
    *era = (struct aof_era){ .has_manifest = log->is_set };
    bool opened =
        aof_log_open_again(&reading.log, input, log, HELD) == STATUS_OK;
    if (opened) {
        read_parts(&reading);
        aof_log_close(&reading.log);
        input_close(input);
    }
    free(input);
    return opened;
}
