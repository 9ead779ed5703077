/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the four kinds of packed blob implement, and what they share.  Only
 * for the files of this folder.
 */
#ifndef KEYWEIGH_PACKED_PACKED_OPS_H
#define KEYWEIGH_PACKED_PACKED_OPS_H

#include "packed/packed.h"

struct packed_ops {
    const char *name;
    unsigned header;  /* bytes the header takes */
    unsigned minimum; /* bytes of the smallest blob */

    /* Reads the header's bytes, of a blob that is not shorter than minimum.
     * STATUS_OK or STATUS_BAD. */
    enum status (*open)(struct packed *p, const unsigned char *header);
    enum status (*next)(struct packed *p, struct packed_entry *entry);
};

extern const struct packed_ops packed_ziplist;
extern const struct packed_ops packed_listpack;
extern const struct packed_ops packed_intset;
extern const struct packed_ops packed_zipmap;

enum {
    PACKED_END_MARK = 0xff,
    PACKED_HEAD = 16, /* no entry has more before its text, or as a number */
    PACKED_WHOLE = READER_CONTIGUOUS - PACKED_HEAD, /* longest whole text */
};

/* Bytes of the blob that are not taken yet. */
static inline uint64_t
packed_rest(const struct packed *p)
{
    uint64_t taken = reader_offset(p->reader) - p->start;
    return taken < p->size ? p->size - taken : 0;
}

/* Looks at the next PACKED_HEAD bytes: the blob's are as they are, what lies
 * behind its end is anything.  NULL when the input ends inside the blob. */
const unsigned char *packed_head_short(struct packed *p, uint64_t rest,
                                       unsigned char room[PACKED_HEAD]);

static inline const unsigned char *
packed_head(struct packed *p, uint64_t rest, unsigned char room[PACKED_HEAD])
{
    if (reader_available(p->reader) >= PACKED_HEAD)
        return p->reader->pos;
    return packed_head_short(p, rest, room);
}

/* The entry that begins at the reader's next byte cannot be decoded: sets the
 * reader's error.  Returns STATUS_BAD. */
enum status packed_bad(struct packed *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The latest entry, taken to its end, ended with the blob: notes what became
 * of the end mark. */
void packed_no_end(struct packed *p);

/* Takes the end mark.  The caller knows it is there. */
void packed_end_mark(struct packed *p, uint64_t rest);

#endif
