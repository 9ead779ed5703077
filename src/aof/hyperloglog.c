/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/hyperloglog.h"

#include "base/endian.h"
#include "keyspace/value-string.h"

enum {
    FORM_AT = 4,
    FORM_DENSE = 0,
    FORM_SPARSE = 1,
    COUNT_AT = 8,
    STALE_AT = 15,
    STALE = 0x80,
    HEADER = 16,

    INDEX_BITS = 14,
    RANK_BITS = 64 - INDEX_BITS,
    REGISTER_BITS = 6,
    DENSE_SIZE = HEADER + HLL_REGISTERS * REGISTER_BITS / 8,

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

/* A register may begin in one byte and end in the next; the last one does not
 * reach behind the end. */
static unsigned
get_register(const unsigned char *registers, unsigned number)
{
    unsigned bit = number * REGISTER_BITS;
    unsigned shift = bit % 8;
    unsigned pair = registers[bit / 8];
    if (shift > 8 - REGISTER_BITS)
        pair |= (unsigned)registers[bit / 8 + 1] << 8;
    return pair >> shift & HLL_REGISTER_MOST;
}

static void
put_register(unsigned char *registers, unsigned number, unsigned count)
{
    unsigned bit = number * REGISTER_BITS;
    unsigned shift = bit % 8;
    unsigned char *at = registers + bit / 8;
    unsigned mask = (unsigned)HLL_REGISTER_MOST << shift;
    unsigned bits = count << shift;
    at[0] = (unsigned char)((at[0] & ~mask) | bits);
    if (shift > 8 - REGISTER_BITS)
        at[1] = (unsigned char)((at[1] & ~(mask >> 8)) | bits >> 8);
}

static enum hll_change
raise_dense(struct store *store, struct value *value, unsigned number,
            unsigned count)
{
    unsigned char *registers = value_string_edit(store, value) + HEADER;
    if (get_register(registers, number) >= count)
        return HLL_SAME;
    put_register(registers, number, count);
    return HLL_CHANGED;
}

/* --- sparse: runs --- */

struct run {
    unsigned length; /* registers */
    unsigned count;  /* of each, 0 of zeros */
    unsigned size;   /* bytes */
};

/* The run at an offset before the end; false when it is cut off. */
static bool
read_run(struct bytes text, size_t at, struct run *run)
{
    unsigned byte = text.data[at];
    run->size = 1;
    run->count = 0;
    if (byte & 0x80) {
        run->count = (byte >> 2 & 0x1f) + 1;
        run->length = (byte & 3) + 1;
    } else if (byte & 0x40) {
        if (text.size - at < 2)
            return false;
        run->size = 2;
        run->length = ((byte & 0x3f) << 8 | text.data[at + 1]) + 1;
    } else {
        run->length = byte + 1;
    }
    return true;
}

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

/* Where a register's run is. */
struct place {
    size_t at;
    size_t previous; /* the run before, itself when there is none */
    unsigned first;  /* register of the run */
    struct run run;
};

/* How many registers the runs of one byte each are together that stand in the
 * first eight bytes, up to a run of two; *count is how many such runs. */
static unsigned
registers_of_short(const unsigned char *at, unsigned *count)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t pairs = UINT64_C(0x00ff00ff00ff00ff);
    uint64_t runs = load_u64le(at);
    uint64_t high = runs >> 7 & ones;
    uint64_t two_bytes = runs >> 6 & ~high & ones;
    uint64_t of_values = high * 0xff;
    uint64_t lengths = runs & ((of_values & ones * 3) |
                               (~of_values & ones * 0x3f));
    *count = 8;
    if (two_bytes != 0) {
        *count = (unsigned)__builtin_ctzll(two_bytes) / 8;
        lengths &= (UINT64_C(1) << 8 * *count) - 1;
    }
    lengths = (lengths & pairs) + (lengths >> 8 & pairs);
    return (unsigned)(lengths * UINT64_C(0x0001000100010001) >> 48) + *count;
}

/* Passes over runs in front of a register's, as far as they are short: most of
 * the time of a PFADD. */
static void
pass_runs(struct bytes text, unsigned number, struct place *place)
{
    while (text.size - place->at >= 8) {
        unsigned count;
        unsigned registers =
            registers_of_short(text.data + place->at, &count);
        if (count == 0 || number - place->first < registers)
            return;
        place->at += count;
        place->previous = place->at - 1;
        place->first += registers;
    }
}

static bool
find_run(struct bytes text, unsigned number, struct place *place)
{
    *place = (struct place){ .at = HEADER, .previous = HEADER };
    pass_runs(text, number, place);
    while (place->at < text.size) {
        if (!read_run(text, place->at, &place->run))
            return false;
        if (number - place->first < place->run.length)
            return true;
        place->previous = place->at;
        place->at += place->run.size;
        place->first += place->run.length;
        if (place->run.size > 1)
            pass_runs(text, number, place);
    }
    return false;
}

/* Joins runs of equal registers, as far as one byte can hold them, from an
 * offset on; servers look at no more than five steps. */
static void
join_runs(struct store *store, struct value *value, size_t at)
{
    unsigned char *bytes = value_string_edit(store, value);
    size_t size = (size_t)value_string_size(value);
    struct run run;
    struct run next;
    for (int steps = MERGED_RUNS; steps > 0 && at < size; steps--) {
        struct bytes text = bytes_of(bytes, size);
        if (!read_run(text, at, &run))
            break;
        bool joins = run.count > 0 && at + 1 < size &&
                     read_run(text, at + 1, &next) &&
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
            const struct place *place, const struct runs *runs)
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

static enum hll_change
raise_sparse(struct store *store, struct value *value, unsigned number,
             unsigned count)
{
    struct place place;
    struct runs runs = { .size = 0 };
    if (count > VALUE_MOST)
        return raise_as_dense(store, value, number, count);
    if (!find_run(bytes_in(value), number, &place))
        return HLL_CORRUPT;
    if (place.run.count >= count)
        return HLL_SAME;
    unsigned before = number - place.first;
    add_run(&runs, before, place.run.count);
    add_run(&runs, 1, count);
    add_run(&runs, place.run.length - before - 1, place.run.count);
    if (runs.size > place.run.size &&
        value_string_size(value) + runs.size - place.run.size >
            HLL_SPARSE_MOST)
        return raise_as_dense(store, value, number, count);
    if (!replace_run(store, value, &place, &runs))
        return HLL_REFUSED;
    join_runs(store, value, place.previous);
    hll_forget_count(store, value);
    return HLL_CHANGED;
}

/* Calls each for every run; false when they do not cover the registers. */
static bool
each_run(struct bytes text,
         void (*each)(void *context, unsigned first, const struct run *run),
         void *context)
{
    unsigned first = 0;
    struct run run;
    for (size_t at = HEADER; at < text.size; at += run.size) {
        if (!read_run(text, at, &run) || run.length > HLL_REGISTERS - first)
            return false;
        each(context, first, &run);
        first += run.length;
    }
    return first == HLL_REGISTERS;
}

/* --- both --- */

enum hll_change
hll_raise(struct store *store, struct value *value, unsigned number,
          unsigned count)
{
    return hll_is_dense(value) ? raise_dense(store, value, number, count)
                               : raise_sparse(store, value, number, count);
}

enum hll_change
hll_add(struct store *store, struct value *value, struct bytes element)
{
    unsigned number;
    unsigned count = rank_of(element, &number);
    return hll_raise(store, value, number, count);
}

static void
merge_run(void *context, unsigned first, const struct run *run)
{
    unsigned char *registers = context;
    for (unsigned i = first; i < first + run->length; i++)
        if (registers[i] < run->count)
            registers[i] = (unsigned char)run->count;
}

bool
hll_merge(unsigned char registers[HLL_REGISTERS], const struct value *value)
{
    struct bytes text = bytes_in(value);
    if (!hll_is_dense(value))
        return each_run(text, merge_run, registers);
    for (unsigned i = 0; i < HLL_REGISTERS; i++) {
        unsigned count = get_register(text.data + HEADER, i);
        if (registers[i] < count)
            registers[i] = (unsigned char)count;
    }
    return true;
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
    memset(bytes + HEADER, 0, DENSE_SIZE - HEADER);
    for (unsigned i = 0; i < HLL_REGISTERS; i++)
        put_register(bytes + HEADER, i, registers[i]);
    return HLL_CHANGED;
}

/* --- cardinality --- */

static void
tally_run(void *context, unsigned first, const struct run *run)
{
    struct hll_histogram *histogram = context;
    (void)first;
    histogram->of[run->count] += run->length;
}

static bool
tally(const struct value *value, struct hll_histogram *histogram)
{
    struct bytes text = bytes_in(value);
    *histogram = (struct hll_histogram){ .of = { 0 } };
    if (!hll_is_dense(value))
        return each_run(text, tally_run, histogram);
    for (unsigned i = 0; i < HLL_REGISTERS; i++)
        histogram->of[get_register(text.data + HEADER, i)]++;
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
