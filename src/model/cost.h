/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside the pricer: one cost is the account of the current key under one
 * set of rules.  For each type of value a cost file (cost-hash.c, ...) exports
 * one struct cost_ops, which receives what the walk hands out, decides the
 * encoding as that server's loader decides it, and books every block with
 * cost_block.  Strings are most of all keys and a single item each: no cost
 * walks them, the one function of cost-string.c prices them.
 *
 * For all types cost-key.c books name, entry, expiry and object of the key (by
 * cost->object); the pricer itself knows element count, payload and largest
 * element, and rounds.
 *
 * All differences between servers are fields of the server's row: numbers in
 * cost->prices, and enums of cost->server that one cost file switches on.
 */
#ifndef KEYWEIGH_MODEL_COST_H
#define KEYWEIGH_MODEL_COST_H

#include "data/visitor.h"
#include "model/block-kinds.h"
#include "model/block-sums.h"
#include "model/profile.h"
#include "model/record.h"

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
    const struct prices *prices;   /* of that server and word size */
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

extern const struct cost_ops cost_list, cost_list_linked, cost_set, cost_zset,
    cost_hash, cost_stream, cost_array, cost_module, cost_vectorset;

/* A string value. */
struct cost_text {
    uint64_t size;
    bool is_integer; /* by cost_integer */
    bool is_number;  /* the file holds a number, no text */
    int64_t number;
};

/* Books the key's value as cost_ops.end does. */
void cost_string(struct cost *cost, const struct cost_text *text);

/* Whether the file's type byte is one of those that only servers with expiring
 * hash fields know. */
static inline bool
cost_has_field_ttl(const struct key *key)
{
    return key->type == TYPE_HASH && key->type_byte >= 22 &&
           key->type_byte <= 25;
}

/* Books what every key has alike; this is done once. */
void cost_key_entry(struct cost *cost);

/* Books the rest of the key's own blocks, once the value is complete. */
void cost_key(struct cost *cost);

/* Where the name lies in the object: bytes of both, with that many embedded
 * bytes of value, without an expiry; and whether the block of an object of
 * size bytes has room left for one. */
uint64_t cost_key_object(const struct cost *cost, uint64_t embedded);
bool cost_key_has_room(const struct cost *cost, uint64_t size);

/* Books count blocks of size requested bytes.  The kind says what they are, to
 * who reads the cost files and to an account of kinds. */
static inline void
cost_block(struct cost *cost, enum block_kind kind, uint64_t size,
           uint64_t count)
{
    uint64_t usable = alloc_usable(cost->allocator, size);
    cost->usable += usable * count;
    cost->requested += size * count;
    if (cost->sums != NULL)
        block_sums_add(cost->sums, kind, usable, size,
                       count * BLOCK_FRACTION);
}

/* Books a block of size requested bytes that is known to have that many usable
 * ones, after a realloc. */
static inline void
cost_block_held(struct cost *cost, enum block_kind kind, uint64_t size,
                uint64_t usable)
{
    cost->usable += usable;
    cost->requested += size;
    if (cost->sums != NULL)
        block_sums_add(cost->sums, kind, usable, size, BLOCK_FRACTION);
}

/* Books blocks of which count are expected, and makes the basis so. */
static inline void
cost_block_expected(struct cost *cost, enum block_kind kind, uint64_t size,
                    double count)
{
    uint64_t usable = alloc_usable(cost->allocator, size);
    cost->expected_usable += (double)usable * count;
    cost->expected_requested += (double)size * count;
    cost->basis = BASIS_EXPECTED;
    if (cost->sums != NULL)
        block_sums_add(cost->sums, kind, usable, size,
                       (uint64_t)(count * BLOCK_FRACTION + 0.5));
}

/* Books a string that is an object of its own, none of the key's: one block up
 * to 44 bytes, else object and sds. */
void cost_string_object(struct cost *cost, enum block_kind kind,
                        uint64_t size);

/* Bytes of an sds that holds length bytes: header, bytes, NUL. */
static inline uint64_t
cost_sds(const struct cost *cost, uint64_t length)
{
    uint64_t tight = cost->server->sds == SDS_TIGHT;
    if (cost->server->sds == SDS_EIGHT)
        return 8 + length + 1;
    if (length + 3 * tight < 256)
        return length + 1 + (length - 1 < 31 ? 1 : 3);
    if (length + 5 * tight < 65536)
        return 5 + length + 1;
    return length + 1 + ((length + 9 * tight) >> 32 ? 17 : 9);
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

/* Bytes of an empty listpack and ziplist, and the most any may have before a
 * server opens another form (LISTPACK_MAX_SAFETY_SIZE). */
enum { LISTPACK_EMPTY = 7, ZIPLIST_EMPTY = 11, LISTPACK_MAX = 1 << 30 };

#endif
