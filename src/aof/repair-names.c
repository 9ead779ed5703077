/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/repair-names.h"

enum { GAPS_MAX = 64 }; /* that are passed in one part: the account of ranges
                           is not to take longer than finding them */

static void
add_name(struct repair_names *names, struct bytes name)
{
    bool added;
    if (name.size > REPAIR_NAME_HELD)
        name.size = REPAIR_NAME_HELD;
    if (names->names.count == REPAIR_NAMES_MAX) {
        names->is_whole &= map_find(&names->names, name) != MAP_NONE;
        return;
    }
    (void)map_add(&names->names, name, &added);
}

static void
take_key(void *context, const struct aof_argument *name, enum aof_key_use use)
{
    struct repair_names *names = context;
    if (use != AOF_KEY_READ)
        add_name(names, aof_argument_bytes(name));
}

static void
keep_command(struct repair_names *names, struct bytes name)
{
    if (names->command[0] != '\0' || name.size >= sizeof(names->command))
        return;
    memcpy(names->command, name.data, name.size);
    names->command[name.size] = '\0';
}

static const struct aof_command *
command_of(const struct aof_record *slice)
{
    struct bytes name = aof_argument_bytes(&slice->args[0]);
    struct bytes sub = bytes_of(NULL, 0);
    if (slice->count > 1)
        sub = aof_argument_bytes(&slice->args[1]);
    return aof_commands_find(name, slice->count > 1 ? &sub : NULL);
}

/* Takes the names of the command at which the reader stands. */
static void
take_command(struct repair_names *self)
{
    struct aof_key_state state = { { 0, 0 }, { 0, 0 } };
    struct aof_record *record = &self->records.record;
    const struct aof_command *command = NULL;
    do {
        if (aof_records_next(&self->records) != STATUS_OK)
            return;
        if (record->first == 0) {
            command = command_of(record);
            keep_command(self, aof_argument_bytes(&record->args[0]));
        }
        if (command != NULL)
            aof_commands_keys(command, record, &state, take_key, self);
    } while (record->end == 0);
}

/* Of a command that breaks off: its first two arguments, if they are whole and
 * the second is a key. */
static void
take_broken(struct repair_names *self, uint64_t at)
{
    struct aof_argument words[2];
    struct buffer held = { NULL, 0, 0 };
    size_t count = resync_words(&self->probe, at, REPAIR_NAME_HELD, &held,
                                words);
    if (count > 0)
        keep_command(self, aof_argument_bytes(&words[0]));
    struct aof_record slice = { .argc = UINT32_MAX,
                                .count = count,
                                .args = words };
    struct aof_key_state state = { { 0, 0 }, { 0, 0 } };
    const struct aof_command *command = count > 1 ? command_of(&slice) : NULL;
    if (command != NULL)
        aof_commands_keys(command, &slice, &state, take_key, self);
    buffer_fini(&held);
}

static void
go_to(struct repair_names *self, uint64_t at)
{
    if (reader_ok(&self->reader) && reader_offset(&self->reader) == at)
        return;
    stream_range_init(&self->range, self->range.fd, at, self->to);
    reader_reset(&self->reader, &self->range.stream, at);
    aof_records_reset(&self->records, &self->reader);
}

/* Takes the record at `at`; returns what is behind it, or `at` when there is
 * none. */
static uint64_t
take_record(struct repair_names *self, uint64_t at)
{
    struct resync_record record;
    resync_read(&self->probe, at, &record);
    if (record.verdict != RESYNC_SOUND && record.verdict != RESYNC_UNKNOWN) {
        take_broken(self, at);
        return at;
    }
    if (record.argc > 0) {
        go_to(self, at);
        take_command(self);
    }
    return record.end;
}

static void
take_all(struct repair_names *self, uint64_t from)
{
    size_t gaps = 0;
    while (from < self->to && gaps < GAPS_MAX) {
        uint64_t behind = take_record(self, from);
        if (behind == from) {
            gaps++;
            if (!resync_find(&self->scan, &self->probe, from + 1, self->to,
                             &behind))
                return;
        }
        from = behind;
    }
}

void
repair_names_init(struct repair_names *names, int fd, uint64_t size)
{
    *names = (struct repair_names){ .to = size };
    window_init(&names->scan, fd, size);
    window_init(&names->probe, fd, size);
    stream_range_init(&names->range, fd, 0, size);
    reader_init(&names->reader, &names->range.stream, 0);
    aof_records_init(&names->records, &names->reader, NULL, REPAIR_NAME_HELD);
}

void
repair_names_find(struct repair_names *names, uint64_t from, uint64_t to)
{
    map_fini(&names->names);
    names->names = (struct map){ .count = 0 };
    names->is_whole = true;
    names->command[0] = '\0';
    names->to = to;
    take_all(names, from);
}

void
repair_names_fini(struct repair_names *names)
{
    map_fini(&names->names);
    aof_records_fini(&names->records);
    reader_fini(&names->reader);
    window_fini(&names->probe);
    window_fini(&names->scan);
}
