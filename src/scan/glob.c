/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The language is that of Redis util.c stringmatchlen, its corners included:
 *
 *   [a-c]    ends may be given in either order and compare as signed bytes,
 *            as char is on x86; any byte may be an end, even ']' as in [a-]
 *   []       matches nothing, [^] any byte; [^ negates, [! does not
 *   [abc     a class without its end reaches to the end of the pattern
 *   \        alone at the end stands for itself
 *
 * The server searches by recursion.  Here the pattern is cut into steps, and
 * a mismatch goes back to the last star only: what an earlier star could take
 * more, the last one can take as well.
 */
#include "scan/glob.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/xalloc.h"

enum step_kind { STEP_BYTE, STEP_ANY, STEP_STAR, STEP_CLASS };

struct step {
    unsigned char kind;
    unsigned char byte;
    uint64_t *members; /* of a class: one bit a byte value */
};

struct glob {
    struct step *steps;
    size_t count;
};

static void
class_add(uint64_t members[4], unsigned char byte)
{
    members[byte / 64] |= UINT64_C(1) << byte % 64;
}

static void
class_add_range(uint64_t members[4], unsigned char from, unsigned char to)
{
    int first = (signed char)from;
    int last = (signed char)to;
    if (first > last) {
        int swap = first;
        first = last;
        last = swap;
    }
    for (int byte = first; byte <= last; byte++)
        class_add(members, (unsigned char)byte);
}

/* Reads a class whose '[' stands before at; returns the place behind it. */
static size_t
parse_class(struct bytes pattern, size_t at, struct step *step)
{
    const unsigned char *p = pattern.data;
    uint64_t *members = xcalloc(4, sizeof(*members));
    *step = (struct step){ .kind = STEP_CLASS, .members = members };
    bool negated = at < pattern.size && p[at] == '^';
    at += negated;
    while (at < pattern.size && p[at] != ']') {
        size_t left = pattern.size - at;
        if (p[at] == '\\' && left >= 2) {
            class_add(members, p[at + 1]);
            at += 2;
        } else if (left >= 3 && p[at + 1] == '-') {
            class_add_range(members, p[at], p[at + 2]);
            at += 3;
        } else {
            class_add(members, p[at++]);
        }
    }
    for (int i = 0; negated && i < 4; i++)
        members[i] = ~members[i];
    return at < pattern.size ? at + 1 : at;
}

struct glob *
glob_new(struct bytes pattern)
{
    struct glob *glob = xcalloc(1, sizeof(*glob));
    glob->steps = xcalloc(pattern.size, sizeof(*glob->steps));
    const unsigned char *p = pattern.data;
    size_t at = 0;
    while (at < pattern.size) {
        struct step *step = &glob->steps[glob->count++];
        unsigned char byte = p[at++];
        if (byte == '[') {
            at = parse_class(pattern, at, step);
        } else if (byte == '*') {
            step->kind = STEP_STAR;
            while (at < pattern.size && p[at] == '*')
                at++;
        } else if (byte == '?') {
            step->kind = STEP_ANY;
        } else {
            if (byte == '\\' && at < pattern.size)
                byte = p[at++];
            *step = (struct step){ .kind = STEP_BYTE, .byte = byte };
        }
    }
    return glob;
}

void
glob_free(struct glob *glob)
{
    if (glob == NULL)
        return;
    for (size_t i = 0; i < glob->count; i++)
        free(glob->steps[i].members);
    free(glob->steps);
    free(glob);
}

static inline bool
step_takes(const struct step *step, unsigned char byte)
{
    switch ((enum step_kind)step->kind) {
    case STEP_BYTE:
        return step->byte == byte;
    case STEP_CLASS:
        return step->members[byte / 64] >> byte % 64 & 1;
    case STEP_ANY:
        return true;
    case STEP_STAR:
        break;
    }
    return false;
}

bool
glob_match(const struct glob *glob, struct bytes name)
{
    const struct step *steps = glob->steps;
    size_t step = 0;
    size_t at = 0;
    size_t star = SIZE_MAX; /* the step behind the last star */
    size_t taken = 0;       /* up to where that star reaches so far */
    while (at < name.size) {
        if (step < glob->count && steps[step].kind == STEP_STAR) {
            star = ++step;
            taken = at;
            if (step == glob->count)
                return true;
        } else if (step < glob->count && step_takes(&steps[step],
                                                    name.data[at])) {
            step++;
            at++;
        } else if (star != SIZE_MAX) {
            step = star;
            at = ++taken;
        } else {
            return false;
        }
    }
    while (step < glob->count && steps[step].kind == STEP_STAR)
        step++;
    return step == glob->count;
}
