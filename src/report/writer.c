/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/writer.h"

#include <xxhash.h>

#include "base/number.h"

static const struct {
    const char *name;
    struct writer *(*new)(void);
} writers[] = {
    { "csv", write_csv_new },
    { "json", write_json_new },
    { "jsonl", write_jsonl_new },
    { "table", write_table_new },
};

struct writer *
writer_new(const char *format, struct output *output, enum escape_bytes bytes,
           bool single)
{
    for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
        if (strcmp(writers[i].name, format) != 0)
            continue;
        struct writer *writer = writers[i].new();
        writer->output = output;
        writer->bytes = bytes;
        writer->single = single;
        return writer;
    }
    return NULL;
}

void
writer_free(struct writer *writer)
{
    if (writer != NULL)
        writer->ops->free(writer);
}

void
writer_append_cut_name(struct buffer *out, const struct cell *cell,
                       enum escape_bytes notation)
{
    struct bytes name = cell->bytes;
    uint64_t size = cell->whole_size;
    uint64_t hash = cell->whole_hash;
    if (size == 0) {
        size = name.size;
        hash = XXH3_64bits(name.data, name.size);
    }
    escape_append(out, writer_shown(name), notation);
    buffer_append_text(out, " ... (");
    number_append_uint64(out, size);
    buffer_append_text(out, " bytes, xxh3 ");
    number_append_hash(out, hash);
    buffer_append_byte(out, ')');
}
