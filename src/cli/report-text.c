/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The report for people, in the order of their questions: what is this, is it
 * sound (report-inputs.c), where is the memory, what should I do
 * (report-advice.c).
 */
#include <stdlib.h>

#include "analysis/databases.h"
#include "analysis/expiry.h"
#include "analysis/prefix.h"
#include "analysis/size-classes.h"
#include "analysis/summary.h"
#include "analysis/top.h"
#include "base/escape.h"
#include "base/number.h"
#include "cli/report.h"

enum {
    TYPES_SHOWN = 24,
    KEYS_SHOWN = 10,
    PREFIXES_SHOWN = 10,
    BAR_CELLS = 24, /* of all memory */
    MOVING_SHOWN = 5, /* per mille of the growth */
    NEARLY_ALL = 900, /* per mille of all memory */
};

/* ---- totals ---- */

static void
append_memory(struct buffer *out, const struct summary_totals *totals)
{
    if (totals->lower > 0)
        buffer_append_text(out, "at least ");
    number_append_size(out, totals->memory);
}

/* "Loading this file makes used_memory grow by 22.0 GiB (keys 21.4 GiB, tables
 * 0.6 GiB); the file says that its server used 22.3 GiB." */
static void
append_growth(struct buffer *out, const struct report *report)
{
    const struct instance_sums *sums = &report->instance.sums[0];
    bool one = report->run.read_count == 1;
    buffer_append_format(out, "Loading %s makes used_memory grow by ",
                         one ? "this file" : "these files");
    number_append_size(out, sums->growth);
    buffer_append_text(out, " (keys ");
    number_append_size(out, sums->keys);
    buffer_append_text(out, ", tables ");
    number_append_size(out, sums->tables);
    if (sums->other > 0) {
        buffer_append_text(out, ", other ");
        number_append_size(out, sums->other);
    }
    buffer_append_byte(out, ')');
    if (report->used_mem >= 0) {
        buffer_append_text(out, one ? "; the file says its server used "
                                    : "; the files say their servers used ");
        number_append_size(out, (uint64_t)report->used_mem);
    }
    buffer_append_text(out, ".\n");
    uint64_t moving = sums->unsettled > sums->growth
                          ? sums->unsettled - sums->growth
                          : sums->growth - sums->unsettled;
    if (number_per_mille(moving, sums->growth) >= MOVING_SHOWN) {
        buffer_append_text(out, "Right after loading, while tables are still "
                                "being moved, it may be ");
        number_append_size(out, sums->unsettled);
        buffer_append_text(out, ".\n");
    }
}

static void
append_databases(struct buffer *out, const struct report *report)
{
    size_t count;
    const struct databases_row *rows =
        databases_rows(report->run.analyses[REPORT_DATABASES], &count);
    if (count > 0 && rows[count - 1].is_rest) {
        buffer_append_text(out, "more than ");
        count--;
    }
    number_append_grouped(out, count);
    buffer_append_text(out, count == 1 ? " database" : " databases");
}

static uint64_t
keys_read(const struct run *run)
{
    uint64_t keys = 0;
    for (size_t i = 0; i < run->input_count; i++)
        if (run->inputs[i].was_read)
            keys += run->inputs[i].scan.keys;
    return keys;
}

/* Why there is nothing to show. */
static void
append_no_keys(struct buffer *out, const struct report *report)
{
    uint64_t read = keys_read(&report->run);
    if (read == 0 || filter_is_empty(report->run.filter)) {
        buffer_append_text(out, "no keys\n");
        return;
    }
    number_append_grouped(out, read);
    buffer_append_text(out, read == 1 ? " key, which does not pass the filter\n"
                                      : " keys, none passes the filter\n");
}

static void
append_keys(struct buffer *out, const struct report *report)
{
    const struct summary_totals *totals =
        summary_totals(report->run.analyses[REPORT_SUMMARY]);
    if (totals->keys == 0) {
        append_no_keys(out, report);
        return;
    }
    bool one = totals->keys == 1;
    number_append_grouped(out, totals->keys);
    buffer_append_text(out, one ? " key in " : " keys in ");
    append_databases(out, report);
    buffer_append_text(out, one ? " holds " : " hold ");
    append_memory(out, totals);
    buffer_append_text(out, "; ");
    if (totals->expires == 0) {
        buffer_append_text(out, one ? "it does not expire.\n"
                                    : "none of them expires.\n");
    } else if (totals->expires == totals->keys) {
        buffer_append_text(out, one ? "it expires.\n"
                                    : "all of them expire.\n");
    } else {
        number_append_part(out, totals->expires, totals->keys);
        buffer_append_text(out, " of them expire.\n");
    }
    if (report->instance.known)
        append_growth(out, report);
}

static void
append_warnings(struct buffer *out, const struct report *report)
{
    for (size_t i = 0; i < report->warning_count; i++) {
        report_alarm(out, report, "! ");
        buffer_append_format(out, "%s\n", report->warnings[i].text);
    }
}

static void
append_totals(struct buffer *out, const struct report *report)
{
    buffer_append_byte(out, '\n');
    append_keys(out, report);
    if (report->used_mem >= 0 && !report->instance.known &&
        filter_is_empty(report->run.filter)) {
        bool one = report->run.read_count == 1;
        buffer_append_text(out, one ? "The file says that its server used "
                                    : "The files say that their servers used ");
        number_append_size(out, (uint64_t)report->used_mem);
        buffer_append_text(out, one ? " in all, tables and buffers included.\n"
                                    : " together, tables and buffers "
                                      "included.\n");
    }
    append_warnings(out, report);
}

/* ---- tables ---- */

/* A bar of eighths of a cell. */
static struct cell
bar(struct buffer *room, uint64_t per_mille)
{
    static const char *const parts[] = { "", "▏", "▎", "▍", "▌",
                                         "▋", "▊", "▉" };
    uint64_t eighths = (per_mille * BAR_CELLS * 8 + 500) / 1000;
    buffer_clear(room);
    for (uint64_t i = 0; i < eighths / 8; i++)
        buffer_append_text(room, "█");
    buffer_append_text(room, parts[eighths % 8]);
    return cell_bytes(buffer_bytes(room));
}

static void
write_types(const struct report *report, struct writer *writer)
{
    static const struct column columns[] = {
        { "type", "", COLUMN_TEXT },        { "encoding", "", COLUMN_TEXT },
        { "keys", "keys", COLUMN_COUNT },   { "elements", "elements",
                                              COLUMN_COUNT },
        { "memory", "memory", COLUMN_BYTES }, { "share", "share",
                                                COLUMN_SHARE },
        { "bar", "", COLUMN_TEXT },
    };
    struct analysis *summary = report->run.analyses[REPORT_SUMMARY];
    uint64_t whole = summary_totals(summary)->memory;
    struct buffer room = { 0 };
    size_t count;
    struct summary_type *rows = summary_types(summary, &count);
    writer->ops->table_begin(writer, "types", "MEMORY BY TYPE", columns, 7);
    for (size_t i = 0; i < count && i < TYPES_SHOWN; i++) {
        const struct summary_type *row = &rows[i];
        uint64_t share = number_per_mille(row->memory, whole);
        bool priced = row->unpriced < row->keys;
        struct cell nothing = cell_bytes(bytes_of("", 0));
        struct cell cells[] = {
            cell_bytes(row->type),
            row->encoding != ENCODING_UNKNOWN
                ? cell_text(encoding_name(row->encoding))
                : nothing,
            cell_number(row->keys),
            cell_number(row->elements),
            priced ? cell_bound(row->memory, row->lower != 0) : nothing,
            priced ? cell_number(share) : nothing,
            bar(&room, share),
        };
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
    buffer_fini(&room);
    free(rows);
}

static struct cell
expiry_cell(struct buffer *room, const struct record *record)
{
    const struct key *key = record->key;
    buffer_clear(room);
    if (!key->has_expiry) {
        buffer_append_text(room, "no expiry");
    } else if (record->expired) {
        buffer_append_text(room, "expired");
    } else {
        buffer_append_text(room, "expires in ");
        number_append_duration(
            room, ((uint64_t)key->expire_ms - (uint64_t)record->now_ms) /
                      1000);
    }
    return cell_bytes(buffer_bytes(room));
}

/* What the same data takes on each server that was asked for. */
static void
write_profiles(const struct report *report, struct writer *writer)
{
    static const struct column columns[] = {
        { "server", "", COLUMN_TEXT },
        { "memory", "keys", COLUMN_BYTES },
        { "requested", "requested", COLUMN_BYTES },
        { "tables", "tables", COLUMN_BYTES },
        { "growth", "growth", COLUMN_BYTES },
        { "share", "of the first", COLUMN_SHARE },
    };
    const struct run *run = &report->run;
    const struct instance *instance = &report->instance;
    const struct summary_sums *sums =
        summary_by_profile(run->analyses[REPORT_SUMMARY]);
    if (run->profile_count < 2)
        return;
    writer->ops->table_begin(writer, "profiles", "SERVERS COMPARED", columns,
                             6);
    for (size_t i = 0; i < run->profile_count; i++) {
        struct cell cells[] = {
            cell_text(run->requests[i].server),
            cell_number(sums[i].memory),
            cell_number(sums[i].requested),
            instance->known ? cell_number(instance->sums[i].tables)
                            : cell_empty(),
            instance->known ? cell_number(instance->sums[i].growth)
                            : cell_empty(),
            cell_number(number_per_mille(sums[i].memory, sums[0].memory)),
        };
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
}

/* The one that is closer, as long as what neither explains is less than what
 * parts them. */
static const char *
closer_note(const struct report *report, size_t jemalloc)
{
    const struct instance_sums *sums = report->instance.sums;
    const size_t *jemallocs = report->run.jemallocs;
    uint64_t one = sums[jemallocs[0]].growth;
    uint64_t other = sums[jemallocs[1]].growth;
    if (jemalloc != report_closer(report))
        return "";
    return instance_distance(&sums[jemallocs[jemalloc]],
                             (uint64_t)report->used_mem) <
                   (one > other ? one - other : other - one)
               ? "closer"
               : "closer, but not by enough to be sure";
}

/* What the file says, and why that may be more than was predicted. */
static void
append_used(struct buffer *out, bool one, uint64_t used, bool is_more)
{
    buffer_append_text(out, one ? "The file says that its server used "
                                : "The files say that their servers used ");
    number_append_size(out, used);
    if (is_more)
        buffer_append_format(out,
                             ". What else %s may have held:\nbuffers of "
                             "clients and replicas, the backlog, the AOF "
                             "buffer, scripts, and\nroom that values written "
                             "live keep and loaded ones do not; see "
                             "keyweigh-model(7)",
                             one ? "it" : "they");
    buffer_append_text(out, ".\n");
}

/* What is predicted for both builds of jemalloc beside what the file says. */
static void
write_reconciliation(const struct report *report, struct writer *writer)
{
    static const struct column columns[] = {
        { "allocator", "", COLUMN_TEXT },
        { "growth", "growth", COLUMN_BYTES },
        { "server", "empty server", COLUMN_BYTES },
        { "share", "of used-mem", COLUMN_SHARE },
        { "note", "", COLUMN_TEXT },
    };
    const struct run *run = &report->run;
    uint64_t used = (uint64_t)report->used_mem;
    if (!report->instance.known || report->used_mem < 0)
        return;
    bool is_too_little = false;
    writer->ops->table_begin(writer, "reconciliation", "RECONCILIATION",
                             columns, 5);
    for (size_t i = 0; i < RUN_JEMALLOCS; i++) {
        size_t number = run->jemallocs[i];
        const struct instance_sums *sums = &report->instance.sums[number];
        const struct profile *profile = &report->main->scan.profiles[number];
        struct cell cells[] = {
            cell_text(profile->allocator->name),
            cell_number(sums->growth),
            cell_number(sums->server),
            cell_number(number_per_mille(sums->growth + sums->server, used)),
            cell_text(closer_note(report, i)),
        };
        if (i == report_closer(report))
            is_too_little = sums->growth + sums->server < used;
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
    append_used(&writer->output->buffer, run->read_count == 1, used,
                is_too_little);
}

static void
write_keys(const struct report *report, struct writer *writer)
{
    static const struct column columns[] = {
        { "file", "", COLUMN_NAME },
        { "key", "", COLUMN_NAME },
        { "db", "db", COLUMN_COUNT },
        { "type", "type", COLUMN_TEXT },
        { "elements", "elements", COLUMN_COUNT },
        { "memory", "memory", COLUMN_BYTES },
        { "expiry", "", COLUMN_TEXT },
    };
    const struct run *run = &report->run;
    size_t left = run->input_count > 1 ? 0 : 1;
    struct buffer room = { 0 };
    size_t count;
    const struct record **records =
        top_records(run->analyses[REPORT_TOP], &count);
    writer->ops->table_begin(writer, "top", "BIGGEST KEYS", columns + left,
                             7 - left);
    for (size_t i = 0; i < count && i < KEYS_SHOWN; i++) {
        const struct record *record = records[i];
        struct cell cells[] = {
            cell_text(run->inputs[record->input].name),
            cell_name(record->key->name, record->key->name_size,
                      record->key->name_hash),
            cell_number(record->key->db),
            record->type == TYPE_MODULE
                ? cell_bytes(record->key->module_name)
                : cell_text(type_name(record->type)),
            cell_number(record->elements),
            cell_bound(record->prices[0].memory,
                       record->prices[0].basis == BASIS_LOWER),
            expiry_cell(&room, record),
        };
        writer->ops->row(writer, cells + left);
    }
    writer->ops->table_end(writer);
    buffer_fini(&room);
    free(records);
}

/* Adds what is not shown to the row (other), which is the last. */
static struct prefix_sums
prefix_rest(const struct prefix_row *rows, size_t shown, size_t count)
{
    struct prefix_sums sums = { 0, 0, 0, 0 };
    for (size_t i = shown; i < count; i++) {
        sums.keys += rows[i].sums.keys;
        sums.memory += rows[i].sums.memory;
        sums.no_expiry_keys += rows[i].sums.no_expiry_keys;
        sums.no_expiry_memory += rows[i].sums.no_expiry_memory;
    }
    return sums;
}

static void
write_prefix(struct writer *writer, struct bytes prefix,
             const struct prefix_sums *sums, uint64_t whole)
{
    struct cell cells[] = {
        cell_bytes(prefix),
        cell_number(sums->keys),
        cell_number(sums->memory),
        cell_number(number_per_mille(sums->memory, whole)),
        cell_number(number_per_mille(sums->no_expiry_keys, sums->keys)),
    };
    writer->ops->row(writer, cells);
}

/* Names without a separator, when there are more of them than the biggest
 * keys show. */
static void
append_no_prefix(struct buffer *out, uint64_t keys)
{
    if (keys > KEYS_SHOWN)
        buffer_append_text(out, "\nBY PREFIX  no name has a separator in it "
                                "(--separator chooses others)\n");
}

/* A namespace that all keys share says nothing of them. */
static void
append_way_deeper(struct buffer *out, const struct prefix_row *biggest,
                  uint64_t whole)
{
    if (biggest->sums.keys > 1 &&
        number_per_mille(biggest->sums.memory, whole) >= NEARLY_ALL)
        buffer_append_text(out, "What is in it: keyweigh prefix --depth 0 "
                                "--min-share 1\n");
}

static void
write_prefixes(const struct report *report, struct writer *writer)
{
    static const struct column columns[] = {
        { "prefix", "", COLUMN_NAME },
        { "keys", "keys", COLUMN_COUNT },
        { "memory", "memory", COLUMN_BYTES },
        { "share", "share", COLUMN_SHARE },
        { "no_expiry", "no expiry", COLUMN_SHARE },
    };
    struct analysis *const *analyses = report->run.analyses;
    struct buffer *out = &writer->output->buffer;
    const struct summary_totals *totals =
        summary_totals(analyses[REPORT_SUMMARY]);
    uint64_t whole = totals->memory;
    size_t count;
    struct prefix_row *rows = prefix_rows(analyses[REPORT_PREFIX], &count);
    size_t shown = count - 1 < PREFIXES_SHOWN ? count - 1 : PREFIXES_SHOWN;
    if (shown == 0) {
        append_no_prefix(out, totals->keys);
        free(rows);
        return;
    }
    writer->ops->table_begin(writer, "prefixes", "BY PREFIX", columns, 5);
    for (size_t i = 0; i < shown; i++)
        write_prefix(writer, rows[i].prefix, &rows[i].sums, whole);
    struct prefix_sums rest = prefix_rest(rows, shown, count);
    if (rest.keys > 0)
        write_prefix(writer, rows[count - 1].prefix, &rest, whole);
    writer->ops->table_end(writer);
    append_way_deeper(out, &rows[0], whole);
    free(rows);
}

/* ---- single lines ---- */

/* From when on the expiry is counted. */
static void
append_now(struct buffer *out, const struct report *report)
{
    static const char *const from[] = {
        [SCAN_NOW_GIVEN] = "", [SCAN_NOW_FILE] = ", when it was written",
        [SCAN_NOW_CLOCK] = ", the clock"
    };
    buffer_append_text(out, "; seen from ");
    if (!report->has_now) {
        buffer_append_text(out, "when each file was written\n");
        return;
    }
    number_append_time(out, report->now);
    buffer_append_format(out, "%s\n", from[report->main->scan.now_from]);
}

static void
append_expiry(struct buffer *out, const struct report *report)
{
    struct expiry_row rows[EXPIRY_COUNT];
    const struct summary_totals *totals =
        summary_totals(report->run.analyses[REPORT_SUMMARY]);
    const char *between = "";
    expiry_rows(report->run.analyses[REPORT_EXPIRY], rows);
    buffer_append_text(out, "\nEXPIRY  ");
    if (totals->expires == 0) {
        buffer_append_text(out, "no key expires\n");
        return;
    }
    for (size_t i = 0; i < EXPIRY_COUNT; i++) {
        if (rows[i].keys == 0)
            continue;
        buffer_append_format(out, "%s%s ", between, rows[i].name);
        number_append_part(out, rows[i].keys, totals->keys);
        between = " · ";
    }
    append_now(out, report);
}

static uint64_t
waste_of(const struct size_classes_row *row)
{
    return row->usable > row->requested ? row->usable - row->requested : 0;
}

static void
append_worst_class(struct buffer *out, const struct report *report)
{
    size_t count;
    struct size_classes_row *rows =
        size_classes_rows(report->run.analyses[REPORT_SIZE_CLASSES], 0,
                          &count);
    const struct size_classes_row *worst = NULL;
    for (size_t i = 0; i < count; i++)
        if (rows[i].size != 0 &&
            (worst == NULL || waste_of(&rows[i]) > waste_of(worst)))
            worst = &rows[i];
    if (worst != NULL && waste_of(worst) > 0) {
        buffer_append_text(out, "; worst class: ");
        number_append_grouped(out, worst->size);
        buffer_append_text(out, " bytes (");
        number_append_size(out, waste_of(worst));
        buffer_append_text(out, ")");
    }
    free(rows);
}

static void
append_fragmentation(struct buffer *out, const struct report *report)
{
    const struct summary_totals *totals =
        summary_totals(report->run.analyses[REPORT_SUMMARY]);
    uint64_t waste = report_rounding(totals);
    buffer_append_text(out, "\nFRAGMENTATION  ");
    number_append_size(out, waste);
    buffer_append_text(out, " (");
    number_append_part(out, waste, totals->memory);
    buffer_append_text(out, ") is rounding to size classes");
    if (waste > 0)
        append_worst_class(out, report);
    buffer_append_byte(out, '\n');
}

void
report_text_write(struct report *report, struct writer *writer)
{
    struct buffer *out = &writer->output->buffer;
    report_inputs_append(out, report);
    append_totals(out, report);
    if (summary_totals(report->run.analyses[REPORT_SUMMARY])->keys == 0)
        return;
    buffer_append_byte(out, '\n');
    write_profiles(report, writer);
    write_types(report, writer);
    write_keys(report, writer);
    write_prefixes(report, writer);
    append_expiry(out, report);
    append_fragmentation(out, report);
    write_reconciliation(report, writer);
    report_advice_append(report, out);
}
