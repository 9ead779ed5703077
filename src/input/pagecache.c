/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "input/pagecache.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#if defined(__linux__)

/* cachestat(2) came with Linux 6.5, after the headers of many systems. */
#if defined(SYS_cachestat)
#define CACHESTAT_NUMBER SYS_cachestat
#elif defined(__alpha__)
#define CACHESTAT_NUMBER 561
#else
#define CACHESTAT_NUMBER 451
#endif

struct cachestat_question {
    uint64_t offset;
    uint64_t length;
};

struct cachestat_answer {
    uint64_t cached;
    uint64_t dirty;
    uint64_t in_writeback;
    uint64_t evicted;
    uint64_t recently_evicted;
};

static uint64_t
window_length(const struct pagecache *cache, uint64_t window)
{
    uint64_t rest = window < cache->size ? cache->size - window : 0;
    return rest < PAGECACHE_WINDOW ? rest : PAGECACHE_WINDOW;
}

static bool *
was_absent(struct pagecache *cache, uint64_t window)
{
    return &cache->was_absent[window / PAGECACHE_WINDOW % PAGECACHE_AHEAD];
}

/* True when a read of this byte would have to wait for the disk.  Success, the
 * end of the file and any other error tell nothing that allows to drop. */
static bool
is_byte_absent(int fd, uint64_t offset)
{
#if defined(RWF_NOWAIT)
    char byte;
    struct iovec piece = { &byte, 1 };
    return preadv2(fd, &piece, 1, (off_t)offset, RWF_NOWAIT) < 0 &&
           errno == EAGAIN;
#else
    (void)fd;
    (void)offset;
    return false;
#endif
}

/* Such a read may itself start read-ahead, into the next window: hence the
 * advice around it. */
static bool
probe(const struct pagecache *cache, uint64_t window, uint64_t length)
{
    (void)posix_fadvise(cache->fd, 0, 0, POSIX_FADV_RANDOM);
    bool both = is_byte_absent(cache->fd, window) &&
                is_byte_absent(cache->fd, window + length - 1);
    if (cache->reads_ahead)
        (void)posix_fadvise(cache->fd, 0, 0, POSIX_FADV_NORMAL);
    return both;
}

static bool
is_absent(struct pagecache *cache, uint64_t window)
{
    uint64_t length = window_length(cache, window);
    if (length == 0)
        return false;
    if (!cache->must_probe) {
        struct cachestat_question question = { window, length };
        struct cachestat_answer answer = { 0 };
        if (syscall(CACHESTAT_NUMBER, cache->fd, &question, &answer, 0) == 0)
            return answer.cached == 0;
        cache->must_probe = true;
    }
    return probe(cache, window, length);
}

static void
drop(struct pagecache *cache, uint64_t window)
{
    if (*was_absent(cache, window))
        (void)posix_fadvise(cache->fd, (off_t)window,
                            (off_t)window_length(cache, window),
                            POSIX_FADV_DONTNEED);
}

void
pagecache_init(struct pagecache *cache, int fd, uint64_t position,
               uint64_t size)
{
    *cache = (struct pagecache){ .fd = fd, .size = size, .start = position };
    cache->window = position - position % PAGECACHE_WINDOW;
    for (uint64_t i = 0; i < PAGECACHE_AHEAD; i++) {
        uint64_t window = cache->window + i * PAGECACHE_WINDOW;
        *was_absent(cache, window) = is_absent(cache, window);
    }
    /* Who looks at the beginning only needs no read-ahead. */
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
}

void
pagecache_advance(struct pagecache *cache, uint64_t position)
{
    if (!cache->reads_ahead && position > cache->start) {
        cache->reads_ahead = true;
        (void)posix_fadvise(cache->fd, 0, 0, POSIX_FADV_NORMAL);
    }
    for (; position - cache->window >= PAGECACHE_WINDOW;
         cache->window += PAGECACHE_WINDOW) {
        uint64_t new =
            cache->window + (uint64_t)PAGECACHE_AHEAD * PAGECACHE_WINDOW;
        drop(cache, cache->window);
        *was_absent(cache, new) = is_absent(cache, new);
    }
}

/* Pages that are still on their way from the disk cannot be dropped: a read
 * waits for them. */
static void
drop_last(struct pagecache *cache, uint64_t window)
{
    char byte;
    drop(cache, window);
    if (*was_absent(cache, window) && !is_absent(cache, window)) {
        uint64_t end = window + window_length(cache, window);
        (void)!pread(cache->fd, &byte, 1, (off_t)(end - 1));
        drop(cache, window);
    }
}

void
pagecache_fini(struct pagecache *cache)
{
    (void)posix_fadvise(cache->fd, 0, 0, POSIX_FADV_RANDOM);
    for (uint64_t i = 0; i < PAGECACHE_AHEAD; i++)
        drop_last(cache, cache->window + i * PAGECACHE_WINDOW);
    (void)posix_fadvise(cache->fd, 0, 0, POSIX_FADV_NORMAL);
}

#else

void
pagecache_init(struct pagecache *cache, int fd, uint64_t position,
               uint64_t size)
{
    *cache = (struct pagecache){ .fd = fd, .size = size, .window = position };
}

void
pagecache_advance(struct pagecache *cache, uint64_t position)
{
    cache->window = position;
}

void
pagecache_fini(struct pagecache *cache)
{
    cache->fd = -1;
}

#endif
