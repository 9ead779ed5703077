/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/xalloc.h"

void
pages_prefer_huge(void *memory, size_t size)
{
#ifdef MADV_HUGEPAGE
    size_t before = (size_t)(-(uintptr_t)memory % PAGES_HUGE);
    if (size < before || size - before < PAGES_HUGE)
        return;
    size_t whole = (size - before) / PAGES_HUGE * PAGES_HUGE;
    (void)madvise((unsigned char *)memory + before, whole, MADV_HUGEPAGE);
#else
    (void)memory;
    (void)size;
#endif
}

void *
pages_alloc(size_t size)
{
    if (size % PAGES_HUGE != 0)
        return xmalloc(size);
    void *memory = xaligned_alloc(PAGES_HUGE, size);
    pages_prefer_huge(memory, size);
    return memory;
}
