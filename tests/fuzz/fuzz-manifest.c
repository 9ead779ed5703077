/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads the input as the manifest of a set, whole and in small pieces, and
 * writes what was understood: that has to read back as the same files, without
 * a fault.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aof/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MOST = 64 * 1024 };

static void
require(bool holds)
{
    if (!holds)
        abort();
}

struct found {
    struct findings findings;
    uint64_t count;
    uint64_t faults; /* of one line */
    uint64_t sum;    /* of codes and offsets */
};

static void
found_add(struct findings *self, const struct finding *finding)
{
    struct found *found = (struct found *)self;
    bool of_all = finding->code == FINDING_MANIFEST_NO_BASE ||
                  finding->code == FINDING_MANIFEST_EMPTY ||
                  finding->code == FINDING_MANIFEST_TWO_BASES ||
                  finding->code == FINDING_MANIFEST_ORDER ||
                  finding->code == FINDING_MANIFEST_DUPLICATE;
    require(finding->code < FINDING_COUNT);
    require(*finding_name(finding->code) != '\0' && *finding->text != '\0');
    found->count++;
    found->faults += !of_all;
    found->sum = found->sum * 31 + finding->offset * 131 + finding->code;
}

/* Gives one byte at a time. */
struct drip {
    struct stream stream;
    const uint8_t *data;
    size_t size;
};

static enum status
drip_read(struct stream *self, unsigned char *into, size_t capacity,
          size_t *got, struct error *error)
{
    struct drip *drip = (struct drip *)self;
    (void)capacity;
    (void)error;
    if (drip->size == 0)
        return STATUS_END;
    *into = *drip->data++;
    drip->size--;
    *got = 1;
    return STATUS_OK;
}

static void
drip_close(struct stream *self)
{
    (void)self;
}

static struct found
read_manifest(struct manifest *manifest, struct reader *reader)
{
    struct found found = { .findings = { found_add } };
    require(manifest_read(manifest, reader, &found.findings) == STATUS_OK);
    reader_fini(reader);
    return found;
}

static void
look_at(const struct manifest *manifest)
{
    size_t *numbers = malloc((manifest->count + 1) * sizeof(*numbers));
    require(numbers != NULL);
    size_t count = manifest_loaded(manifest, numbers);
    require(count <= manifest->count);
    for (size_t i = 0; i < count; i++)
        require(numbers[i] < manifest->count);
    for (size_t i = 0; i < manifest->count; i++) {
        const struct manifest_file *file = &manifest->files[i];
        require(file->name.data[file->name.size] == '\0');
        if (file->is_safe)
            require(file->name.size > 0 &&
                    strlen((const char *)file->name.data) ==
                        file->name.size &&
                    strchr((const char *)file->name.data, '/') == NULL);
    }
    free(numbers);
}

static void
require_same(const struct manifest *a, const struct manifest *b)
{
    require(a->count == b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct manifest_file *x = &a->files[i];
        const struct manifest_file *y = &b->files[i];
        require(bytes_equal(x->name, y->name));
        require(x->seq == y->seq && x->type == y->type);
    }
}

/* Lines whose words are all right are written, and read again. */
static void
write_and_read(const struct manifest *manifest)
{
    struct buffer text = { 0 };
    struct manifest wanted = { .files = NULL };
    struct manifest again = { .files = NULL };
    struct reader reader;
    wanted.files = malloc((manifest->count + 1) * sizeof(*wanted.files));
    require(wanted.files != NULL);
    for (size_t i = 0; i < manifest->count; i++) {
        size_t before = text.size;
        if (!manifest->files[i].is_safe || manifest->files[i].seq == 0)
            continue;
        manifest_append_line(&text, &manifest->files[i]);
        if (text.size - before > MANIFEST_LINE + 1)
            text.size = before; /* escapes made it longer than was read */
        else
            wanted.files[wanted.count++] = manifest->files[i];
    }
    reader_init_memory(&reader, buffer_bytes(&text), 0);
    struct found found = read_manifest(&again, &reader);
    require(found.faults == 0);
    require_same(&wanted, &again);
    manifest_fini(&again);
    free(wanted.files);
    buffer_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct stream_ops ops = {
        .read = drip_read,
        .close = drip_close,
    };
    struct drip drip = { { &ops }, data, size };
    struct manifest whole = { .files = NULL };
    struct manifest parts = { .files = NULL };
    struct reader reader;
    if (size > SIZE_MOST)
        return 0;
    reader_init_memory(&reader, bytes_of(data, size), 0);
    struct found found = read_manifest(&whole, &reader);
    reader_init(&reader, &drip.stream, 2 * READER_CONTIGUOUS);
    struct found dripped = read_manifest(&parts, &reader);
    require(found.count == dripped.count && found.sum == dripped.sum);
    require_same(&whole, &parts);
    look_at(&whole);
    write_and_read(&whole);
    manifest_fini(&whole);
    manifest_fini(&parts);
    return 0;
}
