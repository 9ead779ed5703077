/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/columns.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/option-groups.h"
#include "cli/run.h"
#include "cli/sink.h"

static const char default_columns[] =
    "db,key,type,encoding,elements,memory,serialized,expire_ms";

struct keys {
    struct columns columns;
    struct sink sink;
    bool begun;
};

static void
begin(void *context)
{
    struct keys *keys = context;
    struct writer *writer = keys->sink.writer;
    writer->ops->begin(writer);
    writer->ops->table_begin(writer, "keys", NULL, keys->columns.columns,
                             keys->columns.count);
    keys->begun = true;
}

static void
row(void *context, const struct run_input *input, const struct record *record)
{
    struct keys *keys = context;
    struct writer *writer = keys->sink.writer;
    writer->ops->row(writer, columns_fill(&keys->columns, record,
                                          bytes_of_text(input->name)));
    output_flush_if_full(&keys->sink.output);
}

static void
end(struct keys *keys)
{
    struct writer *writer = keys->sink.writer;
    if (!keys->begun)
        return;
    writer->ops->table_end(writer);
    writer->ops->end(writer);
}

static bool
choose_columns(struct keys *keys, const struct arguments *arguments)
{
    struct error error = { .kind = ERROR_NONE };
    const char *list = arguments->columns != NULL ? arguments->columns
                                                  : default_columns;
    if (columns_choose(&keys->columns, list, &arguments->servers, &error) ==
        STATUS_OK)
        return true;
    message_error_of(NULL, &error);
    return false;
}

static enum exit_code
run_keys(const struct arguments *arguments)
{
    struct keys keys = { .begun = false };
    struct run_plan plan = { .begin = begin,
                             .row = row,
                             .rows = &keys.sink.output,
                             .context = &keys };
    struct run run = { .arguments = NULL };
    if (choose_columns(&keys, arguments)) {
        plan.wants = keys.columns.wants;
        if (run_init(&run, arguments, &plan) &&
            sink_open(&keys.sink, arguments, true)) {
            plan.note_prices = ((plan.wants | filter_wants(run.filter)) &
                                PRICE_MEMORY) != 0;
            run_inputs(&run);
            sink_mark(&keys.sink, &run);
            end(&keys);
            sink_close(&keys.sink, run.read_count > 0);
        }
        run_fini(&run);
    }
    columns_fini(&keys.columns);
    return EXIT_DONE;
}

static const struct option_group own_options = {
    "Rows",
    (const struct option[]){
        { "columns", 0, OPTION_TEXT, "LIST",
          "which columns, in their order: file, db, key, type, encoding, "
          "elements, memory, basis, requested, payload, serialized, largest, "
          "largest_element, expire_ms, idle_s, freq, slot, offset",
          .offset = offsetof(struct arguments, columns) },
        { .name = NULL },
    },
};

const struct command cmd_keys = {
    .name = "keys",
    .summary = "one row for each key",
    .formats = (const char *const[]){ "csv", "json", "jsonl", "table", NULL },
    .groups =
        (const struct option_group *const[]){
            &own_options, OPTION_GROUPS_ROWS, NULL },
    .run = run_keys,
};
