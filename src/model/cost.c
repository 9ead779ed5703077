/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/cost.h"

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
cost_string_object(struct cost *cost, enum block_kind kind, uint64_t size)
{
    enum { EMBSTR_MOST = 44, EMBSTR_HEADER = 3 + 1 }; /* sdshdr8, NUL */
    uint64_t object = cost->prices->object;
    if (size <= EMBSTR_MOST) {
        cost_block(cost, kind, object + EMBSTR_HEADER + size, 1);
        return;
    }
    cost_block(cost, kind, object, 1);
    cost_block(cost, kind, cost_sds(cost, size), 1);
}
