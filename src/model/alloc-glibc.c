/* SPDX-License-Identifier: BSD-3-Clause
 *
 * glibc 2.26 and later, malloc.c.  A chunk is a multiple of 16 bytes; its
 * usable bytes reach into the next chunk's first word:
 *
 *     | size | usable .................... |
 *            |<- chunk of 16 k bytes  ... | size | next chunk
 *
 * so usable is 16 k minus a word, and at least a chunk of four words
 * (request2size, MINSIZE).  From 128 KiB on a block is mapped for itself, in
 * whole pages: two words of it are header, and there is no next chunk
 * (sysmalloc_mmap; with 4-byte words the header is padded to 16 bytes).
 *
 * Not to be known from a file: a chunk that was cut from a larger one is 16
 * bytes larger when the rest would be too small to stand alone (of 276,000
 * blocks of a loaded Redis 5.0 these were 190, nearly all of 32 bytes in gaps
 * of freed buffers, others with each set of options), and freeing a mapped
 * block raises the threshold of those that come later.
 */
#include "model/allocators.h"

enum {
    ALIGNMENT = 16,
    LEAST_WORDS = 4,
    MAPPED_FROM = 128 << 10,
    MAPPED_HEADER = 16,
    PAGE = 4096,
};

uint64_t
alloc_glibc(const struct allocator *self, uint64_t size)
{
    if (size > (uint64_t)1 << ALLOC_LG_SERVED)
        return size;
    uint64_t chunk = alloc_round(size + self->word, ALIGNMENT);
    if (chunk < LEAST_WORDS * self->word)
        chunk = LEAST_WORDS * self->word;
    if (chunk < MAPPED_FROM)
        return chunk - self->word;
    uint64_t padding = MAPPED_HEADER - 2 * self->word;
    if (padding > 0)
        padding = ALIGNMENT - 1;
    return alloc_round(chunk + self->word + padding, PAGE) - MAPPED_HEADER;
}
