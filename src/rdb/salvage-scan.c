/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Where do records go on?  Every offset behind the damage is a candidate; what
 * cannot be the beginning of a record is passed over by a look at its first
 * bytes, and from the rest the decoder follows the chain: record behind
 * record, each of which must be sound.  Garbage leads on for one record, with
 * luck for two; the file's own records lead on to its end.
 *
 *      failed               start
 *   ...|~~~~~~~~~~~~~~~~~~~~|light|record|record|record| ...
 *
 * Records right behind the damage that weigh little are given up: such a one
 * is as likely the tail of something bigger.
 *
 * Work is bounded by credit: each offset looked at earns CREDIT bytes of
 * reading, and when none is left offsets are passed over.
 */
#include "rdb/salvage-parts.h"

#include <stdlib.h>
#include <string.h>

#include "rdb/opcodes.h"

enum {
    CREDIT = 64,
    CREDIT_FIRST = 16 * 1024 * 1024,
    ATTEMPT = 128,         /* what one costs in any case */
    MEMORY_IS_FASTER = 16, /* than reading, where most is skipped */
    /* What a chain takes that does not lead on: it may be an island between
     * two places that are damaged, or look like one inside of a value. */
    CHAIN_RECORDS = 3,
    CHAIN_WEIGHT = 96,
    CHAIN_RECORDS_LONG = 8,
    CHAIN_WEIGHT_LONG = 64,
    /* Reading that went wrong without being noticed is told by a chain that
     * begins inside of what was taken for sound: that takes more. */
    CHAIN_RECORDS_INSIDE = 4,
    CHAIN_WEIGHT_INSIDE = 80,
    LOOK_INSIDE = 1024 * 1024, /* bytes of a record, at most, ... */
    LOOK_INSIDE_FROM = 512,    /* ... that has at least so many */
    OUTWEIGHING = 48, /* by so much, to be the likelier reading */
    NEAR = 16 * 1024, /* bytes that most chains need no more of */
    COMMANDS = 4,     /* that show where a log begins behind a lost EOF */
    MAGIC_SIZE = 9,
    DOUBTED_WITHIN = 1024 * 1024, /* bytes behind the damage */
};

void
salvage_scan_init(struct salvage_scan *scan,
                  const struct salvage_options *options)
{
    *scan = (struct salvage_scan){ .options = options,
                                   .credit = CREDIT_FIRST };
    salvage_cursor_init(&scan->cursor, options->fd, options->begin,
                        options->begin, true);
    window_init_wide(&scan->window, options->fd, options->limit,
                     SALVAGE_WINDOW);
    scan->place.databases = &scan->database;
    scan->place.count = 1;
}

void
salvage_scan_fini(struct salvage_scan *scan)
{
    if (scan->templates != NULL)
        scan->cursor.rdb->templates = NULL;
    salvage_cursor_fini(&scan->cursor);
    window_fini(&scan->window);
}

void
salvage_scan_take(struct salvage_scan *scan, const struct rdb *rdb)
{
    scan->place.facts = rdb->facts;
    rdb_choose_types(scan->cursor.rdb, rdb->facts.dialect);
    scan->place.db = rdb->key.db;
    scan->database = (struct rdb_database){ .db = rdb->key.db };
    if (scan->templates == NULL) {
        rdb_templates_free(scan->cursor.rdb->templates);
        scan->cursor.rdb->templates = NULL;
    }
    scan->templates = rdb->facts.templates > 0 ? rdb->templates : NULL;
    scan->cursor.rdb->templates = scan->templates;
}

/* --- chains --- */

/* What was noted of the records of a chain. */
struct links {
    struct salvage_step steps[SALVAGE_CONFIRMED_MAX];
    size_t count;
};

static bool
is_twice(const struct links *links, const struct salvage_step *step)
{
    for (size_t i = 0; i < links->count; i++)
        if (links->steps[i].is_key &&
            links->steps[i].name_hash == step->name_hash)
            return true;
    return false;
}

/* An opcode that would change what the main cursor knows. */
static bool
at_template(const struct salvage_scan *scan)
{
    struct reader *reader = scan->cursor.rdb->reader;
    return scan->place.facts.dialect == RDB_REDIS && reader_peek(reader, 1) &&
           *reader->pos == OPCODE_HASH_TEMPLATE;
}

/* What chains are followed for. */
struct aim {
    uint64_t failed; /* they must lead beyond this ... */
    const struct salvage_trail *trail; /* ... and not to one of these */
};

static bool
is_on_trail(const struct aim *aim, uint64_t offset)
{
    for (size_t i = 0; aim->trail != NULL && i < aim->trail->count; i++)
        if (aim->trail->offsets[i] == offset)
            return true;
    return false;
}

static bool
goes_on(const struct salvage_scan *scan, const struct aim *aim,
        const struct salvage_chain *chain)
{
    return (chain->records < SALVAGE_CONFIRMED_MAX ||
            chain->end <= aim->failed) &&
           !at_template(scan);
}

static int
compare_offsets(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* The chain comes to where another one was, which led far enough. */
static bool
joins_path(const struct salvage_scan *scan, uint64_t offset,
           const struct aim *aim, struct salvage_chain *chain)
{
    const struct salvage_path *path = &scan->path;
    if (bsearch(&offset, path->offsets, path->count, sizeof(offset),
                compare_offsets) == NULL)
        return false;
    chain->records += SALVAGE_CONFIRMED_MAX;
    chain->weight += CHAIN_WEIGHT;
    chain->end = aim->failed + 1;
    return true;
}

/* A chain led far enough: so do others that come to where it was. */
static void
extend_path(struct salvage_scan *scan)
{
    struct salvage_path *path = &scan->path;
    size_t room = SALVAGE_PATH - path->count;
    size_t more = scan->tried.count < room ? scan->tried.count : room;
    memcpy(path->offsets + path->count, scan->tried.offsets,
           more * sizeof(path->offsets[0]));
    path->count += more;
    qsort(path->offsets, path->count, sizeof(path->offsets[0]),
          compare_offsets);
}

static void
note_step(struct salvage_scan *scan, const struct salvage_step *step,
          struct salvage_chain *chain, struct links *links)
{
    struct salvage_path *tried = &scan->tried;
    if (tried->count < SALVAGE_PATH)
        tried->offsets[tried->count++] = step->offset;
    if (links->count < SALVAGE_CONFIRMED_MAX)
        links->steps[links->count++] = *step;
    chain->end = step->end;
    chain->weight += step->weight;
    chain->records++;
}

/* Reads records until one is not sound or there are enough. */
static enum status
read_links(struct salvage_scan *scan, const struct aim *aim,
           struct salvage_chain *chain, struct links *links)
{
    struct salvage_step step;
    enum status status = STATUS_OK;
    links->count = scan->tried.count = 0;
    while (goes_on(scan, aim, chain)) {
        status = salvage_cursor_read(&scan->cursor, &step);
        if (is_on_trail(aim, step.offset))
            return STATUS_BAD;
        if (status == STATUS_END)
            chain->reaches_end = salvage_scan_ends_at(
                scan, rdb_facts(scan->cursor.rdb)->end_offset);
        if (status != STATUS_OK || (step.is_key && is_twice(links, &step)))
            break;
        if (chain->end > chain->start &&
            joins_path(scan, step.offset, aim, chain))
            break;
        note_step(scan, &step, chain, links);
    }
    return status;
}

/* The end of an expiry (up to 2^43 ms) stands right before a key: the rest of
 * it was in the damage. */
static bool
has_lost_expiry(struct salvage_scan *scan, const struct salvage_step *step)
{
    enum { TAIL = 3 };
    if (!step->is_key || step->has_attribute || step->offset < TAIL)
        return false;
    struct bytes before = salvage_scan_look(scan, step->offset - TAIL);
    return before.size >= TAIL && before.data[0] > 0 && before.data[0] < 8 &&
           before.data[1] == 0 && before.data[2] == 0;
}

/* Plain strings in front of something else, where they may be the rest of a
 * hash: fields of hashes are named otherwise than the file's keys. */
static size_t
doubted_ones(const struct salvage_scan *scan, const struct aim *aim,
             const struct links *links)
{
    size_t plain = 0;
    size_t known = 0;
    while (plain < links->count && links->steps[plain].is_plain)
        known += salvage_knows_name(scan, &links->steps[plain++]);
    if (!scan->plain_doubted || known * 2 >= plain)
        return 0;
    if (plain < links->count)
        return plain;
    /* All that are seen, and perhaps more: but not all of the file. */
    return links->steps[0].offset < aim->failed + DOUBTED_WITHIN ? plain : 0;
}

/* How many of the first records are not to be trusted. */
static size_t
light_ones(struct salvage_scan *scan, const struct aim *aim,
           const struct links *links)
{
    size_t i = doubted_ones(scan, aim, links);
    unsigned sum = 0;
    while (i < links->count && links->steps[i].weight < SALVAGE_EDGE &&
           sum < SALVAGE_EDGE_SUM)
        sum += links->steps[i++].weight;
    if (scan->attributes_usual && i < links->count &&
        links->steps[i].is_key && !links->steps[i].has_attribute)
        i++;
    if (i < links->count && has_lost_expiry(scan, &links->steps[i]))
        i++;
    return i;
}

static bool
is_enough(const struct salvage_chain *chain, bool inside)
{
    if (chain->reaches_end && !inside)
        return true;
    if (inside)
        return chain->records >= CHAIN_RECORDS_INSIDE &&
               chain->weight >= CHAIN_WEIGHT_INSIDE;
    return (chain->records >= CHAIN_RECORDS &&
            chain->weight >= CHAIN_WEIGHT) ||
           (chain->records >= CHAIN_RECORDS_LONG &&
            chain->weight >= CHAIN_WEIGHT_LONG);
}

static void
begin_chain(struct salvage_chain *chain, uint64_t start)
{
    *chain = (struct salvage_chain){ .start = start, .end = start };
}

/* It came to the end of what it was given, and there is credit for more. */
static bool
wants_more(const struct salvage_scan *scan, enum status status,
           const struct aim *aim, const struct salvage_chain *chain)
{
    return status == STATUS_FAIL && scan->credit > CREDIT_FIRST / 2 &&
           (!is_enough(chain, true) || chain->end <= aim->failed) &&
           salvage_cursor_error(&scan->cursor)->kind == ERROR_TRUNCATED;
}

static enum status
follow_in(struct salvage_scan *scan, struct bytes bytes, const struct aim *aim,
          struct salvage_chain *chain, struct links *links)
{
    struct salvage_cursor *cursor = &scan->cursor;
    uint64_t start = chain->start;
    uint64_t findings = cursor->finding_count;
    begin_chain(chain, start);
    salvage_cursor_over(cursor, bytes, start, &scan->place);
    enum status status = read_links(scan, aim, chain, links);
    uint64_t bytes_read = reader_offset(cursor->rdb->reader) - start;
    scan->credit -= (int64_t)(ATTEMPT + bytes_read / MEMORY_IS_FASTER +
                              (cursor->finding_count - findings) * ATTEMPT);
    return status;
}

static void
follow_in_file(struct salvage_scan *scan, const struct aim *aim,
               struct salvage_chain *chain, struct links *links)
{
    struct salvage_cursor *cursor = &scan->cursor;
    uint64_t start = chain->start;
    begin_chain(chain, start);
    salvage_cursor_seek(cursor, scan->options->fd, start,
                        scan->options->limit, &scan->place);
    (void)read_links(scan, aim, chain, links);
    scan->credit -= (int64_t)(reader_offset(cursor->rdb->reader) - start) +
                    READER_CAPACITY;
    if (salvage_cursor_error(cursor)->kind == ERROR_IO)
        scan->error = *salvage_cursor_error(cursor);
}

/* Follows a chain in the next few bytes, when these are too few for it in all
 * that are at hand, and then in the file: as long as there is credit for it,
 * since most that look so long are garbage. */
static void
follow(struct salvage_scan *scan, uint64_t start, const struct aim *aim,
       struct salvage_chain *chain, struct links *links)
{
    struct bytes bytes = salvage_scan_look(scan, start);
    bool is_long = bytes.size > NEAR;
    begin_chain(chain, start);
    enum status status =
        follow_in(scan, bytes_of(bytes.data, is_long ? NEAR : bytes.size), aim,
                  chain, links);
    if (is_long && wants_more(scan, status, aim, chain))
        status = follow_in(scan, bytes, aim, chain, links);
    bool is_all = start + bytes.size >= scan->options->limit;
    if (!is_all && wants_more(scan, status, aim, chain))
        follow_in_file(scan, aim, chain, links);
}

bool
salvage_scan_follow(struct salvage_scan *scan, uint64_t start,
                    struct salvage_chain *chain)
{
    struct links links;
    scan->path.count = 0;
    if (salvage_scan_look(scan, start).size == 0)
        return false;
    follow(scan, start, &(struct aim){ 0, NULL }, chain, &links);
    return is_enough(chain, false);
}

/* The same from a place that nothing leads to. */
static bool
try_at(struct salvage_scan *scan, uint64_t start, const struct aim *aim,
       struct salvage_chain *chain, struct links *links)
{
    follow(scan, start, aim, chain, links);
    bool inside = start < aim->failed;
    if (!is_enough(chain, inside) || (inside && chain->end <= aim->failed))
        return false;
    extend_path(scan);
    size_t light = light_ones(scan, aim, links);
    if (light == links->count)
        return chain->reaches_end && chain->records == 0;
    links->count -= light;
    memmove(links->steps, links->steps + light,
            links->count * sizeof(*links->steps));
    chain->start = links->steps[0].offset;
    chain->records -= light;
    if (chain->records > SALVAGE_CONFIRMED_MAX)
        chain->records = SALVAGE_CONFIRMED_MAX;
    return true;
}

static void
earn_credit(struct salvage_scan *scan)
{
    if (scan->credit < CREDIT_FIRST)
        scan->credit += CREDIT;
}

static bool
is_head_at(struct salvage_scan *scan, uint64_t offset)
{
    struct bytes head = salvage_scan_look(scan, offset);
    return head.size > 0 && salvage_scan_is_head(scan, offset, head);
}

/* What the records that begin before an offset weigh together.  Against
 * anything but a string, plain strings do not count: the inside of a hash with
 * times for its fields reads as such. */
static unsigned
weight_before(const struct links *links, uint64_t offset, bool with_plain)
{
    unsigned sum = 0;
    for (size_t i = 0; i < links->count && links->steps[i].offset < offset;
         i++)
        if (with_plain || !links->steps[i].is_plain)
            sum += links->steps[i].weight;
    return sum;
}

/* The chain from inside of link number i, or from in front of it, that
 * outweighs this and those before it, which it gives up.  Leaves *from behind
 * where it was found. */
static bool
outweigh(struct salvage_scan *scan, uint64_t *from, const struct aim *aim,
         const struct links *links, size_t i, struct salvage_chain *other,
         struct links *others)
{
    const struct salvage_step *step = &links->steps[i];
    unsigned weight = weight_before(links, step->end, true) + OUTWEIGHING;
    uint64_t until =
        step->end - *from > LOOK_INSIDE ? *from + LOOK_INSIDE : step->end;
    for (uint64_t at = *from; at < until && scan->credit > 0; at++) {
        *from = at + 1;
        earn_credit(scan);
        if (is_head_at(scan, at) && try_at(scan, at, aim, other, others) &&
            weight_before(others, step->end, step->is_plain) > weight)
            return true;
    }
    return false;
}

/* Garbage that reads as one long record may end where one of the file's own
 * begins, and has swallowed those before it.  So what a chain begins with, and
 * its long records, are looked into for a better one. */
static void
look_inside(struct salvage_scan *scan, uint64_t from, const struct aim *aim,
            struct salvage_chain *chain, struct links *links)
{
    struct salvage_chain other;
    struct links others;
    for (size_t i = 0; i < links->count; i++) {
        const struct salvage_step *step = &links->steps[i];
        bool is_long = step->end - step->offset >= LOOK_INSIDE_FROM;
        if (i > 0 && (step->is_packed || !is_long))
            continue;
        if (i > 0 && from < step->offset + 1)
            from = step->offset + 1;
        if (from >= step->end ||
            !outweigh(scan, &from, aim, links, i, &other, &others))
            continue;
        *chain = other;
        *links = others;
        i = SIZE_MAX; /* from its first one on */
    }
}

bool
salvage_scan_inside(struct salvage_scan *scan, const struct salvage_step *step,
                    struct salvage_chain *chain)
{
    const struct aim aim = { step->end, NULL };
    struct links links = { .count = 1, .steps = { *step } };
    struct links others;
    uint64_t from = step->offset + 1;
    scan->path.count = 0;
    if (step->is_packed || step->end - step->offset < LOOK_INSIDE_FROM ||
        !outweigh(scan, &from, &aim, &links, 0, chain, &others))
        return false;
    look_inside(scan, from, &aim, chain, &others);
    return true;
}

/* --- the search --- */

/* Behind the RDB that begins at offset, or offset when it has no end. */
static uint64_t
behind_inner(struct salvage_scan *scan, uint64_t offset)
{
    struct salvage_cursor *cursor = &scan->cursor;
    struct salvage_step step;
    enum status status;
    salvage_cursor_seek(cursor, scan->options->fd, offset + MAGIC_SIZE,
                        scan->options->limit, &scan->place);
    do
        status = salvage_cursor_read(cursor, &step);
    while (status == STATUS_OK || status == STATUS_BAD);
    uint64_t end = reader_offset(cursor->rdb->reader);
    scan->credit -= (int64_t)(end - offset) + READER_CAPACITY;
    return status == STATUS_END && end < scan->options->limit ? end : offset;
}

static bool
log_begins(const struct salvage_scan *scan, uint64_t offset, uint64_t failed,
           unsigned char byte, struct salvage_chain *chain)
{
    const struct salvage_options *options = scan->options;
    if (options->log_begins == NULL || offset < failed ||
        (byte != '*' && byte != '#'))
        return false;
    uint64_t commands = options->log_begins(options->context, offset);
    if (commands == 0 || (commands < COMMANDS && offset > failed))
        return false;
    begin_chain(chain, offset);
    chain->records = commands < SALVAGE_CONFIRMED_MAX ? (size_t)commands
                                                      : SALVAGE_CONFIRMED_MAX;
    chain->reaches_end = chain->is_log = true;
    return true;
}

bool
salvage_scan_find(struct salvage_scan *scan, uint64_t from, uint64_t failed,
                  const struct salvage_trail *trail,
                  struct salvage_chain *chain)
{
    const struct aim aim = { failed, trail };
    struct links links;
    scan->path.count = 0;
    for (uint64_t at = from;; at++) {
        struct bytes head = salvage_scan_look(scan, at);
        if (head.size == 0 || scan->error.kind != ERROR_NONE)
            return false;
        earn_credit(scan);
        if (log_begins(scan, at, failed, head.data[0], chain))
            return true;
        if (scan->credit > 0 && at > scan->options->begin &&
            salvage_scan_is_magic(head)) {
            uint64_t behind = behind_inner(scan, at);
            if (behind > at)
                at = behind - 1;
            continue;
        }
        if (scan->credit > 0 && salvage_scan_is_head(scan, at, head) &&
            try_at(scan, at, &aim, chain, &links)) {
            look_inside(scan, at + 1, &aim, chain, &links);
            return true;
        }
    }
}
