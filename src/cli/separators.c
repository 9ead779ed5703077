/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/separators.h"

#include <stdlib.h>

#include "base/escape.h"
#include "base/xalloc.h"
#include "cli/message.h"

bool
separators_read(struct separators *separators,
                const struct arguments *arguments)
{
    const struct option_list *list = &arguments->separators;
    separators->count = 0;
    separators->items = xcalloc(list->count, sizeof *separators->items);
    for (size_t i = 0; i < list->count; i++) {
        struct buffer bytes = { 0 };
        struct bytes text = bytes_of_text(list->items[i]);
        if (!escape_read(text, (enum escape_bytes)arguments->bytes, &bytes) ||
            bytes.size == 0) {
            message_error("--separator: \"%s\" is not a separator in the "
                          "notation of --bytes", list->items[i]);
            buffer_fini(&bytes);
            return false;
        }
        separators->items[separators->count++] = buffer_bytes(&bytes);
    }
    return true;
}

void
separators_fini(struct separators *separators)
{
    for (size_t i = 0; i < separators->count; i++)
        free((void *)(uintptr_t)separators->items[i].data);
    free(separators->items);
}
