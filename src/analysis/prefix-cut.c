/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/prefix-cut.h"

#include <stdlib.h>

#include "base/xalloc.h"

static void
add_separator(struct prefix_cut *cut, struct bytes separator)
{
    if (separator.size == 0)
        return;
    cut->separators = xreallocarray(cut->separators, cut->separator_count + 1,
                                    sizeof(*cut->separators));
    cut->separators[cut->separator_count++] =
        arena_copy(&cut->arena, separator);
    cut->ends[separator.data[separator.size - 1]] = true;
}

void
prefix_cut_init(struct prefix_cut *cut, const struct prefix_options *options)
{
    *cut = (struct prefix_cut){ .only_byte = -1, .depth = PREFIX_DEPTH_MAX };
    for (size_t i = 0; i < options->separator_count; i++)
        add_separator(cut, options->separators[i]);
    if (cut->separator_count == 0)
        add_separator(cut, BYTES_LITERAL(":"));
    if (cut->separator_count == 1 && cut->separators[0].size == 1)
        cut->only_byte = cut->separators[0].data[0];
    if (options->depth != 0 && options->depth < PREFIX_DEPTH_MAX)
        cut->depth = (unsigned)options->depth;
}

void
prefix_cut_fini(struct prefix_cut *cut)
{
    arena_fini(&cut->arena);
    free(cut->separators);
}

static bool
separator_ends_at(const struct prefix_cut *cut, const unsigned char *start,
                  const unsigned char *end)
{
    for (size_t i = 0; i < cut->separator_count; i++) {
        struct bytes separator = cut->separators[i];
        if ((size_t)(end - start) >= separator.size &&
            memcmp(end - separator.size, separator.data, separator.size) == 0)
            return true;
    }
    return false;
}

/* The first place behind start where a separator ends; NULL without one.
 * Since nothing behind that place matters, a prefix of a prefix is found in
 * any longer name, too: nesting can be told by bytes alone. */
static const unsigned char *
next_end(const struct prefix_cut *cut, const unsigned char *start,
         const unsigned char *end)
{
    if (cut->only_byte >= 0) {
        const unsigned char *found =
            memchr(start, cut->only_byte, (size_t)(end - start));
        return found ? found + 1 : NULL;
    }
    for (const unsigned char *p = start; p < end; p++)
        if (cut->ends[*p] && separator_ends_at(cut, start, p + 1))
            return p + 1;
    return NULL;
}

struct bytes
prefix_cut_start(const struct prefix_cut *cut, struct bytes name, bool *whole)
{
    size_t size =
        name.size < PREFIX_LENGTH_MAX ? name.size : PREFIX_LENGTH_MAX;
    const unsigned char *end = name.data + size;
    const unsigned char *at = name.data;
    unsigned levels = 0;
    while (levels < cut->depth && at < end) {
        const unsigned char *next = next_end(cut, at, end);
        if (next == NULL)
            break;
        at = next;
        levels++;
    }
    *whole = levels == cut->depth;
    return bytes_of(name.data, (size_t)(at - name.data));
}

struct bytes
prefix_cut_parent(const struct prefix_cut *cut, struct bytes name)
{
    const unsigned char *end = name.data + name.size;
    const unsigned char *parent = name.data;
    const unsigned char *at = name.data;
    while (at != NULL && at < end) {
        parent = at;
        at = next_end(cut, at, end);
    }
    return bytes_of(name.data, (size_t)(parent - name.data));
}
