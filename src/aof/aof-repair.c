/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-repair.h"

#include <limits.h>

#include "base/number.h"
#include "input/reader.h"
#include "input/stream-range.h"

enum {
    LINE_END = 2,
    POLL_BYTES = 1024 * 1024,
};

/* Records of one log without a fault between them. */
struct run {
    bool sure;           /* nothing is wrong before it */
    uint64_t begin;
    struct repair_state before;  /* of the gap in front of it */
    struct resync_record broken; /* where that gap begins */
    bool again; /* that gap holds a run which was not believed */
};

/* Reads what is not strictly well-formed as servers do. */
struct lax {
    struct findings findings; /* first */
    struct stream_range range;
    struct reader reader;
    struct aof_records records;
    struct window *window; /* over the same file */
    bool refused; /* the record at hand */
};

struct repairing {
    const struct aof_repair_options *options;
    struct repair_plan *plan;
    struct aof_repair_facts *facts;
    struct window scan;
    struct window probe;
    struct lax lax;
    struct run run;
    uint64_t at;
    uint64_t poll_at;
    struct resync_record latest;       /* taken, and what was before it: */
    struct repair_state before_latest;
    bool stops;               /* until was met, if the run is believed: */
    struct repair_state stop;
};

/* ---- as servers read ---- */

/* One of the two bytes behind an argument may be damaged: servers do not look
 * at them.  When none is right, more than they is wrong. */
static bool
is_half_right(struct lax *lax, uint64_t at)
{
    struct bytes text = window_at(lax->window, at, LINE_END);
    return text.size >= LINE_END &&
           (text.data[0] == '\r' || text.data[1] == '\n');
}

static void
lax_finding(struct findings *self, const struct finding *finding)
{
    struct lax *lax = (struct lax *)self;
    switch (finding->code) {
    case FINDING_AOF_NUMBER:
    case FINDING_AOF_LINE_END:
        break;
    case FINDING_AOF_BULK_END:
        lax->refused |= !is_half_right(lax, finding->offset);
        break;
    default:
        lax->refused = true;
    }
}

static void
lax_init(struct lax *lax, const struct aof_repair_options *options,
         struct window *window)
{
    lax->window = window;
    lax->findings.add = lax_finding;
    stream_range_init(&lax->range, options->fd, options->begin,
                      options->size);
    reader_init(&lax->reader, &lax->range.stream, 0);
    reader_reset(&lax->reader, &lax->range.stream, options->begin);
    aof_records_init(&lax->records, &lax->reader, &lax->findings,
                     RESYNC_NAME_HELD + 1);
}

static void
lax_fini(struct lax *lax)
{
    aof_records_fini(&lax->records);
    reader_fini(&lax->reader);
}

/* Odd records come in numbers: a log whose line ends were changed. */
static void
lax_go_to(struct lax *lax, uint64_t at, uint64_t size)
{
    uint64_t now = reader_offset(&lax->reader);
    if (reader_ok(&lax->reader) && at >= now &&
        at - now <= READER_CONTIGUOUS && reader_skip(&lax->reader, at - now)) {
        aof_records_reset(&lax->records, &lax->reader);
        return;
    }
    int fd = lax->range.fd;
    stream_range_init(&lax->range, fd, at, size);
    reader_reset(&lax->reader, &lax->range.stream, at);
    aof_records_reset(&lax->records, &lax->reader);
}

static bool
may_begin_record(struct repairing *self, uint64_t at)
{
    struct bytes text = window_at(&self->probe, at, 2);
    return text.size == 0 || text.data[0] == '#' ||
           (text.data[0] == '*' && text.size > 1 &&
            (unsigned)(text.data[1] - '1') < 9);
}

/* Reads a command that was not strictly well-formed; false when it is none by
 * the servers' measure either, or the sizes it says are not its own. */
static bool
lax_read(struct repairing *self, uint64_t at, struct resync_record *record)
{
    struct lax *lax = &self->lax;
    struct aof_record *read = &lax->records.record;
    lax_go_to(lax, at, self->options->size);
    lax->refused = false;
    if (aof_records_next(&lax->records) != STATUS_OK || lax->refused ||
        read->kind != AOF_RECORD_COMMAND)
        return false;
    *record = (struct resync_record){ .offset = at, .argc = read->argc };
    resync_judge(record, aof_argument_bytes(&read->args[0]),
                 read->count > 1 ? aof_argument_bytes(&read->args[1])
                                 : bytes_of(NULL, 0));
    while (read->end == 0)
        if (aof_records_next(&lax->records) != STATUS_OK || lax->refused)
            return false;
    record->end = read->end;
    return record->verdict == RESYNC_SOUND &&
           may_begin_record(self, record->end);
}

/* ---- whom to believe ---- */

/* A run in a value ends where that does: at its line end, with the next record
 * or argument behind. */
static bool
ends_a_value(struct repairing *self, uint64_t at)
{
    struct bytes text = window_at(&self->probe, at, LINE_END + 1);
    return text.size >= LINE_END &&
           memcmp(text.data, "\r\n", LINE_END) == 0 &&
           (text.size == LINE_END ||
            memchr("*$#", text.data[LINE_END], 3) != NULL);
}

static uint64_t
commands_of(const struct repairing *self)
{
    return self->plan->state.commands - self->run.before.commands;
}

static bool
is_long(const struct repairing *self, uint64_t end)
{
    return end - self->run.begin > AOF_REPAIR_RUN_BYTES &&
           commands_of(self) >= AOF_REPAIR_RUN_COMMANDS;
}

/* The gap began with an argument that the end of the file cuts off, or so it
 * seems.  The run may be its inside; or the size is damaged, and was another
 * one of as many digits: then the run begins no earlier than behind the least
 * of them.  A damaged number of digits is for long runs to prove. */
static bool
may_begin_behind(const struct repairing *self, uint64_t end)
{
    const struct run *run = &self->run;
    const struct resync_record *broken = &run->broken;
    if (run->again || broken->claimed == 0)
        return true;
    return run->begin >= broken->search + broken->least + LINE_END ||
           (run->begin > broken->search && is_long(self, end));
}

/* Whether the run that ends at `at` is part of this log. */
static bool
is_believed(struct repairing *self, uint64_t at, bool at_end)
{
    const struct run *run = &self->run;
    const struct resync_record *broken = &run->broken;
    if (run->sure)
        return true;
    if (broken->verdict == RESYNC_CUT && !may_begin_behind(self, at))
        return false;
    if (at_end)
        return true;
    bool in_argument = broken->verdict == RESYNC_BROKEN &&
                       broken->claimed > 0 &&
                       at <= broken->claimed + LINE_END;
    return is_long(self, at) && !in_argument && !ends_a_value(self, at);
}

/* ---- records ---- */

static bool
is_behind_until(const struct repairing *self,
                const struct resync_record *record)
{
    const struct aof_repair_until *until = &self->options->until;
    switch (until->kind) {
    case AOF_REPAIR_TIME:
        return record->verb == RESYNC_TIME &&
               record->number > INT64_MIN / 1000 &&
               record->number > until->ms / 1000;
    case AOF_REPAIR_OFFSET:
        return record->end > until->offset;
    case AOF_REPAIR_FLUSH:
        return record->verb == RESYNC_FLUSH;
    case AOF_REPAIR_ALL:
        break;
    }
    return false;
}

static void
note_time(struct aof_repair_facts *facts, int64_t seconds)
{
    if (facts->times++ == 0)
        facts->first_time = seconds;
    facts->last_time = seconds;
}

static void
take(struct repairing *self, const struct resync_record *record, bool rewrite)
{
    struct repair_plan *plan = self->plan;
    if (!self->stops && is_behind_until(self, record)) {
        self->stops = true;
        self->stop = plan->state;
    }
    if (record->verb == RESYNC_TIME)
        note_time(self->facts, record->number);
    self->latest = *record;
    self->before_latest = plan->state;
    repair_plan_record(plan, record, rewrite);
    self->at = record->end;
}

/* Whether an argument that ends, or seems to, where nothing of a log begins
 * holds the beginning of a command that goes on behind it: then its size is
 * damaged, and it is no argument. */
static bool
holds_another(struct repairing *self, uint64_t from, uint64_t until)
{
    struct resync_record inner;
    while (resync_find(&self->scan, &self->probe, from, until, &from)) {
        resync_read(&self->probe, from, &inner);
        if (inner.end > until)
            return true;
        from = inner.end;
    }
    return false;
}

/* Whether the arguments behind a record are its own, and its count of them is
 * damaged: another one of as many digits would do. */
static bool
is_short(struct repairing *self, const struct resync_record *record)
{
    struct resync_record next;
    uint64_t behind;
    uint64_t more = resync_arguments(&self->probe, record->end, &behind);
    if (more == 0 || record->argc + more > INT_MAX ||
        number_digits(record->argc + more) != number_digits(record->argc))
        return false;
    resync_read(&self->probe, behind, &next);
    return next.verdict == RESYNC_SOUND || next.verdict == RESYNC_END;
}

/* The record before the one that is broken may be the damaged one, although
 * it seems well-formed.  Then it goes, too. */
static void
take_back(struct repairing *self, struct resync_record *broken)
{
    const struct resync_record *latest = &self->latest;
    struct bytes text = window_at(&self->probe, broken->offset, 1);
    bool begins_well = broken->argc > 0;
    if (latest->last == 0 || latest->end != broken->offset || begins_well)
        return;
    bool is_argument = text.size > 0 && text.data[0] == '$';
    if (!holds_another(self, latest->last, latest->end) &&
        !(is_argument && is_short(self, latest)))
        return;
    repair_plan_restore(self->plan, &self->before_latest);
    self->at = latest->offset;
    broken->offset = latest->offset;
    broken->search = latest->last;
}

/* Finds out how far back the damage goes. */
static void
look_back(struct repairing *self, struct resync_record *broken)
{
    if (broken->last == 0)
        take_back(self, broken);
    else if (broken->claimed == 0 &&
             holds_another(self, broken->last, broken->search))
        broken->search = broken->last;
}

/* ---- gaps ---- */

static bool
is_annotation(struct repairing *self, uint64_t at)
{
    struct bytes text = window_at(&self->probe, at, 1);
    return text.size > 0 && text.data[0] == '#';
}

/* Nothing comes any more. */
static void
lose_the_rest(struct repairing *self, const struct resync_record *broken)
{
    enum repair_reason reason = REPAIR_DAMAGED;
    if (broken->verdict == RESYNC_CUT)
        reason = is_annotation(self, broken->offset) ? REPAIR_ANNOTATION
                                                     : REPAIR_CUT;
    repair_plan_hole(self->plan, self->options->size, reason);
    self->at = self->options->size;
}

/* Passes over what is damaged.  A run in front of it that is not believed
 * belongs to it. */
static void
pass_gap(struct repairing *self, const struct resync_record *broken)
{
    struct run *run = &self->run;
    uint64_t found;
    if (is_believed(self, broken->offset, false)) {
        *run = (struct run){ .before = self->plan->state, .broken = *broken };
    } else {
        repair_plan_restore(self->plan, &run->before);
        self->stops = false;
        run->again = true;
    }
    run->sure = false;
    self->latest.last = 0;
    if (!resync_find(&self->scan, &self->probe, broken->search,
                     self->options->size, &found)) {
        lose_the_rest(self, &run->broken);
        run->sure = true;
        return;
    }
    run->begin = found;
    repair_plan_hole(self->plan, found,
                     found == run->broken.end ? REPAIR_ANNOTATION
                                              : REPAIR_DAMAGED);
    self->at = found;
}

/* What is wrong with the record at hand, and how far. */
static void
pass_trouble(struct repairing *self, struct resync_record *record)
{
    struct resync_control control;
    struct resync_record odd;
    bool believed = is_believed(self, record->offset, false);
    if (believed && self->stops) {
        self->run.sure = true;
        return;
    }
    if (believed && resync_mend(&self->probe, record->offset, &control)) {
        self->run.sure = true;
        take(self, &control.record, true);
        return;
    }
    if (believed && record->verdict == RESYNC_UNKNOWN) {
        self->run.sure = true;
        self->latest.last = 0;
        repair_plan_hole(self->plan, record->end, REPAIR_UNKNOWN);
        self->at = record->end;
        return;
    }
    if (believed && lax_read(self, record->offset, &odd)) {
        self->run.sure = true;
        take(self, &odd, true);
        return;
    }
    if (record->verdict == RESYNC_BROKEN)
        look_back(self, record);
    else if (record->verdict == RESYNC_UNKNOWN)
        record->search = record->offset + 1;
    pass_gap(self, record);
}

/* ---- all of it ---- */

static void
tell_progress(struct repairing *self)
{
    if (self->at < self->poll_at || self->options->poll == NULL)
        return;
    self->options->poll(self->options->context, self->at);
    self->poll_at = self->at + POLL_BYTES;
}

static bool
is_fine(const struct repairing *self)
{
    return self->scan.error.kind == ERROR_NONE &&
           self->probe.error.kind == ERROR_NONE &&
           self->lax.reader.error.kind != ERROR_IO && !self->plan->overflow;
}

static void
read_all(struct repairing *self)
{
    struct resync_record record;
    for (; is_fine(self); tell_progress(self)) {
        if (self->stops && self->run.sure)
            return;
        resync_read(&self->probe, self->at, &record);
        if (record.verdict == RESYNC_SOUND)
            take(self, &record, false);
        else if (record.verdict != RESYNC_END)
            pass_trouble(self, &record);
        else if (is_believed(self, self->at, true))
            return;
        else
            pass_gap(self, &record);
    }
}

static enum status
fail(const struct repairing *self, struct error *error)
{
    if (self->plan->overflow)
        error_set(error, ERROR_DAMAGED,
                  "more than %d damaged places: this is no log",
                  REPAIR_RANGES_MAX);
    else if (self->scan.error.kind != ERROR_NONE)
        *error = self->scan.error;
    else if (self->probe.error.kind != ERROR_NONE)
        *error = self->probe.error;
    else
        *error = self->lax.reader.error;
    return STATUS_FAIL;
}

enum status
aof_repair_find(struct repair_plan *plan, struct aof_repair_facts *facts,
                const struct aof_repair_options *options, struct error *error)
{
    struct repairing self = { .options = options,
                              .plan = plan,
                              .facts = facts,
                              .run = { .sure = true },
                              .at = options->begin };
    *facts = (struct aof_repair_facts){ .times = 0 };
    repair_plan_init(plan, options->begin);
    window_init(&self.scan, options->fd, options->size);
    window_init(&self.probe, options->fd, options->size);
    lax_init(&self.lax, options, &self.probe);
    read_all(&self);
    enum status status = is_fine(&self) ? STATUS_OK : fail(&self, error);
    if (self.stops && status == STATUS_OK) {
        repair_plan_restore(plan, &self.stop);
        facts->stopped = true;
    }
    repair_plan_end(plan, options->size);
    lax_fini(&self.lax);
    window_fini(&self.probe);
    window_fini(&self.scan);
    return status;
}
