/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Memory that does not fail: when the system has none left the program says so
 * and ends (the one exit outside cli/, since nothing else could be done).
 * Rule: no size read from a file reaches these functions unchecked; such sizes
 * go through buffer_append, which grows as bytes really arrive.
 */
#ifndef KEYWEIGH_BASE_XALLOC_H
#define KEYWEIGH_BASE_XALLOC_H

#include <stddef.h>

/* Says so, and ends. */
void xalloc_failed(void) __attribute__((noreturn));

void *xmalloc(size_t size);

/* count * size zeroed bytes; the product is checked. */
void *xcalloc(size_t count, size_t size);

/* Room for count elements of size bytes; the product is checked. */
void *xreallocarray(void *old, size_t count, size_t size);

char *xstrdup(const char *text);

/* A copy of size bytes with a NUL behind them. */
char *xmemdup(const void *data, size_t size);

#endif
