/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/repair-until.h"

#include "base/number.h"
#include "cli/message.h"

enum { OFFSET_DIGITS = 9 }; /* one more: Unix seconds since 2001 */

static bool
parse_hex(struct bytes text, uint64_t *value)
{
    enum { DIGITS_MAX = 16 };
    if (text.size < 3 || text.size > 2 + DIGITS_MAX || text.data[0] != '0' ||
        (text.data[1] | 0x20) != 'x')
        return false;
    *value = 0;
    for (size_t i = 2; i < text.size; i++) {
        unsigned char c = text.data[i] | 0x20;
        if ((unsigned)(c - '0') < 10)
            *value = *value << 4 | (uint64_t)(c - '0');
        else if ((unsigned)(c - 'a') < 6)
            *value = *value << 4 | (uint64_t)(c - 'a' + 10);
        else
            return false;
    }
    return true;
}

static bool
parse_offset(struct bytes text, size_t digits, uint64_t *offset)
{
    return parse_hex(text, offset) ||
           (text.size <= digits && number_parse_uint64(text, offset));
}

/* A date has colons, too, but no offset behind the last that ends it well:
 * names of parts end in letters. */
static bool
parse_part(struct bytes text, struct repair_until *until)
{
    for (size_t i = text.size; i-- > 1;) {
        if (text.data[i] != ':')
            continue;
        until->part = bytes_of(text.data, i);
        return parse_offset(bytes_of(text.data + i + 1, text.size - i - 1),
                            NUMBER_INTEGER_SIZE, &until->until.offset);
    }
    return false;
}

bool
repair_until_parse(const char *text, struct repair_until *until)
{
    *until = (struct repair_until){ .until = { .kind = AOF_REPAIR_ALL } };
    if (text == NULL)
        return true;
    struct bytes bytes = bytes_of_text(text);
    if (strcmp(text, "flush") == 0)
        until->until.kind = AOF_REPAIR_FLUSH;
    else if (parse_offset(bytes, OFFSET_DIGITS, &until->until.offset))
        until->until.kind = AOF_REPAIR_OFFSET;
    else if (number_parse_time(bytes, &until->until.ms))
        until->until.kind = AOF_REPAIR_TIME;
    else if (parse_part(bytes, until))
        until->until.kind = AOF_REPAIR_OFFSET;
    else
        message_error("--until takes a time such as 2026-11-20T07:46:09Z or "
                      "Unix seconds, an offset such as 0x1a2f or NAME:6703, "
                      "or flush, not \"%s\"", text);
    return until->until.kind != AOF_REPAIR_ALL;
}

bool
repair_until_is_known(const struct repair_until *until, bool has_times,
                      bool has_rest)
{
    if (until->until.kind == AOF_REPAIR_ALL)
        return true;
    if (until->until.kind == AOF_REPAIR_TIME && !has_times)
        message_error("--until: there is no #TS: line that tells a time in "
                      "this log; give an offset");
    else if (!has_rest)
        message_error("--until: nothing of this log is before that");
    else
        return true;
    return false;
}

const char *
repair_until_unmet(const struct aof_repair_until *until)
{
    switch (until->kind) {
    case AOF_REPAIR_TIME:
        return "no #TS: tells a later time: the log was not ended before its "
               "own end";
    case AOF_REPAIR_FLUSH:
        return "there is no FLUSHALL or FLUSHDB: the log was not ended before "
               "its own end";
    default:
        return "the log ends before that offset";
    }
}
