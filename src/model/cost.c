/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/cost.h"

#include <stdlib.h>

#include "base/xalloc.h"

bool
cost_integer_bytes(const struct text *text, int64_t *value)
{
    const unsigned char *p = text->data;
    size_t left = text->held;
    bool negative = *p == '-';
    if (negative) {
        p++;
        left--;
    }
    if (left == 1 && *p == '0' && !negative) {
        *value = 0;
        return true;
    }
    if (left == 0 || *p < '1' || *p > '9')
        return false;
    uint64_t number = 0;
    for (; left > 0; left--, p++) {
        if (*p < '0' || *p > '9' ||
            __builtin_mul_overflow(number, 10U, &number) ||
            __builtin_add_overflow(number, (unsigned)(*p - '0'), &number))
            return false;
    }
    uint64_t most = (uint64_t)INT64_MAX + negative;
    if (number > most)
        return false;
    *value = negative ? (int64_t)(0 - number) : (int64_t)number;
    return true;
}

void
cost_lengths_add(struct cost_lengths *lengths, uint64_t length)
{
    if (lengths->count == lengths->capacity) {
        lengths->capacity = lengths->capacity ? lengths->capacity * 2 : 64;
        lengths->items = xreallocarray(lengths->items, lengths->capacity,
                                       sizeof(lengths->items[0]));
    }
    lengths->items[lengths->count++] = length;
}

void
cost_lengths_fini(struct cost_lengths *lengths)
{
    free(lengths->items);
}

void
cost_lengths_book(struct cost *cost, struct cost_lengths *lengths,
                  enum block_kind even, enum block_kind odd)
{
    if (cost->memory)
        for (size_t i = 0; i < lengths->count; i++)
            cost_block(cost, i % 2 ? odd : even,
                       cost_sds(cost, lengths->items[i]), 1);
    lengths->count = 0;
}
