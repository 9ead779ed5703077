/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/value-zset.h"

#include <math.h>

#include "keyspace/packed-value.h"
#include "keyspace/zset-pack.h"

enum {
    TYPE_BYTE_TABLE = 5,
    TYPE_BYTE_PACKED = 17,
};

static struct zset_members *
members_in(const struct value *value)
{
    return value->object;
}

static void
become_table(struct store *store, struct value *value)
{
    char room[TEXT_DIGITS];
    struct zset_member member;
    struct value_zset_cursor cursor;
    struct zset_members *members = pool_alloc(&store->pool, sizeof(*members));
    *members = (struct zset_members){ .order = { .count = 0 } };
    blocks_init(&members->blocks, &zset_block_kind);
    value_zset_seek(&cursor, value, 0);
    while (value_zset_next(&cursor, room, &member))
        (void)zset_block_add(store, members, member.name, member.score);
    value_free_bytes(store, value);
    value->object = members;
    value->size = 0;
    value->form = ZSET_TABLE;
}

/* --- members --- */

uint64_t
value_zset_count(const struct value *value)
{
    return value->form == ZSET_TABLE
               ? members_in(value)->order.count
               : packed_value_get(value).count / ZSET_PACK_STRIDE;
}

bool
value_zset_score(const struct store *store, const struct value *value,
                 struct bytes member, double *score)
{
    if (value->form == ZSET_TABLE) {
        const void *block = zset_block_find(store, members_in(value), member);
        if (block != NULL)
            *score = zset_block_score(block);
        return block != NULL;
    }
    struct pack pack = packed_value_get(value);
    uint32_t at = zset_pack_find(&pack, member);
    if (at == pack_end(&pack))
        return false;
    *score = zset_pack_score(&pack, at);
    return true;
}

/* Leaves the listpack for one member too many, or one that is too long: of a
 * blob that is loaded, only one that no listpack can hold. */
static void
make_room(struct store *store, struct value *value, struct bytes member,
          bool blob)
{
    uint64_t most = blob ? UINT64_MAX : store->limits.settings.zset_value;
    if (value->form == ZSET_TABLE)
        return;
    struct pack pack = packed_value_get(value);
    if (value_zset_count(value) >= store->limits.settings.zset_entries ||
        member.size > most || !pack_fits(&pack, member.size))
        become_table(store, value);
}

static void
add_packed(struct store *store, struct value *value, struct bytes member,
           double score)
{
    struct pack pack = packed_value_get(value);
    zset_pack_add(store, &pack, member, score);
    packed_value_put(value, &pack);
}

static bool
remove_packed(struct store *store, struct value *value, struct bytes member)
{
    struct pack pack = packed_value_get(value);
    uint32_t at = zset_pack_find(&pack, member);
    if (at == pack_end(&pack))
        return false;
    zset_pack_remove(store, &pack, at);
    packed_value_put(value, &pack);
    return true;
}

static enum value_change
add(struct store *store, struct value *value, struct bytes member, double score,
    bool blob)
{
    make_room(store, value, member, blob);
    if (value->form == ZSET_TABLE)
        return zset_block_add(store, members_in(value), member, score)
                   ? VALUE_ADDED
                   : VALUE_REFUSED;
    add_packed(store, value, member, score);
    return VALUE_ADDED;
}

static void
rescore(struct store *store, struct value *value, struct bytes member,
        double score)
{
    if (value->form == ZSET_TABLE) {
        zset_block_rescore(store, members_in(value),
                           zset_block_find(store, members_in(value), member),
                           score);
        return;
    }
    (void)remove_packed(store, value, member);
    add_packed(store, value, member, score);
}

enum value_change
value_zset_add(struct store *store, struct value *value, struct bytes member,
               double score, unsigned conditions, bool *is_nan)
{
    double old;
    bool invalid = false;
    if (member.size > VALUE_TEXT_MOST)
        return VALUE_REFUSED;
    bool found = value_zset_score(store, value, member, &old);
    if (found && (conditions & ZSET_INCREMENT) != 0) {
        score += old;
        invalid = isnan(score);
    }
    if (is_nan != NULL)
        *is_nan = invalid;
    if (invalid ||
        (conditions & (found ? ZSET_IF_ABSENT : ZSET_IF_PRESENT)) != 0)
        return VALUE_SAME;
    if (!found)
        return add(store, value, member, score, false);
    if (score == old || ((conditions & ZSET_IF_LESS) != 0 && score > old) ||
        ((conditions & ZSET_IF_GREATER) != 0 && score < old))
        return VALUE_SAME;
    rescore(store, value, member, score);
    return VALUE_CHANGED;
}

bool
value_zset_remove(struct store *store, struct value *value, struct bytes member)
{
    if (value->form == ZSET_PACKED)
        return remove_packed(store, value, member);
    struct zset_members *members = members_in(value);
    void *block = zset_block_find(store, members, member);
    if (block != NULL)
        zset_block_remove(store, members, block);
    return block != NULL;
}

enum value_change
value_zset_load(struct store *store, struct value *value, struct bytes member,
                double score, bool blob)
{
    double old;
    if (member.size > VALUE_TEXT_MOST)
        return VALUE_REFUSED;
    if (value_zset_score(store, value, member, &old))
        return VALUE_SAME;
    return add(store, value, member, score, blob);
}

/* --- whole tables --- */

void
value_zset_open_table(struct store *store, struct value *value)
{
    become_table(store, value);
}

static bool
may_be_packed(const struct store *store, const struct value *value)
{
    char room[TEXT_DIGITS];
    struct zset_member member;
    struct value_zset_cursor cursor;
    if (value->form != ZSET_TABLE ||
        value_zset_count(value) > store->limits.settings.zset_entries)
        return false;
    value_zset_seek(&cursor, value, 0);
    while (value_zset_next(&cursor, room, &member))
        if (member.name.size > store->limits.settings.zset_value)
            return false;
    return true;
}

void
value_zset_close_table(struct store *store, struct value *value)
{
    char room[TEXT_DIGITS];
    struct zset_member member;
    struct value_zset_cursor cursor;
    struct pack pack;
    if (!may_be_packed(store, value))
        return;
    pack_init(&store->pool, &pack);
    value_zset_seek(&cursor, value, 0);
    while (value_zset_next(&cursor, room, &member))
        zset_pack_insert(store, &pack, pack_end(&pack), member.name,
                         member.score);
    value_zset.fini(store, value);
    packed_value_put(value, &pack);
    value->form = ZSET_PACKED;
}

/* --- ranges --- */

static uint64_t
rank_of(const struct value *value, const struct zset_border *border)
{
    uint64_t rank;
    if (value->form == ZSET_TABLE) {
        const struct ordered *order = &members_in(value)->order;
        return ordered_rank(order,
                            ordered_find(order, border, zset_block_compare));
    }
    struct pack pack = packed_value_get(value);
    (void)zset_pack_seek(&pack, border, &rank);
    return rank;
}

static struct zset_ranks
ranks_of(uint64_t first, uint64_t end)
{
    return (struct zset_ranks) { first, end < first ? first : end };
}

struct zset_ranks
value_zset_by_rank(const struct value *value, int64_t start, int64_t stop)
{
    int64_t count = (int64_t)value_zset_count(value);
    if (start < 0)
        start = start + count > 0 ? start + count : 0;
    if (stop < 0)
        stop += count;
    if (stop >= count)
        stop = count - 1;
    return start > stop ? ranks_of(0, 0)
                        : ranks_of((uint64_t)start, (uint64_t)stop + 1);
}

struct zset_ranks
value_zset_by_score(const struct value *value, struct zset_score_end from,
                    struct zset_score_end to)
{
    struct zset_border first = { .by = ZSET_BORDER_SCORE,
                                 .score = from.score,
                                 .behind = from.exclusive };
    struct zset_border end = { .by = ZSET_BORDER_SCORE,
                               .score = to.score,
                               .behind = !to.exclusive };
    return ranks_of(rank_of(value, &first), rank_of(value, &end));
}

static uint64_t
rank_of_end(const struct value *value, struct zset_member_end end, bool behind)
{
    struct zset_border border = { .by = ZSET_BORDER_NAME,
                                  .name = end.member,
                                  .behind = behind };
    if (end.kind == ZSET_BELOW_ALL)
        return 0;
    return end.kind == ZSET_ABOVE_ALL ? value_zset_count(value)
                                      : rank_of(value, &border);
}

struct zset_ranks
value_zset_by_member(const struct value *value, struct zset_member_end from,
                     struct zset_member_end to)
{
    return ranks_of(rank_of_end(value, from, from.kind == ZSET_BESIDE),
                    rank_of_end(value, to, to.kind == ZSET_AT));
}

uint64_t
value_zset_remove_ranks(struct store *store, struct value *value,
                        struct zset_ranks ranks)
{
    uint64_t count = ranks.end - ranks.first;
    if (value->form == ZSET_PACKED) {
        struct pack pack = packed_value_get(value);
        zset_pack_remove_ranks(store, &pack, ranks.first, count);
        packed_value_put(value, &pack);
    } else {
        zset_block_remove_ranks(store, members_in(value), ranks.first, count);
    }
    return count;
}

/* --- walking --- */

void
value_zset_seek(struct value_zset_cursor *cursor, const struct value *value,
                uint64_t rank)
{
    *cursor = (struct value_zset_cursor) { .value = value };
    if (value->form == ZSET_TABLE) {
        struct ordered_place place =
            ordered_seek(&members_in(value)->order, rank);
        cursor->block = place.block;
        cursor->at = place.at;
    } else {
        struct pack pack = packed_value_get(value);
        cursor->at = pack_seek(&pack, (uint32_t)rank * ZSET_PACK_STRIDE);
    }
}

static void
get_block(const void *block, struct zset_member *member)
{
    *member = (struct zset_member) { zset_block_name(block),
                                     zset_block_score(block) };
}

bool
value_zset_next(struct value_zset_cursor *cursor, char room[TEXT_DIGITS],
                struct zset_member *member)
{
    const struct value *value = cursor->value;
    if (value->form == ZSET_PACKED) {
        struct pack pack = packed_value_view(value);
        if (cursor->at == pack_end(&pack))
            return false;
        cursor->at = zset_pack_get(&pack, cursor->at, room, member);
        return true;
    }
    const struct ordered *order = &members_in(value)->order;
    struct ordered_place place = { cursor->block, cursor->at };
    const void *block = ordered_item(order, place);
    if (block == NULL)
        return false;
    get_block(block, member);
    ordered_forward(order, &place);
    cursor->block = place.block;
    cursor->at = place.at;
    return true;
}

bool
value_zset_previous(struct value_zset_cursor *cursor, char room[TEXT_DIGITS],
                    struct zset_member *member)
{
    const struct value *value = cursor->value;
    if (value->form == ZSET_PACKED) {
        struct pack pack = packed_value_view(value);
        if (cursor->at == pack_first())
            return false;
        cursor->at = pack_previous(&pack, pack_previous(&pack, cursor->at));
        (void)zset_pack_get(&pack, cursor->at, room, member);
        return true;
    }
    const struct ordered *order = &members_in(value)->order;
    struct ordered_place place = { cursor->block, cursor->at };
    if (!ordered_back(order, &place))
        return false;
    get_block(ordered_item(order, place), member);
    cursor->block = place.block;
    cursor->at = place.at;
    return true;
}

/* --- what all values have --- */

static void
zset_init(struct store *store, struct value *value)
{
    packed_value_init(store, value);
    value->form = ZSET_PACKED;
}

static void
zset_fini(struct store *store, struct value *value)
{
    if (value->form == ZSET_PACKED) {
        value_free_bytes(store, value);
        return;
    }
    struct zset_members *members = members_in(value);
    ordered_fini(&store->pool, &members->order);
    blocks_fini(store, &members->blocks);
    pool_free(&store->pool, members, sizeof(*members));
}

static bool
copy_members(struct store *store, struct value *copy,
             const struct zset_members *from)
{
    struct zset_members *members = pool_alloc(&store->pool, sizeof(*members));
    copy->object = members;
    if (zset_block_copy(store, members, from))
        return true;
    pool_free(&store->pool, members, sizeof(*members));
    return false;
}

static bool
zset_copy(struct store *store, struct value *copy, const struct value *value)
{
    return value->form == ZSET_PACKED
               ? value_copy_bytes(store, copy, value)
               : copy_members(store, copy, members_in(value));
}

static void
zset_relocate(struct store *store, struct value *value)
{
    if (value->form == ZSET_PACKED) {
        value_relocate_bytes(store, value);
        return;
    }
    value->object =
        pool_move(&store->pool, value->object, sizeof(struct zset_members));
    zset_block_relocate(store, members_in(value));
}

static bool
zset_is_empty(const struct value *value)
{
    return value_zset_count(value) == 0;
}

static unsigned char
zset_type_byte(const struct value *value)
{
    return value->form == ZSET_TABLE ? TYPE_BYTE_TABLE : TYPE_BYTE_PACKED;
}

/* Dumps begin with the highest score (rdb.c rdbSaveObject). */
static void
zset_walk(struct store *store, const struct value *value,
          struct visitor *visitor)
{
    char room[TEXT_DIGITS];
    struct zset_member member;
    struct value_zset_cursor cursor;
    (void)store;
    if (value->form == ZSET_PACKED) {
        struct pack pack = packed_value_get(value);
        zset_pack_walk(&pack, visitor);
        return;
    }
    visitor->ops->count(visitor, value_zset_count(value));
    value_zset_seek(&cursor, value, value_zset_count(value));
    while (value_zset_previous(&cursor, room, &member)) {
        struct item item = { .kind = ITEM_MEMBER, .score = member.score };
        item.text = text_of_bytes(member.name.data, member.name.size);
        visitor->ops->item(visitor, &item);
    }
}

const struct value_ops value_zset = {
    .init = zset_init,
    .fini = zset_fini,
    .copy = zset_copy,
    .relocate = zset_relocate,
    .is_empty = zset_is_empty,
    .type_byte = zset_type_byte,
    .walk = zset_walk,
};
