/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A round splits a range by a pivot, which moves to its front; what is equal
 * to it gathers at both ends until the round is over:
 *
 *     | equal | less | not looked at | greater | equal |
 *             a      b               c         d
 *
 * and then goes to the middle.  The sides are independent of each other: the
 * smaller is done first, so that few wait.
 */
#include "base/partial-sort.h"

#include <stdint.h>
#include <string.h>

enum {
    INSERTION_MOST = 6, /* items that are sorted by insertion */
    MEDIAN_OF_9 = 40,   /* from more than so many on */
    WORK_FACTOR = 200,  /* items looked at in all rounds, for each item */
};

struct sort {
    unsigned char *items;
    size_t size;
    partial_sort_compare *compare;
    size_t first;
    size_t last;
    uint64_t work; /* left */
};

static int
compare(const struct sort *sort, size_t a, size_t b)
{
    return sort->compare(sort->items + a * sort->size,
                         sort->items + b * sort->size);
}

static void
swap(struct sort *sort, size_t a, size_t b)
{
    unsigned char *x = sort->items + a * sort->size;
    unsigned char *y = sort->items + b * sort->size;
    for (size_t i = 0; i < sort->size; i++) {
        unsigned char byte = x[i];
        x[i] = y[i];
        y[i] = byte;
    }
}

static void
swap_ranges(struct sort *sort, size_t a, size_t b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        swap(sort, a + i, b + i);
}

static void
insert(struct sort *sort, size_t begin, size_t end)
{
    for (size_t i = begin + 1; i < end; i++)
        for (size_t j = i; j > begin && compare(sort, j - 1, j) > 0; j--)
            swap(sort, j, j - 1);
}

static size_t
median(const struct sort *sort, size_t a, size_t b, size_t c)
{
    if (compare(sort, a, b) < 0)
        return compare(sort, b, c) < 0   ? b
               : compare(sort, a, c) < 0 ? c
                                         : a;
    return compare(sort, b, c) > 0 ? b : compare(sort, a, c) < 0 ? a : c;
}

static size_t
pivot_of(const struct sort *sort, size_t begin, size_t count)
{
    size_t low = begin;
    size_t middle = begin + count / 2;
    size_t high = begin + count - 1;
    size_t step = count / 8;
    if (count == INSERTION_MOST + 1)
        return middle;
    if (count > MEDIAN_OF_9) {
        low = median(sort, low, low + step, low + 2 * step);
        middle = median(sort, middle - step, middle, middle + step);
        high = median(sort, high - 2 * step, high - step, high);
    }
    return median(sort, low, middle, high);
}

/* What a round leaves to do. */
struct split {
    size_t less;    /* so many at the beginning */
    size_t greater; /* and at the end */
};

static struct split
split(struct sort *sort, size_t begin, size_t end)
{
    size_t a = begin + 1;
    size_t b = a;
    size_t c = end; /* c and d are behind what they stand for */
    size_t d = end;
    int order = 0;
    swap(sort, begin, pivot_of(sort, begin, end - begin));
    for (;;) {
        for (; b < c && (order = compare(sort, b, begin)) <= 0; b++)
            if (order == 0)
                swap(sort, a++, b);
        for (; b < c && (order = compare(sort, c - 1, begin)) >= 0; c--)
            if (order == 0)
                swap(sort, c - 1, --d);
        if (b == c)
            break;
        swap(sort, b++, --c);
    }
    struct split result = { b - a, d - c };
    size_t equal = a - begin;
    size_t front = equal < result.less ? equal : result.less;
    swap_ranges(sort, begin, b - front, front);
    equal = end - d;
    size_t back = equal < result.greater ? equal : result.greater;
    swap_ranges(sort, b, end - back, back);
    return result;
}

static bool
is_wanted(const struct sort *sort, size_t begin, size_t end)
{
    return end - begin > 1 && begin <= sort->last && end > sort->first;
}

static bool
sort_range(struct sort *sort, size_t begin, size_t end)
{
    while (is_wanted(sort, begin, end)) {
        size_t count = end - begin;
        if (count <= INSERTION_MOST) {
            insert(sort, begin, end);
            return true;
        }
        if (sort->work < count)
            return false;
        sort->work -= count;
        struct split parts = split(sort, begin, end);
        size_t less = begin + parts.less;
        size_t greater = end - parts.greater;
        bool left_first = parts.less < parts.greater;
        if (!(left_first ? sort_range(sort, begin, less)
                         : sort_range(sort, greater, end)))
            return false;
        if (left_first)
            begin = greater;
        else
            end = less;
    }
    return true;
}

bool
partial_sort(void *items, size_t count, size_t size,
             partial_sort_compare *compare_items, size_t first, size_t last)
{
    struct sort sort = { items, size, compare_items, first, last,
                         (uint64_t)count * WORK_FACTOR };
    return sort_range(&sort, 0, count);
}
