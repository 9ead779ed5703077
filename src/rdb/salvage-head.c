/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the first bytes at a place can tell: whether a record may begin there.
 * Most places are passed over by this look alone.
 */
#include "rdb/salvage-parts.h"

#include <ctype.h>

#include "base/endian.h"
#include "rdb/opcodes.h"

enum {
    AT_HAND = 64 * 1024, /* bytes, but at the end */
    CRC_SIZE = 8,
    VERSION_WITH_CRC = 5,
    NAME_PLAUSIBLE = 1024 * 1024,
    MAGIC_SIZE = 9,
};

struct bytes
salvage_scan_look(struct salvage_scan *scan, uint64_t offset)
{
    struct window *window = &scan->window;
    struct bytes bytes = window_at(window, offset, AT_HAND);
    if (window->error.kind != ERROR_NONE && scan->error.kind == ERROR_NONE)
        scan->error = window->error;
    return bytes;
}

bool
salvage_scan_ends_at(const struct salvage_scan *scan, uint64_t offset)
{
    const struct salvage_options *options = scan->options;
    if (offset == options->limit)
        return true;
    return options->log_begins != NULL &&
           options->log_begins(options->context, offset) > 0;
}

static bool
is_end(const struct salvage_scan *scan, uint64_t offset)
{
    uint64_t size =
        scan->place.facts.version >= VERSION_WITH_CRC ? 1 + CRC_SIZE : 1;
    return offset + size <= scan->options->limit &&
           salvage_scan_ends_at(scan, offset + size);
}

/* A STR that could be a key's name, of which no writer makes an empty one
 * worth to be looked for. */
static bool
is_name(struct bytes head)
{
    if (head.size < 6)
        return head.size > 1 && head.data[0] > 0 && head.data[0] < 64;
    unsigned char first = head.data[0];
    switch (first >> 6) {
    case 0:
        return first > 0;
    case 1:
        return true;
    case 2:
        return first == 0x80 && load_u32be(head.data + 1) < NAME_PLAUSIBLE;
    default:
        return first <= 0xc3;
    }
}

static bool
is_expiry(struct bytes head)
{
    if (head.size < 10)
        return false;
    uint64_t ms = load_u64le(head.data + 1);
    return ms >> 43 == 0 && ms >> 38 != 0;
}

static bool
is_opcode(const struct salvage_scan *scan, uint64_t offset, struct bytes head)
{
    if (head.size < 4)
        return head.data[0] == OPCODE_EOF && is_end(scan, offset);
    unsigned char next = head.data[1];
    switch (head.data[0]) {
    case OPCODE_EOF:
        return is_end(scan, offset);
    case OPCODE_EXPIRETIME_MS:
        return is_expiry(head);
    case OPCODE_AUX:
        return next > 0 && next < 64 && isgraph(head.data[2]);
    case OPCODE_KEY_META:
        return scan->place.facts.dialect == RDB_REDIS && next < 8;
    case OPCODE_FUNCTION_2:
    case OPCODE_MODULE_AUX:
    case OPCODE_SLOT_INFO:
    case OPCODE_IDLE:
    case OPCODE_RESIZEDB:
    case OPCODE_SELECTDB:
        return next < 0xc0 || next == 0xc3;
    case OPCODE_FREQ:
    case OPCODE_EXPIRETIME:
        return true;
    default:
        return false;
    }
}

/* Types that servers write into files: no text is made of such bytes. */
bool
salvage_scan_is_head(const struct salvage_scan *scan, uint64_t offset,
                     struct bytes head)
{
    const struct rdb_type *type = scan->cursor.rdb->types[head.data[0]];
    if (type == NULL)
        return is_opcode(scan, offset, head);
    return type->walk != NULL && type->since <= scan->place.facts.version &&
           is_name(bytes_of(head.data + 1, head.size - 1));
}

bool
salvage_scan_is_magic(struct bytes head)
{
    if (head.size < MAGIC_SIZE)
        return false;
    size_t letters = bytes_starts_with(head, BYTES_LITERAL("REDIS"))    ? 5
                     : bytes_starts_with(head, BYTES_LITERAL("VALKEY")) ? 6
                                                                        : 0;
    for (size_t i = letters; letters > 0 && i < MAGIC_SIZE; i++)
        if (!isdigit(head.data[i]))
            return false;
    return letters > 0;
}
