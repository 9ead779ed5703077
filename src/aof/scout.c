/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/scout.h"

enum {
    ARGUMENTS_MOST = 64, /* of a command that is looked over */
    DIGITS_MOST = 6,
};

struct view {
    const unsigned char *at;
    const unsigned char *end;
};

/* "*3" or "$12" and the line's end. */
static bool
take_number(struct view *view, unsigned char mark, size_t *number)
{
    size_t digits = 0;
    *number = 0;
    if (view->at == view->end || *view->at != mark)
        return false;
    for (view->at++; view->at < view->end; view->at++, digits++) {
        unsigned digit = *view->at - (unsigned)'0';
        if (digit > 9 || digits == DIGITS_MOST)
            break;
        *number = *number * 10 + digit;
    }
    bool whole = view->end - view->at >= 2 && view->at[0] == '\r';
    view->at += whole ? 2 : 0;
    return whole && digits > 0;
}

static bool
take_argument(struct view *view, struct bytes *argument)
{
    size_t size;
    if (!take_number(view, '$', &size) ||
        (size_t)(view->end - view->at) < size + 2)
        return false;
    *argument = bytes_of(view->at, size);
    view->at += size + 2;
    return true;
}

/* A whole command of two arguments or more; *key is the second. */
static bool
take_command(struct view *view, struct bytes *key)
{
    struct bytes argument;
    size_t argc;
    if (!take_number(view, '*', &argc) || argc > ARGUMENTS_MOST)
        return false;
    *key = bytes_of(NULL, 0);
    for (size_t i = 0; i < argc; i++) {
        if (!take_argument(view, &argument))
            return false;
        if (i == 1)
            *key = argument;
    }
    return true;
}

/* The next command, when all of it is at hand. */
static bool
advance(struct scout *scout, const struct reader *reader)
{
    uint64_t ahead = scout->offset - reader_offset(reader);
    struct bytes key;
    if (ahead >= reader_available(reader))
        return false;
    struct view view = { reader->pos + ahead, reader->end };
    const unsigned char *begin = view.at;
    if (!take_command(&view, &key))
        return false;
    scout->offset += (uint64_t)(view.at - begin);
    scout->hashes[scout->next++ % SCOUT_AHEAD] =
        keyspace_hash(scout->keyspace, key);
    return true;
}

void
scout_init(struct scout *scout, struct keyspace *keyspace)
{
    *scout = (struct scout){ .keyspace = keyspace };
}

void
scout_look(struct scout *scout, const struct reader *reader, uint64_t db)
{
    scout->at++;
    if (scout->offset < reader_offset(reader) || scout->next < scout->at) {
        scout->offset = reader_offset(reader);
        scout->next = scout->at;
    }
    while (scout->next < scout->at + SCOUT_AHEAD && advance(scout, reader))
        keyspace_prefetch(scout->keyspace, db,
                          scout->hashes[(scout->next - 1) % SCOUT_AHEAD], 0);
    for (unsigned step = 1; step < KEYSPACE_STEPS; step++) {
        uint64_t number = scout->at + SCOUT_AHEAD - 1 - step * SCOUT_STRIDE;
        if (number < scout->next)
            keyspace_prefetch(scout->keyspace, db,
                              scout->hashes[number % SCOUT_AHEAD], step);
    }
}
