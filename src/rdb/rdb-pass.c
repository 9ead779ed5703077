/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Passing keys without looking into them, so that somebody else may, and going
 * on where another reading stood.
 *
 * Most keys of most files are a short name and one STR of a length that is at
 * hand: these are passed without any of the decoder.
 *
 *   [EXPIRETIME_MS i64] type, LEN name, LEN or integer STR
 */
#include "rdb/decode.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "rdb/opcodes.h"

enum {
    EXPIRY_SIZE = 9,
    HEADS = 128, /* more than all of the above but the value's bytes */
    TYPES_COMMON = 22,
};

/* Types below TYPES_COMMON whose value is one STR, a bit each: STRING, zipmap,
 * ziplists, intset, and listpacks. */
#define ONE_STRING \
    (1U << 0 | 0x1fU << 9 | 1U << 16 | 1U << 17 | 1U << 20)

void
rdb_place_save(struct rdb_place *place, const struct rdb *rdb)
{
    const struct rdb_database *databases = rdb_databases(rdb, &place->count);
    if (place->count > place->room) {
        place->room = place->count;
        place->databases = xreallocarray(place->databases, place->room,
                                         sizeof(*place->databases));
    }
    if (place->count > 0)
        memcpy(place->databases, databases,
               place->count * sizeof(*databases));
    place->facts = rdb->facts;
    place->db = rdb->key.db;
}

void
rdb_place_fini(struct rdb_place *place)
{
    free(place->databases);
    *place = (struct rdb_place){ .databases = NULL };
}

static bool
knows_databases(const struct rdb *rdb, const struct rdb_place *place)
{
    if (rdb->database_numbers.count != place->count)
        return false;
    for (size_t i = 0; i < place->count; i++)
        if (rdb->databases[i].db != place->databases[i].db)
            return false;
    return true;
}

static void
take_databases(struct rdb *rdb, const struct rdb_place *place)
{
    if (!knows_databases(rdb, place)) {
        map_fini(&rdb->database_numbers);
        for (size_t i = 0; i < place->count; i++)
            rdb_select_database(rdb, place->databases[i].db);
    }
    if (place->count > 0)
        memcpy(rdb->databases, place->databases,
               place->count * sizeof(*rdb->databases));
    rdb_select_database(rdb, place->db);
}

void
rdb_go_on(struct rdb *rdb, const struct rdb_place *place)
{
    if (!rdb->started)
        rdb_choose_types(rdb, place->facts.dialect);
    if (place->facts.templates == 0) {
        rdb_templates_free(rdb->templates);
        rdb->templates = NULL;
    }
    rdb->started = true;
    rdb->ended = rdb->pending = rdb->in_key = false;
    rdb->meta_open = rdb->slot_open = false;
    rdb->visitor = NULL;
    rdb->bad.kind = ERROR_NONE;
    rdb->facts = place->facts;
    take_databases(rdb, place);
}

/* Behind a STR whose head is at p; NULL when it is not that plain. */
static const unsigned char *
behind_string(const unsigned char *p)
{
    unsigned char first = *p;
    switch (first >> 6) {
    case 0:
        return p + 1 + first;
    case 1:
        return p + 2 + ((size_t)(first & 0x3f) << 8 | p[1]);
    case 3:
        return first < 0xc3 ? p + 1 + (1U << (first & 3)) : NULL;
    default:
        return NULL;
    }
}

/* Passes one key of the plain kind; false, with nothing taken, when the next
 * one is not. */
static bool
pass_plain(struct rdb *rdb, uint64_t *keys)
{
    struct reader *r = rdb->reader;
    const unsigned char *p = r->pos;
    if (reader_available(r) < HEADS)
        return false;
    bool expires = *p == OPCODE_EXPIRETIME_MS;
    if (expires)
        p += EXPIRY_SIZE;
    if (*p >= TYPES_COMMON || (ONE_STRING >> *p & 1) == 0 || p[1] >= 64)
        return false;
    p = behind_string(p + 2 + p[1]);
    if (p == NULL || p > r->end)
        return false;
    r->pos = p;
    rdb->database->keys++;
    rdb->database->expires += expires;
    ++*keys;
    return true;
}

static bool
pass_any(struct rdb *rdb, uint64_t *keys)
{
    struct source *source = &rdb->source;
    struct key key;
    if (source->ops->next(source, &key) != STATUS_OK ||
        source->ops->walk(source, NULL) == STATUS_FAIL)
        return false;
    ++*keys;
    return rdb->facts.templates == 0;
}

bool
rdb_pass(struct rdb *rdb, uint64_t limit, uint64_t at_most, uint64_t *keys)
{
    *keys = 0;
    if (rdb->facts.templates > 0 || rdb->ended)
        return false;
    while (*keys < at_most && reader_offset(rdb->reader) < limit) {
        if (pass_plain(rdb, keys))
            continue;
        if (!reader_peek(rdb->reader, 1))
            return false;
        if (*rdb->reader->pos == OPCODE_EOF)
            return *keys > 0;
        if (!pass_any(rdb, keys))
            return false;
    }
    return true;
}
