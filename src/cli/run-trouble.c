/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/run-trouble.h"

#include "base/escape.h"
#include "cli/message.h"
#include "rdb/decode.h"

bool
run_trouble_check_kind(struct run_input *result)
{
    struct error *error = &result->error;
    switch (result->kind) {
    case INPUT_RDB:
        return true;
    case INPUT_AOF:
        error_set(error, ERROR_UNSUPPORTED,
                  "an AOF (append-only file): not read yet; SAVE, or "
                  "BGREWRITEAOF with aof-use-rdb-preamble, gives an RDB that "
                  "is");
        return false;
    case INPUT_MANIFEST:
        error_set(error, ERROR_UNSUPPORTED,
                  "the manifest of a multi-part AOF: not read yet; its base "
                  "file is read if that is an RDB");
        return false;
    case INPUT_EMPTY:
        error_set(error, ERROR_DAMAGED, "empty: neither RDB nor AOF");
        return false;
    case INPUT_UNKNOWN:
        break;
    }
    error_set(error, ERROR_DAMAGED, "neither RDB nor AOF");
    return false;
}

/* Takes all that is left and returns how much it was. */
static uint64_t
count_rest(struct input *input)
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
    bool aof = scan->facts.aof_preamble ||
               (reader_peek(&input->reader, 1) &&
                (*input->reader.pos == '*' || *input->reader.pos == '#'));
    uint64_t rest = count_rest(input);
    if (aof)
        error_set(error, ERROR_UNSUPPORTED,
                  "%llu bytes after the RDB's end at offset 0x%llx: an AOF "
                  "follows, which is not read yet",
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
    if (input->unpriced == 0 || scan->profiles == NULL)
        return;
    message_warning("%s: %llu keys cannot exist on %s and have no memory "
                    "there", name, (unsigned long long)input->unpriced,
                    scan->profiles[0].name);
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
            message_warning("%s: %s", (const char *)name.data, note->text);
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

uint64_t
run_trouble_same_data(const struct run *run)
{
    uint64_t count = 0;
    for (size_t i = 1; i < run->input_count; i++)
        count += same_before(run, i) != NULL;
    return count;
}

/* Once, for the first input that was read. */
static void
tell_prices(const struct run *run)
{
    for (size_t i = 0; run->plan->note_prices && i < run->input_count; i++) {
        if (!run->inputs[i].was_read)
            continue;
        const struct profile *profile = &run->inputs[i].scan.profiles[0];
        if (profile->server->unmeasured)
            message_warning("no %s was measured: its memory is that of the "
                            "nearest release that was",
                            profile->server->name);
        return;
    }
}

void
run_trouble_tell_together(const struct run *run)
{
    for (size_t i = 1; i < run->input_count; i++) {
        const struct run_input *same = same_before(run, i);
        if (same != NULL)
            message_warning("%s and %s have the same replication ID: same "
                            "data twice?", same->name, run->inputs[i].name);
    }
    tell_prices(run);
}
