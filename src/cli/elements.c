/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/elements.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/cost.h"

static struct elements *
elements_of(struct visitor *visitor)
{
    return (struct elements *)visitor;
}

static int
order_elements(const void *a, const void *b, void *context)
{
    const struct element *x = a;
    const struct element *y = b;
    (void)context;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return x->number > y->number ? -1 : x->number < y->number;
}

static void
forget(struct elements *elements)
{
    heap_fini(&elements->biggest);
    heap_init(&elements->biggest, ELEMENTS_KEPT, sizeof(struct element),
              order_elements, NULL);
}

static void
begin(struct visitor *visitor, const struct key *key)
{
    struct elements *elements = elements_of(visitor);
    forget(elements);
    elements->longest = 0;
    elements->all_integers = true;
    elements->field_ttl = false;
    elements->packed = false;
    elements->type = key->type;
    elements->next.name_size = 0;
    elements->reading = false;
    elements->count = 0;
    visitor->wants = WANT_ITEMS | WANT_HEADS;
}

static bool
node(struct visitor *visitor, const struct node *node)
{
    elements_of(visitor)->packed = !node->in_stream;
    return true;
}

static void
append_name(struct element *element, struct bytes name)
{
    size_t room = ELEMENTS_NAME_MOST - element->name_size;
    size_t size = name.size < room ? name.size : room;
    if (size > 0)
        memcpy(element->name + element->name_size, name.data, size);
    element->name_size += size;
}

static void
text(struct visitor *visitor, const struct item *item, int which,
     struct bytes part)
{
    struct elements *elements = elements_of(visitor);
    if (which == 0 && item->kind != ITEM_ENTRY_FIELD)
        append_name(&elements->next, part);
}

/* The next element is complete. */
static void
keep(struct elements *elements, uint64_t size)
{
    struct element dropped;
    elements->next.size = size;
    elements->next.number = elements->count++;
    (void)heap_push(&elements->biggest, &elements->next, &dropped);
    elements->next.name_size = 0;
}

static void
name_by_text(struct elements *elements, const struct text *name)
{
    char room[TEXT_DIGITS];
    if (name->kind != TEXT_PARTS)
        append_name(&elements->next, text_bytes(name, room));
}

static void
name_by_number(struct elements *elements, uint64_t number)
{
    struct element *element = &elements->next;
    element->name_size = (size_t)snprintf(
        (char *)element->name, sizeof(element->name), "%" PRIu64, number);
}

static void
measure(struct elements *elements, const struct text *text)
{
    if (text->size > elements->longest)
        elements->longest = text->size;
    int64_t number;
    if (!cost_integer(text, &number))
        elements->all_integers = false;
}

static void
end_entry(struct elements *elements)
{
    if (elements->reading)
        keep(elements, elements->next.size);
    elements->reading = false;
}

static void
begin_entry(struct elements *elements, const struct item *item)
{
    struct element *element = &elements->next;
    end_entry(elements);
    element->name_size = (size_t)snprintf(
        (char *)element->name, sizeof(element->name),
        "%" PRIu64 "-%" PRIu64, item->id.ms, item->id.seq);
    element->size = 0;
    elements->reading = true;
}

static void
item(struct visitor *visitor, const struct item *item)
{
    struct elements *elements = elements_of(visitor);
    if (item->kind == ITEM_ENTRY) {
        begin_entry(elements, item);
    } else if (item->kind == ITEM_ENTRY_FIELD) {
        elements->next.size += item->text.size + item->value.size;
    } else if (item->kind == ITEM_FIELD) {
        measure(elements, &item->text);
        measure(elements, &item->value);
        elements->field_ttl |= item->has_expiry;
        name_by_text(elements, &item->text);
        keep(elements, item->value.size);
    } else if (item->kind == ITEM_MEMBER) {
        measure(elements, &item->text);
        name_by_text(elements, &item->text);
        keep(elements, item->text.size);
    } else if (item->kind == ITEM_ELEMENT) {
        measure(elements, &item->text);
        name_by_number(elements, elements->count);
        keep(elements, item->text.size);
    } else if (item->kind == ITEM_CELL) {
        name_by_number(elements, item->count);
        keep(elements, item->is_double ? sizeof(double) : item->text.size);
    } else {
        end_entry(elements);
        elements->next.name_size = 0;
    }
}

static void
end(struct visitor *visitor, uint64_t serialized)
{
    struct elements *elements = elements_of(visitor);
    (void)serialized;
    end_entry(elements);
    heap_sort(&elements->biggest);
}

static void
give_up(struct visitor *visitor)
{
    (void)visitor;
}

static const struct visitor_ops ops = {
    .begin = begin,
    .node = node,
    .count = visitor_ignore_count,
    .text = text,
    .item = item,
    .end = end,
    .abort = give_up,
};

void
elements_init(struct elements *elements)
{
    *elements = (struct elements){ .visitor = { &ops, 0 } };
    heap_init(&elements->biggest, ELEMENTS_KEPT, sizeof(struct element),
              order_elements, NULL);
}

void
elements_fini(struct elements *elements)
{
    heap_fini(&elements->biggest);
}
