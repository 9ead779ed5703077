/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A hash is a packed blob of field, value, field, value ..., or a table:
 *
 *     [dict] -> [slots] -> [entry] -+-> [sds field]
 *                                   `-> [sds value]
 *
 * A hash whose fields may expire is a blob in threes with a struct in front,
 * or a table and an index of the fields by expiry.
 *
 * Facts from rdb.c rdbLoadObject RDB_TYPE_HASH*, and t_hash.c hashTypeConvert:
 * a hash whose fields are read one by one becomes a table at the first one
 * that is too long.
 */
#include <stdlib.h>

#include "base/xalloc.h"
#include "model/cost-table.h"
#include "model/ebuckets.h"
#include "model/hash-field.h"
#include "model/packed-size.h"
#include "model/vset.h"

enum hash_form { HASH_ITEMS, HASH_BLOB, HASH_TABLE };

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
    uint64_t blob;      /* HASH_BLOB: bytes of it */
    struct packed_size packed; /* HASH_ITEMS: all of them */
    struct cost_table table;

    /* Fields of a hash that is still packed, kept because a later one may turn
     * it into a table.  At most a threshold's worth is ever held. */
    struct hash_field *held;
    size_t held_count;
    size_t held_capacity;

    struct ebuckets ebuckets; /* FIELD_TTL_LISTPACKEX */
    struct vset vset;         /* FIELD_TTL_TABLE */
};

static bool
is_listpackex(const struct cost *cost)
{
    const struct hash_cost *state = cost->state;
    return state->field_ttl &&
           cost->server->field_ttl == FIELD_TTL_LISTPACKEX;
}

static unsigned
hash_begin(struct cost *cost, const struct key *key)
{
    struct hash_cost *state = cost->state;
    state->form = HASH_ITEMS;
    state->field_ttl = key->type_byte >= TYPE_BYTE_TTL &&
                       key->type_byte <= TYPE_BYTE_TTL_PACKED;
    state->whole_blob = false;
    state->any_length = false;
    state->entries = key->type_byte == TYPE_BYTE_TTL_PACKED_RC ||
                             key->type_byte == TYPE_BYTE_TTL_PACKED
                         ? 3
                         : 2;
    state->announced = 0;
    state->fields = 0;
    state->held_count = 0;
    packed_size_begin(&state->packed, cost);
    cost_table_begin(&state->table, cost, cost->server->hash_table);
    if (state->field_ttl) {
        ebuckets_clear(&state->ebuckets);
        vset_clear(&state->vset, cost->profile->bits == 32);
        if (cost->server->field_ttl == FIELD_TTL_TABLE)
            state->form = HASH_TABLE;
    }
    return 0;
}

static uint64_t
limit_of(const struct cost *cost)
{
    return (uint64_t)cost->profile->settings.hash_max_listpack_entries;
}

/* A table from the start is an empty packed hash that was converted; Redis
 * makes no room ahead for fields that may expire. */
static void
hash_count(struct cost *cost, uint64_t count)
{
    struct hash_cost *state = cost->state;
    enum presize_rule presize = cost->server->presize;
    state->announced = count;
    if (state->form != HASH_TABLE && count <= limit_of(cost))
        return;
    state->form = HASH_TABLE;
    if (presize >= PRESIZE_PACKED_HASHES)
        cost_table_expand(&state->table, 0);
    if (presize >= PRESIZE_ZSETS && !is_listpackex(cost))
        cost_table_reserve(&state->table, count);
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
           (!state->field_ttl || is_listpackex(cost));
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
    if (cost->memory && !kept) {
        packed_size_reserve(&state->packed, node->size);
        return true;
    }
    state->form = HASH_BLOB;
    return false;
}

/* ---- fields of a table ---- */

static void
add_expiry(struct cost *cost, uint64_t ms)
{
    struct hash_cost *state = cost->state;
    if (is_listpackex(cost))
        ebuckets_add(&state->ebuckets, ms);
    else
        vset_add(&state->vset, ms);
}

static inline void
book_field(struct cost *cost, const struct hash_field *field)
{
    hash_field_book(cost, field);
    if (field->expires)
        add_expiry(cost, field->expire_ms);
}

static int
compare_expiry(const void *a, const void *b)
{
    uint64_t left = ((const struct hash_field *)a)->expire_ms;
    uint64_t right = ((const struct hash_field *)b)->expire_ms;
    return (left > right) - (left < right);
}

/* A table for what was read so far; where fields may expire, they were packed
 * in the order of their expiry.  For the fields of one blob it is made once
 * all are known. */
static void
become_table(struct cost *cost)
{
    struct hash_cost *state = cost->state;
    state->form = HASH_TABLE;
    if (is_listpackex(cost) && !state->whole_blob && state->held_count > 0)
        qsort(state->held, state->held_count, sizeof(state->held[0]),
              compare_expiry);
    for (size_t i = 0; i < state->held_count; i++)
        book_field(cost, &state->held[i]);
    state->held_count = 0;
    if (state->whole_blob)
        return;
    if (cost->server->presize >= PRESIZE_PACKED_HASHES)
        cost_table_expand(&state->table, state->fields);
    cost_table_fill(&state->table, state->fields);
}

/* Room for the fields behind the one that is too much, which is not counted
 * yet. */
static void
reserve_rest(struct cost *cost)
{
    struct hash_cost *state = cost->state;
    enum presize_rule presize = cost->server->presize;
    uint64_t read = state->fields + 1;
    if (presize < PRESIZE_ZSETS || state->announced < read)
        return;
    cost_table_reserve(&state->table, presize >= PRESIZE_WHOLE_HASHES
                                          ? state->announced
                                          : state->announced - read);
}

/* first: the one that is too much.  It comes before the room for the rest is
 * made, in a hash whose fields may expire after that. */
static void
add_to_table(struct cost *cost, const struct item *item, bool first)
{
    struct hash_cost *state = cost->state;
    if (!state->whole_blob) {
        if (first && state->field_ttl)
            reserve_rest(cost);
        cost_table_add(&state->table);
        if (first && !state->field_ttl)
            reserve_rest(cost);
    }
    struct hash_field field = hash_field_of(cost, item, state->whole_blob);
    book_field(cost, &field);
}

/* ---- fields of a packed hash ---- */

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
           state->packed.bytes + item->text.size + item->value.size >
               LISTPACK_MAX;
}

static void
hold(struct cost *cost, const struct item *item)
{
    struct hash_cost *state = cost->state;
    if (state->held_count == state->held_capacity) {
        state->held_capacity =
            state->held_capacity ? 2 * state->held_capacity : 64;
        state->held = xreallocarray(state->held, state->held_capacity,
                                    sizeof(state->held[0]));
    }
    state->held[state->held_count++] = hash_field_of(cost, item, true);
}

static void
add_to_packed(struct cost *cost, const struct item *item)
{
    struct hash_cost *state = cost->state;
    packed_size_add(&state->packed, &item->text);
    packed_size_add(&state->packed, &item->value);
    if (!is_listpackex(cost))
        return;
    struct text expiry =
        text_of_integer(item->has_expiry ? item->expire_ms : 0);
    packed_size_add(&state->packed, &expiry);
}

static void
hash_item(struct cost *cost, const struct item *item)
{
    struct hash_cost *state = cost->state;
    bool first = state->form != HASH_TABLE && is_too_much(cost, item);
    if (first)
        become_table(cost);
    if (cost->memory && state->form == HASH_TABLE) {
        add_to_table(cost, item, first);
    } else if (cost->memory) {
        hold(cost, item);
        if (state->form == HASH_ITEMS)
            add_to_packed(cost, item);
    }
    state->fields++;
}

/* ---- the end ---- */

static uint64_t
struct_size(const struct cost *cost)
{
    const struct hash_cost *state = cost->state;
    if (state->table.layout == TABLE_HASHTABLE)
        return cost->prices->hashtable_hash;
    return state->field_ttl ? cost->prices->dict_hash_ttl
                            : cost->prices->dict_hash;
}

static void
book_table(struct cost *cost)
{
    struct hash_cost *state = cost->state;
    if (state->whole_blob) {
        if (cost->server->presize >= PRESIZE_PACKED_HASHES)
            cost_table_expand(&state->table, state->fields);
        cost_table_fill(&state->table, state->fields);
    }
    cost_table_book(cost, &state->table, struct_size(cost));
    if (!state->field_ttl)
        return;
    if (is_listpackex(cost))
        ebuckets_book(cost, &state->ebuckets);
    else
        vset_book(cost, &state->vset);
}

static enum encoding
encoding_of(const struct cost *cost)
{
    const struct hash_cost *state = cost->state;
    if (state->form == HASH_TABLE)
        return ENCODING_HASHTABLE;
    if (is_listpackex(cost))
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
    if (state->form == HASH_TABLE) {
        book_table(cost);
        return;
    }
    cost_block(cost, BLOCK_PACKED,
               state->form == HASH_BLOB ? state->blob
                                        : packed_size_block(&state->packed),
               1);
    if (is_listpackex(cost))
        cost_block(cost, BLOCK_LISTPACKEX, cost->prices->listpackex, 1);
}

static void
hash_fini(void *state)
{
    struct hash_cost *hash = state;
    free(hash->held);
    ebuckets_fini(&hash->ebuckets);
    vset_fini(&hash->vset);
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
