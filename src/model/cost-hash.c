/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A hash is a packed blob of field, value, field, value ..., or a table:
 *
 *     [dict] -> [slots] -> [entry] -+-> [sds field]
 *                                   `-> [sds value]
 *
 * Facts from rdb.c rdbLoadObject RDB_TYPE_HASH*, and Redis 7.2 t_hash.c
 * hashTypeConvertListpack: a hash that becomes a table while its fields are
 * read has its dict sized by the fields read so far, then resized by the
 * number of fields that are left.
 */
#include "model/cost-dict.h"
#include "packed/packed.h"

enum hash_form { HASH_ITEMS, HASH_BLOB, HASH_TABLE };

/* The loader resizes a dict for more entries than DICT_HT_INITIAL_SIZE. */
enum { MORE_THAN = 4 };

/* Type bytes of hashes whose fields may expire, and of those of them that are
 * packed (entries in threes). */
enum {
    TYPE_BYTE_TTL = 22,
    TYPE_BYTE_TTL_PACKED_RC = 23,
    TYPE_BYTE_TTL_PACKED = 25,
};

struct hash_cost {
    enum hash_form form;
    bool field_ttl;     /* a type byte that only servers with field TTLs know */
    bool whole_blob;    /* the fields of one blob: judged as a whole */
    bool any_length;    /* they may be of any length and stay packed */
    unsigned entries;   /* of a blob, for each field */
    uint64_t announced; /* fields, by the count before them */
    uint64_t fields;
    uint64_t packed;    /* bytes of a listpack of all */
    uint64_t blob;      /* HASH_BLOB: bytes of it */
    struct cost_dict dict;
    struct cost_lengths lengths; /* field, value, field, value ... */
};

static unsigned
hash_begin(struct cost *cost, const struct key *key)
{
    struct hash_cost *state = cost->state;
    struct cost_lengths lengths = state->lengths;
    lengths.count = 0;
    *state = (struct hash_cost){ .packed = LISTPACK_EMPTY,
                                 .entries = 2,
                                 .lengths = lengths };
    state->field_ttl = key->type_byte >= TYPE_BYTE_TTL &&
                       key->type_byte <= TYPE_BYTE_TTL_PACKED;
    if (key->type_byte == TYPE_BYTE_TTL_PACKED_RC ||
        key->type_byte == TYPE_BYTE_TTL_PACKED)
        state->entries = 3;
    if (state->field_ttl && cost->server->field_ttl == FIELD_TTL_TABLE)
        state->form = HASH_TABLE;
    return 0;
}

static uint64_t
limit_of(const struct cost *cost)
{
    return (uint64_t)cost->profile->settings.hash_max_listpack_entries;
}

/* The first table is made for no field; the count then makes a second, which
 * the first insertion leaves alone. */
static void
hash_count(struct cost *cost, uint64_t count)
{
    struct hash_cost *state = cost->state;
    state->announced = count;
    if (state->form != HASH_TABLE && count <= limit_of(cost))
        return;
    state->form = HASH_TABLE;
    cost_dict_expand(&state->dict, 0);
    if (count > MORE_THAN)
        cost_dict_expand(&state->dict, count);
}

/* Whether the server keeps such a blob as it is in the file. */
static bool
is_kept(const struct cost *cost, enum node_kind kind)
{
    const struct hash_cost *state = cost->state;
    if (kind == NODE_ZIPLIST)
        return cost->server->packed == PACKED_ZIPLIST;
    return kind == NODE_LISTPACK &&
           cost->server->packed == PACKED_LISTPACK &&
           (!state->field_ttl ||
            cost->server->field_ttl == FIELD_TTL_LISTPACKEX);
}

/* A blob stays one by its number of fields alone; only of a zipmap the lengths
 * matter too. */
static bool
hash_node(struct cost *cost, const struct node *node)
{
    struct hash_cost *state = cost->state;
    bool kept = is_kept(cost, node->kind);
    state->whole_blob = true;
    state->any_length = node->kind != NODE_ZIPMAP;
    state->blob = node->size;
    if (state->form == HASH_TABLE)
        return cost->memory;
    if (node->kind == NODE_ZIPMAP || node->count == NODE_COUNT_UNKNOWN) {
        state->form = kept ? HASH_BLOB : HASH_ITEMS;
        return true;
    }
    if (node->count / state->entries > limit_of(cost)) {
        state->form = HASH_TABLE;
        return cost->memory;
    }
    if (cost->memory && !kept)
        return true;
    state->form = HASH_BLOB;
    return false;
}

/* A table for what was read so far.  For the fields of one blob it is made
 * once all are known; in a hash read field by field the one that is too much
 * comes first, then room is made for those behind it. */
static void
become_table(struct cost *cost)
{
    struct hash_cost *state = cost->state;
    cost_lengths_book(cost, &state->lengths, BLOCK_FIELD, BLOCK_FIELD_VALUE);
    state->form = HASH_TABLE;
    if (state->whole_blob)
        return;
    cost_dict_expand(&state->dict, state->fields);
    for (uint64_t i = 0; i < state->fields; i++)
        cost_dict_add(&state->dict);
}

static bool
is_too_much(const struct cost *cost, const struct item *item)
{
    const struct hash_cost *state = cost->state;
    uint64_t longest =
        (uint64_t)cost->profile->settings.hash_max_listpack_value;
    if (state->fields >= limit_of(cost))
        return true;
    if (state->any_length)
        return false;
    return item->text.size > longest || item->value.size > longest ||
           state->packed + item->text.size + item->value.size > LISTPACK_MAX;
}

/* first: the one that made it a table, behind which the loader makes room for
 * the rest. */
static void
add_to_table(struct cost *cost, const struct item *item, bool first)
{
    struct hash_cost *state = cost->state;
    if (!cost->memory)
        return;
    if (!state->whole_blob) {
        cost_dict_add(&state->dict);
        if (first && state->announced > state->fields + 1 + MORE_THAN)
            cost_dict_expand(&state->dict,
                             state->announced - state->fields - 1);
    }
    cost_block(cost, BLOCK_FIELD, cost_sds(cost, item->text.size), 1);
    cost_block(cost, BLOCK_FIELD_VALUE, cost_sds(cost, item->value.size), 1);
}

static void
hash_item(struct cost *cost, const struct item *item)
{
    struct hash_cost *state = cost->state;
    bool first = state->form != HASH_TABLE && is_too_much(cost, item);
    if (first)
        become_table(cost);
    if (state->form == HASH_TABLE) {
        add_to_table(cost, item, first);
    } else if (cost->memory) {
        cost_lengths_add(&state->lengths, item->text.size);
        cost_lengths_add(&state->lengths, item->value.size);
        if (state->form == HASH_ITEMS)
            state->packed += listpack_entry_size(&item->text) +
                             listpack_entry_size(&item->value);
    }
    state->fields++;
}

static void
book_table(struct cost *cost)
{
    struct hash_cost *state = cost->state;
    if (state->whole_blob)
        cost_dict_book_sized(cost, state->fields);
    else
        cost_dict_book(cost, &state->dict);
    cost_block(cost, BLOCK_DICT_ENTRY, cost->prices->entry, state->fields);
}

static enum encoding
encoding_of(const struct cost *cost)
{
    const struct hash_cost *state = cost->state;
    if (state->form == HASH_TABLE)
        return ENCODING_HASHTABLE;
    if (state->field_ttl && cost->server->field_ttl == FIELD_TTL_LISTPACKEX)
        return ENCODING_LISTPACKEX;
    return cost->server->packed == PACKED_LISTPACK ? ENCODING_LISTPACK
                                                   : ENCODING_ZIPLIST;
}

static void
hash_end(struct cost *cost)
{
    struct hash_cost *state = cost->state;
    cost->encoding = encoding_of(cost);
    if (!cost->memory)
        return;
    if (state->form == HASH_TABLE)
        book_table(cost);
    else
        cost_block(cost, BLOCK_PACKED,
                   state->form == HASH_BLOB ? state->blob : state->packed, 1);
}

static void
hash_fini(void *state)
{
    cost_lengths_fini(&((struct hash_cost *)state)->lengths);
}

const struct cost_ops cost_hash = {
    .state_size = sizeof(struct hash_cost),
    .begin = hash_begin,
    .node = hash_node,
    .count = hash_count,
    .item = hash_item,
    .end = hash_end,
    .fini = hash_fini,
};
