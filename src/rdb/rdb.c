/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   header (rdb-frame.c)
 *   records, each led by one byte: an opcode, or the type of a key
 *   0xff EOF, and what ends the frame
 *
 *   a key:  [EXPIRETIME(_MS)] [IDLE | FREQ] [KEY_META] type, STR name, value
 *
 * Loaders take the opcodes in any order, and an attribute stays in force until
 * the next key; so does this source.  Source: rdb.c rdbLoadRioWithLoadingCtx,
 * Redis 7.2 and 8.6, Valkey 9.1.
 */
#include "rdb/decode.h"

#include <stdlib.h>
#include <xxhash.h>

#include "base/xalloc.h"
#include "rdb/opcodes.h"
#include "rdb/validator.h"

enum { SHORT_NAME = 64 }; /* more than any one-byte length */

void
rdb_choose_types(struct rdb *rdb, enum rdb_dialect dialect)
{
    for (int byte = 0; byte < 256; byte++)
        rdb->types[byte] = rdb_type_find(dialect, (unsigned char)byte);
}

/* --- end --- */

static void
check_hints(struct rdb *rdb, uint64_t at)
{
    for (uint32_t i = 0; i < rdb->database_numbers.count; i++) {
        const struct rdb_database *database = &rdb->databases[i];
        if (database->has_hint && (database->hint_keys != database->keys ||
                                   database->hint_expires != database->expires))
            rdb_finding(rdb, FINDING_RESIZEDB, at,
                        "database %llu was to have %llu keys, %llu of them "
                        "with expiry; %llu and %llu came",
                        (unsigned long long)database->db,
                        (unsigned long long)database->hint_keys,
                        (unsigned long long)database->hint_expires,
                        (unsigned long long)database->keys,
                        (unsigned long long)database->expires);
    }
}

static enum status
finish(struct rdb *rdb, uint64_t at)
{
    rdb->in_key = false;
    rdb_slot_end(rdb, at);
    if (!rdb_read_crc(rdb))
        return rdb_end_in_failure(rdb);
    check_hints(rdb, at);
    rdb_take_eof_mark(rdb);
    rdb->facts.end_offset = reader_offset(rdb->reader);
    rdb->ended = true;
    return STATUS_END;
}

/* --- keys --- */

/* Takes a name that lies in the buffer behind its one-byte length. */
static bool
take_short_name(struct rdb *rdb)
{
    struct reader *r = rdb->reader;
    if (!rdb_length_is_short(rdb) || reader_available(r) <= *r->pos)
        return false;
    size_t size = *r->pos;
    memcpy(rdb->name.data, r->pos + 1, size);
    r->pos += 1 + size;
    rdb->key.name = bytes_of(rdb->name.data, size);
    rdb->key.name_size = size;
    return true;
}

static bool
read_name(struct rdb *rdb)
{
    struct key *key = &rdb->key;
    key->name_hash = 0;
    if (take_short_name(rdb))
        return true;
    buffer_clear(&rdb->name);
    if (!rdb_string_append(rdb, &rdb->name, KEY_NAME_HELD, &key->name_size))
        return rdb_doing(rdb, "name of key, type byte",
                         (uint64_t)key->type_byte);
    key->name = buffer_bytes(&rdb->name);
    if (key->name.size < key->name_size)
        key->name_hash = XXH3_64bits(key->name.data, key->name.size);
    return true;
}

static bool
read_key(struct rdb *rdb, const struct rdb_type *type, uint64_t at)
{
    struct key *key = &rdb->key;
    if (type->walk == NULL)
        return rdb_fail(rdb, FINDING_UNSUPPORTED, at,
                        "type %u (%s) is not supported: %s", key->type_byte,
                        type->name, type->unsupported);
    if (type->since > rdb->facts.version)
        rdb_finding(rdb, FINDING_FOREIGN_TYPE, at,
                    "type %u (%s) in a file of version %d", key->type_byte,
                    type->name, rdb->facts.version);
    if (!read_name(rdb))
        return false;
    rdb->type = type;
    key->type = type->type;
    key->module_name = bytes_of(NULL, 0);
    rdb->in_key = true;
    rdb->value_start = reader_offset(rdb->reader);
    if (type->walk == rdb_walk_module) {
        if (!rdb_module_id(rdb))
            return false;
        key->module_name = bytes_of_text(rdb->module_name);
        if (bytes_equal(key->module_name, BYTES_LITERAL("vectorset")))
            key->type = TYPE_VECTORSET;
    }
    rdb->database->keys++;
    rdb->database->expires += key->has_expiry;
    rdb->slot_found_keys++;
    rdb->slot_found_expires += key->has_expiry;
    rdb->pending = true;
    return true;
}

static bool
read_expiry(struct rdb *rdb, uint64_t at, bool in_ms)
{
    struct key *key = &rdb->key;
    uint32_t seconds;
    if (in_ms) {
        if (!rdb_ms(rdb, &key->expire_ms))
            return rdb_doing(rdb, "expiry of key", rdb->database->keys);
    } else {
        if (!reader_u32le(rdb->reader, &seconds))
            return rdb_doing(rdb, "expiry of key", rdb->database->keys);
        key->expire_ms = (int64_t)(int32_t)seconds * 1000;
    }
    key->has_expiry = true;
    if (key->expire_ms < 0)
        rdb_finding(rdb, FINDING_EXPIRY_NEGATIVE, at,
                    "an expiry before 1970");
    return true;
}

static bool
read_idle(struct rdb *rdb)
{
    uint64_t seconds;
    if (!rdb_length(rdb, &seconds))
        return rdb_doing(rdb, "idle time of key", rdb->database->keys);
    rdb->key.idle_s = seconds > INT64_MAX ? INT64_MAX : (int64_t)seconds;
    rdb->facts.has_idle = true;
    return true;
}

static bool
read_freq(struct rdb *rdb)
{
    unsigned char counter;
    if (!reader_u8(rdb->reader, &counter))
        return rdb_doing(rdb, "frequency of key", rdb->database->keys);
    rdb->key.freq = counter;
    rdb->facts.has_freq = true;
    return true;
}

static void
reset_attributes(struct rdb *rdb)
{
    struct key *key = &rdb->key;
    key->has_expiry = false;
    key->expire_ms = KEY_NO_EXPIRY;
    key->idle_s = -1;
    key->freq = -1;
    rdb->has_attribute = false;
    rdb->in_key = false;
}

/* Opcodes that belong to the next key; false with *taken false when byte is
 * none of them. */
static bool
read_attribute(struct rdb *rdb, uint64_t at, unsigned char byte, bool *taken)
{
    *taken = true;
    switch (byte) {
    case OPCODE_EXPIRETIME_MS:
        return read_expiry(rdb, at, true);
    case OPCODE_EXPIRETIME:
        return read_expiry(rdb, at, false);
    case OPCODE_IDLE:
        return read_idle(rdb);
    case OPCODE_FREQ:
        return read_freq(rdb);
    case OPCODE_KEY_META:
        if (rdb->facts.dialect == RDB_REDIS) {
            rdb->meta_open = true;
            return rdb_key_meta(rdb);
        }
        break;
    default:
        break;
    }
    *taken = false;
    return true;
}

/* Reads an opcode, or the type and the name of a key. */
static enum status
read_piece(struct rdb *rdb, struct rdb_record *record)
{
    unsigned char byte;
    bool taken;
    uint64_t at = reader_offset(rdb->reader);
    record->is_key = false;
    if (!reader_u8(rdb->reader, &byte))
        return rdb_end_in_failure(rdb);
    const struct rdb_type *type = rdb->types[byte];
    record->byte = byte;
    if (!rdb->has_attribute)
        rdb->key.offset = at;
    if (type != NULL) {
        record->is_key = true;
        rdb->key.type_byte = byte;
        rdb->meta_open = false;
        return read_key(rdb, type, at) ? STATUS_OK : rdb_end_in_failure(rdb);
    }
    if (rdb->meta_open) {
        rdb->meta_open = false;
        rdb_finding(rdb, FINDING_EXPIRY_SPLIT, at,
                    "key metadata without its key behind it");
    }
    if (byte == OPCODE_EOF)
        return finish(rdb, at);
    if (!read_attribute(rdb, at, byte, &taken))
        return rdb_end_in_failure(rdb);
    if (taken)
        rdb->has_attribute = true;
    else if (!rdb_opcode(rdb, at, byte))
        return rdb_end_in_failure(rdb);
    return STATUS_OK;
}

/* --- the source --- */

static void
abort_visitor(struct rdb *rdb)
{
    if (rdb->visitor != NULL)
        rdb->visitor->ops->abort(rdb->visitor);
    rdb->visitor = NULL;
}

/* Moves behind the value that nobody walked. */
static enum status
pass_value(struct rdb *rdb)
{
    if (rdb->ended)
        return reader_ok(rdb->reader) ? STATUS_END : STATUS_FAIL;
    if (rdb->pending) {
        rdb->pending = false;
        if (!rdb->type->walk(rdb))
            return rdb_end_in_failure(rdb);
    }
    rdb->bad.kind = ERROR_NONE; /* the value that it was of is passed */
    reset_attributes(rdb);
    return STATUS_OK;
}

static enum status
read_header(struct rdb *rdb)
{
    rdb->started = true;
    if (!rdb_read_header(rdb))
        return rdb_end_in_failure(rdb);
    rdb_select_database(rdb, 0);
    return STATUS_OK;
}

static enum status
rdb_next(struct source *self, struct key *key)
{
    struct rdb *rdb = (struct rdb *)self;
    struct rdb_record record = { .is_key = false };
    enum status status = pass_value(rdb);
    if (status == STATUS_OK && !rdb->started)
        status = read_header(rdb);
    while (status == STATUS_OK && !record.is_key)
        status = read_piece(rdb, &record);
    if (status == STATUS_OK)
        *key = rdb->key;
    return status;
}

enum status
rdb_next_record(struct rdb *rdb, struct rdb_record *record)
{
    *record = (struct rdb_record){ .offset = reader_offset(rdb->reader) };
    enum status status = pass_value(rdb);
    if (status != STATUS_OK)
        return status;
    record->offset = reader_offset(rdb->reader);
    if (!rdb->started) {
        record->is_header = true;
        return read_header(rdb);
    }
    do
        status = read_piece(rdb, record);
    while (status == STATUS_OK && !record->is_key && rdb->has_attribute);
    if (status == STATUS_OK && record->is_key)
        record->key = &rdb->key;
    return status;
}

static enum status
rdb_walk(struct source *self, struct visitor *visitor)
{
    struct rdb *rdb = (struct rdb *)self;
    /* Of a string the validator has nothing to say. */
    if (visitor == NULL && rdb->deep && rdb->key.type != TYPE_STRING)
        visitor = validator_visitor(rdb->validator);
    rdb->bad.kind = ERROR_NONE;
    rdb->pending = false;
    rdb->visitor = visitor;
    if (visitor != NULL)
        visitor->ops->begin(visitor, &rdb->key);
    if (!rdb->type->walk(rdb)) {
        abort_visitor(rdb);
        return rdb_end_in_failure(rdb);
    }
    if (rdb->bad.kind != ERROR_NONE) {
        key_add_to_error(&rdb->key, &rdb->bad);
        return STATUS_BAD;
    }
    uint64_t serialized = reader_offset(rdb->reader) - rdb->value_start;
    if (rdb->visitor != NULL)
        rdb->visitor->ops->end(rdb->visitor, serialized);
    rdb->visitor = NULL;
    return STATUS_OK;
}

static const struct error *
rdb_error(const struct source *self)
{
    const struct rdb *rdb = (const struct rdb *)self;
    return reader_ok(rdb->reader) ? &rdb->bad : &rdb->reader->error;
}

static const struct source_ops rdb_ops = { rdb_next, rdb_walk, rdb_error };

struct rdb *
rdb_new(struct reader *reader, struct findings *findings, bool deep)
{
    struct rdb *rdb = xcalloc(1, sizeof(*rdb));
    rdb->source.ops = &rdb_ops;
    rdb->reader = reader;
    rdb->findings = findings;
    rdb->deep = deep;
    rdb->facts.ctime_ms = -1;
    rdb->facts.used_mem = -1;
    rdb->facts.repl_offset = -1;
    rdb->facts.crc = RDB_CRC_UNKNOWN;
    (void)buffer_reserve(&rdb->name, SHORT_NAME);
    rdb->string.kind = ITEM_VALUE;
    if (deep)
        rdb->validator = validator_new(rdb);
    return rdb;
}

void
rdb_free(struct rdb *rdb)
{
    if (rdb == NULL)
        return;
    validator_free(rdb->validator);
    rdb_templates_free(rdb->templates);
    map_fini(&rdb->database_numbers);
    free(rdb->databases);
    buffer_fini(&rdb->name);
    buffer_fini(&rdb->held[0]);
    buffer_fini(&rdb->held[1]);
    if (rdb->blob_stream.buffer != NULL)
        reader_fini(&rdb->blob_stream);
    free(rdb->scratch);
    free(rdb->lzf);
    free(rdb);
}

struct source *
rdb_source(struct rdb *rdb)
{
    return &rdb->source;
}

const struct rdb_facts *
rdb_facts(const struct rdb *rdb)
{
    return &rdb->facts;
}

const struct rdb_database *
rdb_databases(const struct rdb *rdb, size_t *count)
{
    *count = rdb->database_numbers.count;
    return rdb->databases;
}
