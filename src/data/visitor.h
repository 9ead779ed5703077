/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A visitor receives one value at a time.  The walk calls, for each key,
 *
 *     begin  (node  text*  item*)*  end        or  begin ... abort
 *
 * and everything handed over is valid during that call only.
 *
 * wants says how much the visitor needs; the walk decodes no more than that.
 * The visitor may change wants inside begin, when it knows the key.
 */
#ifndef KEYWEIGH_DATA_VISITOR_H
#define KEYWEIGH_DATA_VISITOR_H

#include "data/item.h"
#include "data/key.h"

enum visitor_wants {
    /* Every item, with the lengths of its texts.  A text of up to 64 bytes is
     * always there whole, compressed ones of up to 20 bytes too (so integers
     * can be told from text); of a longer one perhaps only the length (HEAD
     * with held 0).  Without this, items come only for values that no node
     * stands for, or when node() asks to descend. */
    WANT_ITEMS = 1,
    /* At least the first TEXT_HEAD_SIZE bytes of every text. */
    WANT_HEADS = 2,
    /* All bytes of every text. */
    WANT_BYTES = 4,
    /* The deleted entries of streams, too: with WANT_ITEMS and WANT_BYTES, a
     * node is all there. */
    WANT_TOMBSTONES = 8,
    /* The links of a graph that is to be searched, where they have to be made;
     * else some as good, but for searching, come with WANT_BYTES. */
    WANT_LINKS = 16,
};

enum { TEXT_HEAD_SIZE = 1024, TEXT_SHORT = 64 };

struct visitor;

struct visitor_ops {
    /* A value begins.  serialized sizes are not known yet. */
    void (*begin)(struct visitor *self, const struct key *key);

    /* A packed blob: returns true to get its items (WANT_ITEMS implies it). */
    bool (*node)(struct visitor *self, const struct node *node);

    /* The number of elements that a table-like value announces, before its
     * items: LEN n of types 1 to 5, 14, 18, 22, 24.  The loader sizes its
     * tables by it.  May be a lie: never allocate by it. */
    void (*count)(struct visitor *self, uint64_t count);

    /* Part of a text too long to be held: which is 0 for item->text, 1 for
     * item->value; called in order before the item itself, whose text is then
     * TEXT_PARTS.  What the item has before that text is already set, size of
     * the text included. */
    void (*text)(struct visitor *self, const struct item *item, int which,
                 struct bytes part);

    void (*item)(struct visitor *self, const struct item *item);

    /* The value is complete; serialized is its length in the file. */
    void (*end)(struct visitor *self, uint64_t serialized);

    /* The value cannot be read to its end; nothing more comes of it. */
    void (*abort)(struct visitor *self);
};

/* The count of those who do not care. */
static inline void
visitor_ignore_count(struct visitor *self, uint64_t count)
{
    (void)self;
    (void)count;
}

struct visitor {
    const struct visitor_ops *ops;
    unsigned wants;
};

#endif
