/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-until.h"

#include <strings.h>

#include "aof/replay.h"

static bool
is_flush(const struct aof_record *record)
{
    static const char *const names[] = { "FLUSHALL", "FLUSHDB" };
    if (record->kind != AOF_RECORD_COMMAND)
        return false;
    struct bytes name = aof_argument_bytes(&record->args[0]);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (name.size == strlen(names[i]) &&
            strncasecmp((const char *)name.data, names[i], name.size) == 0)
            return true;
    return false;
}

static bool
is_later(const struct aof_record *record, int64_t ms)
{
    int64_t time_ms;
    return record->kind == AOF_RECORD_ANNOTATION &&
           replay_annotation_time(record->line, &time_ms) && time_ms > ms;
}

bool
aof_until_is_part(struct bytes name, const struct aof_log *log)
{
    return name.size == 0 || bytes_equal(name, bytes_of_text(log->part.name));
}

bool
aof_until_is_behind(const struct aof_repair_until *until, struct bytes part,
                    const struct aof_log *log)
{
    const struct aof_record *record = &log->records.record;
    switch (until->kind) {
    case AOF_REPAIR_ALL:
        break;
    case AOF_REPAIR_TIME:
        return is_later(record, until->ms);
    case AOF_REPAIR_OFFSET:
        return record->end > until->offset && aof_until_is_part(part, log);
    case AOF_REPAIR_FLUSH:
        return is_flush(record);
    }
    return false;
}
