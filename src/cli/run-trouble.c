/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/run-trouble.h"

#include "base/escape.h"
#include "base/number.h"
#include "cli/message.h"
#include "cli/run-log.h"
#include "rdb/decode.h"

bool
run_trouble_check_kind(struct run_input *result)
{
    struct error *error = &result->error;
    switch (result->kind) {
    case INPUT_RDB:
    case INPUT_AOF:
    case INPUT_MANIFEST:
        return true;
    case INPUT_EMPTY:
        error_set(error, ERROR_DAMAGED, "empty: neither RDB nor AOF");
        return false;
    case INPUT_UNKNOWN:
        break;
    }
    error_set(error, ERROR_DAMAGED, "neither RDB nor AOF");
    return false;
}

uint64_t
run_trouble_rest(struct input *input)
{
    struct reader *reader = &input->reader;
    uint64_t begin = reader_offset(reader);
    struct bytes part;
    if (input->is_seekable && input->size > begin)
        return input->size - begin;
    while (!reader_at_end(reader) && reader_ok(reader) &&
           reader_part(reader, UINT64_MAX, &part))
        continue;
    return reader_offset(reader) - begin;
}

bool
run_trouble_aof_follows(const struct rdb_facts *facts, struct reader *reader)
{
    return facts->aof_preamble ||
           (reader_peek(reader, 1) &&
            (*reader->pos == '*' || *reader->pos == '#'));
}

void
run_trouble_after(struct run_input *result, struct input *input)
{
    struct scan *scan = &result->scan;
    struct error *error = &result->error;
    if (scan->error.kind != ERROR_NONE)
        *error = scan->error;
    else if (scan->facts.crc == RDB_CRC_MISMATCH)
        error_set_at(error, ERROR_DAMAGED, scan->facts.end_offset,
                     "wrong checksum: bytes have changed since this was "
                     "written");
    if (scan->error.kind != ERROR_NONE || !scan->trailing)
        return;
    bool aof = run_trouble_aof_follows(&scan->facts, &input->reader);
    uint64_t rest = run_trouble_rest(input);
    if (aof)
        error_set(error, ERROR_UNSUPPORTED,
                  "%llu bytes after the RDB's end at offset 0x%llx: an AOF "
                  "follows, which is read from a file only",
                  (unsigned long long)rest, (unsigned long long)scan->end);
    else
        result->trailing = rest;
}

/* A name as the input's name is shown in messages. */
static void
append_name(struct buffer *out, const char *name)
{
    escape_append(out, bytes_of_text(name), BYTES_ESCAPE);
    buffer_append_byte(out, '\0');
}

static void
tell_damaged(const struct run_input *input, const char *name)
{
    uint64_t count = input->scan.damaged;
    for (uint64_t i = 0; i < count && i < RUN_DAMAGED_SHOWN; i++)
        message_error_of(name, &input->damaged[i]);
    if (count > RUN_DAMAGED_SHOWN)
        message_error("%s: %llu more values are damaged", name,
                      (unsigned long long)(count - RUN_DAMAGED_SHOWN));
}

static void
tell_unpriced(const struct run_input *input, const char *name)
{
    const struct scan *scan = &input->scan;
    if (scan->unpriced == 0 || scan->profiles == NULL)
        return;
    message_warning("%s: keys that cannot exist on %s and have no memory "
                    "there: %llu", name, scan->profiles[0].name,
                    (unsigned long long)scan->unpriced);
}

static void
tell_trailing(const struct run_input *input, const char *name)
{
    if (input->trailing > 0)
        message_warning("%s: %llu bytes after the RDB's end at offset 0x%llx "
                        "were not read", name,
                        (unsigned long long)input->trailing,
                        (unsigned long long)input->scan.end);
}

static void
tell_version(const struct run_input *input, const char *name)
{
    const struct rdb_facts *facts = &input->scan.facts;
    int known = facts->dialect == RDB_VALKEY ? RDB_VALKEY_VERSION_KNOWN
                                             : RDB_TYPE_VERSION_KNOWN;
    if (facts->version > known)
        message_warning("%s: RDB version %d is newer than any known (%d); "
                        "read as far as it is understood", name,
                        facts->version, known);
}

static void
tell_gaps(const struct run_log *log, const char *name)
{
    struct buffer text = { 0 };
    uint64_t missing = log->replayed.uncertain_names;
    buffer_append_format(&text, "%s; keys that they name, and that are "
                                "uncertain: %llu", log->not_replayed.text,
                         (unsigned long long)log->uncertain);
    if (missing > 0)
        buffer_append_format(&text, ", of these not there: %llu",
                             (unsigned long long)missing);
    if (log->replayed.all_uncertain)
        buffer_append_text(&text, "; some name no key: any may differ");
    buffer_append_byte(&text, '\0');
    message_warning("%s: commands that could not be replayed: %s", name,
                    (const char *)text.data);
    buffer_fini(&text);
}

/* What makes the keys of a log less than certain. */
static void
tell_replay(const struct run_log *log, const char *name)
{
    if (log->not_replayed.commands > 0)
        tell_gaps(log, name);
    if (log->refused.commands > 0)
        message_warning("%s: commands that a server answers with an error: "
                        "%s", name, log->refused.text);
    if (log->replayed.relative_expiries > 0)
        message_warning("%s: expiries relative to a time that the log does "
                        "not tell, counted from now: %llu", name,
                        (unsigned long long)log->replayed.relative_expiries);
    if (log->empty > 0)
        message_warning("%s: keys without an element in its RDB, left out: "
                        "%llu", name, (unsigned long long)log->empty);
    if (log->in_progress)
        message_note("%s: the last command is being written: left out", name);
}

/* Of an answer to --until that is another than it seems. */
static void
tell_until(const struct run *run, const struct run_log *log, const char *name)
{
    const struct aof_repair_until *until = &run->until.until;
    if (until->kind == AOF_REPAIR_TIME && log->base.ctime_ms > until->ms) {
        struct buffer time = { 0 };
        number_append_time(&time, log->base.ctime_ms);
        message_warning("%s: its RDB was written at %.*s, after the time of "
                        "--until: what it holds is of then", name,
                        (int)time.size, (const char *)time.data);
        buffer_fini(&time);
    }
    if (until->kind != AOF_REPAIR_ALL && !log->stopped)
        message_note("%s: %s", name, repair_until_unmet(until));
}

static void
tell_log(const struct run *run, const struct run_input *input,
         const char *name)
{
    if (input->log == NULL)
        return;
    tell_replay(input->log, name);
    if (input->scan.error.kind == ERROR_NONE)
        tell_until(run, input->log, name);
}

void
run_trouble_tell(const struct run *run, size_t index)
{
    const struct run_input *input = &run->inputs[index];
    struct buffer name = { 0 };
    append_name(&name, input->name);
    const char *text = (const char *)name.data;
    if (input->was_read) {
        tell_version(input, text);
        tell_damaged(input, text);
        tell_unpriced(input, text);
        tell_trailing(input, text);
        tell_log(run, input, text);
    }
    if (input->error.kind != ERROR_NONE)
        message_error_of(text, &input->error);
    buffer_fini(&name);
}

void
run_trouble_tell_operands(const struct operands *operands)
{
    for (size_t i = 0; i < operands->note_count; i++) {
        const struct operand_note *note = &operands->notes[i];
        struct buffer name = { 0 };
        append_name(&name, note->path);
        if (note->is_error)
            message_error("%s: %s", (const char *)name.data, note->text);
        else
            message_warning("%s: %s%s", (const char *)name.data, note->text,
                            note->is_unread_set
                                ? "; to read it, name it as the input"
                                : "");
        buffer_fini(&name);
    }
}

/* The first input that has the same replication ID, or NULL. */
static const struct run_input *
same_before(const struct run *run, size_t index)
{
    const struct run_input *input = &run->inputs[index];
    const char *id = input->scan.facts.repl_id;
    if (!input->was_read || id[0] == '\0')
        return NULL;
    for (size_t i = 0; i < index; i++) {
        if (run->inputs[i].was_read &&
            strcmp(run->inputs[i].scan.facts.repl_id, id) == 0)
            return &run->inputs[i];
    }
    return NULL;
}

bool
run_trouble_input_is_complete(const struct run_input *input)
{
    const struct scan *scan = &input->scan;
    if (!input->was_read || !scan_is_complete(scan))
        return false;
    /* A wrong checksum says that bytes changed, not that some are missing. */
    return input->error.kind == ERROR_NONE ||
           (scan->facts.crc == RDB_CRC_MISMATCH && !scan->trailing);
}

void
run_trouble_append_reason(struct buffer *out, const struct error *error)
{
    if (error->has_offset)
        buffer_append_format(out, "offset 0x%llx: ",
                             (unsigned long long)error->offset);
    buffer_append_text(out, error->text);
}

void
run_trouble_append_error(struct buffer *out, const char *name,
                         const struct error *error)
{
    escape_append(out, bytes_of_text(name), BYTES_ESCAPE);
    buffer_append_text(out, ": ");
    run_trouble_append_reason(out, error);
}

bool
run_trouble_append_operand(struct buffer *out, const struct operands *operands)
{
    const struct operand_note *note = operands_first_error(operands);
    struct error error = { .kind = ERROR_NONE };
    if (note == NULL)
        return false;
    error_set(&error, ERROR_IO, "%s", note->text);
    run_trouble_append_error(out, note->path, &error);
    return true;
}

bool
run_trouble_is_complete(const struct run *run, struct buffer *why)
{
    if (run_trouble_append_operand(why, &run->operands))
        return false;
    for (size_t i = 0; i < run->input_count; i++) {
        const struct run_input *input = &run->inputs[i];
        if (run_trouble_input_is_complete(input))
            continue;
        run_trouble_append_error(why, input->name,
                                 input->scan.damaged > 0 ? &input->damaged[0]
                                                         : &input->error);
        return false;
    }
    return true;
}

uint64_t
run_trouble_same_data(const struct run *run)
{
    uint64_t count = 0;
    for (size_t i = 1; i < run->input_count; i++)
        count += same_before(run, i) != NULL;
    return count;
}

/* What a price was taken from instead of what was asked for. */
struct substitute {
    const struct profile *profile;
    const char *server; /* of --server, or NULL */
};

enum { SUBSTITUTES_MAX = 64 };

static bool
is_same(const struct substitute *a, const struct substitute *b)
{
    return a->profile->server == b->profile->server &&
           a->profile->bits == b->profile->bits && a->server == b->server;
}

static void
tell_substitute(const struct substitute *substitute)
{
    const struct profile *profile = substitute->profile;
    if (substitute->server != NULL)
        message_warning("%s is not in the table of servers: taken as %s",
                        substitute->server, profile->server->name);
    if (profile->server->unmeasured)
        message_warning("no %s was measured: its memory is that of the "
                        "nearest release that was",
                        profile->server->name);
}

/* The server as it was asked for, when there is no row of that name. */
static const char *
unknown_server(const struct run *run, size_t profile,
               const struct profile *resolved)
{
    const char *asked = run->requests[profile].server;
    const char *name = resolved->server->name;
    size_t size = strlen(name);
    if (asked == NULL)
        return NULL;
    bool known = strncmp(asked, name, size) == 0 &&
                 strchr("/.-", asked[size]) != NULL; /* or at its end */
    return known ? NULL : asked;
}

/* Each kind once, whichever input or server it is of. */
static void
tell_prices(const struct run *run)
{
    struct substitute told[SUBSTITUTES_MAX];
    size_t count = 0;
    size_t all = run->input_count * run->request_count;
    for (size_t i = 0; i < all && count < SUBSTITUTES_MAX; i++) {
        size_t number = i % run->request_count;
        const struct run_input *input = &run->inputs[i / run->request_count];
        if (!input->was_read || input->scan.profiles == NULL)
            continue;
        const struct profile *profile = &input->scan.profiles[number];
        struct substitute *next = &told[count];
        next->profile = profile;
        next->server = unknown_server(run, number, profile);
        size_t same = 0;
        while (same < count && !is_same(&told[same], next))
            same++;
        if (same < count)
            continue;
        tell_substitute(next);
        count++;
    }
}

/* Those that have the replication ID of the input at index, which is the first
 * of them. */
static void
tell_same_data(const struct run *run, size_t index)
{
    const struct run_input *first = &run->inputs[index];
    const struct run_input *other = NULL;
    const char *id = first->scan.facts.repl_id;
    size_t count = 0;
    for (size_t i = index + 1; i < run->input_count; i++) {
        const struct run_input *input = &run->inputs[i];
        if (!input->was_read || strcmp(input->scan.facts.repl_id, id) != 0)
            continue;
        other = other != NULL ? other : input;
        count++;
    }
    if (count == 1)
        message_warning("%s and %s have the same replication ID: same data "
                        "twice?", first->name, other->name);
    else if (count > 1)
        message_warning("%s and %zu more inputs have the same replication ID: "
                        "same data several times?", first->name, count);
}

void
run_trouble_tell_together(const struct run *run)
{
    for (size_t i = 0; i < run->input_count; i++)
        if (run->inputs[i].was_read &&
            run->inputs[i].scan.facts.repl_id[0] != '\0' &&
            same_before(run, i) == NULL)
            tell_same_data(run, i);
    if (run->plan->note_prices)
        tell_prices(run);
}
