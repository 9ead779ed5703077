/* SPDX-License-Identifier: BSD-3-Clause
 *
 * tcmalloc of gperftools 2.10, common.cc SizeMap::Init, with its defaults:
 * pages of 8 KiB, 32 objects a transfer.  Candidates are all sizes that are
 * aligned by their magnitude:
 *
 *     8 | 16 32 48 ... 128 | then eighths of the power of two below, at most
 *                            a page apart | up to 256 KiB
 *
 * A class takes its objects from spans of whole pages: as few as leave less
 * than an eighth over and hold a quarter of a transfer.  A candidate whose
 * span has as many pages and as many objects as the class before replaces that
 * one: it is larger at no cost.  Above 256 KiB there are whole pages.
 */
#include <pthread.h>

#include "model/allocators.h"

enum {
    LEAST = 8,
    ALIGNMENT = 16,
    EIGHTHS_FROM = 128,
    PAGE = 8192,
    CLASSES_END = 256 << 10,
    CLASSES_MOST = 128,
    TRANSFER_BYTES = 64 << 10,
    TRANSFER_MOST = 32,
    TRANSFER_LEAST = 2,
};

static uint32_t classes[CLASSES_MOST];
static size_t class_count;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static uint32_t
alignment_of(uint32_t size)
{
    if (size < ALIGNMENT)
        return LEAST;
    if (size < EIGHTHS_FROM)
        return ALIGNMENT;
    uint32_t eighth = (uint32_t)1 << (alloc_lg(size) - 3);
    return eighth < PAGE ? eighth : PAGE;
}

/* The bytes of a span for objects of a size. */
static uint32_t
span_of(uint32_t size)
{
    uint32_t transfer = TRANSFER_BYTES / size;
    if (transfer < TRANSFER_LEAST)
        transfer = TRANSFER_LEAST;
    if (transfer > TRANSFER_MOST)
        transfer = TRANSFER_MOST;
    uint32_t span = PAGE;
    while (span % size > span / 8 || span / size < transfer / 4)
        span += PAGE;
    return span;
}

static void
make_classes(void)
{
    uint32_t last_span = 0;
    for (uint32_t size = LEAST; size <= CLASSES_END;
         size += alignment_of(size)) {
        uint32_t span = span_of(size);
        bool replaces = span == last_span &&
                        span / size == span / classes[class_count - 1];
        if (!replaces && class_count < CLASSES_MOST)
            class_count++;
        classes[class_count - 1] = size;
        last_span = span;
    }
}

/* The first class that holds size. */
static uint64_t
class_of(uint64_t size)
{
    size_t low = 0;
    size_t high = class_count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (classes[middle] < size)
            low = middle + 1;
        else
            high = middle;
    }
    return classes[low];
}

uint64_t
alloc_tcmalloc(const struct allocator *self, uint64_t size)
{
    (void)self;
    if (size > (uint64_t)1 << ALLOC_LG_SERVED)
        return size;
    if (size > CLASSES_END)
        return alloc_round(size, PAGE);
    pthread_once(&made, make_classes);
    return class_of(size);
}
