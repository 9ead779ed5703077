/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The first pass: from header to end, with the gaps.
 *
 * A record that is not sound but whose end is known makes a gap of itself
 * alone, if the chain behind it is sound.  Else the place where records go on
 * is looked for, from a little before the failure on: a length that was
 * damaged may have swallowed sound records, and made a record that is sound by
 * itself of them.
 *
 *   recent records, sound by themselves      failed
 *   |  a  |  b  |  c, swallowed x and y      |~~~~~~~~|  z  |
 *                      |  x  |     y     |     z ...  a chain that leads on
 */
#include "rdb/salvage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "rdb/opcodes.h"
#include "rdb/salvage-parts.h"

enum {
    LOOK_BACK = 64 * 1024,
    LOOK_BACK_FAR = 64 * 1024 * 1024, /* for a length that was damaged */
    POLL_RECORDS = 128,
    HEADER_SIZE = 9,
    DIALECT_HEAD = 256,
    HASH_METADATA_PRE_GA = 22,
    HASH_METADATA = 24,
};

struct salvager {
    struct salvage *salvage;
    bool is_suspicious; /* bytes are known to have changed */
    struct salvage_cursor main;
    struct salvage_scan scan;
    struct rdb_place place;
    /* The latest sound records behind the last gap, a ring. */
    struct salvage_step recent[SALVAGE_RECENT];
    uint64_t recent_count; /* of all that came, more than the ring holds */
    uint64_t first_db;     /* where the oldest of those begin */
    uint64_t keys;
    uint64_t attributes; /* keys that have one */
    bool has_field_times; /* in hashes that are tables */
};

/* --- recent records --- */

static size_t
recent_held(const struct salvager *s)
{
    return s->recent_count < SALVAGE_RECENT ? (size_t)s->recent_count
                                            : SALVAGE_RECENT;
}

/* back is 1 for the latest. */
static const struct salvage_step *
recent(const struct salvager *s, size_t back)
{
    return &s->recent[(s->recent_count - back) % SALVAGE_RECENT];
}

/* In such a hash a field that has no time is a zero and two STRs, as a plain
 * string is. */
static void
note_field_times(struct salvager *s, const struct salvage_step *step)
{
    s->has_field_times |= rdb_facts(s->main.rdb)->dialect == RDB_REDIS &&
                          (step->byte == HASH_METADATA_PRE_GA ||
                           step->byte == HASH_METADATA);
}

static void
remember(struct salvager *s, const struct salvage_step *step)
{
    s->recent[s->recent_count++ % SALVAGE_RECENT] = *step;
    s->keys += step->is_key;
    s->attributes += step->has_attribute;
    note_field_times(s, step);
    if (step->is_key)
        salvage_note_name(&s->scan, step);
}

/* Zeros, for one, are any number of keys without a name. */
static bool
is_repeated(const struct salvager *s, const struct salvage_step *step)
{
    for (size_t back = 1; step->is_key && back <= recent_held(s); back++)
        if (recent(s, back)->is_key &&
            recent(s, back)->name_hash == step->name_hash)
            return true;
    return false;
}

/* Where reading went before it failed, as far as swallowed records are looked
 * for there. */
static void
take_trail(const struct salvager *s, uint64_t failed,
           struct salvage_trail *trail)
{
    trail->offsets[0] = failed;
    trail->count = 1;
    for (size_t back = 1; back <= recent_held(s); back++) {
        const struct salvage_step *step = recent(s, back);
        bool may_swallow = back == 1 && !step->is_packed;
        if (step->is_header ||
            failed - step->offset >
                (may_swallow ? LOOK_BACK_FAR : LOOK_BACK))
            break;
        trail->offsets[trail->count++] = step->offset;
    }
}

/* Whether a record next to a gap is given up: one that weighs little, or the
 * first string whose end the damage may have reached without a trace. */
static bool
is_doubtful(const struct salvage_step *last, unsigned given_up)
{
    if (given_up == 0 && last->is_unguarded)
        return true;
    return last->weight < SALVAGE_EDGE && given_up < SALVAGE_EDGE_SUM;
}

/* Gives up what begins at or behind an offset, and doubtful records before
 * `failed` unless they are known to end well.  Returns where the kept part
 * ends. */
static uint64_t
cut_recent(struct salvager *s, uint64_t from, uint64_t failed, bool ends_well)
{
    uint64_t cut = failed;
    unsigned given_up = 0;
    for (; recent_held(s) > 0; s->recent_count--) {
        const struct salvage_step *last = recent(s, 1);
        bool swallows = last->end > from;
        if (last->is_header ||
            (!swallows && (ends_well || !is_doubtful(last, given_up))))
            break;
        given_up += last->weight;
        cut = last->offset;
    }
    return cut;
}

/* The database that was current there: an opcode that was given up is as if it
 * had never been. */
static uint64_t
db_at_cut(const struct salvager *s)
{
    return recent_held(s) > 0 ? recent(s, 1)->db : s->first_db;
}

/* --- gaps --- */

static struct salvage_gap
new_gap(const struct salvager *s, enum salvage_cause cause, uint64_t offset,
        uint64_t end)
{
    const struct salvage_cursor *main = &s->main;
    const struct error *error = salvage_cursor_error(main);
    const char *reason = main->reason[0] != '\0' ? main->reason : error->text;
    struct salvage_gap gap = { .offset = offset,
                               .size = end - offset,
                               .cause = cause,
                               .db = db_at_cut(s),
                               .has_key = main->has_key };
    gap.reason = xstrdup(reason);
    if (gap.has_key) {
        gap.name_size = main->name_size;
        gap.name = bytes_of(xmemdup(main->name.data, main->name.size),
                            main->name.size);
    }
    return gap;
}

static void
add_gap(struct salvager *s, enum salvage_cause cause, uint64_t offset,
        uint64_t end, const struct salvage_chain *chain)
{
    struct salvage_gap gap = new_gap(s, cause, offset, end);
    if (chain != NULL) {
        gap.confirmed = chain->records;
        gap.reaches_end = chain->reaches_end;
    }
    salvage_add_gap(s->salvage, gap);
}

/* --- the pass --- */

/* No more records come; at EOF they end before the RDB does. */
static void
end_records(struct salvager *s, uint64_t records_end, uint64_t end)
{
    s->salvage->records_end = records_end;
    s->salvage->end = end;
    s->salvage->had_end = records_end < end;
}

/* The rest of the input is nothing. */
static void
give_up(struct salvager *s, uint64_t failed)
{
    uint64_t limit = s->salvage->options.limit;
    bool truncated = salvage_cursor_error(&s->main)->kind == ERROR_TRUNCATED;
    if (failed < limit)
        add_gap(s, truncated ? SALVAGE_TRUNCATED : SALVAGE_DAMAGED, failed,
                limit, NULL);
    end_records(s, limit, limit);
}

static void
prepare_scan(struct salvager *s)
{
    salvage_scan_take(&s->scan, s->main.rdb);
    s->scan.plain_doubted = s->has_field_times;
    s->scan.attributes_usual = s->keys > 0 && s->attributes * 4 >= s->keys;
}

static bool
look_for_more(struct salvager *s, uint64_t failed,
              struct salvage_chain *chain)
{
    struct salvage_trail trail;
    prepare_scan(s);
    take_trail(s, failed, &trail);
    return salvage_scan_find(&s->scan, trail.offsets[trail.count - 1] + 1,
                             failed, &trail, chain);
}

/* A header is written anew: without it nothing is lost. */
static bool
is_only_header(const struct salvager *s, uint64_t from, uint64_t until)
{
    return s->salvage->header_guessed &&
           from == s->salvage->options.begin && until - from <= HEADER_SIZE;
}

/* Goes on at a chain; false at a log. */
static bool
go_on(struct salvager *s, uint64_t failed, const struct salvage_chain *chain)
{
    const struct salvage_options *options = &s->salvage->options;
    bool ends_well = s->main.has_key && s->main.name.size > 0;
    uint64_t cut = cut_recent(s, chain->start, failed, ends_well);
    if (is_only_header(s, cut, chain->start))
        s->salvage->records = chain->start;
    else if (cut < chain->start)
        add_gap(s, SALVAGE_DAMAGED, cut, chain->start, chain);
    if (chain->is_log) {
        end_records(s, chain->start, chain->start);
        return false;
    }
    rdb_place_save(&s->place, s->main.rdb);
    s->place.db = db_at_cut(s);
    s->first_db = s->place.db;
    s->recent_count = 0;
    salvage_cursor_seek(&s->main, options->fd, chain->start, options->limit,
                        &s->place);
    return true;
}

/* EOF.  Where bytes follow that are no log, damage may only look like it. */
static bool
pass_end(struct salvager *s, const struct salvage_step *step)
{
    const struct rdb_facts *facts = rdb_facts(s->main.rdb);
    const struct salvage_options *options = &s->salvage->options;
    struct salvage_chain chain;
    if (facts->crc != RDB_CRC_OK &&
        !salvage_scan_ends_at(&s->scan, facts->end_offset)) {
        salvage_cursor_blame(
            &s->main, "0xff reads as the end, but records follow", NULL);
        if (look_for_more(s, step->offset, &chain))
            return go_on(s, step->offset, &chain);
    }
    s->salvage->crc_wrong = facts->crc == RDB_CRC_MISMATCH;
    end_records(s, step->offset, facts->end_offset);
    if (options->log_begins != NULL || facts->end_offset == options->limit)
        return false;
    salvage_cursor_blame(
        &s->main, "bytes behind the end, which no server reads", NULL);
    add_gap(s, SALVAGE_BEHIND, facts->end_offset, options->limit, NULL);
    return false;
}

/* EOF, and a checksum that is cut off. */
static bool
is_cut_end(const struct salvager *s, const struct salvage_step *step)
{
    return step->byte == OPCODE_EOF && !step->is_header &&
           salvage_cursor_error(&s->main)->kind == ERROR_TRUNCATED;
}

/* A true repetition, of which the survey will take one: records go on. */
static bool
is_followed(struct salvager *s, const struct salvage_step *step)
{
    struct salvage_chain chain;
    salvage_scan_take(&s->scan, s->main.rdb);
    return salvage_scan_follow(&s->scan, step->end, &chain);
}

/* A record that is not sound; false when nothing follows. */
static bool
pass_damage(struct salvager *s, enum status status,
            const struct salvage_step *step)
{
    struct salvage_chain chain;
    note_field_times(s, step);
    salvage_scan_take(&s->scan, s->main.rdb);
    if (status != STATUS_FAIL &&
        salvage_scan_follow(&s->scan, step->end, &chain)) {
        add_gap(s, SALVAGE_DAMAGED, step->offset, step->end, &chain);
        return true;
    }
    if (look_for_more(s, step->offset, &chain))
        return go_on(s, step->offset, &chain);
    give_up(s, step->offset);
    return false;
}

static unsigned
letters_alike(const unsigned char *bytes, const char *magic)
{
    unsigned alike = 0;
    for (size_t i = 0; magic[i] != '\0'; i++)
        alike += bytes[i] == (unsigned char)magic[i];
    return alike;
}

/* By the letters that are left, else by the name of a server that writes
 * nothing but VALKEY files. */
static enum rdb_dialect
guess_dialect(const struct salvage_options *options)
{
    static const char server[] = "valkey-ver\x05" "9.";
    unsigned char head[DIALECT_HEAD] = { 0 };
    ssize_t got = pread(options->fd, head, sizeof(head),
                        (off_t)options->begin);
    unsigned redis = letters_alike(head, "REDIS");
    unsigned valkey = letters_alike(head, "VALKEY");
    if (redis != valkey)
        return redis > valkey ? RDB_REDIS : RDB_VALKEY;
    return got > 0 && memmem(head, (size_t)got, server, strlen(server)) != NULL
               ? RDB_VALKEY
               : RDB_REDIS;
}

static int
newest_known(enum rdb_dialect dialect)
{
    return dialect == RDB_VALKEY ? RDB_VALKEY_VERSION_KNOWN
                                 : RDB_TYPE_VERSION_KNOWN;
}

/* Nothing tells how records are to be read: as of the newest version that is
 * known, until AUX fields say more, or all was read once. */
static void
guess_header(struct salvager *s)
{
    const struct salvage_options *options = &s->salvage->options;
    struct rdb_facts *facts = &s->place.facts;
    *facts = *rdb_facts(s->main.rdb);
    facts->dialect = guess_dialect(options);
    facts->version = s->salvage->settled_version > 0
                         ? s->salvage->settled_version
                         : newest_known(facts->dialect);
    s->salvage->header_guessed = true;
    s->salvage->records = options->begin;
    rdb_choose_types(s->main.rdb, facts->dialect);
    salvage_cursor_seek(&s->main, options->fd, options->begin, options->limit,
                        &s->place);
}

static bool
is_known_header(const struct salvager *s, enum status status)
{
    const struct rdb_facts *facts = rdb_facts(s->main.rdb);
    return status != STATUS_FAIL && !s->main.header_odd &&
           s->salvage->settled_version == 0 &&
           facts->version <= newest_known(facts->dialect);
}

static bool
pass_header(struct salvager *s, enum status status,
            const struct salvage_step *step)
{
    s->salvage->records = step->end;
    if (is_known_header(s, status)) {
        remember(s, step);
        return true;
    }
    const struct rdb_facts *facts = rdb_facts(s->main.rdb);
    if (status != STATUS_FAIL && !s->main.header_odd &&
        facts->version > newest_known(facts->dialect))
        s->salvage->newer_version = facts->version;
    if (s->main.reason[0] == '\0' && status != STATUS_FAIL)
        salvage_cursor_blame(&s->main,
                             "the header is not that of what follows", NULL);
    guess_header(s);
    return pass_damage(s, STATUS_FAIL, step);
}

/* Where bytes are known to have changed, what looks sound may not be. */
static bool
has_swallowed(struct salvager *s, const struct salvage_step *step,
              struct salvage_chain *chain)
{
    if (!step->is_key)
        return false;
    prepare_scan(s);
    if (!salvage_scan_inside(&s->scan, step, chain))
        return false;
    salvage_cursor_blame(&s->main, "its length takes in records behind it",
                         &s->main.rdb->key);
    return true;
}

/* False when the pass is over. */
static bool
pass_one(struct salvager *s, uint64_t *count)
{
    const struct salvage_options *options = &s->salvage->options;
    struct salvage_chain chain;
    struct salvage_step step;
    enum status status = salvage_cursor_read(&s->main, &step);
    if (salvage_cursor_error(&s->main)->kind == ERROR_IO)
        return false;
    if (++*count % POLL_RECORDS == 0 && options->poll != NULL)
        options->poll(options->context, step.offset);
    if (status == STATUS_END)
        return pass_end(s, &step);
    if (step.is_header)
        return pass_header(s, status, &step);
    if (status == STATUS_FAIL && is_cut_end(s, &step)) {
        s->salvage->crc_wrong = true;
        end_records(s, step.offset, options->limit);
        return false;
    }
    if (status == STATUS_OK && is_repeated(s, &step) &&
        !is_followed(s, &step)) {
        salvage_cursor_blame(&s->main, "a key of this name came right before",
                             NULL);
        status = STATUS_BAD;
    }
    if (status != STATUS_OK)
        return pass_damage(s, status, &step);
    if (s->is_suspicious && has_swallowed(s, &step, &chain))
        return go_on(s, step.offset, &chain);
    remember(s, &step);
    return true;
}

static void
salvager_init(struct salvager *s, struct salvage *salvage, bool is_suspicious)
{
    const struct salvage_options *options = &salvage->options;
    *s = (struct salvager){ .salvage = salvage,
                            .is_suspicious = is_suspicious };
    salvage_cursor_init(&s->main, options->fd, options->begin, options->limit,
                        true);
    salvage_scan_init(&s->scan, options);
}

static void
salvager_fini(struct salvager *s)
{
    salvage_scan_fini(&s->scan);
    salvage_cursor_fini(&s->main);
    rdb_place_fini(&s->place);
}

static void
find_records(struct salvage *salvage, bool is_suspicious, struct error *error)
{
    struct salvager *s = xmalloc(sizeof(*s));
    uint64_t count = 0;
    salvager_init(s, salvage, is_suspicious);
    while (pass_one(s, &count))
        continue;
    salvage->facts = *rdb_facts(s->main.rdb);
    if (salvage_cursor_error(&s->main)->kind == ERROR_IO)
        *error = *salvage_cursor_error(&s->main);
    else if (s->scan.error.kind != ERROR_NONE)
        *error = s->scan.error;
    salvager_fini(s);
    free(s);
}

/* A file that is only cut off has no bytes that changed. */
static bool
has_changed(const struct salvage *salvage)
{
    for (size_t i = 0; i < salvage->gap_count; i++)
        if (salvage->gaps[i].cause == SALVAGE_DAMAGED)
            return true;
    return salvage->crc_wrong;
}

static void
begin(struct salvage *salvage, const struct salvage_options *options,
      int version)
{
    *salvage = (struct salvage){ .options = *options,
                                 .end = options->limit,
                                 .settled_version = version };
}

static enum status
find_all(struct salvage *salvage, const struct salvage_options *options,
         int version, struct error *error)
{
    begin(salvage, options, version);
    find_records(salvage, false, error);
    if (error->kind == ERROR_NONE && has_changed(salvage)) {
        salvage_fini(salvage);
        begin(salvage, options, version);
        find_records(salvage, true, error);
    }
    return error->kind == ERROR_NONE ? salvage_survey(salvage, error)
                                     : STATUS_FAIL;
}

/* What is sound depends on who wrote it.  Where no header says, the copy has a
 * version by what was found, and is to be sound by that: so it is looked for
 * again until the version stays.  It only rises. */
enum status
salvage_find(struct salvage *salvage, const struct salvage_options *options,
             struct error *error)
{
    int settled = 0;
    enum status status = find_all(salvage, options, settled, error);
    while (status == STATUS_OK && salvage->header_guessed &&
           salvage->facts.version != settled) {
        settled = salvage->facts.version;
        salvage_fini(salvage);
        status = find_all(salvage, options, settled, error);
    }
    return status;
}

bool
salvage_is_intact(const struct salvage *salvage)
{
    return salvage->gap_count == 0 && !salvage->crc_wrong &&
           !salvage->header_guessed && salvage->had_end;
}
