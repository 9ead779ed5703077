/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Decodes LZF as a stream, in small reads, through a parent that gives few
 * bytes at a time, and its first bytes alone; liblzf has to agree.
 *
 * The input's first byte chooses how the output's size is promised (bit 0: as
 * liblzf finds it, when that decodes; else from the next two bytes), the size
 * of reads (bits 1-2) and what the parent gives at a time (bits 3-4).
 */
#include <liblzf/lzf.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/drip.h"
#include "fuzz.h"
#include "rdb/lzf-stream.h"

enum { OUTPUT_MAX = 1 << 20, HEAD_MAX = 100 };

static struct lzf_stream lzf;
static unsigned char expected[OUTPUT_MAX];
static unsigned char output[OUTPUT_MAX];

/* Reads the whole stream; returns how much came. */
static size_t
decode(struct reader *parent, size_t clen, size_t ulen, size_t step,
       bool *good)
{
    struct error error = { 0 };
    enum status status = STATUS_OK;
    size_t done = 0;
    lzf_stream_init(&lzf, parent, clen, ulen);
    while (status == STATUS_OK) {
        size_t got = 0;
        unsigned char *room = malloc(step);
        require(room != NULL);
        status = lzf.stream.ops->read(&lzf.stream, room, step, &got, &error);
        if (status == STATUS_OK) {
            require(got > 0 && got <= step && got <= ulen - done);
            memcpy(output + done, room, got);
            done += got;
        }
        free(room);
    }
    *good = status == STATUS_END;
    require(*good == (error.kind == ERROR_NONE));
    require(!*good || lzf_stream_remaining(&lzf) == 0);
    return done;
}

static void
check_head(struct bytes compressed, size_t ulen)
{
    size_t got;
    unsigned char head[HEAD_MAX];
    bool good = lzf_head(compressed, head, HEAD_MAX, &got);
    require(good && got == (ulen < HEAD_MAX ? ulen : HEAD_MAX));
    require(memcmp(head, expected, got) == 0);
    if (compressed.size > 2 * HEAD_MAX + 1)
        compressed.size = 2 * HEAD_MAX + 1;
    require(lzf_head(compressed, head, HEAD_MAX, &got));
    require(got == (ulen < HEAD_MAX ? ulen : HEAD_MAX));
    for (compressed.size = 0; compressed.size < 20; compressed.size++) {
        if (compressed.size < ulen)
            require(!lzf_head(compressed, head, 3, &got) || got <= 3);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t steps[] = { 1, 50, 3000, OUTPUT_MAX };
    static const size_t drips[] = { 1, 5, 40, SIZE_MAX };
    if (size < 4)
        return 0;
    unsigned choice = data[0];
    size_t ulen = (size_t)data[1] << 8 | data[2];
    unsigned char *in = malloc(size - 3);
    require(in != NULL);
    memcpy(in, data + 3, size - 3);
    struct bytes compressed = bytes_of(in, size - 3);
    unsigned whole = lzf_decompress(in, (unsigned)compressed.size, expected,
                                    OUTPUT_MAX);
    if ((choice & 1) != 0 && whole > 0)
        ulen = whole;

    size_t head;
    unsigned char few[7];
    (void)lzf_head(compressed, few, sizeof(few), &head);
    require(head <= sizeof(few));

    struct reader parent;
    bool good;
    struct drip drip = drip_of(compressed, drips[choice >> 3 & 3]);
    reader_init(&parent, &drip.stream, 2 * READER_CONTIGUOUS);
    size_t done = decode(&parent, compressed.size, ulen,
                         steps[choice >> 1 & 3], &good);
    require(reader_offset(&parent) + lzf_stream_remaining(&lzf) ==
            compressed.size);
    reader_fini(&parent);
    require(good == (whole > 0 && whole == ulen));
    if (whole > 0)
        require(memcmp(output, expected, done < whole ? done : whole) == 0);
    if (good) {
        require(done == ulen);
        check_head(compressed, ulen);
    }
    free(in);
    return 0;
}
