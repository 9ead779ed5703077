/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/scout.h"

#include "aof/aof-plain.h"

enum { ARGUMENTS_MOST = 64 }; /* of a command that is looked over */

/* A whole command of two arguments or more, of which *key is the second: what
 * stands behind it, or NULL. */
static const unsigned char *
find_key(const unsigned char *p, const unsigned char *end, struct bytes *key)
{
    struct bytes argument;
    uint64_t argc = 0;
    p = aof_plain_count(p, end, '*', &argc);
    if (argc > ARGUMENTS_MOST)
        return NULL;
    *key = bytes_of(NULL, 0);
    for (uint64_t i = 0; i < argc && p != NULL; i++) {
        p = aof_plain_argument(p, end, &argument);
        if (i == 1 && p != NULL)
            *key = argument;
    }
    return p;
}

/* The next command, when all of it is at hand. */
static bool
advance(struct scout *scout, const struct reader *reader)
{
    uint64_t ahead = scout->offset - reader_offset(reader);
    struct bytes key;
    if (ahead >= reader_available(reader))
        return false;
    const unsigned char *begin = reader->pos + ahead;
    const unsigned char *behind = find_key(begin, reader->end, &key);
    if (behind == NULL)
        return false;
    scout->offset += (uint64_t)(behind - begin);
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
