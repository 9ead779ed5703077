/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a file says of itself in AUX fields: STR name, STR value.
 *
 * Names compare without case, as the loaders do (rdb.c, strcasecmp).
 */
#include "rdb/decode.h"

#include <stdio.h>
#include <strings.h>

#include "base/number.h"

enum { AUX_HELD = 256 };

static const char *
printable(struct buffer *value)
{
    for (size_t i = 0; i < value->size; i++)
        if (value->data[i] < 0x20 || value->data[i] > 0x7e)
            value->data[i] = '?';
    buffer_append_byte(value, '\0');
    value->size--;
    return (const char *)value->data;
}

static void
copy_text(char *into, size_t room, struct buffer *value)
{
    (void)snprintf(into, room, "%s", printable(value));
}

static bool
number_of(struct rdb *rdb, uint64_t at, const char *name,
          const struct buffer *value, int64_t *number)
{
    if (number_parse_int64(buffer_bytes(value), number))
        return true;
    rdb_finding(rdb, FINDING_AUX, at, "%s is not a number", name);
    return false;
}

static void
set_server(struct rdb_facts *facts, const char *server, struct buffer *value)
{
    if (facts->server[0] == '\0' || strcmp(facts->server, "redis") == 0)
        (void)snprintf(facts->server, sizeof(facts->server), "%s", server);
    copy_text(facts->server_version, sizeof(facts->server_version), value);
}

/* KeyDB announces itself as redis-ver; only its own fields tell. */
static void
set_keydb(struct rdb_facts *facts)
{
    (void)snprintf(facts->server, sizeof(facts->server), "keydb");
}

static void
aof_fact(struct rdb_facts *facts, bool base, bool value)
{
    facts->aof_preamble |= value;
    facts->aof_base |= base && value;
}

static void
numeric_fact(struct rdb *rdb, uint64_t at, const char *name,
             const struct buffer *value)
{
    struct rdb_facts *facts = &rdb->facts;
    int64_t number;
    if (!number_of(rdb, at, name, value, &number))
        return;
    if (strcasecmp(name, "redis-bits") == 0)
        facts->bits = number == 32 || number == 64 ? (int)number : 0;
    else if (strcasecmp(name, "ctime") == 0)
        facts->ctime_ms = number > INT64_MAX / 1000 || number < 0
                              ? -1
                              : number * 1000;
    else if (strcasecmp(name, "used-mem") == 0)
        facts->used_mem = number;
    else if (strcasecmp(name, "repl-offset") == 0)
        facts->repl_offset = number;
    else
        aof_fact(facts, strcasecmp(name, "aof-base") == 0, number == 1);
}

/* "slot,keys,expires[,...]" of Valkey's cluster. */
static void
slot_info(struct rdb *rdb, uint64_t at, struct buffer *value)
{
    unsigned long long slot;
    unsigned long long keys;
    unsigned long long expires;
    if (sscanf(printable(value), "%llu,%llu,%llu", &slot, &keys, &expires) ==
        3)
        rdb_slot_begin(rdb, at, slot, keys, expires);
    else
        rdb_finding(rdb, FINDING_AUX, at, "slot-info is not three numbers");
}

static bool
is_numeric(const char *name)
{
    static const char *const names[] = { "redis-bits", "ctime",
                                         "used-mem",   "repl-offset",
                                         "aof-preamble", "aof-base" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static void
take_fact(struct rdb *rdb, uint64_t at, const char *name,
          struct buffer *value, uint64_t size)
{
    struct rdb_facts *facts = &rdb->facts;
    if (strcasecmp(name, "redis-ver") == 0) {
        set_server(facts, "redis", value);
    } else if (strcasecmp(name, "valkey-ver") == 0) {
        set_server(facts, "valkey", value);
    } else if (is_numeric(name)) {
        numeric_fact(rdb, at, name, value);
    } else if (strcasecmp(name, "repl-id") == 0) {
        copy_text(facts->repl_id, sizeof(facts->repl_id), value);
    } else if (strcasecmp(name, "lua") == 0) {
        facts->scripts++;
        facts->script_bytes += size;
    } else if (strcasecmp(name, "slot-info") == 0) {
        slot_info(rdb, at, value);
    } else if (strcasecmp(name, "cluster-slot-states") == 0 ||
               strcasecmp(name, "cluster-asm-task") == 0) {
        facts->has_slot_info = true;
    } else if (strcasecmp(name, "mvcc-tstamp") == 0 ||
               strcasecmp(name, "repl-masters") == 0) {
        set_keydb(facts);
    } else if (strcasecmp(name, "keydb-subexpire-key") == 0) {
        set_keydb(facts);
        facts->keydb_subexpires++;
    }
}

bool
rdb_aux(struct rdb *rdb)
{
    struct buffer name = { NULL, 0, 0 };
    struct buffer value = { NULL, 0, 0 };
    uint64_t at = reader_offset(rdb->reader) - 1;
    uint64_t size;
    bool read = rdb_string_append(rdb, &name, AUX_HELD, &size) &&
                rdb_string_append(rdb, &value, AUX_HELD, &size);
    /* KeyDB's own place for the time of a key. */
    if (read && rdb->has_attribute &&
        strcasecmp(printable(&name), "mvcc-tstamp") != 0)
        rdb_finding(rdb, FINDING_ATTRIBUTE_ORDER, at,
                    "an opcode between a key's expiry and its type");
    if (read)
        take_fact(rdb, at, printable(&name), &value, size);
    buffer_fini(&name);
    buffer_fini(&value);
    return read ? (rdb->facts.aux++, true)
                : rdb_doing(rdb, "AUX field", rdb->facts.aux);
}

const char *
rdb_checksum_word(const struct rdb_facts *facts)
{
    switch (facts->crc) {
    case RDB_CRC_OK:
        return "ok";
    case RDB_CRC_ABSENT:
        return "absent";
    case RDB_CRC_MISMATCH:
        return "mismatch";
    case RDB_CRC_UNKNOWN:
    default:
        return NULL;
    }
}
