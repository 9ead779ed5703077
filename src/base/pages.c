/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

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

struct pages_part
pages_give_back(struct pages_part part)
{
    static uintptr_t page;
    if (page == 0)
        page = (uintptr_t)sysconf(_SC_PAGESIZE);
    if ((uintptr_t)(part.to - part.from) < page)
        return (struct pages_part){ NULL, NULL };
    part.from += -(uintptr_t)part.from % page;
    part.to -= (uintptr_t)part.to % page;
    if (part.from >= part.to ||
        madvise(part.from, (size_t)(part.to - part.from), MADV_DONTNEED) != 0)
        return (struct pages_part){ NULL, NULL };
    return part;
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

struct pages_part
pages_give_back(struct pages_part part)
{
    (void)part;
    return (struct pages_part){ NULL, NULL };
}

#endif
