/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Converts an RDB to several versions and to commands for several servers.
 * What is written of a value has to be readable as that version.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "export/export-value.h"
#include "export/exporter.h"
#include "fuzz.h"
#include "rdb/rdb-payload.h"

static void
append(void *context, struct bytes bytes)
{
    struct buffer *buffer = context;
    buffer_append(buffer, bytes.data, bytes.size);
}

struct reading {
    struct rdb_payload *payload;
    struct export_value *back; /* takes the value again */
};

/* With a footer that has no checksum. */
static void
read_again(void *context, struct export_value *value)
{
    static const unsigned char no_footer[10];
    struct reading *reading = context;
    struct buffer bytes = { NULL, 0, 0 };
    if (value->refusal == NULL) {
        buffer_append_byte(&bytes, value->type);
        export_value_each(value, append, &bytes);
        buffer_append(&bytes, no_footer, sizeof(no_footer));
        bytes.data[bytes.size - sizeof(no_footer)] =
            (unsigned char)value->target.version;
        require(rdb_payload_walk(reading->payload, buffer_bytes(&bytes),
                                 &reading->back->visitor) == STATUS_OK);
        require(reading->back->refusal == NULL);
    }
    buffer_fini(&bytes);
}

static void
walk_all(const uint8_t *data, size_t size, struct visitor *visitor)
{
    struct reader reader;
    struct key key;
    reader_init_memory(&reader, bytes_of(data, size), 0);
    struct rdb *rdb = rdb_new(&reader, NULL, false);
    struct source *source = rdb_source(rdb);
    while (source->ops->next(source, &key) == STATUS_OK &&
           source->ops->walk(source, visitor) != STATUS_FAIL)
        continue;
    rdb_free(rdb);
}

static void
to_version(const uint8_t *data, size_t size, int version)
{
    struct error error = { .kind = ERROR_NONE };
    struct export_target target;
    struct export_value value;
    struct export_value back;
    struct reading reading = { rdb_payload_new(), &back };
    require(target_of_version(version, &target));
    export_value_init(&value, &target, &error);
    export_value_init(&back, &target, &error);
    value.done = read_again;
    value.context = &reading;
    walk_all(data, size, &value.visitor);
    export_value_fini(&value);
    export_value_fini(&back);
    rdb_payload_free(reading.payload);
    require(error.kind == ERROR_NONE);
}

static void
on_refused(void *context, const struct key *key, const char *why)
{
    (void)context;
    require(key != NULL && why != NULL);
}

static void
to_commands(const uint8_t *data, size_t size, const char *server)
{
    struct error error = { .kind = ERROR_NONE };
    struct output output = { .fd = open("/dev/null", O_WRONLY | O_CLOEXEC) };
    const struct server *row = servers_find(bytes_of_text(server));
    struct exporter_options options = {
        .target = target_of_server(row),
        .calls = { .refused = on_refused },
        .output = &output,
        .error = &error,
    };
    options.target.server = row;
    struct exporter *exporter = export_resp_new(&options);
    walk_all(data, size, exporter->visitor);
    exporter->ops->free(exporter);
    require(output_close(&output, false) == STATUS_OK);
    require(error.kind == ERROR_NONE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int versions[] = { 1, 6, 9, 11, 13, 14, 80 };
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
        to_version(data, size, versions[i]);
    to_commands(data, size, "redis-5.0");
    to_commands(data, size, "redis-8.6");
    to_commands(data, size, "valkey-9.1");
    return 0;
}
