/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A damaged place is passed by trying every '*' behind it.  Most fail at their
 * first bytes; one that begins well costs a step for each argument, and could
 * share those steps with many others that lie inside of it.  So behind one
 * that failed after very many arguments, short commands alone are tried until
 * the place is passed where it failed: the work stays within a fixed factor of
 * the bytes.
 */
#include "aof/resync.h"

#include <limits.h>
#include <strings.h>

#include "base/number.h"

enum {
    LINE_END = 2,
    DIGITS_MAX = 18, /* that fit 64 bits whatever they are */
    LINE_SHORT = 1 + DIGITS_MAX + LINE_END,
    LINE_LONG = 1024, /* of an annotation: what servers take */
    ARGUMENTS_FEW = 1024,
    TIME_LINE = 32, /* "#TS:", digits and CRLF at most */
};

/* No argument is as big: servers would fail to allocate it. */
static const uint64_t size_huge = UINT64_C(1) << 40;

/* ---- lines with numbers ---- */

struct number_line {
    enum resync_verdict verdict; /* SOUND, BROKEN or CUT */
    uint64_t value;
    uint64_t least; /* the least number of as many digits */
    uint64_t behind;
};

/* Reads the line at `at`: mark, digits as writers write them, CRLF. */
static struct number_line
read_number(struct window *window, uint64_t at, unsigned char mark)
{
    struct number_line line = { .verdict = RESYNC_BROKEN };
    struct bytes text = window_at(window, at, LINE_SHORT);
    size_t i = 1;
    if (text.size > 0 && text.data[0] != mark)
        return line;
    for (; i < text.size && i <= DIGITS_MAX &&
           (unsigned)(text.data[i] - '0') < 10;
         i++) {
        line.value = line.value * 10 + (uint64_t)(text.data[i] - '0');
        line.least = i == 1 ? 0 : i == 2 ? 10 : line.least * 10;
    }
    bool plain = i > 1 && (text.data[1] != '0' || i == 2);
    if (i + 1 < text.size) {
        if (plain && text.data[i] == '\r' && text.data[i + 1] == '\n')
            line.verdict = RESYNC_SOUND;
    } else if (i >= text.size || text.data[i] == '\r') {
        line.verdict = RESYNC_CUT;
    }
    line.behind = at + i + LINE_END;
    return line;
}

/* ---- commands ---- */

/* The beginning of an argument, kept. */
struct word {
    unsigned char text[RESYNC_NAME_HELD + 1];
    size_t size;
};

static void
keep_word(struct window *window, uint64_t at, uint64_t size, struct word *word)
{
    struct bytes text = window_at(window, at, sizeof(word->text));
    word->size = text.size < sizeof(word->text) ? text.size
                                                : sizeof(word->text);
    if (size < word->size)
        word->size = (size_t)size;
    memcpy(word->text, text.data, word->size);
}

/* Reads the argument at `at`.  Returns what is behind it, or 0 with the
 * record's verdict. */
static uint64_t
read_argument(struct window *window, uint64_t at, struct resync_record *record,
              struct word *word)
{
    struct number_line line = read_number(window, at, '$');
    record->verdict = line.verdict;
    record->search = at > record->offset ? at : record->offset + 1;
    if (line.verdict != RESYNC_SOUND)
        return 0;
    record->search = line.behind;
    if (line.value >= size_huge) {
        record->verdict = RESYNC_BROKEN;
        return 0;
    }
    uint64_t end = line.behind + line.value;
    record->claimed = end;
    record->least = line.least;
    struct bytes behind = window_at(window, end, LINE_END);
    if (behind.size >= LINE_END && memcmp(behind.data, "\r\n", LINE_END) == 0) {
        record->claimed = 0;
        record->last = line.behind;
        if (word != NULL)
            keep_word(window, line.behind, line.value, word);
        return end + LINE_END;
    }
    bool ends = behind.size == 0 ||
                (behind.size == 1 && behind.data[0] == '\r');
    record->verdict = ends ? RESYNC_CUT : RESYNC_BROKEN;
    return 0;
}

/* As servers' modules have to name their commands to be told from others. */
static bool
is_module_name(struct bytes name)
{
    bool dotted = false;
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = name.data[i] | 0x20;
        bool middle = i > 0 && i + 1 < name.size;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            continue;
        if (!middle || (name.data[i] != '.' && name.data[i] != '_' &&
                        name.data[i] != '-'))
            return false;
        dotted |= name.data[i] == '.';
    }
    return dotted;
}

static enum resync_verb
verb_of(const struct aof_command *command)
{
    static const struct {
        const char *name;
        enum resync_verb verb;
    } verbs[] = { { "MULTI", RESYNC_MULTI },     { "EXEC", RESYNC_EXEC },
                  { "SELECT", RESYNC_SELECT },   { "DISCARD", RESYNC_CONTROL },
                  { "WATCH", RESYNC_CONTROL },   { "UNWATCH", RESYNC_CONTROL },
                  { "FLUSHALL", RESYNC_FLUSH },  { "FLUSHDB", RESYNC_FLUSH },
                  { "SHUTDOWN", RESYNC_DEADLY }, { "DEBUG", RESYNC_DEADLY } };
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        size_t size = strlen(verbs[i].name);
        if (strncmp(command->name, verbs[i].name, size) == 0 &&
            (command->name[size] == '\0' || command->name[size] == '|'))
            return verbs[i].verb;
    }
    return RESYNC_OTHER;
}

void
resync_judge(struct resync_record *record, struct bytes name,
             struct bytes sub)
{
    record->verdict = RESYNC_UNKNOWN;
    if (name.size > RESYNC_NAME_HELD)
        return;
    const struct aof_command *command =
        aof_commands_find(name, record->argc > 1 ? &sub : NULL);
    if (command == NULL) {
        if (is_module_name(name))
            record->verdict = RESYNC_SOUND;
        return;
    }
    if (!aof_commands_arity_fits(command, record->argc))
        return;
    record->verb = verb_of(command);
    if (record->verb != RESYNC_SELECT ||
        number_parse_int64(sub, &record->number))
        record->verdict = RESYNC_SOUND;
}

static void
read_command(struct window *window, struct resync_record *record)
{
    struct word words[2] = { { .size = 0 }, { .size = 0 } };
    struct number_line line = read_number(window, record->offset, '*');
    record->verdict = line.verdict;
    if (line.verdict != RESYNC_SOUND)
        return;
    if (line.value < 1 || line.value > INT_MAX) {
        record->verdict = RESYNC_BROKEN;
        return;
    }
    record->argc = line.value;
    uint64_t at = line.behind;
    for (; record->read < record->argc; record->read++) {
        at = read_argument(window, at, record,
                           record->read < 2 ? &words[record->read] : NULL);
        if (at == 0)
            return;
    }
    record->end = at;
    resync_judge(record, bytes_of(words[0].text, words[0].size),
                 bytes_of(words[1].text, words[1].size));
}

/* ---- annotations ---- */

static const struct bytes time_mark = { (const unsigned char *)"#TS:", 4 };

static bool
is_time(struct bytes line, int64_t *seconds)
{
    if (!bytes_starts_with(line, time_mark))
        return false;
    return number_parse_int64(bytes_of(line.data + time_mark.size,
                                       line.size - time_mark.size),
                              seconds);
}

static bool
has_control(struct bytes line)
{
    for (size_t i = 0; i < line.size; i++)
        if (line.data[i] < ' ' && line.data[i] != '\t')
            return true;
    return false;
}

/* Servers pass over whatever begins with '#'; what nobody would write there is
 * damaged, and may have lost its line end. */
static void
read_annotation(struct window *window, struct resync_record *record)
{
    struct bytes text = window_at(window, record->offset, LINE_LONG);
    size_t most = text.size < LINE_LONG - 1 ? text.size : LINE_LONG - 1;
    const unsigned char *end = memchr(text.data, '\n', most);
    if (end == NULL) {
        record->verdict = text.size == most ? RESYNC_CUT : RESYNC_BROKEN;
        return;
    }
    text.size = (size_t)(end - text.data);
    record->end = record->offset + text.size + 1;
    if (text.data[text.size - 1] == '\r')
        text.size--;
    if (is_time(text, &record->number))
        record->verb = RESYNC_TIME;
    else if (!bytes_starts_with(text, time_mark) && !has_control(text))
        record->verb = RESYNC_COMMENT;
    else
        return;
    record->verdict = RESYNC_SOUND;
}

void
resync_read(struct window *window, uint64_t at, struct resync_record *record)
{
    struct bytes first = window_at(window, at, 1);
    *record = (struct resync_record){ .verdict = RESYNC_BROKEN,
                                      .offset = at,
                                      .search = at + 1 };
    if (first.size == 0)
        record->verdict = RESYNC_END;
    else if (first.data[0] == '*')
        read_command(window, record);
    else if (first.data[0] == '#')
        read_annotation(window, record);
}

/* ---- the next record ---- */

struct search {
    struct window *probe;
    uint64_t from;
    uint64_t few_until; /* up to here a command has few arguments */
};

static bool
is_command_at(struct search *search, uint64_t at)
{
    struct resync_record record;
    if (at < search->few_until) {
        struct number_line line = read_number(search->probe, at, '*');
        if (line.verdict != RESYNC_SOUND || line.value > ARGUMENTS_FEW)
            return false;
    }
    resync_read(search->probe, at, &record);
    if (record.read > ARGUMENTS_FEW && record.search > search->few_until)
        search->few_until = record.search;
    return record.verdict == RESYNC_SOUND;
}

/* Where "#TS:" begins that ends at `at`; `at` when there is none. */
static uint64_t
time_before(struct search *search, uint64_t at)
{
    uint64_t room = at - search->from;
    uint64_t begin = at - (room < TIME_LINE ? room : TIME_LINE);
    struct bytes text = window_at(search->probe, begin, TIME_LINE);
    size_t size = (size_t)(at - begin);
    int64_t seconds;
    if (text.size < size || size < LINE_END ||
        memcmp(text.data + size - LINE_END, "\r\n", LINE_END) != 0)
        return at;
    size -= LINE_END;
    for (size_t i = size; i-- > 0;)
        if (text.data[i] == '#')
            return is_time(bytes_of(text.data + i, size - i), &seconds)
                       ? begin + i
                       : at;
    return at;
}

bool
resync_find(struct window *scan, struct window *probe, uint64_t from,
            uint64_t until, uint64_t *found)
{
    struct search search = { .probe = probe, .from = from };
    uint64_t at = from;
    while (at < until) {
        struct bytes text = window_at(scan, at, 1);
        if (text.size == 0)
            return false;
        if (text.size > until - at)
            text.size = (size_t)(until - at);
        const unsigned char *star = memchr(text.data, '*', text.size);
        if (star == NULL) {
            at += text.size;
            continue;
        }
        at += (uint64_t)(star - text.data);
        if (is_command_at(&search, at)) {
            *found = time_before(&search, at);
            return true;
        }
        at++;
    }
    return false;
}

uint64_t
resync_confirm(struct window *window, uint64_t at, uint64_t most)
{
    struct resync_record record;
    uint64_t count = 0;
    while (count < most) {
        resync_read(window, at, &record);
        if (record.verdict == RESYNC_END)
            return count;
        if (record.verdict != RESYNC_SOUND)
            return 0;
        count += record.argc > 0;
        at = record.end;
    }
    return count;
}

uint64_t
resync_arguments(struct window *window, uint64_t at, uint64_t *behind)
{
    struct resync_record record = { .offset = at };
    uint64_t count = 0;
    uint64_t next = at;
    while ((next = read_argument(window, next, &record, NULL)) != 0) {
        at = next;
        count++;
    }
    *behind = at;
    return count;
}

size_t
resync_words(struct window *window, uint64_t at, size_t most,
             struct buffer *held, struct aof_argument words[2])
{
    struct resync_record record = { .offset = at };
    struct number_line line = read_number(window, at, '*');
    size_t count = 0;
    uint64_t next = line.verdict == RESYNC_SOUND ? line.behind : 0;
    while (next != 0 && count < 2 && count < line.value) {
        next = read_argument(window, next, &record, NULL);
        if (next == 0)
            break;
        uint64_t size = next - LINE_END - record.last;
        size_t part = size < most ? (size_t)size : most;
        struct bytes text = window_at(window, record.last, part);
        part = text.size < part ? text.size : part;
        buffer_append(held, text.data, part);
        words[count++] = (struct aof_argument){ NULL, part, size };
    }
    for (size_t i = 0, used = 0; i < count; used += words[i++].held)
        words[i].data = held->data + used;
    return count;
}

/* ---- numbers that are damaged ---- */

/* Behind a line that has the form of a number's, whatever number; 0 when it
 * has not. */
static uint64_t
behind_any_number(struct window *window, uint64_t at, unsigned char mark)
{
    struct bytes text = window_at(window, at, LINE_SHORT + 1);
    size_t i = 1;
    if (text.size == 0 || text.data[0] != mark)
        return 0;
    while (i < text.size && i < LINE_SHORT &&
           ((unsigned)(text.data[i] - '0') < 10 || text.data[i] == '-'))
        i++;
    bool ends = i + 1 < text.size && text.data[i] == '\r' &&
                text.data[i + 1] == '\n';
    return ends ? at + i + LINE_END : 0;
}

/* The number of a database, with its line end. */
static bool
take_database(struct window *window, struct resync_control *control)
{
    enum { DATABASE_DIGITS = 9 };
    struct bytes text =
        window_at(window, control->number_at, DATABASE_DIGITS + LINE_END);
    size_t size = 0;
    while (size < text.size && size < DATABASE_DIGITS &&
           text.data[size] != '\r')
        size++;
    control->number_size = size;
    control->record.argc = 2;
    control->record.end = control->number_at + size + LINE_END;
    return size + 1 < text.size && text.data[size] == '\r' &&
           text.data[size + 1] == '\n' &&
           number_parse_int64(bytes_of(text.data, size),
                              &control->record.number);
}

static bool
take_name(struct window *window, struct resync_control *control)
{
    static const struct {
        const char *line;
        enum resync_verb verb;
    } names[] = { { "SELECT\r\n", RESYNC_SELECT },
                  { "MULTI\r\n", RESYNC_MULTI },
                  { "EXEC\r\n", RESYNC_EXEC } };
    enum { LONGEST = 8 };
    struct bytes text = window_at(window, control->name_at, LONGEST);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t size = strlen(names[i].line);
        if (text.size < size ||
            strncasecmp((const char *)text.data, names[i].line, size) != 0)
            continue;
        control->name_size = size - LINE_END;
        control->record.verb = names[i].verb;
        control->record.argc = 1;
        control->record.end = control->name_at + size;
        return true;
    }
    return false;
}

bool
resync_mend(struct window *window, uint64_t at, struct resync_control *control)
{
    enum { COUNT_LINE = 1 + 1 + LINE_END }; /* in front of these commands */
    struct resync_record next;
    *control = (struct resync_control){
        .record = { .offset = at, .verdict = RESYNC_SOUND },
    };
    uint64_t size_at = behind_any_number(window, at, '*');
    if (size_at == 0)
        size_at = at + COUNT_LINE;
    control->name_at = behind_any_number(window, size_at, '$');
    if (control->name_at == 0 || !take_name(window, control))
        return false;
    if (control->record.verb == RESYNC_SELECT) {
        control->number_at =
            behind_any_number(window, control->record.end, '$');
        if (control->number_at == 0 || !take_database(window, control))
            return false;
    }
    resync_read(window, control->record.end, &next);
    return next.verdict == RESYNC_SOUND || next.verdict == RESYNC_END;
}
