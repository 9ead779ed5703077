/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One JSON value, a row a line, so that it can be read by eye and compared
 * with diff:
 *
 *   [                            {
 *     {"db": 0, ...},              "totals": {"keys": 2, ...},
 *     {"db": 0, ...}               "types": [
 *   ]                                {"type": "hash", ...},
 *                                    {"type": "string", ...}
 *                                  ]
 *                                }
 */
#include <stdlib.h>

#include "base/xalloc.h"
#include "report/json-row.h"

struct write_json {
    struct writer writer;
    const struct column *columns;
    size_t count;
    bool begun; /* a section stands before */
    bool rows;  /* the section has some */
};

static void
append(struct writer *self, const char *text)
{
    buffer_append_text(&self->output->buffer, text);
}

static void
section_begin(struct write_json *json, const char *id)
{
    struct writer *self = &json->writer;
    if (self->single)
        return;
    append(self, json->begun ? ",\n  \"" : "\n  \"");
    append(self, id);
    append(self, "\": ");
    json->begun = true;
}

static void
json_begin(struct writer *self)
{
    if (!self->single)
        append(self, "{");
}

static void
json_table_begin(struct writer *self, const char *id, const char *title,
                 const struct column *columns, size_t count)
{
    struct write_json *json = (struct write_json *)self;
    (void)title;
    json->columns = columns;
    json->count = count;
    json->rows = false;
    section_begin(json, id);
    append(self, "[");
}

static void
json_row(struct writer *self, const struct cell *cells)
{
    struct write_json *json = (struct write_json *)self;
    append(self, json->rows ? ",\n" : "\n");
    append(self, self->single ? "  " : "    ");
    json_row_append(self, NULL, json->columns, cells, json->count);
    json->rows = true;
}

static void
json_table_end(struct writer *self)
{
    struct write_json *json = (struct write_json *)self;
    if (self->single && self->incomplete != NULL) {
        append(self, json->rows ? ",\n  " : "\n  ");
        json_row_append_incomplete(self);
        json->rows = true;
    }
    if (json->rows)
        append(self, self->single ? "\n" : "\n  ");
    append(self, self->single ? "]\n" : "]");
}

static void
json_object(struct writer *self, const char *id, const struct column *columns,
            const struct cell *cells, size_t count)
{
    section_begin((struct write_json *)self, id);
    if (cells == NULL)
        append(self, "null");
    else
        json_row_append(self, NULL, columns, cells, count);
    if (self->single)
        append(self, "\n");
}

static void
json_end(struct writer *self)
{
    struct write_json *json = (struct write_json *)self;
    if (!self->single)
        append(self, json->begun ? "\n}\n" : "}\n");
}

static void
json_free(struct writer *self)
{
    free(self);
}

static const struct writer_ops json_ops = {
    .name = "json",
    .begin = json_begin,
    .table_begin = json_table_begin,
    .row = json_row,
    .table_end = json_table_end,
    .object = json_object,
    .end = json_end,
    .free = json_free,
};

struct writer *
write_json_new(void)
{
    struct write_json *json = xcalloc(1, sizeof(*json));
    json->writer.ops = &json_ops;
    return &json->writer;
}
