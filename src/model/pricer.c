/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A pricer hands each call of the walk to a tally, which knows what the value
 * is, and to a cost for each profile, which knows what it takes (see cost.h).
 */
#include "model/pricer.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "model/block-sums.h"
#include "model/cost.h"
#include "model/tally.h"

/* What blocks have to be booked for. */
enum {
    FOR_MEMORY = PRICE_MEMORY | PRICE_BLOCKS | PRICE_KINDS | PRICE_ALL_BLOCKS
};

struct priced {
    struct cost cost;
    struct price *price; /* of the profile */
    uint64_t usable;     /* of the blocks that every key has */
    uint64_t requested;
    const struct cost_ops *ops[TYPE_COUNT];
    void *states[TYPE_COUNT];
};

struct pricer {
    struct visitor visitor;
    unsigned wants;
    const struct profile *profiles;
    size_t profile_count;
    struct priced *priced;
    struct priced *priced_end;
    struct priced *walking_end; /* of those that follow the current walk: a
                                   string's is followed by none */
    struct cost_text string;    /* the value of such a key */
    struct price *prices;
    struct block_list *lists; /* of profiles whose blocks were asked for */
    struct tally tally;
    struct record record;
};

static const struct cost_ops *const ops_of[TYPE_COUNT] = {
    [TYPE_LIST] = &cost_list,     [TYPE_SET] = &cost_set,
    [TYPE_ZSET] = &cost_zset,     [TYPE_HASH] = &cost_hash,
    [TYPE_STREAM] = &cost_stream, [TYPE_ARRAY] = &cost_array,
    [TYPE_MODULE] = &cost_module, [TYPE_VECTORSET] = &cost_vectorset,
    [TYPE_CRON] = &cost_module,
};

static struct pricer *
pricer_of(struct visitor *visitor)
{
    return (struct pricer *)visitor;
}

static inline void
open_account(struct priced *priced, const struct key *key)
{
    struct cost *cost = &priced->cost;
    cost->key = key;
    cost->encoding = ENCODING_UNKNOWN;
    cost->basis = BASIS_EXACT;
    cost->object = OBJECT_PLAIN;
    cost->usable = priced->usable;
    cost->expected_usable = 0;
    cost->requested = priced->requested;
    cost->expected_requested = 0;
    if (cost->sums != NULL)
        block_sums_clear(cost->sums);
}

/* Not inlined: pricer_begin then saves hardly a register, and most keys are
 * strings, of which it does nothing else. */
static __attribute__((noinline)) void
begin_walk(struct pricer *self, const struct key *key)
{
    unsigned wants = tally_begin_walk(&self->tally, key);
    self->walking_end = self->priced_end;
    for (struct priced *priced = self->priced; priced < self->priced_end;
         priced++) {
        struct cost *cost = &priced->cost;
        open_account(priced, key);
        cost->ops = priced->ops[key->type];
        cost->state = priced->states[key->type];
        cost->takes_items = true;
        wants |= cost->ops->begin(cost, key);
    }
    self->visitor.wants = wants;
}

static void
pricer_begin(struct visitor *visitor, const struct key *key)
{
    struct pricer *self = pricer_of(visitor);
    self->record.key = key;
    self->record.type = key->type;
    self->walking_end = self->priced;
    visitor->wants = 0;
    tally_begin(&self->tally, key);
    if (key->type != TYPE_STRING)
        begin_walk(self, key);
}

static bool
pricer_node(struct visitor *visitor, const struct node *node)
{
    struct pricer *self = pricer_of(visitor);
    bool descends = tally_node(&self->tally, node);
    for (struct priced *priced = self->priced; priced < self->walking_end;
         priced++) {
        struct cost *cost = &priced->cost;
        cost->takes_items =
            cost->ops->node != NULL && cost->ops->node(cost, node);
        descends |= cost->takes_items;
    }
    return descends;
}

static void
pricer_count(struct visitor *visitor, uint64_t count)
{
    struct pricer *self = pricer_of(visitor);
    for (struct priced *priced = self->priced; priced < self->walking_end;
         priced++) {
        struct cost *cost = &priced->cost;
        if (cost->ops->count != NULL)
            cost->ops->count(cost, count);
    }
}

/* What stands behind a stream's nodes belongs to none of them. */
static bool
takes(const struct cost *cost, const struct item *item)
{
    return cost->takes_items ||
           (item->kind >= ITEM_STREAM && item->kind <= ITEM_IDMP_TOTALS);
}

static void
pricer_text(struct visitor *visitor, const struct item *item, int which,
            struct bytes part)
{
    struct pricer *self = pricer_of(visitor);
    tally_text(&self->tally, item, which, part);
    for (struct priced *priced = self->priced; priced < self->walking_end;
         priced++) {
        struct cost *cost = &priced->cost;
        if (cost->ops->text != NULL && takes(cost, item))
            cost->ops->text(cost, item, which, part);
    }
}

static void
pricer_item(struct visitor *visitor, const struct item *item)
{
    struct pricer *self = pricer_of(visitor);
    tally_item(&self->tally, item);
    if (item->kind == ITEM_VALUE) {
        self->string.size = item->text.size;
        self->string.is_integer =
            cost_integer(&item->text, &self->string.number);
        self->string.is_number = item->text.kind == TEXT_INTEGER;
        return;
    }
    for (struct priced *priced = self->priced; priced < self->walking_end;
         priced++) {
        struct cost *cost = &priced->cost;
        if (cost->ops->item != NULL && takes(cost, item))
            cost->ops->item(cost, item);
    }
}

/* Whether a server can hold the value, which is no string, at all. */
static bool
holds(const struct server *server, const struct key *key, uint64_t elements)
{
    bool redis = server->product == SERVER_REDIS;
    switch (key->type) {
    case TYPE_STREAM:
        return server_since(server, 5, 0);
    case TYPE_ARRAY:
        return redis && server_since(server, 8, 8);
    case TYPE_VECTORSET:
        return redis && server_since(server, 8, 0);
    case TYPE_MODULE:
        return server_since(server, 4, 0);
    case TYPE_CRON:
        return server->product == SERVER_KEYDB;
    case TYPE_HASH:
        if (cost_has_field_ttl(key) && server->field_ttl == FIELD_TTL_NONE)
            return false;
        break;
    case TYPE_STRING:
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_ZSET:
    case TYPE_COUNT:
    default:
        break;
    }
    return elements > 0 || !server->drops_empty;
}

/* A sum that includes expectations, rounded half up. */
static uint64_t
sum_of(uint64_t certain, double expected)
{
    if (!(expected < 9e18))
        return UINT64_MAX;
    return certain + (uint64_t)(expected + 0.5);
}

static void
set_memory(struct price *price, const struct cost *cost)
{
    price->basis = cost->basis;
    price->memory = cost->usable;
    price->requested = cost->requested;
    if (cost->basis == BASIS_EXACT)
        return;
    price->memory = sum_of(cost->usable, cost->expected_usable);
    price->requested = sum_of(cost->requested, cost->expected_requested);
}

/* Corrects a price where a server does not know the value's type. */
static void
judge(struct priced *priced, uint64_t elements)
{
    const struct cost *cost = &priced->cost;
    struct price *price = priced->price;
    if (!holds(cost->server, cost->key, elements)) {
        price->encoding = ENCODING_UNKNOWN;
        price->basis = BASIS_NONE;
        price->memory = 0;
        price->requested = 0;
    }
}

static void
set_price(struct pricer *self, struct priced *priced)
{
    struct cost *cost = &priced->cost;
    bool is_string = self->record.type == TYPE_STRING;
    if (is_string) {
        open_account(priced, self->record.key);
        cost_string(cost, &self->string);
    } else {
        cost->ops->end(cost);
    }
    priced->price->encoding = cost->encoding;
    if (cost->memory) {
        cost_key(cost);
        set_memory(priced->price, cost);
    }
    if (!is_string)
        judge(priced, self->tally.elements);
}

static void
list_blocks(struct pricer *self, const struct priced *priced)
{
    const struct block_sums *sums = priced->cost.sums;
    bool held = priced->price->basis != BASIS_NONE;
    if (sums == NULL)
        return;
    self->lists[priced - self->priced] =
        (struct block_list){ sums->list, held ? sums->count : 0 };
    if (sums->kinds != NULL) {
        self->record.lines = sums->kinds->lines;
        self->record.line_count = held ? sums->kinds->count : 0;
    }
}

static void
pricer_end(struct visitor *visitor, uint64_t serialized)
{
    struct pricer *self = pricer_of(visitor);
    struct record *record = &self->record;
    tally_end(&self->tally);
    for (struct priced *priced = self->priced; priced < self->priced_end;
         priced++)
        set_price(self, priced);
    record->serialized = serialized;
    record->elements = self->tally.elements;
    record->payload = self->tally.wants_payload ? self->tally.payload : 0;
    record->largest = self->tally.wants_largest ? self->tally.largest : 0;
    record->largest_name.size = self->tally.name_size;
    for (struct priced *priced = self->priced; priced < self->priced_end;
         priced++)
        list_blocks(self, priced);
}

static void
pricer_abort(struct visitor *visitor)
{
    (void)visitor;
}

static const struct visitor_ops ops = {
    .begin = pricer_begin,
    .node = pricer_node,
    .count = pricer_count,
    .text = pricer_text,
    .item = pricer_item,
    .end = pricer_end,
    .abort = pricer_abort,
};

/* What is the same for every key is booked once and kept. */
static void
book_entry(struct priced *priced)
{
    struct cost *cost = &priced->cost;
    cost_key_entry(cost);
    priced->usable = cost->usable;
    priced->requested = cost->requested;
    if (cost->sums != NULL)
        block_sums_keep(cost->sums);
}

static struct block_sums *
new_sums(bool main, unsigned wants)
{
    unsigned some = main ? PRICE_BLOCKS | PRICE_ALL_BLOCKS | PRICE_KINDS
                         : PRICE_ALL_BLOCKS;
    if ((wants & some) == 0)
        return NULL;
    struct block_sums *sums = block_sums_new();
    if (main && (wants & PRICE_KINDS))
        sums->kinds = block_kinds_new();
    return sums;
}

static void
add_cost(struct pricer *self, size_t index)
{
    const struct profile *profile = &self->profiles[index];
    struct priced *priced = self->priced_end++;
    priced->price = &self->prices[index];
    priced->cost.profile = profile;
    priced->cost.server = profile->server;
    priced->cost.prices = profile->prices;
    priced->cost.allocator = profile->allocator;
    priced->cost.memory = (self->wants & FOR_MEMORY) != 0;
    priced->cost.sums = new_sums(index == 0, self->wants);
    memcpy(priced->ops, ops_of, sizeof(ops_of));
    if (profile->server->list == LIST_LINKED)
        priced->ops[TYPE_LIST] = &cost_list_linked;
    for (size_t type = 0; type < TYPE_COUNT; type++)
        if (priced->ops[type] != NULL)
            priced->states[type] = xcalloc(1, priced->ops[type]->state_size);
    book_entry(priced);
}

struct pricer *
pricer_new(const struct profile *profiles, size_t count, unsigned wants)
{
    struct pricer *self = xcalloc(1, sizeof(*self));
    self->visitor.ops = &ops;
    self->wants = wants;
    self->profiles = profiles;
    self->profile_count = count;
    self->priced = xcalloc(count, sizeof(*self->priced));
    self->priced_end = self->priced;
    self->prices = xcalloc(count, sizeof(*self->prices));
    self->lists = xcalloc(count, sizeof(*self->lists));
    self->tally.wants_payload = (wants & PRICE_PAYLOAD) != 0;
    self->tally.wants_name = (wants & PRICE_LARGEST_NAME) != 0;
    self->tally.wants_largest =
        (wants & (PRICE_LARGEST | PRICE_LARGEST_NAME)) != 0;
    for (size_t i = 0; i < count; i++)
        self->prices[i].encoding = ENCODING_UNKNOWN;
    if (wants & (PRICE_ENCODING | FOR_MEMORY))
        for (size_t i = 0; i < count; i++)
            add_cost(self, i);
    self->record.prices = self->prices;
    self->record.blocks = self->lists;
    self->record.price_count = count;
    self->record.largest_name.data = self->tally.name;
    return self;
}

static void
free_priced(struct priced *priced)
{
    for (size_t type = 0; type < TYPE_COUNT; type++) {
        void *state = priced->states[type];
        if (state != NULL && priced->ops[type]->fini != NULL)
            priced->ops[type]->fini(state);
        free(state);
    }
    block_sums_free(priced->cost.sums);
}

void
pricer_free(struct pricer *self)
{
    if (self == NULL)
        return;
    for (struct priced *priced = self->priced; priced < self->priced_end;
         priced++)
        free_priced(priced);
    free(self->priced);
    free(self->prices);
    free(self->lists);
    free(self);
}

struct visitor *
pricer_visitor(struct pricer *self)
{
    return &self->visitor;
}

struct record *
pricer_record(struct pricer *self)
{
    return &self->record;
}
