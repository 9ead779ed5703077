/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/scout.h"

#include "aof/glance.h"

enum { ARGUMENTS_MOST = 64 }; /* of a command that is looked over */

/* A whole command of two arguments or more; *key is the second. */
static bool
take_command(struct glance *glance, struct bytes *key)
{
    struct bytes argument;
    size_t argc;
    if (!glance_number(glance, '*', &argc) || argc > ARGUMENTS_MOST)
        return false;
    *key = bytes_of(NULL, 0);
    for (size_t i = 0; i < argc; i++) {
        if (!glance_argument(glance, &argument))
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
    struct glance glance = { reader->pos + ahead, reader->end };
    const unsigned char *begin = glance.at;
    if (!take_command(&glance, &key))
        return false;
    scout->offset += (uint64_t)(glance.at - begin);
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
