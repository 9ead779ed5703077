/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A packed blob inside a value: announced to the visitor by what its header
 * says, opened only when the visitor wants more than that, and its entries
 * grouped into items: a zset's in twos (member, score), a hash's in twos
 * (field, value) or threes (field, value, expiry).
 */
#include "rdb/decode.h"

#include <stdlib.h>

enum { NUMBER_TEXT_MAX = 128 };

enum finding_code
rdb_packed_code(enum node_kind kind, bool deep)
{
    switch (kind) {
    case NODE_ZIPLIST:
        return deep ? FINDING_ZIPLIST_DEEP : FINDING_ZIPLIST_SHALLOW;
    case NODE_INTSET:
        return deep ? FINDING_INTSET_DEEP : FINDING_INTSET_SHALLOW;
    case NODE_ZIPMAP:
        return FINDING_ZIPMAP;
    case NODE_LISTPACK:
    case NODE_PLAIN:
    default:
        return deep ? FINDING_LISTPACK_DEEP : FINDING_LISTPACK_SHALLOW;
    }
}

void
rdb_packed_faults(struct rdb *rdb, const struct packed *packed)
{
    static const struct {
        unsigned fault;
        bool deep;
        const char *words;
    } words[] = {
        { PACKED_COUNT, true, "the header's count is not that of its entries" },
        { PACKED_BACKLEN, true, "an entry's back length is wrong" },
        { PACKED_TAIL, true, "the tail offset is not the last entry's" },
        { PACKED_TOTAL, false, "the header's size is not the blob's" },
        { PACKED_TRAILING, true, "bytes behind the end mark" },
        { PACKED_UNSORTED, true, "values are not strictly ascending" },
        { PACKED_NO_END, false, "the end byte is missing" },
        { PACKED_WIDE, true, "a length takes more bytes than it needs" },
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (packed->faults & words[i].fault)
            rdb_finding(rdb,
                        packed->kind == NODE_ZIPLIST &&
                                words[i].fault == PACKED_BACKLEN
                            ? FINDING_ZIPLIST_PREVLEN
                            : rdb_packed_code(packed->kind, words[i].deep),
                        rdb->blob_string.offset, "%s: %s",
                        packed_name(packed->kind), words[i].words);
}

bool
rdb_text_to_double(const struct text *text, double *value)
{
    if (text->kind == TEXT_INTEGER) {
        *value = (double)text->number;
        return true;
    }
    char number[NUMBER_TEXT_MAX + 1];
    if (text->kind != TEXT_BYTES || text->held == 0 ||
        text->held > NUMBER_TEXT_MAX)
        return false;
    memcpy(number, text->data, text->held);
    number[text->held] = '\0';
    char *end;
    *value = strtod(number, &end);
    return end == number + text->held;
}

bool
rdb_packed_header(struct rdb *rdb, const struct rdb_string *string,
                  enum finding_code code, struct node *node)
{
    unsigned char head[PACKED_HEADER_MAX];
    struct reader reader;
    struct packed packed;
    size_t got = 0;
    if (!rdb_string_plausible(rdb, string))
        return true;
    if (!rdb_string_head(rdb, string, head, sizeof(head), &got)) {
        if (!reader_ok(rdb->reader))
            return false;
        rdb_value_bad(rdb, FINDING_LZF, string->offset,
                      "LZF: does not decompress");
        return true;
    }
    reader_init_memory(&reader, bytes_of(head, got), 0);
    if (packed_open(&packed, node->kind, &reader, string->size) != STATUS_OK)
        rdb_value_bad(rdb, code, string->offset, "%s", reader.error.text);
    node->size = string->size;
    node->count = packed.count;
    node->width = packed.width;
    return true;
}

bool
rdb_node(struct rdb *rdb, const struct node *node)
{
    struct visitor *visitor = rdb->visitor;
    return visitor != NULL && (visitor->ops->node(visitor, node) ||
                               (visitor->wants & WANT_ITEMS) != 0);
}

/* A text longer than the blob's reader holds in one piece. */
static enum status
long_text(struct rdb *rdb, struct item *item, int which, struct text *text)
{
    struct bytes part;
    uint64_t left = text->size;
    struct buffer *head = &rdb->held[which];
    size_t wanted = rdb_wants(rdb, WANT_HEADS) ? TEXT_HEAD_SIZE : 0;
    buffer_clear(head);
    for (; left > 0; left -= part.size) {
        if (!reader_part(rdb->blob, left, &part))
            return STATUS_FAIL;
        if (rdb_wants(rdb, WANT_BYTES)) {
            rdb->visitor->ops->text(rdb->visitor, item, which, part);
        } else if (head->size < wanted) {
            size_t more = wanted - head->size;
            buffer_append(head, part.data,
                          part.size < more ? part.size : more);
        }
    }
    if (rdb_wants(rdb, WANT_BYTES))
        return STATUS_OK;
    text->kind = TEXT_HEAD;
    text->data = head->data;
    text->held = head->size;
    return STATUS_OK;
}

enum status
rdb_packed_text(struct rdb *rdb, struct packed *packed, struct item *item,
                int which)
{
    struct packed_entry entry;
    enum status status = packed_next(packed, &entry);
    if (status != STATUS_OK)
        return status;
    struct text *text = which ? &item->value : &item->text;
    *text = entry.text;
    if (text->kind == TEXT_PARTS)
        return long_text(rdb, item, which, text);
    if (text->kind == TEXT_BYTES && !rdb->blob_in_memory) {
        buffer_clear(&rdb->held[which]);
        buffer_append(&rdb->held[which], text->data, text->held);
        text->data = rdb->held[which].data;
    }
    return STATUS_OK;
}

/* What loaders notice without walking the entries: the end mark and the
 * header's size.  Takes the rest of the blob. */
static bool
is_shallow(struct rdb *rdb, struct packed *packed)
{
    struct error error = rdb->blob->error;
    error_clear(&rdb->blob->error);
    bool closed = packed_close(packed) == STATUS_OK;
    rdb->blob->error = error;
    return closed && (packed->faults & (PACKED_NO_END | PACKED_TOTAL)) != 0;
}

void
rdb_blob_bad(struct rdb *rdb, struct packed *packed, bool opened)
{
    bool deep = opened && !is_shallow(rdb, packed);
    const struct error *error = &rdb->blob->error;
    bool exact = rdb->blob_in_memory &&
                 rdb->blob_string.form == RDB_STRING_RAW && error->has_offset;
    rdb_value_bad(rdb, rdb_packed_code(packed->kind, deep),
                  exact ? error->offset : rdb->blob_string.offset, "%s",
                  error->kind != ERROR_NONE ? error->text : "damaged blob");
}

/* The third entry of a field with expiry: 0 means none. */
static enum status
field_expiry(struct rdb *rdb, struct packed *packed, struct item *item)
{
    struct packed_entry entry;
    enum status status = packed_next(packed, &entry);
    if (status != STATUS_OK)
        return status;
    if (entry.text.kind != TEXT_INTEGER) {
        rdb_value_bad(rdb, FINDING_FIELD_TTL_TEXT, rdb->blob_string.offset,
                      "a field's expiry is no integer");
        return STATUS_BAD;
    }
    item->has_expiry = entry.text.number != 0;
    item->expire_ms = entry.text.number;
    return STATUS_OK;
}

static void
member_score(struct rdb *rdb, struct item *item)
{
    if (rdb_wants(rdb, WANT_BYTES) &&
        !rdb_text_to_double(&item->value, &item->score))
        rdb_finding(rdb, FINDING_SCORE_TEXT, rdb->blob_string.offset,
                    "a score that is no number");
}

/* Reads one group of entries as an item. */
static enum status
next_item(struct rdb *rdb, struct packed *packed, enum rdb_shape shape,
          struct item *item)
{
    static const enum item_kind kinds[] = {
        [RDB_SHAPE_LIST] = ITEM_ELEMENT, [RDB_SHAPE_SET] = ITEM_MEMBER,
        [RDB_SHAPE_ZSET] = ITEM_MEMBER,  [RDB_SHAPE_HASH] = ITEM_FIELD,
        [RDB_SHAPE_HASH_EX] = ITEM_FIELD,
    };
    item->kind = kinds[shape];
    enum status status = rdb_packed_text(rdb, packed, item, 0);
    if (status != STATUS_OK || shape < RDB_SHAPE_ZSET)
        return status;
    status = rdb_packed_text(rdb, packed, item, 1);
    if (status == STATUS_OK && shape == RDB_SHAPE_HASH_EX)
        status = field_expiry(rdb, packed, item);
    if (status == STATUS_END) {
        rdb_value_bad(rdb, FINDING_ODD_COUNT, rdb->blob_string.offset,
                      "%s: the last entry has no partner",
                      packed_name(packed->kind));
        return STATUS_BAD;
    }
    if (status == STATUS_OK && shape == RDB_SHAPE_ZSET)
        member_score(rdb, item);
    return status;
}

static bool
walk_items(struct rdb *rdb, enum node_kind kind, enum rdb_shape shape)
{
    struct packed packed;
    enum status status =
        packed_open(&packed, kind, rdb->blob, rdb->blob_string.size);
    bool opened = status == STATUS_OK;
    while (status == STATUS_OK && rdb->visitor != NULL) {
        struct item item = { .kind = ITEM_ELEMENT };
        status = next_item(rdb, &packed, shape, &item);
        if (status == STATUS_OK)
            rdb_item(rdb, &item);
    }
    if (!reader_ok(rdb->reader))
        return false;
    if (status == STATUS_END)
        rdb_packed_faults(rdb, &packed);
    else if (rdb->visitor != NULL)
        rdb_blob_bad(rdb, &packed, opened);
    return true;
}

bool
rdb_packed(struct rdb *rdb, enum node_kind kind, enum rdb_shape shape)
{
    struct rdb_string string;
    struct node node = { .kind = kind };
    if (!rdb_string_open(rdb, &string))
        return false;
    if (rdb->visitor == NULL)
        return rdb_string_skip(rdb, &string);
    if (!rdb_packed_header(rdb, &string, rdb_packed_code(kind, false), &node))
        return false;
    if (kind == NODE_INTSET && node.count == 0 && rdb->visitor != NULL)
        rdb_finding(rdb, FINDING_INTSET_SHALLOW, string.offset,
                    "an intset without values");
    if (!rdb_node(rdb, &node))
        return rdb_string_skip(rdb, &string);
    if (!rdb_blob_open(rdb, &string))
        return false;
    if (rdb->visitor != NULL && !walk_items(rdb, kind, shape))
        return false;
    return rdb_blob_close(rdb);
}
