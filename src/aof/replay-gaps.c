/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/replay-gaps.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/xalloc.h"

enum { NAME_MOST = 64 }; /* bytes of a name that are kept */

void
replay_gaps_fini(struct replay_gaps *gaps)
{
    for (size_t i = 0; i < gaps->count; i++)
        free(gaps->names[i]);
    gaps->count = 0;
}

static size_t
printable(char into[NAME_MOST], struct bytes name)
{
    size_t size = name.size < NAME_MOST ? name.size : NAME_MOST;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = name.data[i];
        into[i] = byte < 0x20 || byte > 0x7e ? '?' : (char)toupper(byte);
    }
    return size;
}

static struct replay_gap *
find_or_add(struct replay_gaps *gaps, struct bytes name, uint64_t part,
            uint64_t offset)
{
    for (size_t i = 0; i < gaps->count; i++)
        if (bytes_equal(bytes_of_text(gaps->gaps[i].name), name))
            return &gaps->gaps[i];
    struct replay_gap *last = &gaps->gaps[REPLAY_GAPS_MAX - 1];
    if (gaps->count == REPLAY_GAPS_MAX)
        return last;
    size_t number = gaps->count++;
    if (number == REPLAY_GAPS_MAX - 1)
        name = BYTES_LITERAL("(others)");
    gaps->names[number] = xmemdup(name.data, name.size);
    gaps->gaps[number] = (struct replay_gap){
        .name = gaps->names[number],
        .part = part,
        .offset = offset,
    };
    return &gaps->gaps[number];
}

void
replay_gaps_add(struct replay_gaps *gaps, struct bytes name, uint64_t part,
                uint64_t offset)
{
    char text[NAME_MOST];
    struct bytes upper = bytes_of(text, printable(text, name));
    find_or_add(gaps, upper, part, offset)->count++;
}
