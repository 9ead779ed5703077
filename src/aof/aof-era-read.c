/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-era-read.h"

#include <stdlib.h>

#include "aof/aof-forms.h"
#include "aof/aof-plain.h"
#include "aof/aof-until.h"
#include "base/xalloc.h"
#include "input/operands.h"

enum {
    HELD = 64, /* bytes of an argument: names and scores are shorter */
    POLL_EVERY = 4096,
    NAME_MOST = 23, /* bytes of a name that is kept */
    NAMES = 64,
};

/* Names that have told all that names can, as the log spells them; by some of
 * their letters. */
struct known_names {
    struct known_name {
        const struct aof_command *command; /* NULL: free */
        uint64_t plain; /* aof_forms_plain */
        unsigned char size;
        unsigned char text[NAME_MOST];
    } of[NAMES];
};

struct era_reading {
    const struct aof_state_options *options;
    struct aof_log log;
    struct aof_era *era;
    struct known_names known;
    uint64_t records;
};

/* ---- known names ---- */

static struct known_name *
place_of(struct known_names *known, struct bytes name)
{
    unsigned letters = name.data[0] * 5U + name.data[name.size - 1] * 9U +
                       name.data[name.size / 2];
    return &known->of[(letters + name.size) % NAMES];
}

static const struct known_name *
find_known(struct known_names *known, struct bytes name)
{
    if (name.size == 0)
        return NULL;
    const struct known_name *place = place_of(known, name);
    return bytes_equal(bytes_of(place->text, place->size), name) ? place
                                                                  : NULL;
}

/* Of two that share a place the later one is known. */
static void
keep_known(struct known_names *known, struct bytes name,
           const struct aof_command *command)
{
    if (name.size == 0 || name.size > NAME_MOST)
        return;
    struct known_name *place = place_of(known, name);
    place->command = command;
    place->plain = aof_forms_plain(command);
    place->size = (unsigned char)name.size;
    memcpy(place->text, name.data, name.size);
}

/* ---- records ---- */

static void
poll_now_and_then(struct era_reading *reading)
{
    const struct aof_state_options *options = reading->options;
    if (++reading->records % POLL_EVERY == 0 && options->ahead != NULL)
        options->ahead(options->context, aof_log_consumed(&reading->log));
}

static size_t
in_sight(uint64_t argc)
{
    return argc < AOF_FORMS_SIGHT ? (size_t)argc : AOF_FORMS_SIGHT;
}

/* Subcommands tell by themselves, and in a rewrite's commands there is more
 * than names. */
static void
add_command(struct era_reading *reading, const struct aof_record *record)
{
    struct bytes argv[AOF_FORMS_SIGHT];
    size_t count = in_sight(record->count);
    for (size_t i = 0; i < count; i++)
        argv[i] = aof_argument_bytes(&record->args[i]);
    const struct aof_command *command =
        aof_commands_find(argv[0], count > 1 ? &argv[1] : NULL);
    if (aof_log_is_rewritten(&reading->log))
        aof_era_add_rewritten(reading->era, record);
    if (command == NULL || !aof_commands_arity_fits(command, record->argc))
        return;
    aof_era_add(reading->era, command, argv, count);
    if (!command->has_subcommands && strchr(command->name, '|') == NULL)
        keep_known(&reading->known, argv[0], command);
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

/* A command of a known name, whole at hand and plain: what stands behind it,
 * or NULL.  Its form may tell more. */
static const unsigned char *
pass_command(struct era_reading *reading, const unsigned char *p,
             const unsigned char *end)
{
    struct bytes argv[AOF_FORMS_SIGHT];
    struct bytes argument = { NULL, 0 };
    uint64_t argc = 0;
    p = aof_plain_count(p, end, '*', &argc);
    p = p != NULL && argc > 0 ? aof_plain_argument(p, end, &argv[0]) : NULL;
    const struct known_name *known =
        p != NULL ? find_known(&reading->known, argv[0]) : NULL;
    if (known == NULL)
        return NULL;
    for (uint64_t i = 1; i < argc && p != NULL; i++) {
        p = aof_plain_argument(p, end, &argument);
        if (i < AOF_FORMS_SIGHT)
            argv[i] = argument;
    }
    if (p != NULL && argc > known->plain &&
        aof_commands_arity_fits(known->command, argc))
        aof_era_add(reading->era, known->command, argv, in_sight(argc));
    return p;
}

/* Between two records.  Where reading ends at an offset each record is to be
 * looked at; at a moment or a FLUSH only what is none of these. */
static void
pass_known(struct era_reading *reading)
{
    struct reader *reader = reading->log.reader;
    const unsigned char *p;
    if (reading->options->until.kind == AOF_REPAIR_OFFSET ||
        aof_log_is_rewritten(&reading->log) ||
        reading->log.records.record.end == 0)
        return;
    while ((p = pass_command(reading, reader->pos, reader->end)) != NULL) {
        reader->pos = p;
        poll_now_and_then(reading);
    }
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
        pass_known(reading);
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

struct aof_era
aof_era_of_files(const struct aof_log *log)
{
    return (struct aof_era){
        .has_manifest = log->is_set,
        .has_part_name = !log->is_set && log->given_path != NULL &&
                         operands_is_part_name(log->given_path),
    };
}

bool
aof_era_read(const struct aof_log *log,
             const struct aof_state_options *options, struct aof_era *era)
{
    struct era_reading reading = { .options = options,
                                   .era = era };
    struct input *input = xcalloc(1, sizeof(*input));
    *era = aof_era_of_files(log);
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
