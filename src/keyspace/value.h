/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A value of a keyspace.  Each type has a file of its own, value-TYPE.[ch],
 * with the operations that commands are made of; here stands what all have in
 * common.
 *
 * A struct value owns what it points to, all of it memory of one store.  It
 * may be moved as a struct (the old one is then forgotten), not copied.
 * Operations take a value of their own type; the caller has looked.
 *
 * Texts that operations take are copied; they may not lie in the value that is
 * changed, but where a header says so.
 *
 * A new value of any type is empty, except that an empty one is not to be
 * kept: servers delete a list, set, sorted set, hash or array with its last
 * element (value_is_empty), and keep empty strings and streams.
 *
 * What a walk hands out is what the RDB decoder would hand out of the dump
 * that a server (store_limits) makes of this value, item for item and node for
 * node: a small hash as one listpack with its size in bytes, a list and a
 * stream in the nodes that its pushes and XADDs have filled, tables as count
 * and items.  A price is therefore the price after a load of that dump.  Two
 * freedoms: texts of any length are handed out whole (TEXT_BYTES), never in
 * parts or as head; and tables in the order of their elements' creation.
 */
#ifndef KEYWEIGH_KEYSPACE_VALUE_H
#define KEYWEIGH_KEYSPACE_VALUE_H

#include "data/visitor.h"
#include "keyspace/store.h"

struct value {
    union {
        void *object;         /* the type's own struct */
        unsigned char *bytes; /* size of them, NULL when there are none */
        int64_t number;
    };
    uint32_t size;      /* bytes, when it is bytes */
    unsigned char type; /* enum type */
    unsigned char form; /* one of the type's */
    unsigned char mark; /* the owner's; no operation touches it */
};

/* The longest string, element, member, field or name that a value holds.
 * Servers' own limit is 512 MiB unless proto-max-bulk-len says more.
 * Operations refuse more (false or VALUE_REFUSED), and nothing is changed. */
#define VALUE_TEXT_MOST UINT64_C(0xfffffff0)

/* What an operation on an element came to. */
enum value_change {
    VALUE_SAME,    /* nothing had to be changed */
    VALUE_ADDED,   /* a new element */
    VALUE_CHANGED, /* one that was there has changed */
    VALUE_REFUSED, /* too long, or too many */
};

struct value_ops {
    /* Makes an empty value of one that is all zeros but for its type. */
    void (*init)(struct store *store, struct value *value);
    void (*fini)(struct store *store, struct value *value);

    /* Makes copy, which is the value's struct, own copies of all; false when
     * the store has no room for them: then there is no copy. */
    bool (*copy)(struct store *store, struct value *copy,
                 const struct value *value);

    /* Gives all blocks to pool_move. */
    void (*relocate)(struct store *store, struct value *value);

    bool (*is_empty)(const struct value *value);

    /* The type byte of the dump. */
    unsigned char (*type_byte)(const struct value *value);

    /* Everything between the visitor's begin and end. */
    void (*walk)(struct store *store, const struct value *value,
                 struct visitor *visitor);
};

extern const struct value_ops value_string;
extern const struct value_ops value_list;
extern const struct value_ops value_set;
extern const struct value_ops value_zset;
extern const struct value_ops value_hash;
extern const struct value_ops value_stream;
extern const struct value_ops value_array;
extern const struct value_ops value_vectorset;
extern const struct value_ops value_module; /* cron jobs too */

/* --- for value-TYPE.c --- */

/* Announces a node; true when its items are wanted. */
bool value_node(struct visitor *visitor, const struct node *node);

/* Gives copy, which is the value's struct, bytes of its own; false when the
 * store has no room for them. */
bool value_copy_bytes(struct store *store, struct value *copy,
                      const struct value *value);
void value_free_bytes(struct store *store, struct value *value);
void value_relocate_bytes(struct store *store, struct value *value);

/* --- of any type --- */

/* An empty value; mark is 0.  The type is not TYPE_COUNT. */
void value_init(struct store *store, struct value *value, enum type type);

/* Frees what it owns; it is then no value. */
void value_fini(struct store *store, struct value *value);

/* False when the store has no room: then copy is no value. */
bool value_copy(struct store *store, struct value *copy,
                const struct value *value);

/* Gives all blocks that it owns to pool_move. */
void value_relocate(struct store *store, struct value *value);

bool value_is_empty(const struct value *value);
unsigned char value_type_byte(const struct value *value);
void value_walk(struct store *store, const struct value *value,
                struct visitor *visitor);

#endif
