/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ask-allocator NAME: asks the allocator that this program runs on (LD_PRELOAD
 * puts another one under it) for blocks of every size, and compares what it
 * says they hold with the model's row of that name.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/allocators.h"

enum {
    EVERY_SIZE = 256 << 10,
    LARGEST = 64 << 20,
    HELD_MOST = 4096, /* blocks that are resized */
    DIFFERENCES_SHOWN = 10,
};

static int differences;

static void
compare(const char *what, size_t held, size_t size, size_t real, uint64_t ours)
{
    if (real == ours)
        return;
    if (differences++ < DIFFERENCES_SHOWN)
        printf("%s %zu to %zu: %zu, not %llu\n", what, held, size, real,
               (unsigned long long)ours);
}

static void
ask(const struct allocator *allocator, size_t size)
{
    void *block = malloc(size);
    compare("malloc", 0, size, malloc_usable_size(block),
            alloc_usable(allocator, size));
    free(block);
}

static void
ask_resized(const struct allocator *allocator, size_t held, size_t size)
{
    void *block = malloc(held);
    size_t before = malloc_usable_size(block);
    block = realloc(block, size);
    compare("realloc", held, size, malloc_usable_size(block),
            alloc_resized(allocator, before, size));
    free(block);
}

static void
ask_all(const struct allocator *allocator)
{
    for (size_t size = 0; size <= EVERY_SIZE; size++)
        ask(allocator, size);
    for (size_t size = EVERY_SIZE; size < LARGEST; size += size / 17)
        for (size_t around = 0; around < 3; around++)
            ask(allocator, size - 1 + around);
    for (size_t size = EVERY_SIZE; size <= LARGEST; size += size / 4)
        ask(allocator, size + 1);
}

static void
ask_all_resized(const struct allocator *allocator)
{
    for (size_t held = 8; held < HELD_MOST; held += 1 + held / 9)
        for (size_t size = 8; size < HELD_MOST; size += 1 + size / 9)
            ask_resized(allocator, held, size);
}

int
main(int argc, char **argv)
{
    const struct server *server = servers_find(BYTES_LITERAL("redis-7.2"));
    if (argc != 2 || !allocators_known(bytes_of_text(argv[1])))
        return 2;
    const struct allocator *allocator =
        allocators_find(bytes_of_text(argv[1]), server,
                        sizeof(void *) == 4 ? 32 : 64);

    /* glibc maps a block only when it has no room for it, and raises the
     * threshold when one is freed. */
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    mallopt(M_TRIM_THRESHOLD, 0);
    mallopt(M_TOP_PAD, 0);
    ask_all(allocator);
    /* glibc leaves what it cut off behind a block, if it is small. */
    if (allocator->usable != alloc_glibc)
        ask_all_resized(allocator);
    if (differences > 0)
        printf("%d differences\n", differences);
    return differences > 0;
}
