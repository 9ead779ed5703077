/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Repairs the input as the commands of a log.  What is kept and what is taken
 * out have to be the input; what is kept has to be a log with which nothing is
 * wrong, of commands that stand in the input; and of a log with which nothing
 * was wrong all is kept.
 */
#include <string.h>
#include <unistd.h>

#include "aof/aof-repair.h"
#include "base/buffer.h"
#include "base/number.h"
#include "fuzz.h"

enum { SIZE_MOST = 32 * 1024 };

/* ---- reading without repair ---- */

/* Whether servers write such a log: no more is looked for than what a record
 * says of itself, and that blocks begin and end. */
struct reading {
    struct findings findings; /* first */
    bool is_sound;
    bool in_block;
    uint64_t commands;
};

static void
note_finding(struct findings *self, const struct finding *finding)
{
    (void)finding;
    ((struct reading *)self)->is_sound = false;
}

static bool
is_word(const struct aof_argument *name, const char *word)
{
    return name->size == strlen(word) &&
           strncasecmp((const char *)name->data, word, name->held) == 0;
}

static void
note_command(struct reading *reading, const struct aof_record *record)
{
    struct resync_record judged = { .argc = record->argc };
    bool has_sub = record->count > 1;
    reading->commands++;
    resync_judge(&judged, aof_argument_bytes(&record->args[0]),
                 has_sub ? aof_argument_bytes(&record->args[1])
                         : bytes_of(NULL, 0));
    bool is_multi = is_word(&record->args[0], "MULTI");
    bool is_exec = is_word(&record->args[0], "EXEC");
    bool is_control = judged.verb == RESYNC_CONTROL && reading->in_block;
    if (judged.verdict != RESYNC_SOUND || judged.verb == RESYNC_DEADLY ||
        is_control || (is_multi && reading->in_block) ||
        (is_exec && !reading->in_block))
        reading->is_sound = false;
    reading->in_block = is_multi || (reading->in_block && !is_exec);
}

static void
note_line(struct reading *reading, struct bytes line)
{
    static const char time[] = "#TS:";
    size_t head = sizeof(time) - 1;
    int64_t seconds;
    if (line.size >= head && memcmp(line.data, time, head) == 0 &&
        !number_parse_int64(bytes_of(line.data + head, line.size - head),
                            &seconds))
        reading->is_sound = false;
    for (size_t i = 0; i < line.size; i++)
        if (line.data[i] < ' ' && line.data[i] != '\t')
            reading->is_sound = false;
}

static struct reading
read_all(struct bytes bytes)
{
    struct reading reading = { { note_finding }, true, false, 0 };
    struct reader reader;
    struct aof_records records;
    enum status status;
    reader_init_memory(&reader, bytes, 0);
    aof_records_init(&records, &reader, &reading.findings, UINT64_MAX);
    while ((status = aof_records_next(&records)) == STATUS_OK)
        if (records.record.kind == AOF_RECORD_COMMAND)
            note_command(&reading, &records.record);
        else
            note_line(&reading, records.record.line);
    reading.is_sound &= status == STATUS_END && !reading.in_block;
    aof_records_fini(&records);
    reader_fini(&reader);
    return reading;
}

/* ---- repairing ---- */

struct repaired {
    struct aof_repair_options options;
    struct aof_repair_facts facts;
    struct repair_plan plan;
    struct buffer kept;
    struct buffer removed;
};

static void
keep(void *context, struct bytes bytes)
{
    buffer_append(&((struct repaired *)context)->kept, bytes.data,
                  bytes.size);
}

static void
take_out(void *context, struct bytes bytes)
{
    buffer_append(&((struct repaired *)context)->removed, bytes.data,
                  bytes.size);
}

static void
repair(struct repaired *self, struct bytes bytes,
       struct aof_repair_until until)
{
    struct error error = { .kind = ERROR_NONE };
    *self = (struct repaired){ .options = { .fd = file_of(bytes),
                                            .size = bytes.size,
                                            .until = until } };
    require(aof_repair_find(&self->plan, &self->facts, &self->options,
                            &error) == STATUS_OK);
    require(aof_repair_write(&self->plan, &self->options, keep, take_out,
                             self, &error) == STATUS_OK);
}

static void
done(struct repaired *self)
{
    close(self->options.fd);
    repair_plan_fini(&self->plan);
    buffer_fini(&self->kept);
    buffer_fini(&self->removed);
}

/* Ranges are in order and inside of the input; returns what is written anew
 * and cut off of it. */
static uint64_t
look_at(const struct repaired *self, bool *rewrites)
{
    uint64_t at = 0;
    uint64_t other = 0;
    *rewrites = false;
    for (size_t i = 0; i < self->plan.count; i++) {
        const struct repair_range *range = &self->plan.ranges[i];
        bool rewritten = range->reason == REPAIR_REWRITTEN;
        require(range->from.at >= at && range->to.at > range->from.at);
        require(range->to.commands >= range->from.commands);
        require(*repair_reason_text(range->reason) != '\0');
        if (rewritten || range->reason == REPAIR_UNTIL)
            other += range->to.at - range->from.at;
        *rewrites |= rewritten;
        at = range->to.at;
    }
    require(at <= self->options.size);
    return other;
}

static void
look_for_inventions(struct bytes input, struct bytes output)
{
    struct reader reader;
    struct aof_records records;
    reader_init_memory(&reader, output, 0);
    aof_records_init(&records, &reader, NULL, UINT64_MAX);
    while (aof_records_next(&records) == STATUS_OK) {
        const struct aof_record *record = &records.record;
        require(memmem(input.data, input.size, output.data + record->offset,
                       (size_t)(record->end - record->offset)) != NULL);
    }
    aof_records_fini(&records);
    reader_fini(&reader);
}

static void
check(struct bytes input, struct aof_repair_until until)
{
    struct reading before = read_all(input);
    struct repaired self;
    struct repaired again;
    bool rewrites;
    repair(&self, input, until);
    struct bytes kept = buffer_bytes(&self.kept);
    uint64_t other = look_at(&self, &rewrites);
    require(rewrites || kept.size + self.removed.size + other == input.size);
    if (!rewrites)
        look_for_inventions(input, kept);
    struct reading after = read_all(kept);
    require(after.is_sound && after.commands == self.plan.kept);
    if (before.is_sound && until.kind == AOF_REPAIR_ALL)
        require(self.removed.size == 0 && after.commands == before.commands);
    repair(&again, kept, (struct aof_repair_until){ .kind = AOF_REPAIR_ALL });
    require(again.plan.count == 0);
    done(&again);
    done(&self);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aof_repair_until until = { .kind = AOF_REPAIR_ALL };
    struct bytes input = bytes_of(data, size);
    if (size == 0 || size > SIZE_MOST)
        return 0;
    check(input, until);
    until.kind = AOF_REPAIR_FLUSH;
    check(input, until);
    until.kind = AOF_REPAIR_TIME;
    until.ms = 1700000000000;
    check(input, until);
    until.kind = AOF_REPAIR_OFFSET;
    until.offset = size / 2;
    check(input, until);
    return 0;
}
