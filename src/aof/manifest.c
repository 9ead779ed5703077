/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/manifest.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/xalloc.h"

enum { TEXT_MAX = 256 };

/* What is being read. */
struct reading {
    struct manifest *manifest;
    struct findings *findings;
    uint64_t offset; /* of the line at hand */
    bool has_lines;  /* that are no comments */
    bool has_base;
    uint64_t newest; /* sequence number of an increment so far */
};

static void __attribute__((format(printf, 3, 4)))
tell(const struct reading *reading, enum finding_code code, const char *format,
     ...)
{
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    struct finding finding = { .code = code,
                               .offset = reading->offset,
                               .text = text };
    if (reading->findings != NULL)
        reading->findings->add(reading->findings, &finding);
}

/* ---- words ---- */

/* A word of a line, quotes undone, with a NUL behind it. */
struct word {
    char text[MANIFEST_LINE + 1];
    size_t size;
};

static bool
is_blank(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
ends_word(unsigned char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static struct bytes
behind(struct bytes text, size_t count)
{
    return bytes_of(text.data + count, text.size - count);
}

static void
put(struct word *word, unsigned char c)
{
    word->text[word->size++] = (char)c;
}

static int
hex_digit(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static unsigned char
unescaped(unsigned char c)
{
    static const char letters[] = "nrtba";
    static const char values[] = "\n\r\t\b\a";
    const char *at = c != '\0' ? strchr(letters, c) : NULL;
    return at != NULL ? (unsigned char)values[at - letters] : c;
}

/* What a backslash in double quotes stands before: bytes of text used up. */
static size_t
take_escape(struct bytes text, struct word *word)
{
    if (text.size >= 4 && text.data[1] == 'x' && hex_digit(text.data[2]) >= 0 &&
        hex_digit(text.data[3]) >= 0) {
        put(word, (unsigned char)(hex_digit(text.data[2]) << 4 |
                                  hex_digit(text.data[3])));
        return 4;
    }
    put(word, unescaped(text.data[1]));
    return 2;
}

/* From an opening quote to behind the closing one, which must end the word;
 * false when there is none. */
static bool
take_quoted(struct bytes *text, struct word *word)
{
    unsigned char quote = text->data[0];
    *text = behind(*text, 1);
    while (text->size > 0 && text->data[0] != quote) {
        bool escape = text->data[0] == '\\' && text->size > 1 &&
                      (quote == '"' || text->data[1] == '\'');
        if (!escape) {
            put(word, text->data[0]);
            *text = behind(*text, 1);
        } else if (quote == '"') {
            *text = behind(*text, take_escape(*text, word));
        } else {
            put(word, '\'');
            *text = behind(*text, 2);
        }
    }
    if (text->size == 0)
        return false;
    *text = behind(*text, 1);
    return text->size == 0 || is_blank(text->data[0]);
}

/* END when the line has no more words, BAD when a quote is wrong (sds.c
 * sdssplitargs). */
static enum status
take_word(struct bytes *text, struct word *word)
{
    word->size = 0;
    while (text->size > 0 && is_blank(text->data[0]))
        *text = behind(*text, 1);
    if (text->size == 0)
        return STATUS_END;
    bool ended = false;
    while (!ended && text->size > 0 && !ends_word(text->data[0])) {
        if (text->data[0] == '"' || text->data[0] == '\'') {
            if (!take_quoted(text, word))
                return STATUS_BAD;
            ended = true;
        } else {
            put(word, text->data[0]);
            *text = behind(*text, 1);
        }
    }
    word->text[word->size] = '\0';
    return STATUS_OK;
}

/* ---- one line ---- */

/* What the pairs of a line said. */
struct line {
    struct manifest_file file;
    bool has_name;
    bool has_seq;
    bool has_type;
    bool is_known; /* its type */
    unsigned pairs;
};

static bool
is_plain_name(struct bytes name)
{
    if (name.size == 0 || bytes_equal(name, BYTES_LITERAL(".")) ||
        bytes_equal(name, BYTES_LITERAL("..")))
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] == '/' || name.data[i] == '\\' ||
            name.data[i] == '\0')
            return false;
    return true;
}

static void
take_name(struct reading *reading, struct line *line, const struct word *value)
{
    struct bytes copy = arena_copy(&reading->manifest->arena,
                                   bytes_of(value->text, value->size + 1));
    line->file.name = bytes_of(copy.data, value->size);
    line->file.is_safe = is_plain_name(line->file.name);
    line->has_name = true;
    if (!line->file.is_safe)
        tell(reading, FINDING_MANIFEST_NAME,
             "the name is not a plain file name: it is not opened");
}

/* As atoll reads it. */
static int64_t
take_number(const struct reading *reading, const char *what,
            const struct word *value)
{
    char *end;
    long long number = strtoll(value->text, &end, 10);
    if (number > 0 && *end != '\0')
        tell(reading, FINDING_AOF_NUMBER,
             "%s is not written as a plain number: taken as %lld", what,
             number);
    return number;
}

static void
take_seq(struct reading *reading, struct line *line, const struct word *value)
{
    int64_t seq = take_number(reading, "seq", value);
    line->has_seq = true;
    line->file.seq = seq > 0 ? (uint64_t)seq : 0;
    if (seq <= 0)
        tell(reading, FINDING_MANIFEST_SEQ, "seq is not a number above 0");
}

static void
take_type(struct reading *reading, struct line *line, const struct word *value)
{
    char letter = value->text[0];
    line->has_type = true;
    line->is_known = letter == 'b' || letter == 'i' || letter == 'h';
    line->file.type = letter == 'b'   ? MANIFEST_BASE
                      : letter == 'i' ? MANIFEST_INCR
                                      : MANIFEST_HISTORY;
    if (!line->is_known)
        tell(reading, FINDING_MANIFEST_TYPE,
             "the type is neither b nor i nor h");
}

static void
take_pair(struct reading *reading, struct line *line, const struct word *key,
          const struct word *value)
{
    line->pairs++;
    if (strcasecmp(key->text, "file") == 0)
        take_name(reading, line, value);
    else if (strcasecmp(key->text, "seq") == 0)
        take_seq(reading, line, value);
    else if (strcasecmp(key->text, "type") == 0)
        take_type(reading, line, value);
    else if (strcasecmp(key->text, "startoffset") == 0)
        line->file.start_offset = take_number(reading, key->text, value);
    else if (strcasecmp(key->text, "endoffset") == 0)
        line->file.end_offset = take_number(reading, key->text, value);
    else
        tell(reading, FINDING_MANIFEST_UNKNOWN_KEY,
             "a key that no server knows, which is passed over");
}

static void
check_order(struct reading *reading, const struct manifest_file *file)
{
    if (file->type == MANIFEST_BASE) {
        if (reading->has_base)
            tell(reading, FINDING_MANIFEST_TWO_BASES, "a second base");
        reading->has_base = true;
    } else if (file->type == MANIFEST_INCR) {
        if (file->seq > 0 && file->seq <= reading->newest)
            tell(reading, FINDING_MANIFEST_ORDER,
                 "increment %" PRIu64 " behind increment %" PRIu64, file->seq,
                 reading->newest);
        reading->newest =
            file->seq > reading->newest ? file->seq : reading->newest;
    }
}

static void
add_file(struct reading *reading, const struct manifest_file *file)
{
    struct manifest *manifest = reading->manifest;
    if (manifest->count == MANIFEST_FILES_MAX) {
        tell(reading, FINDING_MANIFEST_LINE,
             "more than %d files: this one is left out", MANIFEST_FILES_MAX);
        manifest->lost_lines++;
        return;
    }
    check_order(reading, file);
    if (manifest->count == manifest->room) {
        manifest->room = manifest->room > 0 ? manifest->room * 2 : 8;
        manifest->files = xreallocarray(manifest->files, manifest->room,
                                        sizeof(*manifest->files));
    }
    manifest->files[manifest->count++] = *file;
}

static void
read_line(struct reading *reading, struct bytes text)
{
    struct line line = { .file = { .offset = reading->offset,
                                   .start_offset = -1,
                                   .end_offset = -1 } };
    struct word key;
    struct word value;
    enum { PAIRS_MIN = 3 };
    bool odd = memchr(text.data, '\0', text.size) != NULL;
    enum status status;
    while ((status = take_word(&text, &key)) == STATUS_OK &&
           (status = take_word(&text, &value)) == STATUS_OK)
        take_pair(reading, &line, &key, &value);
    odd |= status == STATUS_BAD || key.size > 0;
    bool is_blank_line = line.pairs == 0 && !odd;
    if (odd || line.pairs < PAIRS_MIN || !line.has_name || !line.has_seq ||
        !line.has_type)
        tell(reading, FINDING_MANIFEST_LINE,
             is_blank_line ? "a blank line"
                           : "not \"file NAME seq N type b|h|i\"");
    if (line.has_name && line.is_known)
        add_file(reading, &line.file);
    else
        reading->manifest->lost_lines += !is_blank_line;
}

/* ---- all of them ---- */

static void
skip_line(struct reader *r)
{
    struct bytes part;
    while (reader_ok(r) && !reader_at_end(r) &&
           reader_part(r, READER_CONTIGUOUS, &part)) {
        const unsigned char *lf = memchr(part.data, '\n', part.size);
        if (lf != NULL) {
            r->pos -= part.size - (size_t)(lf - part.data) - 1;
            return;
        }
    }
}

static void
take_line(struct reading *reading, struct reader *r)
{
    (void)reader_peek(r, MANIFEST_LINE + 1);
    size_t at_hand = reader_available(r);
    if (at_hand > MANIFEST_LINE + 1)
        at_hand = MANIFEST_LINE + 1;
    const unsigned char *lf = memchr(r->pos, '\n', at_hand);
    struct bytes text =
        bytes_of(r->pos, lf != NULL ? (size_t)(lf - r->pos) : at_hand);
    bool is_comment = text.size > 0 && text.data[0] == '#';
    if (lf == NULL && at_hand == MANIFEST_LINE + 1) {
        reading->has_lines = true;
        tell(reading, FINDING_MANIFEST_LINE_LONG,
             "a line of more than %d bytes", MANIFEST_LINE);
        reading->manifest->lost_lines++;
        skip_line(r);
        return;
    }
    if (lf == NULL && !is_comment)
        tell(reading, FINDING_MANIFEST_LINE_OPEN,
             "the last line has no line end");
    r->pos += text.size + (lf != NULL);
    reading->has_lines |= !is_comment;
    if (!is_comment)
        read_line(reading, text);
}

static int
compare_names(const void *a, const void *b)
{
    const struct manifest_file *left = *(const struct manifest_file *const *)a;
    const struct manifest_file *right = *(const struct manifest_file *const *)b;
    int order = bytes_compare(left->name, right->name);
    return order != 0 ? order : (left > right) - (left < right);
}

/* A file that is named twice is loaded twice. */
static void
look_for_duplicates(struct reading *reading)
{
    const struct manifest *manifest = reading->manifest;
    size_t *numbers =
        xreallocarray(NULL, manifest->count + 1, sizeof(*numbers));
    const struct manifest_file **sorted =
        xreallocarray(NULL, manifest->count + 1, sizeof(*sorted));
    size_t count = manifest_loaded(manifest, numbers);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &manifest->files[numbers[i]];
    if (count > 1)
        qsort(sorted, count, sizeof(*sorted), compare_names);
    for (size_t i = 1; i < count; i++) {
        if (!bytes_equal(sorted[i]->name, sorted[i - 1]->name))
            continue;
        reading->offset = sorted[i]->offset;
        tell(reading, FINDING_MANIFEST_DUPLICATE,
             "this file was named before: it is loaded twice");
    }
    free(sorted);
    free(numbers);
}

enum status
manifest_read(struct manifest *manifest, struct reader *reader,
              struct findings *findings)
{
    struct reading reading = { .manifest = manifest, .findings = findings };
    while (!reader_at_end(reader) && reader_ok(reader)) {
        reading.offset = reader_offset(reader);
        take_line(&reading, reader);
    }
    if (!reader_ok(reader))
        return STATUS_FAIL;
    manifest->is_empty = !reading.has_lines;
    if (manifest->count > 0 && !reading.has_base)
        tell(&reading, FINDING_MANIFEST_NO_BASE,
             "no base: what is older than the increments is not in this set");
    reading.offset = reader_offset(reader);
    manifest->is_void = reading.offset == 0;
    if (manifest->is_empty)
        tell(&reading, FINDING_MANIFEST_EMPTY,
             manifest->is_void ? "the manifest is empty"
                               : "the manifest names no file");
    look_for_duplicates(&reading);
    return STATUS_OK;
}

void
manifest_fini(struct manifest *manifest)
{
    arena_fini(&manifest->arena);
    free(manifest->files);
    *manifest = (struct manifest){ .files = NULL };
}

size_t
manifest_loaded(const struct manifest *manifest, size_t *numbers)
{
    size_t count = 0;
    for (size_t i = 0; i < manifest->count && count == 0; i++)
        if (manifest->files[i].type == MANIFEST_BASE)
            numbers[count++] = i;
    for (size_t i = 0; i < manifest->count; i++)
        if (manifest->files[i].type == MANIFEST_INCR)
            numbers[count++] = i;
    return count;
}

/* ---- writing ---- */

static bool
needs_quotes(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = name.data[i];
        if (c <= ' ' || c >= 0x7f || strchr("\\\"'", c) != NULL)
            return true;
    }
    return name.size == 0;
}

static void
append_quoted(struct buffer *out, struct bytes name)
{
    static const char letters[] = "nrtba";
    static const char values[] = "\n\r\t\b\a";
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = name.data[i];
        const char *at = c != '\0' ? strchr(values, c) : NULL;
        if (c == '"' || c == '\\')
            buffer_append_format(out, "\\%c", c);
        else if (at != NULL)
            buffer_append_format(out, "\\%c", letters[at - values]);
        else if (c < ' ' || c >= 0x7f)
            buffer_append_format(out, "\\x%02x", c);
        else
            buffer_append_byte(out, c);
    }
    buffer_append_byte(out, '"');
}

void
manifest_append_line(struct buffer *out, const struct manifest_file *file)
{
    static const char types[] = { [MANIFEST_BASE] = 'b',
                                  [MANIFEST_INCR] = 'i',
                                  [MANIFEST_HISTORY] = 'h' };
    buffer_append_text(out, "file ");
    if (needs_quotes(file->name))
        append_quoted(out, file->name);
    else
        buffer_append(out, file->name.data, file->name.size);
    buffer_append_format(out, " seq %" PRIu64 " type %c", file->seq,
                         types[file->type]);
    if (file->start_offset >= 0)
        buffer_append_format(out, " startoffset %" PRId64, file->start_offset);
    if (file->start_offset >= 0 && file->end_offset >= 0)
        buffer_append_format(out, " endoffset %" PRId64, file->end_offset);
    buffer_append_byte(out, '\n');
}
