/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/machine.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* Of a container these are its own; "max" is no number. */
static uint64_t
group_limit(void)
{
    static const char *const files[] = {
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    };
    uint64_t limit = UINT64_MAX;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        unsigned long long bytes;
        FILE *file = fopen(files[i], "re");
        if (file == NULL)
            continue;
        if (fscanf(file, "%19llu", &bytes) == 1 && bytes < limit)
            limit = bytes;
        (void)fclose(file);
    }
    return limit;
}

uint64_t
machine_memory(void)
{
    struct rlimit space;
    long pages = sysconf(_SC_PHYS_PAGES);
    long page = sysconf(_SC_PAGESIZE);
    uint64_t memory = pages > 0 && page > 0
                          ? (uint64_t)pages * (uint64_t)page
                          : UINT64_MAX;
    uint64_t limit = group_limit();
    if (limit < memory)
        memory = limit;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur < memory)
        memory = space.rlim_cur;
    return memory;
}

int64_t
machine_nanoseconds(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
