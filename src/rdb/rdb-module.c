/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Values and side data of modules: streams of typed pieces that can be read
 * without the module.
 *
 *   7 MODULE_2   LEN id, pieces
 *   MODULE_AUX   LEN id, LEN 2, LEN when, pieces
 *   KEY_META     LEN n, (u32le class, pieces) × n
 *
 *   pieces: LEN 0                    end
 *           LEN 1, LEN               signed integer (two's complement)
 *           LEN 2, LEN               unsigned integer
 *           LEN 3, f32le             float
 *           LEN 4, f64le             double
 *           LEN 5, STR               string
 *
 *   id: nine characters of 6 bits, most significant first, and 10 bits of
 *   encoding version below (module.c moduleTypeEncodeId).
 */
#include "rdb/decode.h"
#include "rdb/opcodes.h"

enum { ID_CHARACTERS = 9, ID_VERSION_BITS = 10, KEY_META_MAX = 7 };

static void
name_of_id(uint64_t id, char name[ID_CHARACTERS + 1])
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    id >>= ID_VERSION_BITS;
    for (int i = ID_CHARACTERS - 1; i >= 0; i--, id >>= 6)
        name[i] = alphabet[id & 63];
    name[ID_CHARACTERS] = '\0';
}

bool
rdb_module_id(struct rdb *rdb)
{
    if (!rdb_length(rdb, &rdb->module_id))
        return false;
    name_of_id(rdb->module_id, rdb->module_name);
    return true;
}

static bool
read_float(struct rdb *rdb, struct item *item)
{
    uint32_t bits;
    float value;
    if (!reader_u32le(rdb->reader, &bits))
        return false;
    memcpy(&value, &bits, sizeof(value));
    item->score = (double)value;
    return true;
}

static bool
read_piece(struct rdb *rdb, uint64_t opcode, struct item *item)
{
    uint64_t bits;
    switch (opcode) {
    case PIECE_SIGNED:
        item->kind = ITEM_MODULE_INT;
        if (!rdb_length(rdb, &bits))
            return false;
        item->number = (int64_t)bits;
        return true;
    case PIECE_UNSIGNED:
        item->kind = ITEM_MODULE_UINT;
        return rdb_length(rdb, &item->count);
    case PIECE_FLOAT:
        item->kind = ITEM_MODULE_FLOAT;
        return read_float(rdb, item);
    case PIECE_DOUBLE:
        item->kind = ITEM_MODULE_DOUBLE;
        return rdb_double(rdb, &item->score);
    case PIECE_STRING:
        item->kind = ITEM_MODULE_STRING;
        return rdb_text(rdb, item, 0);
    default:
        return rdb_fail(rdb, FINDING_MODULE_OPCODE,
                        reader_offset(rdb->reader),
                        "%llu is no kind of module data",
                        (unsigned long long)opcode);
    }
}

static bool
read_pieces(struct rdb *rdb)
{
    for (uint64_t i = 0;; i++) {
        struct item item = { .kind = ITEM_MODULE_INT };
        uint64_t opcode;
        if (!rdb_length(rdb, &opcode))
            return rdb_doing(rdb, "module data", i);
        if (opcode == PIECE_END)
            return true;
        if (!read_piece(rdb, opcode, &item))
            return rdb_doing(rdb, "module data", i);
        rdb_item(rdb, &item);
    }
}

bool
rdb_walk_module(struct rdb *rdb)
{
    struct item head = { .kind = ITEM_MODULE };
    head.number = (int64_t)(rdb->module_id & ((1 << ID_VERSION_BITS) - 1));
    rdb_item(rdb, &head);
    if (rdb->key.type == TYPE_MODULE)
        rdb_finding(rdb, FINDING_MODULE, rdb->key.offset,
                    "a value of module type %s", rdb->module_name);
    return read_pieces(rdb);
}

bool
rdb_module_aux(struct rdb *rdb)
{
    uint64_t at = reader_offset(rdb->reader) - 1;
    uint64_t opcode;
    uint64_t when;
    if (!rdb_module_id(rdb) || !rdb_length(rdb, &opcode) ||
        !rdb_length(rdb, &when))
        return rdb_doing(rdb, "module side data", rdb->facts.module_aux);
    if (opcode != PIECE_UNSIGNED)
        return rdb_fail(rdb, FINDING_MODULE_OPCODE, at,
                        "module side data of %s says not when it belongs",
                        rdb->module_name);
    rdb_finding(rdb, FINDING_MODULE_AUX, at, "side data of module type %s",
                rdb->module_name);
    rdb->facts.module_aux++;
    return read_pieces(rdb);
}

bool
rdb_key_meta(struct rdb *rdb)
{
    uint64_t at = reader_offset(rdb->reader) - 1;
    uint64_t count;
    uint32_t class;
    bool required = false;
    if (!rdb_length(rdb, &count))
        return rdb_doing(rdb, "key metadata", 0);
    if (count > KEY_META_MAX)
        return rdb_fail(rdb, FINDING_KEY_META, at,
                        "%llu classes of key metadata; at most %d can be",
                        (unsigned long long)count, KEY_META_MAX);
    for (uint64_t i = 0; i < count; i++) {
        if (!reader_u32le(rdb->reader, &class) || !read_pieces(rdb))
            return rdb_doing(rdb, "key metadata", i);
        required = required || (class & 1) == 0;
    }
    if (required)
        rdb_finding(rdb, FINDING_KEY_META, at,
                    "key metadata that a server without its module refuses");
    rdb->facts.key_metas++;
    return true;
}

/* KeyDB's cron job: STR script, two times, keys, arguments. */
bool
rdb_walk_cron(struct rdb *rdb)
{
    struct item item = { .kind = ITEM_MODULE_STRING };
    uint64_t count;
    int64_t ms;
    if (!rdb_text(rdb, &item, 0))
        return false;
    rdb_item(rdb, &item);
    for (int i = 0; i < 2; i++) {
        if (!rdb_ms(rdb, &ms))
            return false;
        struct item number = { .kind = ITEM_MODULE_INT, .number = ms };
        rdb_item(rdb, &number);
    }
    for (int list = 0; list < 2; list++) {
        if (!rdb_length(rdb, &count))
            return false;
        struct item number = { .kind = ITEM_MODULE_UINT, .count = count };
        rdb_item(rdb, &number);
        for (uint64_t i = 0; i < count; i++) {
            if (!rdb_text(rdb, &item, 0))
                return rdb_doing(rdb, "cron argument", i);
            rdb_item(rdb, &item);
        }
    }
    return true;
}
