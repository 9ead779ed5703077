/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Listpacks that are changed in place: what small collections, the nodes of
 * lists and those of streams are made of, byte for byte as a server has them.
 * Only what was written here is read here; packed/ reads bytes of any origin.
 *
 * Entries are named by their offset, from pack_first on; pack_end is the
 * offset behind the last.  Changes leave the offsets of the entries in front
 * as they were.  Texts that are canonical decimals of 64 bits are held as
 * numbers.
 *
 * A pack is at most PACK_MOST bytes large: who adds has asked pack_fits.
 */
#ifndef KEYWEIGH_KEYSPACE_PACK_H
#define KEYWEIGH_KEYSPACE_PACK_H

#include "base/endian.h"
#include "data/item.h"
#include "keyspace/pool.h"
#include "packed/listpack-entry.h"

enum {
    PACK_EMPTY = 7,      /* bytes: header and end mark */
    PACK_MOST = 1 << 30, /* listpack.c LISTPACK_MAX_SAFETY_LIMIT */
    PACK_OVERHEAD = 10,  /* at most, of one text */
    PACK_MANY = 0xffff,  /* entries, from which on the header has no count */
};

struct pack {
    unsigned char *bytes;
    uint32_t size;
    uint32_t count; /* entries */
};

void pack_init(struct pool *pool, struct pack *pack);
void pack_fini(struct pool *pool, struct pack *pack);
struct pack pack_copy(struct pool *pool, const struct pack *pack);

/* Gives the bytes to pool_move. */
static inline void
pack_relocate(struct pool *pool, struct pack *pack)
{
    pack->bytes = pool_move(pool, pack->bytes, pack->size);
}

/* By walking over it. */
uint32_t pack_count(const struct pack *pack);

/* Bytes that a pack made before, count and all. */
static inline struct pack
pack_of(unsigned char *bytes, uint32_t size)
{
    struct pack pack = { bytes, size, load_u16le(bytes + 4) };
    if (pack.count == PACK_MANY)
        pack.count = pack_count(&pack);
    return pack;
}

/* Whether a text of so many bytes may be added. */
static inline bool
pack_fits(const struct pack *pack, uint64_t text)
{
    return text <= PACK_MOST && pack->size + text <= PACK_MOST - PACK_OVERHEAD;
}

/* Bytes that an entry takes at most whose text has so many: numbers take
 * less. */
static inline uint64_t
pack_entry_most(uint64_t text)
{
    uint64_t encoded = listpack_entry_head_size(text) + text;
    return encoded + listpack_entry_backlen(encoded);
}

/* --- reading --- */

static inline uint32_t
pack_first(void)
{
    return PACK_EMPTY - 1;
}

static inline uint32_t
pack_end(const struct pack *pack)
{
    return pack->size - 1;
}

/* The offset of the next entry, pack_end behind the last; of the one before,
 * which must be there. */
uint32_t pack_next(const struct pack *pack, uint32_t offset);
uint32_t pack_previous(const struct pack *pack, uint32_t offset);

/* The offset of an entry by its index, which is at most the count. */
uint32_t pack_seek(const struct pack *pack, uint32_t index);

/* The entry's text, valid until the next change; digits go to room. */
struct bytes pack_get(const struct pack *pack, uint32_t offset,
                      char room[TEXT_DIGITS]);

/* The same as an item's text: a number is TEXT_INTEGER. */
struct text pack_text(const struct pack *pack, uint32_t offset);

/* False when the entry is no number. */
bool pack_number(const struct pack *pack, uint32_t offset, int64_t *number);

/* The offset of the first entry from offset on that equals the text, looking
 * at one of every `stride`; pack_end when there is none. */
uint32_t pack_find(const struct pack *pack, uint32_t offset,
                   struct bytes text, unsigned stride);

/* --- changing --- */

/* Puts a new entry before the one at offset (behind all at pack_end) and
 * returns the offset behind the new one.  Texts must not be the pack's own. */
uint32_t pack_insert(struct pool *pool, struct pack *pack, uint32_t offset,
                     struct bytes text);
uint32_t pack_insert_number(struct pool *pool, struct pack *pack,
                            uint32_t offset, int64_t number);

/* The same with one text or more, for all of which there must be room: each
 * comes behind the one before it, or, backwards, in front of that. */
void pack_insert_all(struct pool *pool, struct pack *pack, uint32_t offset,
                     const struct bytes *texts, size_t count, bool backwards);

/* Another text in an entry's place; returns the offset behind it. */
uint32_t pack_replace(struct pool *pool, struct pack *pack, uint32_t offset,
                      struct bytes text);
uint32_t pack_replace_number(struct pool *pool, struct pack *pack,
                             uint32_t offset, int64_t number);

/* Takes out the entries from one offset up to another. */
void pack_remove(struct pool *pool, struct pack *pack, uint32_t from,
                 uint32_t to, uint32_t entries);

static inline void
pack_append(struct pool *pool, struct pack *pack, struct bytes text)
{
    pack_insert(pool, pack, pack_end(pack), text);
}

static inline void
pack_append_number(struct pool *pool, struct pack *pack, int64_t number)
{
    pack_insert_number(pool, pack, pack_end(pack), number);
}

#endif
