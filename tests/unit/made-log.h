/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Logs made up from a seed, with their commands counted while they are made,
 * and ways to damage them: for tests of what is left of a damaged log.
 */
#ifndef KEYWEIGH_TESTS_MADE_LOG_H
#define KEYWEIGH_TESTS_MADE_LOG_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

/* The same numbers everywhere (splitmix64). */
struct made_random {
    uint64_t state;
};

static inline uint64_t
made_number(struct made_random *random, uint64_t below)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % below;
}

struct made_record {
    size_t begin;
    size_t end;
    size_t block; /* number of the transaction, MULTI and EXEC included; 0 */
    int db;       /* that it is for */
    char kind;    /* 'c' command, 's' SELECT, 'm' MULTI, 'e' EXEC, '#' */
};

struct made_log {
    struct buffer bytes;
    struct made_record *records;
    size_t count;
    struct made_random random;
    size_t block;
    size_t blocks;
    int db;
    char kind; /* of the record being made */
};

/* What a log is like. */
enum made_style {
    MADE_PLAIN,  /* all sorts of things */
    MADE_TIMES,  /* the same with "#TS:" lines */
    MADE_EQUAL,  /* every command is of the same size */
    MADE_NESTED, /* many values are pieces of logs */
    MADE_STYLES,
};

static inline void
made_add_record(struct made_log *log, size_t begin)
{
    log->records = realloc(log->records,
                           (log->count + 1) * sizeof(*log->records));
    if (log->records == NULL)
        abort();
    log->records[log->count++] = (struct made_record){
        begin, log->bytes.size, log->block, log->db, log->kind
    };
}

static inline void
made_argument(struct buffer *out, struct bytes text)
{
    buffer_append_format(out, "$%zu\r\n", text.size);
    buffer_append(out, text.data, text.size);
    buffer_append_text(out, "\r\n");
}

/* A command of texts, NULL behind the last. */
static inline void
made_command(struct made_log *log, const char *first, ...)
{
    size_t begin = log->bytes.size;
    va_list args;
    size_t count = 1;
    va_start(args, first);
    while (va_arg(args, const char *) != NULL)
        count++;
    va_end(args);
    buffer_append_format(&log->bytes, "*%zu\r\n", count);
    made_argument(&log->bytes, bytes_of_text(first));
    va_start(args, first);
    for (size_t i = 1; i < count; i++)
        made_argument(&log->bytes, bytes_of_text(va_arg(args, const char *)));
    va_end(args);
    made_add_record(log, begin);
}

static inline void
made_control(struct made_log *log, char kind, const char *name)
{
    log->kind = kind;
    made_command(log, name, (const char *)NULL);
    log->kind = 'c';
}

static inline void
made_select(struct made_log *log, int db)
{
    char text[16];
    (void)snprintf(text, sizeof(text), "%d", db);
    log->db = db;
    log->kind = 's';
    made_command(log, "SELECT", text, (const char *)NULL);
    log->kind = 'c';
}

static inline void
made_time(struct made_log *log, unsigned seconds)
{
    size_t begin = log->bytes.size;
    buffer_append_format(&log->bytes, "#TS:%u\r\n", 1700000000 + seconds);
    log->kind = '#';
    made_add_record(log, begin);
    log->kind = 'c';
}

/* A piece of a log, of whole records or not. */
static inline void
made_piece(struct made_random *random, struct buffer *out)
{
    size_t begin = made_number(random, 40);
    size_t count = 1 + made_number(random, 30);
    struct buffer text = { NULL, 0, 0 };
    for (size_t i = 0; i < count; i++) {
        made_argument(&text, BYTES_LITERAL("x"));
        buffer_clear(&text);
        buffer_append_format(out, "*3\r\n$3\r\nSET\r\n$6\r\ninner%u\r\n",
                             (unsigned)made_number(random, 10));
        made_argument(out, BYTES_LITERAL("not a command"));
    }
    buffer_fini(&text);
    if (made_number(random, 2) == 0 && out->size > begin) {
        out->size -= begin;
        memmove(out->data, out->data + begin, out->size);
        out->size -= made_number(random, 20) % out->size;
    }
}

static inline void
made_value(struct made_log *log, enum made_style style, struct buffer *out)
{
    struct made_random *random = &log->random;
    size_t size = made_number(random, 40);
    if (style == MADE_NESTED && made_number(random, 4) == 0) {
        made_piece(random, out);
        return;
    }
    if (made_number(random, 20) == 0)
        size = made_number(random, 6000);
    bool binary = made_number(random, 5) == 0;
    for (size_t i = 0; i < size; i++)
        buffer_append_byte(out, (unsigned char)(
            binary ? made_number(random, 256)
                   : 'a' + made_number(random, 26)));
}

static inline void
made_set(struct made_log *log, enum made_style style)
{
    struct buffer value = { NULL, 0, 0 };
    char key[24];
    (void)snprintf(key, sizeof(key), "key:%u",
                   (unsigned)made_number(&log->random, 200));
    made_value(log, style, &value);
    size_t begin = log->bytes.size;
    buffer_append_text(&log->bytes, "*3\r\n$3\r\nset\r\n");
    made_argument(&log->bytes, bytes_of_text(key));
    made_argument(&log->bytes, buffer_bytes(&value));
    made_add_record(log, begin);
    buffer_fini(&value);
}

/* RPUSH of many elements. */
static inline void
made_push(struct made_log *log)
{
    size_t count = 1 + made_number(&log->random, 30);
    size_t begin = log->bytes.size;
    char text[24];
    buffer_append_format(&log->bytes, "*%zu\r\n$5\r\nRPUSH\r\n", count + 2);
    (void)snprintf(text, sizeof(text), "list:%u",
                   (unsigned)made_number(&log->random, 50));
    made_argument(&log->bytes, bytes_of_text(text));
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(text, sizeof(text), "%u",
                       (unsigned)made_number(&log->random, 100000));
        made_argument(&log->bytes, bytes_of_text(text));
    }
    made_add_record(log, begin);
}

static inline void
made_any(struct made_log *log, enum made_style style)
{
    char key[24];
    char text[24];
    unsigned number = (unsigned)made_number(&log->random, 1000);
    (void)snprintf(text, sizeof(text), "%04u", number);
    if (style == MADE_EQUAL) {
        (void)snprintf(key, sizeof(key), "key:%04u", number * 7 % 1000);
        made_command(log, "SET", key, "a value of always", (char *)NULL);
        return;
    }
    switch (made_number(&log->random, 8)) {
    case 0:
        (void)snprintf(key, sizeof(key), "hash:%u", number % 40);
        made_command(log, "HSET", key, text, "field", (const char *)NULL);
        break;
    case 1:
        (void)snprintf(key, sizeof(key), "count:%u", number % 40);
        made_command(log, "INCR", key, (const char *)NULL);
        break;
    case 2:
        (void)snprintf(key, sizeof(key), "key:%u", number % 200);
        made_command(log, "DEL", key, (const char *)NULL);
        break;
    case 3:
        made_push(log);
        break;
    default:
        made_set(log, style);
    }
}

/* A transaction; sometimes it changes the database, first or in its midst. */
static inline void
made_block(struct made_log *log, enum made_style style)
{
    size_t count = 1 + made_number(&log->random, 5);
    size_t turn = made_number(&log->random, 12);
    log->block = ++log->blocks;
    made_control(log, 'm', "MULTI");
    for (size_t i = 0; i < count; i++) {
        if (i == turn)
            made_select(log, (log->db + 1) % 3);
        made_any(log, style);
    }
    made_control(log, 'e', "EXEC");
    log->block = 0;
}

/* made_log_fini is due. */
static inline void
made_log_init(struct made_log *log, enum made_style style, uint64_t seed,
              size_t size)
{
    *log = (struct made_log){ .random = { seed }, .kind = 'c' };
    unsigned seconds = 0;
    made_select(log, 0);
    while (log->bytes.size < size) {
        if (style == MADE_TIMES && made_number(&log->random, 20) == 0)
            made_time(log, seconds++);
        switch (made_number(&log->random, 16)) {
        case 0:
            made_block(log, style);
            break;
        case 1:
            made_select(log, (log->db + 1) % 3);
            break;
        default:
            made_any(log, style);
        }
    }
}

static inline void
made_log_fini(struct made_log *log)
{
    buffer_fini(&log->bytes);
    free(log->records);
}

static inline bool
made_touches(const struct made_record *record, size_t begin, size_t end)
{
    return record->begin < end && record->end > begin;
}

/* Whether damage in [begin, end) hits a record, or the transaction it is part
 * of. */
static inline bool
made_is_hit(const struct made_log *log, size_t number, size_t begin, size_t end)
{
    const struct made_record *record = &log->records[number];
    if (made_touches(record, begin, end))
        return true;
    if (record->block == 0)
        return false;
    for (size_t i = number; log->records[i].block == record->block; i--)
        if (made_touches(&log->records[i], begin, end))
            return true;
    for (size_t i = number + 1;
         i < log->count && log->records[i].block == record->block; i++)
        if (made_touches(&log->records[i], begin, end))
            return true;
    return false;
}

/* What damage is made of. */
enum made_damage { MADE_GARBAGE, MADE_ZEROS, MADE_OTHER_LOG, MADE_DAMAGES };

static inline const char *
made_damage_name(enum made_damage damage)
{
    static const char *const names[] = { "garbage", "zeros",
                                         "other log text" };
    return names[damage];
}

/* Bytes to put over others; other is another log. */
static inline void
made_damage(struct made_random *random, enum made_damage damage,
            struct bytes other, unsigned char *into, size_t size)
{
    if (damage == MADE_OTHER_LOG) {
        memcpy(into, other.data + made_number(random, other.size - size),
               size);
        return;
    }
    for (size_t i = 0; i < size; i++)
        into[i] = damage == MADE_ZEROS ? 0
                                       : (unsigned char)made_number(random,
                                                                    256);
}

#endif
