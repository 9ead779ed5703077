/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/aof-tables.h"

/* ---- what it is ---- */

static const char *
kind_of(const struct run_input *input)
{
    return !input->was_read                 ? NULL
           : input->kind == INPUT_MANIFEST ? "set"
                                           : "file";
}

void
aof_tables_inputs(const struct aof_tables *tables)
{
    static const struct column columns[] = {
        { "path", "input", COLUMN_NAME },
        { "kind", "kind", COLUMN_TEXT },
        { "files", "files", COLUMN_COUNT },
        { "bytes", "size", COLUMN_BYTES },
    };
    const struct aof_report *report = tables->report;
    struct writer *writer = tables->writer;
    writer->ops->table_begin(writer, "inputs", "INPUTS", columns,
                             AOF_TABLES_COUNT(columns));
    size_t part = 0; /* they come in the order of inputs */
    for (size_t i = 0; i < report->run.input_count; i++) {
        const struct run_input *input = &report->run.inputs[i];
        size_t first = part;
        uint64_t bytes = 0;
        for (; part < report->part_count && report->parts[part].input == i;
             part++)
            bytes += report->parts[part].bytes;
        struct cell cells[] = { cell_text(input->name),
                                aof_tables_text(kind_of(input)),
                                cell_number(part - first),
                                cell_number(bytes) };
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
}

void
aof_tables_parts(const struct aof_tables *tables)
{
    static const struct column columns[] = {
        { "file", "file", COLUMN_NAME },
        { "input", "of input", COLUMN_NAME },
        { "type", "type", COLUMN_TEXT },
        { "bytes", "size", COLUMN_BYTES },
        { "preamble_bytes", "RDB", COLUMN_BYTES },
        { "preamble_keys", "its keys", COLUMN_COUNT },
        { "commands", "commands", COLUMN_COUNT },
        { "complete", "complete", COLUMN_COUNT },
        { "error", "error", COLUMN_TEXT },
    };
    const struct aof_report *report = tables->report;
    struct writer *writer = tables->writer;
    writer->ops->table_begin(writer, "parts", "FILES", columns,
                             AOF_TABLES_COUNT(columns));
    for (size_t i = 0; i < report->part_count; i++) {
        const struct aof_report_part *part = &report->parts[i];
        const char *input = report->run.inputs[part->input].name;
        struct cell cells[] = {
            cell_text(part->name),
            cell_text(input),
            aof_tables_text(part->type),
            cell_number(part->bytes),
            cell_number(part->preamble_bytes),
            cell_number(part->preamble_keys),
            cell_number(part->commands),
            cell_number(part->is_complete),
            aof_tables_text(part->error),
        };
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
}

void
aof_tables_totals(const struct aof_tables *tables)
{
    static const struct column columns[] = {
        { "commands", "commands", COLUMN_COUNT },
        { "bytes", "in bytes", COLUMN_BYTES },
        { "writes", "writes", COLUMN_COUNT },
        { "deletes", "deletes", COLUMN_COUNT },
        { "controls", "SELECT, MULTI, EXEC", COLUMN_COUNT },
        { "control_bytes", "in bytes", COLUMN_BYTES },
        { "annotations", "annotations", COLUMN_COUNT },
        { "annotation_bytes", "in bytes", COLUMN_BYTES },
        { "first_ms", "from", COLUMN_TIME_MS },
        { "last_ms", "to", COLUMN_TIME_MS },
        { "keys", "keys", COLUMN_COUNT },
        { "keys_exact", "keys are exact", COLUMN_COUNT },
    };
    const struct log_totals *totals = &tables->report->log->totals;
    struct log_keys_sums keys = log_keys_sums(&tables->report->log->keys);
    struct cell cells[] = {
        cell_number(totals->commands),
        cell_number(totals->bytes),
        cell_number(totals->writes),
        cell_number(totals->deletes),
        cell_number(totals->controls),
        cell_number(totals->control_bytes),
        cell_number(totals->annotations),
        cell_number(totals->annotation_bytes),
        aof_tables_time(totals->has_times, totals->first_time_s),
        aof_tables_time(totals->has_times, totals->last_time_s),
        cell_number(keys.keys),
        cell_number(keys.is_exact),
    };
    tables->writer->ops->object(tables->writer, "totals", columns, cells,
                                AOF_TABLES_COUNT(columns));
}

/* ---- transactions, expiries, rewriting ---- */

void
aof_tables_transactions(const struct aof_tables *tables)
{
    static const struct column columns[] = {
        { "count", "transactions", COLUMN_COUNT },
        { "commands", "commands in them", COLUMN_COUNT },
        { "largest", "in the largest", COLUMN_COUNT },
        { "largest_bytes", "its bytes", COLUMN_BYTES },
        { "largest_file", "its file", COLUMN_NAME },
        { "largest_offset", "its offset", COLUMN_COUNT },
        { "open", "without end", COLUMN_COUNT },
    };
    const struct log_transactions *all = &tables->report->log->transactions;
    bool any = all->count > 0;
    struct cell cells[] = {
        cell_number(all->count),
        cell_number(all->commands),
        cell_number(all->largest),
        cell_number(all->largest_bytes),
        any ? aof_tables_file(tables, all->largest_part) : cell_empty(),
        any ? cell_number(all->largest_offset) : cell_empty(),
        cell_number(all->open),
    };
    tables->writer->ops->object(tables->writer, "transactions", columns, cells,
                                AOF_TABLES_COUNT(columns));
}

/* People are spared rows of nothing. */
static void
write_expiry_row(const struct aof_tables *tables, const char *ahead,
                 struct cell within, uint64_t commands)
{
    struct cell cells[] = { cell_text(ahead), within, cell_number(commands) };
    if (commands > 0 || !tables->for_people)
        tables->writer->ops->row(tables->writer, cells);
}

void
aof_tables_expiries(const struct aof_tables *tables)
{
    static const struct column columns[] = {
        { "ahead", "", COLUMN_TEXT },
        { "within_s", "", COLUMN_SECONDS },
        { "commands", "commands", COLUMN_COUNT },
    };
    const struct log_expiry *expiry = &tables->report->log->expiry;
    struct writer *writer = tables->writer;
    size_t later = LOG_EXPIRY_CLASSES - 1;
    struct cell past = tables->for_people ? cell_empty() : cell_number(0);
    writer->ops->table_begin(writer, "expiry", "EXPIRIES SET", columns,
                             AOF_TABLES_COUNT(columns));
    write_expiry_row(tables, "past", past, expiry->past);
    for (size_t i = 0; i < later; i++)
        write_expiry_row(tables, "within", cell_number(log_expiry_within[i]),
                         expiry->ahead[i]);
    write_expiry_row(tables, "later", cell_empty(), expiry->ahead[later]);
    write_expiry_row(tables, "unknown", cell_empty(), expiry->unknown);
    writer->ops->table_end(writer);
}

/* Of what a rewrite would leave; it may be more than there was. */
static void
set_saved(struct cell cells[2], const struct aof_rewrite *rewrite, bool known,
          uint64_t bytes)
{
    if (!rewrite->is_counted || !known)
        return;
    cells[0] = cell_number(bytes);
    cells[1] = cell_number(0);
    cells[1].number = (int64_t)(rewrite->log_bytes - bytes);
}

static const char *
basis_of(const struct aof_rewrite *rewrite)
{
    bool is_known =
        rewrite->is_counted && (rewrite->has_rdb || rewrite->has_commands);
    return !is_known               ? "estimate"
           : rewrite->is_uncertain ? "uncertain"
                                   : "exact";
}

void
aof_tables_rewrite(const struct aof_tables *tables)
{
    static const struct column columns[] = {
        { "garbage_bytes_least", "garbage, at least", COLUMN_BYTES },
        { "garbage_bytes", "garbage, about", COLUMN_BYTES },
        { "garbage_share", "of all bytes", COLUMN_SHARE },
        { "control_bytes", "SELECT, MULTI, EXEC, #", COLUMN_BYTES },
        { "exact", "of every key", COLUMN_COUNT },
        { "sampled", "keys looked at: 1 of", COLUMN_COUNT },
        { "basis", "what is left is", COLUMN_TEXT },
        { "reason", "since", COLUMN_TEXT },
        { "server", "as written by", COLUMN_TEXT },
        { "log_bytes", "log replayed", COLUMN_BYTES },
        { "left_keys", "keys left", COLUMN_COUNT },
        { "rdb_bytes", "left as an RDB", COLUMN_BYTES },
        { "rdb_saved_bytes", "saved", COLUMN_BYTES },
        { "command_bytes", "left as commands", COLUMN_BYTES },
        { "command_saved_bytes", "saved", COLUMN_BYTES },
    };
    enum { BASIS = 6, LOG_BYTES = 9, RDB = 11, COMMANDS = 13 };
    const struct aof_rewrite *rewrite = &tables->report->rewrite;
    const struct log_totals *totals = &tables->report->log->totals;
    struct log_keys_sums sums = log_keys_sums(&tables->report->log->keys);
    struct cell cells[] = {
        cell_number(sums.garbage_least),
        cell_number(sums.garbage),
        aof_tables_share(sums.garbage, totals->bytes),
        cell_number(totals->control_bytes + totals->annotation_bytes),
        cell_number(sums.is_exact),
        cell_number(UINT64_C(1) << sums.halvings),
        [BASIS] = cell_text(basis_of(rewrite)),
        aof_tables_text(rewrite->reason),
        aof_tables_text(rewrite->is_counted ? rewrite->server : NULL),
        [COMMANDS + 1] = cell_empty(),
    };
    if (rewrite->is_counted) {
        cells[LOG_BYTES] = cell_number(rewrite->log_bytes);
        cells[LOG_BYTES + 1] = cell_number(rewrite->keys);
    }
    set_saved(&cells[RDB], rewrite, rewrite->has_rdb, rewrite->rdb_bytes);
    set_saved(&cells[COMMANDS], rewrite, rewrite->has_commands,
              rewrite->command_bytes);
    tables->writer->ops->object(tables->writer, "rewrite", columns, cells,
                                AOF_TABLES_COUNT(columns));
}

