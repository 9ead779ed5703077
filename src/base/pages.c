/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/pages.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/xalloc.h"

/* A part of a mapping that is advised otherwise than the rest would keep it
 * from being moved: so no malloc here, whose mappings begin with its head. */
#ifdef MREMAP_MAYMOVE

static void
prefer_huge(void *memory, size_t size)
{
#ifdef MADV_HUGEPAGE
    (void)madvise(memory, size, MADV_HUGEPAGE);
#else
    (void)memory;
    (void)size;
#endif
}

void *
pages_map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        xalloc_failed();
    prefer_huge(memory, size);
    return memory;
}

void *
pages_remap(void *memory, size_t size, size_t new_size)
{
    void *moved = mremap(memory, size, new_size, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED)
        xalloc_failed();
    return moved;
}

void
pages_unmap(void *memory, size_t size)
{
    (void)munmap(memory, size);
}

#else

void *
pages_map(size_t size)
{
    return xmalloc(size);
}

void *
pages_remap(void *memory, size_t size, size_t new_size)
{
    (void)size;
    return xreallocarray(memory, 1, new_size);
}

void
pages_unmap(void *memory, size_t size)
{
    (void)size;
    free(memory);
}

#endif
