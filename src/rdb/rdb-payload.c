/* SPDX-License-Identifier: BSD-3-Clause */
#include "rdb/rdb-payload.h"

#include <stdlib.h>

#include "base/endian.h"
#include "base/xalloc.h"
#include "input/crc64.h"
#include "rdb/decode.h"
#include "rdb/opcodes.h"

enum {
    FOOTER_VERSION = 2,
    FOOTER_CRC = 8,
    FOOTER_SIZE = FOOTER_VERSION + FOOTER_CRC,
    VALKEY_SINCE = 80, /* RDB version; Redis' own stay below */
};

struct rdb_payload {
    struct rdb *rdb;
    struct reader reader; /* over the payload at hand */
    bool has_types;       /* of rdb->facts.dialect */
};

struct rdb_payload *
rdb_payload_new(void)
{
    struct rdb_payload *payload = xcalloc(1, sizeof(*payload));
    payload->rdb = rdb_new(&payload->reader, NULL, false);
    payload->rdb->started = true;
    return payload;
}

void
rdb_payload_free(struct rdb_payload *payload)
{
    if (payload == NULL)
        return;
    rdb_free(payload->rdb);
    free(payload);
}

static void
choose_dialect(struct rdb_payload *payload, int version)
{
    struct rdb *rdb = payload->rdb;
    enum rdb_dialect dialect = version >= VALKEY_SINCE ? RDB_VALKEY
                                                       : RDB_REDIS;
    rdb->facts.version = version;
    if (payload->has_types && rdb->facts.dialect == dialect)
        return;
    rdb->facts.dialect = dialect;
    rdb_choose_types(rdb, dialect);
    payload->has_types = true;
}

/* Checks the footer and begins to read what stands before it. */
static bool
open(struct rdb_payload *payload, struct bytes bytes)
{
    if (bytes.size < FOOTER_SIZE)
        return false;
    size_t size = bytes.size - FOOTER_SIZE;
    const unsigned char *footer = bytes.data + size;
    uint64_t stored = load_u64le(footer + FOOTER_VERSION);
    if (stored != 0 && stored != crc64(0, bytes.data, size + FOOTER_VERSION))
        return false;
    reader_init_memory(&payload->reader, bytes_of(bytes.data, size), 0);
    choose_dialect(payload, load_u16le(footer));
    payload->rdb->ended = false;
    return true;
}

/* --- values --- */

/* Reads what stands before the value; false when there is none to walk. */
static bool
begin_value(struct rdb *rdb)
{
    struct key *key = &rdb->key;
    unsigned char byte;
    if (!reader_u8(rdb->reader, &byte))
        return false;
    rdb->type = rdb->types[byte];
    if (rdb->type == NULL || rdb->type->walk == NULL)
        return false;
    *key = (struct key){
        .type = rdb->type->type,
        .type_byte = byte,
        .expire_ms = KEY_NO_EXPIRY,
        .idle_s = -1,
        .freq = -1,
    };
    rdb->value_start = reader_offset(rdb->reader);
    if (rdb->type->walk != rdb_walk_module)
        return true;
    if (!rdb_module_id(rdb))
        return false;
    key->module_name = bytes_of_text(rdb->module_name);
    if (bytes_equal(key->module_name, BYTES_LITERAL("vectorset")))
        key->type = TYPE_VECTORSET;
    return true;
}

enum status
rdb_payload_walk(struct rdb_payload *payload, struct bytes bytes,
                 struct visitor *visitor)
{
    struct source *source = rdb_source(payload->rdb);
    if (!open(payload, bytes) || !begin_value(payload->rdb))
        return STATUS_FAIL;
    return source->ops->walk(source, visitor);
}

/* --- functions --- */

static bool
read_function(struct rdb *rdb, struct buffer *code)
{
    unsigned char opcode;
    uint64_t size;
    buffer_clear(code);
    return reader_u8(rdb->reader, &opcode) && opcode == OPCODE_FUNCTION_2 &&
           rdb_string_append(rdb, code, UINT64_MAX, &size);
}

bool
rdb_payload_functions(struct rdb_payload *payload, struct bytes bytes,
                      void (*each)(void *context, struct bytes code),
                      void *context)
{
    struct buffer code = { NULL, 0, 0 };
    if (!open(payload, bytes))
        return false;
    payload->rdb->visitor = NULL;
    payload->rdb->bad.kind = ERROR_NONE;
    bool good = true;
    while (good && !reader_at_end(&payload->reader)) {
        good = read_function(payload->rdb, &code) &&
               payload->rdb->bad.kind == ERROR_NONE;
        if (good)
            each(context, buffer_bytes(&code));
    }
    buffer_fini(&code);
    return good;
}
