/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The second half of aof-repair.h.
 */
#include "aof/aof-repair.h"

#include "base/number.h"
#include "base/xalloc.h"
#include "input/reader.h"
#include "input/stream-range.h"

enum { LINE_END = 2 };

struct writing {
    const struct aof_repair_options *options;
    aof_repair_sink *kept;
    aof_repair_sink *removed;
    void *context;
    struct window window;
};

static void
copy(struct writing *self, uint64_t from, uint64_t to, aof_repair_sink *sink)
{
    while (from < to && sink != NULL) {
        struct bytes part = window_at(&self->window, from, 1);
        if (part.size == 0)
            return;
        if (part.size > to - from)
            part.size = (size_t)(to - from);
        sink(self->context, part);
        from += part.size;
    }
}

/* ---- records written anew ---- */

static void
write_line(struct writing *self, char mark, uint64_t number)
{
    char line[NUMBER_INTEGER_SIZE + 3];
    line[0] = mark;
    size_t size = 1 + number_format_uint64(number, line + 1);
    line[size++] = '\r';
    line[size++] = '\n';
    self->kept(self->context, bytes_of(line, size));
}

/* Behind the line at `at`, which is short. */
static uint64_t
behind_line(struct writing *self, uint64_t at)
{
    struct bytes text = window_at(&self->window, at, AOF_RECORD_NUMBER);
    const unsigned char *end =
        text.size > 0 ? memchr(text.data, '\n', text.size) : NULL;
    return end == NULL ? at : at + (uint64_t)(end - text.data) + 1;
}

/* One that others depend on, by its words; false when it is none. */
static bool
rewrite_control(struct writing *self, uint64_t at)
{
    struct resync_control control;
    if (!resync_mend(&self->window, at, &control))
        return false;
    write_line(self, '*', control.record.argc);
    write_line(self, '$', control.name_size);
    copy(self, control.name_at, control.name_at + control.name_size + LINE_END,
         self->kept);
    if (control.number_size == 0)
        return true;
    write_line(self, '$', control.number_size);
    copy(self, control.number_at,
         control.number_at + control.number_size + LINE_END, self->kept);
    return true;
}

/* The command, or the slice of one, that was read: its numbers plain, its line
 * ends CRLF.  Returns where the next slice begins. */
static uint64_t
rewrite_slice(struct writing *self, const struct aof_record *slice,
              uint64_t at)
{
    if (slice->first == 0) {
        write_line(self, '*', slice->argc);
        at = behind_line(self, at);
    }
    for (size_t i = 0; i < slice->count; i++) {
        uint64_t size = slice->args[i].size;
        write_line(self, '$', size);
        at = behind_line(self, at);
        copy(self, at, at + size, self->kept);
        self->kept(self->context, BYTES_LITERAL("\r\n"));
        at += size + LINE_END;
    }
    return at;
}

/* Commands of which some are odd. */
static void
rewrite(struct writing *self, uint64_t at, uint64_t to)
{
    struct stream_range range;
    struct reader reader;
    struct aof_records records;
    stream_range_init(&range, self->options->fd, at, to);
    reader_init(&reader, &range.stream, 0);
    aof_records_init(&records, &reader, NULL, 0);
    while (aof_records_next(&records) == STATUS_OK)
        at = rewrite_slice(self, &records.record, at);
    if (reader.error.kind == ERROR_IO && self->window.error.kind == ERROR_NONE)
        self->window.error = reader.error;
    aof_records_fini(&records);
    reader_fini(&reader);
}

enum status
aof_repair_write(const struct repair_plan *plan,
                 const struct aof_repair_options *options,
                 aof_repair_sink *kept, aof_repair_sink *removed,
                 void *context, struct error *error)
{
    struct writing self = { options, kept, removed, context, { .size = 0 } };
    uint64_t at = options->begin;
    window_init(&self.window, options->fd, options->size);
    for (size_t i = 0; i < plan->count; i++) {
        const struct repair_range *range = &plan->ranges[i];
        copy(&self, at, range->from.at, kept);
        if (range->reason == REPAIR_REWRITTEN) {
            if (!rewrite_control(&self, range->from.at))
                rewrite(&self, range->from.at, range->to.at);
        } else if (range->reason != REPAIR_UNTIL)
            copy(&self, range->from.at, range->to.at, removed);
        at = range->to.at;
    }
    copy(&self, at, options->size, kept);
    enum status status = STATUS_OK;
    if (self.window.error.kind != ERROR_NONE) {
        *error = self.window.error;
        status = STATUS_FAIL;
    }
    window_fini(&self.window);
    return status;
}
