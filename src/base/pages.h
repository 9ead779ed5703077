/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Memory in large pieces.  Where the system has huge pages they are asked for:
 * to be given memory page by page takes longer than to fill it.  It does not
 * fail, as that of base/xalloc.h, and what is not touched costs nothing.
 */
#ifndef KEYWEIGH_BASE_PAGES_H
#define KEYWEIGH_BASE_PAGES_H

#include <stddef.h>

/* From one address up to another; nothing when they are the same. */
struct pages_part {
    unsigned char *from;
    unsigned char *to;
};

/* Aligned to 16; it can grow without being copied, and goes back to the system
 * at once. */
void *pages_map(size_t size);

/* The same with another size, moved or not. */
void *pages_remap(void *memory, size_t size, size_t new_size);
void pages_unmap(void *memory, size_t size);

/* Lets the system have the whole pages inside a part of such memory, until they
 * are touched again; what was in them is lost.  Returns which these are:
 * nothing where a system does not do it. */
struct pages_part pages_give_back(struct pages_part part);

#endif
