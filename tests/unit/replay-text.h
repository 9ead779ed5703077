/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A replay that is fed with commands as one writes them: words between blanks,
 * those in double quotes may hold blanks and the escapes \n and \xhh.
 */
#ifndef KEYWEIGH_TESTS_REPLAY_TEXT_H
#define KEYWEIGH_TESTS_REPLAY_TEXT_H

#include <stdio.h>

#include "aof/replay.h"
#include "keyspace/value-string.h"

enum { REPLAY_TEXT_WORDS = 2048 };

static struct keyspace *keyspace;
static struct replay *replay;

/* A replay that may take half a MiB. */
static inline void
begin_limited(void)
{
    keyspace = keyspace_new(&store_limits_default, 512 * 1024);
    replay = replay_new(keyspace, -1);
    replay_begin_part(replay);
}

static int
set_up(void **state)
{
    (void)state;
    keyspace = keyspace_new(&store_limits_default, 0);
    replay = replay_new(keyspace, -1);
    replay_begin_part(replay);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    replay_free(replay);
    keyspace_free(keyspace);
    return 0;
}

/* Copies one word to into; returns the text behind it. */
static const char *
replay_text_word(const char *text, struct buffer *into)
{
    bool quoted = *text == '"';
    text += quoted;
    for (; *text != '\0' && *text != (quoted ? '"' : ' '); text++) {
        unsigned byte = (unsigned char)*text;
        if (quoted && byte == '\\') {
            text++;
            byte = *text == 'n' ? '\n' : (unsigned char)*text;
            if (*text == 'x') {
                assert_int_equal(sscanf(text + 1, "%2x", &byte), 1);
                text += 2;
            }
        }
        buffer_append_byte(into, (unsigned char)byte);
    }
    return text + (quoted && *text == '"');
}

/* One record of these words. */
static void
run(const char *line)
{
    static struct aof_argument args[REPLAY_TEXT_WORDS];
    static size_t begins[REPLAY_TEXT_WORDS];
    struct buffer bytes = { NULL, 0, 0 };
    struct aof_record record = { .kind = AOF_RECORD_COMMAND, .args = args };
    for (line += strspn(line, " "); *line != '\0';
         line += strspn(line, " ")) {
        assert_true(record.count < REPLAY_TEXT_WORDS);
        begins[record.count] = bytes.size;
        line = replay_text_word(line, &bytes);
        args[record.count].size = bytes.size - begins[record.count];
        args[record.count].held = (size_t)args[record.count].size;
        record.count++;
    }
    for (size_t i = 0; i < record.count; i++)
        args[i].data = bytes.data + begins[i];
    record.argc = record.count;
    replay_record(replay, &record);
    buffer_fini(&bytes);
}

/* One record that a server answers with an error. */
static inline void
run_error(const char *line)
{
    uint64_t before = replay_facts(replay)->errors;
    run(line);
    assert_int_equal(replay_facts(replay)->errors, before + 1);
}

static inline void
run_annotation(const char *line)
{
    struct aof_record record = { .kind = AOF_RECORD_ANNOTATION };
    record.line = bytes_of_text(line);
    replay_record(replay, &record);
}

/* The key of database db; NULL when there is none. */
static inline struct entry *
entry_in(uint64_t db, const char *name)
{
    return keyspace_find(keyspace, db, bytes_of_text(name));
}

static inline struct entry *
entry_of(const char *name)
{
    return entry_in(0, name);
}

/* The key is a string of these bytes. */
static inline void
expect_bytes(const char *name, struct bytes bytes)
{
    char room[TEXT_DIGITS];
    const struct entry *entry = entry_of(name);
    assert_non_null(entry);
    assert_int_equal(entry_type(entry), TYPE_STRING);
    struct bytes text = value_string_bytes(&entry->value, room);
    assert_int_equal(text.size, bytes.size);
    if (bytes.size > 0)
        assert_memory_equal(text.data, bytes.data, bytes.size);
}

static inline void
expect(const char *name, const char *text)
{
    expect_bytes(name, bytes_of_text(text));
}

/* Its expiry, -1 for none. */
static inline void
expect_expiry(const char *name, int64_t expire_ms)
{
    int64_t found;
    const struct entry *entry = entry_of(name);
    assert_non_null(entry);
    if (!entry_expiry(entry, &found))
        found = -1;
    assert_int_equal(found, expire_ms);
}

#endif
