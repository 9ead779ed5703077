/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which form a value gets is decided by the type it had, because loaders treat
 * packed and plain forms differently: a packed hash stays packed whatever the
 * length of its values, a table is packed only if all of them are short.
 */
#include "export/export-form.h"

#include "base/endian.h"
#include "export/export-stream.h"
#include "rdb/opcodes.h"

/* The largest field expiry of Redis (ebuckets.h EB_EXPIRE_TIME_MAX). */
static const int64_t field_expiry_max = (INT64_C(1) << 48) - 2;

enum { CELL_STRING, CELL_INTEGER, CELL_DOUBLE };

static void
blob_item(struct export_value *value, const struct text *text, int which)
{
    blob_text(&value->blob, &value->texts, text, which);
}

/* --- strings, lists, sets --- */

static void
write_string(struct export_value *value, const struct item *item)
{
    export_value_text(value, &item->text, 0);
}

static void
write_counted(struct export_value *value, const struct item *item)
{
    value->count++;
    export_value_text(value, &item->text, 0);
}

static void
pack_text(struct export_value *value, const struct item *item)
{
    blob_item(value, &item->text, 0);
}

static void
pack_element(struct export_value *value, const struct item *item)
{
    if (value->in_blob)
        blob_item(value, &item->text, 0);
    else
        export_value_text(value, &item->text, 0);
}

/* --- sorted sets --- */

static void
write_member(struct export_value *value, const struct item *item)
{
    write_counted(value, item);
    rdb_write_double(&value->writer, item->score);
}

static void
write_old_member(struct export_value *value, const struct item *item)
{
    write_counted(value, item);
    rdb_write_double_text(&value->writer, item->score);
}

static void
pack_pair(struct export_value *value, const struct item *item)
{
    blob_item(value, &item->text, 0);
    blob_item(value, &item->value, 1);
}

/* --- hashes --- */

/* 0 stands for none, so what expired in 1970 does so a moment later. */
static int64_t
expiry_of(const struct item *item)
{
    return !item->has_expiry ? 0 : item->expire_ms > 0 ? item->expire_ms : 1;
}

static void
look_at_expiry(struct export_value *value, const struct item *item)
{
    if (!item->has_expiry)
        return;
    if (!target_has(&value->target, TARGET_FIELD_EXPIRY))
        export_value_refuse(value, TARGET_FIELD_EXPIRY);
    else if (value->target.dialect == RDB_REDIS &&
             item->expire_ms > field_expiry_max)
        value->refusal = "a field's expiry is beyond what Redis can hold";
    if (value->minimum == 0 || expiry_of(item) < value->minimum)
        value->minimum = expiry_of(item);
}

static void
write_field(struct export_value *value, const struct item *item)
{
    look_at_expiry(value, item);
    write_counted(value, item);
    export_value_text(value, &item->value, 1);
}

static void
pack_field(struct export_value *value, const struct item *item)
{
    look_at_expiry(value, item);
    pack_pair(value, item);
}

static void
pack_expiring_field(struct export_value *value, const struct item *item)
{
    pack_field(value, item);
    blob_number(&value->blob, expiry_of(item));
}

static void
write_expiring_field(struct export_value *value, const struct item *item)
{
    rdb_write_flush(&value->writer);
    field_expiries_add(&value->expiries, spool_size(&value->body),
                       expiry_of(item));
    write_field(value, item);
}

static void
write_valkey_field(struct export_value *value, const struct item *item)
{
    write_field(value, item);
    rdb_write_ms(&value->writer,
                 !item->has_expiry ? -1
                 : item->expire_ms < 0 ? 0 : item->expire_ms);
}

/* --- arrays --- */

static void
write_array(struct export_value *value, const struct item *item)
{
    struct rdb_writer *writer = &value->writer;
    if (item->kind == ITEM_ARRAY) {
        rdb_write_length(writer, item->count);
        rdb_write_length(writer, item->has_cursor);
        if (item->has_cursor)
            rdb_write_length(writer, (uint64_t)item->number);
        return;
    }
    rdb_write_length(writer, item->count);
    if (item->is_double) {
        rdb_write_length(writer, CELL_DOUBLE);
        rdb_write_double(writer, item->score);
    } else if (item->text.kind == TEXT_INTEGER) {
        rdb_write_length(writer, CELL_INTEGER);
        rdb_write_ms(writer, item->text.number);
    } else {
        rdb_write_length(writer, CELL_STRING);
        export_value_text(value, &item->text, 0);
    }
}

/* --- modules --- */

/* Nine characters of 6 bits, and 10 bits of version (module.c
 * moduleTypeEncodeId, Redis 7.2). */
static uint64_t
module_id(const struct key *key, int64_t version)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint64_t id = 0;
    for (size_t i = 0; i < key->module_name.size; i++) {
        const char *at = strchr(alphabet, key->module_name.data[i]);
        id = id << 6 | (at != NULL ? (uint64_t)(at - alphabet) : 0);
    }
    return id << 10 | (uint64_t)version;
}

static void
write_float(struct rdb_writer *writer, double number)
{
    float value = (float)number;
    unsigned char bytes[sizeof(value)];
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    store_le(bytes, bits, sizeof(bytes));
    rdb_write_raw(writer, bytes_of(bytes, sizeof(bytes)));
}

static void
write_module(struct export_value *value, const struct item *item)
{
    struct rdb_writer *writer = &value->writer;
    switch (item->kind) {
    case ITEM_MODULE:
        rdb_write_length(writer, module_id(value->key, item->number));
        break;
    case ITEM_MODULE_INT:
        rdb_write_length(writer, PIECE_SIGNED);
        rdb_write_length(writer, (uint64_t)item->number);
        break;
    case ITEM_MODULE_UINT:
        rdb_write_length(writer, PIECE_UNSIGNED);
        rdb_write_length(writer, item->count);
        break;
    case ITEM_MODULE_FLOAT:
        rdb_write_length(writer, PIECE_FLOAT);
        write_float(writer, item->score);
        break;
    case ITEM_MODULE_DOUBLE:
        rdb_write_length(writer, PIECE_DOUBLE);
        rdb_write_double(writer, item->score);
        break;
    default:
        rdb_write_length(writer, PIECE_STRING);
        export_value_text(value, &item->text, 0);
    }
}

static void
end_module(struct export_value *value)
{
    rdb_write_length(&value->writer, PIECE_END);
}

/* --- which form --- */

static void
write_nothing(struct export_value *value, const struct item *item)
{
    (void)value;
    (void)item;
}

enum form {
    FORM_STRING,
    FORM_LIST,
    FORM_LIST_ZIPLIST,
    FORM_QUICKLIST,
    FORM_QUICKLIST_2,
    FORM_SET,
    FORM_INTSET,
    FORM_SET_LISTPACK,
    FORM_ZSET,
    FORM_ZSET_2,
    FORM_ZSET_ZIPLIST,
    FORM_ZSET_LISTPACK,
    FORM_HASH,
    FORM_HASH_ZIPLIST,
    FORM_HASH_LISTPACK,
    FORM_HASH_METADATA,
    FORM_HASH_LISTPACK_EX,
    FORM_HASH_2,
    FORM_ARRAY,
    FORM_MODULE,
    FORM_STREAM, /* any of several, see export-stream.h */
    FORM_NONE,
    FORM_COUNT,
};

static const struct value_form forms[FORM_COUNT] = {
    [FORM_STRING] = { .type = 0, .pack = NODE_PLAIN, .item = write_string },
    [FORM_LIST] = { .type = 1, .has_count = true, .pack = NODE_PLAIN,
                    .item = write_counted },
    [FORM_LIST_ZIPLIST] = { .type = 10, .pack = NODE_ZIPLIST,
                            .item = pack_text },
    [FORM_QUICKLIST] = { .type = 14, .has_count = true, .pack = NODE_ZIPLIST,
                         .item = pack_text },
    [FORM_QUICKLIST_2] = { .type = 18, .has_count = true,
                           .has_containers = true, .pack = NODE_LISTPACK,
                           .item = pack_element },
    [FORM_SET] = { .type = 2, .has_count = true, .pack = NODE_PLAIN,
                   .item = write_counted },
    [FORM_INTSET] = { .type = 11, .pack = NODE_INTSET, .item = pack_text },
    [FORM_SET_LISTPACK] = { .type = 20, .pack = NODE_LISTPACK,
                            .item = pack_text },
    [FORM_ZSET] = { .type = 3, .has_count = true, .pack = NODE_PLAIN,
                    .item = write_old_member },
    [FORM_ZSET_2] = { .type = 5, .has_count = true, .pack = NODE_PLAIN,
                      .item = write_member },
    [FORM_ZSET_ZIPLIST] = { .type = 12, .pack = NODE_ZIPLIST,
                            .item = pack_pair },
    [FORM_ZSET_LISTPACK] = { .type = 17, .pack = NODE_LISTPACK,
                             .item = pack_pair },
    [FORM_HASH] = { .type = 4, .has_count = true, .pack = NODE_PLAIN,
                    .item = write_field },
    [FORM_HASH_ZIPLIST] = { .type = 13, .pack = NODE_ZIPLIST,
                            .item = pack_field },
    [FORM_HASH_LISTPACK] = { .type = 16, .pack = NODE_LISTPACK,
                             .item = pack_field },
    [FORM_HASH_METADATA] = { .type = 24, .has_count = true,
                             .has_minimum = true, .has_expiries = true,
                             .pack = NODE_PLAIN,
                             .item = write_expiring_field },
    [FORM_HASH_LISTPACK_EX] = { .type = 25, .has_minimum = true,
                                .pack = NODE_LISTPACK,
                                .item = pack_expiring_field },
    [FORM_HASH_2] = { .type = 22, .has_count = true, .pack = NODE_PLAIN,
                      .item = write_valkey_field },
    [FORM_ARRAY] = { .type = 28, .pack = NODE_PLAIN, .item = write_array },
    [FORM_MODULE] = { .type = 7, .pack = NODE_PLAIN, .item = write_module,
                      .end = end_module },
    [FORM_NONE] = { .type = 0, .pack = NODE_PLAIN, .item = write_nothing },
};

/* Type bytes of what is read. */
enum {
    READ_LIST = 1,
    READ_LIST_ZIPLIST = 10,
    READ_INTSET = 11,
    READ_ZSET_ZIPLIST = 12,
    READ_HASH_ZIPLIST = 13,
    READ_HASH_LISTPACK = 16,
    READ_ZSET_LISTPACK = 17,
    READ_SET_LISTPACK = 20,
    READ_HASH_EXPIRING = 22, /* of either dialect */
    READ_HASH_PACKED_EX_RC = 23,
    READ_HASH_METADATA = 24,
    READ_HASH_PACKED_EX = 25,
};

static enum form
list_form(unsigned char byte, int version)
{
    if (byte == READ_LIST_ZIPLIST && version >= 2 && version < 7)
        return FORM_LIST_ZIPLIST;
    if (byte == READ_LIST || byte == READ_LIST_ZIPLIST || version < 7)
        return FORM_LIST;
    return version >= 10 ? FORM_QUICKLIST_2 : FORM_QUICKLIST;
}

static enum form
set_form(unsigned char byte, int version)
{
    if (byte == READ_INTSET && version >= 2)
        return FORM_INTSET;
    return byte == READ_SET_LISTPACK && version >= 11 ? FORM_SET_LISTPACK
                                                      : FORM_SET;
}

static enum form
zset_form(unsigned char byte, int version)
{
    if ((byte == READ_ZSET_ZIPLIST || byte == READ_ZSET_LISTPACK) &&
        version >= 2)
        return version >= 10 ? FORM_ZSET_LISTPACK : FORM_ZSET_ZIPLIST;
    return version >= 8 ? FORM_ZSET_2 : FORM_ZSET;
}

static enum form
hash_form(unsigned char byte, const struct export_target *target)
{
    bool packed_ex =
        byte == READ_HASH_PACKED_EX || byte == READ_HASH_PACKED_EX_RC;
    bool expiring = packed_ex || byte == READ_HASH_EXPIRING ||
                    byte == READ_HASH_METADATA;
    if (expiring && target_has(target, TARGET_FIELD_EXPIRY))
        return target->dialect == RDB_VALKEY ? FORM_HASH_2
               : packed_ex                   ? FORM_HASH_LISTPACK_EX
                                             : FORM_HASH_METADATA;
    if ((packed_ex || byte == READ_HASH_ZIPLIST ||
         byte == READ_HASH_LISTPACK) &&
        target->version >= 4)
        return target->version >= 10 ? FORM_HASH_LISTPACK : FORM_HASH_ZIPLIST;
    return FORM_HASH;
}

/* A type that not all targets have. */
static enum form
special_form(struct export_value *value, enum target_feature feature,
             enum form form)
{
    if (target_has(&value->target, feature))
        return form;
    export_value_refuse(value, feature);
    return FORM_NONE;
}

static enum form
form_of(struct export_value *value)
{
    unsigned char byte = value->key->type_byte;
    int version = value->target.version;
    switch (value->key->type) {
    case TYPE_STRING:
        return FORM_STRING;
    case TYPE_LIST:
        return list_form(byte, version);
    case TYPE_SET:
        return set_form(byte, version);
    case TYPE_ZSET:
        return zset_form(byte, version);
    case TYPE_HASH:
        return hash_form(byte, &value->target);
    case TYPE_ARRAY:
        return special_form(value, TARGET_ARRAYS, FORM_ARRAY);
    case TYPE_MODULE:
        return special_form(value, TARGET_MODULES, FORM_MODULE);
    case TYPE_VECTORSET:
        return special_form(value, TARGET_VECTORSETS, FORM_MODULE);
    case TYPE_STREAM:
        return special_form(value, TARGET_STREAMS, FORM_STREAM);
    default:
        return special_form(value, TARGET_CRON, FORM_NONE);
    }
}

const struct value_form *
export_form_of(struct export_value *value)
{
    enum form form = form_of(value);
    return form == FORM_STREAM ? export_stream_form(&value->target)
                               : &forms[form];
}
