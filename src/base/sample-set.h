/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A set of 64-bit hashes in bounded memory.  Each time it is full it gives up
 * half of the hash space and keeps only the hashes of the other half: what it
 * then answers is exact for 1/2, 1/4, ... of all names, and for those alone.
 */
#ifndef KEYWEIGH_BASE_SAMPLE_SET_H
#define KEYWEIGH_BASE_SAMPLE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sample_set {
    uint64_t *slots;   /* 0 is empty */
    size_t capacity;   /* a power of two, or 0 */
    size_t limit;      /* the largest capacity; a power of two */
    size_t count;
    unsigned halvings; /* the set speaks for 1/2^halvings of all hashes */
};

enum sample_answer {
    SAMPLE_NEW,     /* was not in the set, is now */
    SAMPLE_SEEN,    /* was in the set */
    SAMPLE_OUTSIDE, /* belongs to the space that was given up */
};

/* Takes at most bytes of memory (at least 1 KiB is used). */
void sample_set_init(struct sample_set *set, size_t bytes);
void sample_set_fini(struct sample_set *set);

/* Empties the set; it speaks for all hashes again. */
void sample_set_clear(struct sample_set *set);

enum sample_answer sample_set_add(struct sample_set *set, uint64_t hash);

/* SAMPLE_SEEN, SAMPLE_NEW (not in the set) or SAMPLE_OUTSIDE. */
enum sample_answer sample_set_find(const struct sample_set *set,
                                   uint64_t hash);

#endif
