/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/json-row.h"

#include <string.h>

#include "base/number.h"

/* The largest integer that every reader of JSON has exactly. */
static const int64_t number_max = (INT64_C(1) << 53) - 1;

static void
append_name(struct buffer *out, const char *name, const char *ending)
{
    buffer_append_byte(out, '"');
    buffer_append_text(out, name);
    buffer_append_text(out, ending);
    buffer_append(out, "\": ", 3);
}

static void
append_cut_name(struct buffer *out, const struct cell *cell,
                enum escape_bytes notation)
{
    struct buffer text = { NULL, 0, 0 };
    writer_append_cut_name(&text, cell, notation);
    escape_append_json(out, buffer_bytes(&text), BYTES_TEXT);
    buffer_fini(&text);
}

/* In pieces, so that a name of megabytes needs no room of its own. */
static void
append_string(struct output *output, struct bytes name,
              enum escape_bytes notation)
{
    if (name.size <= WRITER_NAME_SHOWN) {
        escape_append_json(&output->buffer, name, notation);
        return;
    }
    struct escape_state state = { .count = 0 };
    buffer_append_byte(&output->buffer, '"');
    while (name.size > WRITER_NAME_SHOWN) {
        escape_append_json_part(&output->buffer, &state,
                                bytes_of(name.data, WRITER_NAME_SHOWN),
                                notation, false);
        output_flush_if_full(output);
        name = bytes_of(name.data + WRITER_NAME_SHOWN,
                        name.size - WRITER_NAME_SHOWN);
    }
    escape_append_json_part(&output->buffer, &state, name, notation, true);
    buffer_append_byte(&output->buffer, '"');
}

static bool
is_its_notation(struct bytes name, enum escape_bytes notation)
{
    if (notation == BYTES_ESCAPE)
        return escape_is_plain(name);
    return name.size == 0;
}

static void
append_base64(struct output *output, const struct column *column,
              struct bytes name)
{
    buffer_append(&output->buffer, ", ", 2);
    append_name(&output->buffer, column->name, "_base64");
    append_string(output, name, BYTES_BASE64);
}

static void
append_bytes(struct writer *writer, const struct column *column,
             const struct cell *cell)
{
    struct output *output = writer->output;
    if (column->kind != COLUMN_NAME) {
        append_string(output, cell->bytes, BYTES_TEXT);
    } else if (cell->whole_size != 0) {
        append_cut_name(&output->buffer, cell, writer->bytes);
        append_base64(output, column, writer_shown(cell->bytes));
    } else {
        append_string(output, cell->bytes, writer->bytes);
        if (!is_its_notation(cell->bytes, writer->bytes))
            append_base64(output, column, cell->bytes);
    }
}

static void
append_number(struct buffer *out, int64_t number)
{
    if (number > number_max || number < -number_max)
        buffer_append(out, "null", 4);
    else
        number_append_int64(out, number);
}

static void
append_cell(struct writer *writer, const struct column *column,
            const struct cell *cell)
{
    struct buffer *out = &writer->output->buffer;
    append_name(out, column->name, "");
    switch (cell->kind) {
    case CELL_EMPTY:
        buffer_append(out, "null", 4);
        break;
    case CELL_NUMBER:
    case CELL_LOWER:
        append_number(out, cell->number);
        break;
    case CELL_BYTES:
        append_bytes(writer, column, cell);
        break;
    }
}

static const char *
profile_of(const struct writer *writer, const struct column *column)
{
    const char *at = strchr(column->name, '@');
    return writer->nests_profiles && at != NULL ? at + 1 : NULL;
}

static void
append_of_profile(struct writer *writer, const char *profile,
                  const struct column *columns, const struct cell *cells,
                  size_t count)
{
    struct buffer *out = &writer->output->buffer;
    buffer_append_text(out, "{\"profile\": ");
    escape_append_json(out, bytes_of_text(profile), BYTES_TEXT);
    for (size_t i = 0; i < count; i++) {
        const char *its = profile_of(writer, &columns[i]);
        if (its == NULL || strcmp(its, profile) != 0)
            continue;
        char name[64];
        size_t size = (size_t)(its - 1 - columns[i].name);
        struct column plain = columns[i];
        if (size >= sizeof(name))
            continue;
        memcpy(name, plain.name, size);
        name[size] = '\0';
        plain.name = name;
        buffer_append_text(out, ", ");
        append_cell(writer, &plain, &cells[i]);
    }
    buffer_append_byte(out, '}');
}

static void
append_by_profile(struct writer *writer, const struct column *columns,
                  const struct cell *cells, size_t count)
{
    struct buffer *out = &writer->output->buffer;
    buffer_append_text(out, ", \"by_profile\": [");
    for (size_t p = 0; p < writer->profile_count; p++) {
        if (p > 0)
            buffer_append_text(out, ", ");
        append_of_profile(writer, writer->profiles[p], columns, cells, count);
    }
    buffer_append_byte(out, ']');
}

void
json_row_append_incomplete(struct writer *writer)
{
    struct buffer *out = &writer->output->buffer;
    buffer_append_text(out, "{\"incomplete\": true, \"error\": ");
    escape_append_json(out, bytes_of_text(writer->incomplete), BYTES_TEXT);
    buffer_append_byte(out, '}');
}

void
json_row_append(struct writer *writer, const char *section,
                const struct column *columns, const struct cell *cells,
                size_t count)
{
    struct buffer *out = &writer->output->buffer;
    buffer_append_byte(out, '{');
    if (section != NULL) {
        append_name(out, "section", "");
        escape_append_json(out, bytes_of_text(section), BYTES_TEXT);
    }
    bool by_profile = false;
    for (size_t i = 0; i < count; i++) {
        if (writer->nests_profiles && profile_of(writer, &columns[i])) {
            by_profile = true;
            continue;
        }
        if (i != 0 || section != NULL)
            buffer_append(out, ", ", 2);
        append_cell(writer, &columns[i], &cells[i]);
    }
    if (by_profile)
        append_by_profile(writer, columns, cells, count);
    buffer_append_byte(out, '}');
    output_flush_if_full(writer->output);
}
