/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts from Redis 6.2 db.c slotToKeyUpdateKey: the tree's keys are two bytes
 * of slot, the high one first, and the name; they hold no value.
 */
#include "model/slot-tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/xalloc.h"
#include "model/rax.h"

enum {
    NAMES_MOST = 8 * 1024 * 1024,
    /* Cluster mode has few databases; a file may claim any number, and each
     * takes 128 KiB here.  Further ones count as the last of them. */
    DATABASES_MOST = 64,
    SLOT_BYTES = 2,
    NAME_HEAD = RAX_HELD - SLOT_BYTES,
};

struct slot_database {
    uint64_t db;
    struct slot_counts *counts;
};

/* A held name: its beginning lies in names. */
struct slot_name {
    uint64_t length;
    size_t offset;
    uint16_t slot;
    uint16_t held;
};

struct slot_tally {
    const struct profile *profile;
    bool takes_names;
    struct slot_database *databases;
    size_t database_count;
    uint64_t name_count; /* of all slots */
    unsigned lg_skipped; /* of 2^n slots one is held */
    struct buffer names;
    struct slot_name *held;
    size_t held_count;
    size_t held_capacity;
};

struct slot_tally *
slot_tally_new(const struct profile *profile)
{
    enum cluster_layout layout = profile->server->cluster;
    if (!profile->cluster ||
        (layout != CLUSTER_RAX && layout != CLUSTER_SLOT_TABLES))
        return NULL;
    struct slot_tally *tally = xcalloc(1, sizeof(*tally));
    tally->profile = profile;
    tally->takes_names = layout == CLUSTER_RAX;
    /* So that an empty name lies somewhere, too. */
    (void)buffer_reserve(&tally->names, 1);
    return tally;
}

void
slot_tally_free(struct slot_tally *tally)
{
    if (tally == NULL)
        return;
    for (size_t i = 0; i < tally->database_count; i++)
        free(tally->databases[i].counts);
    free(tally->databases);
    free(tally->held);
    buffer_fini(&tally->names);
    free(tally);
}

static struct slot_counts *
find_counts(const struct slot_tally *tally, uint64_t db)
{
    for (size_t i = 0; i < tally->database_count; i++)
        if (tally->databases[i].db == db)
            return tally->databases[i].counts;
    return NULL;
}

static struct slot_counts *
counts_of(struct slot_tally *tally, uint64_t db)
{
    struct slot_counts *counts = find_counts(tally, db);
    if (counts != NULL)
        return counts;
    if (tally->database_count == DATABASES_MOST)
        return tally->databases[DATABASES_MOST - 1].counts;
    tally->databases =
        xreallocarray(tally->databases, tally->database_count + 1,
                      sizeof(*tally->databases));
    counts = xcalloc(1, sizeof(*counts));
    tally->databases[tally->database_count++] =
        (struct slot_database){ db, counts };
    return counts;
}

static bool
is_held(const struct slot_tally *tally, unsigned slot)
{
    return (slot & ((1U << tally->lg_skipped) - 1)) == 0;
}

/* Holds half of the slots that were held. */
static void
skip_more(struct slot_tally *tally)
{
    size_t kept = 0;
    size_t bytes = 0;
    tally->lg_skipped++;
    for (size_t i = 0; i < tally->held_count; i++) {
        struct slot_name name = tally->held[i];
        if (!is_held(tally, name.slot))
            continue;
        memmove(tally->names.data + bytes, tally->names.data + name.offset,
                name.held);
        name.offset = bytes;
        bytes += name.held;
        tally->held[kept++] = name;
    }
    tally->held_count = kept;
    tally->names.size = bytes;
}

static void
hold_name(struct slot_tally *tally, unsigned slot, struct bytes name,
          uint64_t length)
{
    while (is_held(tally, slot) && tally->lg_skipped < 14 &&
           tally->names.size +
                   (tally->held_count + 1) * sizeof(*tally->held) +
                   name.size > NAMES_MOST)
        skip_more(tally);
    if (!is_held(tally, slot))
        return;
    if (tally->held_count == tally->held_capacity) {
        tally->held_capacity =
            tally->held_capacity ? tally->held_capacity * 2 : 1024;
        tally->held = xreallocarray(tally->held, tally->held_capacity,
                                    sizeof(*tally->held));
    }
    size_t held = name.size < NAME_HEAD ? name.size : NAME_HEAD;
    tally->held[tally->held_count++] = (struct slot_name){
        .length = length,
        .offset = tally->names.size,
        .slot = (uint16_t)slot,
        .held = (uint16_t)held,
    };
    buffer_append(&tally->names, name.data, held);
}

void
slot_tally_add(struct slot_tally *tally, const struct key *key)
{
    unsigned slot = slot_of(key->name);
    struct slot_counts *counts = counts_of(tally, key->db);
    counts->keys[slot]++;
    counts->expires[slot] += key->has_expiry;
    tally->name_count++;
    if (tally->takes_names)
        hold_name(tally, slot, key->name, key->name_size);
}

void
slot_tally_merge(struct slot_tally *tally, const struct slot_tally *more)
{
    for (size_t i = 0; i < more->database_count; i++) {
        const struct slot_counts *from = more->databases[i].counts;
        struct slot_counts *into = counts_of(tally, more->databases[i].db);
        for (size_t slot = 0; slot < SLOT_COUNT; slot++) {
            into->keys[slot] += from->keys[slot];
            into->expires[slot] += from->expires[slot];
        }
    }
    tally->name_count += more->name_count;
    while (tally->lg_skipped < more->lg_skipped)
        skip_more(tally);
    for (size_t i = 0; i < more->held_count; i++) {
        const struct slot_name *name = &more->held[i];
        struct bytes bytes = { more->names.data + name->offset, name->held };
        hold_name(tally, name->slot, bytes, name->length);
    }
}

const struct slot_counts *
slot_tally_counts(const struct slot_tally *tally, uint64_t db)
{
    return find_counts(tally, db);
}

static int
compare_names(const void *a, const void *b, void *context)
{
    const struct slot_name *x = a;
    const struct slot_name *y = b;
    const unsigned char *names = context;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    size_t common = x->held < y->held ? x->held : y->held;
    int order = common == 0 ? 0
                            : memcmp(names + x->offset, names + y->offset,
                                     common);
    if (order != 0)
        return order;
    return x->length < y->length ? -1 : x->length > y->length;
}

struct tree_sum {
    const struct allocator *allocator;
    uint64_t bytes;
};

static void
add_node(void *context, const struct rax_node *node)
{
    struct tree_sum *sum = context;
    sum->bytes += alloc_usable(sum->allocator, node->size);
}

/* What cost_key books of the tree. */
static uint64_t
own_nodes(const struct tree_sum *sum, struct rax_form form, uint64_t length)
{
    uint64_t leaf =
        alloc_usable(sum->allocator, rax_node_size(form, 0, true));
    if (length == 0)
        return leaf;
    return leaf + alloc_usable(sum->allocator, rax_run_size(form, length));
}

/* As much for each name that is not held as for those that are. */
static int64_t
of_all_names(const struct slot_tally *tally, int64_t bytes)
{
    if (tally->held_count == 0 || tally->held_count == tally->name_count)
        return bytes;
    return (int64_t)((double)bytes * ((double)tally->name_count /
                                      (double)tally->held_count));
}

int64_t
slot_tally_tree(struct slot_tally *tally)
{
    uint64_t own = 0;
    struct tree_sum sum = { tally->profile->allocator, 0 };
    struct rax_form form = { tally->profile->prices->word, false };
    unsigned char key[RAX_HELD];
    struct rax *rax = xmalloc(sizeof(*rax));
    if (tally->held_count > 0)
        qsort_r(tally->held, tally->held_count, sizeof(*tally->held),
                compare_names, tally->names.data);
    rax_begin(rax, form, add_node, &sum);
    for (size_t i = 0; i < tally->held_count; i++) {
        const struct slot_name *name = &tally->held[i];
        key[0] = (unsigned char)(name->slot >> 8);
        key[1] = (unsigned char)name->slot;
        if (name->held > 0)
            memcpy(key + SLOT_BYTES, tally->names.data + name->offset,
                   name->held);
        own += own_nodes(&sum, form, name->length);
        rax_add(rax, bytes_of(key, SLOT_BYTES + (size_t)name->held),
                SLOT_BYTES + name->length);
    }
    rax_end(rax);
    free(rax);
    /* An empty server has the root already. */
    own += alloc_usable(sum.allocator, rax_node_size(form, 0, false));
    return of_all_names(tally, (int64_t)sum.bytes - (int64_t)own);
}
