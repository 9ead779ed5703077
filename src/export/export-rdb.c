/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/exporter.h"

#include <stdlib.h>

#include "base/number.h"
#include "base/xalloc.h"
#include "export/export-value.h"
#include "rdb/opcodes.h"

enum {
    VERSION_WITH_AUX = 7, /* and with RESIZEDB */
    VERSION_WITH_IDLE = 9,
    VERSION_OF_BASES = 10, /* before that the field is aof-preamble */
};

#define NO_DATABASE UINT64_MAX

struct export_rdb {
    struct exporter exporter;
    struct exporter_options options;
    struct export_value value;
    struct rdb_writer writer;
    uint64_t db; /* the current one, or NO_DATABASE */
};

static void
write_out(void *context, struct bytes bytes)
{
    struct output *output = context;
    buffer_append(&output->buffer, bytes.data, bytes.size);
    output_flush_if_full(output);
}

static void
take_raw(void *context, struct bytes bytes)
{
    struct export_rdb *rdb = context;
    rdb_write_raw(&rdb->writer, bytes);
}

/* --- one key --- */

static void
select_database(struct export_rdb *rdb, uint64_t db)
{
    const struct exporter_options *options = &rdb->options;
    const struct exporter_calls *calls = &options->calls;
    uint64_t keys;
    uint64_t expires;
    if (rdb->db == db)
        return;
    rdb->db = db;
    rdb_write_database(&rdb->writer, db);
    if (options->target.version >= VERSION_WITH_AUX &&
        calls->sizes(calls->context, db, &keys, &expires))
        rdb_write_sizes(&rdb->writer, keys, expires);
}

static void
write_attributes(struct export_rdb *rdb, const struct key *key)
{
    if (key->has_expiry)
        rdb_write_expiry(&rdb->writer, key->expire_ms);
    if (rdb->options.target.version < VERSION_WITH_IDLE)
        return;
    if (key->idle_s >= 0)
        rdb_write_idle(&rdb->writer, (uint64_t)key->idle_s);
    if (key->freq >= 0)
        rdb_write_freq(&rdb->writer, (unsigned char)key->freq);
}

static void
write_value(void *context, struct export_value *value)
{
    struct export_rdb *rdb = context;
    const struct exporter_calls *calls = &rdb->options.calls;
    const struct key *key = value->key;
    if (value->refusal != NULL) {
        calls->refused(calls->context, key, value->refusal);
        return;
    }
    select_database(rdb, key->db);
    write_attributes(rdb, key);
    rdb_write_byte(&rdb->writer, value->type);
    rdb_write_string(&rdb->writer, key->name);
    export_value_each(value, take_raw, rdb);
}

/* --- the file --- */

static void
write_aux_number(struct export_rdb *rdb, const char *name, int64_t number)
{
    char digits[NUMBER_INTEGER_SIZE];
    size_t size = number_format_int64(number, digits);
    rdb_write_aux(&rdb->writer, name, bytes_of(digits, size));
}

static bool
is_origin_true(const struct export_rdb *rdb, const struct rdb_facts *facts)
{
    const struct export_target *target = &rdb->options.target;
    return rdb->options.is_rewrite ||
           (facts->server_by[0] == '\0' &&
            facts->dialect == target->dialect &&
            facts->version == target->version);
}

/* A name of "redis" stands for KeyDB's files, too: they say redis-ver. */
static void
write_origin(struct export_rdb *rdb, const struct rdb_facts *facts)
{
    bool valkey = strcmp(facts->server, "valkey") == 0;
    if (facts->server_version[0] == '\0' || !is_origin_true(rdb, facts))
        return;
    rdb_write_aux(&rdb->writer, valkey ? "valkey-ver" : "redis-ver",
                  bytes_of_text(facts->server_version));
}

static void
begin(struct exporter *exporter, const struct rdb_facts *facts)
{
    struct export_rdb *rdb = (struct export_rdb *)exporter;
    const struct export_target *target = &rdb->options.target;
    rdb_write_header(&rdb->writer, target->dialect, target->version);
    if (target->version < VERSION_WITH_AUX)
        return;
    write_origin(rdb, facts);
    if (facts->bits != 0)
        write_aux_number(rdb, "redis-bits", facts->bits);
    if (facts->ctime_ms >= 0)
        write_aux_number(rdb, "ctime", facts->ctime_ms / 1000);
    if (rdb->options.is_rewrite && facts->used_mem >= 0)
        write_aux_number(rdb, "used-mem", facts->used_mem);
    if (rdb->options.is_aof_base)
        write_aux_number(rdb,
                         target->version < VERSION_OF_BASES ? "aof-preamble"
                                                            : "aof-base",
                         1);
}

static void
function(struct exporter *exporter, struct bytes code)
{
    struct export_rdb *rdb = (struct export_rdb *)exporter;
    rdb_write_byte(&rdb->writer, OPCODE_FUNCTION_2);
    rdb_write_string(&rdb->writer, code);
}

static void
end(struct exporter *exporter)
{
    struct export_rdb *rdb = (struct export_rdb *)exporter;
    rdb_write_end(&rdb->writer);
}

static void
free_rdb(struct exporter *exporter)
{
    struct export_rdb *rdb = (struct export_rdb *)exporter;
    export_value_fini(&rdb->value);
    rdb_write_fini(&rdb->writer);
    free(rdb);
}

static const struct exporter_ops export_rdb_ops = {
    .begin = begin,
    .function = function,
    .end = end,
    .free = free_rdb,
};

struct exporter *
export_rdb_new(const struct exporter_options *options)
{
    struct export_rdb *rdb = xcalloc(1, sizeof(*rdb));
    rdb->options = *options;
    rdb->db = NO_DATABASE;
    export_value_init(&rdb->value, &options->target, options->error);
    rdb->value.done = write_value;
    rdb->value.context = rdb;
    rdb->exporter = (struct exporter){
        .ops = &export_rdb_ops,
        .visitor = &rdb->value.visitor,
    };
    rdb_write_init(&rdb->writer, write_out, options->output);
    rdb->writer.compresses = true;
    return &rdb->exporter;
}
