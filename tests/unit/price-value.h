/* SPDX-License-Identifier: BSD-3-Clause
 *
 * For the tests of what values cost: one value, handed item by item to a
 * pricer for one server.
 */
#ifndef KEYWEIGH_TESTS_PRICE_VALUE_H
#define KEYWEIGH_TESTS_PRICE_VALUE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/pricer.h"

static struct profile profile;
static struct pricer *pricer;
static struct key key;

static inline void
value_begin(const char *server, const char *name, enum type type,
            unsigned char type_byte)
{
    struct rdb_facts facts = { .version = 13 };
    struct profile_request request = { .server = server };
    profile_resolve(&profile, &request, &facts);
    pricer = pricer_new(&profile, 1, PRICE_MEMORY);
    key = (struct key){ .name = bytes_of_text(name),
                        .name_size = strlen(name),
                        .idle_s = -1,
                        .freq = -1,
                        .type = type,
                        .type_byte = type_byte };
    pricer_visitor(pricer)->ops->begin(pricer_visitor(pricer), &key);
}

static inline void
value_item(const struct item *item)
{
    pricer_visitor(pricer)->ops->item(pricer_visitor(pricer), item);
}

/* An item that is a text; of one above 64 bytes only the size. */
static inline void
value_text(enum item_kind kind, const char *text, size_t size)
{
    struct item item = {
        .kind = kind,
        .text = { .kind = size > 64 ? TEXT_HEAD : TEXT_BYTES,
                  .data = (const unsigned char *)text,
                  .held = size > 64 ? 0 : size,
                  .size = size },
    };
    value_item(&item);
}

/* Its memory, which is on that basis. */
static inline uint64_t
value_end(enum basis basis)
{
    pricer_visitor(pricer)->ops->end(pricer_visitor(pricer), 0);
    struct price price = pricer_record(pricer)->prices[0];
    assert_int_equal(price.basis, basis);
    pricer_free(pricer);
    return price.memory;
}

#endif
