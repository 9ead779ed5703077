/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Repairs the input as an RDB: what is written has to be sound, has to hold
 * nothing but records of the input, and all of them when that was sound.
 * Inputs with an end are tried with the right checksum, too: no fuzzer guesses
 * that.
 */
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "fuzz.h"
#include "input/crc64.h"
#include "rdb/rdb.h"
#include "rdb/salvage.h"
#include "rdb/validator.h"

enum { SIZE_MOST = 16 * 1024, CRC_SIZE = 8 };

/* ---- reading without repair ---- */

struct reading {
    struct findings findings; /* first */
    bool is_sound;            /* to the end, nothing found, no key twice */
    uint64_t keys;
    struct rdb_facts facts;
};

static void
note_finding(struct findings *self, const struct finding *finding)
{
    (void)finding;
    ((struct reading *)self)->is_sound = false;
}

static bool
is_new(struct map *names, const struct key *key)
{
    struct buffer name = { NULL, 0, 0 };
    bool added;
    buffer_append(&name, &key->db, sizeof(key->db));
    buffer_append(&name, key->name.data, key->name.size);
    (void)map_add(names, buffer_bytes(&name), &added);
    buffer_fini(&name);
    return added;
}

static struct reading
read_all(struct bytes bytes)
{
    struct reading reading = { { note_finding }, true, 0, { .version = 0 } };
    struct map names = { .count = 0 };
    struct reader reader;
    enum status status = STATUS_FAIL;
    reader_init_memory(&reader, bytes, 0);
    if (rdb_recognise(&reader)) {
        struct rdb *rdb = rdb_new(&reader, &reading.findings, true);
        struct validator *validator = validator_new(rdb);
        struct source *source = rdb_source(rdb);
        struct key key;
        while ((status = source->ops->next(source, &key)) == STATUS_OK) {
            reading.keys++;
            reading.is_sound &= is_new(&names, &key);
            if (source->ops->walk(source, validator_visitor(validator)) !=
                STATUS_OK)
                reading.is_sound = false;
        }
        reading.facts = *rdb_facts(rdb);
        validator_free(validator);
        rdb_free(rdb);
    }
    reading.is_sound &= status == STATUS_END &&
                        reading.facts.end_offset == bytes.size;
    map_fini(&names);
    reader_fini(&reader);
    return reading;
}

/* ---- repairing ---- */

static bool
find(struct salvage *salvage, struct bytes bytes)
{
    struct error error = { .kind = ERROR_NONE };
    const struct salvage_options options = { .fd = file_of(bytes),
                                             .limit = bytes.size };
    enum status status = salvage_find(salvage, &options, &error);
    require(status == STATUS_OK ||
            (status == STATUS_FAIL && error.kind != ERROR_NONE));
    return status == STATUS_OK;
}

static void
done(struct salvage *salvage)
{
    close(salvage->options.fd);
    salvage_fini(salvage);
}

static void
append(void *context, struct bytes bytes)
{
    buffer_append(context, bytes.data, bytes.size);
}

/* Gaps are in order, and inside of the input. */
static void
look_at(const struct salvage *salvage)
{
    uint64_t at = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < salvage->gap_count; i++) {
        const struct salvage_gap *gap = &salvage->gaps[i];
        require(gap->offset >= at && gap->size > 0);
        require(gap->reason != NULL && gap->reason[0] != '\0');
        at = gap->offset + gap->size;
        sum += gap->size;
    }
    require(at <= salvage->options.limit && sum == salvage->lost_bytes);
}

/* The output can be read whole, and every key's record stands in the input as
 * it stands here. */
static void
look_for_inventions(struct bytes input, struct bytes output)
{
    struct reader reader;
    struct key key;
    enum status status;
    reader_init_memory(&reader, output, 0);
    require(rdb_recognise(&reader));
    struct rdb *rdb = rdb_new(&reader, NULL, true);
    struct validator *validator = validator_new(rdb);
    struct source *source = rdb_source(rdb);
    while ((status = source->ops->next(source, &key)) == STATUS_OK) {
        const unsigned char *record = output.data + key.offset;
        require(source->ops->walk(source, validator_visitor(validator)) ==
                STATUS_OK);
        require(memmem(input.data, input.size, record,
                       (size_t)(reader_offset(&reader) - key.offset)) != NULL);
    }
    require(status == STATUS_END);
    validator_free(validator);
    rdb_free(rdb);
    reader_fini(&reader);
}

static void
repair(struct bytes input)
{
    struct reading before = read_all(input);
    struct salvage salvage;
    struct salvage copy;
    struct buffer output = { NULL, 0, 0 };
    struct error error = { .kind = ERROR_NONE };
    struct rdb_writer writer;
    bool found = find(&salvage, input);
    require(found || !before.is_sound);
    if (found) {
        look_at(&salvage);
        rdb_write_init(&writer, append, &output);
        require(salvage_write(&salvage, &writer, &error) == STATUS_OK);
        rdb_write_fini(&writer);
        struct bytes written = buffer_bytes(&output);
        require(find(&copy, written) && salvage_is_intact(&copy));
        require(copy.keys == salvage.keys);
        done(&copy);
        look_for_inventions(input, written);
        if (before.is_sound)
            require(salvage.gap_count == 0 && salvage.keys == before.keys);
        if (before.is_sound && before.facts.crc == RDB_CRC_OK)
            require(salvage_is_intact(&salvage));
    }
    done(&salvage);
    buffer_fini(&output);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > SIZE_MOST)
        return 0;
    struct bytes input = bytes_of(data, size);
    repair(input);
    struct reading reading = read_all(input);
    uint64_t end = reading.facts.end_offset;
    if (reading.facts.crc != RDB_CRC_MISMATCH || reading.facts.eof_prefix)
        return 0;
    struct buffer mended = { NULL, 0, 0 };
    buffer_append(&mended, data, size);
    uint64_t crc = crc64(0, data, (size_t)end - CRC_SIZE);
    for (size_t i = 0; i < CRC_SIZE; i++)
        mended.data[end - CRC_SIZE + i] = (unsigned char)(crc >> 8 * i);
    repair(buffer_bytes(&mended));
    buffer_fini(&mended);
    return 0;
}
