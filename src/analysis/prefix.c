/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a row may miss.  Let lost be a bound on what any prefix that has no row
 * really holds, 0 at first.  A row that is made then misses at most lost; from
 * there on it counts everything.  When rows are given up, each really held at
 * most its count plus what it misses, so lost becomes the greatest of these
 * (and never shrinks).  Rows of the first hour, the big ones as a rule, stay
 * exact.  Keys and memory are bounded each by itself.
 */
#include "analysis/prefix.h"

#include <stdlib.h>

#include "analysis/prefix-cut.h"
#include "analysis/prefix-emit.h"
#include "analysis/prefix-fold.h"
#include "analysis/prefix-guess.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "model/pricer.h"

struct row {
    struct prefix_sums sums;
    uint64_t missing_keys;
    uint64_t missing_memory;
};

struct prefix {
    struct analysis analysis;
    struct prefix_cut cut;
    uint64_t min_share;
    size_t shown;
    size_t capacity;

    struct map map;   /* prefix to row */
    struct row *rows;
    size_t room;
    struct prefix_guesses guesses;

    struct prefix_sums none;  /* keys without a separator */
    struct prefix_sums given_up;

    /* Figures of the profiles behind the first, as prefix_row has them: so
     * many, of each row, of none and of given_up. */
    size_t width;
    uint64_t *others;
    uint64_t *none_others;
    uint64_t *given_up_others;
    uint64_t lost_keys;
    uint64_t lost_memory;
};

/* ---- counting ---- */

/* NULL with one profile. */
static uint64_t *
others_of(const struct prefix *prefix, size_t row)
{
    return prefix->width > 0 ? prefix->others + row * prefix->width : NULL;
}

static void
grow_rows(struct prefix *prefix)
{
    prefix->room = prefix->room ? prefix->room * 2 : 64;
    if (prefix->room > prefix->capacity + 1)
        prefix->room = prefix->capacity + 1;
    prefix->rows = xreallocarray(prefix->rows, prefix->room,
                                 sizeof(*prefix->rows));
    if (prefix->width > 0)
        prefix->others = xreallocarray(prefix->others, prefix->room,
                                       prefix->width * sizeof(uint64_t));
}

/* Finds or makes the row of a prefix. */
static struct row *
find_row(struct prefix *prefix, struct bytes name)
{
    bool added;
    uint32_t number = map_add(&prefix->map, name, &added);
    if (!added)
        return &prefix->rows[number];
    if (number == prefix->room)
        grow_rows(prefix);
    if (prefix->width > 0)
        memset(others_of(prefix, number), 0,
               prefix->width * sizeof(uint64_t));
    prefix->rows[number] = (struct row){
        .missing_keys = prefix->lost_keys,
        .missing_memory = prefix->lost_memory,
    };
    return &prefix->rows[number];
}

static void
give_up(struct prefix *prefix, uint32_t number)
{
    const struct row *row = &prefix->rows[number];
    uint64_t keys = row->sums.keys + row->missing_keys;
    uint64_t memory = row->sums.memory + row->missing_memory;
    if (keys > prefix->lost_keys)
        prefix->lost_keys = keys;
    if (memory > prefix->lost_memory)
        prefix->lost_memory = memory;
    prefix_sums_add(&prefix->given_up, &row->sums);
    prefix_others_add(prefix->given_up_others, others_of(prefix, number),
                      prefix->width);
}

static int
order_memory(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x < y) - (x > y);
}

/* The memory of the row of which keep - 1 have no less; *ties is how many
 * rows of exactly that memory are among the first keep. */
static uint64_t
threshold_of(const struct prefix *prefix, size_t keep, size_t *ties)
{
    size_t count = prefix->map.count;
    uint64_t *sizes = xreallocarray(NULL, count, sizeof(*sizes));
    for (size_t i = 0; i < count; i++)
        sizes[i] = prefix->rows[i].sums.memory;
    qsort(sizes, count, sizeof(*sizes), order_memory);
    uint64_t threshold = keep ? sizes[keep - 1] : UINT64_MAX;
    *ties = 0;
    while (*ties < keep && sizes[keep - 1 - *ties] == threshold)
        ++*ties;
    free(sizes);
    return threshold;
}

/* Gives up the smaller half of the rows. */
static void
halve(struct prefix *prefix)
{
    size_t ties;
    uint64_t threshold = threshold_of(prefix, prefix->map.count / 2, &ties);
    struct map old = prefix->map;
    prefix->map = (struct map){ .names = NULL };
    memset(&prefix->guesses, 0, sizeof(prefix->guesses));
    for (uint32_t i = 0; i < old.count; i++) {
        struct row row = prefix->rows[i];
        bool keep = row.sums.memory > threshold;
        if (row.sums.memory == threshold && ties > 0) {
            ties--;
            keep = true;
        }
        if (keep) {
            bool added;
            uint32_t number = map_add(&prefix->map, map_name(&old, i), &added);
            prefix->rows[number] = row;
            if (prefix->width > 0)
                memmove(others_of(prefix, number), others_of(prefix, i),
                        prefix->width * sizeof(uint64_t));
        } else {
            give_up(prefix, i);
        }
    }
    map_fini(&old);
}

static void
keep_bounds(struct prefix *prefix)
{
    while (prefix->map.count > prefix->capacity ||
           (prefix->map.count != 0 &&
            map_name_bytes(&prefix->map) / PREFIX_NAME_BYTES >
                prefix->capacity))
        halve(prefix);
}

static inline void
add_record(struct prefix_sums *sums, const struct record *record)
{
    uint64_t memory = record->prices[0].memory;
    sums->keys++;
    sums->memory += memory;
    if (!record->key->has_expiry) {
        sums->no_expiry_keys++;
        sums->no_expiry_memory += memory;
    }
}

static void
add_prices(const struct prefix *prefix, uint64_t *others,
           const struct record *record)
{
    bool no_expiry = !record->key->has_expiry;
    for (size_t i = 0; i < prefix->width; i += 2) {
        uint64_t memory = record->prices[1 + i / 2].memory;
        others[i] += memory;
        others[i + 1] += no_expiry ? memory : 0;
    }
}

static inline void
add_to_row(const struct prefix *prefix, uint32_t number,
           const struct record *record)
{
    add_record(&prefix->rows[number].sums, record);
    if (prefix->width > 0)
        add_prices(prefix, others_of(prefix, number), record);
}

static void
add_unguessed(struct prefix *prefix, const struct record *record)
{
    struct bytes name = record->key->name;
    bool whole;
    struct bytes start = prefix_cut_start(&prefix->cut, name, &whole);
    if (start.size == 0) {
        add_record(&prefix->none, record);
        add_prices(prefix, prefix->none_others, record);
        return;
    }
    struct row *row = find_row(prefix, start);
    uint32_t number = (uint32_t)(row - prefix->rows);
    add_to_row(prefix, number, record);
    if (whole)
        prefix_guess_set(prefix_guess_of(&prefix->guesses, name), number,
                         start);
    keep_bounds(prefix);
}

/* Apart from prefix_add, which is not to pay for the room that this needs. */
static __attribute__((noinline)) void
add_with_care(struct prefix *prefix, const struct record *record)
{
    struct bytes name = record->key->name;
    uint32_t row = prefix_guess_of(&prefix->guesses, name)->row;
    if (row != 0 && bytes_starts_with(name, map_name(&prefix->map, row - 1)))
        add_to_row(prefix, row - 1, record);
    else
        add_unguessed(prefix, record);
}

static void
prefix_add(struct analysis *self, const struct record *record)
{
    struct prefix *prefix = (struct prefix *)self;
    struct bytes name = record->key->name;
    const struct prefix_guess *guess =
        prefix_guess_of(&prefix->guesses, name);
    if (prefix_guess_fits(guess, name))
        add_to_row(prefix, guess->short_row - 1, record);
    else
        add_with_care(prefix, record);
}

static void
prefix_merge(struct analysis *self, const struct analysis *other)
{
    struct prefix *into = (struct prefix *)self;
    const struct prefix *from = (const struct prefix *)other;
    /* Rows that only one side has miss what the other may have lost. */
    bool lost = from->lost_keys > 0 || from->lost_memory > 0;
    for (uint32_t i = 0; lost && i < into->map.count; i++) {
        if (map_find(&from->map, map_name(&into->map, i)) == MAP_NONE) {
            into->rows[i].missing_keys += from->lost_keys;
            into->rows[i].missing_memory += from->lost_memory;
        }
    }
    for (uint32_t i = 0; i < from->map.count; i++) {
        const struct row *more = &from->rows[i];
        struct row *row = find_row(into, map_name(&from->map, i));
        prefix_sums_add(&row->sums, &more->sums);
        row->missing_keys += more->missing_keys;
        row->missing_memory += more->missing_memory;
        if (into->width > 0)
            prefix_others_add(others_of(into, (size_t)(row - into->rows)),
                              others_of(from, i), into->width);
        keep_bounds(into);
    }
    into->lost_keys += from->lost_keys;
    into->lost_memory += from->lost_memory;
    prefix_sums_add(&into->none, &from->none);
    prefix_sums_add(&into->given_up, &from->given_up);
    prefix_others_add(into->none_others, from->none_others, into->width);
    prefix_others_add(into->given_up_others, from->given_up_others,
                      into->width);
}

static void
prefix_clear(struct analysis *self, const struct analysis *sum)
{
    struct prefix *prefix = (struct prefix *)self;
    (void)sum;
    map_fini(&prefix->map);
    memset(&prefix->guesses, 0, sizeof(prefix->guesses));
    prefix->none = prefix->given_up = (struct prefix_sums){ .keys = 0 };
    memset(prefix->none_others, 0, prefix->width * sizeof(uint64_t));
    memset(prefix->given_up_others, 0, prefix->width * sizeof(uint64_t));
    prefix->lost_keys = prefix->lost_memory = 0;
}

/* ---- rows to show ---- */

static int
order_by_name(const void *a, const void *b)
{
    const struct prefix_row *x = a;
    const struct prefix_row *y = b;
    return bytes_compare(x->prefix, y->prefix);
}

static int
order_by_memory(const void *a, const void *b)
{
    const struct prefix_row *x = a;
    const struct prefix_row *y = b;
    if (x->sums.memory != y->sums.memory)
        return x->sums.memory < y->sums.memory ? 1 : -1;
    return order_by_name(a, b);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t
prefix_memory_of(const struct prefix_row *rows, size_t count)
{
    uint64_t memory = 0;
    for (size_t i = 0; i < count; i++)
        memory += rows[i].sums.memory;
    return memory;
}

/* Copies of all rows and (other), and behind them their other figures. */
static struct prefix_row *
copy_rows(const struct prefix *prefix)
{
    size_t count = prefix->map.count;
    size_t width = prefix->width * sizeof(uint64_t);
    struct prefix_row *rows =
        xreallocarray(NULL, count + 1, sizeof(*rows) + width);
    uint64_t *others = (uint64_t *)(void *)(rows + count + 1);
    if (width > 0 && count > 0)
        memcpy(others, prefix->others, count * width);
    for (uint32_t i = 0; i < count; i++) {
        const struct row *row = &prefix->rows[i];
        rows[i] = (struct prefix_row){
            .prefix = map_name(&prefix->map, i),
            .sums = row->sums,
            .others = others + i * prefix->width,
            .missing_keys = least(row->missing_keys, prefix->given_up.keys),
            .missing_memory =
                least(row->missing_memory, prefix->given_up.memory),
        };
    }
    rows[count] = (struct prefix_row){
        .prefix = BYTES_LITERAL("(other)"),
        .is_other = true,
        .sums = prefix->none,
        .others = others + count * prefix->width,
    };
    prefix_sums_add(&rows[count].sums, &prefix->given_up);
    if (width > 0)
        memcpy(rows[count].others, prefix->none_others, width);
    prefix_others_add(rows[count].others, prefix->given_up_others,
                      prefix->width);
    return rows;
}

/* The number of those that are not too small. */
static size_t
fold_small(const struct prefix *prefix, struct prefix_row *rows, size_t count,
           struct prefix_row *other)
{
    const struct prefix_fold fold = {
        .cut = &prefix->cut,
        .min_share = prefix->min_share,
        .memory = other->sums.memory + prefix_memory_of(rows, count),
        .width = prefix->width,
        .missing_keys = prefix->given_up.keys,
        .missing_memory = prefix->given_up.memory,
    };
    qsort(rows, count, sizeof(*rows), order_by_name);
    return prefix_fold(&fold, rows, count, other);
}

struct prefix_row *
prefix_rows(const struct analysis *analysis, size_t *count)
{
    const struct prefix *prefix = (const struct prefix *)analysis;
    struct prefix_row *rows = copy_rows(prefix);
    size_t shown = prefix->map.count;
    struct prefix_row other = rows[shown];
    if (prefix->min_share != 0)
        shown = fold_small(prefix, rows, shown, &other);
    qsort(rows, shown, sizeof(*rows), order_by_memory);
    while (prefix->shown != 0 && shown > prefix->shown) {
        const struct prefix_row *cut_off = &rows[--shown];
        prefix_sums_add(&other.sums, &cut_off->sums);
        prefix_others_add(other.others, cut_off->others, prefix->width);
    }
    rows[shown] = other;
    *count = shown + 1;
    return rows;
}

bool
prefix_is_exact(const struct analysis *analysis)
{
    return ((const struct prefix *)analysis)->given_up.keys == 0;
}

static void
prefix_free(struct analysis *self)
{
    struct prefix *prefix = (struct prefix *)self;
    prefix_cut_fini(&prefix->cut);
    map_fini(&prefix->map);
    free(prefix->rows);
    free(prefix->others);
    free(prefix->none_others);
    free(prefix->given_up_others);
    free(prefix);
}

static const struct analysis_ops prefix_ops = {
    prefix_add, prefix_merge, prefix_clear,
    prefix_emit, prefix_free,
};

/* Measured: what a program needs without rows, and a row at its most, which is
 * when the rows to show are made or half of them given up. */
size_t
prefix_capacity(uint64_t memory, size_t profiles)
{
    enum { WITHOUT_ROWS = 8 << 20, PER_PROFILE = 48 };
    uint64_t per_row = ((64 << 20) - WITHOUT_ROWS) / PREFIX_ROWS_MAX;
    if (profiles > 1)
        per_row += (profiles - 1) * PER_PROFILE;
    if (memory <= WITHOUT_ROWS + per_row)
        return 1;
    uint64_t rows = (memory - WITHOUT_ROWS) / per_row;
    return rows < UINT32_MAX / 4 ? (size_t)rows : UINT32_MAX / 4;
}

struct analysis *
prefix_new(const struct prefix_options *options)
{
    struct prefix *prefix = xcalloc(1, sizeof(*prefix));
    prefix->analysis.ops = &prefix_ops;
    prefix->analysis.wants = PRICE_MEMORY;
    prefix_cut_init(&prefix->cut, options);
    prefix->min_share = options->min_share;
    prefix->shown = options->rows;
    if (options->profiles > 1)
        prefix->width = 2 * (options->profiles - 1);
    prefix->none_others = xcalloc(prefix->width + 1, sizeof(uint64_t));
    prefix->given_up_others = xcalloc(prefix->width + 1, sizeof(uint64_t));
    prefix->capacity = options->capacity ? options->capacity : PREFIX_ROWS_MAX;
    return &prefix->analysis;
}
