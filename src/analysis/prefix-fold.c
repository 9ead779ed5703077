/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sorted by name, a prefix stands right before all that it is a prefix of.  A
 * stack holds the chain of prefixes around the place in that order; when the
 * next name is outside of the innermost one, that is complete: it is shown, or
 * cut to its parent, which then either joins the one below it on the stack or
 * stands there in its place.
 */
#include "analysis/prefix-fold.h"

struct folding {
    const struct prefix_fold *fold;
    struct prefix_row *rows; /* to be shown */
    size_t count;
    struct prefix_row *other;
    struct prefix_row stack[PREFIX_DEPTH_MAX];
    size_t depth;
};

static bool
is_too_small(const struct prefix_fold *fold, const struct prefix_row *row)
{
    return (double)row->sums.memory * 1e6 <
           (double)fold->min_share * (double)fold->memory;
}

static void
add_row(const struct prefix_fold *fold, struct prefix_row *into,
        const struct prefix_row *row)
{
    prefix_sums_add(&into->sums, &row->sums);
    prefix_others_add(into->others, row->others, fold->width);
}

/* Of sums of several prefixes. */
static void
set_missing(const struct prefix_fold *fold, struct prefix_row *row)
{
    row->missing_keys = fold->missing_keys;
    row->missing_memory = fold->missing_memory;
}

/* Closes the innermost prefix.  False when it was cut to its parent, which is
 * still around `next`. */
static bool
close_innermost(struct folding *folding, struct bytes next)
{
    const struct prefix_fold *fold = folding->fold;
    struct prefix_row *top = &folding->stack[folding->depth - 1];
    if (!is_too_small(fold, top)) {
        folding->rows[folding->count++] = *top;
        folding->depth--;
        return true;
    }
    struct bytes parent = prefix_cut_parent(fold->cut, top->prefix);
    if (parent.size == 0) {
        add_row(fold, folding->other, top);
        folding->depth--;
        return true;
    }
    if (folding->depth > 1 && top[-1].prefix.size == parent.size) {
        add_row(fold, &top[-1], top);
        set_missing(fold, &top[-1]);
        folding->depth--;
        return true;
    }
    top->prefix = parent;
    set_missing(fold, top);
    return !bytes_starts_with(next, parent);
}

static void
close_outside(struct folding *folding, struct bytes next)
{
    while (folding->depth > 0 &&
           !bytes_starts_with(next,
                              folding->stack[folding->depth - 1].prefix))
        if (!close_innermost(folding, next))
            return;
}

size_t
prefix_fold(const struct prefix_fold *fold, struct prefix_row *rows,
            size_t count, struct prefix_row *other)
{
    /* What is shown never overtakes what is still to be read. */
    struct folding folding = { .fold = fold, .rows = rows, .other = other };
    for (size_t i = 0; i < count; i++) {
        close_outside(&folding, rows[i].prefix);
        folding.stack[folding.depth++] = rows[i];
    }
    /* No name starts with a prefix and is empty: this closes all. */
    close_outside(&folding, bytes_of("", 0));
    return folding.count;
}
