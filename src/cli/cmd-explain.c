/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Of each key of that name (one a database): what it is, all its blocks, its
 * biggest elements.  JSON is a list of objects, one a key.
 */
#include <stdlib.h>

#include "base/escape.h"
#include "base/xalloc.h"
#include "cli/command.h"
#include "cli/columns.h"
#include "cli/explain-why.h"
#include "cli/message.h"
#include "cli/option-groups.h"
#include "cli/run.h"
#include "cli/sink.h"
#include "model/block-kinds.h"
#include "model/pricer.h"

static const char key_columns[] =
    "file,db,key,type,encoding,elements,memory,basis,requested,payload,"
    "serialized,expire_ms,idle_s,freq,slot,offset";

struct explain {
    struct columns columns;
    struct elements elements;
    struct sink sink;
    uint64_t found;
};

/* ---- one key ---- */

/* The columns of keys, and why behind them. */
static void
write_key(struct explain *explain, const struct run_input *input,
          const struct record *record)
{
    struct writer *writer = explain->sink.writer;
    struct buffer why = { 0 };
    explain_why(&why, record, &input->scan.profiles[0], &explain->elements);
    size_t count = explain->columns.count;
    struct column *columns = xreallocarray(NULL, count + 2, sizeof *columns);
    struct cell *cells = xreallocarray(NULL, count + 2, sizeof *cells);
    memcpy(columns, explain->columns.columns, count * sizeof(*columns));
    memcpy(cells,
           columns_fill(&explain->columns, record,
                        bytes_of_text(input->name)),
           count * sizeof(*cells));
    columns[count] = (struct column){ "server", "priced for", COLUMN_TEXT };
    cells[count++] = cell_text(input->scan.profiles[0].name);
    columns[count] = (struct column){ "why", "why this encoding",
                                      COLUMN_TEXT };
    cells[count++] = cell_bytes(buffer_bytes(&why));
    writer->ops->object(writer, "key", columns, cells, count);
    free(columns);
    free(cells);
    buffer_fini(&why);
}

static uint64_t
rounded(uint64_t fractions)
{
    return (fractions + BLOCK_FRACTION / 2) / BLOCK_FRACTION;
}

/* As the kinds stand in their enum, the key's own first; big blocks before
 * small ones. */
static int
order_lines(const void *a, const void *b)
{
    const struct block_line *x = a;
    const struct block_line *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->usable < y->usable) - (x->usable > y->usable);
}

static struct block_line *
sorted_lines(const struct record *record)
{
    size_t count = record->line_count;
    struct block_line *lines = xreallocarray(NULL, count + 1, sizeof *lines);
    if (count > 0)
        memcpy(lines, record->lines, count * sizeof *lines);
    qsort(lines, count, sizeof *lines, order_lines);
    return lines;
}

static void
write_blocks(struct explain *explain, const struct run_input *input,
             const struct record *record)
{
    static const struct column columns[] = {
        { "what", "", COLUMN_TEXT },
        { "struct", "", COLUMN_TEXT },
        { "blocks", "blocks", COLUMN_COUNT },
        { "size", "each", COLUMN_COUNT },
        { "requested", "requested", COLUMN_COUNT },
        { "usable", "usable", COLUMN_COUNT },
    };
    const struct server *server = input->scan.profiles[0].server;
    struct writer *writer = explain->sink.writer;
    struct block_line *lines = sorted_lines(record);
    writer->ops->table_begin(writer, "blocks", "BLOCKS", columns,
                             sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < record->line_count; i++) {
        const struct block_line *line = &lines[i];
        enum block_kind kind = (enum block_kind)line->kind;
        struct cell cells[] = {
            cell_text(block_kind_text(kind)),
            cell_text(block_kind_struct(kind, server,
                                        record->prices[0].encoding)),
            cell_number(rounded(line->blocks)),
            line->usable != 0 ? cell_number(line->usable) : cell_empty(),
            cell_number(rounded(line->requested)),
            cell_number(rounded(line->all_usable)),
        };
        if (line->blocks != 0)
            writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
    free(lines);
}

static void
write_elements(struct explain *explain)
{
    static const struct column columns[] = {
        { "element", "", COLUMN_NAME },
        { "size", "bytes", COLUMN_COUNT },
    };
    const struct heap *biggest = &explain->elements.biggest;
    struct writer *writer = explain->sink.writer;
    if (biggest->count == 0 && strcmp(writer->ops->name, "table") == 0)
        return;
    writer->ops->table_begin(writer, "biggest", "BIGGEST ELEMENTS", columns,
                             2);
    for (size_t i = 0; i < biggest->count; i++) {
        const struct element *element = heap_at(biggest, i);
        struct cell cells[] = {
            cell_bytes(bytes_of(element->name, element->name_size)),
            cell_number(element->size),
        };
        writer->ops->row(writer, cells);
    }
    writer->ops->table_end(writer);
}

static void
write_found(void *context, const struct run_input *input,
            const struct record *record)
{
    struct explain *explain = context;
    struct writer *writer = explain->sink.writer;
    struct buffer *out = &explain->sink.output.buffer;
    bool first = explain->found++ == 0;
    if (strcmp(writer->ops->name, "json") == 0)
        buffer_append_text(out, first ? "[\n" : ",\n");
    else if (!first)
        buffer_append_text(out, "\n");
    /* Each key is a document of its own. */
    struct writer *own = writer_new(writer->ops->name, writer->output,
                                    writer->bytes, false);
    explain->sink.writer = own;
    own->ops->begin(own);
    write_key(explain, input, record);
    write_blocks(explain, input, record);
    if (record->type != TYPE_STRING)
        write_elements(explain);
    own->ops->end(own);
    explain->sink.writer = writer;
    writer_free(own);
}

/* ---- the command ---- */

static void
end(struct explain *explain, const struct arguments *arguments)
{
    struct buffer *out = &explain->sink.output.buffer;
    if (strcmp(arguments->format, "json") == 0)
        buffer_append_text(out, explain->found > 0 ? "]\n" : "[]\n");
    if (explain->found == 0)
        message_note("no key \"%s\"%s", arguments->key,
                     arguments->filter_count > 0 ? " in that database" : "");
}

/* The name goes to the filter in the notation it reads, whatever --bytes
 * is. */
static bool
choose_key(struct run *run, const struct arguments *arguments)
{
    struct error error = { .kind = ERROR_NONE };
    struct buffer name = { 0 };
    struct buffer escaped = { 0 };
    bool fine = arguments->key != NULL &&
                escape_read(bytes_of_text(arguments->key),
                            (enum escape_bytes)arguments->bytes, &name);
    if (fine) {
        escape_append(&escaped, buffer_bytes(&name), BYTES_ESCAPE);
        buffer_append_byte(&escaped, '\0');
        fine = filter_add(run->filter, "key", (const char *)escaped.data,
                          &error) == STATUS_OK;
    }
    if (!fine && arguments->key == NULL)
        message_error("explain needs --key NAME");
    else if (!fine)
        message_error("--key: \"%s\" is not a name in the notation of "
                      "--bytes", arguments->key);
    buffer_fini(&name);
    buffer_fini(&escaped);
    return fine;
}

static void
run_with(struct explain *explain, const struct arguments *arguments)
{
    struct run_plan plan = {
        .wants = explain->columns.wants | PRICE_KINDS,
        .note_prices = true,
        .beside = &explain->elements.visitor,
        .row = write_found,
        .context = explain,
    };
    struct run run;
    if (run_init(&run, arguments, &plan) && choose_key(&run, arguments) &&
        sink_open(&explain->sink, arguments, true)) {
        run_inputs(&run);
        if (run.read_count > 0)
            end(explain, arguments);
        sink_close(&explain->sink, run.read_count > 0);
    }
    run_fini(&run);
}

static enum exit_code
run_explain(const struct arguments *arguments)
{
    struct explain explain = { .found = 0 };
    struct error error = { .kind = ERROR_NONE };
    (void)columns_choose(&explain.columns, key_columns, &arguments->servers,
                         &error);
    elements_init(&explain.elements);
    run_with(&explain, arguments);
    elements_fini(&explain.elements);
    columns_fini(&explain.columns);
    return explain.found > 0 ? EXIT_DONE : EXIT_NO;
}

static const struct option_group own_options = {
    "Which key",
    (const struct option[]){
        { "key", 0, OPTION_TEXT, "NAME",
          "its name, in the notation of --bytes",
          .offset = offsetof(struct arguments, key) },
        { "db", 0, OPTION_FILTER, "N[,N...]",
          "databases to look in (default: all)",
          .offset = offsetof(struct arguments, filters) },
        { .name = NULL },
    },
};

const struct command cmd_explain = {
    .name = "explain",
    .summary = "every block that one key takes, and why",
    .formats = (const char *const[]){ "table", "json", NULL },
    .groups =
        (const struct option_group *const[]){
            &own_options, &option_groups_format, &option_groups_output,
            &option_groups_bytes, &option_groups_model, &option_groups_now,
            &option_groups_log,
            &option_groups_input, &option_groups_general, NULL },
    .run = run_explain,
};
