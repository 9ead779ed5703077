/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Strings as bits (bitops.c, Redis 7.2; the operations DIFF, DIFF1, ANDOR and
 * ONE of Redis 8.2).  Bit 0 is the highest of the first byte.
 */
#include "aof/replay-command.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "keyspace/value-string.h"

/* Makes the string long enough for the byte of that bit, zeros behind what
 * there was. */
static enum replay_outcome
room_for_bit(struct replay *replay, struct bytes name, uint64_t bit,
             struct entry **entry)
{
    enum replay_outcome outcome = replay_find_or_add(replay, name, TYPE_STRING,
                                                     entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    uint64_t size = bit / 8 + 1;
    struct value *value = &(*entry)->value;
    if (value_string_size(value) >= size)
        return REPLAY_DONE;
    return replay_kept(value_string_resize(replay_store(replay), value, size));
}

static enum replay_outcome
check_string(struct replay *replay, struct bytes name)
{
    struct entry *entry;
    return replay_find(replay, name, TYPE_STRING, &entry);
}

/* --- SETBIT --- */

static void
put_bit(unsigned char *bytes, uint64_t bit, bool on)
{
    unsigned char mask = (unsigned char)(0x80 >> bit % 8);
    if (on)
        bytes[bit / 8] |= mask;
    else
        bytes[bit / 8] &= (unsigned char)~mask;
}

/* SETBIT key offset 0|1 */
static enum replay_outcome
run_setbit(struct replay *replay, const struct bytes *argv, size_t argc)
{
    struct entry *entry;
    int64_t offset;
    int64_t on;
    (void)argc;
    if (!replay_number(replay, argv[2], &offset) || offset < 0 ||
        !replay_number(replay, argv[3], &on) || (on != 0 && on != 1) ||
        check_string(replay, argv[1]) != REPLAY_DONE)
        return REPLAY_ERROR;
    enum replay_outcome outcome =
        room_for_bit(replay, argv[1], (uint64_t)offset, &entry);
    if (outcome == REPLAY_DONE)
        put_bit(value_string_edit(replay_store(replay), &entry->value),
                (uint64_t)offset, on == 1);
    return outcome;
}

/* --- BITFIELD --- */

enum overflow { WRAP, SATURATE, FAIL };

struct step {
    bool writes;
    bool adds; /* INCRBY, else SET */
    bool is_signed;
    bool fills; /* i64 before Redis 6.0.6: see extend_sign */
    unsigned bits; /* 1 to 64 */
    enum overflow overflow;
    uint64_t offset;
    int64_t number;
};

static bool
read_overflow(struct bytes word, enum overflow *overflow)
{
    if (replay_is(word, "WRAP"))
        *overflow = WRAP;
    else if (replay_is(word, "SAT"))
        *overflow = SATURATE;
    else if (replay_is(word, "FAIL"))
        *overflow = FAIL;
    else
        return false;
    return true;
}

/* "i5", "u63" */
static bool
read_width(struct bytes text, struct step *step)
{
    int64_t bits;
    if (text.size == 0 || (text.data[0] != 'i' && text.data[0] != 'u'))
        return false;
    step->is_signed = text.data[0] == 'i';
    if (!replay_integer(bytes_of(text.data + 1, text.size - 1), &bits) ||
        bits < 1 || bits > (step->is_signed ? 64 : 63))
        return false;
    step->bits = (unsigned)bits;
    return true;
}

/* "100" bits, or "#5" times the width. */
static bool
read_offset(struct bytes text, struct step *step)
{
    int64_t offset;
    bool counts = text.size > 0 && text.data[0] == '#';
    if (counts)
        text = bytes_of(text.data + 1, text.size - 1);
    if (!replay_integer(text, &offset) || offset < 0)
        return false;
    if (counts && __builtin_mul_overflow(offset, (int64_t)step->bits, &offset))
        return false;
    step->offset = (uint64_t)offset;
    return true;
}

/* GET type offset, SET type offset value, INCRBY type offset increment;
 * returns how many arguments it is, 0 when it is none of these. */
static size_t
read_step(const struct replay *replay, const struct bytes *argv, size_t argc,
          struct step *step)
{
    const uint32_t since = AOF_VERSION(6, 0, 6);
    bool gets = replay_is(argv[0], "GET");
    step->adds = replay_is(argv[0], "INCRBY");
    step->writes = step->adds || replay_is(argv[0], "SET");
    size_t size = gets ? 3 : 4;
    if ((!gets && !step->writes) || argc < size ||
        !read_width(argv[1], step) || !read_offset(argv[2], step))
        return 0;
    if (step->writes && !replay_integer(argv[3], &step->number))
        return 0;
    step->fills = step->bits == 64 && !replay_is_since(replay, since, since);
    return size;
}

/* All steps of the arguments; the number of them, or SIZE_MAX when some is
 * none.  *end is behind the last bit that is written. */
static size_t
read_steps(const struct replay *replay, const struct bytes *argv, size_t argc,
           struct step *steps, uint64_t *end)
{
    enum overflow overflow = WRAP;
    size_t count = 0;
    *end = 0;
    for (size_t i = 0; i < argc;) {
        struct step *step = &steps[count];
        if (i + 1 < argc && replay_is(argv[i], "OVERFLOW")) {
            if (!read_overflow(argv[i + 1], &overflow))
                return SIZE_MAX;
            i += 2;
            continue;
        }
        size_t size = read_step(replay, argv + i, argc - i, step);
        if (size == 0)
            return SIZE_MAX;
        step->overflow = overflow;
        if (step->writes && step->offset + step->bits > *end)
            *end = step->offset + step->bits;
        count++;
        i += size;
    }
    return count;
}

static uint64_t
mask_of(unsigned bits)
{
    return bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

static uint64_t
get_field(const unsigned char *bytes, uint64_t offset, unsigned bits)
{
    uint64_t number = 0;
    for (uint64_t bit = offset; bit < offset + bits; bit++) {
        unsigned byte = bytes[bit / 8];
        number = number << 1 | (byte >> (7 - bit % 8) & 1);
    }
    return number;
}

static void
put_field(unsigned char *bytes, uint64_t offset, unsigned bits,
          uint64_t number)
{
    for (unsigned i = 0; i < bits; i++)
        put_bit(bytes, offset + i, number >> (bits - 1 - i) & 1);
}

/* base + by in a field of that width: wrapped, saturated, or false when it
 * overflows and must not.  Only the low bits of *number count.
 *
 * Servers compute the room above base modulo 2^64 (bitops.c
 * checkSignedBitfieldOverflow): a SET to what lies that far below counts as
 * one to beyond the top. */
static bool
add_signed(const struct step *step, int64_t base, int64_t by, uint64_t *number)
{
    int64_t most = (int64_t)(mask_of(step->bits) >> 1);
    int64_t least = -most - 1;
    int64_t room_above = (int64_t)((uint64_t)most - (uint64_t)base);
    int64_t room_below = (int64_t)((uint64_t)least - (uint64_t)base);
    bool narrow = step->bits < 64;
    bool above = base > most || ((narrow || (base >= 0 && by > 0)) &&
                                 by > room_above);
    bool below = base < least || ((narrow || (base < 0 && by < 0)) &&
                                  by < room_below);
    *number = (uint64_t)base + (uint64_t)by;
    if (!above && !below)
        return true;
    if (step->overflow == SATURATE)
        *number = (uint64_t)(above ? most : least);
    else if (step->fills && above)
        *number = UINT64_MAX;
    return step->overflow != FAIL;
}

/* The same; a SET of a negative number counts as one beyond the top. */
static bool
add_unsigned(const struct step *step, uint64_t base, int64_t by,
             uint64_t *number)
{
    uint64_t most = mask_of(step->bits);
    bool above = base > most || (by > 0 && (uint64_t)by > most - base);
    bool below = !above && by < 0 && 0 - (uint64_t)by > base;
    *number = base + (uint64_t)by;
    if (!above && !below)
        return true;
    if (step->overflow == SATURATE)
        *number = above ? most : 0;
    return step->overflow != FAIL;
}

/* Before Redis 6.0.6 the sign goes into the bits that ~0 shifted by the width
 * has (bitops.c getSignedBitfield and checkSignedBitfieldOverflow): by 64 it
 * has all of them on x86 and ARM, and whatever is negative becomes -1. */
static int64_t
extend_sign(uint64_t number, const struct step *step)
{
    uint64_t sign = UINT64_C(1) << (step->bits - 1);
    if (step->fills && (number & sign) != 0)
        return -1;
    return (int64_t)((number ^ sign) - sign);
}

static void
write_step(unsigned char *bytes, const struct step *step)
{
    uint64_t old = get_field(bytes, step->offset, step->bits);
    uint64_t number;
    bool writes;
    int64_t by = step->adds ? step->number : 0;
    if (step->is_signed) {
        int64_t base = step->adds ? extend_sign(old, step)
                                  : step->number;
        writes = add_signed(step, base, by, &number);
    } else {
        uint64_t base = step->adds ? old : (uint64_t)step->number;
        writes = add_unsigned(step, base, by, &number);
    }
    if (writes)
        put_field(bytes, step->offset, step->bits, number);
}

static enum replay_outcome
write_steps(struct replay *replay, struct bytes name, const struct step *steps,
            size_t count, uint64_t end)
{
    struct entry *entry;
    enum replay_outcome outcome = room_for_bit(replay, name, end - 1, &entry);
    if (outcome != REPLAY_DONE)
        return outcome;
    unsigned char *bytes = value_string_edit(replay_store(replay),
                                             &entry->value);
    for (size_t i = 0; i < count; i++)
        if (steps[i].writes)
            write_step(bytes, &steps[i]);
    return REPLAY_DONE;
}

/* BITFIELD key [GET ... | SET ... | INCRBY ... | OVERFLOW ...] ... */
static enum replay_outcome
run_bitfield(struct replay *replay, const struct bytes *argv, size_t argc)
{
    uint64_t end;
    struct step *steps = xcalloc(argc, sizeof(*steps));
    size_t count = read_steps(replay, argv + 2, argc - 2, steps, &end);
    enum replay_outcome outcome = REPLAY_ERROR;
    if (count != SIZE_MAX)
        outcome = check_string(replay, argv[1]);
    if (outcome == REPLAY_DONE && end > 0)
        outcome = write_steps(replay, argv[1], steps, count, end);
    free(steps);
    return outcome;
}

/* --- BITOP --- */

enum operation { AND, OR, XOR, NOT, DIFF, DIFF1, ANDOR, ONE };

static bool
read_operation(struct bytes word, enum operation *operation)
{
    static const char *const words[] = {
        [AND] = "AND",     [OR] = "OR",   [XOR] = "XOR",
        [NOT] = "NOT",     [DIFF] = "DIFF", [DIFF1] = "DIFF1",
        [ANDOR] = "ANDOR", [ONE] = "ONE",
    };
    for (int i = AND; i <= ONE; i++)
        if (replay_is(word, words[i])) {
            *operation = (enum operation)i;
            return true;
        }
    return false;
}

/* The operation that takes each further source in: those with a first source
 * of its own part first OR all others. */
static enum operation
folding(enum operation operation)
{
    bool parts = operation == DIFF || operation == DIFF1 || operation == ANDOR;
    return parts ? OR : operation;
}

/* Takes one more source into the sum, which is as long as the longest; behind
 * a source's end are zeros.  `twice` collects for ONE the bits that came more
 * than once. */
static void
fold(unsigned char *sum, unsigned char *twice, size_t size,
     struct bytes source, enum operation operation)
{
    switch (operation) {
    case AND:
        for (size_t i = 0; i < source.size; i++)
            sum[i] &= source.data[i];
        memset(sum + source.size, 0, size - source.size);
        break;
    case OR:
        for (size_t i = 0; i < source.size; i++)
            sum[i] |= source.data[i];
        break;
    case ONE:
        for (size_t i = 0; i < source.size; i++)
            twice[i] |= sum[i] & source.data[i];
        for (size_t i = 0; i < source.size; i++)
            sum[i] |= source.data[i];
        break;
    default:
        for (size_t i = 0; i < source.size; i++)
            sum[i] ^= source.data[i];
        break;
    }
}

/* What is left to do when all sources are in the sum. */
static void
finish(unsigned char *sum, const unsigned char *twice, size_t size,
       struct bytes first, enum operation operation)
{
    if (operation == AND || operation == OR || operation == XOR)
        return;
    for (size_t i = 0; i < size; i++) {
        unsigned head = i < first.size ? first.data[i] : 0;
        unsigned byte = sum[i];
        if (operation == NOT)
            byte = ~byte;
        else if (operation == DIFF)
            byte = head & ~byte;
        else if (operation == DIFF1)
            byte = ~head & byte;
        else if (operation == ANDOR)
            byte = head & byte;
        else if (operation == ONE)
            byte = byte & ~(unsigned)twice[i];
        sum[i] = (unsigned char)byte;
    }
}

static void
compute(unsigned char *sum, size_t size, const struct bytes *sources,
        size_t count, enum operation operation)
{
    unsigned char *twice = operation == ONE ? xcalloc(size, 1) : NULL;
    bool starts_with_first = folding(operation) == operation;
    if (starts_with_first && sources[0].size > 0)
        memcpy(sum, sources[0].data, sources[0].size);
    for (size_t i = 1; i < count; i++)
        fold(sum, twice, size, sources[i], folding(operation));
    finish(sum, twice, size, sources[0], operation);
    free(twice);
}

/* The texts of the keys, those of numbers written into rooms; *longest is the
 * size of the longest. */
static enum replay_outcome
find_sources(struct replay *replay, const struct bytes *names, size_t count,
             struct bytes *sources, char (*rooms)[TEXT_DIGITS],
             size_t *longest)
{
    struct entry *entry;
    *longest = 0;
    for (size_t i = 0; i < count; i++) {
        if (replay_find(replay, names[i], TYPE_STRING, &entry) != REPLAY_DONE)
            return REPLAY_ERROR;
        sources[i] = entry == NULL
                         ? bytes_of(NULL, 0)
                         : value_string_bytes(&entry->value, rooms[i]);
        if (sources[i].size > *longest)
            *longest = sources[i].size;
    }
    return REPLAY_DONE;
}

static enum replay_outcome
store_result(struct replay *replay, struct bytes name, size_t size,
             const struct bytes *sources, size_t count,
             enum operation operation)
{
    struct store *store = replay_store(replay);
    struct value value;
    if (size == 0) {
        (void)replay_delete(replay, name);
        return REPLAY_DONE;
    }
    value_init(store, &value, TYPE_STRING);
    if (!value_string_resize(store, &value, size)) {
        value_fini(store, &value);
        return REPLAY_UNKNOWN;
    }
    compute(value_string_edit(store, &value), size, sources, count, operation);
    return replay_put(replay, name, &value, false);
}

/* BITOP operation destination source ... */
static enum replay_outcome
run_bitop(struct replay *replay, const struct bytes *argv, size_t argc)
{
    enum operation operation;
    size_t count = argc - 3;
    size_t longest;
    if (!read_operation(argv[1], &operation) ||
        (operation == NOT && count != 1) ||
        (folding(operation) != operation && count < 2))
        return REPLAY_ERROR;
    struct bytes *sources = xcalloc(count, sizeof(*sources));
    char (*rooms)[TEXT_DIGITS] = xcalloc(count, TEXT_DIGITS);
    enum replay_outcome outcome = find_sources(replay, argv + 3, count,
                                               sources, rooms, &longest);
    if (outcome == REPLAY_DONE)
        outcome = store_result(replay, argv[2], longest, sources, count,
                               operation);
    free(rooms);
    free(sources);
    return outcome;
}

const struct replay_row replay_bits[] = {
    { "BITFIELD", run_bitfield },
    { "BITOP", run_bitop },
    { "SETBIT", run_setbit },
    { NULL, NULL },
};
