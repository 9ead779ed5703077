/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lines are found by open addressing; there are never more than a fixed
 * number of them.
 */
#include "model/block-kinds.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { SLOTS = 4 * BLOCK_KINDS_MAX }; /* a power of two */

struct block_kinds *
block_kinds_new(void)
{
    struct block_kinds *kinds = xcalloc(1, sizeof(*kinds));
    kinds->slots = xcalloc(SLOTS, sizeof(*kinds->slots));
    return kinds;
}

void
block_kinds_free(struct block_kinds *kinds)
{
    if (kinds == NULL)
        return;
    free(kinds->lines);
    free(kinds->slots);
    free(kinds);
}

/* Where index + 1 of a line stands, or would. */
static unsigned *
slot_of(const struct block_kinds *kinds, unsigned kind, uint64_t usable)
{
    uint64_t hash = (usable * BLOCK_KIND_COUNT + kind) *
                    UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(hash >> 32) % SLOTS;
    for (; kinds->slots[at] != 0; at = (at + 1) % SLOTS) {
        const struct block_line *line = &kinds->lines[kinds->slots[at] - 1];
        if (line->kind == kind && line->usable == usable)
            break;
    }
    return &kinds->slots[at];
}

static struct block_line *
find_line(struct block_kinds *kinds, unsigned kind, uint64_t usable)
{
    if (kinds->count >= BLOCK_KINDS_MAX)
        usable = *slot_of(kinds, kind, usable) != 0 ? usable : 0;
    unsigned *slot = slot_of(kinds, kind, usable);
    if (*slot != 0)
        return &kinds->lines[*slot - 1];
    if (kinds->count == kinds->room) {
        kinds->room = kinds->room ? 2 * kinds->room : 64;
        kinds->lines = xreallocarray(kinds->lines, kinds->room,
                                     sizeof(*kinds->lines));
    }
    struct block_line *line = &kinds->lines[kinds->count++];
    *line = (struct block_line){ .kind = kind, .usable = usable };
    *slot = (unsigned)kinds->count;
    return line;
}

void
block_kinds_add(struct block_kinds *kinds, enum block_kind kind,
                uint64_t usable, uint64_t size, uint64_t fractions)
{
    struct block_line *line = find_line(kinds, kind, usable);
    line->blocks += fractions;
    line->requested += size * fractions;
    line->all_usable += usable * fractions;
}

/* A line that is kept has no slot, so nothing is added to it any more. */
static void
forget_slots(struct block_kinds *kinds)
{
    memset(kinds->slots, 0, SLOTS * sizeof(*kinds->slots));
}

void
block_kinds_keep(struct block_kinds *kinds)
{
    kinds->kept = kinds->count;
    forget_slots(kinds);
}

void
block_kinds_clear(struct block_kinds *kinds)
{
    kinds->count = kinds->kept;
    forget_slots(kinds);
}

/* ---- names ---- */

static const char *const texts[BLOCK_KIND_COUNT] = {
    [BLOCK_KEY_NAME] = "key name",
    [BLOCK_KEY_ENTRY] = "entry in the database",
    [BLOCK_EXPIRE_ENTRY] = "entry in the expires table",
    [BLOCK_OBJECT] = "object",
    [BLOCK_STRING] = "string",
    [BLOCK_PACKED] = "packed value",
    [BLOCK_DICT] = "table",
    [BLOCK_SLOTS] = "slots of the table",
    [BLOCK_DICT_ENTRY] = "entry of the table",
    [BLOCK_FIELD] = "hash field",
    [BLOCK_FIELD_VALUE] = "hash value",
    [BLOCK_LISTPACKEX] = "packed hash with expiries",
    [BLOCK_FIELD_EXPIRY] = "order of field expiries",
    [BLOCK_MEMBER] = "member",
    [BLOCK_LIST] = "list",
    [BLOCK_LIST_NODE] = "list node",
    [BLOCK_LIST_DATA] = "what a list node holds",
    [BLOCK_ZSET] = "sorted set",
    [BLOCK_SKIPLIST] = "skiplist",
    [BLOCK_SKIPLIST_HEAD] = "head of the skiplist",
    [BLOCK_SKIPLIST_NODE] = "skiplist node",
    [BLOCK_STREAM] = "stream",
    [BLOCK_STREAM_DATA] = "entries of a stream",
    [BLOCK_RAX] = "radix tree",
    [BLOCK_RAX_NODE] = "radix tree node",
    [BLOCK_GROUP] = "consumer group",
    [BLOCK_CONSUMER] = "consumer",
    [BLOCK_CONSUMER_NAME] = "consumer's name",
    [BLOCK_PENDING] = "pending entry",
    [BLOCK_REFERENCES] = "groups that wait for an id",
    [BLOCK_REFERENCE] = "a group that waits",
    [BLOCK_TRACKING] = "in the database's table of such",
    [BLOCK_PRODUCER] = "idempotent producer",
    [BLOCK_IDEMPOTENT] = "idempotent id",
    [BLOCK_ARRAY] = "array",
    [BLOCK_MODULE] = "module's value",
    [BLOCK_VECTORSET] = "vector set",
    [BLOCK_GRAPH] = "graph",
    [BLOCK_PROJECTION] = "projection matrix",
    [BLOCK_GRAPH_NODE] = "graph node",
    [BLOCK_GRAPH_LINKS] = "links of a node",
    [BLOCK_VECTOR] = "vector",
    [BLOCK_VECTOR_VALUE] = "value of a node",
    [BLOCK_ATTRIBUTES] = "attributes",
};

const char *
block_kind_text(enum block_kind kind)
{
    return texts[kind] != NULL ? texts[kind] : "other";
}

/* From that release on, up to where a later row says otherwise.  Names are
 * those of the types in the servers' sources (server.h, dict.c, hashtable.c,
 * quicklist.h, stream.h, rax.h, mstr.h, entry.h, object.h, adlist.h). */
static const struct name {
    enum block_kind kind;
    enum server_product product;
    int major;
    int minor;
    const char *text;
} names[] = {
    { BLOCK_KEY_NAME, SERVER_REDIS, 0, 0, "sds" },
    { BLOCK_KEY_ENTRY, SERVER_REDIS, 0, 0, "dictEntry" },
    { BLOCK_KEY_ENTRY, SERVER_VALKEY, 8, 0, "dictEntryEmbedded" },
    { BLOCK_EXPIRE_ENTRY, SERVER_REDIS, 0, 0, "dictEntry" },
    { BLOCK_OBJECT, SERVER_REDIS, 0, 0, "robj" },
    { BLOCK_OBJECT, SERVER_REDIS, 8, 2, "kvobj" },
    { BLOCK_OBJECT, SERVER_VALKEY, 8, 0, "serverObject" },
    { BLOCK_STRING, SERVER_REDIS, 0, 0, "sds" },
    { BLOCK_DICT, SERVER_REDIS, 0, 0, "dict" },
    { BLOCK_DICT, SERVER_VALKEY, 8, 1, "hashtable" },
    { BLOCK_SLOTS, SERVER_REDIS, 0, 0, "dictEntry *[]" },
    { BLOCK_SLOTS, SERVER_VALKEY, 8, 1, "bucket[]" },
    { BLOCK_DICT_ENTRY, SERVER_REDIS, 0, 0, "dictEntry" },
    { BLOCK_FIELD, SERVER_REDIS, 0, 0, "robj, sds" },
    { BLOCK_FIELD, SERVER_REDIS, 4, 0, "sds" },
    { BLOCK_FIELD, SERVER_REDIS, 7, 4, "mstr" },
    { BLOCK_FIELD, SERVER_REDIS, 8, 6, "Entry" },
    { BLOCK_FIELD, SERVER_VALKEY, 8, 1, "hashTypeEntry" },
    { BLOCK_FIELD, SERVER_VALKEY, 9, 0, "entry" },
    { BLOCK_FIELD_VALUE, SERVER_REDIS, 0, 0, "robj, sds" },
    { BLOCK_FIELD_VALUE, SERVER_REDIS, 4, 0, "sds" },
    { BLOCK_MEMBER, SERVER_REDIS, 0, 0, "robj, sds" },
    { BLOCK_MEMBER, SERVER_REDIS, 4, 0, "sds" },
    { BLOCK_LISTPACKEX, SERVER_REDIS, 7, 4, "listpackEx" },
    { BLOCK_FIELD_EXPIRY, SERVER_REDIS, 7, 4, "ebuckets" },
    { BLOCK_FIELD_EXPIRY, SERVER_VALKEY, 9, 0, "vset" },
    { BLOCK_LIST, SERVER_REDIS, 0, 0, "list" },
    { BLOCK_LIST, SERVER_REDIS, 3, 2, "quicklist" },
    { BLOCK_LIST_NODE, SERVER_REDIS, 0, 0, "listNode" },
    { BLOCK_LIST_NODE, SERVER_REDIS, 3, 2, "quicklistNode" },
    { BLOCK_LIST_DATA, SERVER_REDIS, 0, 0, "sds" },
    { BLOCK_LIST_DATA, SERVER_REDIS, 3, 2, "ziplist" },
    { BLOCK_LIST_DATA, SERVER_REDIS, 7, 0, "listpack" },
    { BLOCK_ZSET, SERVER_REDIS, 0, 0, "zset" },
    { BLOCK_SKIPLIST, SERVER_REDIS, 0, 0, "zskiplist" },
    { BLOCK_SKIPLIST_HEAD, SERVER_REDIS, 0, 0, "zskiplistNode" },
    { BLOCK_SKIPLIST_HEAD, SERVER_VALKEY, 9, 0, "zskiplist" },
    { BLOCK_SKIPLIST_NODE, SERVER_REDIS, 0, 0, "zskiplistNode" },
    { BLOCK_STREAM, SERVER_REDIS, 0, 0, "stream" },
    { BLOCK_STREAM_DATA, SERVER_REDIS, 0, 0, "listpack" },
    { BLOCK_RAX, SERVER_REDIS, 0, 0, "rax" },
    { BLOCK_RAX_NODE, SERVER_REDIS, 0, 0, "raxNode" },
    { BLOCK_GROUP, SERVER_REDIS, 0, 0, "streamCG" },
    { BLOCK_CONSUMER, SERVER_REDIS, 0, 0, "streamConsumer" },
    { BLOCK_CONSUMER_NAME, SERVER_REDIS, 0, 0, "sds" },
    { BLOCK_PENDING, SERVER_REDIS, 0, 0, "streamNACK" },
    { BLOCK_REFERENCES, SERVER_REDIS, 0, 0, "list" },
    { BLOCK_REFERENCE, SERVER_REDIS, 0, 0, "listNode" },
    { BLOCK_TRACKING, SERVER_REDIS, 0, 0, "dictEntry, robj" },
    { BLOCK_PRODUCER, SERVER_REDIS, 0, 0, "idmpProducer" },
    { BLOCK_IDEMPOTENT, SERVER_REDIS, 0, 0, "idmpEntry" },
    { BLOCK_ARRAY, SERVER_REDIS, 0, 0, "array" },
    { BLOCK_MODULE, SERVER_REDIS, 0, 0, "moduleValue" },
    { BLOCK_VECTORSET, SERVER_REDIS, 0, 0, "vsetObject" },
    { BLOCK_GRAPH, SERVER_REDIS, 0, 0, "HNSW" },
    { BLOCK_PROJECTION, SERVER_REDIS, 0, 0, "float[]" },
    { BLOCK_GRAPH_NODE, SERVER_REDIS, 0, 0, "hnswNode" },
    { BLOCK_GRAPH_LINKS, SERVER_REDIS, 0, 0, "hnswNode *[]" },
    { BLOCK_VECTOR, SERVER_REDIS, 0, 0, "float[] or quants" },
    { BLOCK_VECTOR_VALUE, SERVER_REDIS, 0, 0, "vsetNodeVal" },
    { BLOCK_ATTRIBUTES, SERVER_REDIS, 0, 0, "robj" },
};

/* Valkey and KeyDB are forks of a Redis release, whose names they have unless
 * a row of theirs says otherwise. */
static bool
holds(const struct name *name, const struct server *server)
{
    if (name->product == server->product)
        return server_since(server, name->major, name->minor);
    if (name->product != SERVER_REDIS)
        return false;
    if (server->product == SERVER_VALKEY)
        return name->major < 7 || (name->major == 7 && name->minor <= 2);
    return name->major < 6 || (name->major == 6 && name->minor <= 2);
}

const char *
block_kind_struct(enum block_kind kind, const struct server *server,
                  enum encoding encoding)
{
    const char *text = "";
    if (kind == BLOCK_PACKED)
        return encoding_name(encoding);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].kind == kind && holds(&names[i], server))
            text = names[i].text;
    return text;
}
