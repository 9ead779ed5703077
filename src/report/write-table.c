/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Aligned columns for people.
 *
 *   MEMORY BY TYPE         keys     memory   share     the section's title
 *   hash    hashtable    96,411    9.7 GiB  45.0 %     stands above columns
 *   string  embstr        1,024    1.3 MiB   6.0 %     without one
 *
 * What a column needs is known when its rows are; up to PENDING_MAX bytes of
 * them wait for that.  Rows beyond are written at once into the widths found
 * so far, so that a table of any length needs no more room.
 *
 * On a terminal names give way when a line is wider than that.  They are cut
 * in the middle: names of one kind begin alike, and differ at their ends.
 */
#include <stdlib.h>
#include <sys/ioctl.h>

#include "base/number.h"
#include "base/width.h"
#include "base/xalloc.h"
#include "report/writer.h"

enum {
    PENDING_MAX = 1024 * 1024,
    CELL_WIDTH_MOST = 200, /* longer texts do not widen their column */
    TERMINAL_WIDTH = 80,   /* of one that does not tell */
    NAME_WIDTH_LEAST = 16, /* names are not cut to less to make lines fit */
};

static const char gap[] = "  ";
static const char ellipsis[] = "…";

/* The text of a cell, which ends at end in write_table.text. */
struct piece {
    size_t end;
    size_t width;
};

struct write_table {
    struct writer writer;
    const char *title;
    const struct column *columns;
    size_t count;
    size_t *widths;       /* of each column */
    size_t terminal;      /* cells of a line, 0 when nothing limits it */
    size_t name_most;     /* cells of a name, to make lines fit */
    struct buffer text;   /* pending cells one behind the other */
    struct buffer pieces; /* struct piece, as many */
    bool begun;           /* a section stands before */
    bool headed;          /* widths are settled, the heading is written */
};

/* ---- one cell ---- */

/* Appends beginning and end of text, which do not overlap, in so many cells,
 * or in one less where a wide character does not fit. */
static void
append_cut(struct buffer *out, struct bytes text, size_t cells)
{
    struct bytes front = width_cut(text, cells / 2);
    struct bytes end = width_cut_front(text, cells - 1 - cells / 2);
    buffer_append(out, front.data, front.size);
    buffer_append_text(out, ellipsis);
    buffer_append(out, end.data, end.size);
}

/* Cuts what out holds from start on, if need be; returns how wide it is. */
static size_t
shorten(struct buffer *out, size_t start, size_t cells)
{
    struct bytes text = bytes_of(out->data + start, out->size - start);
    size_t width = width_of(text);
    if (width <= cells)
        return width;
    struct buffer cut = { 0 };
    append_cut(&cut, text, cells);
    width = width_of(buffer_bytes(&cut));
    out->size = start;
    buffer_append(out, cut.data, cut.size);
    buffer_fini(&cut);
    return width;
}

static void
append_number(struct buffer *out, enum column_kind kind, int64_t number)
{
    uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    if (number < 0 && kind != COLUMN_TIME_MS)
        buffer_append_byte(out, '-');
    switch (kind) {
    case COLUMN_BYTES:
        number_append_size(out, size);
        break;
    case COLUMN_SHARE:
        number_append_share(out, size);
        break;
    case COLUMN_SECONDS:
        number_append_duration(out, size);
        break;
    case COLUMN_TIME_MS:
        number_append_time(out, number);
        break;
    case COLUMN_TEXT:
    case COLUMN_NAME:
    case COLUMN_COUNT:
        number_append_grouped(out, size);
        break;
    }
}

static void
append_bytes(const struct writer *writer, struct buffer *out,
             enum column_kind kind, const struct cell *cell)
{
    (void)buffer_reserve(out, 1); /* there is something to point into */
    size_t start = out->size;
    enum escape_bytes notation =
        kind == COLUMN_NAME ? writer->bytes : BYTES_TEXT;
    if (cell->whole_size != 0 || cell->bytes.size > WRITER_NAME_SHOWN)
        writer_append_cut_name(out, cell, notation);
    else if (cell->bytes.size == 0 && kind == COLUMN_NAME)
        buffer_append_text(out, "\"\"");
    else
        escape_append(out, cell->bytes, notation);
    if (writer->name_cells != 0)
        (void)shorten(out, start, writer->name_cells);
}

static void
append_cell(const struct writer *writer, struct buffer *out,
            enum column_kind kind, const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_EMPTY:
        if (cell->bytes.size != 0)
            buffer_append(out, cell->bytes.data, cell->bytes.size);
        else
            buffer_append_byte(out, '-');
        break;
    case CELL_LOWER:
        buffer_append_text(out, "≥ ");
        append_number(out, kind, cell->number);
        break;
    case CELL_NUMBER:
        append_number(out, kind, cell->number);
        break;
    case CELL_BYTES:
        append_bytes(writer, out, kind, cell);
        break;
    }
}

/* ---- lines ---- */

static bool
is_right(enum column_kind kind)
{
    return kind == COLUMN_COUNT || kind == COLUMN_BYTES ||
           kind == COLUMN_SHARE || kind == COLUMN_SECONDS;
}

static void
pad(struct buffer *out, size_t cells)
{
    if (cells == 0)
        return;
    memset(buffer_reserve(out, cells), ' ', cells);
    out->size += cells;
}

static void
put_field(struct write_table *table, size_t column, struct bytes text,
          size_t width)
{
    struct buffer *out = &table->writer.output->buffer;
    enum column_kind kind = table->columns[column].kind;
    size_t room = table->widths[column];
    bool right = is_right(kind);
    if (column != 0)
        buffer_append_text(out, gap);
    if (right && width < room)
        pad(out, room - width);
    size_t start = out->size;
    buffer_append(out, text.data, text.size);
    if (kind == COLUMN_NAME && width > table->name_most)
        width = shorten(out, start, table->name_most);
    if (!right && width < room)
        pad(out, room - width);
}

static void
end_line(struct buffer *out, size_t start)
{
    while (out->size > start && out->data[out->size - 1] == ' ')
        out->size--;
    buffer_append_byte(out, '\n');
}

/* The name of a profile, behind "@", stays as it is. */
static void
append_upper(struct buffer *out, const char *text)
{
    for (; *text != '\0' && *text != '@'; text++) {
        bool lower = *text >= 'a' && *text <= 'z';
        buffer_append_byte(out,
                           (unsigned char)(lower ? *text - 'a' + 'A' : *text));
    }
    buffer_append_text(out, text);
}

static void
put_title(struct write_table *table, const char *title)
{
    struct buffer *out = &table->writer.output->buffer;
    append_upper(out, title);
    buffer_append_byte(out, '\n');
}

/* How many columns at the left have no title of their own. */
static size_t
untitled(const struct write_table *table)
{
    size_t count = 0;
    while (count < table->count && table->columns[count].title[0] == '\0')
        count++;
    return count;
}

/* The section's title above the first columns, the last of which becomes wide
 * enough for it. */
static void
put_title_above(struct write_table *table, size_t columns)
{
    struct buffer *out = &table->writer.output->buffer;
    size_t width = width_of(bytes_of_text(table->title));
    size_t room = (columns - 1) * (sizeof(gap) - 1);
    for (size_t i = 0; i < columns; i++)
        room += table->widths[i];
    if (room < width) {
        table->widths[columns - 1] += width - room;
        room = width;
    }
    append_upper(out, table->title);
    pad(out, room - width);
}

static void
put_heading(struct write_table *table)
{
    struct buffer *out = &table->writer.output->buffer;
    bool titled = table->title[0] != '\0';
    size_t first = untitled(table);
    if (!titled && first == table->count)
        return;
    if (titled && first == 0)
        put_title(table, table->title);
    size_t start = out->size;
    if (titled && first != 0)
        put_title_above(table, first);
    struct buffer upper = { NULL, 0, 0 };
    for (size_t i = titled ? first : 0; i < table->count; i++) {
        const char *title = table->columns[i].title;
        struct bytes text = bytes_of_text(title);
        buffer_clear(&upper);
        if (!titled) {
            append_upper(&upper, title);
            text = buffer_bytes(&upper);
        }
        put_field(table, i, text, width_of(text));
    }
    buffer_fini(&upper);
    end_line(out, start);
}

static void
put_rows(struct write_table *table)
{
    struct buffer *out = &table->writer.output->buffer;
    const unsigned char *at = table->pieces.data;
    size_t cells = table->pieces.size / sizeof(struct piece);
    size_t begin = 0;
    size_t start = out->size;
    for (size_t i = 0; i < cells; i++) {
        struct piece piece;
        memcpy(&piece, at + i * sizeof(piece), sizeof(piece));
        size_t column = i % table->count;
        put_field(table, column,
                  bytes_of(table->text.data + begin, piece.end - begin),
                  piece.width);
        begin = piece.end;
        if (column + 1 == table->count) {
            end_line(out, start);
            output_flush_if_full(table->writer.output);
            start = out->size;
        }
    }
    buffer_clear(&table->text);
    buffer_clear(&table->pieces);
}

/* ---- the vtable ---- */

static void
table_begin(struct writer *self)
{
    (void)self;
}

static void
part_sections(struct write_table *table)
{
    if (table->begun)
        buffer_append_byte(&table->writer.output->buffer, '\n');
    table->begun = true;
}

/* Cells of a line of the terminal, 0 when it is none. */
static size_t
terminal_width(const struct writer *writer)
{
    struct winsize size = { .ws_col = 0 };
    const char *columns = getenv("COLUMNS");
    uint64_t number = 0;
    if (!writer->for_terminal)
        return 0;
    if (ioctl(writer->output->fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0)
        return size.ws_col;
    if (columns == NULL ||
        !number_parse_uint64(bytes_of_text(columns), &number) || number == 0)
        return TERMINAL_WIDTH;
    return number < SIZE_MAX ? (size_t)number : SIZE_MAX;
}

static void
table_table_begin(struct writer *self, const char *id, const char *title,
                  const struct column *columns, size_t count)
{
    struct write_table *table = (struct write_table *)self;
    (void)id;
    part_sections(table);
    table->title = title != NULL ? title : "";
    table->columns = columns;
    table->count = count;
    table->headed = false;
    table->terminal = terminal_width(self);
    table->name_most = SIZE_MAX;
    table->widths =
        xreallocarray(table->widths, count, sizeof(*table->widths));
    for (size_t i = 0; i < count; i++)
        table->widths[i] = width_of(bytes_of_text(columns[i].title));
}

/* How wide lines are whose names have at most so many cells. */
static size_t
line_width(const struct write_table *table, size_t most)
{
    size_t width = (table->count - 1) * (sizeof(gap) - 1);
    for (size_t i = 0; i < table->count; i++) {
        bool is_cut = table->columns[i].kind == COLUMN_NAME &&
                      table->widths[i] > most;
        width += is_cut ? most : table->widths[i];
    }
    return width;
}

/* Takes what lines are too wide from the widest columns of names.  Names of
 * later rows are held to the same. */
static void
fit(struct write_table *table)
{
    size_t most = NAME_WIDTH_LEAST;
    if (table->terminal == 0)
        return;
    for (size_t i = 0; i < table->count; i++)
        if (table->columns[i].kind == COLUMN_NAME && table->widths[i] > most)
            most = table->widths[i];
    while (most > NAME_WIDTH_LEAST && line_width(table, most) > table->terminal)
        most--;
    table->name_most = most;
    for (size_t i = 0; i < table->count; i++)
        if (table->columns[i].kind == COLUMN_NAME && table->widths[i] > most)
            table->widths[i] = most;
}

static void
settle(struct write_table *table)
{
    if (!table->headed) {
        fit(table);
        put_heading(table);
    }
    table->headed = true;
    put_rows(table);
}

static void
table_row(struct writer *self, const struct cell *cells)
{
    struct write_table *table = (struct write_table *)self;
    for (size_t i = 0; i < table->count; i++) {
        size_t begin = table->text.size;
        append_cell(self, &table->text, table->columns[i].kind, &cells[i]);
        struct piece piece = { .end = table->text.size };
        piece.width = width_of(
            bytes_of(table->text.data + begin, piece.end - begin));
        buffer_append(&table->pieces, &piece, sizeof(piece));
        size_t needed = piece.width < CELL_WIDTH_MOST ? piece.width
                                                      : CELL_WIDTH_MOST;
        if (!table->headed && needed > table->widths[i])
            table->widths[i] = needed;
    }
    if (table->headed ||
        table->text.size + table->pieces.size >= PENDING_MAX)
        settle(table);
}

static void
table_table_end(struct writer *self)
{
    struct buffer *out = &self->output->buffer;
    settle((struct write_table *)self);
    if (!self->single || self->incomplete == NULL)
        return;
    buffer_append_text(out, "(incomplete: ");
    escape_append(out, bytes_of_text(self->incomplete), BYTES_TEXT);
    buffer_append_text(out, ")\n");
}

/* A line a field: its title, its value. */
static void
table_object(struct writer *self, const char *id,
             const struct column *columns, const struct cell *cells,
             size_t count)
{
    struct write_table *table = (struct write_table *)self;
    struct buffer *out = &self->output->buffer;
    if (cells == NULL)
        return;
    part_sections(table);
    if (!self->single)
        put_title(table, id);
    size_t room = 0;
    for (size_t i = 0; i < count; i++) {
        size_t width = width_of(bytes_of_text(columns[i].title));
        room = width > room ? width : room;
    }
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(out, columns[i].title);
        pad(out, room - width_of(bytes_of_text(columns[i].title)));
        buffer_append_text(out, gap);
        append_cell(self, out, columns[i].kind, &cells[i]);
        buffer_append_byte(out, '\n');
        output_flush_if_full(self->output);
    }
}

static void
table_end(struct writer *self)
{
    (void)self;
}

static void
table_free(struct writer *self)
{
    struct write_table *table = (struct write_table *)self;
    free(table->widths);
    buffer_fini(&table->text);
    buffer_fini(&table->pieces);
    free(table);
}

static const struct writer_ops table_ops = {
    .name = "table",
    .begin = table_begin,
    .table_begin = table_table_begin,
    .row = table_row,
    .table_end = table_table_end,
    .object = table_object,
    .end = table_end,
    .free = table_free,
};

struct writer *
write_table_new(void)
{
    struct write_table *table = xcalloc(1, sizeof(*table));
    table->writer.ops = &table_ops;
    return &table->writer;
}
