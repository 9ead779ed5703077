/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What deserves a look.  Each rule says only what the sums prove, and names
 * the figures it goes by.
 */
#include <stdlib.h>

#include "analysis/expiry.h"
#include "analysis/prefix.h"
#include "analysis/summary.h"
#include "analysis/top.h"
#include "base/escape.h"
#include "base/number.h"
#include "cli/report.h"
#include "cli/thresholds.h"

/* From which share on, in per mille, something is worth a line. */
enum {
    BIG_KEY = 10,
    BIG_PREFIX = 100,
    MANY_EXPIRED = 50,
    MUCH_ROUNDING = 100,
    BIG_TYPE = 50,
};

enum { KEYS_NAMED = 2, PREFIXES_NAMED = 2, NAME_SHOWN = 60 };

struct advice {
    struct report *report;
    struct buffer *out;
    unsigned count;
    const struct summary_totals *totals;
    const struct record *named[KEYS_NAMED]; /* keys that have a line */
    size_t named_count;
};

static void
begin_line(struct advice *advice)
{
    if (advice->count == 0)
        buffer_append_text(advice->out, "\nWHAT TO LOOK AT\n");
    buffer_append_format(advice->out, "%u. ", ++advice->count);
}

static void
append_name(struct advice *advice, struct bytes name)
{
    bool cut = name.size > NAME_SHOWN;
    if (cut)
        name.size = NAME_SHOWN;
    escape_append(advice->out, name,
                  (enum escape_bytes)advice->report->arguments->bytes);
    if (cut)
        buffer_append_text(advice->out, "...");
}

/* "310.2 MiB (1.4 % of everything)" */
static void
append_share_of_all(struct advice *advice, uint64_t memory)
{
    number_append_size(advice->out, memory);
    buffer_append_text(advice->out, " (");
    number_append_share(advice->out,
                        report_per_mille(memory, advice->totals->memory));
    buffer_append_text(advice->out, " of everything)");
}

/* Big keys that stay for ever. */
static void
advise_keys(struct advice *advice)
{
    size_t count;
    const struct record **records =
        top_records(advice->report->run.analyses[REPORT_TOP], &count);
    for (size_t i = 0; i < count && advice->named_count < KEYS_NAMED; i++) {
        const struct record *record = records[i];
        uint64_t memory = record->prices[0].memory;
        if (record->key->has_expiry ||
            report_per_mille(memory, advice->totals->memory) < BIG_KEY)
            continue;
        advice->named[advice->named_count++] = record;
        begin_line(advice);
        append_name(advice, record->key->name);
        buffer_append_format(advice->out, ": one %s without expiry holds ",
                             type_name(record->type));
        append_share_of_all(advice, memory);
        if (record->elements > 1 && record->type != TYPE_STRING) {
            buffer_append_text(advice->out, " in ");
            number_append_grouped(advice->out, record->elements);
            buffer_append_text(advice->out, " elements");
        }
        buffer_append_text(advice->out, ".\n");
    }
    free(records);
}

/* True when one of the keys named before is more than half of a prefix. */
static bool
is_one_key(const struct advice *advice, const struct prefix_row *row)
{
    for (size_t i = 0; i < advice->named_count; i++) {
        const struct record *record = advice->named[i];
        if (bytes_starts_with(record->key->name, row->prefix) &&
            record->prices[0].memory > row->sums.memory / 2)
            return true;
    }
    return false;
}

/* Families of names that mostly never expire. */
static void
advise_prefixes(struct advice *advice)
{
    size_t count;
    struct prefix_row *rows =
        prefix_rows(advice->report->run.analyses[REPORT_PREFIX], &count);
    size_t named = 0;
    for (size_t i = 0; i < count && named < PREFIXES_NAMED; i++) {
        const struct prefix_sums *sums = &rows[i].sums;
        if (rows[i].is_other || sums->keys < 2 ||
            report_per_mille(sums->no_expiry_memory,
                             advice->totals->memory) < BIG_PREFIX ||
            sums->no_expiry_keys * 2 < sums->keys ||
            is_one_key(advice, &rows[i]))
            continue;
        named++;
        begin_line(advice);
        append_name(advice, rows[i].prefix);
        buffer_append_text(advice->out, ": ");
        number_append_grouped(advice->out, sums->no_expiry_keys);
        buffer_append_text(advice->out, " keys without expiry hold ");
        append_share_of_all(advice, sums->no_expiry_memory);
        buffer_append_text(advice->out, ".\n");
    }
    free(rows);
}

static void
advise_expired(struct advice *advice)
{
    struct expiry_row rows[EXPIRY_COUNT];
    expiry_rows(advice->report->run.analyses[REPORT_EXPIRY], rows);
    const struct expiry_row *expired = &rows[EXPIRY_EXPIRED];
    if (report_per_mille(expired->keys, advice->totals->keys) < MANY_EXPIRED)
        return;
    begin_line(advice);
    number_append_grouped(advice->out, expired->keys);
    buffer_append_text(advice->out, " keys have expired and are still there; "
                                    "they hold ");
    append_share_of_all(advice, expired->memory);
    buffer_append_text(advice->out, ".\n");
}

static void
advise_rounding(struct advice *advice)
{
    const struct summary_totals *totals = advice->totals;
    uint64_t waste = totals->memory - totals->requested;
    if (totals->requested > totals->memory ||
        report_per_mille(waste, totals->memory) < MUCH_ROUNDING)
        return;
    begin_line(advice);
    append_share_of_all(advice, waste);
    buffer_append_text(advice->out, " is lost to rounding: blocks a little "
                                    "smaller would fit the class below.\n");
}

/* True when values so small on average would be packed if only their number
 * of elements counted. */
static bool
is_small_on_average(const struct advice *advice,
                    const struct summary_type *row,
                    const struct threshold *threshold)
{
    return row->encoding == threshold->big && row->keys > 0 &&
           threshold->most_entries > 0 &&
           row->elements / row->keys < (uint64_t)threshold->most_entries &&
           report_per_mille(row->memory, advice->totals->memory) >= BIG_TYPE;
}

static void
advise_threshold(struct advice *advice, const struct summary_type *row,
                 enum type type)
{
    const struct profile *profile = &advice->report->main->scan.profiles[0];
    struct threshold threshold;
    if (!threshold_of(profile, type, &threshold) ||
        !is_small_on_average(advice, row, &threshold))
        return;
    begin_line(advice);
    number_append_grouped(advice->out, row->keys);
    buffer_append_format(advice->out, " key%s of type %s in encoding %s hold ",
                         row->keys == 1 ? "" : "s", type_name(type),
                         encoding_name(threshold.big));
    append_share_of_all(advice, row->memory);
    buffer_append_text(advice->out, ", with ");
    number_append_grouped(advice->out, row->elements / row->keys);
    buffer_append_format(advice->out,
                         " elements on average.\n   That is less than %s "
                         "(%lld), so at least one is there only for an "
                         "element\n   longer than %s.\n",
                         threshold.entries, (long long)threshold.most_entries,
                         threshold.value);
}

static void
advise_types(struct advice *advice)
{
    size_t count;
    struct summary_type *rows = summary_types(
        advice->report->run.analyses[REPORT_SUMMARY], &count);
    for (size_t i = 0; i < count; i++) {
        enum type type;
        if (type_parse(rows[i].type, &type) &&
            (type == TYPE_HASH || type == TYPE_ZSET))
            advise_threshold(advice, &rows[i], type);
    }
    free(rows);
}

void
report_advice_append(struct report *report, struct buffer *out)
{
    struct advice advice = {
        .report = report,
        .out = out,
        .totals = summary_totals(report->run.analyses[REPORT_SUMMARY]),
    };
    advise_keys(&advice);
    advise_prefixes(&advice);
    advise_expired(&advice);
    advise_types(&advice);
    advise_rounding(&advice);
    if (advice.count == 0)
        buffer_append_text(out, "\nNothing stands out.\n");
}
