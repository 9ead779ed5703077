/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What deserves a look.  Each rule says only what the sums prove, and names
 * the figures it goes by.
 */
#include <stdlib.h>

#include "analysis/expiry.h"
#include "analysis/histogram.h"
#include "analysis/prefix.h"
#include "analysis/summary.h"
#include "analysis/top.h"
#include "base/escape.h"
#include "base/number.h"
#include "cli/report.h"
#include "cli/thresholds.h"

/* From which share on, in per mille, something is worth a line; whatever its
 * share, nobody cares for less than that many bytes. */
enum { LEAST_BYTES = 64 * 1024 };
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

static bool
is_worth_a_line(const struct advice *advice, uint64_t memory,
                uint64_t per_mille)
{
    return memory >= LEAST_BYTES &&
           number_per_mille(memory, advice->totals->memory) >= per_mille;
}

static const char *
plural(uint64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

/* In quotes. */
static void
append_name(struct advice *advice, struct bytes name)
{
    bool cut = name.size > NAME_SHOWN;
    if (cut)
        name.size = NAME_SHOWN;
    buffer_append_byte(advice->out, '"');
    escape_append(advice->out, name,
                  (enum escape_bytes)advice->report->arguments->bytes);
    buffer_append_text(advice->out, cut ? "...\"" : "\"");
}

/* "310.2 MiB (1.4 % of everything)" */
static void
append_share_of_all(struct advice *advice, uint64_t memory)
{
    number_append_size(advice->out, memory);
    buffer_append_text(advice->out, " (");
    number_append_share(advice->out,
                        number_per_mille(memory, advice->totals->memory));
    buffer_append_text(advice->out, " of everything)");
}

/* "The hash " */
static void
append_type(struct advice *advice, const struct record *record)
{
    buffer_append_text(advice->out, "The ");
    if (record->type == TYPE_MODULE)
        escape_append(advice->out, record->key->module_name, BYTES_TEXT);
    else
        buffer_append_text(advice->out, type_name(record->type));
    buffer_append_byte(advice->out, ' ');
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
            !is_worth_a_line(advice, memory, BIG_KEY))
            continue;
        advice->named[advice->named_count++] = record;
        begin_line(advice);
        append_type(advice, record);
        append_name(advice, record->key->name);
        if (advice->report->run.input_count > 1) {
            const struct run *run = &advice->report->run;
            buffer_append_text(advice->out, " of ");
            escape_append(advice->out,
                          bytes_of_text(run->inputs[record->input].name),
                          BYTES_ESCAPE);
        }
        buffer_append_text(advice->out, " has no expiry and holds ");
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
            !is_worth_a_line(advice, sums->no_expiry_memory, BIG_PREFIX) ||
            sums->no_expiry_keys * 2 < sums->keys ||
            is_one_key(advice, &rows[i]))
            continue;
        named++;
        begin_line(advice);
        number_append_grouped(advice->out, sums->no_expiry_keys);
        buffer_append_format(advice->out, " key%s under ",
                             plural(sums->no_expiry_keys, "", "s"));
        append_name(advice, rows[i].prefix);
        buffer_append_format(advice->out, " without expiry %s ",
                             plural(sums->no_expiry_keys, "holds", "hold"));
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
    if (number_per_mille(expired->keys, advice->totals->keys) < MANY_EXPIRED)
        return;
    begin_line(advice);
    number_append_grouped(advice->out, expired->keys);
    buffer_append_text(advice->out,
                       plural(expired->keys,
                              " key has expired and is still there; it holds ",
                              " keys have expired and are still there; they "
                              "hold "));
    append_share_of_all(advice, expired->memory);
    buffer_append_text(advice->out, ".\n");
}

static void
advise_rounding(struct advice *advice)
{
    uint64_t waste = report_rounding(advice->totals);
    if (!is_worth_a_line(advice, waste, MUCH_ROUNDING))
        return;
    begin_line(advice);
    append_share_of_all(advice, waste);
    buffer_append_text(advice->out, " is rounding to the sizes that the "
                                    "allocator has.\n");
}

/* What the main profile says, when all inputs were priced under the same
 * thresholds. */
static bool
common_threshold(const struct report *report, enum type type,
                 struct threshold *threshold)
{
    if (!threshold_of(&report->main->scan.profiles[0], type, threshold))
        return false;
    for (size_t i = 0; i < report->run.input_count; i++) {
        const struct run_input *input = &report->run.inputs[i];
        struct threshold own;
        if (!input->was_read)
            continue;
        if (!threshold_of(&input->scan.profiles[0], type, &own) ||
            own.most_entries != threshold->most_entries ||
            own.most_bytes != threshold->most_bytes)
            return false;
    }
    return threshold->most_entries > 0;
}

/* Values that have few elements and are tables all the same: one of their
 * elements is too long. */
static void
advise_threshold(struct advice *advice, enum type type)
{
    const struct report *report = advice->report;
    struct threshold threshold;
    if (!common_threshold(report, type, &threshold))
        return;
    uint64_t most = (uint64_t)threshold.most_entries;
    struct histogram_sums sums = histogram_small_tables(
        report->run.analyses[REPORT_HISTOGRAM], type, &most);
    if (!is_worth_a_line(advice, sums.memory, BIG_TYPE))
        return;
    begin_line(advice);
    number_append_grouped(advice->out, sums.keys);
    buffer_append_format(advice->out, " %s%s of at most ",
                         type_name(type),
                         plural(sums.keys, "",
                                type == TYPE_HASH ? "es" : "s"));
    number_append_grouped(advice->out, most);
    buffer_append_format(advice->out, " elements %s ",
                         plural(sums.keys, "holds", "hold"));
    append_share_of_all(advice, sums.memory);
    buffer_append_format(advice->out,
                         " unpacked.\n   %s is %lld, so %s an element longer "
                         "than %s (%lld).\n",
                         threshold.entries, (long long)threshold.most_entries,
                         plural(sums.keys, "it has", "each of them has"),
                         threshold.value, (long long)threshold.most_bytes);
}

static void
advise_types(struct advice *advice)
{
    advise_threshold(advice, TYPE_HASH);
    advise_threshold(advice, TYPE_ZSET);
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
