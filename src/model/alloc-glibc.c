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
 * Not to be known from a key: a chunk that fills a gap is 16 bytes larger when
 * the rest could not stand alone.  Gaps are what freed buffers and tables of
 * the loader leave, so it takes the whole load, in the order of the file, to
 * say who fills them.  The calls of malloc, realloc and free by which Redis 5.0
 * and 7.2 loaded 2,300 keys each were recorded and made again in empty heaps:
 *
 *     all of them, in order                       99.7 % of keys to the byte
 *     those of the last 1,000 keys (5.0)          98.6
 *     those of the key alone                      95.6 and 96.3
 *     none: the rule above                        95.4 and 96.0
 *     the same, with keys in 40 other orders      94.9 to 96.4
 *     each key's most frequent size in those      0.5 above the rule
 *
 * Half of the keys are off in one of those orders, 9 and 13 in all; the
 * server's options hardly matter.  Of 264,000 blocks of 5.0 194 were larger,
 * 181 of them of the least size, and no caller of zmalloc got more than one in
 * 18 so.  All came from malloc, and a realloc that stayed in place kept it;
 * none shrank a block there, which would leave 16 bytes for certain.
 *
 * Freeing a mapped block raises the threshold of those that come later, and
 * one just above it may still fit into what the heap has left.
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
