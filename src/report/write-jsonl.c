/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A JSON object a line.  Lines of several sections say which is theirs.
 */
#include <stdlib.h>

#include "base/xalloc.h"
#include "report/json-row.h"

struct write_jsonl {
    struct writer writer;
    const struct column *columns;
    size_t count;
    char *section; /* NULL in a single one */
};

static void
append_line(struct writer *self, const char *section,
            const struct column *columns, const struct cell *cells,
            size_t count)
{
    json_row_append(self, section, columns, cells, count);
    buffer_append_byte(&self->output->buffer, '\n');
}

static void
jsonl_begin(struct writer *self)
{
    (void)self;
}

static void
jsonl_table_begin(struct writer *self, const char *id, const char *title,
                  const struct column *columns, size_t count)
{
    struct write_jsonl *jsonl = (struct write_jsonl *)self;
    (void)title;
    jsonl->columns = columns;
    jsonl->count = count;
    free(jsonl->section);
    jsonl->section = self->single ? NULL : xstrdup(id);
}

static void
jsonl_row(struct writer *self, const struct cell *cells)
{
    struct write_jsonl *jsonl = (struct write_jsonl *)self;
    append_line(self, jsonl->section, jsonl->columns, cells, jsonl->count);
}

static void
jsonl_table_end(struct writer *self)
{
    if (!self->single || self->incomplete == NULL)
        return;
    json_row_append_incomplete(self);
    buffer_append_byte(&self->output->buffer, '\n');
}

static void
jsonl_object(struct writer *self, const char *id,
             const struct column *columns, const struct cell *cells,
             size_t count)
{
    if (cells != NULL)
        append_line(self, self->single ? NULL : id, columns, cells, count);
}

static void
jsonl_end(struct writer *self)
{
    (void)self;
}

static void
jsonl_free(struct writer *self)
{
    free(((struct write_jsonl *)self)->section);
    free(self);
}

static const struct writer_ops jsonl_ops = {
    .name = "jsonl",
    .begin = jsonl_begin,
    .table_begin = jsonl_table_begin,
    .row = jsonl_row,
    .table_end = jsonl_table_end,
    .object = jsonl_object,
    .end = jsonl_end,
    .free = jsonl_free,
};

struct writer *
write_jsonl_new(void)
{
    struct write_jsonl *jsonl = xcalloc(1, sizeof(*jsonl));
    jsonl->writer.ops = &jsonl_ops;
    return &jsonl->writer;
}
