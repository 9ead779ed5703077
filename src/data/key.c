/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/key.h"

#include "base/escape.h"

enum { NAME_TOLD = 120 }; /* bytes of a name in messages */

void
key_add_to_error(const struct key *key, struct error *error)
{
    struct buffer name = { .data = NULL };
    struct bytes told = key->name;
    if (told.size > NAME_TOLD)
        told.size = NAME_TOLD;
    escape_append(&name, told, BYTES_ESCAPE);
    error_context(error, "db %llu key \"%.*s\"%s", (unsigned long long)key->db,
                  (int)name.size, (const char *)name.data,
                  told.size < key->name.size ? "..." : "");
    buffer_fini(&name);
}
