/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How much a record weighs, in bits: a byte that is one of few that can be, a
 * time that is near ours, a name of letters, a packed structure whose sizes
 * agree.  What a decoder takes is soon found in any bytes: a zero, a length of
 * zero and another one are a string.
 */
#include "rdb/salvage-parts.h"

#include <stdio.h>
#include <xxhash.h>

#include "base/escape.h"
#include "rdb/acceptance.h"
#include "rdb/opcodes.h"

/* 2001 to 2242, in milliseconds. */
#define EXPIRY_FIRST (INT64_C(1) << 40)
#define EXPIRY_LAST (INT64_C(1) << 43)

enum {
    WEIGHT_EXPIRY = 24,
    WEIGHT_NAME_MOST = 16,
    WEIGHT_PACKED = 32,
    WEIGHT_STREAM = 40,
    WEIGHT_LOOSE = 8, /* what few bytes bind */
    WEIGHT_TABLE = 10,
    WEIGHT_STRING = 8,
    WEIGHT_INTEGER = 12,
    WEIGHT_LZF = 24,
    DATABASES = 16,
    TABLES_LAST = 5, /* types up to this are STRs and nothing around them */
};

/* The first byte of a STR. */
enum { FIRST_INTEGER = 0xc0, FIRST_LZF = 0xc3 };

/* --- findings --- */

/* Structure that contradicts itself is damage, even where loaders do not look
 * or did not: what they load so may end them later. */
static bool
is_structural(enum finding_code code)
{
    switch (code) {
    case FINDING_LZF_SIZE:
    case FINDING_ZIPLIST_SHALLOW:
    case FINDING_ZIPLIST_DEEP:
    case FINDING_ZIPLIST_PREVLEN:
    case FINDING_LISTPACK_SHALLOW:
    case FINDING_LISTPACK_DEEP:
    case FINDING_INTSET_SHALLOW:
    case FINDING_INTSET_DEEP:
    case FINDING_ZIPMAP:
    case FINDING_STREAM_FIRST:
    case FINDING_STREAM_DEEP:
        return true;
    default:
        return false;
    }
}

void
salvage_cursor_blame(struct salvage_cursor *cursor, const char *reason,
                     const struct key *key)
{
    (void)snprintf(cursor->reason, sizeof(cursor->reason), "%s", reason);
    cursor->has_key = key != NULL;
    if (key == NULL)
        return;
    size_t held = key->name.size < SALVAGE_NAME_HELD ? key->name.size
                                                     : SALVAGE_NAME_HELD;
    cursor->name_size = key->name_size;
    buffer_clear(&cursor->name);
    buffer_append(&cursor->name, key->name.data, held);
}

/* What makes a record unsound is the better reason, but a value may also be
 * unreadable for what the server that wrote it would not have minded.  Garbage
 * gives the same finding over and over, and after the worst none is wanted. */
static void
take_finding(struct findings *self, const struct finding *finding)
{
    struct salvage_cursor *cursor = (struct salvage_cursor *)self;
    cursor->finding_count++;
    if (cursor->odd && finding->code == cursor->code)
        return;
    cursor->code = finding->code;
    cursor->header_odd |= finding->code == FINDING_HEADER_BLANK ||
                          finding->code == FINDING_HEADER_JUNK;
    uint32_t against = acceptance_against(
        acceptance_of_finding(finding->code, finding->key));
    if (against == 0 || acceptance_depends_on_setup(finding->code))
        return;
    bool is_unsound =
        is_structural(finding->code) ||
        (against >> acceptance_writer(rdb_facts(cursor->rdb)) & 1) != 0;
    if (!cursor->odd || is_unsound)
        salvage_cursor_blame(cursor, finding->text, finding->key);
    cursor->odd = true;
    cursor->unsound = is_unsound;
    if (is_unsound)
        cursor->rdb->findings = NULL;
}

/* --- weights --- */

static unsigned
weigh_name(struct bytes name)
{
    if (!escape_is_plain(name))
        return name.size < 32 ? (unsigned)name.size / 4 : 8;
    return name.size < WEIGHT_NAME_MOST ? (unsigned)name.size
                                        : WEIGHT_NAME_MOST;
}

/* first is the value's first byte: of a stream the number of its nodes, of a
 * string its form. */
static unsigned
weigh_value(const struct key *key, unsigned char first)
{
    switch (key->type) {
    case TYPE_STREAM:
        return first > 0 ? WEIGHT_STREAM : WEIGHT_LOOSE;
    case TYPE_MODULE:
    case TYPE_CRON:
        return WEIGHT_LOOSE;
    case TYPE_STRING:
        return first == FIRST_LZF        ? WEIGHT_LZF
               : first >= FIRST_INTEGER ? WEIGHT_INTEGER
                                         : WEIGHT_STRING;
    default:
        return key->type_byte <= TABLES_LAST ? WEIGHT_TABLE : WEIGHT_PACKED;
    }
}

static unsigned
weigh_key(const struct key *key, unsigned char first)
{
    bool in_our_time =
        key->expire_ms >= EXPIRY_FIRST && key->expire_ms < EXPIRY_LAST;
    if (key->name.size == 0 || (key->has_expiry && !in_our_time))
        return 0;
    return weigh_name(key->name) + weigh_value(key, first) +
           (key->has_expiry ? WEIGHT_EXPIRY : 0);
}

static unsigned
weigh_opcode(const struct rdb *rdb, unsigned char opcode)
{
    switch (opcode) {
    case OPCODE_SELECTDB:
        return rdb->key.db < DATABASES ? SALVAGE_EDGE : 4;
    case OPCODE_RESIZEDB:
    case OPCODE_AUX:
        return SALVAGE_EDGE;
    case OPCODE_FUNCTION_2:
    case OPCODE_HASH_TEMPLATE:
        return WEIGHT_PACKED;
    case OPCODE_MODULE_AUX:
    case OPCODE_SLOT_INFO:
        return SALVAGE_EDGE - 4;
    default:
        return 0;
    }
}

/* --- the cursor --- */

void
salvage_cursor_init(struct salvage_cursor *cursor, int fd, uint64_t from,
                    uint64_t until, bool deep)
{
    *cursor = (struct salvage_cursor){ .findings = { take_finding } };
    stream_range_init(&cursor->range, fd, from, until);
    reader_init(&cursor->stream, &cursor->range.stream, 0);
    reader_reset(&cursor->stream, &cursor->range.stream, from);
    cursor->rdb = rdb_new(&cursor->stream, &cursor->findings, deep);
}

void
salvage_cursor_fini(struct salvage_cursor *cursor)
{
    rdb_free(cursor->rdb);
    reader_fini(&cursor->stream);
    buffer_fini(&cursor->name);
}

void
salvage_cursor_seek(struct salvage_cursor *cursor, int fd, uint64_t from,
                    uint64_t until, const struct rdb_place *place)
{
    stream_range_init(&cursor->range, fd, from, until);
    reader_reset(&cursor->stream, &cursor->range.stream, from);
    cursor->rdb->reader = &cursor->stream;
    rdb_go_on(cursor->rdb, place);
}

void
salvage_cursor_over(struct salvage_cursor *cursor, struct bytes bytes,
                    uint64_t from, const struct rdb_place *place)
{
    reader_init_memory(&cursor->memory, bytes, from);
    cursor->rdb->reader = &cursor->memory;
    rdb_go_on(cursor->rdb, place);
}

static uint64_t
hash_name(const struct key *key)
{
    uint64_t hash = key->name_hash != 0
                        ? key->name_hash
                        : XXH3_64bits(key->name.data, key->name.size);
    return XXH3_64bits_withSeed(&hash, sizeof(hash), key->db);
}

/* Keys of one kind begin alike. */
static uint16_t
hash_beginning(struct bytes name)
{
    enum { BEGINNING = 3 };
    uint32_t hash = 0;
    for (size_t i = 0; i < name.size && i < BEGINNING; i++)
        hash = hash * 67 + name.data[i];
    return (uint16_t)(hash % SALVAGE_BEGINNINGS);
}

static enum status
read_value(struct salvage_cursor *cursor, struct salvage_step *step)
{
    struct rdb *rdb = cursor->rdb;
    const struct key *key = &rdb->key;
    bool any = reader_peek(rdb->reader, 1);
    step->is_key = true;
    step->name_hash = hash_name(key);
    step->beginning = hash_beginning(key->name);
    step->has_attribute =
        key->has_expiry || key->idle_s >= 0 || key->freq >= 0;
    unsigned char first = any ? *rdb->reader->pos : 0;
    step->weight = weigh_key(key, first);
    step->is_unguarded = key->type == TYPE_STRING && first != FIRST_LZF;
    step->is_plain = key->type == TYPE_STRING && !step->has_attribute;
    step->is_packed = weigh_value(key, first) >= WEIGHT_PACKED;
    return rdb->source.ops->walk(&rdb->source, NULL);
}

enum status
salvage_cursor_read(struct salvage_cursor *cursor, struct salvage_step *step)
{
    struct rdb *rdb = cursor->rdb;
    struct rdb_record record;
    cursor->unsound = cursor->odd = cursor->has_key = false;
    rdb->findings = &cursor->findings;
    cursor->reason[0] = '\0';
    *step = (struct salvage_step){ .weight = 0 };
    enum status status = rdb_next_record(rdb, &record);
    step->offset = record.offset;
    if (status == STATUS_OK && record.is_key)
        status = read_value(cursor, step);
    else if (status == STATUS_OK)
        step->weight = weigh_opcode(rdb, record.byte);
    step->is_header = record.is_header;
    step->byte = record.byte;
    step->db = rdb->key.db;
    step->end = reader_offset(rdb->reader);
    if (cursor->odd)
        step->weight = 0;
    return status == STATUS_OK && cursor->unsound ? STATUS_BAD : status;
}
