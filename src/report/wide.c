/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/wide.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/xalloc.h"

/* "memory@redis-7.2" */
static char *
name_at(const char *name, const char *profile)
{
    struct buffer text = { 0 };
    buffer_append_format(&text, "%s@%s", name, profile);
    char *copy = xmemdup(text.data, text.size);
    buffer_fini(&text);
    return copy;
}

static void
add_profiles(struct wide *wide, const struct column *column)
{
    for (size_t p = 0; p < wide_profiles(wide->writer); p++) {
        char *name = name_at(column->name, wide->writer->profiles[p]);
        wide->columns[wide->count++] =
            (struct column){ name, name, column->kind };
    }
}

void
wide_init(struct wide *wide, struct writer *writer,
          const struct wide_column *columns, size_t count)
{
    size_t most = count * (1 + wide_profiles(writer));
    *wide = (struct wide){ .writer = writer, .base = columns,
                           .base_count = count };
    wide->columns = xcalloc(most, sizeof(*wide->columns));
    wide->cells = xcalloc(most, sizeof(*wide->cells));
    for (size_t i = 0; i < count; i++) {
        wide->columns[wide->count++] = columns[i].column;
        if (columns[i].of_model)
            add_profiles(wide, &columns[i].column);
    }
}

void
wide_fini(struct wide *wide)
{
    size_t profiles = wide_profiles(wide->writer);
    const struct column *column = wide->columns;
    for (size_t i = 0; i < wide->base_count; i++) {
        column++;
        for (size_t p = 0; wide->base[i].of_model && p < profiles; p++)
            free((void *)(uintptr_t)(column++)->name);
    }
    free(wide->columns);
    free(wide->cells);
}

static size_t
model_columns(const struct wide *wide)
{
    size_t count = 0;
    for (size_t i = 0; i < wide->base_count; i++)
        count += wide->base[i].of_model;
    return count;
}

const struct cell *
wide_cells(struct wide *wide, const struct cell *cells,
           const struct cell *by_profile)
{
    size_t profiles = wide_profiles(wide->writer);
    size_t models = model_columns(wide);
    struct cell *at = wide->cells;
    size_t model = 0;
    for (size_t i = 0; i < wide->base_count; i++) {
        *at++ = cells[i];
        if (!wide->base[i].of_model)
            continue;
        for (size_t p = 0; p < profiles; p++)
            *at++ = by_profile[p * models + model];
        model++;
    }
    return wide->cells;
}
