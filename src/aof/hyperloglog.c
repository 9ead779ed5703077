/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/hyperloglog.h"

#include "aof/hll-dense.h"
#include "aof/hll-runs.h"
#include "base/endian.h"
#include "keyspace/value-string.h"

enum {
    FORM_AT = 4,
    FORM_DENSE = 0,
    FORM_SPARSE = 1,
    COUNT_AT = 8,
    STALE_AT = 15,
    STALE = 0x80,
    HEADER = HLL_RUNS_AT,

    INDEX_BITS = 14,
    RANK_BITS = 64 - INDEX_BITS,
    DENSE_SIZE = HEADER + HLL_DENSE_BYTES,

    ZEROS_MOST = 64, /* registers of a run in one byte */
    VALUE_MOST = 32,
    VALUES_MOST = 4,
    MERGED_RUNS = 5, /* that are looked at behind a change */
};

/* --- the whole string --- */

static struct bytes
bytes_in(const struct value *value)
{
    char room[TEXT_DIGITS];
    if (value->form == STRING_NUMBER)
        return bytes_of(NULL, 0);
    return value_string_bytes(value, room);
}

bool
hll_recognise(const struct value *value)
{
    struct bytes text = bytes_in(value);
    if (text.size < HEADER || memcmp(text.data, "HYLL", 4) != 0)
        return false;
    if (text.data[FORM_AT] == FORM_DENSE)
        return text.size == DENSE_SIZE;
    return text.data[FORM_AT] == FORM_SPARSE;
}

bool
hll_is_dense(const struct value *value)
{
    return bytes_in(value).data[FORM_AT] == FORM_DENSE;
}

bool
hll_init(struct store *store, struct value *value)
{
    /* All registers are one run of zeros. */
    static const unsigned char empty[] = { 'H', 'Y', 'L', 'L', FORM_SPARSE,
                                           0,   0,   0,   0,   0,
                                           0,   0,   0,   0,   0,
                                           0,   0x7f, 0xff };
    return value_string_set(store, value, bytes_of(empty, sizeof(empty)));
}

void
hll_forget_count(struct store *store, struct value *value)
{
    value_string_edit(store, value)[STALE_AT] |= STALE;
}

/* --- elements --- */

/* MurmurHash64A of Austin Appleby. */
static uint64_t
murmur(struct bytes text)
{
    const uint64_t seed = UINT64_C(0xadc83b19);
    const uint64_t m = UINT64_C(0xc6a4a7935bd1e995);
    const int r = 47;
    uint64_t hash = seed ^ (text.size * m);
    size_t at = 0;
    for (; text.size - at >= 8; at += 8) {
        uint64_t word = load_u64le(text.data + at) * m;
        hash = (hash ^ (word ^ word >> r) * m) * m;
    }
    if (at < text.size) {
        for (size_t i = text.size; i-- > at;)
            hash ^= (uint64_t)text.data[i] << (8 * (i - at));
        hash *= m;
    }
    hash = (hash ^ hash >> r) * m;
    return hash ^ hash >> r;
}

/* The register of an element, and the rank of the first set bit of what is
 * left of its hash. */
static unsigned
rank_of(struct bytes element, unsigned *number)
{
    uint64_t hash = murmur(element);
    *number = (unsigned)(hash & (HLL_REGISTERS - 1));
    hash = hash >> INDEX_BITS | UINT64_C(1) << RANK_BITS;
    return (unsigned)__builtin_ctzll(hash) + 1;
}

/* --- dense --- */

static enum hll_change
raise_dense(struct store *store, struct value *value, unsigned number,
            unsigned count)
{
    unsigned char *registers = value_string_edit(store, value) + HEADER;
    if (hll_dense_get(registers, number) >= count)
        return HLL_SAME;
    hll_dense_put(registers, number, count);
    return HLL_CHANGED;
}

/* --- sparse: runs --- */

/* Writes runs one behind the other, five bytes at most. */
struct runs {
    unsigned char bytes[5];
    unsigned size;
};

static void
add_run(struct runs *runs, unsigned length, unsigned count)
{
    if (length == 0)
        return;
    length--;
    if (count > 0) {
        runs->bytes[runs->size++] =
            (unsigned char)(0x80 | (count - 1) << 2 | length);
    } else if (length < ZEROS_MOST) {
        runs->bytes[runs->size++] = (unsigned char)length;
    } else {
        runs->bytes[runs->size++] = (unsigned char)(0x40 | length >> 8);
        runs->bytes[runs->size++] = (unsigned char)length;
    }
}

/* Joins runs of equal registers, as far as one byte can hold them, from an
 * offset on; servers look at no more than five steps. */
static void
join_runs(struct store *store, struct value *value, size_t at)
{
    unsigned char *bytes = value_string_edit(store, value);
    size_t size = (size_t)value_string_size(value);
    struct hll_run run;
    struct hll_run next;
    for (int steps = MERGED_RUNS; steps > 0 && at < size; steps--) {
        struct bytes text = bytes_of(bytes, size);
        if (!hll_run_read(text, at, &run))
            break;
        bool joins = run.count > 0 && at + 1 < size &&
                     hll_run_read(text, at + 1, &next) &&
                     next.count == run.count &&
                     run.length + next.length <= VALUES_MOST;
        if (!joins) {
            at += run.size;
            continue;
        }
        struct runs joined = { .size = 0 };
        add_run(&joined, run.length + next.length, run.count);
        bytes[at] = joined.bytes[0];
        memmove(bytes + at + 1, bytes + at + 2, size - at - 2);
        size--;
    }
    (void)value_string_resize(store, value, size);
}

static bool
replace_run(struct store *store, struct value *value,
            const struct hll_place *place, const struct runs *runs)
{
    size_t size = (size_t)value_string_size(value);
    size_t behind = place->at + place->run.size;
    size_t new_size = size - place->run.size + runs->size;
    if (new_size > size && !value_string_resize(store, value, new_size))
        return false;
    unsigned char *bytes = value_string_edit(store, value);
    memmove(bytes + place->at + runs->size, bytes + behind, size - behind);
    memcpy(bytes + place->at, runs->bytes, runs->size);
    return new_size >= size || value_string_resize(store, value, new_size);
}

/* --- sparse: registers --- */

static enum hll_change
raise_as_dense(struct store *store, struct value *value, unsigned number,
               unsigned count)
{
    enum hll_change change = hll_make_dense(store, value);
    return change == HLL_CORRUPT || change == HLL_REFUSED
               ? change
               : raise_dense(store, value, number, count);
}

/* At the register's run. */
static enum hll_change
raise_sparse(struct store *store, struct value *value, unsigned number,
             unsigned count, const struct hll_place *place)
{
    const struct hll_run *run = &place->run;
    struct runs runs = { .size = 0 };
    if (run->count >= count)
        return HLL_SAME;
    unsigned before = number - place->first;
    add_run(&runs, before, run->count);
    add_run(&runs, 1, count);
    add_run(&runs, run->length - before - 1, run->count);
    if (runs.size > run->size &&
        value_string_size(value) + runs.size - run->size > HLL_SPARSE_MOST)
        return raise_as_dense(store, value, number, count);
    if (!replace_run(store, value, place, &runs))
        return HLL_REFUSED;
    join_runs(store, value, place->previous);
    hll_forget_count(store, value);
    return HLL_CHANGED;
}

/* Calls each for every run; false when they do not cover the registers. */
static bool
each_run(struct bytes text,
         void (*each)(void *context, unsigned first, const struct hll_run *run),
         void *context)
{
    unsigned first = 0;
    struct hll_run run;
    for (size_t at = HEADER; at < text.size; at += run.size) {
        if (!hll_run_read(text, at, &run) || run.length > HLL_REGISTERS - first)
            return false;
        each(context, first, &run);
        first += run.length;
    }
    return first == HLL_REGISTERS;
}

/* --- both --- */

typedef bool find_function(struct bytes text, unsigned number,
                           struct hll_place *place);

static enum hll_change
raise_register(struct store *store, struct value *value, unsigned number,
               unsigned count, find_function *find, struct hll_place *place)
{
    if (hll_is_dense(value))
        return raise_dense(store, value, number, count);
    if (count > VALUE_MOST)
        return raise_as_dense(store, value, number, count);
    return find(bytes_in(value), number, place)
               ? raise_sparse(store, value, number, count, place)
               : HLL_CORRUPT;
}

enum hll_change
hll_add(struct store *store, struct value *value, struct bytes element)
{
    struct hll_place place;
    unsigned number;
    unsigned count = rank_of(element, &number);
    return raise_register(store, value, number, count, hll_runs_find, &place);
}

static void
merge_run(void *context, unsigned first, const struct hll_run *run)
{
    unsigned char *registers = context;
    if (run->count == 0)
        return;
    for (unsigned i = first; i < first + run->length; i++)
        if (registers[i] < run->count)
            registers[i] = (unsigned char)run->count;
}

static void
merge_dense(unsigned char registers[HLL_REGISTERS],
            const unsigned char dense[HLL_DENSE_BYTES])
{
    unsigned char others[HLL_REGISTERS];
    hll_dense_unpack(others, dense);
    for (unsigned i = 0; i < HLL_REGISTERS; i++)
        registers[i] = registers[i] < others[i] ? others[i] : registers[i];
}

bool
hll_merge(unsigned char registers[HLL_REGISTERS], const struct value *value)
{
    struct bytes text = bytes_in(value);
    if (!hll_is_dense(value))
        return each_run(text, merge_run, registers);
    merge_dense(registers, text.data + HEADER);
    return true;
}

static enum hll_change
put_all_dense(struct store *store, struct value *value,
              const unsigned char registers[HLL_REGISTERS])
{
    hll_dense_pack(value_string_edit(store, value) + HEADER, registers);
    return HLL_CHANGED;
}

/* One by one while it is sparse: its runs are those of the way to them. */
enum hll_change
hll_put_all(struct store *store, struct value *value,
            const unsigned char registers[HLL_REGISTERS])
{
    struct hll_place place = { .at = HEADER, .previous = HEADER };
    for (unsigned i = 0; i < HLL_REGISTERS && !hll_is_dense(value); i++) {
        if (registers[i] == 0)
            continue;
        enum hll_change change = raise_register(
            store, value, i, registers[i], hll_runs_find_on, &place);
        if (change == HLL_CORRUPT || change == HLL_REFUSED)
            return change;
    }
    return hll_is_dense(value) ? put_all_dense(store, value, registers)
                               : HLL_CHANGED;
}

enum hll_change
hll_make_dense(struct store *store, struct value *value)
{
    unsigned char registers[HLL_REGISTERS] = { 0 };
    if (hll_is_dense(value))
        return HLL_SAME;
    if (!hll_merge(registers, value))
        return HLL_CORRUPT;
    if (!value_string_resize(store, value, DENSE_SIZE))
        return HLL_REFUSED;
    unsigned char *bytes = value_string_edit(store, value);
    bytes[FORM_AT] = FORM_DENSE;
    return put_all_dense(store, value, registers);
}

/* --- cardinality --- */

static void
tally_run(void *context, unsigned first, const struct hll_run *run)
{
    struct hll_histogram *histogram = context;
    (void)first;
    histogram->of[run->count] += run->length;
}

static bool
tally(const struct value *value, struct hll_histogram *histogram)
{
    unsigned char registers[HLL_REGISTERS];
    struct bytes text = bytes_in(value);
    *histogram = (struct hll_histogram){ .of = { 0 } };
    if (!hll_is_dense(value))
        return each_run(text, tally_run, histogram);
    hll_dense_unpack(registers, text.data + HEADER);
    for (unsigned i = 0; i < HLL_REGISTERS; i++)
        histogram->of[registers[i]]++;
    return true;
}

enum hll_change
hll_refresh_count(struct store *store, struct value *value,
                  enum hll_estimator estimator)
{
    struct hll_histogram histogram;
    unsigned char *bytes = value_string_edit(store, value);
    if ((bytes[STALE_AT] & STALE) == 0)
        return HLL_SAME;
    if (!tally(value, &histogram))
        return HLL_CORRUPT;
    store_le(bytes + COUNT_AT, hll_estimate(&histogram, estimator), 8);
    return HLL_CHANGED;
}
