/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The partial quicksort of the servers (pqsort.c, after Bentley and McIlroy,
 * "Engineering a Sort Function", 1993), step by step: items that compare equal
 * come out in the order in which they come out there.
 */
#ifndef KEYWEIGH_BASE_PARTIAL_SORT_H
#define KEYWEIGH_BASE_PARTIAL_SORT_H

#include <stdbool.h>
#include <stddef.h>

typedef int partial_sort_compare(const void *a, const void *b);

/* Puts in place the items of ranks first to last; the others are on their side
 * of them, in any order.  False, with the items in any order, when the steps
 * were far more than a sort needs: somebody chose the items so. */
bool partial_sort(void *items, size_t count, size_t size,
                  partial_sort_compare *compare, size_t first, size_t last);

#endif
