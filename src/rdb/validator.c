/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One set of hashes serves a whole value: members, fields, the ids of stream
 * nodes, names of groups and consumers, pending ids.  A salt keeps them apart.
 */
#include "rdb/validator.h"

#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/sample-set.h"
#include "base/xalloc.h"

enum {
    SET_BYTES = 16 * 1024 * 1024,
    /* Defaults of hash-max-listpack-entries and -value since Redis 2.6 (there
     * -ziplist-); a table refuses a field that stands twice. */
    PACKED_ENTRIES = 512,
    PACKED_VALUE = 64,
};

enum salt {
    SALT_NAME,
    SALT_NODE,
    SALT_GROUP,
    SALT_CONSUMER,
    SALT_PENDING,
    SALT_OWNED,
    SALT_INDEX,
};

struct validator {
    struct visitor visitor;
    struct rdb *rdb;
    struct sample_set seen;
    XXH3_state_t *hash;      /* of a text that comes in parts */
    bool hashing;
    uint64_t elements;
    uint64_t announced;      /* elements, by the value's own count */
    bool is_table;           /* a hash that every loader makes a table of */
    struct buffer last;      /* member of the packed zset entry before */
    double last_score;
    bool unsorted;           /* reported once a value */
    int64_t last_expiry;
    bool no_expiry_seen;
    bool expiry_unsorted;
    uint64_t group;          /* number of the current group */
    uint64_t pending;        /* distinct ids in its list */
    uint64_t owned;          /* of these, with a consumer, or nacked */
};

static void
found(struct validator *v, enum finding_code code, const char *words)
{
    rdb_finding(v->rdb, code, reader_offset(v->rdb->reader), "%s", words);
}

/* The salt is hashed as the id is: as a seed it would meet the same bits of an
 * id as small as itself, and two ids could change places with it. */
static uint64_t
hash_id(const struct stream_id *id, uint64_t salt)
{
    const uint64_t words[] = { id->ms, id->seq, salt };
    return XXH3_64bits(words, sizeof(words));
}

/* The hash of a text, parts that went before included. */
static uint64_t
hash_text(struct validator *v, const struct text *text, uint64_t salt)
{
    char room[TEXT_DIGITS];
    if (text->kind == TEXT_PARTS && v->hashing) {
        v->hashing = false;
        return XXH3_64bits_digest(v->hash) ^ salt;
    }
    struct bytes bytes = text_bytes(text, room);
    return XXH3_64bits(bytes.data, bytes.size) ^ salt;
}

static bool
is_twice(struct validator *v, uint64_t hash)
{
    return sample_set_add(&v->seen, hash) == SAMPLE_SEEN;
}

/* --- members and fields --- */

/* How loaders take a name that stands twice depends on the encoding. */
static enum finding_code
duplicate_code(const struct key *key, bool is_table)
{
    switch (key->type_byte) {
    case 2:
    case 3:
    case 5:
        return FINDING_DUPLICATE_MEMBER;
    case 9:
    case 12:
    case 13:
        return FINDING_DUPLICATE_OLD;
    case 16:
    case 17:
    case 20:
    case 25:
        return FINDING_DUPLICATE_PACKED;
    default:
        return is_table ? FINDING_DUPLICATE_TABLE : FINDING_DUPLICATE_FIELD;
    }
}

static bool
is_packed_zset(const struct key *key)
{
    return key->type_byte == 12 || key->type_byte == 17;
}

static void
check_order(struct validator *v, const struct item *item)
{
    char room[TEXT_DIGITS];
    struct bytes member = text_bytes(&item->text, room);
    bool ordered =
        v->elements == 0 || v->last_score < item->score ||
        (v->last_score == item->score &&
         bytes_compare(buffer_bytes(&v->last), member) <= 0);
    if (!ordered && !v->unsorted) {
        v->unsorted = true;
        found(v, FINDING_ZSET_UNSORTED, "members are not sorted by score");
    }
    v->last_score = item->score;
    buffer_clear(&v->last);
    buffer_append(&v->last, member.data, member.size);
}

/* In a listpack with expiries the soonest comes first, fields without one
 * last. */
static void
check_expiry_order(struct validator *v, const struct item *item)
{
    bool ordered = item->has_expiry ? !v->no_expiry_seen &&
                                          item->expire_ms >= v->last_expiry
                                    : true;
    if (!ordered && !v->expiry_unsorted) {
        v->expiry_unsorted = true;
        found(v, FINDING_FIELD_TTL_ORDER,
              "fields are not sorted by their expiry");
    }
    if (item->has_expiry)
        v->last_expiry = item->expire_ms;
    else
        v->no_expiry_seen = true;
}

static void
check_named(struct validator *v, const struct item *item)
{
    const struct key *key = &v->rdb->key;
    bool twice = is_twice(v, hash_text(v, &item->text, SALT_NAME));
    v->is_table = v->is_table || v->announced > PACKED_ENTRIES ||
                  item->text.size > PACKED_VALUE ||
                  item->value.size > PACKED_VALUE;
    if (twice)
        found(v, duplicate_code(key, v->is_table),
              item->kind == ITEM_FIELD ? "a field stands twice"
                                       : "a member stands twice");
    if (is_packed_zset(key))
        check_order(v, item);
    if (key->type_byte == 25)
        check_expiry_order(v, item);
    v->elements++;
}

/* --- streams --- */

static uint64_t
group_salt(const struct validator *v, enum salt salt)
{
    return v->group * 16 + (uint64_t)salt;
}

static void
end_group(struct validator *v)
{
    if (v->seen.halvings == 0 && v->owned < v->pending)
        found(v, FINDING_STREAM_DEEP,
              "a pending entry of a group belongs to no consumer");
    v->pending = v->owned = 0;
}

static void
check_owned(struct validator *v, const struct item *item)
{
    uint64_t hash = hash_id(&item->id, group_salt(v, SALT_PENDING));
    if (sample_set_find(&v->seen, hash) == SAMPLE_NEW)
        found(v, FINDING_STREAM_SHALLOW,
              "a consumer's pending entry is not in its group's list");
    else if (is_twice(v, hash_id(&item->id, group_salt(v, SALT_OWNED))))
        found(v, FINDING_STREAM_SHALLOW,
              "a pending entry belongs to two consumers");
    else
        v->owned++;
}

static void
check_group(struct validator *v, const struct item *item)
{
    end_group(v);
    v->group++;
    if (is_twice(v, hash_text(v, &item->text, SALT_GROUP)))
        found(v, FINDING_STREAM_SHALLOW, "a group stands twice");
}

static void
check_stream_item(struct validator *v, const struct item *item)
{
    switch (item->kind) {
    case ITEM_GROUP:
        check_group(v, item);
        break;
    case ITEM_PENDING:
        if (is_twice(v, hash_id(&item->id, group_salt(v, SALT_PENDING))))
            found(v, FINDING_STREAM_SHALLOW,
                  "an id stands twice in a group's pending list");
        else
            v->pending++;
        break;
    case ITEM_CONSUMER:
        if (is_twice(v, hash_text(v, &item->text,
                                  group_salt(v, SALT_CONSUMER))))
            found(v, FINDING_STREAM_SHALLOW,
                  "a consumer stands twice in its group");
        break;
    case ITEM_CONSUMER_PENDING:
    case ITEM_NACK:
        check_owned(v, item);
        break;
    default:
        break;
    }
}

/* --- the visitor --- */

static void
begin(struct visitor *self, const struct key *key)
{
    struct validator *v = (struct validator *)self;
    (void)key;
    sample_set_clear(&v->seen);
    v->elements = v->announced = 0;
    v->is_table = false;
    v->unsorted = v->expiry_unsorted = v->no_expiry_seen = v->hashing = false;
    v->last_expiry = 0;
    v->group = v->pending = v->owned = 0;
}

static bool
node(struct visitor *self, const struct node *n)
{
    struct validator *v = (struct validator *)self;
    if (n->in_stream && is_twice(v, hash_id(&n->id, SALT_NODE)))
        found(v, FINDING_STREAM_SHALLOW, "two nodes have the same id");
    if (!n->in_stream && v->rdb->key.type == TYPE_LIST && n->count == 0)
        found(v, FINDING_NODE_EMPTY, "an empty node in a list");
    if (n->kind == NODE_PLAIN && n->size == 0)
        found(v, FINDING_QUICKLIST_NODE, "an empty plain node in a list");
    return true;
}

static void
count(struct visitor *self, uint64_t n)
{
    ((struct validator *)self)->announced = n;
}

static void
text(struct visitor *self, const struct item *item, int which,
     struct bytes part)
{
    struct validator *v = (struct validator *)self;
    (void)item;
    if (which != 0)
        return;
    if (!v->hashing)
        XXH3_64bits_reset(v->hash);
    v->hashing = true;
    XXH3_64bits_update(v->hash, part.data, part.size);
}

static void
item(struct visitor *self, const struct item *it)
{
    struct validator *v = (struct validator *)self;
    switch (it->kind) {
    case ITEM_MEMBER:
    case ITEM_FIELD:
        check_named(v, it);
        break;
    case ITEM_ELEMENT:
        v->elements++;
        break;
    case ITEM_CELL:
        if (is_twice(v, XXH3_64bits_withSeed(&it->count, sizeof(it->count),
                                             SALT_INDEX)))
            found(v, FINDING_ARRAY, "an index stands twice");
        v->elements++;
        break;
    default:
        check_stream_item(v, it);
        break;
    }
    v->hashing = false;
}

static bool
may_be_empty(enum type type)
{
    return type != TYPE_LIST && type != TYPE_SET && type != TYPE_ZSET &&
           type != TYPE_HASH && type != TYPE_ARRAY;
}

static void
end(struct visitor *self, uint64_t serialized)
{
    struct validator *v = (struct validator *)self;
    (void)serialized;
    if (v->rdb->key.type == TYPE_STREAM)
        end_group(v);
    if (v->elements == 0 && !may_be_empty(v->rdb->key.type))
        found(v, FINDING_EMPTY_AGGREGATE, "a value without elements");
}

static void
dropped(struct visitor *self)
{
    (void)self; /* the walk has reported why */
}

static const struct visitor_ops validator_ops = { begin, node,    count, text,
                                                  item,  end, dropped };

struct validator *
validator_new(struct rdb *rdb)
{
    struct validator *v = xcalloc(1, sizeof(*v));
    v->visitor = (struct visitor){ &validator_ops, WANT_ITEMS | WANT_BYTES };
    v->rdb = rdb;
    v->hash = XXH3_createState();
    sample_set_init(&v->seen, SET_BYTES);
    return v;
}

void
validator_free(struct validator *v)
{
    if (v == NULL)
        return;
    sample_set_fini(&v->seen);
    buffer_fini(&v->last);
    XXH3_freeState(v->hash);
    free(v);
}

struct visitor *
validator_visitor(struct validator *v)
{
    return &v->visitor;
}
