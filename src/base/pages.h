/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Memory in large pieces.  Where the system has huge pages they are asked for:
 * to be given memory page by page takes longer than to fill it.
 */
#ifndef KEYWEIGH_BASE_PAGES_H
#define KEYWEIGH_BASE_PAGES_H

#include <stddef.h>

enum { PAGES_HUGE = 2 * 1024 * 1024 };

/* Memory that free() frees; of a multiple of PAGES_HUGE it begins at one. */
void *pages_alloc(size_t size);

/* That memory of malloc and its kin, already there, is better had in huge
 * pages. */
void pages_prefer_huge(void *memory, size_t size);

#endif
