/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside the pricer: one cost is the account of the current key under one
 * set of rules.  For each type of value a cost file (cost-hash.c, ...) exports
 * one struct cost_ops, which receives what the walk hands out, decides the
 * encoding as that server's loader decides it, and books every block with
 * cost_block.  Strings are most of all keys and a single item each: no cost
 * walks them, the one function of cost-string.c prices them.
 *
 * What the pricer itself does, for all types: name, dictionary entry, expiry
 * entry and object header of the key (by cost->object), element count,
 * payload, largest element, rounding.
 *
 * A cost runs under rules of one server row and with prices of that same row.
 * A profile whose server has no prices yet has two costs: one with its
 * server's row for the encoding (memory false: blocks are not looked at), one
 * with the priced row for the memory.
 */
#ifndef KEYWEIGH_MODEL_COST_H
#define KEYWEIGH_MODEL_COST_H

#include "data/visitor.h"
#include "model/block-sums.h"
#include "model/profile.h"
#include "model/record.h"

/* What a block is. */
enum block_kind {
    BLOCK_KEY_NAME,
    BLOCK_KEY_ENTRY,    /* in the table of the database */
    BLOCK_EXPIRE_ENTRY,
    BLOCK_OBJECT,       /* robj; with the string behind it when embedded */
    BLOCK_STRING,       /* a string value */
    BLOCK_PACKED,       /* ziplist, listpack, intset: a whole value */
    BLOCK_DICT,         /* dict struct of a value */
    BLOCK_SLOTS,        /* its slot array */
    BLOCK_DICT_ENTRY,
    BLOCK_FIELD,        /* hash */
    BLOCK_FIELD_VALUE,
    BLOCK_MEMBER,       /* set, zset */
    BLOCK_LIST,         /* quicklist struct */
    BLOCK_LIST_NODE,    /* quicklistNode struct */
    BLOCK_LIST_DATA,    /* what a node holds */
    BLOCK_ZSET,
    BLOCK_SKIPLIST,
    BLOCK_SKIPLIST_HEAD,
    BLOCK_SKIPLIST_NODE,
    BLOCK_STREAM,
    BLOCK_STREAM_DATA,  /* listpack of entries */
    BLOCK_RAX,          /* radix tree struct */
    BLOCK_RAX_NODE,
    BLOCK_GROUP,        /* streamCG */
    BLOCK_CONSUMER,     /* streamConsumer */
    BLOCK_CONSUMER_NAME,
    BLOCK_PENDING,      /* streamNACK */
    BLOCK_ARRAY,
    BLOCK_MODULE,
    BLOCK_KIND_COUNT,
};

/* How the key's object lies in memory. */
enum object_form {
    OBJECT_PLAIN,    /* a header of its own; the value is elsewhere */
    OBJECT_SHARED,   /* one of the server's shared integers: no block */
    OBJECT_EMBEDDED, /* header and cost->embedded bytes in one block */
};

struct cost_ops;

struct cost {
    const struct profile *profile; /* settings, bits, cluster, ... */
    const struct server *server;   /* whose rules hold here */
    const struct prices *prices;   /* never NULL: a row without prices has
                                      another's, nobody looks at what it
                                      books */
    const struct allocator *allocator;
    bool memory;                   /* blocks matter; else the encoding only */
    struct block_sums *sums;       /* of this key's blocks, or NULL */

    /* The current key.  begin finds encoding ENCODING_UNKNOWN, basis
     * BASIS_EXACT, object OBJECT_PLAIN; end leaves them final. */
    const struct key *key;
    const struct cost_ops *ops;    /* these two not of a string */
    void *state;                   /* ops->state_size bytes of its own, zeroed
                                      once when made, kept from key to key */
    uint64_t embedded;             /* set with OBJECT_EMBEDDED */
    bool takes_items;              /* the pricer's: see cost_ops.item */
    enum encoding encoding;
    enum basis basis;
    enum object_form object;
    uint64_t usable;               /* of blocks that exist for certain */
    double expected_usable;        /* of blocks by their expected number */
    uint64_t requested;
    double expected_requested;
};

/* One per type of value but string.  All functions but begin and end may be
 * NULL. */
struct cost_ops {
    size_t state_size;

    /* A value begins: resets the state, returns the visitor wants it has
     * (data/visitor.h).  WANT_ITEMS is needed only for items that stand in
     * nodes without node() asking for them. */
    unsigned (*begin)(struct cost *cost, const struct key *key);

    /* A packed blob: true to get its items.  NULL means false. */
    bool (*node)(struct cost *cost, const struct node *node);

    void (*count)(struct cost *cost, uint64_t count);

    /* As visitor text: parts of a long text, before its item. */
    void (*text)(struct cost *cost, const struct item *item, int which,
                 struct bytes part);

    /* Items of a node come only after node() returned true for it; all items
     * that no node stands for come always (a stream's ITEM_STREAM and
     * everything behind it too). */
    void (*item)(struct cost *cost, const struct item *item);

    /* The value is complete: books all that is not booked yet and sets
     * encoding, basis, object.  After an abort end is not called. */
    void (*end)(struct cost *cost);

    /* Frees what the state owns (not the state). */
    void (*fini)(void *state);
};

extern const struct cost_ops cost_list, cost_set, cost_zset, cost_hash,
    cost_stream, cost_array, cost_module;

/* A string value. */
struct cost_text {
    uint64_t size;
    bool is_integer; /* by cost_integer */
    int64_t number;
};

/* Books the key's value as cost_ops.end does. */
void cost_string(struct cost *cost, const struct cost_text *text);

/* Books count blocks of size requested bytes.  The kind says what they are to
 * who reads the cost files; an account has no use for it. */
static inline void
cost_block(struct cost *cost, enum block_kind kind, uint64_t size,
           uint64_t count)
{
    (void)kind;
    uint64_t usable = alloc_usable(cost->allocator, size);
    cost->usable += usable * count;
    cost->requested += size * count;
    if (cost->sums != NULL)
        block_sums_add(cost->sums, usable, size, count * BLOCK_FRACTION);
}

/* Books blocks of which count are expected, and makes the basis so. */
static inline void
cost_block_expected(struct cost *cost, enum block_kind kind, uint64_t size,
                    double count)
{
    (void)kind;
    uint64_t usable = alloc_usable(cost->allocator, size);
    cost->expected_usable += (double)usable * count;
    cost->expected_requested += (double)size * count;
    cost->basis = BASIS_EXPECTED;
    if (cost->sums != NULL)
        block_sums_add(cost->sums, usable, size,
                       (uint64_t)(count * BLOCK_FRACTION + 0.5));
}

/* Bytes of an sds that holds length bytes: header, bytes, NUL. */
static inline uint64_t
cost_sds(const struct cost *cost, uint64_t length)
{
    (void)cost; /* releases before 3.2 have another header */
    if (length < 256)
        return length + 1 + (length - 1 < 31 ? 1 : 3);
    return length + 1 + (length < 65536 ? 5 : length >> 32 ? 17 : 9);
}

/* The same as cost_integer, of a text of held bytes, at least one. */
bool cost_integer_bytes(const struct text *text, int64_t *value);

/* True when text is the canonical decimal of a 64-bit integer (what servers
 * call string2ll), which then goes into value. */
static inline bool
cost_integer(const struct text *text, int64_t *value)
{
    if (text->kind == TEXT_INTEGER) {
        *value = text->number;
        return true;
    }
    return text->kind == TEXT_BYTES && text->held - 1 < 20 &&
           text->data[0] <= '9' && cost_integer_bytes(text, value);
}

/* Bytes of an empty listpack, and the most any may have before a server opens
 * another form (listpack.c LISTPACK_MAX_SAFETY_SIZE). */
enum { LISTPACK_EMPTY = 7, LISTPACK_MAX = 1 << 30 };

/* Lengths of the strings of a value that is still packed, kept because a later
 * one may turn it into a table.  At most a threshold's worth is ever held. */
struct cost_lengths {
    uint64_t *items;
    size_t count;
    size_t capacity;
};

void cost_lengths_add(struct cost_lengths *lengths, uint64_t length);
void cost_lengths_fini(struct cost_lengths *lengths);

/* Books a string of each held length, and forgets them.  Every second one is
 * of kind odd. */
void cost_lengths_book(struct cost *cost, struct cost_lengths *lengths,
                       enum block_kind even, enum block_kind odd);

#endif
