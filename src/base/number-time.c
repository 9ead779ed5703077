/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The part of number.h that knows days and hours.
 */
#include "base/number.h"

enum {
    MS_PER_SECOND = 1000,
    MS_PER_MINUTE = 60 * MS_PER_SECOND,
    MS_PER_HOUR = 60 * MS_PER_MINUTE,
    MS_PER_DAY = 24 * MS_PER_HOUR,
};

/* ---- durations ---- */

void
number_append_duration(struct buffer *out, uint64_t seconds)
{
    static const struct {
        uint64_t seconds;
        const char *name;
    } units[] = { { 365 * 86400, " y" }, { 86400, " d" }, { 3600, " h" },
                  { 60, " m" },          { 1, " s" } };
    enum { UNITS = sizeof(units) / sizeof(units[0]) };
    size_t i = seconds < 2 * units[0].seconds;
    while (i + 1 < UNITS && seconds < units[i].seconds)
        i++;
    number_append_grouped(out, seconds / units[i].seconds);
    buffer_append_text(out, units[i].name);
    if (i + 1 == UNITS)
        return;
    uint64_t rest = seconds % units[i].seconds / units[i + 1].seconds;
    if (rest != 0) {
        buffer_append_byte(out, ' ');
        number_append_uint64(out, rest);
        buffer_append_text(out, units[i + 1].name);
    }
}

bool
number_parse_duration(struct bytes text, uint64_t *ms)
{
    struct number_decimal decimal;
    if (!number_take_decimal(&text, &decimal) || text.size > 1)
        return false;
    uint64_t unit;
    switch (text.size == 0 ? 's' : text.data[0]) {
    case 's':
        unit = MS_PER_SECOND;
        break;
    case 'm':
        unit = MS_PER_MINUTE;
        break;
    case 'h':
        unit = MS_PER_HOUR;
        break;
    case 'd':
        unit = MS_PER_DAY;
        break;
    default:
        return false;
    }
    return number_scale_decimal(decimal, unit, ms);
}

/* ---- times ---- */

/* Days count from 1970-01-01.  Both directions let the year begin in March,
 * so that the leap day is its last one and the months before it have a fixed
 * pattern of 153 days in five; 400 years have 146097 days. */
enum { DAYS_PER_ERA = 146097, DAYS_BEFORE_1970 = 719468 };

struct date {
    int64_t year;
    unsigned month; /* 1..12 */
    unsigned day;   /* 1..31 */
};

static int64_t
floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

static struct date
date_of_days(int64_t days)
{
    days += DAYS_BEFORE_1970;
    int64_t era = floor_divide(days, DAYS_PER_ERA);
    unsigned of_era = (unsigned)(days - era * DAYS_PER_ERA);
    unsigned year = (of_era - of_era / 1460 + of_era / 36524 -
                     of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    unsigned month = (5 * of_year + 2) / 153; /* 0 is March */
    return (struct date){
        .year = era * 400 + year + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = of_year - (153 * month + 2) / 5 + 1,
    };
}

static int64_t
days_of_date(struct date date)
{
    int64_t since = date.year - (date.month <= 2);
    int64_t era = floor_divide(since, 400);
    unsigned year = (unsigned)(since - era * 400);
    unsigned month = date.month > 2 ? date.month - 3 : date.month + 9;
    unsigned of_year = (153 * month + 2) / 5 + date.day - 1;
    unsigned of_era = year * 365 + year / 4 - year / 100 + of_year;
    return era * DAYS_PER_ERA + of_era - DAYS_BEFORE_1970;
}

static char *
put_pair(char *text, unsigned value, char behind)
{
    text[0] = (char)('0' + value / 10);
    text[1] = (char)('0' + value % 10);
    text[2] = behind;
    return text + 3;
}

static char *
put_year(char *text, int64_t year)
{
    if (year < 0 || year > 9999)
        *text++ = year < 0 ? '-' : '+';
    char digits[NUMBER_INTEGER_SIZE];
    size_t count = number_format_uint64(
        (uint64_t)(year < 0 ? -year : year), digits);
    for (size_t i = count; i < 4; i++)
        *text++ = '0';
    memcpy(text, digits, count);
    text[count] = '-';
    return text + count + 1;
}

size_t
number_format_time(int64_t ms, char text[NUMBER_TIME_SIZE])
{
    int64_t days = floor_divide(ms, MS_PER_DAY);
    int64_t rest = ms % MS_PER_DAY;
    unsigned of_day = (unsigned)(rest < 0 ? rest + MS_PER_DAY : rest);
    struct date date = date_of_days(days);
    char *end = put_year(text, date.year);
    end = put_pair(end, date.month, '-');
    end = put_pair(end, date.day, 'T');
    end = put_pair(end, of_day / MS_PER_HOUR, ':');
    end = put_pair(end, of_day / MS_PER_MINUTE % 60, ':');
    end = put_pair(end, of_day / MS_PER_SECOND % 60, 'Z');
    unsigned part = of_day % MS_PER_SECOND;
    if (part != 0) {
        end[-1] = '.';
        *end++ = (char)('0' + part / 100);
        end = put_pair(end, part % 100, 'Z');
    }
    *end = '\0';
    return (size_t)(end - text);
}

void
number_append_time(struct buffer *out, int64_t ms)
{
    char *room = (char *)buffer_reserve(out, NUMBER_TIME_SIZE);
    out->size += number_format_time(ms, room);
}

static bool
take_byte(struct bytes *text, unsigned char byte)
{
    if (text->size == 0 || text->data[0] != byte)
        return false;
    *text = bytes_of(text->data + 1, text->size - 1);
    return true;
}

/* count digits with a value of least to most. */
static bool
take_digits(struct bytes *text, size_t count, unsigned least, unsigned most,
            unsigned *value)
{
    uint64_t number;
    if (text->size < count ||
        !number_parse_uint64(bytes_of(text->data, count), &number) ||
        number < least || number > most)
        return false;
    *text = bytes_of(text->data + count, text->size - count);
    *value = (unsigned)number;
    return true;
}

static bool
take_date(struct bytes *text, int64_t *ms)
{
    static const unsigned char month_days[] = { 31, 29, 31, 30, 31, 30,
                                                31, 31, 30, 31, 30, 31 };
    unsigned year;
    unsigned month;
    unsigned day;
    if (!take_digits(text, 4, 0, 9999, &year) || !take_byte(text, '-') ||
        !take_digits(text, 2, 1, 12, &month) || !take_byte(text, '-') ||
        !take_digits(text, 2, 1, month_days[month - 1], &day))
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2 && day == 29 && !leap)
        return false;
    struct date date = { year, month, day };
    *ms = days_of_date(date) * MS_PER_DAY;
    return true;
}

/* hh:mm[:ss[.fraction]], added to *ms; below a millisecond is dropped. */
static bool
take_clock(struct bytes *text, int64_t *ms)
{
    unsigned hour;
    unsigned minute;
    unsigned second = 0;
    if (!take_digits(text, 2, 0, 23, &hour) || !take_byte(text, ':') ||
        !take_digits(text, 2, 0, 59, &minute))
        return false;
    *ms += (int64_t)hour * MS_PER_HOUR + (int64_t)minute * MS_PER_MINUTE;
    if (!take_byte(text, ':'))
        return true;
    if (!take_digits(text, 2, 0, 59, &second))
        return false;
    *ms += (int64_t)second * MS_PER_SECOND;
    if (!take_byte(text, '.'))
        return true;
    unsigned digit;
    int64_t unit = MS_PER_SECOND;
    while (take_digits(text, 1, 0, 9, &digit))
        *ms += (unit /= 10) * digit;
    return unit != MS_PER_SECOND;
}

/* Nothing, Z or the distance from UTC, taken off *ms. */
static bool
take_zone(struct bytes *text, int64_t *ms)
{
    unsigned hour;
    unsigned minute;
    if (text->size == 0 || take_byte(text, 'Z'))
        return true;
    bool east = take_byte(text, '+');
    if ((!east && !take_byte(text, '-')) ||
        !take_digits(text, 2, 0, 23, &hour) || !take_byte(text, ':') ||
        !take_digits(text, 2, 0, 59, &minute))
        return false;
    int64_t distance =
        (int64_t)hour * MS_PER_HOUR + (int64_t)minute * MS_PER_MINUTE;
    *ms += east ? -distance : distance;
    return true;
}

bool
number_parse_time(struct bytes text, int64_t *ms)
{
    /* In seconds that is the year 5138, in milliseconds March 1973. */
    const uint64_t first_ms = UINT64_C(100000000000);
    uint64_t number;
    if (number_parse_uint64(text, &number)) {
        if (number > INT64_MAX)
            return false;
        *ms = (int64_t)(number < first_ms ? number * MS_PER_SECOND : number);
        return true;
    }
    int64_t read;
    if (!take_date(&text, &read))
        return false;
    if (text.size != 0 &&
        ((!take_byte(&text, 'T') && !take_byte(&text, ' ')) ||
         !take_clock(&text, &read) || !take_zone(&text, &read)))
        return false;
    if (text.size != 0)
        return false;
    *ms = read;
    return true;
}
