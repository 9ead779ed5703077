/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A table with open addressing.  Where a row is, is told by the upper bits of
 * its hash times a number that nobody outside the process knows, so that no
 * log is written to make lookups long; nothing that is printed depends on it.
 *
 * Keys of a log come in any order, so nearly every look into a great table is
 * one into memory that is far away.  Some of them therefore wait, their row
 * already asked for, while the log is read on.
 *
 * What a row may miss is bounded as in prefix.c: lost is a bound on what any
 * key that has no row really holds.  A row that is made misses at most that.
 * When rows are given up, lost becomes the greatest of what they hold and
 * miss.  It only grows; rows know it by the number of the halving (epoch).
 */
#include "analysis/log-keys.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "base/xalloc.h"

/* Of figures of a row, which no log is long enough to exceed. */
#define BYTES_MASK ((UINT64_C(1) << 48) - 1)

enum {
    LEAST_SLOTS = 1024,
    GROWTH = 8, /* so that old and new table together are little more */
    HELD_NAMES = 64 * 1024,
    /* Figures in classes about 3 % wide, those below 64 each by itself. */
    CLASS_BITS = 5,
    CLASSES = (64 - CLASS_BITS + 1) << CLASS_BITS,
};

/* Finding the page of a row takes longer than the row: asks for pages of
 * 2 MiB where that many rows are.  A system without them does as before. */
static void
ask_for_big_pages(void *room, size_t size)
{
    enum { PAGE = 2 << 20 };
    size_t before = PAGE - (size_t)((uintptr_t)room % PAGE);
    if (size >= before + PAGE)
        (void)madvise((unsigned char *)room + before,
                      (size - before) / PAGE * PAGE, MADV_HUGEPAGE);
}

/* Rows that do not lie across two lines of the processor's caches. */
static void
allocate(struct log_keys *keys)
{
    enum { LINE = 64 };
    size_t extra = LINE / sizeof(*keys->rows);
    keys->room = xcalloc(keys->slots + extra, sizeof(*keys->rows));
    ask_for_big_pages(keys->room,
                      (keys->slots + extra) * sizeof(*keys->rows));
    size_t beyond = (size_t)((uintptr_t)keys->room % LINE);
    unsigned char *aligned = keys->room;
    if (beyond != 0)
        aligned += LINE - beyond;
    keys->rows = (struct log_keys_row *)(void *)aligned;
}

void
log_keys_init(struct log_keys *keys, uint64_t memory, size_t hot)
{
    uint64_t most = memory / LOG_KEYS_ROW_SIZE;
    *keys = (struct log_keys){ .moved_live = 0 };
    keys->slots_most = most < LEAST_SLOTS  ? LEAST_SLOTS
                       : most > UINT32_MAX ? UINT32_MAX
                                           : (size_t)most;
    keys->slots = keys->slots_most;
    while (keys->slots >= LEAST_SLOTS * GROWTH)
        keys->slots /= GROWTH;
    if (getrandom(&keys->multiplier, sizeof(keys->multiplier),
                  GRND_NONBLOCK) < 0)
        keys->multiplier = (uint64_t)(uintptr_t)keys; /* better than none */
    keys->multiplier |= 1;
    allocate(keys);
    (void)buffer_reserve(&keys->names, HELD_NAMES);
    log_hot_init(&keys->by_commands, hot);
    log_hot_init(&keys->by_bytes, hot);
}

void
log_keys_fini(struct log_keys *keys)
{
    free(keys->room);
    log_hot_fini(&keys->by_commands);
    log_hot_fini(&keys->by_bytes);
    buffer_fini(&keys->names);
}

/* ---- rows ---- */

static inline size_t
home_of(const struct log_keys *keys, uint64_t hash)
{
    uint64_t mixed = (hash * keys->multiplier) >> 32;
    return (size_t)((mixed * keys->slots) >> 32);
}

static inline size_t
behind(const struct log_keys *keys, size_t slot)
{
    return slot + 1 < keys->slots ? slot + 1 : 0;
}

/* The row of a hash, or the empty one where it belongs. */
static inline struct log_keys_row *
probe(const struct log_keys *keys, uint64_t hash)
{
    size_t at = home_of(keys, hash);
    while (keys->rows[at].hash != 0 && keys->rows[at].hash != hash)
        at = behind(keys, at);
    return &keys->rows[at];
}

static inline bool
is_sampled(const struct log_keys *keys, uint64_t hash)
{
    return (hash & ((UINT64_C(1) << keys->halvings) - 1)) == 0;
}

static uint64_t
live_of(const struct log_keys *keys, const struct log_keys_row *row)
{
    return row->flushes >= keys->flushed[row->space] ? row->live : 0;
}

/* Less than nothing where a key moved to; where it came from has the rest. */
static int64_t
garbage_of(const struct log_keys *keys, const struct log_keys_row *row)
{
    return (int64_t)(row->bytes - live_of(keys, row));
}

static void
grow(struct log_keys *keys)
{
    const struct log_keys_row *old = keys->rows;
    void *old_room = keys->room;
    size_t count = keys->slots;
    keys->slots *= GROWTH;
    if (keys->slots > keys->slots_most - count)
        keys->slots = keys->slots_most;
    allocate(keys);
    for (size_t i = 0; i < count; i++)
        if (old[i].hash != 0)
            *probe(keys, old[i].hash) = old[i];
    free(old_room);
}

/* ---- giving rows up ---- */

static uint64_t
commands_at_most(const struct log_keys *keys, const struct log_keys_row *row)
{
    return (uint64_t)row->commands + keys->lost[row->epoch].commands;
}

static uint64_t
bytes_at_most(const struct log_keys *keys, const struct log_keys_row *row)
{
    return (uint64_t)row->bytes + keys->lost[row->epoch].bytes;
}

static unsigned
class_of(uint64_t figure)
{
    if (figure >> CLASS_BITS == 0)
        return (unsigned)figure;
    unsigned shift = 63 - (unsigned)__builtin_clzll(figure) - CLASS_BITS;
    return ((shift + 1) << CLASS_BITS) +
           (unsigned)((figure >> shift) & ((1 << CLASS_BITS) - 1));
}

/* The least class such that no more than `most` rows are in it and above. */
static unsigned
threshold(const struct log_keys *keys, size_t most,
          uint64_t (*figure)(const struct log_keys *keys,
                             const struct log_keys_row *row))
{
    size_t *counts = xcalloc(CLASSES, sizeof(*counts));
    for (size_t i = 0; i < keys->slots; i++)
        if (keys->rows[i].hash != 0)
            counts[class_of(figure(keys, &keys->rows[i]))]++;
    unsigned class = CLASSES;
    size_t above = 0;
    while (class > 0 && above + counts[class - 1] <= most)
        above += counts[--class];
    free(counts);
    return class;
}

/* Makes the sample so small that it is at most that many rows. */
static void
shrink_sample(struct log_keys *keys, size_t most)
{
    size_t zeros[65] = { 0 }; /* rows by the number of zeros at the end */
    for (size_t i = 0; i < keys->slots; i++)
        if (keys->rows[i].hash != 0)
            zeros[__builtin_ctzll(keys->rows[i].hash)]++;
    size_t sampled = 0;
    for (unsigned k = keys->halvings; k < 65; k++)
        sampled += zeros[k];
    while (sampled > most && keys->halvings < 63)
        sampled -= zeros[keys->halvings++];
}

static void
give_up(struct log_keys *keys, const struct log_keys_row *row,
        struct log_hot_figures *lost)
{
    uint64_t commands = commands_at_most(keys, row);
    uint64_t bytes = bytes_at_most(keys, row);
    lost->commands = commands > lost->commands ? commands : lost->commands;
    lost->bytes = bytes > lost->bytes ? bytes : lost->bytes;
    keys->given_up++;
    keys->given_up_garbage += garbage_of(keys, row);
    keys->count--;
}

/* Takes each row out of the table and puts those that stay in again.  Begun
 * behind an empty row, this leaves none behind a gap that a look for it would
 * end at. */
static void
sweep(struct log_keys *keys, unsigned commands_class, unsigned bytes_class,
      struct log_hot_figures *lost)
{
    size_t begin = 0;
    while (keys->rows[begin].hash != 0)
        begin++;
    for (size_t slot = behind(keys, begin); slot != begin;
         slot = behind(keys, slot)) {
        struct log_keys_row *at = &keys->rows[slot];
        struct log_keys_row row = *at;
        if (row.hash == 0)
            continue;
        at->hash = 0;
        bool hot = class_of(commands_at_most(keys, &row)) >= commands_class ||
                   class_of(bytes_at_most(keys, &row)) >= bytes_class;
        row.is_always_hot = hot && row.is_always_hot;
        if (hot || is_sampled(keys, row.hash))
            *probe(keys, row.hash) = row;
        else
            give_up(keys, &row, lost);
    }
}

/* Leaves at most half of the rows: a quarter for the sample, an eighth for the
 * hottest by commands and by bytes each. */
static void
halve(struct log_keys *keys)
{
    size_t all = keys->count;
    shrink_sample(keys, all / 4);
    unsigned commands_class = threshold(keys, all / 8, commands_at_most);
    unsigned bytes_class = threshold(keys, all / 8, bytes_at_most);
    struct log_hot_figures lost = keys->lost[keys->epoch];
    sweep(keys, commands_class, bytes_class, &lost);
    if (keys->epoch < LOG_KEYS_EPOCHS - 1)
        keys->epoch++;
    keys->lost[keys->epoch] = lost;
}

/* ---- counting ---- */

static struct log_keys_row *
add_row(struct log_keys *keys, struct log_keys_row *row, uint64_t hash,
        uint8_t space)
{
    if (keys->count >= keys->slots - keys->slots / 4) {
        if (keys->slots < keys->slots_most)
            grow(keys);
        else
            halve(keys);
        row = probe(keys, hash);
    }
    keys->count++;
    *row = (struct log_keys_row){
        .hash = hash,
        .space = space,
        .epoch = is_sampled(keys, hash) ? 0 : (uint8_t)keys->epoch,
        .is_always_hot = keys->epoch == 0,
    };
    return row;
}

static void
meet_fate(struct log_keys *keys, struct log_keys_row *row, uint64_t bytes,
          enum log_key_fate fate)
{
    uint64_t live = live_of(keys, row);
    switch (fate) {
    case LOG_KEY_CHANGED:
        live += bytes;
        break;
    case LOG_KEY_REPLACED:
        live = bytes;
        break;
    case LOG_KEY_DELETED:
        live = 0;
        break;
    case LOG_KEY_MOVED_AWAY:
        keys->moved_live = live;
        live = 0;
        break;
    case LOG_KEY_MOVED_HERE:
        live = keys->moved_live;
        break;
    }
    row->live = live & BYTES_MASK;
    row->flushes = keys->flushes & LOG_KEYS_FLUSHES_MAX;
}

static void
take_in(struct log_keys *keys, const struct log_keys_waiting *waiting)
{
    struct log_key key = waiting->key;
    key.name.data = keys->names.data + waiting->name_at;
    struct log_keys_row *row = probe(keys, key.hash);
    if (row->hash == 0)
        row = add_row(keys, row, key.hash, waiting->space);
    row->commands++;
    row->bytes = (row->bytes + waiting->bytes) & BYTES_MASK;
    meet_fate(keys, row, waiting->bytes, waiting->fate);
    if (row->commands < keys->by_commands.floor &&
        row->bytes < keys->by_bytes.floor)
        return;
    struct log_hot_figures figures = { row->commands, row->bytes };
    log_hot_offer(&keys->by_commands, row->commands, &figures, &key);
    log_hot_offer(&keys->by_bytes, row->bytes, &figures, &key);
}

static void
settle(struct log_keys *keys)
{
    for (size_t i = 0; i < keys->waiting_count; i++)
        take_in(keys, &keys->waiting[i]);
    keys->waiting_count = 0;
    buffer_clear(&keys->names);
}

void
log_keys_add(struct log_keys *keys, const struct log_key *key, uint64_t bytes,
             enum log_key_fate fate, uint8_t space)
{
    struct log_keys_waiting *waiting = &keys->waiting[keys->waiting_count++];
    waiting->key = *key;
    waiting->key.hash += key->hash == 0;
    waiting->name_at = keys->names.size;
    waiting->bytes = bytes;
    waiting->fate = fate;
    waiting->space = space;
    buffer_append(&keys->names, key->name.data, key->name.size);
    keys->bytes += bytes;
    const struct log_keys_row *home =
        &keys->rows[home_of(keys, waiting->key.hash)];
    __builtin_prefetch(home, 1);
    __builtin_prefetch(home + 2, 1); /* one look in three goes so far */
    if (keys->waiting_count == LOG_KEYS_WAITING ||
        keys->names.size > HELD_NAMES)
        settle(keys);
}

void
log_keys_flush(struct log_keys *keys, uint8_t first, uint8_t last)
{
    settle(keys);
    if (keys->flushes == LOG_KEYS_FLUSHES_MAX)
        return; /* garbage is a lower bound */
    keys->flushes++;
    for (unsigned space = first; space <= last; space++)
        keys->flushed[space] = keys->flushes;
}

/* ---- reading out ---- */

struct share {
    uint64_t keys;
    uint64_t bytes;
    int64_t garbage;
};

static void
add_share(struct share *share, const struct log_keys *keys,
          const struct log_keys_row *row)
{
    share->keys++;
    share->bytes += row->bytes;
    share->garbage += garbage_of(keys, row);
}

static uint64_t
positive(int64_t number)
{
    return number > 0 ? (uint64_t)number : 0;
}

/* True for keys that are surely in the table, and what they miss is little. */
static bool
is_known(const struct log_keys *keys, const struct log_keys_row *row)
{
    enum { TIMES_LOST = 16 };
    return row->is_always_hot ||
           row->bytes / TIMES_LOST > keys->lost[keys->epoch].bytes;
}

/* known is of the keys that are, sampled of the sample of all others. */
static uint64_t
estimate(const struct log_keys *keys, const struct share *known,
         const struct share *sampled)
{
    uint64_t others = keys->bytes - known->bytes;
    double share = sampled->bytes == 0 ? 0
                                       : (double)positive(sampled->garbage) /
                                             (double)sampled->bytes;
    return positive(known->garbage) + (uint64_t)((double)others * share);
}

struct log_keys_sums
log_keys_sums(struct log_keys *keys)
{
    struct share all = { 0, 0, 0 };
    struct share known = all;
    struct share sampled = all;
    settle(keys);
    for (size_t i = 0; i < keys->slots; i++) {
        const struct log_keys_row *row = &keys->rows[i];
        if (row->hash == 0)
            continue;
        add_share(&all, keys, row);
        if (is_known(keys, row))
            add_share(&known, keys, row);
        else if (is_sampled(keys, row->hash))
            add_share(&sampled, keys, row);
    }
    struct log_keys_sums sums = {
        .keys = all.keys,
        .bytes = keys->bytes,
        .garbage_least = positive(all.garbage + keys->given_up_garbage),
        .halvings = keys->halvings,
        .is_exact = keys->given_up == 0,
    };
    sums.garbage = sums.garbage_least;
    if (sums.is_exact)
        return sums;
    uint64_t estimated = estimate(keys, &known, &sampled);
    if (estimated > sums.garbage)
        sums.garbage = estimated;
    sums.keys = known.keys + (sampled.keys << keys->halvings);
    return sums;
}

static uint64_t
greater(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Its row may have been given up since it was hot, and begun again: it holds
 * at least what it once had, and at most what its row now says. */
static struct log_keys_hot
final_figures(const struct log_keys *keys, const struct log_hot_key *hot)
{
    const struct log_keys_row *row = probe(keys, hot->key.hash);
    unsigned epoch = row->hash != 0 ? row->epoch : keys->epoch;
    struct log_hot_figures now = { 0, 0 };
    if (row->hash != 0)
        now = (struct log_hot_figures){ row->commands, row->bytes };
    struct log_hot_figures figures = {
        greater(now.commands, hot->figures.commands),
        greater(now.bytes, hot->figures.bytes),
    };
    struct log_hot_figures most = {
        greater(now.commands + keys->lost[epoch].commands, figures.commands),
        greater(now.bytes + keys->lost[epoch].bytes, figures.bytes),
    };
    return (struct log_keys_hot){
        .key = hot->key,
        .figures = figures,
        .missing = { most.commands - figures.commands,
                     most.bytes - figures.bytes },
    };
}

struct log_keys_hot *
log_keys_ranked(struct log_keys *keys, bool by_bytes, size_t *count)
{
    settle(keys);
    const struct log_hot_key *hot = log_hot_ranked(
        by_bytes ? &keys->by_bytes : &keys->by_commands, count);
    struct log_keys_hot *ranked =
        xreallocarray(NULL, *count + 1, sizeof(*ranked));
    for (size_t i = 0; i < *count; i++)
        ranked[i] = final_figures(keys, &hot[i]);
    return ranked;
}
