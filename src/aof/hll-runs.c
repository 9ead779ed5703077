/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A walk from run to run waits for each before it knows where the next one is,
 * and a run of two bytes is a jump that no processor foresees.  So blocks of
 * bytes are passed at once, which needs to know of each byte what it is.  Two
 * bytes in front of it tell, as long as no two runs of two bytes touch, which
 * is so unless somebody else than a server wrote them:
 *
 *     byte    10......  00......  01......  01......  00......
 *     is      values    zeros     begins    ends      zeros
 *                                 a run     it
 *
 * A byte 01...... begins a run of two bytes unless the one in front of it does,
 * and more than two of them in a row are left to the walk.
 */
#include "aof/hll-runs.h"

#include <stdint.h>
#include <string.h>

enum {
    LANES = 16,
    BLOCK = 2 * LANES,
    SIGHT = 2, /* bytes that tell what the next one is */
};

typedef uint8_t lanes __attribute__((vector_size(LANES)));
typedef int8_t signed_lanes __attribute__((vector_size(LANES)));
typedef uint16_t pairs __attribute__((vector_size(LANES)));
typedef uint64_t words __attribute__((vector_size(LANES)));

/* --- blocks --- */

static inline lanes
load_lanes(const unsigned char *at)
{
    lanes bytes;
    memcpy(&bytes, at, sizeof(bytes));
    return bytes;
}

/* All bits of a byte 01......, which as numbers with a sign are those above
 * 00111111. */
static inline lanes
marks_of(lanes bytes)
{
    return (lanes)((signed_lanes)bytes > 0x3f);
}

static inline pairs
sum_pairs(lanes bytes)
{
    return ((pairs)bytes & 0xff) + ((pairs)bytes >> 8);
}

static inline unsigned
sum_lanes(pairs sums)
{
    const uint64_t low = UINT64_C(0x0000ffff0000ffff);
    words halves = (words)sums;
    halves = (halves & low) + (halves >> 16 & low);
    uint64_t sum = halves[0] + halves[1];
    return (unsigned)(sum & UINT32_MAX) + (unsigned)(sum >> 32);
}

/* What is known of the registers of some bytes. */
struct tally {
    pairs registers; /* sums, without one for each run */
    lanes runs;      /* that end there */
    lanes unclear;   /* not zero: who knows */
};

static inline void
add_bytes(struct tally *tally, const unsigned char *at)
{
    lanes bytes = load_lanes(at);
    lanes marks = marks_of(bytes);
    lanes before = marks_of(load_lanes(at - 1));
    lanes before_that = marks_of(load_lanes(at - 2));
    lanes begins = marks & ~before;
    lanes ends = before & ~before_that;
    lanes values = (lanes)((signed_lanes)bytes < 0);
    lanes lengths = bytes & ~begins & ((0x3f ^ (values & 0x3c)) | ends);
    lanes high = bytes & begins & 0x3f;
    tally->registers += sum_pairs(lengths) + (sum_pairs(high) << 8);
    tally->runs += ~begins & 1;
    tally->unclear |= marks & before & before_that;
}

/* False when a walk is to tell. */
static inline bool
count_block(const unsigned char *at, unsigned *registers)
{
    struct tally tally = { .registers = { 0 } };
    for (size_t i = 0; i < BLOCK; i += LANES)
        add_bytes(&tally, at + i);
    words unclear = (words)tally.unclear;
    *registers = sum_lanes(tally.registers + sum_pairs(tally.runs));
    return (unclear[0] | unclear[1]) == 0;
}

static inline bool
begins_two(const unsigned char *at)
{
    return (at[0] & 0xc0) == 0x40 && (at[-1] & 0xc0) != 0x40;
}

/* Finds the run in front. */
static void
find_previous(struct bytes text, struct hll_place *place)
{
    struct hll_run run = { .length = 0 };
    size_t size = begins_two(text.data + place->at - 2) ? 2 : 1;
    place->previous = place->at - size;
    (void)hll_run_read(text, place->previous, &run);
    place->previous_first = place->first - run.length;
}

/* Passes over blocks in front of a register's. */
static void
pass_blocks(struct bytes text, unsigned number, struct hll_place *place)
{
    const unsigned char *at = text.data + place->at;
    const unsigned char *end = text.data + text.size;
    unsigned first = place->first;
    unsigned registers;
    while (end - at >= BLOCK && count_block(at, &registers) &&
           number - first >= registers) {
        at += BLOCK;
        first += registers;
    }
    if (at == text.data + place->at)
        return;
    if (begins_two(at - 1)) {
        at--;
        first -= (unsigned)(*at & 0x3f) << 8;
    }
    place->at = (size_t)(at - text.data);
    place->first = first;
    find_previous(text, place);
}

/* --- the walk --- */

/* Walks on up to an offset; true when it stands at the register's run. */
static bool
walk(struct bytes text, unsigned number, size_t end, struct hll_place *place)
{
    struct hll_place here = *place;
    bool found = false;
    if (end > text.size)
        end = text.size;
    while (here.at < end) {
        if (!hll_run_read(text, here.at, &here.run)) {
            here.at = text.size;
            break;
        }
        found = number - here.first < here.run.length;
        if (found)
            break;
        here.previous = here.at;
        here.previous_first = here.first;
        here.at += here.run.size;
        here.first += here.run.length;
    }
    *place = here;
    return found;
}

/* From a place on, of which blocks are passed from an offset on. */
static bool
find(struct bytes text, unsigned number, size_t end, struct hll_place *place)
{
    while (!walk(text, number, end, place)) {
        if (place->at >= text.size)
            return false;
        pass_blocks(text, number, place);
        end = place->at + BLOCK;
    }
    return true;
}

bool
hll_runs_find(struct bytes text, unsigned number, struct hll_place *place)
{
    *place = (struct hll_place){ .at = HLL_RUNS_AT, .previous = HLL_RUNS_AT };
    return find(text, number, HLL_RUNS_AT + SIGHT, place);
}

/* Of the run where it begins it does not know the one before. */
bool
hll_runs_find_on(struct bytes text, unsigned number, struct hll_place *place)
{
    size_t begin = place->previous;
    *place = (struct hll_place){ .at = begin,
                                 .previous = begin,
                                 .first = place->previous_first,
                                 .previous_first = place->previous_first };
    if (!find(text, number, begin + BLOCK, place))
        return false;
    return place->at > begin || hll_runs_find(text, number, place);
}
