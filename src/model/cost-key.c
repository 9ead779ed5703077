/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The blocks of a key apart from its value: name, entry in the table of the
 * database, expiry, object.
 *
 *     [entry] -> [sds name]   [expiry entry]   [robj]        to 8.0
 *     [entry] -> [sds name]   [robj|expiry]                  KeyDB
 *     [entry|sds name]        [expiry entry]   [robj]        Valkey 8.0
 *     [expiry|robj|n|sds name]                               Redis 8.2
 *     [robj|expiry|n|sds name]                               Valkey 8.1
 *
 * n is a byte with the size of the header of the sds.  A value that is
 * embedded follows behind all that.
 *
 * Facts from db.c dbAddRDBLoad, setExpire: the entry in the table of expiries
 * shares the sds of the name; Valkey 8.0 dict.c createEmbeddedEntry; Redis 8.6
 * object.c kvobjCreate, kvobjCreateEmbedString; Valkey 8.1 and 9.1 object.c
 * createObjectWithKeyAndExpire; KeyDB 6.3 db.cpp dbAddCore.  In cluster mode:
 * Redis 3.2 db.c slotToKeyAdd, 6.2 db.c slotToKeyUpdateKey, 7.2 cluster.c
 * clusterDictEntryMetadata, Valkey 9.1 db.c dbTrackKeyWithVolatileItems.
 */
#include "model/cost.h"
#include "model/rax.h"

enum {
    KEY_LONG = 128,   /* KEY_SIZE_TO_INCLUDE_EXPIRE_THRESHOLD */
    COUNTED_SDS = 11, /* KeyDB sds.h sdshdrrefcount */
};

static const uint64_t EXPIRY = 8;

void
cost_key_entry(struct cost *cost)
{
    const struct prices *prices = cost->prices;
    if (cost->server->key != KEY_SDS && cost->server->key != KEY_COUNTED_SDS)
        return;
    cost_block(cost, BLOCK_KEY_ENTRY,
               prices->entry +
                   (cost->profile->cluster ? prices->entry_cluster : 0),
               1);
}

/* An sds within another block: no name is too short for its smallest header
 * (sdsReqType). */
static uint64_t
name_inside(const struct cost *cost)
{
    uint64_t length = cost->key->name_size;
    return length == 0 ? 2 : cost_sds(cost, length);
}

uint64_t
cost_key_object(const struct cost *cost, uint64_t embedded)
{
    return cost->prices->object + 1 + name_inside(cost) + embedded;
}

bool
cost_key_has_room(const struct cost *cost, uint64_t size)
{
    return cost->allocator->usable != alloc_prefix &&
           alloc_usable(cost->allocator, size) >= size + EXPIRY;
}

/* Long names have room for an expiry at once.  Valkey sets the expiry last,
 * into the same block when there is room. */
static void
book_object_with_name(struct cost *cost)
{
    const struct key *key = cost->key;
    bool embeds = cost->object == OBJECT_EMBEDDED;
    uint64_t size = cost_key_object(cost, embeds ? cost->embedded : 0);
    if (!embeds && key->name_size >= KEY_LONG)
        size += EXPIRY;
    else if (key->has_expiry && (cost->server->key == KEY_IN_KVOBJ ||
                                 !cost_key_has_room(cost, size)))
        size += EXPIRY;
    cost_block(cost, BLOCK_OBJECT, size, 1);
}

static void
book_expiry(struct cost *cost)
{
    if (cost->key->has_expiry)
        cost_block(cost, BLOCK_EXPIRE_ENTRY, cost->prices->entry, 1);
}

static void
book_object(struct cost *cost)
{
    bool embeds = cost->object == OBJECT_EMBEDDED;
    if (cost->object != OBJECT_SHARED)
        cost_block(cost, BLOCK_OBJECT,
                   cost->prices->object + (embeds ? cost->embedded : 0), 1);
}

/* The index of keys by slot has an object and a node for each.  The node is
 * booked with one level, as it has most often: what more levels take is the
 * database's. */
static void
book_slot_object(struct cost *cost)
{
    const struct prices *prices = cost->prices;
    cost->basis = cost->basis == BASIS_EXACT ? BASIS_EXPECTED : cost->basis;
    cost_block(cost, BLOCK_OBJECT, prices->object, 1);
    cost_block(cost, BLOCK_KEY_NAME, cost_sds(cost, cost->key->name_size), 1);
    cost_block(cost, BLOCK_SKIPLIST_NODE,
               prices->skiplist_node + prices->skiplist_level, 1);
}

/* In the index of keys by slot a name alone in its slot has a run of all its
 * bytes and a leaf.  What it shares with others is the database's. */
static void
book_slot_nodes(struct cost *cost)
{
    struct rax_form form = { cost->prices->word, false };
    uint64_t length = cost->key->name_size;
    cost->basis = cost->basis == BASIS_EXACT ? BASIS_EXPECTED : cost->basis;
    if (length > 0)
        cost_block(cost, BLOCK_RAX_NODE, rax_run_size(form, length), 1);
    cost_block(cost, BLOCK_RAX_NODE, rax_node_size(form, 0, true), 1);
}

/* Valkey 9 has a table of the hashes whose fields may expire for each slot, of
 * one bucket when no other such hash is in the slot. */
static void
book_slot_hash(struct cost *cost)
{
    cost->basis = BASIS_EXPECTED;
    cost_block(cost, BLOCK_DICT, cost->prices->db_expires, 1);
    cost_block(cost, BLOCK_SLOTS, cost->prices->bucket, 1);
}

static void
book_cluster(struct cost *cost)
{
    switch (cost->server->cluster) {
    case CLUSTER_SKIPLIST:
        book_slot_object(cost);
        break;
    case CLUSTER_RAX:
        book_slot_nodes(cost);
        break;
    case CLUSTER_SLOT_TABLES:
        if (cost_has_field_ttl(cost->key) &&
            cost->server->field_ttl == FIELD_TTL_TABLE)
            book_slot_hash(cost);
        break;
    case CLUSTER_NONE:
    case CLUSTER_ENTRY:
    default:
        break;
    }
}

void
cost_key(struct cost *cost)
{
    uint64_t name = cost_sds(cost, cost->key->name_size);
    switch (cost->server->key) {
    case KEY_SDS:
        cost_block(cost, BLOCK_KEY_NAME, name, 1);
        book_expiry(cost);
        book_object(cost);
        break;
    case KEY_COUNTED_SDS:
        cost_block(cost, BLOCK_KEY_NAME,
                   COUNTED_SDS + cost->key->name_size + 1, 1);
        book_object(cost);
        break;
    case KEY_IN_ENTRY:
        cost_block(cost, BLOCK_KEY_ENTRY, cost->prices->entry_embeds + name,
                   1);
        book_expiry(cost);
        book_object(cost);
        break;
    case KEY_IN_KVOBJ:
    case KEY_IN_OBJECT:
    case KEY_IN_SHORT_OBJECT:
    default:
        book_object_with_name(cost);
        break;
    }
    if (cost->profile->cluster)
        book_cluster(cost);
}
