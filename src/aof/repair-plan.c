/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Ranges are only appended while records come, inner ones before the block
 * around them, so that an earlier state is had back by its number of ranges.
 * What lies inside of what is settled at the end.
 */
#include "aof/repair-plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum {
    SELECT_LONGEST = 32, /* bytes of that command, damaged or not */
    BLOCK_USUAL = 8,     /* commands of a block that are nothing to wonder at */
};

static const struct repair_place nowhere = { REPAIR_NOWHERE, 0 };

static bool
is_somewhere(struct repair_place place)
{
    return place.at != REPAIR_NOWHERE;
}

void
repair_plan_init(struct repair_plan *plan, uint64_t at)
{
    *plan = (struct repair_plan){
        .state = { .end = { at, 0 },
                   .block = nowhere,
                   .hole = nowhere,
                   .restart = nowhere,
                   .turn = nowhere,
                   .longest = BLOCK_USUAL,
                   .db = -1,
                   .first_db = -1 },
    };
}

void
repair_plan_fini(struct repair_plan *plan)
{
    free(plan->ranges);
}

static struct repair_range *
add_range(struct repair_plan *plan, struct repair_place from,
          struct repair_place to, enum repair_reason reason)
{
    struct repair_state *state = &plan->state;
    if (state->range_count == REPAIR_RANGES_MAX) {
        plan->overflow = true;
        state->range_count--;
    }
    if (state->range_count == plan->room) {
        plan->room = plan->room == 0 ? 64 : plan->room * 2;
        plan->ranges = xreallocarray(plan->ranges, plan->room,
                                     sizeof(*plan->ranges));
    }
    struct repair_range *range = &plan->ranges[state->range_count++];
    *range = (struct repair_range){ .from = from, .to = to, .reason = reason };
    return range;
}

/* ---- databases ---- */

static void
db_is_sure(struct repair_state *state, struct repair_plan *plan, uint64_t at)
{
    if (state->unsure > 0 && state->unsure <= state->range_count)
        plan->ranges[state->unsure - 1].db_until = at;
    state->unsure = 0;
}

static void
select_db(struct repair_plan *plan, const struct resync_record *record)
{
    struct repair_state *state = &plan->state;
    db_is_sure(state, plan, record->offset);
    if (state->first_db < 0)
        state->first_db = record->number;
    state->several_dbs |= state->first_db != record->number;
    state->db = record->number;
}

/* ---- blocks ---- */

static void
leave_block(struct repair_state *state)
{
    state->block = nowhere;
    state->hole = nowhere;
    state->restart = nowhere;
    state->turn = nowhere;
}

/* The block goes as far as its hole reaches: its EXEC was there. */
static void
end_block_in_hole(struct repair_plan *plan)
{
    struct repair_state *state = &plan->state;
    struct repair_place block = state->block;
    if (block.at != state->hole.at)
        add_range(plan, block, state->hole_end, REPAIR_DAMAGED)->with_block =
            true;
    leave_block(state);
}

static void
drop_dangling(struct repair_plan *plan, struct repair_place to)
{
    add_range(plan, plan->state.block, to, REPAIR_DANGLING);
    leave_block(&plan->state);
}

static void
take_multi(struct repair_plan *plan, struct repair_place from)
{
    struct repair_state *state = &plan->state;
    bool nested = is_somewhere(state->block);
    if (nested && is_somewhere(state->hole)) {
        end_block_in_hole(plan);
    } else if (nested && is_somewhere(state->restart)) {
        drop_dangling(plan, state->restart);
    } else if (nested && is_somewhere(state->turn)) {
        drop_dangling(plan, state->turn);
    } else if (nested) {
        add_range(plan, from, state->end, REPAIR_NESTED);
        return;
    }
    leave_block(state);
    state->block = from;
}

static void
take_exec(struct repair_plan *plan, struct repair_place from)
{
    struct repair_state *state = &plan->state;
    bool alone = !is_somewhere(state->block);
    if (is_somewhere(state->hole))
        add_range(plan, alone ? state->hole : state->block, state->end,
                  REPAIR_DAMAGED)
            ->with_block = true;
    else if (alone)
        add_range(plan, from, state->end, REPAIR_EXEC_ALONE);
    else if (state->commands - state->block.commands > state->longest)
        state->longest = state->commands - state->block.commands;
    leave_block(state);
}

static void
take_time(struct repair_plan *plan, struct repair_place from)
{
    struct repair_state *state = &plan->state;
    if (!is_somewhere(state->block))
        state->hole = nowhere;
    else if (is_somewhere(state->hole))
        end_block_in_hole(plan);
    else if (!is_somewhere(state->restart))
        state->restart = from;
}

/* Servers select a database anew when they start, whichever it was; else only
 * when it changes. */
static void
take_select(struct repair_plan *plan, struct repair_place from,
            const struct resync_record *record)
{
    struct repair_state *state = &plan->state;
    bool again = record->number == state->db && state->unsure == 0;
    if (is_somewhere(state->block)) {
        /* Right behind MULTI is where Redis 3.2 to 6.0 write it, too. */
        if (again && from.commands > state->block.commands + 1 &&
            !is_somewhere(state->restart))
            state->restart = from;
        if (!is_somewhere(state->turn))
            state->turn = from;
    }
    select_db(plan, record);
}

/* One behind the other they are one range, outside of blocks: those go as a
 * whole. */
static void
add_rewritten(struct repair_plan *plan, struct repair_place from,
              const struct resync_record *record)
{
    struct repair_state *state = &plan->state;
    struct repair_range *last =
        state->range_count > 0 ? &plan->ranges[state->range_count - 1] : NULL;
    if (last != NULL && last->reason == REPAIR_REWRITTEN &&
        last->to.at == from.at && !is_somewhere(state->block) &&
        record->verb == RESYNC_OTHER)
        last->to = state->end;
    else
        add_range(plan, from, state->end, REPAIR_REWRITTEN);
}

void
repair_plan_record(struct repair_plan *plan,
                   const struct resync_record *record, bool rewrite)
{
    struct repair_state *state = &plan->state;
    struct repair_place from = { record->offset, state->commands };
    state->commands += record->argc > 0;
    state->end = (struct repair_place){ record->end, state->commands };
    if (rewrite)
        add_rewritten(plan, from, record);
    switch (record->verb) {
    case RESYNC_MULTI:
        take_multi(plan, from);
        break;
    case RESYNC_EXEC:
        take_exec(plan, from);
        break;
    case RESYNC_CONTROL:
        if (is_somewhere(state->block))
            add_range(plan, from, state->end, REPAIR_CONTROL);
        break;
    case RESYNC_SELECT:
        take_select(plan, from, record);
        break;
    case RESYNC_TIME:
        take_time(plan, from);
        break;
    case RESYNC_DEADLY:
        add_range(plan, from, state->end, REPAIR_DEADLY);
        break;
    case RESYNC_FLUSH:
    case RESYNC_COMMENT:
    case RESYNC_OTHER:
        break;
    }
}

void
repair_plan_hole(struct repair_plan *plan, uint64_t to,
                 enum repair_reason reason)
{
    struct repair_state *state = &plan->state;
    struct repair_place from = state->end;
    state->end.at = to;
    struct repair_range *range = add_range(plan, from, state->end, reason);
    if (reason == REPAIR_ANNOTATION)
        return;
    range->db_unsure = reason != REPAIR_UNKNOWN ||
                       to - from.at <= SELECT_LONGEST;
    range->db = state->db;
    if (range->db_unsure && state->unsure == 0)
        state->unsure = state->range_count;
    state->hole = from;
    state->hole_end = state->end;
}

void
repair_plan_restore(struct repair_plan *plan, const struct repair_state *state)
{
    struct repair_range *last =
        state->range_count > 0 ? &plan->ranges[state->range_count - 1] : NULL;
    plan->state = *state;
    if (last != NULL && last->to.at > state->end.at)
        last->to = state->end; /* records written anew joined it since */
    if (state->unsure > 0)
        plan->ranges[state->unsure - 1].db_until = 0;
}

/* ---- the end ---- */

static void
end_open_block(struct repair_plan *plan)
{
    struct repair_state *state = &plan->state;
    bool in_hole = is_somewhere(state->hole) &&
                   state->hole_end.at == state->end.at;
    if (is_somewhere(state->hole) && !in_hole)
        end_block_in_hole(plan);
    else if (is_somewhere(state->restart))
        drop_dangling(plan, state->restart);
    else if (is_somewhere(state->turn) && !in_hole &&
             state->commands - state->turn.commands > state->longest)
        drop_dangling(plan, state->turn);
    else
        add_range(plan, state->block, state->end, REPAIR_OPEN);
    leave_block(state);
}

/* Takes a range's words from one inside of it that has more to tell. */
static void
swallow(struct repair_range *outer, const struct repair_range *inner)
{
    if (inner->reason == REPAIR_REWRITTEN)
        return;
    if (outer->reason == REPAIR_DAMAGED)
        outer->reason = inner->reason;
    if (inner->db_unsure) {
        outer->db_unsure = true;
        outer->db = inner->db;
        outer->db_until = inner->db_until;
    }
}

/* Holes that touch are one; what is written anew stays by itself. */
static bool
are_one(const struct repair_range *a, const struct repair_range *b)
{
    return a->to.at == b->from.at && a->reason != REPAIR_REWRITTEN &&
           b->reason != REPAIR_REWRITTEN && b->reason != REPAIR_UNTIL;
}

/* Puts a range among those that are settled, and returns how many are now.
 * What began in it is inside of it, and swallowed; or behind it, when it is
 * half a transaction whose other half a restart cut off. */
static size_t
settle_one(struct repair_range *ranges, size_t count,
           struct repair_range range)
{
    size_t at = count;
    while (at > 0 && ranges[at - 1].from.at >= range.from.at)
        at--;
    size_t behind = at;
    while (behind < count && ranges[behind].to.at <= range.to.at)
        swallow(&range, &ranges[behind++]);
    memmove(ranges + at + 1, ranges + behind,
            (count - behind) * sizeof(*ranges));
    ranges[at] = range;
    return at + 1 + count - behind;
}

/* Only when all are settled: what goes with a transaction may begin between
 * two that touch. */
static size_t
join(struct repair_range *ranges, size_t count)
{
    size_t joined = 0;
    for (size_t i = 0; i < count; i++) {
        struct repair_range range = ranges[i];
        if (joined > 0 && are_one(&ranges[joined - 1], &range)) {
            range.from = ranges[--joined].from;
            range.with_block |= ranges[joined].with_block;
            swallow(&range, &ranges[joined]);
        }
        ranges[joined++] = range;
    }
    return joined;
}

static void
settle(struct repair_plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->state.range_count; i++)
        count = settle_one(plan->ranges, count, plan->ranges[i]);
    plan->count = join(plan->ranges, count);
}

static void
sum_up(struct repair_plan *plan, uint64_t end)
{
    plan->kept = plan->state.commands;
    for (size_t i = 0; i < plan->count; i++) {
        struct repair_range *range = &plan->ranges[i];
        uint64_t commands = range->to.commands - range->from.commands;
        range->db_unsure &= plan->state.several_dbs && range->to.at < end;
        if (range->db_unsure && range->db_until == 0)
            range->db_until = end;
        if (range->reason == REPAIR_REWRITTEN)
            continue;
        plan->kept -= commands;
        if (range->reason != REPAIR_UNTIL)
            plan->lost += commands;
    }
}

void
repair_plan_end(struct repair_plan *plan, uint64_t size)
{
    struct repair_state *state = &plan->state;
    struct repair_place end = state->end;
    struct repair_place last = { size, state->commands };
    bool goes_on = end.at < size;
    /* A transaction that goes on there is cut off with what follows. */
    if (goes_on && is_somewhere(state->block) && !is_somewhere(state->hole) &&
        !is_somewhere(state->restart)) {
        end = state->block;
        leave_block(state);
    }
    if (is_somewhere(state->block))
        end_open_block(plan);
    if (goes_on)
        add_range(plan, end, last, REPAIR_UNTIL);
    settle(plan);
    sum_up(plan, end.at);
}

/* ---- words ---- */

static const struct {
    const char *name;
    const char *text;
} words[] = {
    [REPAIR_DAMAGED] = { "damaged", "not well-formed" },
    [REPAIR_CUT] = { "cut", "the file ends inside of it" },
    [REPAIR_UNKNOWN] = { "unknown", "no server takes this command" },
    [REPAIR_ANNOTATION] = { "annotation", "an annotation that is none" },
    [REPAIR_OPEN] = { "open", "a transaction without its EXEC" },
    [REPAIR_DANGLING] = { "dangling", "half a transaction that a server left" },
    [REPAIR_NESTED] = { "nested", "MULTI inside of a transaction" },
    [REPAIR_EXEC_ALONE] = { "exec-alone", "EXEC without MULTI" },
    [REPAIR_CONTROL] = { "control", "DISCARD or WATCH in a transaction" },
    [REPAIR_DEADLY] = { "deadly", "servers end of it while they load" },
    [REPAIR_UNTIL] = { "until", "behind where it was to end" },
    [REPAIR_REWRITTEN] = { "rewritten", "odd, written anew" },
};

const char *
repair_reason_text(enum repair_reason reason)
{
    return words[reason].text;
}

const char *
repair_reason_name(enum repair_reason reason)
{
    return words[reason].name;
}
