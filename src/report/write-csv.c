/* SPDX-License-Identifier: BSD-3-Clause
 *
 * CSV as in RFC 4180, but for lines that end in a bare newline as those of
 * other Unix tools do: what reads CSV takes both, what cuts lines only this.
 */
#include <stdlib.h>

#include "base/number.h"
#include "base/xalloc.h"
#include "report/writer.h"

struct write_csv {
    struct writer writer;
    const struct column *columns;
    size_t count;
    bool begun; /* a section stands before */
};

static void
append_text(struct buffer *out, const char *text)
{
    escape_append_csv(out, bytes_of_text(text), BYTES_TEXT);
}

static void
append_cut_name(struct buffer *out, const struct cell *cell,
                enum escape_bytes notation)
{
    struct buffer text = { NULL, 0, 0 };
    writer_append_cut_name(&text, cell, notation);
    escape_append_csv(out, buffer_bytes(&text), BYTES_TEXT);
    buffer_fini(&text);
}

/* In pieces, so that a name of megabytes needs no room of its own. */
static void
append_long_name(struct output *output, struct bytes name,
                 enum escape_bytes notation)
{
    struct escape_state state = { .count = 0 };
    buffer_append_byte(&output->buffer, '"');
    while (name.size > WRITER_NAME_SHOWN) {
        escape_append_csv_part(&output->buffer, &state,
                               bytes_of(name.data, WRITER_NAME_SHOWN),
                               notation, false);
        output_flush_if_full(output);
        name = bytes_of(name.data + WRITER_NAME_SHOWN,
                        name.size - WRITER_NAME_SHOWN);
    }
    escape_append_csv_part(&output->buffer, &state, name, notation, true);
    buffer_append_byte(&output->buffer, '"');
}

static void
append_bytes(struct writer *self, const struct column *column,
             const struct cell *cell)
{
    struct buffer *out = &self->output->buffer;
    enum escape_bytes notation =
        column->kind == COLUMN_NAME ? self->bytes : BYTES_TEXT;
    if (cell->whole_size != 0)
        append_cut_name(out, cell, notation);
    else if (cell->bytes.size > WRITER_NAME_SHOWN)
        append_long_name(self->output, cell->bytes, notation);
    else
        escape_append_csv(out, cell->bytes, notation);
}

static void
append_cells(struct writer *self, const struct column *columns,
             const struct cell *cells, size_t count)
{
    struct buffer *out = &self->output->buffer;
    for (size_t i = 0; i < count; i++) {
        if (i != 0)
            buffer_append_byte(out, ',');
        switch (cells[i].kind) {
        case CELL_EMPTY:
            /* A row of nothing but an empty field would be a blank line. */
            if (count == 1)
                buffer_append(out, "\"\"", 2);
            break;
        case CELL_NUMBER:
        case CELL_LOWER:
            number_append_int64(out, cells[i].number);
            break;
        case CELL_BYTES:
            append_bytes(self, &columns[i], &cells[i]);
            break;
        }
    }
    buffer_append_byte(out, '\n');
    output_flush_if_full(self->output);
}

static void
csv_begin(struct writer *self)
{
    (void)self;
}

static void
csv_table_begin(struct writer *self, const char *id, const char *title,
                const struct column *columns, size_t count)
{
    struct write_csv *csv = (struct write_csv *)self;
    struct buffer *out = &self->output->buffer;
    (void)id;
    (void)title;
    csv->columns = columns;
    csv->count = count;
    if (csv->begun)
        buffer_append_byte(out, '\n');
    csv->begun = true;
    for (size_t i = 0; i < count; i++) {
        if (i != 0)
            buffer_append_byte(out, ',');
        append_text(out, columns[i].name);
    }
    buffer_append_byte(out, '\n');
}

static void
csv_row(struct writer *self, const struct cell *cells)
{
    struct write_csv *csv = (struct write_csv *)self;
    append_cells(self, csv->columns, cells, csv->count);
}

static void
csv_table_end(struct writer *self)
{
    (void)self;
}

static void
csv_object(struct writer *self, const char *id, const struct column *columns,
           const struct cell *cells, size_t count)
{
    if (cells == NULL)
        return;
    csv_table_begin(self, id, "", columns, count);
    csv_row(self, cells);
}

static void
csv_end(struct writer *self)
{
    (void)self;
}

static void
csv_free(struct writer *self)
{
    free(self);
}

static const struct writer_ops csv_ops = {
    .name = "csv",
    .begin = csv_begin,
    .table_begin = csv_table_begin,
    .row = csv_row,
    .table_end = csv_table_end,
    .object = csv_object,
    .end = csv_end,
    .free = csv_free,
};

struct writer *
write_csv_new(void)
{
    struct write_csv *csv = xcalloc(1, sizeof(*csv));
    csv->writer.ops = &csv_ops;
    return &csv->writer;
}
