/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Walks a blob twice: over memory, and over a stream that gives few bytes at
 * a time with other input behind the blob.  Both walks have to hand out the
 * same entries, inside the blob and in order, and end the same way.
 *
 * The first byte of the input chooses:
 *   bits 0-1  ziplist, listpack, intset, zipmap
 *   bits 2-3  bytes that the stream gives at a time: 1, 7, 100, 4000 (of long
 *             blobs 97 times that)
 *   bit 4     the second byte says where 70000 more bytes are put in, so that
 *             texts reach the size that goes in parts
 *   bit 5     the blob claims more bytes than there are
 */
#include <stdlib.h>
#include <string.h>

#include "../unit/drip.h"
#include "fuzz.h"
#include "packed/packed.h"

enum { MORE = 70000, BEHIND = 20 };

/* What a walk is compared by. */
struct outcome {
    uint64_t digest;
    uint64_t entries;
    uint64_t stop; /* where it ended, from the blob's start */
    unsigned faults;
    enum status opened, ended, closed;
    char words[ERROR_TEXT_MAX];
};

static void
mix(struct outcome *outcome, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        outcome->digest = (outcome->digest ^ bytes[i]) * 0x100000001b3;
}

/* False when the input ended inside a text that goes in parts. */
static bool
mix_entry(struct outcome *outcome, struct reader *reader,
          const struct packed_entry *entry)
{
    char room[TEXT_DIGITS];
    const struct text *text = &entry->text;
    mix(outcome, &entry->offset, sizeof(entry->offset));
    mix(outcome, &text->size, sizeof(text->size));
    if (text->kind != TEXT_PARTS) {
        struct bytes bytes = text_bytes(text, room);
        require(bytes.size == text->size);
        mix(outcome, bytes.data, bytes.size);
        require(listpack_entry_size(text) >= 2);
        return true;
    }
    struct bytes part;
    for (uint64_t left = text->size; left > 0; left -= part.size) {
        if (!reader_part(reader, left, &part))
            return false;
        mix(outcome, part.data, part.size);
    }
    return true;
}

static void
walk(struct outcome *outcome, enum node_kind kind, struct reader *reader,
     uint64_t size)
{
    struct packed p;
    struct packed_entry entry;
    uint64_t start = reader_offset(reader);
    uint64_t least = 0;
    enum status status = packed_open(&p, kind, reader, size);
    outcome->opened = status;
    while (status == STATUS_OK) {
        status = packed_next(&p, &entry);
        if (status != STATUS_OK)
            break;
        require(entry.offset >= least && entry.offset < size);
        require(entry.text.kind == TEXT_INTEGER ||
                entry.text.size < size - entry.offset);
        least = entry.offset + 1;
        outcome->entries++;
        if (!mix_entry(outcome, reader, &entry))
            status = STATUS_FAIL;
    }
    outcome->ended = status;
    outcome->stop = reader_offset(reader) - start;
    require(outcome->stop <= size);
    require((status == STATUS_END) == reader_ok(reader));
    memcpy(outcome->words, reader->error.text, sizeof(outcome->words));
    if (status == STATUS_BAD)
        error_clear(&reader->error);
    if (status != STATUS_FAIL) {
        outcome->closed = packed_close(&p);
        require(outcome->closed == STATUS_FAIL ||
                reader_offset(reader) == start + size);
    }
    outcome->faults = p.faults;
    require(p.entries == outcome->entries);
}

/* The blob of an input, in a block of its own. */
static unsigned char *
make_blob(const uint8_t *data, size_t size, bool longer, size_t *made)
{
    size_t place = 0;
    if (longer && size > 0) {
        place = data[0] < size ? data[0] : size - 1;
        data++;
        size--;
    }
    size_t more = longer ? MORE : 0;
    unsigned char *blob = malloc(size + more + BEHIND);
    require(blob != NULL);
    memset(blob, 'x', size + more + BEHIND);
    if (size > 0) {
        memcpy(blob, data, place);
        memcpy(blob + place + more, data + place, size - place);
    }
    *made = size + more;
    return blob;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum node_kind kinds[] = { NODE_ZIPLIST, NODE_LISTPACK,
                                            NODE_INTSET, NODE_ZIPMAP };
    static const size_t steps[] = { 1, 7, 100, 4000 };
    static struct outcome plain, dripped;
    if (size == 0)
        return 0;
    unsigned choice = data[0];
    enum node_kind kind = kinds[choice & 3];
    bool claims_more = (choice & 32) != 0;
    size_t made;
    unsigned char *blob = make_blob(data + 1, size - 1, choice & 16, &made);
    uint64_t claimed = made + (claims_more ? 9u : 0u);

    struct reader reader;
    memset(&plain, 0, sizeof(plain));
    unsigned char *exact = malloc(made > 0 ? made : 1);
    require(exact != NULL);
    memcpy(exact, blob, made);
    reader_init_memory(&reader, bytes_of(exact, made), 0);
    walk(&plain, kind, &reader, claimed);
    reader_fini(&reader);
    free(exact);

    memset(&dripped, 0, sizeof(dripped));
    size_t given = made + (claims_more ? 0 : BEHIND);
    size_t step = steps[choice >> 2 & 3];
    struct drip drip = drip_of(bytes_of(blob, given),
                               made > MORE ? step * 97 : step);
    reader_init(&reader, &drip.stream, 2 * READER_CONTIGUOUS);
    walk(&dripped, kind, &reader, claimed);
    reader_fini(&reader);
    free(blob);

    require(memcmp(&plain, &dripped, sizeof(plain)) == 0);
    return 0;
}
