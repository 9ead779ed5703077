/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/aof-tables.h"

#include <stdlib.h>

struct aof_tables
aof_tables_of(struct aof_report *report, struct writer *writer)
{
    return (struct aof_tables){
        .report = report,
        .writer = writer,
        .for_people = strcmp(writer->ops->name, "table") == 0,
        .several_inputs = report->run.input_count > 1,
        .several_parts = report->part_count > 1,
    };
}

static struct cell
key_cell(const struct log_key *key)
{
    return cell_name(key->name, key->name_size, key->name_hash);
}

static struct cell
command_cell(const struct aof_tables *tables, uint32_t row)
{
    const struct log_command *command =
        &tables->report->log->commands.rows[row];
    return command->is_rest ? cell_none(command->name)
                            : cell_bytes(command->name);
}

static void
write_command_row(const struct aof_tables *tables, struct cell name,
                  const struct log_command *row)
{
    struct cell cells[] = {
        name,
        cell_number(row->commands),
        cell_number(row->bytes),
        aof_tables_share(row->bytes, tables->report->log->totals.bytes),
        cell_number(row->expiries),
    };
    tables->writer->ops->row(tables->writer, cells);
}

/* What commands there are beside the first ones. */
static void
write_other_commands(const struct aof_tables *tables,
                     const struct log_command **rows, size_t count)
{
    struct log_command others = { .commands = 0 };
    struct buffer name = { 0 };
    for (size_t i = 0; i < count; i++) {
        others.commands += rows[i]->commands;
        others.bytes += rows[i]->bytes;
        others.expiries += rows[i]->expiries;
    }
    buffer_append_format(&name, "%zu others", count);
    write_command_row(tables, cell_bytes(buffer_bytes(&name)), &others);
    buffer_fini(&name);
}

void
aof_tables_commands(const struct aof_tables *tables, size_t most)
{
    static const struct column columns[] = {
        { "command", "", COLUMN_TEXT },
        { "commands", "commands", COLUMN_COUNT },
        { "bytes", "bytes", COLUMN_BYTES },
        { "share", "share", COLUMN_SHARE },
        { "expiries", "set an expiry", COLUMN_COUNT },
    };
    struct writer *writer = tables->writer;
    size_t count;
    const struct log_command **rows =
        log_commands_sorted(&tables->report->log->commands, &count);
    writer->ops->table_begin(writer, "commands", "BY COMMAND", columns,
                             AOF_TABLES_COUNT(columns));
    for (size_t i = 0; i < count && i < most; i++)
        write_command_row(tables,
                          rows[i]->is_rest ? cell_none(rows[i]->name)
                                           : cell_bytes(rows[i]->name),
                          rows[i]);
    if (count > most)
        write_other_commands(tables, rows + most, count - most);
    writer->ops->table_end(writer);
    free(rows);
}

void
aof_tables_keys(const struct aof_tables *tables, bool by_bytes)
{
    static const struct column columns[] = {
        { "input", "input", COLUMN_NAME },
        { "key", "", COLUMN_NAME },
        { "db", "db", COLUMN_COUNT },
        { "commands", "commands", COLUMN_COUNT },
        { "bytes", "bytes", COLUMN_BYTES },
        { "share", "share", COLUMN_SHARE },
        { "missing_commands", "missing", COLUMN_COUNT },
        { "missing_bytes", "missing", COLUMN_BYTES },
    };
    const struct run *run = &tables->report->run;
    struct log *log = tables->report->log;
    struct writer *writer = tables->writer;
    size_t count;
    struct log_keys_hot *rows = log_keys_ranked(&log->keys, by_bytes, &count);
    bool exact = log_keys_sums(&log->keys).is_exact;
    size_t left = tables->for_people && !tables->several_inputs ? 1 : 0;
    size_t right = tables->for_people && exact ? 2 : 0;
    writer->ops->table_begin(writer,
                             by_bytes ? "keys_by_bytes" : "keys_by_commands",
                             by_bytes ? "KEYS BY BYTES" : "KEYS BY COMMANDS",
                             columns + left,
                             AOF_TABLES_COUNT(columns) - left - right);
    for (size_t i = 0; i < count; i++) {
        const struct log_keys_hot *row = &rows[i];
        struct cell cells[] = {
            cell_text(run->inputs[row->key.input].name),
            key_cell(&row->key),
            cell_number(row->key.db),
            cell_number(row->figures.commands),
            cell_number(row->figures.bytes),
            by_bytes
                ? aof_tables_share(row->figures.bytes, log->totals.bytes)
                : aof_tables_share(row->figures.commands,
                                   log->totals.commands),
            cell_number(row->missing.commands),
            cell_number(row->missing.bytes),
        };
        writer->ops->row(writer, cells + left);
    }
    writer->ops->table_end(writer);
    free(rows);
}

void
aof_tables_prefixes(const struct aof_tables *tables)
{
    static const struct column columns[] = {
        { "prefix", "", COLUMN_NAME },
        { "commands", "keys written", COLUMN_COUNT },
        { "deletes", "deleted", COLUMN_COUNT },
        { "bytes", "bytes", COLUMN_BYTES },
        { "share", "share", COLUMN_SHARE },
        { "missing_commands", "missing", COLUMN_COUNT },
        { "missing_bytes", "missing", COLUMN_BYTES },
    };
    struct analysis *prefixes = tables->report->log->prefixes;
    struct writer *writer = tables->writer;
    size_t right = tables->for_people && prefix_is_exact(prefixes) ? 2 : 0;
    size_t count;
    struct prefix_row *rows = prefix_rows(prefixes, &count);
    uint64_t whole = prefix_memory_of(rows, count);
    writer->ops->table_begin(writer, "prefixes", "BY PREFIX", columns,
                             AOF_TABLES_COUNT(columns) - right);
    for (size_t i = 0; i < count; i++) {
        const struct prefix_row *row = &rows[i];
        struct cell cells[] = {
            row->is_other ? cell_none(row->prefix) : cell_bytes(row->prefix),
            cell_number(row->sums.keys),
            cell_number(row->sums.no_expiry_keys),
            cell_number(row->sums.memory),
            aof_tables_share(row->sums.memory, whole),
            cell_number(row->missing_keys),
            cell_number(row->missing_memory),
        };
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
    free(rows);
}

void
aof_tables_biggest(const struct aof_tables *tables)
{
    static const struct column columns[] = {
        { "file", "", COLUMN_NAME },
        { "command", "", COLUMN_TEXT },
        { "key", "", COLUMN_NAME },
        { "db", "db", COLUMN_COUNT },
        { "bytes", "bytes", COLUMN_BYTES },
        { "number", "number", COLUMN_COUNT },
        { "offset", "at offset", COLUMN_COUNT },
    };
    struct log_biggest *biggest = &tables->report->log->biggest;
    struct writer *writer = tables->writer;
    size_t left = tables->for_people && !tables->several_parts ? 1 : 0;
    size_t count = log_biggest_rank(biggest);
    writer->ops->table_begin(writer, "biggest", "BIGGEST COMMANDS",
                             columns + left,
                             AOF_TABLES_COUNT(columns) - left);
    for (size_t i = 0; i < count; i++) {
        const struct log_entry *entry = &log_biggest_at(biggest, i)->entry;
        struct cell cells[] = {
            aof_tables_file(tables, entry->part),
            command_cell(tables, entry->row),
            entry->key != NULL ? key_cell(entry->key) : cell_empty(),
            cell_number(entry->db),
            cell_number(entry->bytes),
            cell_number(entry->number),
            cell_number(entry->offset),
        };
        writer->ops->row(writer, cells + left);
    }
    writer->ops->table_end(writer);
}

void
aof_tables_databases(const struct aof_tables *tables)
{
    static const struct column columns[] = {
        { "input", "input", COLUMN_NAME },
        { "db", "db", COLUMN_COUNT },
        { "commands", "commands", COLUMN_COUNT },
        { "bytes", "bytes", COLUMN_BYTES },
    };
    const struct aof_report *report = tables->report;
    struct writer *writer = tables->writer;
    size_t left = tables->for_people && !tables->several_inputs ? 1 : 0;
    writer->ops->table_begin(writer, "databases", "DATABASES", columns + left,
                             AOF_TABLES_COUNT(columns) - left);
    for (size_t i = 0; i < LOG_KEYS_SPACES; i++) {
        const struct log_space *space = &report->log->spaces[i];
        bool is_rest = i == LOG_NO_SPACE;
        if (space->commands == 0)
            continue;
        struct cell cells[] = {
            is_rest ? cell_empty()
                    : cell_text(report->run.inputs[space->input].name),
            is_rest ? cell_none(BYTES_LITERAL("(other)"))
                    : cell_number(space->db),
            cell_number(space->commands),
            cell_number(space->bytes),
        };
        writer->ops->row(writer, cells + left);
    }
    writer->ops->table_end(writer);
}

/* ---- when ---- */

/* The command of which there are most; of equally many the lesser name. */
static struct cell
top_command(const struct aof_tables *tables, const struct log_slice *slice)
{
    const struct log_command *rows = tables->report->log->commands.rows;
    size_t top = SIZE_MAX;
    for (size_t i = 0; i < slice->row_count; i++) {
        if (slice->by_row[i] == 0)
            continue;
        if (top == SIZE_MAX || slice->by_row[i] > slice->by_row[top] ||
            (slice->by_row[i] == slice->by_row[top] &&
             bytes_compare(rows[i].name, rows[top].name) < 0))
            top = i;
    }
    return top == SIZE_MAX ? cell_empty()
                           : command_cell(tables, (uint32_t)top);
}

static void
write_timeline(const struct aof_tables *tables, bool by_time)
{
    static const struct column columns[] = {
        { "from_ms", "from", COLUMN_TIME_MS },
        { "seconds", "for", COLUMN_SECONDS },
        { "commands", "commands", COLUMN_COUNT },
        { "bytes", "bytes", COLUMN_BYTES },
        { "writes", "writes", COLUMN_COUNT },
        { "deletes", "deletes", COLUMN_COUNT },
        { "top_command", "most often", COLUMN_TEXT },
    };
    static const struct column places[] = {
        { "from_offset", "from offset", COLUMN_COUNT },
        { "length", "for", COLUMN_BYTES },
    };
    const struct log *log = tables->report->log;
    const struct log_timeline *timeline = by_time ? &log->times : &log->places;
    struct writer *writer = tables->writer;
    struct column shown[AOF_TABLES_COUNT(columns)];
    memcpy(shown, columns, sizeof(columns));
    if (!by_time)
        memcpy(shown, places, sizeof(places));
    writer->ops->table_begin(writer, by_time ? "times" : "offsets",
                             by_time ? "OVER TIME" : "ALONG THE LOG", shown,
                             AOF_TABLES_COUNT(shown));
    for (size_t i = 0; i < timeline->count; i++) {
        const struct log_slice *slice = &timeline->slices[i];
        struct cell cells[] = {
            by_time ? aof_tables_time(true, slice->start)
                    : cell_number((uint64_t)slice->start),
            cell_number((uint64_t)timeline->length),
            cell_number(slice->commands),
            cell_number(slice->bytes),
            cell_number(slice->writes),
            cell_number(slice->deletes),
            top_command(tables, slice),
        };
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
}

/* Data always have both; people need no offsets where there are times. */
void
aof_tables_times(const struct aof_tables *tables)
{
    bool has_times = tables->report->log->times.count > 0;
    if (has_times || !tables->for_people)
        write_timeline(tables, true);
    if (!has_times || !tables->for_people)
        write_timeline(tables, false);
}

/* ---- all of it ---- */

void
aof_tables_write(struct aof_report *report, struct writer *writer)
{
    struct aof_tables tables = aof_tables_of(report, writer);
    aof_tables_inputs(&tables);
    aof_tables_parts(&tables);
    aof_tables_totals(&tables);
    aof_tables_commands(&tables, SIZE_MAX);
    aof_tables_keys(&tables, false);
    aof_tables_keys(&tables, true);
    aof_tables_prefixes(&tables);
    aof_tables_times(&tables);
    aof_tables_biggest(&tables);
    aof_tables_databases(&tables);
    aof_tables_transactions(&tables);
    aof_tables_expiries(&tables);
    aof_tables_rewrite(&tables);
}

