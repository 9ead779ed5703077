/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Replays the input: an append-only file, or, so that what is changed of it
 * stays one, lines of words from which such a file is made.  A word may hold
 * bytes as \xhh.
 *
 * It is replayed with room enough, stopping when there is none, and again with
 * too little and without stopping, where steps are refused in their midst.
 * What it holds is moved together however little is free.
 * Every key is then walked.  What its walk hands out makes the value again.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "aof/aof-record.h"
#include "aof/replay.h"
#include "export/export-json.h"
#include "fuzz.h"
#include "keyspace/keyspace-load.h"

enum {
    SIZE_MOST = 16 * 1024,
    ROOM = 4 * 1024 * 1024, /* of memory */
    SMALL_ROOM = 300 * 1024, /* a few blocks more than an empty one has */
};

/* ---- words ---- */

static unsigned
digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - (unsigned)'0';
    return c >= 'a' && c <= 'f' ? c - (unsigned)'a' + 10 : 16;
}

/* Bytes of one word, which ends at a blank or line end; at is moved there. */
static struct buffer
word_at(const uint8_t *data, size_t size, size_t *at)
{
    struct buffer word = { NULL, 0, 0 };
    while (*at < size && data[*at] != ' ' && data[*at] != '\n') {
        const uint8_t *c = data + *at;
        unsigned byte = *c;
        if (size - *at >= 4 && c[0] == '\\' && c[1] == 'x' &&
            (digit_of(c[2]) | digit_of(c[3])) < 16) {
            byte = digit_of(c[2]) << 4 | digit_of(c[3]);
            *at += 3;
        }
        buffer_append_byte(&word, (unsigned char)byte);
        ++*at;
    }
    return word;
}

/* The command of the line at `at`, which is moved behind it. */
static void
append_command(struct buffer *log, const uint8_t *data, size_t size,
               size_t *at)
{
    struct buffer words = { NULL, 0, 0 };
    unsigned count = 0;
    while (*at < size && data[*at] != '\n') {
        if (data[*at] == ' ') {
            ++*at;
            continue;
        }
        struct buffer word = word_at(data, size, at);
        buffer_append_format(&words, "$%zu\r\n", word.size);
        buffer_append(&words, word.data, word.size);
        buffer_append(&words, "\r\n", 2);
        buffer_fini(&word);
        count++;
    }
    ++*at;
    if (count > 0)
        buffer_append_format(log, "*%u\r\n", count);
    buffer_append(log, words.data, words.size);
    buffer_fini(&words);
}

static struct buffer
log_of(const uint8_t *data, size_t size)
{
    struct buffer log = { NULL, 0, 0 };
    if (size > 0 && (data[0] == '*' || data[0] == '#')) {
        buffer_append(&log, data, size);
        return log;
    }
    for (size_t at = 0; at < size;)
        append_command(&log, data, size, &at);
    return log;
}

/* ---- replay ---- */

static void
replay_log(struct keyspace *keyspace, struct bytes log, bool stops)
{
    struct reader reader;
    struct aof_records records;
    struct replay *replay = replay_new(keyspace, 0);
    reader_init_memory(&reader, log, 0);
    aof_records_init(&records, &reader, NULL, UINT64_MAX);
    replay_begin_part(replay);
    while (!(stops && keyspace_is_full(keyspace)) &&
           aof_records_next(&records) == STATUS_OK) {
        replay_record(replay, &records.record);
        keyspace_tidy(keyspace);
    }
    replay_end_part(replay);
    require(replay_facts(replay)->errors <= replay_facts(replay)->commands);
    aof_records_fini(&records);
    reader_fini(&reader);
    replay_free(replay);
}

/* ---- what came out ---- */

/* Hands every key and value to a visitor. */
static void
walk_all(struct keyspace *keyspace, struct visitor *visitor)
{
    struct source *source = keyspace_source(keyspace);
    struct key key;
    uint64_t count = 0;
    enum status status;
    keyspace_rewind(keyspace);
    while ((status = source->ops->next(source, &key)) == STATUS_OK) {
        require(!value_is_empty(&keyspace_current(keyspace)->value) ||
                key.type == TYPE_STRING || key.type == TYPE_STREAM);
        require(source->ops->walk(source, visitor) == STATUS_OK);
        count++;
    }
    require(status == STATUS_END);
    require(count == keyspace_count_all(keyspace));
}

/* As JSON, in a file without a name. */
static struct output
print(struct keyspace *keyspace)
{
    struct output output = { .fd = memfd_create("fuzz", MFD_CLOEXEC) };
    struct export_json *json = export_json_new(&output, BYTES_ESCAPE);
    require(output.fd >= 0);
    walk_all(keyspace, export_json_visitor(json));
    export_json_free(json);
    output_flush(&output);
    require(output.error.kind == ERROR_NONE);
    return output;
}

static struct bytes
map_of(const struct output *output)
{
    off_t size = lseek(output->fd, 0, SEEK_END);
    require(size >= 0);
    if (size == 0)
        return bytes_of(NULL, 0);
    void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, output->fd,
                     0);
    require(map != MAP_FAILED);
    return bytes_of(map, (size_t)size);
}

static void
finish(struct output *output, struct bytes map)
{
    if (map.size > 0)
        require(munmap((void *)(uintptr_t)map.data, map.size) == 0);
    require(output_close(output, false) == STATUS_OK);
}

/* Values that are made of what their walks hand out. */
static struct keyspace *
load_from(struct keyspace *keyspace)
{
    struct keyspace *loaded = keyspace_new(&store_limits_default, 0);
    struct keyspace_load *load = keyspace_load_new(loaded);
    walk_all(keyspace, keyspace_load_visitor(load));
    require(keyspace_count_all(loaded) == keyspace_count_all(keyspace));
    keyspace_load_free(load);
    return loaded;
}

/* How often each byte occurs in what both show, but for those of numbers: a
 * table that is packed by the load may change its order, and scores lose what
 * a listpack does not keep. */
static void
require_alike(struct bytes a, struct bytes b)
{
    long excess[256] = { 0 };
    for (size_t i = 0; i < a.size; i++)
        excess[a.data[i]]++;
    for (size_t i = 0; i < b.size; i++)
        excess[b.data[i]]--;
    for (unsigned c = 0; c < 256; c++)
        require(excess[c] == 0 ||
                (c != 0 && strchr("0123456789+-.e", (int)c) != NULL));
}

static void
require_same(struct bytes a, struct bytes b)
{
    require(bytes_equal(a, b));
}

static void
compare(struct keyspace *a, struct keyspace *b,
        void (*require_both)(struct bytes a, struct bytes b))
{
    struct output outputs[] = { print(a), print(b) };
    struct bytes maps[] = { map_of(&outputs[0]), map_of(&outputs[1]) };
    require_both(maps[0], maps[1]);
    finish(&outputs[0], maps[0]);
    finish(&outputs[1], maps[1]);
}

/* Doubt is shown, and no load keeps it. */
static void
forget_doubt(struct keyspace *keyspace)
{
    struct source *source = keyspace_source(keyspace);
    struct key key;
    keyspace_rewind(keyspace);
    while (source->ops->next(source, &key) == STATUS_OK)
        entry_set_certain(keyspace_find(keyspace, key.db, key.name));
    keyspace_rewind(keyspace);
}

/* Once loaded, a value is in a form that further loads keep. */
static void
look_at(struct keyspace *keyspace)
{
    struct keyspace *loaded = load_from(keyspace);
    struct keyspace *again = load_from(loaded);
    compare(keyspace, loaded, require_alike);
    compare(loaded, again, require_same);
    keyspace_free(loaded);
    keyspace_free(again);
}

static void
run(struct bytes log, uint64_t room, bool stops)
{
    struct keyspace *keyspace = keyspace_new(&store_limits_default, room);
    keyspace_store(keyspace)->pool.slack_least = 0;
    replay_log(keyspace, log, stops);
    forget_doubt(keyspace);
    look_at(keyspace);
    keyspace_free(keyspace);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > SIZE_MOST)
        return 0;
    struct buffer log = log_of(data, size);
    run(buffer_bytes(&log), ROOM, true);
    run(buffer_bytes(&log), SMALL_ROOM, false);
    buffer_fini(&log);
    return 0;
}
