/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/duplicates.h"

#include <stdlib.h>

#include <xxhash.h>

#include "base/sample-set.h"
#include "base/xalloc.h"

enum { NAMES_MAX = 8 * 1024 * 1024 }; /* bytes of names held to confirm */

/* A name seen in the second reading, whose hash is under suspicion. */
struct suspect {
    struct suspect *next;
    uint64_t hash;
    uint64_t db;
    uint64_t name_size;
    uint64_t name_hash;
    size_t held;
    unsigned char name[];
};

struct duplicates {
    struct sample_set seen;
    uint64_t suspected;
    uint64_t kept[DUPLICATES_KEPT]; /* hashes, sorted before confirming */
    size_t kept_count;
    bool sorted;
    struct suspect *suspects;
    size_t names; /* bytes held by them */
};

struct duplicates *
duplicates_new(uint64_t memory)
{
    struct duplicates *d = xcalloc(1, sizeof(*d));
    /* While the set moves, the old one exists beside the new. */
    sample_set_init(&d->seen, (size_t)memory / 2);
    return d;
}

void
duplicates_free(struct duplicates *d)
{
    if (d == NULL)
        return;
    while (d->suspects != NULL) {
        struct suspect *next = d->suspects->next;
        free(d->suspects);
        d->suspects = next;
    }
    sample_set_fini(&d->seen);
    free(d);
}

static uint64_t
hash_of(const struct key *key)
{
    uint64_t seed = key->db * UINT64_C(0x9e3779b97f4a7c15) ^ key->name_hash ^
                    (key->name_hash != 0 ? key->name_size : 0);
    return XXH3_64bits_withSeed(key->name.data, key->name.size, seed);
}

bool
duplicates_add(struct duplicates *d, const struct key *key)
{
    uint64_t hash = hash_of(key);
    if (sample_set_add(&d->seen, hash) != SAMPLE_SEEN)
        return false;
    d->suspected++;
    if (d->kept_count < DUPLICATES_KEPT)
        d->kept[d->kept_count++] = hash;
    return true;
}

unsigned
duplicates_halvings(const struct duplicates *d)
{
    return d->seen.halvings;
}

uint64_t
duplicates_suspected(const struct duplicates *d)
{
    return d->suspected;
}

/* --- the second reading --- */

static int
by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool
is_same(const struct suspect *suspect, const struct key *key, uint64_t hash)
{
    return suspect->hash == hash && suspect->db == key->db &&
           suspect->name_size == key->name_size &&
           suspect->name_hash == key->name_hash &&
           bytes_equal(bytes_of(suspect->name, suspect->held), key->name);
}

static void
remember(struct duplicates *d, const struct key *key, uint64_t hash)
{
    if (key->name.size > NAMES_MAX - d->names)
        return;
    struct suspect *suspect = xmalloc(sizeof(*suspect) + key->name.size);
    suspect->next = d->suspects;
    suspect->hash = hash;
    suspect->db = key->db;
    suspect->name_size = key->name_size;
    suspect->name_hash = key->name_hash;
    suspect->held = key->name.size;
    if (key->name.size > 0)
        memcpy(suspect->name, key->name.data, key->name.size);
    d->suspects = suspect;
    d->names += key->name.size;
}

bool
duplicates_confirm(struct duplicates *d, const struct key *key)
{
    uint64_t hash = hash_of(key);
    if (!d->sorted) {
        qsort(d->kept, d->kept_count, sizeof(d->kept[0]), by_value);
        d->sorted = true;
    }
    if (bsearch(&hash, d->kept, d->kept_count, sizeof(d->kept[0]), by_value) ==
        NULL)
        return false;
    for (const struct suspect *s = d->suspects; s != NULL; s = s->next)
        if (is_same(s, key, hash))
            return true;
    remember(d, key, hash);
    return false;
}
