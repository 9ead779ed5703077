/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/scan.h"

#include <stdlib.h>

#include "base/escape.h"
#include "base/xalloc.h"
#include "data/tee.h"

/* A poll costs a call, so it waits for some keys or some bytes. */
enum { POLL_KEYS = 128, POLL_BYTES = 1024 * 1024 };

enum { NAME_IN_ERRORS = 64 };

static void
resolve(struct scan *scan, const struct rdb_facts *facts)
{
    scan->profiles = xcalloc(scan->request_count, sizeof(*scan->profiles));
    for (size_t i = 0; i < scan->request_count; i++)
        profile_resolve(&scan->profiles[i], &scan->requests[i], facts);
    if (scan->now_is_given) {
        scan->now = scan->now_ms;
        scan->now_from = SCAN_NOW_GIVEN;
    } else if (facts->ctime_ms >= 0) {
        scan->now = facts->ctime_ms;
        scan->now_from = SCAN_NOW_FILE;
    } else {
        scan->now = scan->clock_ms;
        scan->now_from = SCAN_NOW_CLOCK;
    }
    scan->facts = *facts;
    if (scan->callbacks->ready)
        scan->callbacks->ready(scan->context, scan);
}

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
    struct analysis *const *end = scan->analyses + scan->analysis_count;
    scan->passed++;
    for (struct analysis *const *at = scan->analyses; at < end; at++)
        (*at)->ops->add(*at, record);
    if (scan->callbacks->row)
        scan->callbacks->row(scan->context, record);
}

/* Prepends which key it was. */
static void
name_key(struct error *error, const struct key *key)
{
    struct bytes name = key->name;
    if (name.size > NAME_IN_ERRORS)
        name.size = NAME_IN_ERRORS;
    struct buffer text = { .data = NULL };
    escape_append(&text, name, BYTES_ESCAPE);
    error_context(error, "db %llu key \"%.*s\"%s", (unsigned long long)key->db,
                  (int)text.size, (const char *)text.data,
                  name.size < key->name.size ? "..." : "");
    buffer_fini(&text);
}

/* What stays the same from key to key. */
struct loop {
    struct scan *scan;
    struct source *source;
    const struct filter *filter; /* NULL when there is nothing to ask */
    struct key *key;
    struct visitor *visitor;
    struct record *record;
    bool has_slots;  /* a profile needs them */
    uint64_t polled; /* the offset */
};

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
    const struct key *key = loop->key;
    struct record *record = loop->record;
    record->expired = key->has_expiry && key->expire_ms < record->now_ms;
    if (loop->filter == NULL || filter_record(loop->filter, record))
        hand_on(loop->scan, record);
    return STATUS_OK;
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
    if (loop->has_slots)
        tally_slot(scan, loop->key);
    if (loop->filter != NULL)
        verdict =
            filter_key(loop->filter, loop->key, scan->now, &scan->error);
    if (verdict == FILTER_PASS)
        return take_value(loop);
    if (verdict == FILTER_DROP)
        return STATUS_OK;
    name_key(&scan->error, loop->key);
    return STATUS_FAIL;
}

static inline bool
wants_to_stop(struct loop *loop)
{
    struct scan *scan = loop->scan;
    uint64_t offset = loop->key->offset;
    if (scan->callbacks->poll == NULL ||
        (scan->keys % POLL_KEYS != 0 && offset - loop->polled < POLL_BYTES))
        return false;
    loop->polled = offset;
    scan->stopped = !scan->callbacks->poll(scan->context, offset);
    return scan->stopped;
}

/* True when there is one. */
static bool
make_slots(struct scan *scan)
{
    bool any = false;
    if (!scan->tallies_slots)
        return false;
    scan->slots = xcalloc(scan->request_count, sizeof(struct slot_tally *));
    for (size_t i = 0; i < scan->request_count; i++) {
        scan->slots[i] = slot_tally_new(&scan->profiles[i]);
        any |= scan->slots[i] != NULL;
    }
    return any;
}

/* From the first key on, which status tells of, to the end. */
static enum status
take_keys(struct scan *scan, struct source *source, struct key *key,
          enum status status)
{
    struct pricer *pricer =
        pricer_new(scan->profiles, scan->request_count, all_wants(scan));
    struct tee tee;
    struct loop loop = {
        .scan = scan,
        .source = source,
        .key = key,
        .visitor = pricer_visitor(pricer),
        .record = pricer_record(pricer),
        .has_slots = make_slots(scan),
    };
    if (scan->filter && !filter_is_empty(scan->filter))
        loop.filter = scan->filter;
    if (scan->beside) {
        tee_init(&tee, scan->beside, loop.visitor);
        loop.visitor = &tee.visitor;
    }
    loop.record->input = scan->input;
    loop.record->now_ms = scan->now;
    while (status == STATUS_OK) {
        status = take_key(&loop);
        if (status == STATUS_OK && wants_to_stop(&loop))
            break;
        if (status == STATUS_OK)
            status = source->ops->next(source, key);
    }
    if (status == STATUS_FAIL && scan->error.kind == ERROR_NONE)
        scan->error = *source->ops->error(source);
    pricer_free(pricer);
    return status;
}

static void
keep_databases(struct scan *scan, const struct rdb *rdb)
{
    const struct rdb_database *databases =
        rdb_databases(rdb, &scan->database_count);
    scan->databases = xreallocarray(NULL, scan->database_count,
                                    sizeof(*scan->databases));
    if (scan->database_count != 0)
        memcpy(scan->databases, databases,
               scan->database_count * sizeof(*databases));
}

enum status
scan_run(struct scan *scan, struct reader *reader)
{
    static const struct scan_callbacks nobody = { .row = NULL };
    if (scan->callbacks == NULL)
        scan->callbacks = &nobody;
    struct rdb *rdb = rdb_new(reader, NULL, false);
    struct source *source = rdb_source(rdb);
    struct key key;
    enum status status = source->ops->next(source, &key);
    resolve(scan, rdb_facts(rdb));
    status = take_keys(scan, source, &key, status);
    scan->facts = *rdb_facts(rdb);
    keep_databases(scan, rdb);
    rdb_free(rdb);
    if (status == STATUS_END) {
        scan->end = reader_offset(reader);
        scan->trailing = !reader_at_end(reader);
        if (!reader_ok(reader)) {
            scan->error = reader->error;
            status = STATUS_FAIL;
        }
    }
    return status == STATUS_FAIL ? STATUS_FAIL : STATUS_OK;
}

bool
scan_is_complete(const struct scan *scan)
{
    return scan->error.kind == ERROR_NONE && !scan->stopped &&
           scan->damaged == 0;
}

void
scan_fini(struct scan *scan)
{
    for (size_t i = 0; scan->slots != NULL && i < scan->request_count; i++)
        slot_tally_free(scan->slots[i]);
    free(scan->slots);
    free(scan->profiles);
    free(scan->databases);
    scan->slots = NULL;
    scan->profiles = NULL;
    scan->databases = NULL;
}
