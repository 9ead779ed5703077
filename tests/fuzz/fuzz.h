/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What fuzz targets are made of: libFuzzer's entry point, laws that must hold,
 * and the input as a file.
 */
#ifndef KEYWEIGH_TESTS_FUZZ_H
#define KEYWEIGH_TESTS_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
require(bool holds)
{
    if (!holds)
        abort();
}

/* A file with these bytes and no name, which the caller closes. */
static inline int
file_of(struct bytes bytes)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    require(fd >= 0);
    require(bytes.size == 0 ||
            write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size);
    return fd;
}

#endif
