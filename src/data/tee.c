/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/tee.h"

static void
tee_begin(struct visitor *self, const struct key *key)
{
    struct tee *tee = (struct tee *)self;
    tee->first->ops->begin(tee->first, key);
    tee->second->ops->begin(tee->second, key);
    self->wants = tee->first->wants | tee->second->wants;
}

static bool
tee_node(struct visitor *self, const struct node *node)
{
    struct tee *tee = (struct tee *)self;
    bool first = tee->first->ops->node(tee->first, node);
    bool second = tee->second->ops->node(tee->second, node);
    return first || second;
}

static void
tee_count(struct visitor *self, uint64_t count)
{
    struct tee *tee = (struct tee *)self;
    tee->first->ops->count(tee->first, count);
    tee->second->ops->count(tee->second, count);
}

static void
tee_text(struct visitor *self, const struct item *item, int which,
         struct bytes part)
{
    struct tee *tee = (struct tee *)self;
    tee->first->ops->text(tee->first, item, which, part);
    tee->second->ops->text(tee->second, item, which, part);
}

static void
tee_item(struct visitor *self, const struct item *item)
{
    struct tee *tee = (struct tee *)self;
    tee->first->ops->item(tee->first, item);
    tee->second->ops->item(tee->second, item);
}

static void
tee_end(struct visitor *self, uint64_t serialized)
{
    struct tee *tee = (struct tee *)self;
    tee->first->ops->end(tee->first, serialized);
    tee->second->ops->end(tee->second, serialized);
}

static void
tee_abort(struct visitor *self)
{
    struct tee *tee = (struct tee *)self;
    tee->first->ops->abort(tee->first);
    tee->second->ops->abort(tee->second);
}

static const struct visitor_ops ops = {
    .begin = tee_begin,
    .node = tee_node,
    .count = tee_count,
    .text = tee_text,
    .item = tee_item,
    .end = tee_end,
    .abort = tee_abort,
};

void
tee_init(struct tee *tee, struct visitor *first, struct visitor *second)
{
    *tee = (struct tee){ { &ops, 0 }, first, second };
}
