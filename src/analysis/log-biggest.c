/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/log-biggest.h"

#include <stdlib.h>

#include "base/xalloc.h"

static int
compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int
order_commands(const void *a, const void *b, void *context)
{
    const struct log_entry *x = &((const struct log_big_command *)a)->entry;
    const struct log_entry *y = &((const struct log_big_command *)b)->entry;
    (void)context;
    int order = compare(x->bytes, y->bytes);
    if (order == 0)
        order = compare(y->part, x->part);
    return order != 0 ? order : compare(y->offset, x->offset);
}

void
log_biggest_init(struct log_biggest *biggest, size_t count)
{
    heap_init(&biggest->heap, count, sizeof(struct log_big_command),
              order_commands, NULL);
    biggest->floor = 0;
}

void
log_biggest_fini(struct log_biggest *biggest)
{
    struct heap *heap = &biggest->heap;
    for (size_t i = 0; i < heap->count; i++)
        free(((struct log_big_command *)heap_at(heap, i))->name);
    heap_fini(heap);
}

void
log_biggest_keep(struct log_biggest *biggest, const struct log_entry *entry)
{
    struct heap *heap = &biggest->heap;
    struct log_big_command added = { .entry = *entry };
    struct log_big_command dropped;
    if (!heap_accepts(heap, &added))
        return;
    if (entry->key != NULL) {
        added.key = *entry->key;
        size_t held = added.key.name.size < LOG_BIGGEST_NAME_HELD
                          ? added.key.name.size
                          : LOG_BIGGEST_NAME_HELD;
        added.name = (unsigned char *)xmemdup(added.key.name.data, held);
        added.key.name = bytes_of(added.name, held);
    }
    if (heap_push(heap, &added, &dropped))
        free(dropped.name);
    if (heap->count == heap->capacity) {
        const struct log_big_command *least = (const void *)heap->elements;
        biggest->floor = least->entry.bytes;
    }
}

size_t
log_biggest_rank(struct log_biggest *biggest)
{
    struct heap *heap = &biggest->heap;
    heap_sort(heap);
    for (size_t i = 0; i < heap->count; i++) {
        struct log_big_command *command = heap_at(heap, i);
        command->entry.key = command->name != NULL ? &command->key : NULL;
    }
    return heap->count;
}

const struct log_big_command *
log_biggest_at(const struct log_biggest *biggest, size_t rank)
{
    return heap_at(&biggest->heap, rank);
}
