/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The loop that every counting command is: over one source's keys, ask the
 * early filter, walk the value through a pricer, ask the late filter, hand the
 * record to the analyses and to the row callback.
 *
 * A scan keeps nothing but the current key, and, when it only folds, some
 * segments of its input (segments.h).  It may run beside others in threads of
 * their own as long as each has its own filter, analyses and reader.
 */
#ifndef KEYWEIGH_SCAN_SCAN_H
#define KEYWEIGH_SCAN_SCAN_H

#include "analysis/analysis.h"
#include "input/reader.h"
#include "model/pricer.h"
#include "model/slot-tally.h"
#include "scan/filter.h"

/* Where "now" came from. */
enum scan_now {
    SCAN_NOW_GIVEN,
    SCAN_NOW_FILE, /* the moment the file was written, or the log's last */
    SCAN_NOW_CLOCK,
};

enum {
    SCAN_DAMAGED_TOLD = 16,
    SCAN_SEGMENT_SIZE = 2 * 1024 * 1024, /* bytes, */
    SCAN_SEGMENT_KEYS = 16384, /* or as many keys: each may bring a prefix */
};

struct scan;

struct scan_callbacks {
    /* The file's facts, the profiles and "now" are known.  Called once, before
     * the first row, also when there will be none. */
    void (*ready)(void *context, const struct scan *scan);

    /* One record that passed the filter; borrowed.  Never with
     * make_analyses. */
    void (*row)(void *context, const struct record *record);

    /* A value could not be read; the scan goes on behind it.  With
     * make_analyses only of the first SCAN_DAMAGED_TOLD of a segment. */
    void (*damaged)(void *context, const struct error *error);

    /* Called now and then at key boundaries, with the offset of a key, 0 when
     * it has none.  False stops the scan, which then counts as not
     * complete. */
    bool (*poll)(void *context, uint64_t offset);
};

struct scan {
    /* What to do; set by the caller, all of it borrowed. */
    const struct filter *filter; /* NULL: everything passes */
    const struct profile_request *requests; /* one a profile, at least one */
    size_t request_count;
    unsigned wants; /* enum pricer_wants of the rows; analyses' and the
                       filter's are added */
    struct analysis *const *analyses;
    size_t analysis_count;

    /* When all that is wanted are the analyses: makes more of their kind, for
     * segments of the input, which are then folded apart and merged in order,
     * by so many threads (0: one).  What comes out is the same for any. */
    void (*make_analyses)(void *make_context, struct analysis **analyses);
    void *make_context;
    size_t threads;
    uint64_t segment_size; /* for tests; 0: SCAN_SEGMENT_SIZE.  Sums beyond an
                              analysis' capacity depend on it. */

    const struct scan_callbacks *callbacks; /* any of them may be NULL */
    void *context;                          /* handed to them */
    struct visitor *beside;                 /* gets every value that the pricer
                                               gets, before it; or NULL */
    bool tallies_slots;                     /* makes slots */
    uint64_t input;                         /* index, for records */
    bool now_is_given;
    int64_t now_ms;   /* the given one */
    int64_t clock_ms; /* used when neither it nor the file tells */

    /* What came out. */
    struct profile *profiles; /* request_count of them */
    int64_t now;
    enum scan_now now_from;
    struct rdb_facts facts;
    struct rdb_database *databases;
    size_t database_count;
    struct slot_tally **slots; /* of all keys, by profile, NULL where it needs
                                  none; NULL unless asked for */
    bool has_slots;            /* some profile needs them */
    uint64_t keys;     /* all that were read, passed or not */
    uint64_t passed;   /* records handed on */
    uint64_t unpriced; /* those of them without a price */
    uint64_t damaged;  /* values that could not be read */
    uint64_t end;      /* offset behind the RDB, once complete; where a
                          failure was met when the reader is beyond it */
    bool trailing;     /* the input goes on behind it */
    bool stopped;      /* by poll */
    struct error error; /* of kind ERROR_NONE when all was read */
};

/* How long a segment is at least. */
static inline uint64_t
scan_segment_size(const struct scan *scan)
{
    return scan->segment_size != 0 ? scan->segment_size : SCAN_SEGMENT_SIZE;
}

/* Reads an RDB (rdb_recognise said so) to its end.  OK, also when values were
 * damaged; FAIL with scan->error set when reading ended early, or a regex
 * could not be decided.  What was read until then has been handed on. */
enum status scan_run(struct scan *scan, struct reader *reader);

/* Keys that do not come from an RDB, and what is known of them beforehand. */
struct scan_source {
    struct source *source;
    const struct rdb_facts *facts; /* as of the dump that a server would make */
    const struct rdb_database *databases; /* the same */
    size_t database_count;
    int64_t moment_ms; /* when they were so, -1 unknown */
};

/* The same for such keys.  There are no segments, whatever scan says. */
enum status scan_run_source(struct scan *scan,
                            const struct scan_source *keys);

/* True when every key of the input was read. */
bool scan_is_complete(const struct scan *scan);

/* Frees what came out. */
void scan_fini(struct scan *scan);

#endif
