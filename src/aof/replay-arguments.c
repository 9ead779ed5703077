/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Arguments as servers read them (object.c getDoubleFromObject, util.c
 * string2ld and ld2string, t_stream.c streamGenericParseIDOrReply, Redis 7.2).
 */
#include "aof/replay-command.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/number.h"
#include "base/xalloc.h"

enum {
    LONG_DOUBLE_TEXT = 5 * 1024, /* bytes of one that servers look at */
    STREAM_ID_TEXT = 128,
    SHORT_TEXT = 128,
};

bool
replay_is(struct bytes argument, const char *word)
{
    return strlen(word) == argument.size &&
           strncasecmp((const char *)argument.data, word, argument.size) == 0;
}

bool
replay_integer(struct bytes argument, int64_t *number)
{
    return number_parse_int64(argument, number);
}

/* A text with the NUL that strtod needs: in room when it fits, else to be
 * freed. */
static char *
terminate(struct bytes text, char room[SHORT_TEXT])
{
    if (text.size >= SHORT_TEXT)
        return xmemdup(text.data, text.size);
    if (text.size > 0)
        memcpy(room, text.data, text.size);
    room[text.size] = '\0';
    return room;
}

static void
release(char *text, const char room[SHORT_TEXT])
{
    if (text != room)
        free(text);
}

/* Of Redis 3.0 object.c getLongLongFromObject. */
static bool
parse_as_strtoll(struct bytes argument, int64_t *number)
{
    char room[SHORT_TEXT];
    char *end;
    if (argument.size > 0 && isspace(argument.data[0]))
        return false;
    char *text = terminate(argument, room);
    errno = 0;
    long long value = strtoll(text, &end, 10);
    bool whole = *end == '\0' && errno != ERANGE;
    release(text, room);
    if (whole)
        *number = value;
    return whole;
}

bool
replay_number(const struct replay *replay, struct bytes argument,
              int64_t *number)
{
    const uint32_t strict = AOF_VERSION(3, 2, 2);
    return replay_integer(argument, number) ||
           (!replay_is_since(replay, strict, strict) &&
            parse_as_strtoll(argument, number));
}

/* --- floating point --- */

/* Whether what strtod or strtold has made of a text is a number; errno is
 * still theirs. */
static bool
is_number(bool is_whole, long double value)
{
    bool out_of_range = errno == ERANGE && (isinf(value) || value == 0);
    return is_whole && !out_of_range && !isnan(value);
}

bool
replay_double(struct bytes argument, double *number)
{
    char room[SHORT_TEXT];
    char *end;
    if (argument.size == 0 || isspace(argument.data[0]))
        return false;
    char *text = terminate(argument, room);
    errno = 0;
    double value = strtod(text, &end);
    bool taken = is_number(end == text + argument.size, value);
    release(text, room);
    if (taken)
        *number = value;
    return taken;
}

bool
replay_score(const struct replay *replay, struct bytes argument,
             double *score)
{
    const uint32_t strict = AOF_VERSION(4, 0, 3);
    if (replay_is_since(replay, strict, strict))
        return replay_double(argument, score);
    if (argument.size > 0)
        argument.size = strnlen((const char *)argument.data, argument.size);
    *score = 0;
    return argument.size == 0 || replay_double(argument, score);
}

bool
replay_long_double(struct bytes argument, long double *number)
{
    char room[SHORT_TEXT];
    char *end;
    if (argument.size == 0 || argument.size >= LONG_DOUBLE_TEXT ||
        isspace(argument.data[0]))
        return false;
    char *text = terminate(argument, room);
    errno = 0;
    long double value = strtold(text, &end);
    bool taken = is_number(end == text + argument.size, value);
    release(text, room);
    if (taken)
        *number = value;
    return taken;
}

/* timeout.c getTimeoutFromObjectOrReply: milliseconds are cut to whole ones, or
 * rounded up, before they are looked at. */
bool
replay_is_timeout(struct bytes argument)
{
    long double seconds;
    if (!replay_long_double(argument, &seconds))
        return false;
    long double ms = seconds * 1000;
    return ms > -1 && ms <= (long double)INT64_MAX;
}

void
replay_append_long_double(struct buffer *out, long double number)
{
    size_t start = out->size;
    buffer_append_format(out, "%.17Lf", number);
    if (memchr(out->data + start, '.', out->size - start) == NULL)
        return;
    while (out->data[out->size - 1] == '0')
        out->size--;
    if (out->data[out->size - 1] == '.')
        out->size--;
    if (out->size - start == 2 && memcmp(out->data + start, "-0", 2) == 0) {
        out->data[start] = '0';
        out->size--;
    }
}

/* --- times --- */

bool
replay_time_option(struct bytes argument, enum replay_time *time)
{
    static const char *const words[] = {
        [REPLAY_EX] = "EX",
        [REPLAY_PX] = "PX",
        [REPLAY_EXAT] = "EXAT",
        [REPLAY_PXAT] = "PXAT",
    };
    for (int i = REPLAY_EX; i <= REPLAY_PXAT; i++)
        if (replay_is(argument, words[i])) {
            *time = (enum replay_time)i;
            return true;
        }
    return false;
}

bool
replay_moment(struct replay *replay, enum replay_time time,
              struct bytes argument, int64_t *unix_ms)
{
    int64_t number;
    int64_t now = 0;
    if (!replay_number(replay, argument, &number))
        return false;
    if ((time == REPLAY_EX || time == REPLAY_EXAT) &&
        __builtin_mul_overflow(number, 1000, &number))
        return false;
    if (time == REPLAY_EX || time == REPLAY_PX)
        (void)replay_now(replay, &now);
    return !__builtin_add_overflow(number, now, unix_ms);
}

bool
replay_expiry(struct replay *replay, enum replay_time time,
              struct bytes argument, int64_t *expire_ms)
{
    int64_t number;
    return replay_number(replay, argument, &number) && number > 0 &&
           replay_moment(replay, time, argument, expire_ms);
}

/* --- streams --- */

bool
replay_stream_id(struct bytes argument, uint64_t missing_seq, bool allows_ends,
                 struct stream_id *id)
{
    struct stream_id read = { 0, missing_seq };
    if (argument.size == 0 || argument.size >= STREAM_ID_TEXT)
        return false;
    if (allows_ends && argument.size == 1 && argument.data[0] == '-') {
        *id = (struct stream_id){ 0, 0 };
        return true;
    }
    if (allows_ends && argument.size == 1 && argument.data[0] == '+') {
        *id = (struct stream_id){ UINT64_MAX, UINT64_MAX };
        return true;
    }
    const unsigned char *dash = memchr(argument.data, '-', argument.size);
    size_t ms_size = dash == NULL ? argument.size
                                  : (size_t)(dash - argument.data);
    if (!number_parse_uint64(bytes_of(argument.data, ms_size), &read.ms))
        return false;
    if (dash != NULL &&
        !number_parse_uint64(
            bytes_of(dash + 1, argument.size - ms_size - 1), &read.seq))
        return false;
    *id = read;
    return true;
}
