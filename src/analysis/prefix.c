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
    struct arena arena; /* bytes of separators */
    struct bytes *separators;
    size_t separator_count;
    bool ends[256]; /* last bytes of separators */
    int only_byte;  /* the only separator when that is one byte, else -1 */
    unsigned depth;
    uint64_t min_share;
    size_t shown;
    size_t capacity;

    struct map map;   /* prefix to row */
    struct row *rows;
    size_t room;
    struct prefix_guesses guesses;

    struct prefix_sums none;  /* keys without a separator */
    struct prefix_sums given_up;
    uint64_t lost_keys;
    uint64_t lost_memory;
};

/* ---- where prefixes end ---- */

static bool
separator_ends_at(const struct prefix *prefix, const unsigned char *start,
                  const unsigned char *end)
{
    for (size_t i = 0; i < prefix->separator_count; i++) {
        struct bytes separator = prefix->separators[i];
        if ((size_t)(end - start) >= separator.size &&
            memcmp(end - separator.size, separator.data, separator.size) == 0)
            return true;
    }
    return false;
}

/* The first place behind start where a separator ends; NULL without one.
 * Since nothing behind that place matters, a prefix of a prefix is found in
 * any longer name, too: nesting can be told by bytes alone. */
static const unsigned char *
next_end(const struct prefix *prefix, const unsigned char *start,
         const unsigned char *end)
{
    if (prefix->only_byte >= 0) {
        const unsigned char *found =
            memchr(start, prefix->only_byte, (size_t)(end - start));
        return found ? found + 1 : NULL;
    }
    for (const unsigned char *p = start; p < end; p++)
        if (prefix->ends[*p] && separator_ends_at(prefix, start, p + 1))
            return p + 1;
    return NULL;
}

/* The part of name that is its prefix; *whole when that has all the levels it
 * may have. */
static struct bytes
cut(const struct prefix *prefix, struct bytes name, bool *whole)
{
    size_t size =
        name.size < PREFIX_LENGTH_MAX ? name.size : PREFIX_LENGTH_MAX;
    const unsigned char *end = name.data + size;
    const unsigned char *at = name.data;
    unsigned levels = 0;
    while (levels < prefix->depth && at < end) {
        const unsigned char *next = next_end(prefix, at, end);
        if (next == NULL)
            break;
        at = next;
        levels++;
    }
    *whole = levels == prefix->depth;
    return bytes_of(name.data, (size_t)(at - name.data));
}

/* A prefix without its last level. */
static struct bytes
parent_of(const struct prefix *prefix, struct bytes name)
{
    const unsigned char *end = name.data + name.size;
    const unsigned char *parent = name.data;
    const unsigned char *at = name.data;
    while (at != NULL && at < end) {
        parent = at;
        at = next_end(prefix, at, end);
    }
    return bytes_of(name.data, (size_t)(parent - name.data));
}

/* ---- counting ---- */

static void
add_sums(struct prefix_sums *into, const struct prefix_sums *from)
{
    into->keys += from->keys;
    into->memory += from->memory;
    into->no_expiry_keys += from->no_expiry_keys;
    into->no_expiry_memory += from->no_expiry_memory;
}

/* Finds or makes the row of a prefix. */
static struct row *
find_row(struct prefix *prefix, struct bytes name)
{
    bool added;
    uint32_t number = map_add(&prefix->map, name, &added);
    if (!added)
        return &prefix->rows[number];
    if (number == prefix->room) {
        prefix->room = prefix->room ? prefix->room * 2 : 64;
        if (prefix->room > prefix->capacity + 1)
            prefix->room = prefix->capacity + 1;
        prefix->rows = xreallocarray(prefix->rows, prefix->room,
                                     sizeof(*prefix->rows));
    }
    prefix->rows[number] = (struct row){
        .missing_keys = prefix->lost_keys,
        .missing_memory = prefix->lost_memory,
    };
    return &prefix->rows[number];
}

static void
give_up(struct prefix *prefix, const struct row *row)
{
    uint64_t keys = row->sums.keys + row->missing_keys;
    uint64_t memory = row->sums.memory + row->missing_memory;
    if (keys > prefix->lost_keys)
        prefix->lost_keys = keys;
    if (memory > prefix->lost_memory)
        prefix->lost_memory = memory;
    add_sums(&prefix->given_up, &row->sums);
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
        } else {
            give_up(prefix, &row);
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
add_unguessed(struct prefix *prefix, const struct record *record)
{
    struct bytes name = record->key->name;
    bool whole;
    struct bytes start = cut(prefix, name, &whole);
    if (start.size == 0) {
        add_record(&prefix->none, record);
        return;
    }
    struct row *row = find_row(prefix, start);
    add_record(&row->sums, record);
    if (whole)
        prefix_guess_set(prefix_guess_of(&prefix->guesses, name),
                         (uint32_t)(row - prefix->rows), start);
    keep_bounds(prefix);
}

/* Apart from prefix_add, which is not to pay for the room that this needs. */
static __attribute__((noinline)) void
add_with_care(struct prefix *prefix, const struct record *record)
{
    struct bytes name = record->key->name;
    uint32_t row = prefix_guess_of(&prefix->guesses, name)->row;
    if (row != 0 && bytes_starts_with(name, map_name(&prefix->map, row - 1)))
        add_record(&prefix->rows[row - 1].sums, record);
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
        add_record(&prefix->rows[guess->short_row - 1].sums, record);
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
        add_sums(&row->sums, &more->sums);
        row->missing_keys += more->missing_keys;
        row->missing_memory += more->missing_memory;
        keep_bounds(into);
    }
    into->lost_keys += from->lost_keys;
    into->lost_memory += from->lost_memory;
    add_sums(&into->none, &from->none);
    add_sums(&into->given_up, &from->given_up);
}

static void
prefix_clear(struct analysis *self, const struct analysis *sum)
{
    struct prefix *prefix = (struct prefix *)self;
    (void)sum;
    map_fini(&prefix->map);
    memset(&prefix->guesses, 0, sizeof(prefix->guesses));
    prefix->none = prefix->given_up = (struct prefix_sums){ .keys = 0 };
    prefix->lost_keys = prefix->lost_memory = 0;
}

/* ---- rows to show ----
 *
 * Sorted by name, a prefix stands right before all that it is a prefix of.  A
 * stack holds the chain of prefixes around the place in that order; when the
 * next name is outside of the innermost one, that is complete: it is shown, or
 * cut to its parent, which then either joins the one below it on the stack or
 * stands there in its place.
 */

struct shown {
    const struct prefix *prefix;
    uint64_t memory; /* of all keys */
    struct prefix_row *rows;
    size_t count;
    struct prefix_row other;
    struct prefix_row stack[PREFIX_DEPTH_MAX];
    size_t depth;
};

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

static bool
is_too_small(const struct shown *shown, const struct prefix_row *row)
{
    return (double)row->sums.memory * 1e6 <
           (double)shown->prefix->min_share * (double)shown->memory;
}

/* Sums of several prefixes may miss anything that was given up. */
static void
join(const struct prefix *prefix, struct prefix_row *into,
     const struct prefix_row *from)
{
    add_sums(&into->sums, &from->sums);
    into->missing_keys = prefix->given_up.keys;
    into->missing_memory = prefix->given_up.memory;
}

/* Closes the innermost prefix.  False when it was cut to its parent, which is
 * still around `next`. */
static bool
close_innermost(struct shown *shown, struct bytes next)
{
    struct prefix_row *top = &shown->stack[shown->depth - 1];
    if (!is_too_small(shown, top)) {
        shown->rows[shown->count++] = *top;
        shown->depth--;
        return true;
    }
    struct bytes parent = parent_of(shown->prefix, top->prefix);
    if (parent.size == 0) {
        add_sums(&shown->other.sums, &top->sums);
        shown->depth--;
        return true;
    }
    if (shown->depth > 1 && top[-1].prefix.size == parent.size) {
        join(shown->prefix, &top[-1], top);
        shown->depth--;
        return true;
    }
    top->prefix = parent;
    top->missing_keys = shown->prefix->given_up.keys;
    top->missing_memory = shown->prefix->given_up.memory;
    return !bytes_starts_with(next, parent);
}

static void
close_outside(struct shown *shown, struct bytes next)
{
    while (shown->depth > 0 &&
           !bytes_starts_with(next, shown->stack[shown->depth - 1].prefix))
        if (!close_innermost(shown, next))
            return;
}

/* Takes rows sorted by name; shows no more of them than there are. */
static void
fold_small(struct shown *shown, const struct prefix_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        close_outside(shown, rows[i].prefix);
        shown->stack[shown->depth++] = rows[i];
    }
    /* No name starts with a prefix and is empty: this closes all. */
    close_outside(shown, bytes_of("", 0));
}

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t
memory_of(const struct prefix_row *rows, size_t count)
{
    uint64_t memory = 0;
    for (size_t i = 0; i < count; i++)
        memory += rows[i].sums.memory;
    return memory;
}

static struct prefix_row *
copy_rows(const struct prefix *prefix)
{
    struct prefix_row *rows =
        xreallocarray(NULL, prefix->map.count + 1, sizeof(*rows));
    for (uint32_t i = 0; i < prefix->map.count; i++) {
        const struct row *row = &prefix->rows[i];
        rows[i] = (struct prefix_row){
            .prefix = map_name(&prefix->map, i),
            .sums = row->sums,
            .missing_keys = least(row->missing_keys, prefix->given_up.keys),
            .missing_memory =
                least(row->missing_memory, prefix->given_up.memory),
        };
    }
    return rows;
}

struct prefix_row *
prefix_rows(const struct analysis *analysis, size_t *count)
{
    const struct prefix *prefix = (const struct prefix *)analysis;
    struct shown shown = { .prefix = prefix };
    shown.other.prefix = BYTES_LITERAL("(other)");
    shown.other.is_other = true;
    shown.other.sums = prefix->none;
    add_sums(&shown.other.sums, &prefix->given_up);

    struct prefix_row *rows = copy_rows(prefix);
    shown.rows = rows;
    shown.count = prefix->map.count;
    if (prefix->min_share != 0) {
        qsort(rows, shown.count, sizeof(*rows), order_by_name);
        /* What is shown never overtakes what is still to be read. */
        size_t all = shown.count;
        shown.memory = shown.other.sums.memory + memory_of(rows, all);
        shown.count = 0;
        fold_small(&shown, rows, all);
    }
    qsort(rows, shown.count, sizeof(*rows), order_by_memory);
    while (prefix->shown != 0 && shown.count > prefix->shown)
        add_sums(&shown.other.sums, &rows[--shown.count].sums);
    rows[shown.count] = shown.other;
    *count = shown.count + 1;
    return rows;
}

bool
prefix_is_exact(const struct analysis *analysis)
{
    return ((const struct prefix *)analysis)->given_up.keys == 0;
}

static uint64_t
per_mille(uint64_t part, uint64_t whole)
{
    return whole ? (uint64_t)((double)part / (double)whole * 1000 + 0.5) : 0;
}

static void
prefix_emit(struct analysis *self, struct writer *writer)
{
    static const struct column columns[] = {
        { "prefix", "prefix", COLUMN_NAME },
        { "keys", "keys", COLUMN_COUNT },
        { "memory", "memory", COLUMN_BYTES },
        { "share", "share", COLUMN_SHARE },
        { "no_expiry_keys", "no expiry", COLUMN_COUNT },
        { "no_expiry_memory", "memory", COLUMN_BYTES },
        { "missing_keys", "keys missing", COLUMN_COUNT },
        { "missing_memory", "memory missing", COLUMN_BYTES },
    };
    /* Data always have the same columns; people need the last two only when
     * not all is exact. */
    size_t width = sizeof(columns) / sizeof(columns[0]);
    if (prefix_is_exact(self) && strcmp(writer->ops->name, "table") == 0)
        width -= 2;
    size_t count;
    struct prefix_row *rows = prefix_rows(self, &count);
    uint64_t whole = memory_of(rows, count);
    writer->ops->table_begin(writer, "prefixes", "BY PREFIX", columns, width);
    for (size_t i = 0; i < count; i++) {
        const struct prefix_row *row = &rows[i];
        struct cell cells[] = {
            row->is_other ? cell_none(row->prefix) : cell_bytes(row->prefix),
            cell_number(row->sums.keys),
            cell_number(row->sums.memory),
            cell_number(per_mille(row->sums.memory, whole)),
            cell_number(row->sums.no_expiry_keys),
            cell_number(row->sums.no_expiry_memory),
            cell_number(row->missing_keys),
            cell_number(row->missing_memory),
        };
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
    free(rows);
}

static void
prefix_free(struct analysis *self)
{
    struct prefix *prefix = (struct prefix *)self;
    arena_fini(&prefix->arena);
    free(prefix->separators);
    map_fini(&prefix->map);
    free(prefix->rows);
    free(prefix);
}

static const struct analysis_ops prefix_ops = {
    prefix_add, prefix_merge, prefix_clear,
    prefix_emit, prefix_free,
};

static void
add_separator(struct prefix *prefix, struct bytes separator)
{
    if (separator.size == 0)
        return;
    prefix->separators =
        xreallocarray(prefix->separators, prefix->separator_count + 1,
                      sizeof(*prefix->separators));
    prefix->separators[prefix->separator_count++] =
        arena_copy(&prefix->arena, separator);
    prefix->ends[separator.data[separator.size - 1]] = true;
}

struct analysis *
prefix_new(const struct prefix_options *options)
{
    struct prefix *prefix = xcalloc(1, sizeof(*prefix));
    prefix->analysis.ops = &prefix_ops;
    prefix->analysis.wants = PRICE_MEMORY;
    for (size_t i = 0; i < options->separator_count; i++)
        add_separator(prefix, options->separators[i]);
    if (prefix->separator_count == 0)
        add_separator(prefix, BYTES_LITERAL(":"));
    prefix->only_byte = -1;
    if (prefix->separator_count == 1 && prefix->separators[0].size == 1)
        prefix->only_byte = prefix->separators[0].data[0];
    prefix->depth = PREFIX_DEPTH_MAX;
    if (options->depth != 0 && options->depth < PREFIX_DEPTH_MAX)
        prefix->depth = (unsigned)options->depth;
    prefix->min_share = options->min_share;
    prefix->shown = options->rows;
    prefix->capacity = options->capacity ? options->capacity : PREFIX_ROWS_MAX;
    return &prefix->analysis;
}
