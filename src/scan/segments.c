/* SPDX-License-Identifier: BSD-3-Clause
 *
 *   thread   has the reader          has not             has the turn
 *     1      pass 0                  fold 0              merge 0   pass 3 ...
 *     2              pass 1                  fold 1              merge 1
 *     3                      pass 2                  fold 2          merge 2
 *
 * Nobody waits for a turn with the reader in hand, and the least segment that
 * is not merged is in the hands of a thread that waits for nobody: there is no
 * deadlock.
 */
#include "scan/segments.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/machine.h"
#include "base/xalloc.h"
#include "scan/loop.h"

/* So many segments are folded at the reader when passing was not worth it:
 * big values are passed no sooner than folded. */
enum { NOT_PASSED = 15 };

struct segments {
    struct scan *scan;
    struct reader *reader;
    struct rdb *rdb; /* over the reader */
    size_t capacity; /* of each buffer; 0 when nothing is to be passed */

    pthread_mutex_t in_hand; /* the reader is, and what follows */
    size_t next;             /* segment */
    unsigned not_to_pass;    /* so many from there on */
    enum status status;      /* of reading: OK while there is more */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t merged_more;
    size_t merged;          /* all segments below are */
    uint64_t keys;          /* read until there */
    bool failed;            /* one of them: what comes behind does not count */
    struct rdb_place after; /* where it failed, when that was in a part */
    bool is_apart;
};

/* One thread, and the segment in its hands. */
struct part {
    struct segments *all;
    size_t index;           /* of the segment */
    enum status status;     /* of folding it */
    bool apart;             /* folded from the buffer, not from the reader */
    struct scan scan;       /* as the whole one, with results of its own */
    struct filter *filter;
    struct loop loop;
    struct rdb *rdb;        /* over memory */
    struct reader memory;
    unsigned char *buffer;  /* the segment's, else one to exchange for it */
    struct bytes bytes;     /* of the segment, in the buffer */
    struct rdb_place start; /* of the segment */
    uint64_t offset;
    bool was_worth_it;      /* passing it */
    struct error damaged[SCAN_DAMAGED_TOLD];
    pthread_t thread;
};

/* ---- one segment ---- */

static void
keep_damaged(void *context, const struct error *error)
{
    struct part *part = context;
    if (part->scan.damaged <= SCAN_DAMAGED_TOLD)
        part->damaged[part->scan.damaged - 1] = *error;
}

static void
reset_results(struct part *part)
{
    struct scan *scan = &part->scan;
    scan->keys = scan->passed = scan->unpriced = scan->damaged = 0;
    error_clear(&scan->error);
}

/* Takes a segment without folding it; false, with the reader where it was,
 * when that cannot be done. */
static bool
pass(struct part *part)
{
    struct segments *all = part->all;
    struct reader *reader = all->reader;
    uint64_t size = scan_segment_size(all->scan);
    uint64_t keys;
    rdb_place_save(&part->start, all->rdb);
    part->offset = reader_offset(reader);
    reader_hold(reader);
    if (!rdb_pass(all->rdb, part->offset + size, SCAN_SEGMENT_KEYS, &keys)) {
        reader_rewind(reader);
        rdb_go_on(all->rdb, &part->start);
        return false;
    }
    reader_release(reader);
    size_t taken = (size_t)(reader_offset(reader) - part->offset);
    part->buffer = reader_exchange(reader, part->buffer, all->capacity);
    part->bytes = bytes_of(part->buffer, taken);
    all->scan->keys += keys;
    return true;
}

/* Passes when that seems worth it (or for a test, which says so by a size of
 * its own).  Whether it does or not shows in nothing but time. */
static bool
pass_or_not(struct part *part)
{
    struct segments *all = part->all;
    bool always = all->scan->segment_size != 0;
    if (!part->was_worth_it)
        all->not_to_pass = NOT_PASSED;
    part->was_worth_it = true;
    if (all->capacity == 0)
        return false;
    if (all->not_to_pass > 0 && !always) {
        all->not_to_pass--;
        return false;
    }
    if (pass(part))
        return true;
    all->not_to_pass = NOT_PASSED;
    return false;
}

/* Folds a segment while it is read. */
static void
fold_at_reader(struct part *part)
{
    struct segments *all = part->all;
    part->loop.source = rdb_source(all->rdb);
    part->loop.reader = all->reader;
    part->status =
        loop_go_on(&part->loop,
                   reader_offset(all->reader) + scan_segment_size(all->scan),
                   SCAN_SEGMENT_KEYS);
    all->scan->keys += part->scan.keys;
    all->status = part->status;
}

/* Folds a segment that was passed. */
static void
fold_apart(struct part *part)
{
    reader_init_memory(&part->memory, part->bytes, part->offset);
    if (part->rdb == NULL)
        part->rdb = rdb_new(&part->memory, NULL, false);
    rdb_go_on(part->rdb, &part->start);
    part->loop.source = rdb_source(part->rdb);
    part->loop.reader = &part->memory;
    part->status =
        loop_go_on(&part->loop, part->offset + part->bytes.size, UINT64_MAX);
}

static void
poll_at_reader(struct segments *all)
{
    struct scan *scan = all->scan;
    if (scan->callbacks->poll == NULL || all->status != STATUS_OK)
        return;
    scan->stopped =
        !scan->callbacks->poll(scan->context, reader_offset(all->reader));
}

/* Of this thread. */
static int64_t
nanoseconds_spent(void)
{
    return machine_nanoseconds(CLOCK_THREAD_CPUTIME_ID);
}

/* False when there is none left. */
static bool
take_segment(struct part *part)
{
    struct segments *all = part->all;
    pthread_mutex_lock(&all->in_hand);
    int64_t begun = nanoseconds_spent();
    bool there = all->status == STATUS_OK && !all->scan->stopped;
    if (there) {
        reset_results(part);
        part->index = all->next++;
        part->apart = pass_or_not(part);
        if (!part->apart)
            fold_at_reader(part);
        poll_at_reader(all);
    }
    pthread_mutex_unlock(&all->in_hand);
    if (there && part->apart) {
        int64_t passed = nanoseconds_spent();
        fold_apart(part);
        part->was_worth_it =
            (passed - begun) * 4 < (nanoseconds_spent() - passed) * 3;
    }
    return there;
}

/* ---- joining ---- */

static void
add_damaged(struct scan *scan, const struct part *part)
{
    uint64_t count = part->scan.damaged;
    for (uint64_t i = 0; i < count && i < SCAN_DAMAGED_TOLD; i++) {
        scan->damaged++;
        if (scan->callbacks->damaged != NULL)
            scan->callbacks->damaged(scan->context, &part->damaged[i]);
    }
    if (count > SCAN_DAMAGED_TOLD)
        scan->damaged += count - SCAN_DAMAGED_TOLD;
}

/* What was passed behind the failure is as if it had not been read. */
static void
add_failure(struct segments *all, const struct part *part)
{
    all->failed = true;
    all->scan->error = part->scan.error;
    all->is_apart = part->apart;
    if (part->apart) {
        rdb_place_save(&all->after, part->rdb);
        all->scan->end = reader_offset(&part->memory);
    }
}

static void
add_results(struct segments *all, struct part *part)
{
    struct scan *scan = all->scan;
    all->keys += part->scan.keys;
    scan->passed += part->scan.passed;
    scan->unpriced += part->scan.unpriced;
    add_damaged(scan, part);
    for (size_t i = 0; i < scan->analysis_count; i++) {
        struct analysis *sum = scan->analyses[i];
        struct analysis *own = part->scan.analyses[i];
        sum->ops->merge(sum, own);
        own->ops->clear(own, sum);
    }
    if (part->status == STATUS_FAIL)
        add_failure(all, part);
}

static void
stop_reading(struct segments *all)
{
    pthread_mutex_lock(&all->in_hand);
    if (all->status == STATUS_OK)
        all->status = STATUS_FAIL;
    pthread_mutex_unlock(&all->in_hand);
}

static void
join_in_turn(struct part *part)
{
    struct segments *all = part->all;
    pthread_mutex_lock(&all->lock);
    while (all->merged != part->index)
        pthread_cond_wait(&all->merged_more, &all->lock);
    bool counts = !all->failed;
    pthread_mutex_unlock(&all->lock);
    /* Nobody else has this turn, so the lock is not needed to merge. */
    if (counts)
        add_results(all, part);
    if (part->status == STATUS_FAIL)
        stop_reading(all);
    pthread_mutex_lock(&all->lock);
    all->merged++;
    pthread_cond_broadcast(&all->merged_more);
    pthread_mutex_unlock(&all->lock);
}

static void *
run(void *argument)
{
    struct part *part = argument;
    while (take_segment(part))
        join_in_turn(part);
    return NULL;
}

/* ---- all of them ---- */

static void
part_init(struct part *part, struct segments *all)
{
    static const struct scan_callbacks callbacks = { .damaged = keep_damaged };
    struct scan *whole = all->scan;
    struct scan *scan = &part->scan;
    struct analysis **analyses =
        xcalloc(whole->analysis_count + 1, sizeof *analyses);
    whole->make_analyses(whole->make_context, analyses);
    for (size_t i = 0; i < whole->analysis_count; i++)
        analyses[i]->ops->clear(analyses[i], whole->analyses[i]);
    part->all = all;
    part->was_worth_it = true;
    *scan = *whole;
    if (whole->filter != NULL)
        scan->filter = part->filter = filter_copy(whole->filter);
    scan->analyses = analyses;
    scan->callbacks = &callbacks;
    scan->context = part;
    if (all->capacity != 0)
        part->buffer = xmalloc(all->capacity);
    loop_init(&part->loop, scan);
}

static void
part_fini(struct part *part)
{
    for (size_t i = 0; i < part->scan.analysis_count; i++) {
        struct analysis *analysis = part->scan.analyses[i];
        analysis->ops->free(analysis);
    }
    free((void *)(uintptr_t)part->scan.analyses);
    loop_fini(&part->loop);
    rdb_place_fini(&part->start);
    rdb_free(part->rdb);
    filter_free(part->filter);
    free(part->buffer);
}

/* Buffers of one size, since they change hands with the reader's. */
static void
prepare_passing(struct segments *all, size_t threads)
{
    uint64_t size = scan_segment_size(all->scan);
    if (threads < 2 || all->reader->stream == NULL)
        return;
    all->capacity = (size_t)(size + size / 4) + READER_CAPACITY;
    free(reader_exchange(all->reader, xmalloc(all->capacity), all->capacity));
}

static void
run_parts(struct segments *all, size_t threads)
{
    struct part *parts = xcalloc(threads, sizeof *parts);
    size_t count = 0;
    do
        part_init(&parts[count], all);
    while (++count < threads);
    size_t started = 1;
    while (started < count && pthread_create(&parts[started].thread, NULL, run,
                                             &parts[started]) == 0)
        started++;
    (void)run(&parts[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(parts[i].thread, NULL);
    for (size_t i = 0; i < count; i++)
        part_fini(&parts[i]);
    free(parts);
}

/* The threads are gone. */
static enum status
result_of(struct segments *all)
{
    struct scan *scan = all->scan;
    scan->keys = all->keys;
    if (!all->failed)
        return all->status;
    if (all->is_apart)
        rdb_go_on(all->rdb, &all->after);
    return STATUS_FAIL;
}

enum status
segments_run(struct scan *scan, struct rdb *rdb, struct reader *reader)
{
    struct segments all = {
        .scan = scan, .reader = reader, .rdb = rdb, .keys = scan->keys
    };
    size_t threads = scan->threads > 0 ? scan->threads : 1;
    if (threads > SEGMENTS_THREADS_MAX)
        threads = SEGMENTS_THREADS_MAX;
    pthread_mutex_init(&all.in_hand, NULL);
    pthread_mutex_init(&all.lock, NULL);
    pthread_cond_init(&all.merged_more, NULL);
    prepare_passing(&all, threads);
    run_parts(&all, threads);
    enum status status = result_of(&all);
    rdb_place_fini(&all.after);
    pthread_cond_destroy(&all.merged_more);
    pthread_mutex_destroy(&all.lock);
    pthread_mutex_destroy(&all.in_hand);
    return status;
}
