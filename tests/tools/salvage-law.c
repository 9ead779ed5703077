/* SPDX-License-Identifier: BSD-3-Clause
 *
 * salvage-law FILE span SIZE CASES SEED: damages SIZE bytes at a random place,
 * CASES times, with noise, zeros or other bytes of the file in turn, and looks
 * at what the salvage keeps.
 * salvage-law FILE cut STEP: cuts the file at every STEP-th byte.
 *
 * Prints sums over all cases, of keys:
 *
 *   untouched  in whose record no byte was damaged
 *   kept       of these, at the same place, in the same database
 *   altered    kept although bytes of theirs were damaged or put there by
 *              the damage, or their head was damaged and the rest reads as a
 *              key without it
 *   invented   kept of untouched bytes, where there is no key of the file
 *   misplaced  untouched and kept, but in another database
 *   worst      untouched keys lost in one case
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rdb/salvage-parts.h"

struct place {
    uint64_t offset;
    uint64_t end;
    uint64_t db;
};

static struct {
    unsigned char *bytes; /* of the file as it was */
    size_t size;
    struct place *keys; /* in it */
    size_t count;
    struct rdb_place start; /* the decoder's state behind the header */
    int fd;             /* of the copy that is damaged */
    uint64_t from;      /* the damage */
    uint64_t until;
} law;

static struct {
    uint64_t cases, untouched, kept, altered, invented, misplaced, worst;
} sums;

static void
die(const char *why)
{
    fprintf(stderr, "salvage-law: %s\n", why);
    exit(2);
}

static uint32_t
random_number(void)
{
    static uint64_t state;
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(state >> 33);
}

static void
load(const char *path)
{
    FILE *file = fopen(path, "rb");
    FILE *copy = tmpfile();
    if (file == NULL || copy == NULL)
        die("cannot open");
    fseek(file, 0, SEEK_END);
    law.size = (size_t)ftell(file);
    rewind(file);
    law.bytes = malloc(law.size);
    law.fd = fileno(copy);
    if (law.bytes == NULL || fread(law.bytes, 1, law.size, file) != law.size ||
        pwrite(law.fd, law.bytes, law.size, 0) != (ssize_t)law.size)
        die("cannot copy");
    fclose(file);
}

static void
find_keys(void)
{
    struct salvage_cursor cursor;
    struct salvage_step step;
    enum status status;
    salvage_cursor_init(&cursor, law.fd, 0, law.size, true);
    law.keys = malloc(law.size * sizeof(*law.keys) / 3);
    while ((status = salvage_cursor_read(&cursor, &step)) == STATUS_OK) {
        if (step.is_header)
            rdb_place_save(&law.start, cursor.rdb);
        if (step.is_key)
            law.keys[law.count++] =
                (struct place){ step.offset, step.end, step.db };
    }
    if (status != STATUS_END)
        die("the file is not sound");
    salvage_cursor_fini(&cursor);
}

static bool
is_touched(const struct place *key)
{
    return key->offset < law.until && key->end > law.from;
}

static const struct place *
key_at(uint64_t offset)
{
    size_t low = 0;
    size_t high = law.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (law.keys[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < law.count && law.keys[low].offset == offset ? &law.keys[low]
                                                             : NULL;
}

/* Where a record ends of which the first bytes were damaged. */
static bool
ends_touched(uint64_t end)
{
    for (size_t i = 0; i < law.count; i++)
        if (law.keys[i].end == end)
            return is_touched(&law.keys[i]);
    return false;
}

static void
judge(const struct salvage_step *step, uint64_t *kept)
{
    const struct place *key = key_at(step->offset);
    const struct place own = { step->offset, step->end, step->db };
    if (is_touched(&own) || (key == NULL && ends_touched(step->end)))
        sums.altered++;
    else if (key == NULL || key->end != step->end)
        sums.invented++;
    else if (key->db != step->db)
        sums.misplaced++;
    else
        ++*kept;
}

/* Reads what lies between the gaps of the damaged file. */
static uint64_t
read_kept(const struct salvage *salvage)
{
    struct salvage_cursor cursor;
    struct salvage_step step;
    struct rdb_place place = law.start;
    uint64_t from = salvage->records;
    uint64_t kept = 0;
    salvage_cursor_init(&cursor, law.fd, 0, 0, false);
    place.facts.dialect = salvage->facts.dialect;
    for (size_t i = 0; i <= salvage->gap_count; i++) {
        const struct salvage_gap *gap =
            i < salvage->gap_count ? &salvage->gaps[i] : NULL;
        uint64_t until = gap != NULL && gap->offset < salvage->records_end
                             ? gap->offset
                             : salvage->records_end;
        salvage_cursor_seek(&cursor, law.fd, from, until, &place);
        while (reader_offset(&cursor.stream) < until) {
            if (salvage_cursor_read(&cursor, &step) != STATUS_OK)
                die("what is kept is not sound");
            place.db = step.db;
            if (step.is_key)
                judge(&step, &kept);
        }
        if (gap != NULL) {
            from = gap->offset + gap->size;
            place.db = gap->db;
        }
    }
    salvage_cursor_fini(&cursor);
    return kept;
}

static void
try_case(uint64_t size)
{
    struct error error = { .kind = ERROR_NONE };
    struct salvage salvage;
    const struct salvage_options options = { .fd = law.fd, .limit = size };
    uint64_t untouched = 0;
    uint64_t kept = 0;
    for (size_t i = 0; i < law.count; i++)
        untouched += !is_touched(&law.keys[i]);
    if (salvage_find(&salvage, &options, &error) == STATUS_OK)
        kept = read_kept(&salvage);
    salvage_fini(&salvage);
    sums.cases++;
    sums.untouched += untouched;
    sums.kept += kept;
    if (untouched - kept > sums.worst)
        sums.worst = untouched - kept;
}

static void
damage_spans(size_t size, uint64_t cases, uint64_t seed)
{
    unsigned char *span = malloc(size);
    for (uint64_t i = 0; i < seed; i++)
        (void)random_number();
    for (uint64_t i = 0; i < cases; i++) {
        size_t at = random_number() % (law.size - size);
        size_t other = random_number() % (law.size - size);
        memset(span, 0, size);
        if (i % 3 == 0)
            for (size_t k = 0; k < size; k++)
                span[k] = (unsigned char)random_number();
        else if (i % 3 == 1)
            memcpy(span, law.bytes + other, size);
        law.from = at;
        law.until = at + size;
        if (pwrite(law.fd, span, size, (off_t)at) != (ssize_t)size)
            die("cannot write");
        uint64_t invented = sums.invented;
        uint64_t misplaced = sums.misplaced;
        try_case(law.size);
        if (sums.invented > invented || sums.misplaced > misplaced)
            printf("case %" PRIu64 " at %zu: invented %" PRIu64
                   ", misplaced %" PRIu64 "\n",
                   i, at, sums.invented - invented,
                   sums.misplaced - misplaced);
        if (pwrite(law.fd, law.bytes + at, size, (off_t)at) != (ssize_t)size)
            die("cannot write");
    }
    free(span);
}

static void
cut(size_t step)
{
    for (size_t size = step; size < law.size; size += step) {
        if (ftruncate(law.fd, (off_t)size) != 0)
            die("cannot cut");
        law.from = size;
        law.until = law.size;
        try_case(size);
        if (pwrite(law.fd, law.bytes + size, law.size - size, (off_t)size) !=
            (ssize_t)(law.size - size))
            die("cannot write");
    }
}

int
main(int argc, char **argv)
{
    if (argc < 4)
        die("FILE span SIZE CASES SEED, or FILE cut STEP");
    load(argv[1]);
    find_keys();
    size_t number = strtoul(argv[3], NULL, 10);
    if (strcmp(argv[2], "cut") == 0 && number > 0)
        cut(number);
    else if (argc == 6 && number > 0 && number < law.size)
        damage_spans(number, strtoul(argv[4], NULL, 10),
                     strtoul(argv[5], NULL, 10));
    else
        die("FILE span SIZE CASES SEED, or FILE cut STEP");
    printf("cases %" PRIu64 " untouched %" PRIu64 " kept %" PRIu64
           " altered %" PRIu64 " invented %" PRIu64 " misplaced %" PRIu64
           " worst %" PRIu64 "\n",
           sums.cases, sums.untouched, sums.kept, sums.altered, sums.invented,
           sums.misplaced, sums.worst);
    return 0;
}
