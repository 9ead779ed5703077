/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The opcodes that say nothing of the next key: databases, slots, and what
 * other files read (AUX fields, functions, modules, hash templates).
 *
 *   SELECTDB     LEN db
 *   RESIZEDB     LEN keys, LEN keys with expiry
 *   SLOT_INFO    LEN slot, LEN keys, LEN keys with expiry   (Redis 7.4)
 *   SLOT_IMPORT  STR job, LEN n, (LEN first, LEN last) × n  (Valkey 9.0)
 */
#include "rdb/decode.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "rdb/opcodes.h"

enum {
    DEFAULT_DATABASES = 16,
    SLOTS = 16384,
    JOB_HELD = 41, /* bytes of an import's name, which has one less */
};

/* Hints of this many keys make Redis 4.0 to 6.0 abort at once. */
#define RESIZEDB_HUGE (1ULL << 40)

void
rdb_select_database(struct rdb *rdb, uint64_t number)
{
    bool added = false;
    uint32_t count = rdb->database_numbers.count;
    uint32_t i = count < RDB_DATABASES_TRACKED
                     ? map_add(&rdb->database_numbers,
                               bytes_of(&number, sizeof(number)), &added)
                     : map_find(&rdb->database_numbers,
                                bytes_of(&number, sizeof(number)));
    if (added) {
        if ((count & (count - 1)) == 0)
            rdb->databases =
                xreallocarray(rdb->databases, count ? (size_t)count * 2 : 1,
                              sizeof(*rdb->databases));
        rdb->databases[i] = (struct rdb_database){ .db = number };
    }
    rdb->database = i == MAP_NONE ? &rdb->untracked : &rdb->databases[i];
    rdb->key.db = number;
}

static bool
read_database(struct rdb *rdb, uint64_t at)
{
    uint64_t number;
    if (!rdb_length(rdb, &number))
        return rdb_doing(rdb, "database number", 0);
    if (number >= DEFAULT_DATABASES)
        rdb_finding(rdb, FINDING_DB_NUMBER, at,
                    "database %llu; servers have 16 unless told otherwise",
                    (unsigned long long)number);
    rdb_select_database(rdb, number);
    return true;
}

static bool
read_resizedb(struct rdb *rdb, uint64_t at)
{
    struct rdb_database *database = rdb->database;
    if (!rdb_length(rdb, &database->hint_keys) ||
        !rdb_length(rdb, &database->hint_expires))
        return rdb_doing(rdb, "sizes of database", rdb->key.db);
    database->has_hint = true;
    if (database->hint_keys > RESIZEDB_HUGE ||
        database->hint_expires > RESIZEDB_HUGE)
        rdb_finding(rdb, FINDING_RESIZEDB_HUGE, at,
                    "RESIZEDB announces %llu keys",
                    (unsigned long long)database->hint_keys);
    return true;
}

void
rdb_slot_end(struct rdb *rdb, uint64_t at)
{
    if (rdb->slot_open && (rdb->slot_keys != rdb->slot_found_keys ||
                           rdb->slot_expires != rdb->slot_found_expires))
        rdb_finding(rdb, FINDING_SLOT_INFO, at,
                    "slot %llu was to have %llu keys, %llu of them with "
                    "expiry; %llu and %llu came",
                    (unsigned long long)rdb->slot_number,
                    (unsigned long long)rdb->slot_keys,
                    (unsigned long long)rdb->slot_expires,
                    (unsigned long long)rdb->slot_found_keys,
                    (unsigned long long)rdb->slot_found_expires);
    rdb->slot_open = false;
}

void
rdb_slot_begin(struct rdb *rdb, uint64_t at, uint64_t slot, uint64_t keys,
               uint64_t expires)
{
    rdb_slot_end(rdb, at);
    rdb->slot_open = true;
    rdb->slot_number = slot;
    rdb->slot_keys = keys;
    rdb->slot_expires = expires;
    rdb->slot_found_keys = rdb->slot_found_expires = 0;
    rdb->facts.has_slot_info = true;
}

static bool
read_slot_info(struct rdb *rdb, uint64_t at)
{
    uint64_t slot;
    uint64_t keys;
    uint64_t expires;
    if (!rdb_length(rdb, &slot) || !rdb_length(rdb, &keys) ||
        !rdb_length(rdb, &expires))
        return rdb_doing(rdb, "slot information", 0);
    rdb_slot_begin(rdb, at, slot, keys, expires);
    return true;
}

static bool
read_slot_range(struct rdb *rdb, struct rdb_slot_import *range)
{
    if (!rdb_length(rdb, &range->first) || !rdb_length(rdb, &range->last))
        return false;
    if (range->first > range->last || range->last >= SLOTS)
        rdb_finding(rdb, FINDING_SLOT_IMPORT, range->offset,
                    "slot import range %llu-%llu",
                    (unsigned long long)range->first,
                    (unsigned long long)range->last);
    else if (rdb->slot_import != NULL)
        rdb->slot_import(rdb->slot_import_context, range);
    return true;
}

static bool
read_slot_ranges(struct rdb *rdb, struct rdb_slot_import *range)
{
    uint64_t count;
    if (!rdb_length(rdb, &count))
        return rdb_doing(rdb, "slot import", 0);
    for (uint64_t i = 0; i < count; i++)
        if (!read_slot_range(rdb, range))
            return rdb_doing(rdb, "slot import range", i);
    return true;
}

static bool
read_slot_import(struct rdb *rdb, uint64_t at)
{
    struct buffer job = { NULL, 0, 0 };
    uint64_t size;
    if (!rdb_string_append(rdb, &job, JOB_HELD, &size)) {
        buffer_fini(&job);
        return rdb_doing(rdb, "slot import", 0);
    }
    struct rdb_slot_import range = { .job = buffer_bytes(&job),
                                     .offset = at };
    bool read = read_slot_ranges(rdb, &range);
    buffer_fini(&job);
    rdb->facts.has_slot_info |= read;
    return read;
}

void
rdb_hear_slot_imports(struct rdb *rdb,
                      void (*slot_import)(
                          void *context,
                          const struct rdb_slot_import *slot_import),
                      void *context)
{
    rdb->slot_import = slot_import;
    rdb->slot_import_context = context;
}

static bool
unknown_byte(struct rdb *rdb, uint64_t at, unsigned char byte)
{
    const char *dialect =
        rdb->facts.dialect == RDB_VALKEY ? "VALKEY" : "REDIS";
    return rdb_fail(rdb, FINDING_UNKNOWN_BYTE, at,
                    "0x%02x (%u) is no type or opcode of %s version %d", byte,
                    byte, dialect, rdb->facts.version);
}

bool
rdb_opcode(struct rdb *rdb, uint64_t at, unsigned char byte)
{
    bool valkey = rdb->facts.dialect == RDB_VALKEY;
    uint64_t ignored;
    if (rdb->has_attribute && byte != OPCODE_AUX)
        rdb_finding(rdb, FINDING_ATTRIBUTE_ORDER, at,
                    "an opcode between a key's expiry and its type");
    switch (byte) {
    case OPCODE_SELECTDB:
        rdb_slot_end(rdb, at);
        return read_database(rdb, at);
    case OPCODE_RESIZEDB:
        return read_resizedb(rdb, at);
    case OPCODE_AUX:
        return rdb_aux(rdb);
    case OPCODE_MODULE_AUX:
        return rdb_module_aux(rdb);
    case OPCODE_FUNCTION_2:
        return rdb_function(rdb);
    case OPCODE_FUNCTION_PRE_GA:
        return rdb_function_pre_ga(rdb);
    case OPCODE_SLOT_INFO:
        return read_slot_info(rdb, at);
    case OPCODE_SLOT_IMPORT:
        return read_slot_import(rdb, at);
    case OPCODE_HASH_TEMPLATE:
        if (valkey)
            return rdb_fail(rdb, FINDING_UNSUPPORTED, at,
                            "opcode 242 of Valkey (UPDATE) is not "
                            "supported: it belongs to replication and to no "
                            "file");
        return rdb_template(rdb);
    case OPCODE_RAM_LRU:
    case OPCODE_SLOT_NUM:
        if (!valkey)
            return rdb_length(rdb, &ignored);
        return unknown_byte(rdb, at, byte);
    default:
        return unknown_byte(rdb, at, byte);
    }
}
