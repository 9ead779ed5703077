/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Bytes that are gathered before they can be written, because what stands in
 * front of them (how many they are) is known only behind them.  A few
 * megabytes stay in memory, what is more goes to a nameless file in TMPDIR or
 * /var/tmp.
 *
 * What the system refuses goes to the error that was given; the bytes are then
 * not to be used.
 */
#ifndef KEYWEIGH_EXPORT_SPOOL_H
#define KEYWEIGH_EXPORT_SPOOL_H

#include "base/buffer.h"
#include "base/error.h"

enum { SPOOL_HELD = 4 * 1024 * 1024 }; /* bytes in memory, at most */

struct spool {
    struct buffer held;  /* the last of the bytes; all of them without file */
    uint64_t filed;      /* how many of them are in the file */
    int fd;              /* -1: none yet */
    struct error *error; /* borrowed */
};

typedef void spool_function(void *context, struct bytes bytes);

void spool_init(struct spool *spool, struct error *error);
void spool_fini(struct spool *spool);

/* Forgets the bytes. */
void spool_clear(struct spool *spool);

void spool_append(struct spool *spool, struct bytes bytes);

static inline void
spool_append_text(struct spool *spool, const char *text)
{
    spool_append(spool, bytes_of_text(text));
}

static inline uint64_t
spool_size(const struct spool *spool)
{
    return spool->filed + spool->held.size;
}

/* All the bytes, when they are in memory. */
static inline bool
spool_held(const struct spool *spool, struct bytes *bytes)
{
    *bytes = buffer_bytes(&spool->held);
    return spool->filed == 0;
}

/* Replaces bytes that are there. */
void spool_patch(struct spool *spool, uint64_t offset, struct bytes bytes);

/* Fetches up to size bytes from an offset on; returns how many. */
size_t spool_read(const struct spool *spool, uint64_t offset, void *to,
                  size_t size);

/* Hands out a range of the bytes, in pieces and in order. */
void spool_range(const struct spool *spool, uint64_t offset, uint64_t size,
                 spool_function *take, void *context);

static inline void
spool_each(const struct spool *spool, spool_function *take, void *context)
{
    spool_range(spool, 0, spool_size(spool), take, context);
}

/* A spool_function whose context is the spool that the bytes are added to. */
void spool_take(void *spool, struct bytes bytes);

#endif
