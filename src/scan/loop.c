/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/loop.h"

/* A poll costs a call, so it waits for some keys or some bytes. */
enum { POLL_KEYS = 128, POLL_BYTES = 1024 * 1024 };

static unsigned
all_wants(const struct scan *scan)
{
    unsigned wants = scan->wants;
    if (scan->filter)
        wants |= filter_wants(scan->filter);
    for (size_t i = 0; i < scan->analysis_count; i++)
        wants |= scan->analyses[i]->wants;
    return wants;
}

static inline void
hand_on(struct scan *scan, const struct record *record)
{
    scan->passed++;
    scan->unpriced += record->prices[0].basis == BASIS_NONE;
    for (size_t i = 0; i < scan->analysis_count; i++)
        scan->analyses[i]->ops->add(scan->analyses[i], record);
    if (scan->callbacks->row)
        scan->callbacks->row(scan->context, record);
}

static enum status
note_damage(struct scan *scan, const struct error *error)
{
    scan->damaged++;
    if (scan->callbacks->damaged)
        scan->callbacks->damaged(scan->context, error);
    return STATUS_OK;
}

static inline enum status
take_value(struct loop *loop)
{
    struct source *source = loop->source;
    enum status status = source->ops->walk(source, loop->visitor);
    if (status == STATUS_BAD)
        return note_damage(loop->scan, source->ops->error(source));
    if (status != STATUS_OK)
        return status;
    const struct key *key = &loop->key;
    struct record *record = loop->record;
    record->expired = key->has_expiry && key->expire_ms < record->now_ms;
    if (loop->filter == NULL || filter_record(loop->filter, record))
        hand_on(loop->scan, record);
    return STATUS_OK;
}

/* At once, not with the next key: where a key ends is where the loop may. */
static enum status
pass_value(struct loop *loop)
{
    struct source *source = loop->source;
    enum status status = source->ops->walk(source, NULL);
    return status == STATUS_BAD ? STATUS_OK : status;
}

static __attribute__((noinline)) void
tally_slot(struct scan *scan, const struct key *key)
{
    for (size_t i = 0; i < scan->request_count; i++)
        if (scan->slots[i] != NULL)
            slot_tally_add(scan->slots[i], key);
}

/* Asks the filter, too. */
static inline enum status
take_key(struct loop *loop)
{
    struct scan *scan = loop->scan;
    enum filter_verdict verdict = FILTER_PASS;
    scan->keys++;
    if (scan->has_slots)
        tally_slot(scan, &loop->key);
    if (loop->filter != NULL)
        verdict =
            filter_key(loop->filter, &loop->key, scan->now, &scan->error);
    if (verdict == FILTER_PASS)
        return take_value(loop);
    if (verdict == FILTER_DROP)
        return pass_value(loop);
    key_add_to_error(&loop->key, &scan->error);
    return STATUS_FAIL;
}

static inline bool
wants_to_stop(struct loop *loop)
{
    struct scan *scan = loop->scan;
    uint64_t offset = loop->key.offset;
    if (scan->callbacks->poll == NULL ||
        (scan->keys % POLL_KEYS != 0 && offset - loop->polled < POLL_BYTES))
        return false;
    loop->polled = offset;
    scan->stopped = !scan->callbacks->poll(scan->context, offset);
    return scan->stopped;
}

void
loop_init(struct loop *loop, struct scan *scan)
{
    struct pricer *pricer =
        pricer_new(scan->profiles, scan->request_count, all_wants(scan));
    *loop = (struct loop){
        .scan = scan,
        .pricer = pricer,
        .visitor = pricer_visitor(pricer),
        .record = pricer_record(pricer),
    };
    if (scan->filter && !filter_is_empty(scan->filter))
        loop->filter = scan->filter;
    if (scan->beside != NULL) {
        tee_init(&loop->tee, scan->beside, loop->visitor);
        loop->visitor = &loop->tee.visitor;
    }
    loop->record->input = scan->input;
    loop->record->now_ms = scan->now;
}

void
loop_fini(struct loop *loop)
{
    pricer_free(loop->pricer);
}

enum status
loop_run(struct loop *loop, enum status status, uint64_t limit,
         uint64_t at_most)
{
    struct scan *scan = loop->scan;
    struct source *source = loop->source;
    while (status == STATUS_OK) {
        status = take_key(loop);
        if (status != STATUS_OK || wants_to_stop(loop) ||
            reader_offset(loop->reader) >= limit || scan->keys >= at_most)
            break;
        status = source->ops->next(source, &loop->key);
    }
    if (status == STATUS_FAIL && scan->error.kind == ERROR_NONE)
        scan->error = *source->ops->error(source);
    return status;
}

enum status
loop_go_on(struct loop *loop, uint64_t limit, uint64_t at_most)
{
    struct source *source = loop->source;
    return loop_run(loop, source->ops->next(source, &loop->key), limit,
                    at_most);
}
