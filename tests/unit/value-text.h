/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a key of a replay (replay-text.h) holds, as one line:
 *
 *     list, set   a b c              in order; sets by their bytes
 *     zset        a 1 b 2.5
 *     hash        f v g w@5000       by their fields; @: expires then
 */
#ifndef KEYWEIGH_TESTS_VALUE_TEXT_H
#define KEYWEIGH_TESTS_VALUE_TEXT_H

#include <inttypes.h>
#include <stdlib.h>

#include "keyspace/value-hash.h"
#include "keyspace/value-list.h"
#include "keyspace/value-set.h"
#include "keyspace/value-zset.h"
#include "replay-text.h"

enum { VALUE_TEXT_WORDS = 256, VALUE_TEXT_WORD = 200 };

struct value_text {
    char words[VALUE_TEXT_WORDS][VALUE_TEXT_WORD];
    size_t count;
};

static char *
value_text_add(struct value_text *text, struct bytes bytes)
{
    assert_true(text->count < VALUE_TEXT_WORDS);
    assert_true(bytes.size < VALUE_TEXT_WORD / 3);
    char *word = text->words[text->count++];
    (void)snprintf(word, VALUE_TEXT_WORD, "%.*s", (int)bytes.size,
                   (const char *)bytes.data);
    return word;
}

static void
value_text_list(struct value_text *text, const struct value *value)
{
    char room[TEXT_DIGITS];
    struct bytes element;
    struct value_list_cursor cursor;
    value_list_begin(&cursor, value);
    while (value_list_next(&cursor, room, &element))
        (void)value_text_add(text, element);
}

static void
value_text_set(struct value_text *text, const struct value *value)
{
    char room[TEXT_DIGITS];
    struct bytes member;
    struct value_set_cursor cursor;
    value_set_begin(&cursor, value);
    while (value_set_next(&cursor, room, &member))
        (void)value_text_add(text, member);
}

static void
value_text_zset(struct value_text *text, const struct value *value)
{
    char room[TEXT_DIGITS];
    struct zset_member member;
    struct value_zset_cursor cursor;
    value_zset_seek(&cursor, value, 0);
    while (value_zset_next(&cursor, room, &member)) {
        char *word = value_text_add(text, member.name);
        size_t size = strlen(word);
        (void)snprintf(word + size, VALUE_TEXT_WORD - size, " %.17g",
                       member.score);
    }
}

static void
value_text_hash(struct value_text *text, const struct value *value)
{
    struct hash_room room;
    struct hash_pair pair;
    struct value_hash_cursor cursor;
    value_hash_begin(&cursor, value);
    while (value_hash_next(&cursor, &room, &pair)) {
        char *word = value_text_add(text, pair.field);
        size_t size = strlen(word);
        size += (size_t)snprintf(word + size, VALUE_TEXT_WORD - size,
                                 " %.*s", (int)pair.value.size,
                                 (const char *)pair.value.data);
        if (pair.has_expiry)
            (void)snprintf(word + size, VALUE_TEXT_WORD - size, "@%" PRId64,
                           pair.expire_ms);
    }
}

static int
value_text_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void
value_text_read(struct value_text *text, const struct value *value)
{
    if (value->type == TYPE_LIST)
        value_text_list(text, value);
    else if (value->type == TYPE_ZSET)
        value_text_zset(text, value);
    else if (value->type == TYPE_SET)
        value_text_set(text, value);
    else
        value_text_hash(text, value);
    if (value->type == TYPE_SET || value->type == TYPE_HASH)
        qsort(text->words, text->count, sizeof(text->words[0]),
              value_text_compare);
}

/* NULL: there is no such key. */
static void
expect_text(const char *name, const char *expected)
{
    static struct value_text text;
    struct buffer line = { .data = NULL };
    const struct entry *entry = entry_of(name);
    text.count = 0;
    if (expected == NULL) {
        assert_null(entry);
        return;
    }
    assert_non_null(entry);
    value_text_read(&text, &entry->value);
    for (size_t i = 0; i < text.count; i++)
        buffer_append_format(&line, i > 0 ? " %s" : "%s", text.words[i]);
    buffer_append_byte(&line, '\0');
    assert_string_equal((const char *)line.data, expected);
    buffer_fini(&line);
}

#endif
