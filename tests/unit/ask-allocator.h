/* SPDX-License-Identifier: BSD-3-Clause
 *
 * For the tests of allocators: a row by its name, and what it gives.
 */
#ifndef KEYWEIGH_TESTS_ASK_ALLOCATOR_H
#define KEYWEIGH_TESTS_ASK_ALLOCATOR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/allocators.h"

/* Not inlined: a compiler that sees a large constant size warns of the lookup
 * that is not done for it. */
static __attribute__((noinline)) uint64_t
usable(const struct allocator *allocator, uint64_t size)
{
    return alloc_usable(allocator, size);
}

static const struct allocator *
find(const char *name, const char *server, int bits)
{
    const struct allocator *allocator = allocators_find(
        bytes_of_text(name), servers_find(bytes_of_text(server)), bits);
    assert_non_null(allocator);
    return allocator;
}

#endif
