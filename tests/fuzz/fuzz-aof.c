/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Takes the input for an append-only file, checks it and folds it as the
 * commands do: once in blocks as they come, once in small ones.  What comes
 * out has to be the same, and checking and folding have to count alike.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/log.h"
#include "aof/aof-log.h"
#include "cli/check.h"
#include "fuzz.h"

enum {
    SIZE_MOST = 64 * 1024,
    SMALL_BLOCK = 7,
    SHORT_HOLD = 16, /* so that arguments of an input are longer */
};

struct outcome {
    uint64_t commands; /* of the last part */
    uint64_t transactions;
    uint64_t good;
    uint64_t annotations;
    bool is_complete;
};

static bool
open_input(struct input *input, const char *path, size_t block)
{
    struct input_options options = { .block_limit = block };
    struct error error = { .kind = ERROR_NONE };
    memset(input, 0, sizeof(*input));
    return input_open(input, path, &options, &error) == STATUS_OK;
}

/* ---- checking ---- */

/* What is told of a check must be in order, whatever was read. */
static void
look_at(const struct check *check)
{
    for (size_t i = 0; i < check->found.kept_count; i++) {
        const struct check_finding *finding = &check->found.kept[i];
        require(finding->group < check->found.group_count);
        require(finding->offset <= SIZE_MOST);
        require(check_text(finding).size > 0);
    }
    require((check_loading(check) & check_refused(check)) == 0);
    require((check_loading(check) & check_losing(check)) == 0);
    if (check_is_sound(check))
        require(check->errors == 0);
}

static void
print(const struct check *check, struct buffer *text)
{
    struct output output = { .fd = -1 };
    check_print_text(check, &output, BYTES_ESCAPE);
    check_redis(check, &output, BYTES_HEX);
    check_json(check, &output, BYTES_BASE64, true);
    *text = output.buffer;
}

static struct outcome
check_input(char *path, size_t block, struct buffer *text)
{
    static struct input input;
    static struct check check;
    const struct arguments arguments = { .mem_limit = 1 << 20,
                                         .now = { .given = true } };
    struct operand operand = { .path = path, .name = path };
    struct run_input result = { .name = "fuzz" };
    struct run run = { .arguments = &arguments,
                       .operands = { .items = &operand, .count = 1 },
                       .inputs = &result,
                       .input_count = 1 };
    require(open_input(&input, path, block));
    memset(&check, 0, sizeof(check));
    require(check_read(&check, &run, &result, &input, 0));
    look_at(&check);
    print(&check, text);
    const struct check_part *part = &check.parts[check.part_count - 1];
    struct outcome outcome = { .commands = part->commands,
                               .transactions = part->transactions,
                               .good = part->good,
                               .is_complete = part->is_complete };
    require(part->good <= part->size);
    check_fini(&check);
    input_close(&input);
    return outcome;
}

/* ---- folding ---- */

static enum status
fold_records(struct aof_log *aof, struct log *log)
{
    enum status status;
    uint64_t end = reader_offset(aof->reader);
    while ((status = aof_log_next(aof)) == STATUS_OK) {
        const struct aof_record *record = &aof->records.record;
        require(record->offset >= end || record->first > 0);
        if (record->end != 0)
            end = record->end;
        log_record(log, record);
    }
    require(status == STATUS_END || aof->error.kind != ERROR_NONE);
    return status;
}

/* Of a command that is cut off keys count that were there, but not itself. */
static void
look_at_fold(struct log *log, bool is_complete)
{
    struct log_keys_sums sums = log_keys_sums(&log->keys);
    size_t count;
    require(sums.garbage_least <= sums.bytes);
    require(sums.bytes <= log->totals.bytes || !is_complete);
    free(log_keys_ranked(&log->keys, false, &count));
    free(log_keys_ranked(&log->keys, true, &count));
    require(log_biggest_rank(&log->biggest) <= log->totals.commands);
}

static struct outcome
fold_input(const char *path, size_t block, uint64_t hold)
{
    static struct input input;
    const struct log_options options = { .hot = 4, .memory = 1 << 20 };
    struct outcome outcome = { .commands = 0 };
    struct aof_log aof;
    require(open_input(&input, path, block));
    struct log *log = log_new(&options);
    require(aof_log_open(&aof, &input, path, "fuzz", NULL, NULL, hold) ==
            STATUS_OK);
    require(aof_log_part(&aof) == STATUS_OK);
    log_begin_part(log, 0, 0);
    if (!aof.part.has_preamble || aof_log_skip_preamble(&aof) == STATUS_OK)
        outcome.is_complete = fold_records(&aof, log) == STATUS_END;
    log_end_part(log, reader_offset(aof.reader));
    require(aof_log_part(&aof) == STATUS_END);
    look_at_fold(log, outcome.is_complete);
    outcome.commands = log->totals.commands;
    outcome.annotations = log->totals.annotations;
    log_free(log);
    aof_log_close(&aof);
    input_close(&input);
    return outcome;
}

/* ---- both ---- */

/* Damaged layers around it are not looked for here, nor an RDB before it. */
static bool
is_log(const char *path)
{
    static struct input input;
    if (!open_input(&input, path, 0))
        return false;
    enum input_kind kind = input.kind;
    bool is_plain = input.layer_count == 0;
    input_close(&input);
    return is_plain && kind == INPUT_AOF;
}

static void
read_log(char *path)
{
    struct buffer whole = { 0 };
    struct buffer parts = { 0 };
    struct outcome checked = check_input(path, 0, &whole);
    struct outcome checked_parts = check_input(path, SMALL_BLOCK, &parts);
    struct outcome folded = fold_input(path, 0, AOF_RECORD_HELD);
    struct outcome folded_parts = fold_input(path, SMALL_BLOCK, SHORT_HOLD);
    require(bytes_equal(buffer_bytes(&whole), buffer_bytes(&parts)));
    require(checked.commands == checked_parts.commands);
    require(checked.commands == folded.commands &&
            checked.commands == folded_parts.commands);
    require(folded.annotations == folded_parts.annotations);
    require(checked.is_complete == folded.is_complete &&
            checked.is_complete == folded_parts.is_complete);
    buffer_fini(&whole);
    buffer_fini(&parts);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    if (size > SIZE_MOST)
        return 0;
    int fd = file_of(bytes_of(data, size));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (is_log(path))
        read_log(path);
    close(fd);
    return 0;
}
