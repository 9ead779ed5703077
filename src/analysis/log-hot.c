/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Some times N keys are kept; when they are too many, all but the first N are
 * given up, and the figure of the N-th is the floor from then on.
 */
#include "analysis/log-hot.h"

#include <stdlib.h>

#include "base/xalloc.h"

enum { KEPT = 4 }; /* times N */

void
log_hot_init(struct log_hot *hot, size_t count)
{
    *hot = (struct log_hot){ .count = count, .floor = count > 0 ? 0
                                                               : UINT64_MAX };
    hot->room = count * KEPT;
    hot->keys = xreallocarray(NULL, hot->room + 1, sizeof(*hot->keys));
    size_t slots = 16;
    while (slots < 2 * hot->room)
        slots *= 2;
    hot->slots = xcalloc(slots, sizeof(*hot->slots));
    hot->mask = slots - 1;
    size_t held = LOG_HOT_NAMES / (hot->room + 1);
    hot->name_held = held > LOG_HOT_NAME_HELD    ? LOG_HOT_NAME_HELD
                     : held < LOG_HOT_NAME_LEAST ? LOG_HOT_NAME_LEAST
                                                 : held;
}

static void
drop_keys(struct log_hot *hot, size_t from)
{
    for (size_t i = from; i < hot->used; i++)
        free(hot->keys[i].name);
    hot->used = from;
}

void
log_hot_fini(struct log_hot *hot)
{
    drop_keys(hot, 0);
    free(hot->keys);
    free(hot->slots);
}

/* The slot of a hash, or the empty one where it belongs. */
static uint32_t *
find(const struct log_hot *hot, uint64_t hash)
{
    size_t at = (size_t)hash & hot->mask;
    while (hot->slots[at] != 0 &&
           hot->keys[hot->slots[at] - 1].key.hash != hash)
        at = (at + 1) & hot->mask;
    return &hot->slots[at];
}

static int
compare_keys(const struct log_key *a, const struct log_key *b, size_t held)
{
    size_t a_held = a->name.size < held ? a->name.size : held;
    size_t b_held = b->name.size < held ? b->name.size : held;
    int order = bytes_compare(bytes_of(a->name.data, a_held),
                              bytes_of(b->name.data, b_held));
    if (order == 0)
        order = (a->name_size > b->name_size) - (a->name_size < b->name_size);
    if (order == 0)
        order = (a->db > b->db) - (a->db < b->db);
    if (order == 0)
        order = (a->input > b->input) - (a->input < b->input);
    if (order == 0)
        order = (a->hash > b->hash) - (a->hash < b->hash);
    return order;
}

static int
order_by_rank(const void *a, const void *b)
{
    const struct log_hot_key *x = a;
    const struct log_hot_key *y = b;
    if (x->figure != y->figure)
        return x->figure < y->figure ? 1 : -1;
    return compare_keys(&x->key, &y->key, SIZE_MAX);
}

/* Keeps the first N, by rank. */
static void
prune(struct log_hot *hot)
{
    qsort(hot->keys, hot->used, sizeof(*hot->keys), order_by_rank);
    if (hot->used > hot->count)
        drop_keys(hot, hot->count);
    memset(hot->slots, 0, (hot->mask + 1) * sizeof(*hot->slots));
    for (size_t i = 0; i < hot->used; i++)
        *find(hot, hot->keys[i].key.hash) = (uint32_t)i + 1;
    if (hot->used == hot->count && hot->count > 0) {
        hot->last = &hot->keys[hot->count - 1];
        hot->floor = hot->last->figure;
    }
}

void
log_hot_add(struct log_hot *hot, uint64_t figure,
            const struct log_hot_figures *figures, const struct log_key *key)
{
    uint32_t *slot = find(hot, key->hash);
    if (*slot != 0) {
        struct log_hot_key *kept = &hot->keys[*slot - 1];
        if (figure < kept->figure)
            return; /* its row was given up, and another counts anew */
        kept->figure = figure;
        kept->figures = *figures;
        return;
    }
    /* The last one may have grown since, but there are N that are no less
     * than what it was. */
    if (hot->last != NULL && figure == hot->floor &&
        hot->last->figure == hot->floor &&
        compare_keys(key, &hot->last->key, hot->name_held) > 0)
        return;
    size_t held = key->name.size < hot->name_held ? key->name.size
                                                  : hot->name_held;
    struct log_hot_key *added = &hot->keys[hot->used++];
    *added = (struct log_hot_key){ figure, *figures, *key,
                                   xmalloc(held + 1) };
    if (held > 0)
        memcpy(added->name, key->name.data, held);
    added->key.name = bytes_of(added->name, held);
    *slot = (uint32_t)hot->used;
    if (hot->used == hot->room)
        prune(hot);
}

const struct log_hot_key *
log_hot_ranked(struct log_hot *hot, size_t *count)
{
    prune(hot);
    *count = hot->used;
    return hot->keys;
}
