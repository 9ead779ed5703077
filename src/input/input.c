/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "input/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/codec.h"
#include "input/stream-file.h"

static const struct codec *const codecs[] = {
    &stream_gzip,
    &stream_zstd,
    &stream_lz4,
    &stream_vkcs,
};

enum { CODEC_COUNT = sizeof(codecs) / sizeof(codecs[0]) };

/* What the content begins with, at most so many bytes of it. */
static struct bytes
beginning(struct reader *r, size_t at_most)
{
    (void)reader_peek(r, at_most);
    size_t size = reader_available(r);
    return bytes_of(r->pos, size < at_most ? size : at_most);
}

static bool
is_command(struct bytes text)
{
    if (text.size == 0 || text.data[0] != '*')
        return false;
    return text.size == 1 || text.data[1] == '-' || text.data[1] == '+' ||
           (text.data[1] >= '0' && text.data[1] <= '9');
}

static bool
is_blank(unsigned char c)
{
    return c == ' ' || c == '\t';
}

/* A line of a manifest is pairs of a name and a value, in any order. */
static bool
is_manifest_line(struct bytes line)
{
    static const char *const names[] = { "file", "seq", "type", "startoffset",
                                         "endoffset" };
    while (line.size > 0 && is_blank(line.data[0]))
        line = bytes_of(line.data + 1, line.size - 1);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t length = strlen(names[i]);
        if (line.size > length && is_blank(line.data[length]) &&
            strncasecmp((const char *)line.data, names[i], length) == 0)
            return true;
    }
    return false;
}

/* What follows the lines that begin with '#'; empty when nothing does. */
static struct bytes
behind_comments(struct bytes text)
{
    while (text.size > 0 && text.data[0] == '#') {
        const unsigned char *newline = memchr(text.data, '\n', text.size);
        size_t length = newline != NULL ? (size_t)(newline - text.data) + 1
                                        : text.size;
        text = bytes_of(text.data + length, text.size - length);
    }
    return text;
}

/* Whether there are such lines as far as can be looked.  A log may begin so:
 * they are annotations there, of less than 1024 bytes each. */
static bool
is_filled_with_comments(struct bytes start)
{
    enum { LINE = 1024 };
    return start.size == READER_CONTIGUOUS &&
           behind_comments(start).size == 0 &&
           memchr(start.data + start.size - LINE, '\n', LINE) != NULL;
}

static enum input_kind
classify_text(struct reader *r)
{
    if (bytes_starts_with(beginning(r, 4), BYTES_LITERAL("#TS:")))
        return INPUT_AOF;
    struct bytes start = beginning(r, READER_CONTIGUOUS);
    struct bytes text = behind_comments(start);
    if (is_command(text) || is_filled_with_comments(start))
        return INPUT_AOF;
    return is_manifest_line(text) ? INPUT_MANIFEST : INPUT_UNKNOWN;
}

static bool
is_text(unsigned char c)
{
    return (c >= 0x20 && c < 0x7f) || c == '\t';
}

static enum input_kind
classify(struct reader *r)
{
    struct bytes start = beginning(r, 6);
    if (start.size == 0)
        return INPUT_EMPTY;
    if (bytes_starts_with(start, BYTES_LITERAL("REDIS")) ||
        bytes_starts_with(start, BYTES_LITERAL("VALKEY")) ||
        bytes_starts_with(start, BYTES_LITERAL("$EOF:")))
        return INPUT_RDB;
    if (is_command(start))
        return INPUT_AOF;
    return is_text(start.data[0]) ? classify_text(r) : INPUT_UNKNOWN;
}

static const struct codec *
next_codec(struct reader *r)
{
    (void)codec_skip_skippable(r);
    for (size_t i = 0; i < CODEC_COUNT; i++)
        if (codec_is_next(codecs[i], r))
            return codecs[i];
    return NULL;
}

/* Puts codecs on top of each other until what comes out is not compressed. */
static enum status
undo_compression(struct input *input, struct error *error)
{
    const struct codec *codec = next_codec(&input->reader);
    for (; codec != NULL; codec = next_codec(&input->reader)) {
        if (codec->begin == NULL) {
            error_set(error, ERROR_UNSUPPORTED, "%s: this build has no %s",
                      codec->name, codec->needs);
            return STATUS_FAIL;
        }
        if (input->layer_count == INPUT_LAYERS_MAX) {
            error_set(error, ERROR_UNSUPPORTED,
                      "compressed more than %d times", INPUT_LAYERS_MAX);
            return STATUS_FAIL;
        }
        input->layers[input->layer_count++] = codec->name;
        struct stream *stream = stream_codec_new(codec, &input->reader);
        reader_init(&input->reader, stream, 0);
    }
    return STATUS_OK;
}

static int
open_path(const char *path)
{
    if (strcmp(path, "-") == 0)
        return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* Learns what kind of file it is; false with the error set when nothing can be
 * read from it. */
static bool
examine_file(struct input *input, int fd, struct error *error)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        error_set(error, ERROR_IO, "cannot open: %s", strerror(errno));
        return false;
    }
    if (S_ISDIR(status.st_mode)) {
        error_set_unreadable(error, EISDIR);
        return false;
    }
    input->device = (uint64_t)status.st_dev;
    input->inode = (uint64_t)status.st_ino;
    if (S_ISREG(status.st_mode)) {
        input->size = (uint64_t)status.st_size;
        input->is_seekable = lseek(fd, 0, SEEK_CUR) == 0;
    }
    return true;
}

enum status
input_open(struct input *input, const char *path,
           const struct input_options *options, struct error *error)
{
    memset(input, 0, sizeof(*input));
    int fd = open_path(path);
    if (fd < 0) {
        error_set(error, ERROR_IO, "cannot open: %s", strerror(errno));
        return STATUS_FAIL;
    }
    if (!examine_file(input, fd, error)) {
        (void)close(fd);
        return STATUS_FAIL;
    }
    const struct stream_file_options file_options = {
        .block_limit = options != NULL ? options->block_limit : 0,
        .stop_at_size = options != NULL && options->stop_at_size,
        .read = &input->consumed,
        .waiting = options != NULL ? options->waiting : NULL,
        .context = options != NULL ? options->context : NULL,
    };
    reader_init(&input->reader, stream_file_new(fd, &file_options), 0);
    enum status status = undo_compression(input, error);
    if (status == STATUS_OK) {
        input->kind = classify(&input->reader);
        input->is_seekable = input->is_seekable && input->layer_count == 0;
    }
    if (status == STATUS_OK && !reader_ok(&input->reader)) {
        *error = input->reader.error;
        status = STATUS_FAIL;
    }
    if (status != STATUS_OK)
        input_close(input);
    return status;
}

void
input_close(struct input *input)
{
    reader_fini(&input->reader);
}

uint64_t
input_consumed(const struct input *input)
{
    return atomic_load_explicit(&input->consumed, memory_order_relaxed);
}

const char *
input_kind_name(enum input_kind kind)
{
    static const char *const names[] = {
        [INPUT_UNKNOWN] = "unknown", [INPUT_EMPTY] = "empty",
        [INPUT_RDB] = "RDB",         [INPUT_AOF] = "AOF",
        [INPUT_MANIFEST] = "AOF manifest",
    };
    return names[kind];
}
