/* SPDX-License-Identifier: BSD-3-Clause */
#include "packed/packed.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "packed/packed-ops.h"

static const struct packed_ops *const kinds[] = {
    [NODE_ZIPMAP] = &packed_zipmap,
    [NODE_ZIPLIST] = &packed_ziplist,
    [NODE_LISTPACK] = &packed_listpack,
    [NODE_INTSET] = &packed_intset,
};

const char *
packed_name(enum node_kind kind)
{
    return kind == NODE_PLAIN ? "plain node" : kinds[kind]->name;
}

enum status
packed_open(struct packed *p, enum node_kind kind, struct reader *reader,
            uint64_t size)
{
    *p = (struct packed){
        .kind = kind,
        .reader = reader,
        .size = size,
        .start = reader_offset(reader),
        .count = NODE_COUNT_UNKNOWN,
    };
    if (!reader_ok(reader))
        return STATUS_FAIL;
    const struct packed_ops *ops = kinds[kind];
    if (size < ops->minimum) {
        error_set_at(&reader->error, ERROR_DAMAGED, p->start,
                     "%s of %" PRIu64 " bytes is too short", ops->name, size);
        return STATUS_BAD;
    }
    const unsigned char *header = reader_take(reader, ops->header);
    return header != NULL ? ops->open(p, header) : STATUS_FAIL;
}

enum status
packed_next(struct packed *p, struct packed_entry *entry)
{
    if (!reader_ok(p->reader))
        return STATUS_FAIL;
    return kinds[p->kind]->next(p, entry);
}

enum status
packed_close(struct packed *p)
{
    uint64_t rest = packed_rest(p);
    if (rest == 0)
        return reader_ok(p->reader) ? STATUS_OK : STATUS_FAIL;
    if (!reader_skip(p->reader, rest - 1))
        return STATUS_FAIL;
    const unsigned char *last = reader_take(p->reader, 1);
    if (last == NULL)
        return STATUS_FAIL;
    if (p->kind != NODE_INTSET && *last != PACKED_END_MARK)
        p->faults |= PACKED_NO_END;
    return STATUS_OK;
}

const unsigned char *
packed_head_short(struct packed *p, uint64_t rest,
                  unsigned char room[PACKED_HEAD])
{
    size_t size = rest < PACKED_HEAD ? (size_t)rest : PACKED_HEAD;
    if (!reader_need(p->reader, size))
        return NULL;
    memset(room, 0, PACKED_HEAD);
    memcpy(room, p->reader->pos, size);
    return room;
}

enum status
packed_bad(struct packed *p, const char *format, ...)
{
    char text[128];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    error_set_at(&p->reader->error, ERROR_DAMAGED, reader_offset(p->reader),
                 "%s entry %" PRIu64 ": %s", packed_name(p->kind), p->entries,
                 text);
    return STATUS_BAD;
}

void
packed_no_end(struct packed *p)
{
    bool looks_right = p->reader->pos[-1] == PACKED_END_MARK;
    p->faults |= looks_right ? PACKED_OVERRUN : PACKED_NO_END;
}

void
packed_end_mark(struct packed *p, uint64_t rest)
{
    p->reader->pos++;
    if (rest > 1)
        p->faults |= PACKED_TRAILING;
}
