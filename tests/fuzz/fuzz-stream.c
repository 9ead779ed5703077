/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Opens the input as a file of unknown content: magic, layers of compression,
 * then every byte; once in blocks as they come, once in small ones.  Both have
 * to give the same bytes, or to end in an error (a library may lose what stood
 * in front of the damage when it gets both at once).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "input/crc64.h"
#include "input/input.h"

/* A bomb has no end: so much is enough of it. */
enum { READ_MAX = 1 << 20 };

struct outcome {
    enum input_kind kind;
    size_t layers;
    uint64_t size;
    uint64_t crc;
    enum error_kind error;
};

static void
drain(struct reader *reader, struct outcome *outcome)
{
    struct bytes part;

    reader_start_crc(reader);
    while (reader_offset(reader) < READ_MAX && !reader_at_end(reader) &&
           reader_ok(reader)) {
        if (!reader_part(reader, READ_MAX - reader_offset(reader), &part))
            break;
        require(part.size > 0);
    }
    outcome->size = reader_offset(reader);
    outcome->crc = reader_crc(reader);
    outcome->error = reader->error.kind;
}

static struct outcome
read_file(const char *path, size_t block_limit)
{
    struct input_options options = { .block_limit = block_limit };
    struct error error = { 0 };
    struct outcome outcome = { 0 };
    static struct input input;

    memset(&input, 0, sizeof(input));
    if (input_open(&input, path, &options, &error) != STATUS_OK) {
        outcome.error = error.kind;
        require(error.kind != ERROR_NONE);
        return outcome;
    }
    outcome.kind = input.kind;
    outcome.layers = input.layer_count;
    require(outcome.layers <= INPUT_LAYERS_MAX);
    drain(&input.reader, &outcome);
    input_close(&input);
    return outcome;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = file_of(bytes_of(data, size));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    struct outcome whole = read_file(path, 0);
    struct outcome parts = read_file(path, 7);
    require((whole.error == ERROR_NONE) == (parts.error == ERROR_NONE));
    if (whole.error == ERROR_NONE)
        require(whole.kind == parts.kind && whole.layers == parts.layers &&
                whole.size == parts.size && whole.crc == parts.crc);
    close(fd);
    return 0;
}
