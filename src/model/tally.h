/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a value is apart from any server: how many elements, how many bytes of
 * user data, which element is the largest.
 */
#ifndef KEYWEIGH_MODEL_TALLY_H
#define KEYWEIGH_MODEL_TALLY_H

#include "data/visitor.h"

enum { TALLY_NAME_MOST = 1024 };

struct tally {
    /* Which of the results are wanted. */
    bool wants_payload;
    bool wants_largest;
    bool wants_name;

    bool counts_items;     /* no header says how many elements there are */
    bool in_entry;         /* a stream's entry is being added up */
    const struct key *key;
    uint64_t payload;
    size_t name_size;
    uint64_t elements;
    uint64_t index;        /* of the item that comes, in a list */
    uint64_t largest;
    size_t head_size;
    uint64_t module_items;
    uint64_t entry_size;
    struct stream_id entry_id;
    unsigned char name[TALLY_NAME_MOST]; /* of the largest element */
    unsigned char head[TALLY_NAME_MOST]; /* of a name that comes in parts */
};

/* All that a string needs. */
static inline void
tally_begin(struct tally *tally, const struct key *key)
{
    tally->payload = key->name_size;
    tally->name_size = 0;
    tally->in_entry = false;
}

/* After tally_begin, for any value but a string.  Returns the visitor wants it
 * has. */
unsigned tally_begin_walk(struct tally *tally, const struct key *key);

/* True when the items of the node are needed. */
bool tally_node(struct tally *tally, const struct node *node);

void tally_text(struct tally *tally, const struct item *item, int which,
                struct bytes part);

/* Adds any item but a string's value. */
void tally_part(struct tally *tally, const struct item *item);

static inline void
tally_item(struct tally *tally, const struct item *item)
{
    if (item->kind != ITEM_VALUE) {
        tally_part(tally, item);
        return;
    }
    tally->elements = item->text.size;
    tally->payload += item->text.size;
    tally->largest = item->text.size;
}

/* The entry of a stream that is being added up is complete. */
void tally_close(struct tally *tally);

static inline void
tally_end(struct tally *tally)
{
    if (tally->in_entry)
        tally_close(tally);
}

#endif
